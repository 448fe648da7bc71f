"""Groups of worlds are told in the order in which they are asked for, each with what it would be by itself."""

import pytest

from sim.replicate import replicate
from sim.scenario.load import resolve
from sim.units.desk import Desk
from sim.units.in_turn import AHEAD, Wanted, in_turn
from sim.units.store import Store
from sim.workers import crew_of
from sim.workers.crew import Alone
from tests.units.worlds import CLOSED, OPEN

SMALL = {**OPEN, "horizon": {"start": "2027-01-04", "length": "1 day"}}


def worlds(count):
    """Worlds that differ in how long work takes."""
    for number in range(count):
        changed = {**SMALL["reasons"], "return": {**SMALL["reasons"]["return"], "handle": f"{number + 1} min"}}
        yield resolve({**SMALL, "name": f"w{number}", "reasons": changed})


@pytest.mark.parametrize("jobs", [1, 2])
def test_groups_come_in_the_order_of_asking(jobs):
    asked = list(worlds(6))
    with crew_of(jobs) as crew:
        groups = ([Wanted(each, 5, "fast", 2), Wanted(asked[0], 7, "fast", 1)] for each in asked)
        found = list(in_turn(Desk(crew, None), groups))
    assert [[run.resolved.scenario.name for run in group] for group in found] == [[f"w{k}", "w0"] for k in range(6)]
    for each, (run, same) in zip(asked, found, strict=True):
        alone = replicate(each, 5, 2)
        assert (run.usage[1].busy_ms == alone.usage[1].busy_ms).all()
        assert (same.count, same.seed) == (1, 7)


def test_no_more_groups_are_begun_than_may_wait():
    begun = []

    def groups():
        for number, each in enumerate(worlds(AHEAD + 8)):
            begun.append(number)
            yield [Wanted(each, 5, "fast", 1)]

    told = in_turn(Desk(Alone(), None), groups())
    next(told)
    assert len(begun) < 8  # one worker is not hungry for more
    assert sum(1 for _ in told) == AHEAD + 7


def test_what_is_in_the_store_is_told_at_once_and_in_order(tmp_path):
    """A closed loop is one unit, and brings what feeds back."""
    wanted = [[Wanted(resolve(CLOSED), 5, "fast", 2)], [Wanted(each, 5, "fast", 2) for each in worlds(3)], []]
    for computed in (True, False):
        with Store(tmp_path, "v1", print) as store:
            desk = Desk(Alone(), store)
            (closed,), others, nothing = in_turn(desk, wanted)
            assert bool(desk.computed) == computed
            assert bool(desk.stored) != computed
        assert closed.loop is not None
        assert closed.resolved.feedback is not None
        assert [run.resolved.scenario.name for run in others] == ["w0", "w1", "w2"]
        assert nothing == []
