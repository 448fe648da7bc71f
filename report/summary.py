"""The comparison table as text: sections of rows, one column a scenario. The terminal and the page both print it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluate.compare import Comparison, TargetResult
from evaluate.headline import Line, applies
from evaluate.measures import MEASURES
from evaluate.returns import returns_by_month
from evaluate.sunk import sunk_costs
from report import cells
from report import format as fmt
from report.answer import priced, whole_months
from report.extra import TextTable
from report.tables import unit_of
from sim.kpis import KPIS


@dataclass(frozen=True)
class Cell:
    """One figure as text."""

    text: str
    interval: str = ""
    change: str = ""
    """Against the base, KPIs only."""
    met: bool | None = None
    """Whether a target is met; None where there is none."""
    sort: float | None = None


@dataclass(frozen=True)
class Row:
    """One figure for every scenario, the base first."""

    key: str
    title: str
    definition: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Section:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]


_SERVICE = ("service_level", "average_speed_of_answer", "abandonment_rate")
_MONEY_ALONE = ("cost_per_contact", "cost_per_resolution", "cost_per_order")
_MONEY_AGAINST = ("npv", "released_time", "payback", "roi", "irr", "peak_funding")


def sections(comparison: Comparison) -> list[Section]:
    """Service, customers and work, money."""
    service = [line for line in comparison.lines if line.kpi in _SERVICE]
    others = [line for line in comparison.lines if line.kpi not in _SERVICE]
    money: list[Row | None] = []
    if priced(comparison):
        whole = "equivalent_monthly" if whole_months(comparison) else "total"
        money += [_measure_row(comparison, key) for key in (whole, f"{whole}_support", *_MONEY_ALONE)]
    if comparison.options:
        money += [_measure_row(comparison, key) for key in _MONEY_AGAINST]
    found = [
        Section("Service", tuple(_kpi_row(comparison, line) for line in service)),
        Section("Customers and work", tuple(_kpi_row(comparison, line) for line in others)),
        Section("Goods that come back", tuple(_returns_rows(comparison))),
        Section("Money", tuple(row for row in money if row is not None)),
    ]
    return [section for section in found if section.rows]


def _target(comparison: Comparison, name: str, line: Line) -> TargetResult | None:
    if line.kpi != "service_level":
        return None
    return next((result for result in comparison.targets(name) if result.channel == line.channel), None)


def _kpi_row(comparison: Comparison, line: Line) -> Row:
    row = []
    title = cells.kpi_title(line)
    for one in comparison.scenarios:
        if not applies(line, one.resolved.scenario):
            row.append(Cell(fmt.DASH))
            continue
        figure, result = comparison.value(one.name, line), _target(comparison, one.name, line)
        if result is not None:
            within = fmt.duration(result.target.within / 1000)
            title = f"{line.channel} within {within} (target {fmt.percent(result.target.share, 0)})"
        change = (
            "" if one is comparison.base else cells.kpi_text(line, comparison.difference(one.name, line).value, True)
        )
        row.append(
            Cell(
                cells.kpi_text(line, figure.value),
                cells.kpi_interval_text(line, figure),
                "" if change == fmt.NO_DATA else change,
                None if result is None else result.met,
                figure.value,
            )
        )
    return Row(line.kpi, title, _kpi_definition(line), tuple(row))


def _kpi_definition(line: Line) -> str:
    kpi = KPIS[line.kpi]
    return f"{kpi.definition} Numerator: {kpi.numerator}. Denominator: {kpi.denominator}."


def _measure_row(comparison: Comparison, key: str) -> Row | None:
    measure = MEASURES[key]
    row = []
    for one in comparison.scenarios:
        table = comparison.against.get(one.name, {}) if measure.against_base else comparison.alone[one.name]
        figure = table.get(key)
        if figure is None:
            row.append(Cell(fmt.DASH))
            continue
        text = cells.measure_text(comparison, key, figure)
        row.append(Cell(text, cells.interval_text(key, figure), sort=figure.value))
    if all(cell.text in (fmt.DASH, fmt.NO_DATA) for cell in row):
        return None
    unit = unit_of(key, comparison.currency)
    return Row(key, measure.title, f"{_sentence(measure.definition)} Unit: {unit}.", tuple(row))


def _returns_rows(comparison: Comparison) -> list[Row]:
    """Over the horizon; nothing where no scenario declares that goods come back."""
    tables = {one.name: returns_by_month(one.resolved) for one in comparison.scenarios}
    if not any(tables.values()):
        return []
    words = (
        ("returns", "Returns", "orders that come back over the horizon, expected", "count"),
        ("handling_cost", "Handling", "orders that come back x cost of the way in which they do", "money"),
        ("value_lost", "Value lost", "orders that come back x order value x share of it that is lost", "money"),
        ("carbon_kg", "Carbon", "orders that come back x carbon dioxide equivalent of the way in which they do", "kg"),
    )
    rows = []
    for column, title, definition, unit in words:
        sums = [sum(float(getattr(method, column).sum()) for method in table) for table in tables.values()]
        text = {
            "count": lambda value: fmt.number(value),
            "money": lambda value: fmt.money(value, comparison.currency),
            "kg": lambda value: f"{value:,.0f} kg",
        }[unit]
        rows.append(Row(column, title, f"{_sentence(definition)}", tuple(Cell(text(v), sort=v) for v in sums)))
    return rows


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def scenario_names(comparison: Comparison) -> Sequence[str]:
    """Column heads."""
    return [one.name for one in comparison.scenarios]


def sunk_table(comparison: Comparison) -> TextTable:
    """Sunk cost of every scenario, apart from all that is appraised; without rows where there is none."""
    found = [(one.name, cost) for one in comparison.scenarios for cost in sunk_costs(one.resolved)]
    return TextTable(
        f"{comparison.currency}; spent whatever is decided, and in no figure of the appraisal",
        ("Scenario", "What", "Amount", "Why"),
        tuple((name, cost.item, fmt.number(cost.amount), cost.because) for name, cost in found),
        numbers=False,
    )
