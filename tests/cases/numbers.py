"""The numbers in docs/cases.md: each marked block is a run of a case and of what could be done about it.

``python -m tests.cases.numbers [CASE ...]`` writes them anew (a few minutes for all).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evaluate.compare import Comparison, compare
from evaluate.headline import ALL, Line
from evaluate.returns import returns_table
from evaluate.simulate import simulate_all
from report import format as fmt
from sim.scenario.load import load
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_HOUR

BLOCK = re.compile(r"(<!-- numbers: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
REPLICATIONS = 2
DECIDE = "decisions.investments."

TRIED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "peak_season": {
        "hired two months late": ["decisions.hires.temps={2027-11: 6}"],
        "overtime": ["decisions.overtime.core={2027-12: 10 %, 2028-01: 10 %}"],
        "partner, no temps": [f"{DECIDE}partner=2027-09", "decisions.hires=null", "decisions.leaves=null"],
        "delivery_notices": [f"{DECIDE}delivery_notices=2027-08"],
        "returns_page": [f"{DECIDE}returns_page=2027-08"],
        "chatbot": [f"{DECIDE}chatbot=2027-08"],
        "page and bot, 3 temps": [
            f"{DECIDE}returns_page=2027-08",
            f"{DECIDE}chatbot=2027-08",
            "decisions.hires.temps.2027-09=3",
            "decisions.leaves.temps.2028-01=3",
        ],
    },
    "carrier_strike": {
        "told (..._notice)": [],
        "stand-by, 6 people": ["decisions.outsource.stand_by={2027-10: 6}"],
        "overtime": ["decisions.overtime.frontline={2027-10: 15 %}"],
        "delivery_notices": [f"{DECIDE}delivery_notices=2027-09"],
        "tracking_page": [f"{DECIDE}tracking_page=2027-09"],
        "call_backs": [f"{DECIDE}call_backs=2027-09"],
    },
    "small_retailer": {
        name: [f"{DECIDE}{name}=2027-02"]
        for name in ("lunch_help", "staggered_lunch", "call_backs", "help_page", "night_answers")
    },
    "omnichannel_retailer": {
        "crm, history": [DECIDE + "crm={start: 2027-01, level: history}"],
        "crm, and rules": [DECIDE + "crm={start: 2027-01, level: history_and_rules}"],
        "decide_alone": [f"{DECIDE}decide_alone=2027-01"],
        "mail_to_messaging": [f"{DECIDE}mail_to_messaging=2027-01"],
        "chatbot": [f"{DECIDE}chatbot=2027-01"],
        "decide_alone, a post less": [f"{DECIDE}decide_alone=2027-01", "decisions.leaves.voice={2027-03: 1}"],
    },
    "electronics_brand": {
        **{
            name: [f"{DECIDE}{name}=2027-01"]
            for name in ("guided_set_up", "camera", "first_line_training", "copilot", "forum")
        },
        "camera, a post less": [f"{DECIDE}camera=2027-01", "decisions.leaves.first_line={2027-05: 1}"],
    },
    "fashion_returns": {
        **{
            name: [f"{DECIDE}{name}=2027-01"]
            for name in ("instant_refund_portal", "drop_off_network", "size_advice", "chatbot", "fee_for_pick_up")
        },
        "portal, a post less": [f"{DECIDE}instant_refund_portal=2027-01", "decisions.leaves.frontline={2027-06: 1}"],
    },
}
"""By case: what is tried, as `--set` would have it."""
COUNTED = (
    ("occupancy", "occupancy", 1),
    ("contacts", "contacts", 0),
    ("handled by agents", "handled", 0),
    ("handle time, s", "handle_time", 0),
    ("lost", "share_lost", 1),
    ("CSAT", "csat", 1),
    ("customers lost", "customers_lost", 0),
)


def worlds(case: str) -> list[Resolved]:
    """The case as it is, then with each of what is tried."""
    made = [load(f"cases/{case}")]
    for number, (title, sets) in enumerate(TRIED[case].items()):
        name = f"cases/{case}" if sets else f"cases/{case}_notice"
        made.append(load(name, [], [*sets, f"name=tried_{number}", f"title={title}"]))
    return made


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def block(case: str, replications: int = REPLICATIONS) -> str:
    """The command, seed and replications, and a table with a column for each of what is tried."""
    found = compare(simulate_all(worlds(case), None, replications))
    names = [one.name for one in found.scenarios]
    seed = found.base.resolved.scenario.experiment.seed
    heads = ["", "as it is", *TRIED[case]]
    body = [*_targets(found, names), *_counted(found, names), *_returned(found, names), *_money(found, names)]
    table = "\n".join(row(cells) for cells in (heads, ["---"] * len(heads), *body))
    command = f"`deskplan run cases/{case} --reps {replications}` (seed {seed})"
    return f"{command}, and with what [numbers.py](../tests/cases/numbers.py) tries:\n\n{table}\n\n{_by_hand(found)}\n"


def _by_hand(found: Comparison) -> str:
    """Little's law for the mail, and work beside agents, of the case as it is."""
    base = found.base
    table, horizon = base.kpis, base.resolved.calendar
    hours = (horizon.end_ms - base.resolved.scenario.horizon.warm_up) / MS_PER_HOUR

    def kpi(name: str, channel: str = ALL, team: str = ALL) -> float:
        rows = table[(table["kpi"] == name) & (table["channel"] == channel) & (table["team"] == team)]
        return float(rows[(rows["month"] == ALL) & (rows["reason"] == ALL)]["value"].iloc[0])

    arriving, wait = kpi("offered", "email") / hours, kpi("mean_wait", "email") / 3600
    teams = [
        f"{name} {_percent(kpi('occupancy', team=name))}"
        for name in base.resolved.scenario.teams
        if kpi("agents_on_duty", team=name) > 0
    ]
    waiting, simulated = _number(arriving * wait, 1), _number(kpi("queue_length", "email"), 1)
    duty, busy = _number(kpi("agents_on_duty"), 2), _number(kpi("agents_busy"), 2)
    return (
        f"By hand: {_number(arriving, 2)} mails an hour x {_number(wait, 1)} h of waiting = {waiting} in the queue on "
        f"average; simulated {simulated}. Of {duty} agents on duty (mean over all hours, nights too) {busy} are busy. "
        f"Occupancy: {', '.join(teams)}."
    )


def _targets(found: Comparison, names: Sequence[str]) -> Iterable[Sequence[str]]:
    for result in found.targets(names[0]):
        channel, share = result.channel, _percent(result.target.share, 0)
        title = f"{channel} within {fmt.plain(fmt.duration(result.target.within / 1000))} (target {share})"
        yield [title, *(_percent(found.value(name, Line("service_level", channel)).value) for name in names)]
        if Line("abandonment_rate", channel) in found.lines:
            left = (found.value(name, Line("abandonment_rate", channel)).value for name in names)
            yield [f"abandoned, {channel}", *(_percent(value) for value in left)]


def _counted(found: Comparison, names: Sequence[str]) -> Iterable[Sequence[str]]:
    for title, kpi, digits in COUNTED:
        if Line(kpi) in found.lines:
            values = [found.value(name, Line(kpi)).value for name in names]
            show = _percent if digits else _number
            yield [title, *(show(value) for value in values)]


def _returned(found: Comparison, names: Sequence[str]) -> Iterable[Sequence[str]]:
    """Goods that come back, where any do and something tried changes that."""
    tables = [returns_table(found.scenario(name).resolved) for name in names]
    costs = [float(table["handling_cost"].sum()) for table in tables]
    if max(costs) > 1.01 * min(costs):  # a tenth of a per cent is customers lost by service
        yield ["orders that come back", *(_number(float(table["returns"].sum())) for table in tables)]
        lost = (float((table["handling_cost"] + table["value_lost"]).sum()) for table in tables)
        yield [f"their freight and lost goods, {found.currency}", *(_number(value) for value in lost)]
        yield ["their carbon, t", *(_number(float(table["carbon_kg"].sum()) / 1000) for table in tables)]


def _money(found: Comparison, names: Sequence[str]) -> Iterable[Sequence[str]]:
    currency = found.currency
    support = (
        "equivalent_monthly_support" if "equivalent_monthly_support" in found.alone[names[0]] else "equivalent_monthly"
    )
    yield [f"cost a month, {currency}", *(_number(-(found.alone[n][support].value or 0.0)) for n in names)]
    yield [f"cost per contact, {currency}", *(_number(found.alone[n]["cost_per_contact"].value, 2) for n in names)]
    yield [f"NPV, {currency}", "-", *(_number(found.npv(name).value) for name in names[1:])]


def _number(value: float | None, digits: int = 0) -> str:
    return "no data" if value is None else fmt.plain(fmt.number(value, digits))


def _percent(value: float | None, digits: int = 1) -> str:
    return "no data" if value is None else fmt.plain(fmt.percent(value, digits))


def with_numbers(text: str, cases: Sequence[str]) -> str:
    """The text with the blocks of these cases made anew."""
    return BLOCK.sub(lambda m: f"{m[1]}{block(m[2])}{m[4]}" if m[2] in cases else m[0], text)


def main() -> None:
    """Write docs/cases.md anew."""
    page = Path(__file__).parents[2] / "docs" / "cases.md"
    for case in sys.argv[1:] or list(TRIED):
        page.write_text(with_numbers(page.read_text(encoding="utf-8"), [case]), encoding="utf-8")


if __name__ == "__main__":
    main()
