"""What others reach: bundled sets of sourced figures and the scenario's own peers, read as amounts of our KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from sim.scenario.kpi_text import Named, amount, named, span, unit_of
from sim.scenario.schema import Scenario
from sim.scenario.units import split_quantity
from sim.scenario.yaml_text import read_yaml

GRADES = ("A", "B", "C")


@dataclass(frozen=True)
class BenchmarkFigure:
    """One sourced figure, or one of a peer, in the KPI's unit (money: in the scenario's currency)."""

    name: str
    """Of the figure in its set, or of the peer."""
    origin: str
    """The set, or ``peers``."""
    what: Named
    low: float | None
    """None where its currency has no exchange rate."""
    high: float | None
    written: str
    """As published."""
    year: int | None
    segment: str
    source: str
    grade: str
    """Empty for peers."""
    region: str = ""
    statistic: str = ""
    note: str = ""

    @property
    def is_peer(self) -> bool:
        """Whether it is a named organisation rather than an industry's figure."""
        return self.origin == "peers"

    @property
    def compared(self) -> bool:
        """Whether it can be set against a scenario."""
        return self.low is not None


@dataclass(frozen=True)
class Range:
    """What the figures of one KPI span: conflicts between sources are kept, not averaged."""

    low: float
    high: float
    figures: tuple[BenchmarkFigure, ...]

    @property
    def width(self) -> float:
        """High less low; 0 where there is one figure."""
        return self.high - self.low

    @property
    def grades(self) -> str:
        """Best and worst grade, such as ``A to C``; empty for peers."""
        found = sorted({figure.grade for figure in self.figures if figure.grade})
        return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}" if found else ""


@lru_cache
def benchmark_set(name: str) -> dict[str, Any]:
    """A bundled set as written: title, about, caution, figures, context. Raises FileNotFoundError."""
    file = resources.files("scenarios").joinpath("benchmarks", f"{name}.yaml")
    found: dict[str, Any] = read_yaml(file.read_bytes(), f"scenarios/benchmarks/{name}.yaml").plain()
    return found


def figures_of(scenario: Scenario) -> list[BenchmarkFigure]:
    """Every figure that the scenario's sets and peers have, of a KPI that it could have, by grade asked for."""
    block = scenario.benchmarks
    found = [
        _of_set(scenario, name, key, entry)
        for name in block.sets
        for key, entry in benchmark_set(name)["figures"].items()
        if GRADES.index(entry["grade"]) <= GRADES.index(block.grade)
    ]
    for peer, about in block.peers.items():
        for text, written in about.figures.items():
            what = named(text)
            low, high = span(what.kpi, written)
            where = ", ".join(filter(None, (about.industry, about.segment)))
            found.append(BenchmarkFigure(peer, "peers", what, low, high, written, about.year, where, about.source, ""))
    return [figure for figure in found if all(part in _parts(scenario) for part in figure.what.parts)]


def _parts(scenario: Scenario) -> set[str]:
    return {*scenario.channels, *scenario.reasons, *scenario.teams}


def _of_set(scenario: Scenario, origin: str, key: str, entry: dict[str, Any]) -> BenchmarkFigure:
    what = named(entry["kpi"])
    ends = [str(entry["value"])] * 2 if "value" in entry else [str(entry["low"]), str(entry["high"])]
    rate = _rate(scenario, what.kpi, ends[0])
    low, high = (None if rate is None else amount(what.kpi, end) * rate for end in ends)
    written = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    about = (entry.get("year"), entry.get("segment", ""), entry["source"], entry["grade"], entry.get("region", ""))
    return BenchmarkFigure(
        key, origin, what, low, high, written, *about, entry.get("statistic", ""), entry.get("note", "")
    )


def _rate(scenario: Scenario, kpi: str, written: str) -> float | None:
    """What one unit of the figure's currency is worth in the scenario's; 1 for what is not money."""
    code = split_quantity(written)[1]
    if unit_of(kpi) != "money" or code in (None, scenario.currency):
        return 1.0
    return scenario.benchmarks.exchange.get(code or "")


def range_of(figures: Sequence[BenchmarkFigure], what: Named) -> Range | None:
    """What the sets' figures of a KPI span; where sets have none, what peers span; None where nobody has one."""
    mine = [figure for figure in figures if figure.what == what and figure.compared]
    chosen = [figure for figure in mine if not figure.is_peer] or mine
    lows = [figure.low for figure in chosen if figure.low is not None]
    highs = [figure.high for figure in chosen if figure.high is not None]
    return Range(min(lows), max(highs), tuple(chosen)) if chosen else None


def cautions(scenario: Scenario, what: Named) -> list[str]:
    """What to know before comparing, from the sets that the scenario uses."""
    found = [benchmark_set(name).get("caution", {}).get(what.text) for name in scenario.benchmarks.sets]
    return list(dict.fromkeys(text for text in found if text))
