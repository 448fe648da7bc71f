"""What happens: plan, tape and roster in, outcomes out, by either engine."""

from __future__ import annotations

from dataclasses import dataclass

from sim.demand.draw import draw_tape
from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.plan import Plan, make_plan
from sim.engine.roster import Roster, draw_roster
from sim.scenario.resolved import Resolved

ENGINES = ("simpy",)
DEFAULT_ENGINE = "simpy"


@dataclass(frozen=True)
class Run:
    """One replication: what was allowed, needed and staffed, and what happened."""

    plan: Plan
    tape: Tape
    roster: Roster
    outcomes: Outcomes


def _check(engine: str) -> None:
    if engine not in ENGINES:
        raise ValueError(f"no engine {engine!r}; there are: {', '.join(ENGINES)}")


def play(plan: Plan, tape: Tape, roster: Roster, engine: str = DEFAULT_ENGINE) -> Outcomes:
    """What happens to a tape under a plan and a roster; simulate() with its three inputs made elsewhere."""
    _check(engine)
    from sim.engine import reference

    return reference.run(plan, tape, roster)


def simulate(resolved: Resolved, seed: int, replication: int, engine: str = DEFAULT_ENGINE) -> Run:
    """Simulates one replication of a scenario. Raises ValueError for an engine that does not exist."""
    _check(engine)
    plan = make_plan(resolved)
    tape = draw_tape(resolved, seed, replication)
    roster = draw_roster(resolved, seed, replication)
    return Run(plan, tape, roster, play(plan, tape, roster, engine))
