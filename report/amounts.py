"""Figures of a yardstick as people read them: `24.4 %`, `15.5 h`, `4.92 EUR`; gaps of shares in points."""

from __future__ import annotations

from evaluate.headline import Line
from evaluate.intervals import Figure
from evaluate.yardstick import Yardstick
from report import cells
from report import format as fmt
from sim.kpis import KPIS
from sim.scenario.kpi_text import Target

_FEW = {"points": 1, "agents": 1, "erlang": 1}


def amount(what: Yardstick, value: float | None, currency: str, signed: bool = False) -> str:
    """A value in the unit in which people say it."""
    if what.is_money:
        digits = 2 if what.kpi.startswith("cost_per") else 0
        return fmt.money(value, currency, digits, signed)
    unit = KPIS[what.kpi].unit
    if unit not in ("share", "s", "h") and value is not None:
        return fmt.number(value, _FEW.get(unit, 2 if abs(value) < 10 else 0), signed)
    return cells.kpi_text(Line(what.kpi), value, signed)


def gap(what: Yardstick, size: float, currency: str) -> str:
    """The size of a gap: of shares in points."""
    return fmt.points(size).lstrip("+") if what.unit == "share" else amount(what, size, currency)


def interval(what: Yardstick, figure: Figure, currency: str) -> str:
    """The interval in brackets with a space before it, or nothing."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = figure.low, figure.high
    if what.unit == "share":
        low, high = max(low, 0.0), min(high, 1.0)
    return f" ({fmt.span(amount(what, low, currency), amount(what, high, currency))})"


def aim(what: Yardstick, wanted: Target, currency: str) -> str:
    """``at most 24 h``."""
    return f"{'at most' if wanted.sign == '<=' else 'at least'} {amount(what, wanted.amount, currency)}"


def share_interval(figure: Figure) -> str:
    """The interval of a share that may go below 0 and above 1, or nothing."""
    if figure.low is None or figure.high is None:
        return ""
    return f" ({fmt.span(fmt.percent(figure.low, 0), fmt.percent(figure.high, 0))})"
