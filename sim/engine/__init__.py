"""What happens: plan, tape and roster in, outcomes out, by either engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sim.demand.draw import draw_tape
from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.plan import Plan, make_plan
from sim.engine.roster import Roster, draw_roster
from sim.interrupts import interruptible
from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved

ENGINES = ("simpy", "fast")
DEFAULT_ENGINE = "fast"


@dataclass(frozen=True)
class Run:
    """One replication: what was allowed, needed and staffed, and what happened."""

    plan: Plan
    tape: Tape
    roster: Roster
    outcomes: Outcomes


def check_engine(engine: str) -> None:
    """Raises ValueError for an engine that does not exist."""
    if engine not in ENGINES:
        raise ValueError(f"no engine {engine!r}; there are: {', '.join(ENGINES)}")


def prepare(engine: str = DEFAULT_ENGINE, tell: Callable[[str], None] | None = None) -> None:
    """Compiles the compiled engine where that has not been done, and tells so: workers then find it ready."""
    check_engine(engine)
    if engine != "fast":
        return
    from sim import machine_code

    if not machine_code.is_compiled():
        if tell is not None:
            tell("Compiling the simulation engine: about half a minute, once for this version of deskplan ...")
        began = time.perf_counter()
        with interruptible():
            with machine_code.helped_by("sim.kpis.first_use"):
                run_smallest()
            machine_code.compile_all()
        if tell is not None:
            tell(f"... compiled in {time.perf_counter() - began:.0f} s.")


def run_smallest(engine: str = DEFAULT_ENGINE) -> Run:
    """A run of an hour, for what is to be compiled."""
    return simulate(resolve(SMALLEST), seed=0, replication=0, engine=engine)


SMALLEST = {
    "schema": 1,
    "name": "smallest",
    "horizon": {"start": "2027-01-04", "length": "1 h"},
    "reasons": {
        "call": {
            "rate": "60 /h",
            "channels": {"phone": "50 %", "chat": "50 %"},
            "handle": {"mean": "1 min", "cv": 0.8},
            "resolved_first": "50 %",
            "unresolved": {"share": "50 %", "after": {"mean": "5 min"}},
        }
    },
    "channels": {
        "phone": {
            "hours": "mon-sun 00:00-20:00",
            "when_closed": "reopen",
            "reopen_spread": "1 h",
            "patience": {"mean": "5 min", "on_retry": "keep"},
            "retry": {"share": "50 %", "after": {"mean": "5 min"}, "channels": {"chat": "100 %"}},
        },
        "chat": {},
    },
    "self_service": {
        "help": {
            "reach": "50 %",
            "resolves": {"call": "20 %"},
            "takes": {"mean": "1 min"},
        }
    },
    "bots": {
        "bot": {
            "channels": ["chat"],
            "takes": "50 %",
            "contains": {"call": "50 %"},
            "session": {"mean": "1 min"},
        }
    },
    "teams": {"desk": {"agents": 2, "serves": ["phone", "chat"]}},
}
"""A little of everything that has a compiled loop of its own."""


def play(plan: Plan, tape: Tape, roster: Roster, engine: str = DEFAULT_ENGINE) -> Outcomes:
    """What happens to a tape under a plan and a roster; simulate() with its three inputs made elsewhere."""
    check_engine(engine)
    if engine == "fast":
        from sim.engine import fast

        return fast.run(plan, tape, roster)
    from sim.engine import reference

    return reference.run(plan, tape, roster)


def simulate(resolved: Resolved, seed: int, replication: int, engine: str = DEFAULT_ENGINE) -> Run:
    """Simulates one replication of a scenario. Raises ValueError for an engine that does not exist."""
    check_engine(engine)
    plan = make_plan(resolved)
    tape = draw_tape(resolved, seed, replication)
    roster = draw_roster(resolved, seed, replication)
    return Run(plan, tape, roster, play(plan, tape, roster, engine))
