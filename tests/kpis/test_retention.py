"""Customers lost and won in generated worlds: every ended ticket once, in the month of its end (semantics 8.2)."""

import numpy as np
from hypothesis import HealthCheck, given, settings

from sim.engine import outcomes as out
from sim.engine import simulate
from sim.kpis import contact_columns, tally, usage
from sim.kpis.columns import ticket_columns
from sim.kpis.retention import lost_and_won
from sim.scenario.load import resolve
from tests import strategies

POINTS = {
    "resolved_well": "-1 points",
    "unresolved": "30 points",
    "late": "5 points",
    "extra_contact": "20 points",
    "transfer": "3 points",
    "repeated_context": "2 points",
    "bot_failure": "4 points",
    "dissatisfied": "10 points",
}
RETENTION = {"churn": POINTS, "referrals": {"per_promoter": "10 %", "deterred_per_detractor": "20 %"}}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=strategies.scenarios())
def test_each_ended_ticket_counts_once_in_the_month_of_its_end(document):
    document = {**document, "retention": RETENTION}
    document["horizon"] = {**document["horizon"], "start": "2027-01-30", "warm_up": "0 s"}  # a month's edge inside
    document.pop("decisions", None)
    document["demand"] = {**document["demand"], "events": {}}
    resolved = resolve(document)
    run = simulate(resolved, 3, 0)
    contacts = contact_columns(resolved, run.tape, run.outcomes)
    lost, won = lost_and_won(resolved, run.tape, run.outcomes, ticket_columns(resolved, run.tape, contacts))
    ended = run.outcomes.state != out.OPEN
    assert not lost[~ended].any()
    assert not won[~ended].any()
    assert (lost <= 1).all()  # nobody is lost twice
    assert (lost[ended & (run.outcomes.state == out.LOST)] >= 0.3).all()
    parts = (resolved, run.tape, run.roster, run.outcomes, contacts)
    used, counted = usage(*parts), tally(*parts)
    edges = np.array(resolved.calendar.month_edges_ms)
    month = np.clip(np.searchsorted(edges, run.outcomes.end_ms, side="right") - 1, 0, len(edges) - 2)
    for figures, told, measured in (
        (lost, used.customers_lost, "customers_lost"),
        (won, used.customers_won, "customers_won"),
    ):
        by_hand = np.zeros_like(told)
        np.add.at(by_hand, (run.tape.reason[ended], month[ended]), figures[ended])
        np.testing.assert_allclose(told, by_hand, atol=1e-9)
        np.testing.assert_allclose(counted.months.cells[measured].sum(), told.sum(), atol=1e-9)
