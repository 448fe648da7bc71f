"""How each figure is written, in the terminal and on the page alike."""

from __future__ import annotations

from evaluate.compare import Comparison
from evaluate.headline import ALL, Line
from evaluate.intervals import Figure
from evaluate.measures import MEASURES
from report import format as fmt
from sim.kpis import KPIS

_KPI_TITLES = {
    "service_level": "Answered in time",
    "average_speed_of_answer": "Speed of answer",
    "abandonment_rate": "Abandoned",
    "needs": "Needs",
    "contacts": "Contacts",
    "handled": "Handled by agents",
    "occupancy": "Occupancy",
    "handle_time": "Handle time",
    "fcr": "First contact resolution",
    "deflection": "Deflected by self-service",
    "containment": "Contained by a bot",
    "time_to_resolution": "Time to resolution",
    "resolution_rate": "Resolved",
    "share_lost": "Lost",
    "csat": "Satisfied (CSAT)",
    "nps": "NPS",
    "churn_points": "Churn added by a ticket",
    "customers_lost": "Customers lost by service",
    "referrals": "Customers won by referral",
}


def kpi_title(line: Line) -> str:
    """Name of a headline KPI."""
    title = _KPI_TITLES.get(line.kpi, line.kpi.replace("_", " "))
    return title if line.channel == ALL else f"{title}, {line.channel}"


def kpi_text(line: Line, value: float | None, signed: bool = False) -> str:
    """A KPI's value (or difference) in the unit in which people say it."""
    unit = KPIS[line.kpi].unit
    if unit == "share":
        return fmt.points(value) if signed else fmt.percent(value)
    if unit in ("s", "h") and value is not None:
        text = fmt.duration(value * (3600 if unit == "h" else 1))
        return f"+{text}" if signed and value > 0 and not text.startswith("0") else text
    digits = 2 if line.kpi == "churn_points" else 1 if unit == "points" else 0
    return fmt.number(value, digits, signed)


def measure_text(comparison: Comparison, key: str, figure: Figure) -> str:
    """A measure of the appraisal; what does not exist is said in words."""
    unit, value = MEASURES[key].unit, figure.value
    if unit == "months":
        return fmt.months(value)
    if value is None:
        return "none" if MEASURES[key].against_base else fmt.NO_DATA
    if key in _CAN_MOVE and abs(value) > _FAR:
        return f"{'below ' + fmt.MINUS if value < 0 else 'above '}{fmt.percent(_FAR, 0)}"
    if unit.startswith("share"):
        return fmt.percent(value, 0)
    if unit == "ratio":
        return fmt.number(value, 2)
    if unit == "h":
        return f"{fmt.number(value)}{fmt.FIRM}h"
    digits = 2 if key.startswith("cost_per") else 0
    return fmt.money(value, comparison.currency, digits, signed=MEASURES[key].against_base and key not in _UNSIGNED)


_CAN_MOVE, _FAR = ("benefits_can_fall", "costs_can_rise"), 10.0
"""Shares of what is next to nothing say no more than that."""
_UNSIGNED = ("benefits", "costs", "peak_funding", "peak_funding_p10", "peak_funding_p90")


def interval_text(key: str, figure: Figure) -> str:
    """The interval of a measure, or nothing."""
    if figure.low is None or figure.high is None or (key in _CAN_MOVE and abs(figure.value or 0.0) > _FAR):
        return ""
    unit = MEASURES[key].unit
    if unit.startswith("share"):
        return fmt.span(fmt.percent(figure.low, 0), fmt.percent(figure.high, 0))
    digits = 2 if unit == "ratio" or key.startswith("cost_per") else 0
    return fmt.span(fmt.number(figure.low, digits), fmt.number(figure.high, digits))


def spread_text(comparison: Comparison, name: str, key: str) -> str:
    """How a measure spreads over the replications, for the small print; nothing where it is a mean with an interval."""
    table = comparison.against.get(name, {})
    low, high = table.get(f"{key}_p10"), table.get(f"{key}_p90")
    if low is None or high is None:
        return ""
    tenths = f"P10 {measure_text(comparison, f'{key}_p10', low)}, P90 {measure_text(comparison, f'{key}_p90', high)}"
    how_often = table.get(f"{key}_share")
    if how_often is None or how_often.value is None:
        return "" if low.value is None and high.value is None else tenths
    in_share = f"in {fmt.percent(how_often.value, 0)} of replications"
    return f"{tenths}; {in_share}" if how_often.value else in_share


def kpi_interval_text(line: Line, figure: Figure) -> str:
    """The interval of a KPI, or nothing."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = figure.low, figure.high
    if KPIS[line.kpi].unit not in ("points", "customers"):  # a t interval knows no bounds; what is shown does
        low = max(low, 0.0)
    if KPIS[line.kpi].unit == "share":
        high = min(high, 1.0)
    return fmt.span(kpi_text(line, low), kpi_text(line, high))
