"""How sure, as a section of the page: what `compare --uncertain` draws beside the comparison, kept as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluate.tornado import tornado
from evaluate.uncertain import Tell, draw_all
from report import format as fmt
from report import tornado as tornado_report
from report import uncertainty, uncertainty_tables
from report.charts import uncertainty as chart
from report.draw import Chart
from report.extra import Extra, TextTable
from sim.scenario.vary import Sources
from sim.units.desk import Desk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from report.charts.style import Size

DRAWS, TAPES, TORNADO_REPLICATIONS, WITHIN = 64, 2, 8, 12.0
"""As the two commands have it where nothing is said."""


def plain_uncertainty(
    sources: Sequence[Sources], engine: str, seed: int | None, desk: Desk, tell: Tell | None
) -> dict[str, Any]:
    """Draws, and a tornado of each option, as plain data. Raises as `draw_all` does."""
    resolveds = [each.declared() for each in sources]
    drawn = draw_all(sources, resolveds, DRAWS, TAPES, engine, desk, seed, tell)
    tornados = {}
    for source, resolved in zip(sources[1:], resolveds[1:], strict=True):
        pair, worlds = [sources[0], source], [resolveds[0], resolved]
        found = tornado(pair, worlds, TORNADO_REPLICATIONS, engine, desk, seed)
        tornados[resolved.scenario.name] = tornado_report.as_json(found, Path())
    table = pd.DataFrame(uncertainty_tables.distributions(drawn, WITHIN), columns=list(uncertainty_tables.DISTRIBUTION))
    return {
        "drawn": uncertainty.as_json(drawn, WITHIN, Path()),
        "said": {name: _said(drawn, name) for name in drawn.options},
        "basis": uncertainty.basis(drawn),
        "npv": {name: drawn.values(name, "npv").ravel().tolist() for name in drawn.options},
        "distributions": table.astype(object).where(table.notna(), None).to_numpy().tolist(),
        "tornado": tornados,
    }


def _said(drawn: Any, name: str) -> list[str]:
    return [
        uncertainty.answer(drawn, name, WITHIN),
        uncertainty.origin(drawn, name),
        uncertainty.rests(drawn, name),
    ]


def section(plain: Mapping[str, Any]) -> Extra:
    """The section: answers, the distribution, a tornado and the input ledger of each option."""
    drawn, currency = plain["drawn"], plain["drawn"]["currency"]
    said = [text for texts in plain["said"].values() for text in texts]
    table = pd.DataFrame(plain["distributions"], columns=list(uncertainty_tables.DISTRIBUTION))
    return Extra(
        "uncertainty",
        "How sure",
        (*said, *drawn["warnings"], plain["basis"]),
        tuple(_inputs(option) for option in drawn["options"]),
        (_distribution(plain["npv"], currency), *(_tornado(found) for found in plain["tornado"].values())),
        {"uncertainty.csv": table},
    )


def _inputs(option: Mapping[str, Any]) -> TextTable:
    rows = [
        (
            each["path"],
            each["now"],
            f"{each['law']} {each['figures']}",
            fmt.percent(each["share"], 0),
            ", ".join(filter(None, (each["evidence"], each["source"]))),
        )
        for each in option["inputs"]
    ]
    caption = f"{option['name']}: what is uncertain, how much of the spread of the NPV it explains, and who says so"
    return TextTable(caption, ("Input", "Now", "May be", "Explains", "Evidence"), tuple(rows), numbers=False)


def _distribution(outcomes: Mapping[str, Sequence[float]], currency: str) -> Chart:
    values = {name: np.array(each) for name, each in outcomes.items()}
    said = "; ".join(
        f"{name}: nine in ten outcomes between {fmt.money(low, currency)} and {fmt.money(high, currency)}"
        for name, (low, high) in {
            name: np.quantile(each, (0.05, 0.95), method="inverted_cdf") for name, each in values.items()
        }.items()
    )
    return Chart(
        "npv_distribution",
        "How the NPV may turn out",
        f"Share of outcomes in which the NPV against the base is at most so much. {said}.",
        lambda size: chart.distribution(values, currency, size),
    )


def _tornado(found: Mapping[str, Any]) -> Chart:
    middle = found["middle"]["value"]

    def end(side: Mapping[str, Any]) -> float:
        return float(middle if side["value"] is None else side["value"])

    bars = [
        chart.Reach(
            bar["input"],
            end(bar["low"]),
            end(bar["high"]),
            tornado_report.short(bar["low"]["change"]),
            tornado_report.short(bar["high"]["change"]),
        )
        for bar in found["bars"]
        if bar["swing"]["value"]
    ]

    def draw(size: Size) -> Figure:
        return chart.tornado(bars, middle, found["currency"], size)

    text = (
        f"{found['answer']} Declared inputs from their 10th to their 90th percentile, other main inputs by 10 % either "
        "way; the longest bars."
    )
    return Chart(f"tornado_{found['option']}", f"What moves the NPV of {found['option']} most", text, draw)
