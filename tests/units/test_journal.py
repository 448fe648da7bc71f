"""Whole replications come back as they went in; a stopped run begins where it was; a journal is no condition."""

import sqlite3
from contextlib import suppress

import numpy as np
import pytest

from sim.feedback import replicate_closed
from sim.replicate import replicate
from sim.scenario.load import resolve
from sim.units.columns import columns_of
from sim.units.journal import Finished, Journal
from sim.units.pack import Damaged, pack_whole, unpack_whole
from sim.units.store import Store
from sim.workers.crew import Alone
from tests.units.worlds import CLOSED, OPEN

STEADY = {
    **OPEN,
    "horizon": {"start": "2027-01-04", "length": "40 days", "warm_up": "1 day"},
    "channels": {**OPEN["channels"], "phone": {**OPEN["channels"]["phone"], "hours": "always"}},
    "teams": {"desk": {"agents": 3, "serves": ["phone", "email"]}},
}
"""The same load all the time, so that one replication has batches."""


def equal(one, other):
    """Whether two replications have the same columns of the same types and values."""
    for mine, theirs in zip(one, other, strict=True):
        a, b = dict(columns_of(mine, "")), dict(columns_of(theirs, ""))
        assert list(a) == list(b)
        for name, column in a.items():
            assert column.dtype == b[name].dtype, name
            assert np.array_equal(column, b[name], equal_nan=column.dtype.kind == "f"), name
    return True


@pytest.fixture(scope="module")
def world():
    return resolve(OPEN)


@pytest.fixture
def told():
    return []


def journal(folder, told):
    return Journal(Alone(), Finished(Store(folder, "v1", told.append, ".unfinished-x.sqlite"), told.append))


def pairs(run):
    return list(zip(run.tallies, run.usage, strict=True))


@pytest.mark.parametrize("count", [1, 2])
def test_a_whole_replication_comes_back_as_it_went_in(count):
    """The only replication has batches too."""
    for pair in pairs(replicate(resolve(STEADY), 5, count)):
        packed = pack_whole(pair)
        assert equal(unpack_whole(packed), pair)
        assert pack_whole(unpack_whole(packed)) == packed
        assert (pair[0].batches is not None) == (count == 1)
    with pytest.raises(Damaged):
        unpack_whole(b"half of it")


@pytest.mark.parametrize("document", [OPEN, CLOSED], ids=["open", "closed"])
def test_a_run_through_a_journal_is_the_run_and_the_next_computes_nothing(document, tmp_path, told):
    resolved = resolve(document)
    plain = replicate_closed(resolved, 5, 3)
    for computed in (True, False):
        runner = journal(tmp_path, told)
        run = replicate_closed(resolved, 5, 3, runner=runner)
        assert all(map(equal, pairs(run), pairs(plain)))
        assert run.loop == plain.loop
        assert bool(runner.finished.computed) == computed
        assert bool(runner.finished.stored) != computed
        runner.finished.store.close()
    assert told == []


def test_what_was_finished_before_a_stop_is_not_computed_again(world, tmp_path, told):
    runner = journal(tmp_path, told)
    some = runner(world, 5, range(5), "fast", False)
    for _ in range(2):
        next(some)
    runner.finished.store.close()
    again = journal(tmp_path, told)
    assert all(map(equal, again(world, 5, range(5), "fast", False), pairs(replicate(world, 5, 5))))
    assert (again.finished.stored, again.finished.computed) == (2, 3)
    other_seed = list(again(world, 6, range(2), "fast", False))
    assert (again.finished.stored, again.finished.computed, len(other_seed)) == (2, 5, 2)
    again.finished.store.close()


def test_the_only_replication_is_another_unit_than_the_first_of_several(tmp_path, told):
    world = resolve(STEADY)
    runner = journal(tmp_path, told)
    ((several, _),) = runner(world, 5, range(1), "fast", False)
    ((alone, _),) = runner(world, 5, range(1), "fast", True)
    assert several.batches is None
    assert alone.batches is not None
    runner.finished.store.close()


def test_a_run_goes_on_where_nothing_can_be_kept_any_more_and_says_so_once(world, tmp_path, told):
    runner = journal(tmp_path, told)
    store = runner.finished.store
    store._db.execute("PRAGMA max_page_count = 8")
    assert len(list(runner(world, 5, range(4), "fast", False))) == 4
    assert runner.finished.store is None
    assert len(told) == 1
    assert "going on without" in told[0]
    with suppress(sqlite3.Error):
        store.close()
