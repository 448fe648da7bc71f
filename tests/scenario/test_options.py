"""Investments: when they are live, how much of their effect holds on each day, and what is wrong with them."""

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sim.demand.rates import expected_needs
from sim.kpis.residual import residual_handle_time
from sim.scenario.effects import _taken_by_added
from sim.scenario.load import resolve
from sim.scenario.nodes import from_python
from sim.scenario.options import option, ramp_steps
from sim.scenario.problems import ScenarioProblems
from sim.scenario.units import parse_duration

WORLD: dict[str, Any] = {
    "schema": 1,
    "name": "shop",
    "horizon": {"start": "2027-01-04", "months": 12},
    "customers": {"active": 10000, "new": "200 /month", "orders": "0.5 /month", "churn": "2 %/month"},
    "reasons": {
        "order": {
            "per_order": 0.08,
            "channels": {"phone": "60 %", "chat": "40 %"},
            "handle": {"mean": "6 min", "cv": 0.8},
            "resolved_first": "80 %",
        },
        "return": {"per_order": 0.04, "channels": {"phone": "50 %", "chat": "50 %"}, "handle": "10 min"},
    },
    "channels": {"phone": {}, "chat": {"parallel": 2, "speed": [1.0, 0.8]}},
    "teams": {
        "desk": {
            "agents": 8,
            "serves": ["phone", "chat"],
            "wage": "20 EUR/h",
            "shifts": {"day": {"days": "mon-fri", "hours": "08:00-16:30", "breaks": ["30 min"]}},
        }
    },
}


def shop(investments=None, decided=None, **more):
    document = copy.deepcopy(WORLD) | more
    if investments is not None:
        document["investments"] = investments
    if decided is not None:
        document["decisions"] = {"investments": decided}
    return resolve(document)


def on(resolved, day: str):
    """The world on a date."""
    number = resolved.calendar.day_of_date(dt.date.fromisoformat(day))
    return resolved.variants[resolved.regime_of_day[number]]


def problems(*args, **more) -> str:
    with pytest.raises(ScenarioProblems) as found:
        shop(*args, **more)
    return str(found.value)


def of_day(resolved, read):
    """A figure of each day of the horizon."""
    values = [read(variant) for variant in resolved.variants]
    return [values[regime] for regime in resolved.regime_of_day[: resolved.calendar.days]]


# When


def test_an_effect_begins_when_live_grows_over_the_ramp_and_stays():
    notices = {"live_after": "4 weeks", "ramp": "4 weeks", "changes": {"reasons.order.per_order": "-40 %"}}
    made = shop({"notices": notices}, {"notices": "2027-03-01"})
    figures = {
        "2027-03-28": 0.08,  # the day before it is live
        "2027-03-29": 0.08 * (1 - 0.4 * 0.125),
        "2027-04-05": 0.08 * (1 - 0.4 * 0.375),
        "2027-04-12": 0.08 * (1 - 0.4 * 0.625),
        "2027-04-25": 0.08 * (1 - 0.4 * 0.875),
        "2027-04-26": 0.048,
        "2028-01-03": 0.048,
    }
    for day, figure in figures.items():
        assert on(made, day).reasons["order"].per_order == pytest.approx(figure), day
    assert made.variants[0].reasons["order"].per_order == 0.08
    assert len(made.variants) == 6


def test_a_month_is_its_first_day_as_the_horizon_counts_months():
    change = {"changes": {"reasons.order.per_order": "x 0.5"}}
    made = shop({"a": change}, {"a": "2027-03"})
    assert [on(made, day).reasons["order"].per_order for day in ("2027-03-03", "2027-03-04")] == [0.08, 0.04]
    assert shop({"a": change}, {"a": {"start": "2027-03-04"}}).digest == made.digest


@pytest.mark.parametrize("shape", ["linear", "s_curve"])
@pytest.mark.parametrize("days", [1, 3, 10, 28, 91, 400])
def test_the_steps_of_a_ramp_hold_its_mean(shape, days):
    steps = ramp_steps(days, shape)
    assert [first for first, _, _ in steps] == [0, *(last for _, last, _ in steps[:-1])]
    assert steps[-1][1] == days
    assert min(4, days) <= len(steps) <= 8
    parts = [part for _, _, part in steps]
    assert parts == sorted(parts)
    assert all(0 < part < 1 for part in parts)
    total = sum((last - first) * part for first, last, part in steps)
    assert float(total) == pytest.approx(days / 2, rel=1e-5)  # both shapes reach half of the full effect on average
    if shape == "s_curve" and len(steps) >= 4:
        linear = [part for _, _, part in ramp_steps(days, "linear")]
        assert parts[0] < linear[0]
        assert parts[-1] > linear[-1]


def test_s_curve_by_hand():
    """Quarters of 3 x^2 - 2 x^3: the means are 4 (x^3 - x^4 / 2) between the edges."""
    assert [part for _, _, part in ramp_steps(4, "s_curve")] == [
        Decimal("0.054688"), Decimal("0.320312"), Decimal("0.679688"), Decimal("0.945312")]  # fmt: skip


def test_what_is_at_full_effect_from_the_first_day_is_todays_world():
    sunk = {"live_after": "1 month", "ramp": "1 month", "changes": {"reasons.order.per_order": "x 0.5"}}
    made = shop({"a": sunk}, {"a": "2026-10-01"})
    assert len(made.variants) == 1
    assert made.scenario.reasons["order"].per_order == 0.04
    half_way = shop({"a": sunk}, {"a": "2026-11-20"})
    assert 0.04 < on(half_way, "2027-01-04").reasons["order"].per_order < 0.08
    assert on(half_way, "2027-03-01").reasons["order"].per_order == 0.04


def test_events_come_after_investments():
    strike = {"from": "2027-06-01", "until": "2027-06-03", "changes": {"reasons.order.per_order": 0.5}}
    made = shop(
        {"a": {"changes": {"reasons.order.per_order": "x 0.5"}}}, {"a": "2027-03-01"}, demand={"events": {"s": strike}}
    )
    assert on(made, "2027-06-02").reasons["order"].per_order == 0.5
    assert on(made, "2027-06-04").reasons["order"].per_order == 0.04


def test_later_investments_build_on_earlier_ones_whatever_the_order_declared():
    second = {"changes": {"reasons.order.handle": "-50 %"}}
    first = {"changes": {"reasons.order.handle.mean": "4 min"}}
    made = shop({"b": second, "a": first}, {"b": "2027-06-01", "a": "2027-03-01"})
    assert on(made, "2027-07-01").reasons["order"].handle.mean == parse_duration("2 min")
    turned = shop({"b": second, "a": first}, {"b": "2027-03-01", "a": "2027-06-01"})
    assert on(turned, "2027-07-01").reasons["order"].handle.mean == parse_duration("4 min")


# How much


def test_two_that_each_halve_the_same_contacts_leave_a_quarter():
    half = {"changes": {"reasons.order.per_order": "x 0.5"}}
    bare = expected_needs(shop())
    made = expected_needs(shop({"a": half, "b": half}, {"a": "2026-06", "b": "2027-01"}))
    assert made[0] == pytest.approx(bare[0] / 4)
    assert made[1] == pytest.approx(bare[1])


def test_twenty_percent_deflected_at_3_of_6_minutes_removes_a_tenth_of_the_work():
    """The residual handle time identity: (6 - 0.2 x 3) / 0.8 = 6.75 min, at every step of the ramp."""
    notices = {"ramp": "8 weeks", "deflects": {"order": {"share": "20 %", "handle": "3 min"}}}
    made = shop({"a": notices}, {"a": "2027-03-01"})
    last = on(made, "2027-12-01").reasons["order"]
    assert last.handle.mean == residual_handle_time(6, 0.2, 3) * 60_000 == parse_duration("6.75 min")
    assert last.per_order * last.handle.mean == pytest.approx(0.9 * 0.08 * parse_duration("6 min"))
    for variant in made.variants:
        reason = variant.reasons["order"]
        gone = 1 - reason.per_order / 0.08
        work = 0.08 * parse_duration("6 min") - 0.08 * gone * parse_duration("3 min")
        assert reason.per_order * reason.handle.mean == pytest.approx(work, rel=1e-5)
    assert last.handle.cv == 0.8


def test_without_a_handle_time_the_rest_is_as_it_was():
    made = shop({"a": {"deflects": {"order": {"share": "20 %"}}}}, {"a": "2027-03-01"})
    last = on(made, "2027-12-01").reasons["order"]
    assert (last.per_order, last.handle.mean) == (pytest.approx(0.064), parse_duration("6 min"))


def test_two_deflections_compose_on_what_is_left():
    a, b = ({"deflects": {"order": {"share": "20 %", "handle": h}}} for h in ("3 min", "6.75 min"))
    made = on(shop({"a": a, "b": b}, {"a": "2027-02-01", "b": "2027-03-01"}), "2027-12-01").reasons["order"]
    assert made.per_order == pytest.approx(0.08 * 0.64)
    assert made.handle.mean == parse_duration("6.75 min")  # the second takes away contacts of the mean


# Structures


PORTAL = {
    "self_service": {"portal": {"reach": "40 %", "resolves": {"order": "50 %"}, "cost": {"running": "9 EUR/day"}}}
}
HELPER = {"bots": {"helper": {"channels": ["chat"], "contains": {"order": "60 %"}, "resolved": "80 %"}}}


def test_what_is_added_is_laid_out_from_the_start_and_shut_until_live():
    made = shop({"a": {"live_after": "4 weeks", "ramp": "4 weeks", "adds": PORTAL | HELPER}}, {"a": "2027-03-01"})
    assert [list(v.self_service) + list(v.bots) for v in made.variants] == [["portal", "helper"]] * len(made.variants)
    assert on(made, "2027-03-28").self_service["portal"].reach == 0
    assert on(made, "2027-03-29").self_service["portal"].reach == pytest.approx(0.05)
    assert on(made, "2027-05-01").self_service["portal"].reach == pytest.approx(0.4)
    assert [on(made, day).bots["helper"].takes for day in ("2027-03-28", "2027-04-05", "2027-05-01")] == [
        0, pytest.approx(0.375), 1]  # fmt: skip
    assert made.scenario.self_service["portal"].cost.starts == dt.date(2027, 3, 1)
    assert not shop({"a": {"adds": PORTAL | HELPER}}).scenario.self_service


def test_a_new_team_a_tool_and_a_channel_wait_as_well():
    adds = {
        "teams": {
            "partner": {"agents": 4, "serves": ["phone"], "wage": "30 EUR/h"},
            "desk": {"serves": ["phone", "chat", "messaging"]},
        },
        "channels": {"messaging": {"patience": "2 h"}},
        "economics": {"tools": {"hub": {"cost": {"upfront": "500 EUR"}}}},
    }
    effects = {"reasons.*.channels.chat": "move 50 % to messaging"}
    made = shop({"a": {"adds": adds, "changes": effects}}, {"a": "2027-03-01"})
    assert [line.channel for line in made.scenario.teams["desk"].serves] == ["phone", "chat", "messaging"]
    assert made.scenario.teams["partner"].agents == 0
    assert made.scenario.economics.tools["hub"].cost.starts == dt.date(2027, 3, 1)
    assert on(made, "2027-03-01").teams["partner"].agents == 4
    assert on(made, "2027-03-01").reasons["order"].channels == {"phone": 0.6, "chat": 0.2, "messaging": 0.2}
    assert "messaging" not in on(made, "2027-02-28").reasons["order"].channels


def test_what_self_service_and_bots_take_makes_the_rest_longer():
    """reach 40 % x resolves 50 % = 20 % of the needs; then 40 % chat x 60 % x 80 % = 19.2 % of the contacts."""
    invested = {"ramp": "4 weeks", "adds": PORTAL, "deflects": {"order": {"handle": "3 min"}}}
    made = shop({"a": invested}, {"a": "2027-03-01"})
    last = on(made, "2027-12-01")
    assert last.reasons["order"].per_order == 0.08  # its needs arise all the same
    assert last.reasons["order"].handle.mean == parse_duration("6.75 min")
    first = on(made, "2027-03-01")
    share = first.self_service["portal"].reach * 0.5
    expected = (6 - share * 3) / (1 - share)
    assert first.reasons["order"].handle.mean == pytest.approx(expected * 60_000, abs=1)
    both = copy.deepcopy(WORLD) | {"investments": {"a": {"adds": PORTAL | HELPER}}}
    resolved = resolve(both)
    document = from_python(both | PORTAL | HELPER)
    taken = _taken_by_added(document, option(resolved.scenario, document, "a", None), "order")
    assert taken == pytest.approx(1 - 0.8 * (1 - 0.192))


def test_levels_share_what_they_do_not_replace():
    crm = {
        "cost": {"upfront": "50000 EUR", "running": "100 EUR/month"},
        "ramp": "8 weeks",
        "changes": {"reasons.order.handle": "-5 %", "reasons.return.handle": "-5 %"},
        "levels": {
            "basic": {},
            "pro": {
                "cost": {"upfront": "90000 EUR"},
                "ramp": "0 s",
                "changes": {"reasons.order.handle": "-10 %", "reasons.order.resolved_first": "+ 5 points"},
            },
        },
    }
    pro = on(shop({"crm": crm}, {"crm": {"start": "2027-03-01", "level": "pro"}}), "2027-03-01")
    assert pro.reasons["order"].handle.mean == parse_duration("5.4 min")
    assert pro.reasons["return"].handle.mean == parse_duration("9.5 min")
    assert pro.reasons["order"].resolved_first == pytest.approx(0.85)
    basic = shop({"crm": crm}, {"crm": {"start": "2027-03-01", "level": "basic"}})
    assert on(basic, "2027-03-01").reasons["order"].handle.mean > parse_duration("5.7 min")
    assert on(basic, "2027-12-01").reasons["order"].handle.mean == parse_duration("5.7 min")
    chosen = option(basic.scenario, from_python({"investments": {"crm": crm}}), "crm", "pro").cost
    assert chosen.upfront == 90000
    assert chosen.running == pytest.approx(100 * 12 / 365.25 / 24)


# Sameness


def test_an_option_that_is_not_decided_changes_nothing():
    bare = shop()
    offered = shop({"a": {"cost": {"upfront": "1 EUR"}, "changes": {"reasons.*.handle": "x 2"}, "adds": HELPER}}, {})
    assert offered.digest == bare.digest
    assert len(offered.variants) == len(bare.variants) == 1


def test_a_decision_changes_the_digest_and_so_do_its_price_and_its_day():
    def digest(upfront="1 EUR", start="2027-03-01", title=""):
        return shop({"a": {"title": title, "cost": {"upfront": upfront}}}, {"a": start}).digest

    assert len({shop().digest, digest(), digest("2 EUR"), digest(start="2027-03-02")}) == 4
    assert digest(title="another") == digest()


# What is wrong


BAD = [
    ({"a": {}}, {"b": "2027-03"}, "decisions.investments.b\n    there is no investment 'b'\n    allowed: a"),
    ({"help_centre": {}}, {"help_center": "2027-03"}, "did you mean 'help_centre'?"),
    ({"a": {}}, {"a": "03-2027"}, "'03-2027' is not a month or a date"),
    ({"a": {}}, {"a": "3/2027"}, "did you mean '2027-03'?"),
    ({"a": {}}, {"a": "9999-12-31"}, "'9999-12-31' is not a month or a date\n    allowed: a month or a date from 1970"),
    ({"a": {"live_after": "21 years"}}, {"a": "2027-03"}, "'21 years' is out of range\n    allowed: up to 20 years"),
    ({"a": {"levels": {"x": {"ramp": {"over": "30 years"}}}}}, None, "investments.a.levels.x.ramp.over"),
    ({"a": {}}, {"a": "2028-02"}, "2028-02 lies after the horizon's end, 2028-01-03"),
    ({"a": {"levels": {"basic": {}, "pro": {}}}}, {"a": "2027-03"}, "a comes in levels, and none is chosen\n"
     "    allowed: level: basic or pro"),
    ({"a": {"levels": {"basic": {}, "pro": {}}}}, {"a": {"start": "2027-03", "level": "prof"}},
     "a has no level 'prof'\n    allowed: basic, pro\n    did you mean 'pro'?"),
    ({"a": {}}, {"a": {"start": "2027-03", "level": "pro"}}, "a has no levels"),
    ({"a": {"requires": ["b"]}, "b": {}}, {"a": "2027-03"}, "a requires b, which is not decided"),
    ({"a": {"requires": ["b"]}, "b": {"live_after": "2 weeks"}}, {"a": "2027-03-01", "b": "2027-02-20"},
     "a starts on 2027-03-01, before b is live on 2027-03-06, which it requires\n"
     "    allowed: a start on or after 2027-03-06"),
    ({"a": {"excludes": ["b"]}, "b": {}}, {"a": "2027-03", "b": "2027-05"}, "a and b exclude each other"),
    ({"a": {"requires": ["b"]}, "b": {"requires": ["c"]}, "c": {"requires": ["a"]}}, None,
     "investments require each other in a circle: a -> b -> c -> a"),
    ({"a": {"requires": ["a"]}}, None, "a requires itself"),
    ({"a": {"requires": ["bb"]}, "bbb": {}}, None, "there is no investment 'bb'"),
    ({"a": {"requires": ["b"], "excludes": ["b"]}, "b": {}}, None, "b is required and excluded"),
    ({"a": {"changes": {"reasons.ordr.per_order": "x 2"}}}, None, "did you mean 'reasons.order.per_order'?"),
    ({"a": {"levels": {"pro": {"changes": {"reasons.ordr.per_order": "x 2"}}}}}, None,
     "investments.a.levels.pro.changes: reasons.ordr.per_order"),
    ({"a": {"changes": {"reasons.order.channels.phone": "x 0.5"}}}, None, "add up to 70 %"),
    ({"a": {"changes": {"reasons.order.resolved_first": "x 2"}}}, None, "a share lies between 0 % and 100 %"),
    ({"a": {"changes": {"teams.desk.serves": ["phone"]}}}, None, "this is laid out once for the whole horizon"),
    ({"a": {"changes": {"teams.desk.serves": ["chat", "phone"]}}}, None,
     "allowed: `adds: {teams: {desk: {serves: [...]}}}`, which holds from the first day"),
    ({"a": {"changes": {"customers.active": "x 2"}}}, None, "`customers.new` or `customers.churn`"),
    ({"a": {"changes": {"channels.chat.parallel": "3"}}}, None, "a scenario of its own that extends this one"),
    ({"a": {"adds": {"channels": {"phone": {}}}}}, None, "channels.phone is there already"),
    ({"a": {"adds": {"bots": {"helper": {"channels": ["chatt"], "contains": {}}}}}}, None,
     "investments.a.adds.bots.helper.channels[0]\n    there is no channel 'chatt'"),
    ({"a": {"adds": {"bots": {"helper": {"channels": ["chat"], "contain": {}}}}}}, None, "did you mean 'contains'?"),
    ({"a": {"deflects": {"ordr": {"share": "20 %"}}}}, None, "did you mean 'order'?"),
    ({"a": {"deflects": {"order": {}}}}, None, "neither share nor handle is given"),
    ({"a": {"deflects": {"order": {"handle": "3 min"}}}}, None, "adds no self-service or bot"),
    ({"a": {"deflects": {"order": {"share": "50 %", "handle": "13 min"}}}}, None,
     "the contacts gone would take more work than there is: 50 % of them at 780 s out of a mean of 360 s"),
    ({"a": {"cost": {"agent_hours": "8 h"}}}, None, "8 h of each agent are to be spent before it is live"),
    ({"a": {"live_after": "1 week", "cost": {"agent_hours": "60 h"}}}, None,
     "60 h of each agent do not fit into 7 days: an agent of desk has 40 h in them"),
    ({"a": {"live_after": "1 week", "cost": {"agent_hours": "8 h", "hours_over": "2 weeks"}}}, None,
     "agents are away over the 14 days before it is live, and it is live after 7"),
    ({"a": {"cost": {"teams": ["dsk"]}}}, None, "did you mean 'desk'?"),
    ({"a": {"cost": {"upfrnt": "1 EUR"}}}, None, "did you mean 'upfront'?"),
    ({"a": {"ramp": {"over": "4 weeks", "shape": "s-curve"}}}, None, "did you mean 's_curve'?"),
]  # fmt: skip


@pytest.mark.parametrize(("investments", "decided", "said"), BAD)
def test_what_is_wrong_is_said_decided_or_not(investments, decided, said):
    assert said in problems(investments, decided)


def test_all_problems_are_shown_at_once():
    found = problems(
        {
            "a": {"changes": {"reasons.ordr.per_order": "x 2"}},
            "b": {"changes": {"reasons.order.handle": "x"}, "requires": ["cc"]},
        },
        {"d": "2027-03"},
    )
    for said in ("'reasons.order.per_order'", "there is no investment 'cc'", "there is no investment 'd'"):
        assert said in found


def test_decided_options_that_break_each_other_are_found():
    """Each is good alone: two that add the same, two whose points leave no share."""
    one = {"adds": PORTAL}
    assert "self_service.portal is there already" in problems({"a": one, "b": one}, {"a": "2027-02", "b": "2027-03"})
    less = {"changes": {"reasons.order.resolved_first": "- 50 points"}}
    shop({"a": less, "b": less}, {"a": "2027-02"})
    found = problems({"a": less, "b": less}, {"a": "2027-02", "b": "2027-03"})
    assert "investments.b.changes: reasons.order.resolved_first" in found
    assert found.count("a share lies between") == 1


def test_what_an_option_requires_is_there_when_it_is_tried():
    bot = {"adds": HELPER}
    tuned = {"requires": ["bot"], "changes": {"bots.helper.contains.order": "+ 10 points"}}
    made = shop({"bot": bot, "tuned": tuned}, {"bot": "2027-02", "tuned": "2027-05"})
    assert on(made, "2027-06-01").bots["helper"].contains == {"order": pytest.approx(0.7)}
    alone = problems({"bot": bot, "tuned": {**tuned, "requires": []}})
    assert "investments.tuned.changes: bots.helper.contains.order\n    nothing matches 'helper' in bots" in alone


def test_lines_and_columns_of_an_overlay(tmp_path):
    from sim.scenario.load import load

    overlay = tmp_path / "options.yaml"
    overlay.write_text(
        "investments:\n  crm:\n    changes:\n      reasons.*.handel: -5 %\ndecisions: {investments: {cmr: 2027-03}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioProblems) as found:
        load("baseline", [overlay])
    said = str(found.value).replace(str(tmp_path), "folder")
    assert "folder/options.yaml:4:7  investments.crm.changes: reasons.*.handel" in said
    assert "did you mean 'reasons.*.handle'?" in said
    assert "folder/options.yaml:5:27  decisions.investments.cmr" in said


def test_a_set_decides_and_withdraws():
    from sim.scenario.load import load

    sets = ["investments={a: {ramp: 2 weeks, changes: {reasons.*.handle: -5 %}, levels: {x: {}, y: {}}}}"]
    with pytest.raises(ScenarioProblems):
        load("baseline", sets=[*sets, "decisions.investments.a=2027-03"])
    made = load("baseline", sets=[*sets, "decisions.investments.a={start: 2027-03, level: y}"])
    assert len(made.variants) > 4
    assert made.digest != load("baseline").digest
    withdrawn = load("baseline", sets=[*sets, "decisions.investments.a={start: 2027-03, level: y}",
                                       "decisions.investments.a=null"])  # fmt: skip
    assert withdrawn.digest == load("baseline").digest
