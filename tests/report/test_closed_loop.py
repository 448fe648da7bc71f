"""What people see of the closed loop: passes, warnings, customers by month, the margin, and --no-feedback."""

import datetime as dt
import io
import json
from functools import cache

import numpy as np
import pytest

from evaluate.compare import Comparison, compare
from evaluate.measures import present_values
from evaluate.simulate import simulate_all
from report import closed_loop, tables
from report.answer import answer, remarks
from report.as_json import as_json
from report.command import compute_and_write
from report.draw import charts
from report.given import Refused
from report.manifest import Circumstances, manifest
from report.page import page
from report.terminal import as_text
from sim.scenario.emit import to_yaml
from sim.scenario.load import resolve


def shop(name: str = "shop", agents: int = 1, loops: dict | None = None, **retention) -> dict:
    """Three months of a shop whose one agent is too few."""
    return {
        "schema": 1,
        "name": name,
        "horizon": {"start": "2027-01-01", "months": 3},
        "experiment": {"replications": 2, "seed": 5},
        "customers": {
            **{"active": 3000, "new": "60 /month", "orders": "1 /month", "churn": "2 %/month"},
            **{"order_value": "50 EUR", "margin": "40 %"},
        },
        "reasons": {
            "order": {
                **{"per_order": 0.25, "channels": {"phone": "100 %"}, "resolved_first": "80 %"},
                "handle": {"mean": "30 min", "cv": 1},
            }
        },
        "channels": {"phone": {"patience": "20 min", "target": {"share": "50 %", "within": "60 s"}}},
        "teams": {"desk": {"agents": agents, "serves": ["phone"], "wage": "20 EUR/h"}},
        "retention": {"churn": {"unresolved": "20 points"}, "referrals": {"per_promoter": "4 %"}, **retention},
        "feedback": {"tolerance": "0 %", **(loops or {})},
    }


@cache
def comparison(max_passes: int = 8) -> Comparison:
    """One agent, and three."""
    loops = {"max_passes": max_passes}
    return compare(simulate_all([resolve(shop(loops=loops)), resolve(shop("three", 3, loops))]))


def test_every_output_tells_the_passes(tmp_path):
    found = comparison()
    assert "Closed loop of customers: shop 3 passes, three 3 passes." in as_text(found, tmp_path)
    assert "Closed loop of customers: shop 3 passes" in page(found, [])
    loop = as_json(found, tmp_path)["scenarios"][0]["closed_loop"]
    assert (loop["passes"], loop["residual"], loop["converged"], loop["loops"]) == (3, 0.0, True, ["customers"])
    told = manifest(found, Circumstances("compare", (), dt.datetime.now(dt.UTC), 1.0, 1), [])["scenarios"]
    assert told[0]["closed_loop"].startswith("closed loop of customers: converged after 3 passes")
    assert not any("converge" in line for line in remarks(found))


def test_passes_that_did_not_converge_are_warned_of_everywhere(tmp_path):
    found = comparison(1)
    warning = "shop: the closed loop of customers did NOT converge in 1 pass;"
    assert any(line.startswith(warning) for line in remarks(found))
    assert warning in " ".join(as_text(found, tmp_path).split())
    assert warning in page(found, [])
    told = as_json(found, tmp_path)
    assert any(line.startswith(warning) for line in told["remarks"])
    assert any(line.startswith(warning) for line in told["warnings"])
    assert not told["scenarios"][0]["closed_loop"]["converged"]


def test_customers_by_month_add_up():
    """Customers of the table follow from the ones before by new, churn, lost and won."""
    table = tables.all_tables(comparison())["customers.csv"]
    mine = table[table["scenario"] == "shop"]
    assert list(mine["month"]) == ["2027-01", "2027-02", "2027-03"]
    assert mine["lost"].iloc[0] == mine["won"].iloc[0] == 0
    assert (mine["lost"].iloc[1:] > 10).all()
    assert mine["orders"].to_numpy() == pytest.approx(
        mine["customers"].to_numpy() * np.array([31, 28, 31]) * 12 / 365.25
    )
    other = table[table["scenario"] == "three"]
    assert (other["lost"].to_numpy()[1:] < mine["lost"].to_numpy()[1:]).all()
    assert other["customers"].iloc[-1] > mine["customers"].iloc[-1]


def test_without_a_loop_nothing_is_said(tmp_path):
    found = compare(simulate_all([resolve(shop(mode="off"))]))
    assert "customers.csv" not in tables.all_tables(found)
    assert as_json(found, tmp_path)["scenarios"][0]["closed_loop"] is None
    assert "losed loop" not in as_text(found, tmp_path)
    assert closed_loop.converged(found) == closed_loop.trap(found) == ""


def test_measured_only_is_counted_and_shown_and_moves_no_money():
    found = compare(simulate_all([resolve(shop(mode="measured_only"))]))
    assert len(tables.all_tables(found)["customers.csv"]) == 3
    kpis = {row.kpi for row in found.lines}
    assert {"churn_points", "customers_lost", "referrals"} <= kpis
    assert {key for key, _ in found.flows["shop"].categories} == {"wages"}


def test_the_npv_holds_the_margin_kept_and_the_cost_of_support_does_not():
    found = comparison()
    option, base = (present_values(found.flows[name], found.base.resolved).mean(axis=1) for name in ("three", "shop"))
    keys = [key for key, _ in found.flows["shop"].categories]
    kept = {key: option[place] - base[place] for place, key in enumerate(keys)}
    assert kept["margin_lost"] > 0 > kept["wages"]
    assert found.npv("three").value == pytest.approx(sum(kept.values()))
    tangible = found.against["three"]["npv_tangible"].value
    assert tangible == pytest.approx(sum(kept.values()) - kept["margin_lost"] - kept["referral_margin"])
    support = found.alone["shop"]["equivalent_monthly_support"].value or 0.0
    months = 20 * (31 + 28 + 31) * 24 / 3  # one agent at all hours
    assert support == pytest.approx(-months, rel=0.05)
    single = compare([found.base.replications])
    assert f"costs {-support:,.0f}".replace(",", "\u202f") in answer(single)


def test_the_charts_of_cost_leave_sales_out():
    drawn = {chart.key: chart for chart in charts(comparison())}
    assert "cost_by_category" in drawn
    wages = -comparison().flows["shop"].amounts[0].mean(axis=0).sum() / 3
    assert f"shop {wages:,.0f}".replace(",", "\u202f") in drawn["cost_by_category"].text


def test_no_feedback_leaves_demand_as_it_was_and_still_prices_who_left(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(to_yaml(shop()), encoding="utf-8")
    asked = {"out": tmp_path / "out", "arguments": [], "progress_to": io.StringIO(), "quiet": True}
    found, folder = compute_and_write("run", [str(file)], feedback=False, **asked)
    assert found.base.replications.loop is None
    opened = compare(simulate_all([resolve(shop(mode="measured_only"))]))
    needs = [sum(usage.needs.sum() for usage in one.base.replications.usage) for one in (found, opened)]
    assert needs[0] == needs[1]
    assert "margin_lost" in {key for key, _ in found.flows["shop"].categories}
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["scenarios"][0]["closed_loop"] == "open"
    assert any("feedback.customers" in layer for layer in told["scenarios"][0]["layers"])


def test_a_loop_without_end_is_refused_in_words(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(to_yaml(shop(referrals={"per_promoter": "100000000 %"})), encoding="utf-8")
    asked = {"out": tmp_path / "out", "arguments": [], "progress_to": io.StringIO(), "quiet": True}
    with pytest.raises(Refused, match="customers bring more customers without end"):
        compute_and_write("run", [str(file)], **asked)
    assert list((tmp_path / "out").iterdir()) == []
