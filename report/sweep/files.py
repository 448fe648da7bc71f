"""Tables of a sweep, written row by row as points come, so that memory does not grow with their number."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluate.sweep.design import Design
from evaluate.sweep.response import Responses, effects
from evaluate.sweep.run import Told

if TYPE_CHECKING:
    import pyarrow as pa

FIGURES = ("kpi", "channel", "reason", "team", "value", "low", "high", "unit", "n", "replications")
_ROW_GROUP = 8_000  # all that is kept of the rows
_DIGITS = 9


def columns(design: Design) -> list[str]:
    """Of `sweep.csv`: the scenario, the point, a column an input, then the figure."""
    return ["scenario", "point", *(factor.path for factor in design.factors), *FIGURES]


def is_number(design: Design, place: int) -> bool:
    """Whether an input's values are plain numbers, so that its column holds such."""
    values = design.factors[place].values
    if values.bounds is not None:
        return values.kind == "set" and not values.unit
    return bool(values.numbers) and all(_plain(text) for text in values.texts)


def _plain(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and text[:1] not in "+"
    except ValueError:
        return False


class Writer:
    """`sweep.csv` and `sweep.parquet`, row for row the same."""

    def __init__(self, folder: Path, design: Design) -> None:
        self._design = design
        self._columns = columns(design)
        self._numeric = [is_number(design, place) for place in range(len(design.factors))]
        self._text = (folder / "sweep.csv").open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._text, lineterminator="\n")
        self._csv.writerow(self._columns)
        self._path = folder / "sweep.parquet"
        self._waiting: list[list[Any]] = []
        self._parquet: Any = None

    def add(self, told: Told) -> None:
        """The rows of one case."""
        settings = [
            float(text) if numeric else text for text, numeric in zip(told.case.point.texts, self._numeric, strict=True)
        ]
        for row in told.rows:
            where, figure = row.wanted, row.figure
            numbers = (_rounded(figure.value), _rounded(figure.low), _rounded(figure.high))
            names = (where.kpi, where.channel, where.reason, where.team)
            line = [
                told.name,
                told.case.number,
                *settings,
                *names,
                *numbers,
                row.unit,
                _rounded(row.n),
                told.replications,
            ]
            self._csv.writerow([_shown(value) for value in line])
            self._waiting.append(line)
        if len(self._waiting) >= _ROW_GROUP:
            self._flush()

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        kinds: dict[str, Any] = {"point": pa.int64(), "replications": pa.int64()}
        kinds |= dict.fromkeys(("value", "low", "high", "n"), pa.float64())
        for factor, numeric in zip(self._design.factors, self._numeric, strict=True):
            kinds[factor.path] = pa.float64() if numeric else pa.string()
        return pa.schema([(name, kinds.get(name, pa.string())) for name in self._columns])

    def _flush(self) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        schema = self._schema()
        if self._parquet is None:
            self._parquet = parquet.ParquetWriter(self._path, schema, compression="zstd")
        arrays = [
            pa.array(column, field.type) for column, field in zip(zip(*self._waiting, strict=True), schema, strict=True)
        ]
        if self._waiting:
            self._parquet.write_table(pa.Table.from_arrays(arrays, schema=schema))
        self._waiting.clear()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None:
        try:
            if kind is None:
                self._flush_last()
        finally:
            self._text.close()
            if self._parquet is not None:
                self._parquet.close()

    def _flush_last(self) -> None:
        if self._waiting:
            self._flush()
        elif self._parquet is None:
            import pyarrow as pa
            from pyarrow import parquet

            empty = pa.Table.from_pylist([], schema=self._schema())
            parquet.write_table(empty, self._path)


def _rounded(value: float | None) -> float | None:
    """Nine significant digits, as in every table; what differs beyond is the order of a sum."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{_DIGITS}g}")


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else value


def response_table(design: Design, found: Responses) -> pd.DataFrame:
    """One row a case, one column a figure: what a chart or a regression starts from."""
    table: dict[str, Any] = {"scenario": found.names, "point": list(found.numbers)}
    for place, factor in enumerate(design.factors):
        texts = [point.texts[place] for point in found.points]
        table[factor.path] = [float(text) for text in texts] if is_number(design, place) else texts
    table["replications"] = list(found.replications)
    for each in found.known:
        table[each.name] = found.column(each)
    return pd.DataFrame(table)


def effects_tables(design: Design, found: Responses) -> Iterator[pd.DataFrame]:
    """One row a scenario, figure, input and level: the mean over the points at that level. A table a figure, since an
    input may have as many levels as there are points; the first is empty."""
    heads = ["scenario", "figure", "input", "level", "mean", "points", "unit", "explains"]
    yield pd.DataFrame(columns=heads)
    for name, each in product(found.scenarios, found.known):
        rows = [
            (name, each.name, effect.path, level, mean, count, found.units.get(each, ""), effect.explains)
            for effect in effects(design, found, name, each)
            for level, mean, count in zip(effect.levels, effect.means, effect.counts, strict=True)
        ]
        yield pd.DataFrame(rows, columns=heads)
