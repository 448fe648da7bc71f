"""The tidy tables of a run's folder: one figure a row, names in the columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaluate.compare import Comparison
from evaluate.intervals import Figure
from evaluate.measures import MEASURES
from evaluate.returns import returns_table
from evaluate.sunk import sunk_table
from report import closed_loop, gaps, goals, stakeholders
from report.csv_text import as_text
from report.workforce import as_table
from sim.kpis import KPIS, kpi_table
from sim.kpis.table import By

if TYPE_CHECKING:
    import pandas as pd

KPI_COLUMNS = ("scenario", "month", "channel", "reason", "team", "kpi", "value", "low", "high", "unit", "n")
CASHFLOW_COLUMNS = ("scenario", "month", "category", "tangible", "amount")
APPRAISAL_COLUMNS = ("scenario", "measure", "value", "low", "high", "unit")
COMPARISON_COLUMNS = (
    "scenario", "base", "kpi", "channel", "value", "base_value", "difference", "low", "high", "unit",
)  # fmt: skip


def kpis(comparison: Comparison, by: By = "month") -> pd.DataFrame:
    """KPIs of every scenario by month (and in total), by half-hour of the week, or by day."""
    import pandas as pd

    tables = [
        one.kpis if by == "month" else kpi_table(one.resolved, one.replications.tallies, by)
        for one in comparison.scenarios
    ]
    table = pd.concat(tables, ignore_index=True)
    if by != "month":
        table = table[table["n"] > 0]  # days and half-hours without any data have no row
    return table[["scenario", by, *KPI_COLUMNS[2:]]]


def cashflows(comparison: Comparison) -> pd.DataFrame:
    """Mean cash flow over replications by scenario, month and category; money out is negative."""
    import pandas as pd

    rows = []
    for one in comparison.scenarios:
        flows = comparison.flows[one.name]
        means = flows.amounts.mean(axis=1)
        for (category, tangible), line in zip(flows.categories, means, strict=True):
            for month, amount in zip(comparison.months, line, strict=True):
                rows.append((one.name, month, category, tangible, amount))
    table = pd.DataFrame(rows, columns=list(CASHFLOW_COLUMNS))
    table["tangible"] = table["tangible"].map({True: "true", False: "false"})
    return table


def unit_of(measure: str, currency: str) -> str:
    """The measure's unit with the scenario's currency in it."""
    return MEASURES[measure].unit.replace("money", currency)


def appraisal(comparison: Comparison) -> pd.DataFrame:
    """Every measure of every scenario; an empty value is "none" (payback: never; rate of return: no one rate)."""
    import pandas as pd

    rows = []
    for one in comparison.scenarios:
        found: dict[str, Figure] = {**comparison.alone[one.name], **comparison.against.get(one.name, {})}
        for measure in MEASURES:
            if measure in found:
                figure = found[measure]
                unit = unit_of(measure, comparison.currency)
                rows.append((one.name, measure, figure.value, figure.low, figure.high, unit))
    return pd.DataFrame(rows, columns=list(APPRAISAL_COLUMNS))


def differences(comparison: Comparison) -> pd.DataFrame:
    """Headline KPIs of every option less the base, paired over replications."""
    import pandas as pd

    rows = []
    for one in comparison.options:
        for line in comparison.lines:
            here, there = comparison.value(one.name, line), comparison.value(comparison.base.name, line)
            gap = comparison.difference(one.name, line)
            unit = KPIS[line.kpi].unit
            rows.append(
                (one.name, comparison.base.name, line.kpi, line.channel, here.value, there.value,
                 gap.value, gap.low, gap.high, unit)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def returns(comparison: Comparison) -> pd.DataFrame:
    """Returns of goods by scenario, month and method, with their handling cost, lost value and carbon."""
    import pandas as pd

    return pd.concat([returns_table(one.resolved) for one in comparison.scenarios], ignore_index=True)


def workforce(comparison: Comparison) -> pd.DataFrame:
    """Heads, joiners, leavers, training and ramps of every team by month; the same in every replication."""
    import pandas as pd

    return pd.concat([as_table(one.resolved) for one in comparison.scenarios], ignore_index=True)


def sunk(comparison: Comparison) -> pd.DataFrame:
    """What every scenario has spent already, positive; in no other table."""
    import pandas as pd

    return pd.concat([sunk_table(one.resolved) for one in comparison.scenarios], ignore_index=True)


def all_tables(comparison: Comparison, by_day: bool = True) -> Mapping[str, pd.DataFrame]:
    """File name -> table; `customers.csv` where a scenario counts whom it loses or closes a loop.

    Without ``by_day`` the one table is left out that needs the days of the tallies.
    """
    counted = closed_loop.customers(comparison)
    return {
        **({"customers.csv": counted} if len(counted) else {}),
        "kpis.csv": kpis(comparison),
        "kpis_by_half_hour.csv": kpis(comparison, "half_hour"),
        **({"kpis_by_day.csv.gz": kpis(comparison, "day")} if by_day else {}),
        "cashflows.csv": cashflows(comparison),
        "appraisal.csv": appraisal(comparison),
        "comparison.csv": differences(comparison),
        "workforce.csv": workforce(comparison),
        "returns.csv": returns(comparison),
        "sunk.csv": sunk(comparison),
        **judgement_tables(comparison),
    }


def judgement_tables(comparison: Comparison) -> Mapping[str, pd.DataFrame]:
    """`gaps.csv`, `goals.csv` and `stakeholders.csv`, where there is anything in them."""
    found = {
        "gaps.csv": gaps.table(comparison),
        "goals.csv": goals.table(comparison),
        "stakeholders.csv": stakeholders.table(comparison),
    }
    return {name: table for name, table in found.items() if len(table)}


def to_csv(table: pd.DataFrame) -> str:
    """CSV with nine significant digits (six in the long tables), one line ending everywhere, empty for no data."""
    digits = 6 if {"day", "half_hour"} & set(table.columns) else 9
    for name in table.select_dtypes(include=["object", "string"]).columns:
        changed = {cell: as_text(cell) for cell in table[name].unique() if as_text(cell) is not cell}
        if changed:
            table = table.assign(**{str(name): table[name].replace(changed)})
    return table.to_csv(index=False, lineterminator="\n", float_format=f"%.{digits}g")
