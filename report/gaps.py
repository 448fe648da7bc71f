"""Gaps as text, as a table and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evaluate.compare import Comparison
from evaluate.gaps import Closing, Gap, GapRow, When, gap_rows
from report import amounts
from report import format as fmt

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 100
COLUMNS = (
    "kpi", "scenario", "base", "unit", "value", "low", "high", "target_sign", "target", "target_from", "gap_to_target",
    "benchmark_low", "benchmark_high", "benchmark_figures", "grades", "gap_to_benchmark", "gap_share_of_range",
    "position", "percentile", "peers", "target_closed", "target_closed_low", "target_closed_high", "target_met_from",
    "target_met_early", "target_met_late", "benchmark_closed", "benchmark_closed_low", "benchmark_closed_high",
    "benchmark_met_from", "benchmark_met_early", "benchmark_met_late",
)  # fmt: skip


def as_text(comparison: Comparison) -> str:
    """One paragraph a KPI: now, target, others, and what every option closes by when."""
    rows = gap_rows(comparison)
    if not rows:
        return "Nothing to hold the figures against: give a channel a `target`, or declare `goals` or `benchmarks`."
    paragraphs = []
    for row in rows:
        head, *rest = lines(comparison, row)
        paragraphs.append("\n".join([head, *(_wrapped(line) for line in rest)]))
    return "\n\n".join(paragraphs)


def _wrapped(line: str) -> str:
    return textwrap.fill(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")


def lines(comparison: Comparison, row: GapRow) -> Iterator[str]:
    """The lines of one KPI; the first is its value now."""
    currency, what = comparison.currency, row.what
    now = amounts.amount(what, row.now.value, currency)
    yield f"{what.text}: {now}{amounts.interval(what, row.now, currency)} with {comparison.base.name}"
    if row.target is not None:
        aim = amounts.aim(what, row.target.aim, currency)
        yield f"target {aim} ({row.target_from}): {_gap(row, row.target, currency)}{_base_when(comparison, row, True)}"
    if row.benchmark is not None:
        yield f"{others(row, currency)}: {_gap(row, row.benchmark, currency)}{place(row)}"
    for option in comparison.options:
        said = list(_option(comparison, row, option.name))
        if said:
            yield f"{option.name}: {'; '.join(said)}"
    for figure in row.not_compared:
        yield f"not compared: {figure.written} ({figure.source}); no benchmarks.exchange for its currency"
    for caution in row.cautions:
        yield f"caution: {caution}"


def _gap(row: GapRow, gap: Gap, currency: str) -> str:
    if gap.size <= 0:
        return "no gap"
    share = "" if gap.share_of_range is None else f" ({fmt.percent(gap.share_of_range, 0)} of the benchmark range)"
    return f"a gap of {amounts.gap(row.what, gap.size, currency)}{share}"


def _base_when(comparison: Comparison, row: GapRow, to_target: bool) -> str:
    closings = row.to_target if to_target else row.to_benchmark
    found = closings.get(comparison.base.name)
    return "" if found is None else f"; {when(found.when)}"


def others(row: GapRow, currency: str) -> str:
    """What others reach, with how many figures of which grades say so."""
    assert row.range is not None
    low, high = (amounts.amount(row.what, end, currency) for end in (row.range.low, row.range.high))
    span = low if row.range.width == 0 else fmt.span(low, high)
    count = len(row.range.figures)
    kind = "peer" if row.range.figures[0].is_peer else "figure"
    grades = f", grade {row.range.grades}" if row.range.grades else ""
    return f"others {span} ({count} {kind}{'' if count == 1 else 's'}{grades})"


def place(row: GapRow) -> str:
    """Where in the range and among peers the base stands."""
    found = ""
    if row.position is not None:
        ends = "0 % its low end, 100 % its high one" if not row.what.good else "0 % its poor end, 100 % its good one"
        found += f"; at {fmt.percent(row.position, 0)} of the range ({ends})"
    if row.percentile is not None:
        found += f"; better than {fmt.percent(row.percentile, 0)} of {len(row.peers)} named peers"
    return found


def _option(comparison: Comparison, row: GapRow, name: str) -> Iterator[str]:
    value = row.values[name]
    if value.value is None:
        return
    yield amounts.amount(row.what, value.value, comparison.currency)
    for words, closings in (("target", row.to_target), ("benchmark", row.to_benchmark)):
        found = closings.get(name)
        if found is None:
            continue
        if found.closed.value is None:
            yield f"{words} {when(found.when)}"
            continue
        yield f"{closes(found)} of the gap to the {words}, {when(found.when)}"


def closes(found: Closing) -> str:
    """``closes 53 % (50 % to 56 %)``, or ``closes all``: how far beyond a small gap one goes says nothing."""
    closed = found.closed
    if closed.value is not None and closed.value >= 1 and (closed.low is None or closed.low >= 1):
        return "closes all"
    return f"closes {fmt.percent(closed.value, 0)}{amounts.share_interval(closed)}"


def when(found: When) -> str:
    """By when an aim is met, in words; the interval in brackets where it says more."""
    if found.month is None:
        could = f" (from {found.early} at the good end of the intervals)" if found.early else ""
        return f"not met at the end of the horizon{could}"
    if not found.has_interval or (found.early == found.late == found.month):
        return f"met from {found.month}"
    return f"met from {found.month} (interval {found.early} to {found.late or 'after the horizon'})"


def table(comparison: Comparison) -> pd.DataFrame:
    """One row a KPI and scenario, the base first; amounts are in ``unit``, gaps and ranges those of the base."""
    import pandas as pd

    rows = [_row(comparison, row, name) for row in gap_rows(comparison) for name in row.values]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(comparison: Comparison, row: GapRow, name: str) -> tuple[Any, ...]:
    value, target, span, nearest = row.values[name], row.target, row.range, row.benchmark
    return (
        row.what.text, name, comparison.base.name, comparison.currency if row.what.is_money else row.what.unit,
        value.value, value.low, value.high,
        "" if target is None else target.aim.sign, None if target is None else target.aim.amount, row.target_from,
        None if target is None else target.size,
        None if span is None else span.low, None if span is None else span.high,
        0 if span is None else len(span.figures), "" if span is None else span.grades,
        None if nearest is None else nearest.size, None if nearest is None else nearest.share_of_range,
        row.position, row.percentile, len(row.peers),
        *_closing(row.to_target, name), *_closing(row.to_benchmark, name),
    )  # fmt: skip


def _closing(closings: Mapping[str, Closing], name: str) -> tuple[Any, ...]:
    found = closings.get(name)
    if found is None:
        return (None, None, None, "", "", "")
    share, month = found.closed, found.when
    return (share.value, share.low, share.high, month.month or "", month.early or "", month.late or "")


def as_plain(comparison: Comparison) -> list[dict[str, Any]]:
    """For JSON: the base's row with what every scenario does to it."""
    found = []
    for row in gap_rows(comparison):
        plain = dict(zip(COLUMNS, _row(comparison, row, comparison.base.name), strict=True))
        kept = {key: plain[key] for key in COLUMNS[: COLUMNS.index("target_closed")] if key != "scenario"}
        kept["figures"] = [
            {"name": f.name, "set": f.origin, "low": f.low, "high": f.high, "as_published": f.written, "year": f.year,
             "segment": f.segment, "grade": f.grade, "source": f.source}
            for f in (*(row.range.figures if row.range else ()), *row.not_compared)
        ]  # fmt: skip
        kept["cautions"] = list(row.cautions)
        kept["scenarios"] = {
            name: {
                "value": asdict(row.values[name]),
                "to_target": asdict(row.to_target[name]) if name in row.to_target else None,
                "to_benchmark": asdict(row.to_benchmark[name]) if name in row.to_benchmark else None,
            }
            for name in row.values
        }
        found.append(kept)
    return found
