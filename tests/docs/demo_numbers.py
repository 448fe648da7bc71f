"""The numbers in docs/demo.md: each marked block is made from a run, so that what is explained is what is printed.

``python -m tests.docs.demo_numbers results/<run of the demo>`` writes them anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from report import format as fmt

SCENARIOS = ("baseline", "expand_team", "self_service", "chatbot", "blend")
ARGUMENTS = ("compare", *SCENARIOS, "--reps", "4")
DAYS = 730.0  # 2027-01-01 to 2028-12-31 without the two days of warm-up, less than a per mille off
BLOCK = re.compile(r"(<!-- numbers: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Demo:
    """A run's folder, read."""

    folder: Path

    @cached_property
    def kpis(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "kpis.csv", low_memory=False)

    @cached_property
    def flows(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "cashflows.csv")

    @cached_property
    def appraisal(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "appraisal.csv")

    def kpi(self, scenario: str, kpi: str, channel: str = "all", reason: str = "all", month: str = "all") -> float:
        """One figure."""
        table = self.kpis
        rows = table[
            (table["scenario"] == scenario)
            & (table["kpi"] == kpi)
            & (table["channel"] == channel)
            & (table["reason"] == reason)
            & (table["team"] == "all")
            & (table["month"] == month)
        ]
        return float(rows["value"].iloc[0])

    def measure(self, scenario: str, measure: str) -> float:
        return float(self.figure(scenario, measure)[0])

    def figure(self, scenario: str, measure: str) -> tuple[float, float, float]:
        """Value, low, high."""
        rows = self.appraisal[(self.appraisal["scenario"] == scenario) & (self.appraisal["measure"] == measure)]
        value, low, high = rows[["value", "low", "high"]].to_numpy(dtype=float)[0]
        return value, low, high

    def money(self, scenario: str, *categories: str) -> float:
        """Sum over the horizon, as a positive amount."""
        rows = self.flows[(self.flows["scenario"] == scenario) & self.flows["category"].isin(categories)]
        return -float(rows["amount"].sum())

    def monthly_difference(self, scenario: str, upfront: bool) -> pd.Series:
        """Flows less the base's, by month: those paid upfront, or the others."""
        rows = self.flows[(self.flows["category"] == "upfront") == upfront]
        sums = rows.pivot_table(index="month", columns="scenario", values="amount", aggfunc="sum").fillna(0.0)
        return sums[scenario] - sums["baseline"]


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join([row(*heads), row(*["---"] * len(heads)), *(row(*cells) for cells in rows)])


def n(value: float, digits: int = 0) -> str:
    return fmt.plain(fmt.number(value, digits))


def pc(value: float, digits: int = 1) -> str:
    return fmt.plain(fmt.percent(value, digits))


def service(demo: Demo) -> str:
    heads = ("", *SCENARIOS)
    lines = [
        ("phone within 20 s", "service_level", "phone", pc),
        ("chat within 60 s", "service_level", "chat", pc),
        ("email within 24 h", "service_level", "email", pc),
        ("abandoned, phone", "abandonment_rate", "phone", pc),
        ("occupancy", "occupancy", "all", pc),
        ("contacts", "contacts", "all", n),
        ("handled by agents", "handled", "all", n),
        ("lost", "share_lost", "all", pc),
        ("CSAT", "csat", "all", pc),
    ]
    rows = [(title, *(show(demo.kpi(s, kpi, channel)) for s in SCENARIOS)) for title, kpi, channel, show in lines]
    return table(heads, rows)


def money(demo: Demo) -> str:
    def eur(value: float) -> str:
        return n(value)

    def npv(scenario: str) -> str:
        if scenario == "baseline":
            return "-"
        value, low, high = demo.figure(scenario, "npv")
        return f"{n(value)} ({n(low)} to {n(high)})"

    rows = [
        ("NPV against baseline, EUR", *(npv(s) for s in SCENARIOS)),
        ("all cost over 24 months, EUR", *(eur(-demo.measure(s, "total")) for s in SCENARIOS)),
        ("wages and training", *(eur(demo.money(s, "wages", "training")) for s in SCENARIOS)),
        ("overhead and workplaces", *(eur(demo.money(s, "overhead", "workplaces")) for s in SCENARIOS)),
        ("hiring and leavers", *(eur(demo.money(s, "hiring", "leaving")) for s in SCENARIOS)),
        ("upfront", *(eur(demo.money(s, "upfront")) for s in SCENARIOS)),
        ("running", *(eur(demo.money(s, "running")) for s in SCENARIOS)),
        ("charges by use", *(eur(demo.money(s, "per_use", "telephony", "bot_price")) for s in SCENARIOS)),
        ("cost per contact, EUR", *(n(demo.measure(s, "cost_per_contact"), 2) for s in SCENARIOS)),
        ("cost per resolution, EUR", *(n(demo.measure(s, "cost_per_resolution"), 2) for s in SCENARIOS)),
        ("cost per order, EUR", *(n(demo.measure(s, "cost_per_order"), 2) for s in SCENARIOS)),
    ]
    return table(("", *SCENARIOS), rows)


def littles_law(demo: Demo) -> str:
    """Mean number waiting = arrivals to the queue per hour x mean wait in hours."""
    rows = []
    for scenario in ("baseline", "blend"):
        for channel in ("phone", "chat", "email"):
            joined = demo.kpi(scenario, "offered", channel)
            wait_h = demo.kpi(scenario, "mean_wait", channel) / 3600
            per_hour = joined / (DAYS * 24)
            found = demo.kpi(scenario, "queue_length", channel)
            rows.append((scenario, channel, n(per_hour, 2), n(wait_h * 60, 2), n(per_hour * wait_h, 3), n(found, 3)))
    heads = ("scenario", "channel", "offered per hour", "mean wait, min", "product: waiting on average", "simulated")
    return table(heads, rows)


def erlangs(demo: Demo) -> str:
    """Work offered and carried, and agents on duty, as means over opening hours."""
    hours = 24 * 7 / (6 * 12)
    rows = []
    for scenario in SCENARIOS:
        offered = sum(demo.kpi(scenario, "load_offered", c) for c in ("phone", "chat", "email"))
        busy, duty = demo.kpi(scenario, "agents_busy"), demo.kpi(scenario, "agents_on_duty")
        rows.append(
            (
                scenario,
                n(offered * hours, 2),
                n(busy * hours, 2),
                n(duty * hours, 2),
                pc(busy / duty),
                pc(demo.kpi(scenario, "occupancy")),
                n(demo.kpi(scenario, "concurrency", "chat"), 2),
            )
        )
    heads = (
        "scenario",
        "work offered",
        "agents busy",
        "agents on duty",
        "busy / on duty",
        "occupancy",
        "chats per busy agent",
    )
    return table(heads, rows)


def needs(demo: Demo) -> str:
    """Needs by reason, beside those that arithmetic gives."""
    orders = demo.measure("baseline", "total") / -demo.measure("baseline", "cost_per_order")
    rows = []
    for reason, per_order in (("order_status", 0.065), ("return", 0.045), ("payment", 0.015)):
        found = demo.kpi("baseline", "needs", "all", reason)
        rows.append((reason, f"{per_order}", n(orders * per_order), n(found), pc(found / (orders * per_order) - 1)))
    return f"Orders over the 24 months: {n(orders)}.\n\n" + table(
        ("reason", "needs per order", "orders x needs per order", "simulated", "difference"), rows
    )


def annuity(demo: Demo) -> str:
    """NPV by hand: upfront plus the mean monthly difference times the annuity factor."""
    rate = 1.08 ** (1 / 12) - 1
    factor = (1 - (1 + rate) ** -24) / rate
    rows = []
    for scenario in SCENARIOS[1:]:
        upfront = float(demo.monthly_difference(scenario, True).sum())
        later = demo.monthly_difference(scenario, False)
        exact = upfront + sum(v * (1 + rate) ** -(k + 1) for k, v in enumerate(later))
        rows.append(
            (
                scenario,
                n(upfront),
                n(float(later.mean())),
                n(upfront + float(later.mean()) * factor),
                n(exact),
                n(demo.measure(scenario, "npv")),
            )
        )
    heads = (
        "scenario",
        "upfront",
        "mean difference a month",
        f"upfront + mean x {factor:.4f}",
        "month by month",
        "printed",
    )
    return table(heads, rows)


def hiring(demo: Demo) -> str:
    """What the three hires of expand_team cost, by hand."""
    last = "2028-12"

    def paid(scenario: str) -> float:
        rows = demo.flows[(demo.flows["scenario"] == scenario) & (demo.flows["month"] == last)]
        return -float(rows[rows["category"] == "wages"]["amount"].sum())

    per_head, wages = paid("baseline") / 14, paid("expand_team")
    monthly = 1 - 0.76 ** (1 / 12)
    fourteen, seventeen = 14 * 24 * monthly, (14 * 3 + 17 * 21) * monthly  # the three serve from March on
    rows = [
        (f"wages of 17 in {last}: 17 x {n(per_head)} EUR", n(17 * per_head), n(wages)),
        (
            f"attrition: 24 % a year is {pc(monthly, 2)} a month; 14 heads x 24 months are {fourteen:.1f} leavers, "
            f"{int(fourteen)} whole ones x 2,800 EUR",
            n(int(fourteen) * 2800),
            n(demo.money("baseline", "hiring")),
        ),
        (
            f"hiring: 3, and those who replace {int(seventeen)} leavers, x 2,800 EUR",
            n((3 + int(seventeen)) * 2800),
            n(demo.money("expand_team", "hiring")),
        ),
        (
            f"workplaces: 14 heads x 24 months, and {int(fourteen)} successors x 3 weeks beside the leaver, x 310 EUR",
            n((14 * 24 + int(fourteen) * 21 / 30.4375) * 310),
            n(demo.money("baseline", "workplaces")),
        ),
    ]
    return table(("by hand", "EUR", "printed"), rows)


BLOCKS: dict[str, Callable[[Demo], str]] = {
    "service": service,
    "money": money,
    "littles_law": littles_law,
    "erlangs": erlangs,
    "needs": needs,
    "annuity": annuity,
    "hiring": hiring,
    "answer": lambda demo: "> " + fmt.plain(answer_of(demo)),
}


def answer_of(demo: Demo) -> str:
    """The sentence on the run's page."""
    page = (demo.folder / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<p class="answer">(.*?)</p>', page, re.DOTALL)
    assert found is not None
    import html

    return html.unescape(found[1])


def with_numbers(text: str, demo: Demo) -> str:
    """The text with every marked block made anew."""
    return BLOCK.sub(lambda match: f"{match[1]}{BLOCKS[match[2]](demo)}\n{match[4]}", text)


def main() -> None:
    """Write docs/demo.md anew from a run's folder."""
    folder, page = Path(sys.argv[1]), Path(__file__).parents[2] / "docs" / "demo.md"
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert made["replications"] == 4, "the demo has 4 replications"
    page.write_text(with_numbers(page.read_text(encoding="utf-8"), Demo(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
