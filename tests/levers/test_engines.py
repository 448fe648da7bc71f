"""Both engines give the same outcomes under every lever (semantics 4.5)."""

import pytest

from sim.demand.draw import draw_tape
from sim.engine import play
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from tests.levers.library import BY_NAME
from tests.levers.runs import CALM, SEED, full

FOUR_DAYS = ("horizon.start=2027-11-25", "horizon.months=null", "horizon.length=4 days", *CALM)
"""In the peak, so that outsourced agents are there."""
DECIDED = {
    "hire_in_waves": "decisions.hires.frontline={2027-11: 2}",
    "outsource_peak": "decisions.outsource.partner={2027-11: 5}",
}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_both_engines_agree(name):
    world = full(name, (*FOUR_DAYS, *([DECIDED[name]] if name in DECIDED else ())))
    plan, roster, tape = make_plan(world), draw_roster(world, SEED, 0), draw_tape(world, SEED, 0)
    simpy, fast = (play(plan, tape, roster, engine) for engine in ("simpy", "fast"))
    assert len(tape.need_ms) > 500
    assert simpy.digest() == fast.digest()
