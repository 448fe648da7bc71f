"""Events only: the compiled engine and the C++ program play the same pre-drawn days of W3, and where the time goes.

`python -m benchmarks events` prints contacts per CPU second of both, the ratio of their times, and the engine's stages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import numpy as np

from benchmarks import w3
from benchmarks.goals import Goal
from benchmarks.measure import cpu_us
from benchmarks.peers import cpp_centre
from sim.demand.draw import draw_tape
from sim.demand.tape import Tape
from sim.engine import play
from sim.engine.fast import model
from sim.engine.plan import Plan, make_plan
from sim.engine.roster import Roster, draw_roster
from sim.scenario.load import resolve

DAYS = 11
REPEATS = 10
STAGES = ("make_state", "drive", "close_the_books", "outcomes")


def main() -> list[Goal]:
    """Print one line a model, then one a stage of the compiled engine."""
    resolved = resolve(w3.scenario())
    plan = make_plan(resolved)
    engine, program, stages = [], [], {name: [] for name in STAGES}  # type: ignore[var-annotated]
    compiler = cpp_centre.compiler()
    for day in range(-1, DAYS):
        tape, roster = draw_tape(resolved, 1, day + 1), draw_roster(resolved, 1, day + 1)
        with stage_times() as spent:
            runs = [cpu_us(lambda t=tape, r=roster: contacts_played(plan, t, r)) for _ in range(REPEATS)]  # type: ignore[misc]
        contacts = runs[0][1]
        if day < 0:
            continue  # warm now
        engine.append(median(us for us, _ in runs) / contacts)
        for name in STAGES:
            stages[name].append(median(spent.get(name, [0.0])) / contacts)
        if compiler:
            played, _ = cpp_centre.play(plan, tape, roster, repeats=REPEATS)
            assert played.contacts == contacts * REPEATS
            program.append(played.events_s * 1e6 / played.contacts)
    print(f"{'W3, events only':28s} {'contacts/s':>12s} {'us/contact':>11s}")
    if compiler:
        print(f"{'C++':28s} {1e6 / median(program):12,.0f} {median(program):11.3f}")
    print(f"{'deskplan, engine fast':28s} {1e6 / median(engine):12,.0f} {median(engine):11.3f}")
    for name in STAGES:
        print(f"    {name:24s} {'':12s} {median(stages[name]):11.3f}")
    if compiler:
        ratios = sorted(e / p for e, p in zip(engine, program, strict=True))
        print(f"engine's time / C++'s: {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    else:
        print("no C++ compiler: nothing to compare with")
    print()
    return []


def contacts_played(plan: Plan, tape: Tape, roster: Roster) -> int:
    """Contacts of a run of the compiled engine; like the C++ program, it keeps nothing of one run in the next."""
    return int(np.count_nonzero(play(plan, tape, roster, "fast").kind >= 0))


@contextmanager
def stage_times() -> Iterator[dict[str, list[float]]]:
    """CPU microseconds of each call of a stage of the compiled engine."""
    spent: dict[str, list[float]] = {}

    def timed(name: str, stage: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            began = time.process_time()
            result = stage(*arguments)
            spent.setdefault(name, []).append((time.process_time() - began) * 1e6)
            return result

        return call

    stages = {name: getattr(model, name) for name in STAGES if hasattr(model, name)}
    for name, stage in stages.items():
        setattr(model, name, timed(name, stage))
    try:
        yield spent
    finally:
        for name, stage in stages.items():
            setattr(model, name, stage)
