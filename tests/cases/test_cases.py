"""Every case of scenarios/cases is whole, runs alike under both engines, and is about what it says."""

import datetime as dt

import numpy as np
import pytest
from scipy.stats import lognorm

from evaluate.cashflow import cash_flows
from evaluate.returns import returns_table
from sim.demand.customers import month_of_day
from sim.demand.rates import expected_needs, orders_by_day
from sim.engine import ENGINES, simulate
from sim.engine.outcomes import TRANSFER, TRANSFERRED, UNRESOLVED
from sim.kpis import estimate, kpi_table
from sim.kpis.columns import contact_columns, ticket_columns
from sim.replicate import replicate
from sim.scenario.load import load

TEN_DAYS = ("horizon.months=null", "horizon.length=10 days")
SHORT = {
    "peak_season": (
        *TEN_DAYS, "horizon.start=2027-12-20", "teams.temps.agents=6", "decisions.hires=null", "decisions.leaves=null",
    ),
    "carrier_strike": (*TEN_DAYS, "horizon.start=2027-10-03"),
    "carrier_strike_notice": (*TEN_DAYS, "horizon.start=2027-10-03"),
    "small_retailer": TEN_DAYS,
    "omnichannel_retailer": TEN_DAYS,
    "electronics_brand": TEN_DAYS,
    "fashion_returns": TEN_DAYS,
}  # fmt: skip
LEVELS = {"crm": "history"}


def case(name, *sets):
    return load(f"cases/{name}", [], sets)


def figure(resolved, run, kpi, **where):
    return estimate(resolved, run.tallies, kpi, **where).value


def day(resolved, text):
    return resolved.calendar.day_of_date(dt.date.fromisoformat(text))


def needs_by_day(resolved, reason):
    """Expected needs of a reason on each day of the horizon."""
    slots = expected_needs(resolved)[list(resolved.scenario.reasons).index(reason)]
    return np.bincount(resolved.calendar.slot_local[0], weights=slots, minlength=resolved.calendar.days)


def test_these_are_all_the_cases(scenarios_dir):
    assert sorted(path.stem for path in (scenarios_dir / "cases").glob("*.yaml")) == sorted(SHORT)


@pytest.mark.parametrize("name", SHORT)
def test_a_case_says_what_it_asks_and_where_its_options_come_from(name, scenarios_dir):
    text = (scenarios_dir / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Question: ")
    resolved = case(name)
    scenario = resolved.scenario
    assert 2 <= len(scenario.investments) <= 5
    assert not scenario.decisions.investments
    assert all(channel.target for channel in scenario.channels.values())
    about = {path.split(".")[1] for path in scenario.evidence if path.startswith("investments.")}
    assert about == set(scenario.investments)
    assert all(each.source and each.date for each in scenario.evidence.values())
    for reason in scenario.reasons:
        base = reason.partition("@")[0]
        covered = [path for path in scenario.evidence if path.startswith((f"reasons.{base}", "reasons.*"))]
        assert covered, base


@pytest.mark.parametrize("name", SHORT)
def test_both_engines_agree_on_a_case_and_on_all_its_options_at_once(name):
    options = [
        f"decisions.investments.{option}={{start: 2026-01, level: {LEVELS[option]}}}"
        if option in LEVELS
        else f"decisions.investments.{option}=2026-01"
        for option in case(name).scenario.investments
    ]
    for sets in (SHORT[name], (*SHORT[name], *options)):
        resolved = case(name, *sets)
        digests = {simulate(resolved, seed=4, replication=0, engine=engine).outcomes.digest() for engine in ENGINES}
        assert len(digests) == 1


@pytest.mark.parametrize("name", SHORT)
def test_nobody_is_idle_all_day_and_nobody_without_a_rest(name):
    """Ten days without a strike are enough to see that the people fit the work."""
    resolved = case(name, *SHORT[name], "demand.events.strike=null" if "strike" in name else "horizon.warm_up=1 day")
    run = replicate(resolved, replications=1)
    assert 0.60 < figure(resolved, run, "occupancy") < 0.97
    assert figure(resolved, run, "share_lost") < 0.15


# Peak season


def test_the_gifts_come_back_in_january():
    """Needs of return are those of the orders of weeks before: more in January than in November, of fewer orders."""
    resolved = case("peak_season", "demand.week_profile=null")
    days, month = resolved.calendar.days, month_of_day(resolved.calendar)
    orders = orders_by_day(resolved, 200)
    lag, sigma = 24.0, np.sqrt(np.log1p(0.4**2))
    law = lognorm(s=sigma, scale=lag * np.exp(-(sigma**2) / 2))
    edges = np.arange(-0.5, 201)  # whole days, with the lag's mean
    came = np.convolve(orders, np.diff(law.cdf(edges)), mode="full")[200 : 200 + days] * 0.050
    came[day(resolved, "2027-12-27") : day(resolved, "2028-01-31") + 1] *= 1.17
    needs = needs_by_day(resolved, "return")
    by_month = {m: np.bincount(month, weights=w)[[3, 5]] for m, w in (("hand", came), ("model", needs))}
    np.testing.assert_allclose(by_month["model"], by_month["hand"], rtol=0.005)
    november, january = by_month["model"]
    assert january > 1.4 * november
    ordered = np.bincount(month, weights=orders[200:])[[3, 5]]
    assert ordered[1] < 0.65 * ordered[0]


def test_temporary_staff_serve_in_december_only_if_decided_on_in_september():
    few = ("customers.active=x 0.02", "customers.new=x 0.02")

    def on_duty(*sets):
        resolved = case("peak_season", *few, *sets)
        run = replicate(resolved, replications=1)
        return {
            month: figure(resolved, run, "agents_on_duty", team="temps", month=month)
            for month in ("2027-10", "2027-12", "2028-01")
        }

    in_time, late = on_duty(), on_duty("decisions.hires.temps={2027-11: 6}")
    assert in_time["2027-10"] == late["2027-12"] == 0.0
    assert in_time["2027-12"] > 0.7
    assert late["2028-01"] > 0.1


# Carrier strike


def test_order_questions_multiply_in_the_strike_and_recover():
    struck = case("carrier_strike")
    usual = case("carrier_strike", "demand.events=null")
    factor = needs_by_day(struck, "order_status") / needs_by_day(usual, "order_status")
    first, last, end = (day(struck, text) for text in ("2027-10-04", "2027-10-09", "2027-10-17"))
    np.testing.assert_allclose(factor[first : last + 1], 3.5)
    np.testing.assert_allclose(factor[last + 1 : end + 1], 1.6)
    np.testing.assert_allclose(np.delete(factor, np.arange(first, end + 1)), 1.0)
    np.testing.assert_allclose(needs_by_day(struck, "return"), needs_by_day(usual, "return"))
    told = needs_by_day(case("carrier_strike_notice"), "order_status") / needs_by_day(struck, "order_status")
    np.testing.assert_allclose(told[first : end + 1], 0.55)
    np.testing.assert_allclose(np.delete(told, np.arange(first, end + 1)), 1.0)


def test_mail_takes_the_blow_and_the_message_softens_it():
    def waiting(name):
        resolved = case(name)
        table = kpi_table(resolved, replicate(resolved, replications=2).tallies, by="day")
        rows = table[(table["kpi"] == "queue_length") & (table["channel"] == "email")]
        queue = rows[(rows["reason"] == "all") & (rows["team"] == "all")].set_index("day")["value"]
        weeks = (("2027-09-20", "2027-09-26"), ("2027-10-07", "2027-10-13"), ("2027-11-08", "2027-11-14"))
        return [float(queue.loc[first:last].mean()) for first, last in weeks]

    before, worst, after = waiting("carrier_strike")
    assert worst > 10 * before
    assert after < 3 * before
    assert waiting("carrier_strike_notice")[1] < 0.5 * worst


# Small retailer


@pytest.fixture(scope="module")
def small():
    """Phone service and mail by half-hour of the week, as it is and with somebody for lunch."""
    tables = {}
    for name, sets in (("today", ()), ("lunch_help", ("decisions.investments.lunch_help=2026-10",))):
        resolved = case("small_retailer", "horizon.months=6", *sets)
        table = kpi_table(resolved, replicate(resolved, replications=2).tallies, by="half_hour")
        tables[name] = table[(table["reason"] == "all") & (table["team"] == "all")]
    return tables


def at(table, kpi, channel, times):
    """Mean over Monday to Friday of the half-hours that begin then, weighted by their denominators."""
    names = [f"{weekday} {time}" for weekday in ("mon", "tue", "wed", "thu", "fri") for time in times]
    rows = table[(table["kpi"] == kpi) & (table["channel"] == channel) & table["half_hour"].isin(names)]
    rows = rows[rows["n"] > 0]
    return float(np.average(rows["value"], weights=rows["n"]))


NOON, MORNING = ("12:00", "12:30"), ("10:00", "10:30")


def test_lunch_shows_in_the_half_hours(small):
    morning, noon = (at(small["today"], "service_level", "phone", times) for times in (MORNING, NOON))
    assert noon < morning - 0.15
    assert at(small["lunch_help"], "service_level", "phone", NOON) > noon + 0.15
    assert at(small["lunch_help"], "service_level", "phone", MORNING) == pytest.approx(morning, abs=0.05)


def test_mail_at_night_waits_for_the_morning(small):
    hour = 3600.0
    late, early = (
        at(small["today"], "average_speed_of_answer", "email", times) for times in (("20:00", "20:30"), MORNING)
    )
    assert late > 11.5 * hour  # until half past eight at the earliest
    assert early < 0.7 * late


# Omnichannel retailer


def told_again(*sets):
    """(contacts passed on, times that a story was told again)"""
    resolved = case("omnichannel_retailer", *TEN_DAYS, *sets)
    run = simulate(resolved, seed=8, replication=0)
    tickets = ticket_columns(resolved, run.tape, contact_columns(resolved, run.tape, run.outcomes))
    return int(tickets.legs.sum()), int(tickets.cold.sum())


def test_with_one_view_of_the_customer_nobody_repeats_the_story():
    passed_on, again = told_again()
    assert passed_on > again > 0.6 * passed_on > 150  # who gives up in the second queue, or still waits, tells nobody
    for level in ("history", "history_and_rules"):
        with_crm = told_again(f"decisions.investments.crm={{start: 2026-01, level: {level}}}")
        assert with_crm[0] > 100
        assert with_crm[1] == 0


def test_context_is_kept_from_the_day_of_full_effect():
    resolved = case("omnichannel_retailer", "decisions.investments.crm={start: 2027-01, level: history}")
    cold = [
        all(reason.transfer.context == "cold" for reason in resolved.variants[v].reasons.values())
        for v in resolved.regime_of_day[: resolved.calendar.days]
    ]
    switch = cold.index(False)
    assert not any(cold[switch:])
    assert 7 * 30 <= switch <= 7 * 31  # four months until live, three of ramp


# Electronics brand


def test_the_second_level_gets_what_the_first_line_passes_on():
    resolved = case("electronics_brand", "horizon.months=2")
    run = simulate(resolved, seed=2, replication=0)
    o, tape = run.outcomes, run.tape
    teams = list(resolved.scenario.teams)
    first_line, experts = teams.index("first_line"), teams.index("experts")
    passed = o.kind == TRANSFER
    served = passed & (o.team >= 0)
    assert (o.team[served] == experts).all()
    assert served.sum() > 800
    names = list(resolved.scenario.reasons)
    for reason, share in (("set_up", 0.60), ("fault", 0.75), ("warranty", 0.40), ("order_status", 0.0)):
        here = (tape.reason[tape.ticket] == names.index(reason)) & (o.team == first_line)
        gone, failed = ((here & (o.result == result)).sum() for result in (TRANSFERRED, UNRESOLVED))
        n = gone + failed
        assert abs(gone - share * n) <= 3.5 * np.sqrt(n * share * (1 - share)), reason


def test_technical_needs_are_most_of_the_work():
    resolved = case("electronics_brand", "horizon.months=2")
    run = replicate(resolved, replications=1)
    hours = {
        reason: figure(resolved, run, "handled", reason=reason) * figure(resolved, run, "handle_time", reason=reason)
        for reason in resolved.scenario.reasons
    }
    assert sum(hours[reason] for reason in ("set_up", "fault", "warranty")) > 0.7 * sum(hours.values())


# Fashion returns


@pytest.fixture(scope="module")
def fashion():
    return case("fashion_returns", "retention.mode=off")


def test_three_orders_in_ten_come_back(fashion):
    """Returns of a month are 30 % of the orders of twelve days before."""
    table = returns_table(fashion)
    days, month = fashion.calendar.days, month_of_day(fashion.calendar)
    orders = orders_by_day(fashion, 100)
    sigma = np.sqrt(np.log1p(0.4**2))
    law = lognorm(s=sigma, scale=12.0 * np.exp(-(sigma**2) / 2))
    came = np.convolve(orders, np.diff(law.cdf(np.arange(-0.5, 101))), mode="full")[100 : 100 + days] * 0.30
    found = table.groupby("month", sort=False)["returns"].sum().to_numpy()
    np.testing.assert_allclose(found, np.bincount(month, weights=came), rtol=0.01)


def test_freight_goods_and_carbon_reconcile(fashion):
    table = returns_table(fashion)
    back = table.groupby("method", sort=False)["returns"].sum()
    np.testing.assert_allclose(back / back.sum(), [0.72, 0.18, 0.10])
    cost, carbon = (back * [6.40, 4.30, 8.90]).sum(), (back * [1.2, 0.6, 1.6]).sum()
    assert table["handling_cost"].sum() == pytest.approx(cost)
    assert table["carbon_kg"].sum() == pytest.approx(carbon)
    # the value of an order differs by segment: what is lost is 8 % of a mean order
    assert 0.08 * 84 * 0.85 < table["value_lost"].sum() / back.sum() < 0.08 * 84 * 1.10
    tiny = case("fashion_returns", "customers.active=x 0.01", "customers.new=x 0.01", "retention.mode=off")
    flows = cash_flows(tiny, replicate(tiny, replications=1).usage)
    paid = flows[flows["category"] == "returns"]["amount"].sum()
    assert paid == pytest.approx(-returns_table(tiny)["handling_cost"].sum(), abs=0.05)


def test_loyal_customers_are_lost_less_often():
    resolved = case("fashion_returns", "horizon.months=3", "retention.mode=off")
    run = replicate(resolved, replications=2)
    assert figure(resolved, run, "share_lost", reason="@loyal") < figure(resolved, run, "share_lost", reason="@new")
