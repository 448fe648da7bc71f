"""The compiled engine: the rules of the SimPy model at the machine's speed."""

from __future__ import annotations

from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.plan import Plan
from sim.engine.roster import Roster
from sim.machine_code import FOLDER, is_compiled

__all__ = ["FOLDER", "is_compiled", "run"]


def run(plan: Plan, tape: Tape, roster: Roster) -> Outcomes:
    """Outcomes of one replication under the compiled engine; the same bytes as the SimPy model's."""
    from sim.engine.fast.model import run as run_compiled

    return run_compiled(plan, tape, roster)
