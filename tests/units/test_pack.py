"""A unit's bytes: what goes in comes out, and the totals that are kept tell the same as the whole tally."""

import math

import pytest

from sim.kpis import estimate, kpi_table
from sim.kpis.totals import totals
from sim.replicate import replicate
from sim.scenario.load import resolve
from sim.scenario.points import Variable
from sim.units.pack import Damaged, pack, unpack
from sim.units.unit import compute, replications_of, units_of
from tests.units.worlds import CLOSED, OPEN


@pytest.fixture(scope="module")
def open_world():
    return resolve(OPEN)


def test_totals_tell_what_the_whole_tally_tells_about_the_horizon(open_world):
    run = replicate(open_world, 5, 3)
    table = kpi_table(open_world, run.tallies)
    kept = [totals(tally) for tally in run.tallies]
    rows = table[table["month"] == "all"]
    assert len(rows) > 200
    for row in rows.itertuples():
        found = estimate(open_world, kept, str(row.kpi), str(row.channel), str(row.reason), str(row.team))
        for mine, theirs in ((found.value, row.value), (found.low, row.low), (found.high, row.high), (found.n, row.n)):
            assert mine == pytest.approx(theirs, rel=1e-12, nan_ok=True), (row.kpi, row.channel, row.reason)


def test_bytes_come_back_as_they_went_in(open_world):
    packed = compute(open_world, units_of(open_world, 5, "fast", 2))
    results = [unpack(each) for each in packed]
    assert [pack(each) for each in results] == packed
    whole = replicate(open_world, 5, 2)
    back = replications_of(open_world, 5, "fast", results)
    assert back.count == 2
    for one, other in zip(back.usage, whole.usage, strict=True):
        assert (one.paid_ms == other.paid_ms).all()
        assert (one.contacts == other.contacts).all()


def test_both_engines_come_to_the_same_bytes(open_world):
    fast, simpy = (compute(open_world, units_of(open_world, 5, engine, 1)) for engine in ("fast", "simpy"))
    assert fast == simpy


def test_a_closed_loop_is_one_unit_and_keeps_what_feeds_back():
    closed = resolve(CLOSED)
    (unit,) = units_of(closed, 5, "fast", 2)
    assert unit.closed
    assert unit.count == 2
    result = unpack(compute(closed, [unit])[0])
    assert result.loop is not None
    assert result.loop.passes > 1
    back = replications_of(closed, 5, "fast", [result])
    assert back.resolved.feedback is not None
    assert result.feedback is not None
    assert (back.resolved.feedback.churned == result.feedback.churned).all()


@pytest.mark.parametrize("damage", [b"", b"no result", b"\x00" * 100])
def test_other_bytes_are_damaged(damage):
    with pytest.raises(Damaged):
        unpack(damage)


def test_keys_differ_by_all_that_a_result_depends_on(open_world):
    unit = units_of(open_world, 5, "fast", 2)[1]
    others = [
        units_of(open_world, 6, "fast", 2)[1],
        units_of(open_world, 5, "simpy", 2)[1],
        units_of(open_world, 5, "fast", 2)[0],
        units_of(resolve({**OPEN, "experiment": {"antithetic": True}}), 5, "fast", 2)[1],
        units_of(resolve({**OPEN, "teams": {"desk": {**OPEN["teams"]["desk"], "agents": 7}}}), 5, "fast", 2)[1],
    ]
    assert len({unit.key, *(other.key for other in others)}) == 6
    renamed = units_of(resolve({**OPEN, "name": "other", "title": "Another"}), 5, "fast", 9)[1]
    assert renamed.key == unit.key  # a name changes no result, and neither does how many are asked for


def test_a_point_is_what_set_makes_of_the_file(tmp_path):
    from sim.scenario.emit import to_yaml
    from sim.scenario.load import load
    from sim.scenario.points import Setting
    from sim.scenario.problems import Origin

    file = tmp_path / "open.yaml"
    file.write_text(to_yaml(OPEN), encoding="utf-8")
    changes = {"teams.desk.agents": "7", "reasons.*.handle.mean": "x 1.1", "channels.phone.patience.mean": "+ 30 s"}
    sets = [f"{path}={change}" for path, change in changes.items()]
    settings = [Setting(path, change, Origin("test")) for path, change in changes.items()]
    there = Variable.read(str(file)).at(settings)
    assert there.digest == load(str(file), (), sets).digest
    assert there.scenario.teams["desk"].agents == 7
    assert not math.isnan(there.scenario.channels["phone"].patience.mean or 0)
