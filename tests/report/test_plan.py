"""A plan in words, tables and charts, from data by hand."""

from __future__ import annotations

from typing import Any

import pytest

from optimize.plan.outcome import Infeasible, Relaxation, Shortfall
from report.charts.style import NARROW, WIDE, svg
from report.extra import html, markdown
from report.plan import words
from report.plan.section import charts_of, sections
from report.plan.tables import all_tables
from report.plan.terminal import as_lines

MONTHS = ["2027-01", "2027-02", "2027-03"]


def decision(kind: str, what: str, month: str, units: float = 1.0, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "what": what, "detail": "", "month": month, "units": units, "live": month, "full": month,
            "counted": 100.0, "present": -90.0, **more}  # fmt: skip


def data(**changed: Any) -> dict[str, Any]:
    service = {"channel": "phone", "held": True, "target": 0.8, "predicted": 0.82, "simulated": 0.81, "met": 0.9,
               "predicted_hours": 100.0, "simulated_hours": 101.0}  # fmt: skip
    plan = {"name": "plan", "mix": "help (basic)", "heads": 2, "spent": 700.0, "kept": 3, "of": 3, "predicted": 5000.0,
            "value": [4900.0, 4800.0, 5000.0], "chosen_brings": [0.0, 0.0, 0.0]}  # fmt: skip
    today = {"name": "today", "mix": "", "heads": 0, "spent": 0.0, "kept": 1, "of": 3, "value": [0.0, 0.0, 0.0],
             "chosen_brings": [4900.0, 4800.0, 5000.0]}  # fmt: skip
    month = {"month": "2027-01", "share": [0.9, 0.7, 0.97], "level": [0.81, 0.8, 0.82]}
    found = {
        "schema": 1, "today": "today", "currency": "EUR", "objective": "npv", "months": MONTHS, "confidence": 0.95,
        "seed": 7, "simulated": {"replications": 100, "seconds": {"learning": 10.0}, "of_each": 8},
        "asked": {"targets": {"phone": 0.8}, "chance": 0.8, "together": False, "held": MONTHS,
                  "within": {"phone": 20.0}, "risk": "mean",
                  "budgets": [{"name": "total", "words": "at most 1,000 EUR", "limit": 1000.0, "used": 700.0}]},
        "solver": {"name": "highs", "objective": 5000.0, "bound": 5010.0, "gap": 0.002, "gap_asked": 0.005,
                   "proven": True, "rounding": 1.0, "seconds": 1.0, "rounds": 3, "time_limit": 60.0},
        "mix": "help (basic)",
        "decisions": [decision("investment", "help", "2027-01", detail="basic", live="2027-02-15", full="2027-03-15"),
                      decision("hire", "desk", "2027-02", 2.0), decision("cut", "back", "2027-03", 1.0)],
        "spent": [500.0, 200.0, 0.0],
        "services": [{**service, "month": label} for label in MONTHS],
        "check_sum": {"rows": [{"category": "wages", "title": "Wages", "predicted": 5000.0, "simulated": 4900.0,
                                "difference": -100.0}], "objective": 5000.0, "from_categories": 5000.0,
                      "predicted": 5000.0, "simulated": 4900.0, "adds_up": True},
        "staffing": [{"teams": ["desk"], "words": "phone", "heads": [[3.0, 4.0, 5.0]], "today": [3.0, 3.0, 3.0],
                      "need": [None, 3.9, 4.5]}],
        "binding": [{"name": "budget_total", "words": "at most 1,000 EUR in all", "slack": 0.0, "price": 1.5},
                    {"name": "pool_served_phone", "words": "phone by 80 % in 2027-03", "slack": 0.0, "price": 800.0}],
        "budget_step": {"more": 50.0, "gain": 100.0, "each": 2.0, "leeway": 10.0, "sure": True},
        "rounds": [{"plan": "plan", "number": 0, "predicted": 1.0, "simulated": 1.0, "missed": 1, "promised": 3}],
        "selection": {"best": "proposal_1", "runner_up": "proposal_2", "alpha": 0.05, "indifference": 100.0,
                      "guaranteed": 150.0, "complete": False, "replications": 24, "kept_out": {"proposal_3": 4},
                      "plans": [
                          {"name": "proposal_1", "mix": "help (basic)", "predicted": 5000.0,
                           "value": [4900.0, 4800.0, 5000.0], "behind": [0.0, 0.0, 0.0], "replications": 8,
                           "left_after": None},
                          {"name": "proposal_2", "mix": "people only", "predicted": 4000.0,
                           "value": [3900.0, 3800.0, 4000.0], "behind": [1000.0, -10.0, 2010.0], "replications": 8,
                           "left_after": 8}]},
        "fresh": {"seed": 9, "replications": 20, "raised": 1, "holds": True,
                  "values": {"plan": [4880.0, 4700.0, 5060.0]},
                  "chosen_on": 4900.0, "optimism": [20.0, -50.0, 90.0],
                  "channels": [{"channel": "phone", "target": 0.8, "asked": 0.8, "share": [0.9, 0.8, 0.95],
                                "level": [0.81, 0.8, 0.82], "holds": True, "worst": "2027-01",
                                "worst_share": [0.85, 0.6, 0.95], "refuted": [], "months": [month]}]},
        "plans": [today, plan], "no_plan": {"bot_only": "no bot is enough"},
        "frontier": [{"budget": 0.0, "plan": False},
                     {"budget": 1000.0, "plan": True, "mix": "help (basic)", "heads": 2, "spent": 700.0,
                      "predicted": 5000.0, "simulated": [4900.0, 4800.0, 5000.0], "replications": 3,
                      "levels": {"phone": [0.81, 0.8, 0.82]}, "kept": 3, "of": 3}],
        "robust": {"rows": [{"name": "proposal_1", "mean": [10.0, 5.0, 15.0], "p10": [1.0, 0.0, 2.0],
                             "below_zero": 0.1, "mean_regret": 0.0, "max_regret": 0.0, "best_in": 1.0}],
                   "risk": "mean", "draws": 16, "tapes": 2, "inputs": ["teams.*.wage"], "chosen": "proposal_1",
                   "best_by": {"mean": "proposal_1", "p10": "proposal_1"}},
    }  # fmt: skip
    return {**found, **changed}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", ",").replace("\u2212", "-")


def test_five_lines_say_what_when_how_much_and_how_sure():
    do, costs, brings, service, sure = (plain(line) for line in words.five_lines(data()))
    assert do == "Do: Start help (basic) from 2027-01; hire desk 2 in 2027-02; cut back 1 in 2027-03."
    assert "700 EUR counts towards budgets" in costs
    assert "700 EUR of 1,000 EUR in all" in costs
    assert "NPV +4,880 EUR (95 % 4,700 to 5,060) against today" in brings
    assert "today keeps 1 of its 3 promises" in brings
    assert "phone 81.0 % within 20 s (promised 80 %, kept in 90 % of months and replications)" in service
    assert "every promise holds" in service
    assert "95 % confidence where the others are 150 EUR or more behind" in sure
    assert "worth -20 EUR (-90 to +50)" in sure


def test_a_broken_promise_and_a_stopped_solver_are_said():
    fresh = data()["fresh"]
    broken = {**fresh, "channels": [{**fresh["channels"][0], "holds": False, "refuted": ["2027-02"]}]}
    solver = {**data()["solver"], "proven": False, "gap": 0.03}
    _, _, _, service, sure = (plain(line) for line in words.five_lines(data(fresh=broken, solver=solver)))
    assert "NOT held on phone" in service
    assert "stopped at the time limit: a plan of the model may be better by up to 3.00 %" in sure


def test_what_holds_it_back_is_priced():
    said = " ".join(plain(line) for line in words.holding_back(data()))
    assert "1 EUR more would bring about 1.50" in said
    assert "one head less of it would be worth 800 EUR" in said
    assert "50 EUR more of the budget would bring +100 EUR, 2.00 for each 1 EUR" in said


def test_what_has_slack_is_not_called_binding():
    budget = {"name": "budget_total", "words": "at most 9,000 EUR in all", "slack": 3353.0, "price": 0.03,
              "binds": False}  # fmt: skip
    pool = {"name": "pool_served_phone", "words": "phone by 80 % in 2027-03", "slack": 0.13, "price": 800.0,
            "binds": False}  # fmt: skip
    step = {"more": 450.0, "gain": 0.0, "each": 0.0, "leeway": 5.0, "sure": False}
    said = [plain(line) for line in words.holding_back(data(binding=[pool, budget], budget_step=step))]
    assert said[0].startswith("No limit is reached")
    assert "0.13 heads to spare, since people come whole; in fractions it would bind" in said[1]
    assert "3,353 EUR is left of it, since investments come whole; in fractions it would bind" in said[2]
    assert "450 EUR more of the budget would change nothing" in said[3]


def test_a_gain_within_what_the_solver_leaves_open_is_no_worth_of_money():
    step = {"more": 50.0, "gain": 4.0, "each": 0.08, "leeway": 5.0, "sure": False}
    said = plain(words.holding_back(data(budget_step=step))[-1])
    assert "no more than the solver leaves open (5 EUR): it may as well be worth nothing" in said
    assert "each 1 EUR" not in said


def test_goals_stand_beside_the_service():
    goal = {"name": "kind", "words": "csat >= 80 % by 2027-06", "unit": "share", "bound": 0.8, "holds": False,
            "value": [0.757, 0.75, 0.76]}  # fmt: skip
    service = plain(words.five_lines(data(fresh={**data()["fresh"], "goals": [goal]}))[3])
    assert "csat >= 80 % by 2027-06 is NOT reached with 75.7 %" in service


def test_why_others_lost():
    said = " ".join(plain(line) for line in words.why_not(data()))
    assert "proposal_2 (people only) is 1,000 EUR (-10 to 2,010) behind, within the noise" in said
    assert "proposal_3 was left out: 4 promises" in said
    assert "bot_only: no plan. No bot is enough." in said


def test_infeasible_in_words():
    short = Shortfall("pool_phone", "phone in 2027-03 needs 2.0 more heads than can be there by then", 2.0, "heads")
    reasons = Relaxation((short,), ("pool_phone", "budget_total"), ("phone by 80 %", "at most 1,000 EUR"), (short,),
                         frozenset(), True)  # fmt: skip
    said = words.refused(Infeasible(reasons))
    assert said[0].startswith("No plan meets everything")
    assert any("2.0 more heads" in line for line in said)
    assert any("cannot hold together" in line for line in said)
    assert "  - at most 1,000 EUR" in said


def test_every_section_has_words_and_every_chart_draws_wide_and_narrow():
    found = sections(data())
    assert [extra.key for extra in found] == ["plan", "promises", "frontier", "limits", "others", "regret", "check_sum"]
    assert [extra.key for extra in found if extra.early] == ["plan", "promises"]
    for extra in found:
        assert extra.title in html(extra, "")
        assert extra.paragraphs or extra.tables
        assert markdown(extra)
    for chart in charts_of(data()):
        assert chart.text
        for size in (WIDE, NARROW):
            assert svg(chart.draw(size), chart.key)


def test_tables_hold_what_was_computed_and_leave_out_what_was_not_asked():
    found = all_tables(data())
    assert found["predicted_simulated.csv"]["error"].tolist() == pytest.approx([-0.01] * 3)
    lines = found["reconciliation.csv"]
    assert lines["difference"].iloc[-1] == pytest.approx(-100.0)
    assert found["frontier.csv"]["service_phone"].tolist()[1] == 0.81
    less = all_tables(data(frontier=[], robust=None))
    assert set(found) - set(less) == {"frontier.csv", "regret.csv"}


def test_tables_fit_a_terminal():
    for extra in sections(data()):
        for table in extra.tables:
            assert as_lines(table)[0]
