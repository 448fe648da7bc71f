"""One simulator for a search: the same figures as `replicate`, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimize.plan.simulating import Simulator
from sim.feedback import replicate_closed
from sim.replicate import Replications, replicate
from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved
from sim.units.journal import Finished
from sim.units.store import Store
from tests.optimize.plan.worlds import world

SMALL = {"horizon": {"start": "2027-01-04", "length": "3 weeks"}}


def small(agents: int = 3, name: str = "small_world", **more: object) -> Resolved:
    document = world(**{**SMALL, "name": name, **more})
    document["teams"]["desk"] = {**document["teams"]["desk"], "agents": agents}
    del document["choose"]
    return resolve(document)


def same(one: Replications, other: Replications) -> bool:
    pairs = zip(one.usage, other.usage, strict=True)
    return all(np.array_equal(a.busy_ms, b.busy_ms) and np.array_equal(a.contacts, b.contacts) for a, b in pairs)


def test_blocks_put_together_are_the_replications_of_a_run() -> None:
    resolved, simulate = small(), Simulator(7)
    simulate([resolved], 0, 2)
    simulate([resolved], 2, 1)
    whole = simulate.whole(resolved, 3)
    assert same(whole, replicate(resolved, 7, 3))
    assert simulate.replications == 3


def test_a_world_is_simulated_once_whatever_it_is_called() -> None:
    simulate = Simulator(7)
    first, second, other = simulate([small(), small(name="again"), small(agents=4, name="other")], 0, 2)
    assert simulate.replications == 4
    assert same(first, second)
    assert not same(first, other)
    assert second.resolved.scenario.name == "again"


def test_a_closed_loop_is_closed_on_the_first_replications_and_kept() -> None:
    loop = small(
        retention={"churn": {"late": "8 points", "unresolved": "20 points"}},
        customers={"active": 8000, "new": "100 /month", "orders": "0.5 /month", "order_value": "50 EUR",
                   "margin": "30 %", "churn": "1 %/month"},
        horizon={"start": "2027-01-04", "months": 2},
    )  # fmt: skip
    simulate = Simulator(7)
    with pytest.raises(ValueError, match="first"):
        simulate([loop], 3, 1)
    found = simulate([loop], 0, 2)[0]
    assert same(found, replicate_closed(loop, 7, 2))
    later = simulate([loop], 2, 1)[0]
    assert later.resolved.feedback is found.resolved.feedback
    assert later.loop == found.loop
    assert same(simulate.whole(loop, 3), replicate_closed(loop, 7, 3))


def test_what_is_no_block() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Simulator(7)([small()], 0, 0)


def test_what_an_earlier_search_finished_is_not_simulated_again(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        with Store(tmp_path, "v1", print) as store:
            simulate = Simulator(7, finished=Finished(store, print))
            simulate([small()], 0, 2)
            found = simulate([small(), small(agents=4, name="other")], 0, 3)
            counts.append((simulate.replications, simulate.finished.computed, simulate.finished.stored))  # type: ignore[union-attr]
            assert same(found[0], replicate(small(), 7, 3))
            assert same(found[1], replicate(small(agents=4), 7, 3))
    assert counts == [(6, 6, 0), (0, 0, 6)]
