"""The registry: every KPI complete, documented, known to scenario files, and fed by measures that exist."""

import pytest

from sim.kpis import KPIS, residual_handle_time, tally
from sim.kpis.docs import definitions
from sim.kpis.registry import PERIOD, REPLICATIONS
from sim.scenario import kpi_names

UNITS = {"share", "s", "h", "needs", "contacts", "tickets", "agents", "erlang", "contacts/h", "points", "customers"}


@pytest.mark.parametrize("kpi", KPIS.values(), ids=list(KPIS))
def test_every_kpi_says_what_it_is(kpi):
    assert kpi.unit in UNITS
    for words in (kpi.definition, kpi.numerator, kpi.denominator, kpi.mistake):
        assert len(words) >= 4, kpi.name
    assert kpi.definition.endswith((".", ")"))
    assert kpi.mistake.endswith(".")


@pytest.mark.parametrize("kpi", KPIS.values(), ids=list(KPIS))
def test_every_measure_exists(kpi, day):
    found = tally(day.resolved, day.tape, day.roster, day.outcomes)
    places = {"cell": found.months.cells, "lane": found.months.lanes, "team": found.months.teams}
    kinds = {"instant": found.instants, "oldest": found.oldest, "quantile": found.histograms}
    for scope in kpi.scopes:
        known = kinds.get(kpi.kind, places[scope])
        assert {name.lstrip("-") for name in (*kpi.top, *kpi.bottom)} - {PERIOD, REPLICATIONS} <= set(known)


def test_the_page_of_definitions_is_up_to_date(repo_root):
    page = (repo_root / "docs" / "definitions.md").read_text(encoding="utf-8")
    assert page == definitions(), "run: python -m sim.kpis.docs docs/definitions.md"
    for name in KPIS:
        assert f"### `{name}`\n" in page


def test_scenario_files_know_the_same_names():
    assert set(kpi_names.KPI_NAMES) == set(KPIS)
    assert set(kpi_names.BY_TEAM) == {name for name, kpi in KPIS.items() if "team" in kpi.scopes}


def test_residual_handle_time():
    assert residual_handle_time(6, 0.2, 3) == pytest.approx(6.75)  # the work falls to 0.8 x 6.75 = 5.4 of 6: 10 %
    assert residual_handle_time(6, 0.2, 6) == pytest.approx(6)
    with pytest.raises(ValueError, match="1 excluded"):
        residual_handle_time(6, 1.0, 6)
    with pytest.raises(ValueError, match="more work than there is"):
        residual_handle_time(6, 0.5, 13)
