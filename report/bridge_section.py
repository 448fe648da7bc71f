"""The bridge for people: its section, its waterfalls and bridge.csv."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from evaluate.bridge import NPV, Bridge, Part
from evaluate.headline import ALL, Line
from evaluate.intervals import Figure
from report import cells
from report import format as fmt
from report.charts.style import Size
from report.charts.waterfall import Step, waterfall
from report.draw import Chart
from report.extra import Extra, TextTable
from sim.kpis import KPIS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawing

COLUMNS = ("base", "option", "kpi", "channel", "step", "value", "low", "high", "unit")
START, END = "(base)", "(option)"


def section(bridge: Bridge, currency: str) -> Extra:
    """Everything that `deskplan bridge` adds to a run's folder."""
    drawn = [line for line in bridge.lines if _known(bridge, line)]
    return Extra(
        "bridge",
        "Bridge",
        tuple(paragraphs(bridge, currency)),
        (table(bridge, currency), *([paths(bridge)] if bridge.parts else [])),
        tuple(_chart(bridge, line, currency) for line in drawn),
        {"bridge.csv": csv_table(bridge, currency)},
    )


def paragraphs(bridge: Bridge, currency: str) -> list[str]:
    """What it says, and how it was found."""
    if not bridge.parts:
        return [f"{bridge.option} changes nothing in {bridge.base} that is simulated or priced."]
    largest = max(bridge.parts, key=lambda part: abs(part.figures[NPV].value or 0.0))
    total, own = bridge.end[NPV], largest.figures[NPV]
    said = [
        f"From {bridge.base} to {bridge.option} is {_text(NPV, total.value, currency, True)} of NPV, of which "
        f"{largest.change.name} has {_text(NPV, own.value, currency, True)}, the largest part of "
        f"{len(bridge.parts)}. The parts add up exactly."
    ]
    if bridge.all_orders:
        said.append(
            "Each part is the mean of what the change adds over all orders in which the changes could be made (Shapley "
            f"value), from {bridge.worlds} worlds simulated on the same customers: what two changes do only together "
            "is shared between them."
        )
    else:
        said.append(
            f"There are {len(bridge.parts)} changes, too many for every order: each part is what the change adds when "
            f"they are made in the order in which they stand, from {bridge.worlds} worlds simulated on the same "
            "customers: another order gives other parts."
        )
    together = [part.change.name for part in bridge.parts if len(part.change.keys) > 1]
    if together:
        said.append(f"Not to be had apart, and so one change: {'; '.join(together)}.")
    return said


def table(bridge: Bridge, currency: str) -> TextTable:
    """A row a change, a column a quantity."""
    heads = ("Change", *(_title(line) for line in bridge.lines))
    steps: list[tuple[str, Callable[[Line], Figure], bool]] = [
        (bridge.base, lambda line: bridge.start[line], False),
        *((part.change.name, _of(part), True) for part in bridge.parts),
        (bridge.option, lambda line: bridge.end[line], False),
    ]
    rows = tuple(
        (name, *(_with_interval(line, read(line), currency, signed) for line in bridge.lines))
        for name, read, signed in steps
    )
    sort = tuple(tuple(read(line).value for line in bridge.lines) for _, read, _ in steps)
    return TextTable("What each change adds, with its interval over the paired replications", heads, rows, sort=sort)


def paths(bridge: Bridge) -> TextTable:
    """What each change is made of."""
    rows = tuple(
        (part.change.name, each.path, each.old, each.new) for part in bridge.parts for each in part.change.differences
    )
    return TextTable("What the changes are made of", ("Change", "Path", "From", "To"), rows, numbers=False)


def csv_table(bridge: Bridge, currency: str) -> pd.DataFrame:
    """`bridge.csv`: start, every change and end, for each quantity."""
    import pandas as pd

    rows = []
    for line in bridge.lines:
        steps = [(START, bridge.start[line])]
        steps += [(part.change.name, part.figures[line]) for part in bridge.parts]
        steps.append((END, bridge.end[line]))
        unit = currency if line == NPV else KPIS[line.kpi].unit
        rows += [
            (bridge.base, bridge.option, line.kpi, line.channel, step, found.value, found.low, found.high, unit)
            for step, found in steps
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of(part: Part) -> Callable[[Line], Figure]:
    return lambda line: part.figures[line]


def _known(bridge: Bridge, line: Line) -> bool:
    figures = [bridge.start[line], bridge.end[line], *(part.figures[line] for part in bridge.parts)]
    return bool(bridge.parts) and all(found.value is not None for found in figures)


def _title(line: Line) -> str:
    return "NPV" if line == NPV else cells.kpi_title(line)


def _text(line: Line, value: float | None, currency: str, signed: bool) -> str:
    return fmt.money(value, currency, signed=signed) if line == NPV else cells.kpi_text(line, value, signed)


def _with_interval(line: Line, found: Figure, currency: str, signed: bool) -> str:
    text = _text(line, found.value, currency, signed)
    if found.low is None or found.high is None or found.low == found.high:
        return text
    if line != NPV and not signed:
        return f"{text} ({cells.kpi_interval_text(line, found)})"
    low, high = (_text(line, end, currency, signed) for end in (found.low, found.high))
    return f"{text} ({fmt.span(low, high)})"


def _chart(bridge: Bridge, line: Line, currency: str) -> Chart:
    what = _title(line)
    channel = "" if line.channel == ALL else f"_{line.channel}"
    steps = [_step(part, line) for part in bridge.parts]
    said = ", ".join(f"{step.name} {_text(line, step.value, currency, True)}" for step in steps)
    start, end = bridge.start[line].value or 0.0, bridge.end[line].value or 0.0

    def number(value: float, signed: bool) -> str:
        return _text(line, value, currency, signed)

    def draw(size: Size) -> Drawing:
        return waterfall(steps, (bridge.base, start), (bridge.option, end), what, number, size)

    return Chart(
        f"bridge_{line.kpi}{channel}",
        f"From {bridge.base} to {bridge.option}: {what}",
        f"{what} from {_text(line, start, currency, False)} to {_text(line, end, currency, False)}: {said}. The "
        "thin line is the interval of each part.",
        draw,
    )


def _step(part: Part, line: Line) -> Step:
    found = part.figures[line]
    return Step(part.change.name, found.value or 0.0, found.low, found.high)
