"""What must hold between KPIs of any scenario: generated worlds, simulated."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sim.engine import simulate
from sim.kpis import Tally, check_conservation, kpi_table, littles_law, tally, usage
from sim.scenario.load import resolve
from tests.strategies import scenarios

pytestmark = pytest.mark.slow
LEAST = 1e-6


def total(found: Tally, name: str) -> float:
    grid = found.months
    return float({**grid.cells, **grid.lanes, **grid.teams}[name].sum())


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=scenarios())
def test_identities_of_any_world(document):
    resolved = resolve(document)
    run = simulate(resolved, 3, 0)
    check_conservation(resolved, run.tape, run.outcomes)
    for little in littles_law(resolved, run.tape, run.outcomes):
        assert abs(little.gap) < 1e-9
    found = tally(resolved, run.tape, run.roster, run.outcomes)
    cells = found.months.cells
    # every contact and every need is somewhere, once, in every cell
    parts = ("answered", "abandoned", "balked", "blocked", "disconnected", "superseded", "still_waiting")
    assert (cells["offered"] == sum(cells[name] for name in parts)).all()
    assert (cells["needs"] == sum(cells[name] for name in cells if name.startswith("state_"))).all()
    assert (cells["contacts"] == sum(cells[n] for n in ("firsts", "retries", "returns", "chasers"))).all()
    assert (cells["joined"] == cells["settled"] + cells["still_waiting"]).all()
    assert (cells["queued"] <= cells["joined"]).all()
    assert (cells["contract_top"] <= cells["contract_bottom"]).all()
    assert (cells["in_time"] + cells["left_in_time"] <= cells["judged"]).all()
    assert (cells["fcr_resolved"] <= cells["fcr_tickets"]).all()
    # grains add up to one another, with daily figures kept by month left aside
    for name, figures in found.week.cells.items():
        assert figures.sum() == pytest.approx(cells[name].sum()), name
        assert found.days.cells[name].sum() == pytest.approx(cells[name].sum()), name
    assert found.week.period_ms.sum() == found.days.period_ms.sum() == found.months.period_ms.sum()
    # nobody is busy who is not there; team and channel tell the same time
    assert (found.months.teams["busy_ms"] <= found.months.teams["duty_ms"]).all()
    assert total(found, "busy_ms") == pytest.approx(total(found, "channel_busy_ms"))
    assert (found.months.lanes["progress_ms"] >= found.months.lanes["channel_busy_ms"] - LEAST).all()
    # what money is put on agrees with what happened
    used = usage(resolved, run.tape, run.roster, run.outcomes)
    assert used.needs.sum() == run.tape.tickets
    assert np.all(used.bot_contained <= used.bot_sessions)
    if resolved.scenario.horizon.warm_up == 0:
        assert used.team_handled.sum() == cells["handled"].sum()
        assert used.bot_sessions.sum() == cells["bot_sessions"].sum()
        assert used.contacts.sum() == cells["contacts"].sum() - cells["closed"].sum()
    table = kpi_table(resolved, [found, found])
    assert not table.duplicated(["month", "channel", "reason", "team", "kpi"]).any()
    assert table[table.n == 0].value.isna().all()
    # overrun can make a day on duty longer than the one paid for; every other share is one
    shares = table[(table.unit == "share") & table.value.notna() & (table.kpi != "utilisation")]
    assert shares[~shares.value.between(-LEAST, 1 + LEAST)].empty
    assert (table.value.isna() | (table.low <= table.value + LEAST) | table.low.isna()).all()
