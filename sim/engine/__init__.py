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


def simulate(resolved: Resolved, seed: int, replication: int, engine: str = DEFAULT_ENGINE) -> Run:
    """Simulates one replication of a scenario. Raises ValueError for an engine that does not exist."""
    if engine not in ENGINES:
        raise ValueError(f"no engine {engine!r}; there are: {', '.join(ENGINES)}")
    plan = make_plan(resolved)
    tape = draw_tape(resolved, seed, replication)
    roster = draw_roster(resolved, seed, replication)
    from sim.engine import reference

    return Run(plan, tape, roster, reference.run(plan, tape, roster))
