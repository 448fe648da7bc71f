"""The answer as JSON (`--format json`); docs/reading_the_output.md describes it. Keys are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluate.compare import Comparison, TargetResult
from evaluate.conventions import stated
from evaluate.intervals import Figure
from evaluate.returns import returns_table
from evaluate.sunk import sunk_table
from evaluate.verdict import verdict
from report import closed_loop, gaps, goals, stakeholders
from report.answer import answer, remarks, warnings
from report.tables import unit_of
from report.workforce import as_plain
from sim.engine.headcount import headcount
from sim.kpis import KPIS
from sim.kpis.steady import WarmUp

SCHEMA = 1


def as_json(comparison: Comparison, folder: Path) -> dict[str, Any]:
    """Plain data; figures are `{value, low, high, unit}`, null for no data."""
    return {
        "schema": SCHEMA,
        "answer": answer(comparison),
        "remarks": remarks(comparison),
        "warnings": warnings(comparison),
        "base": comparison.base.name,
        "ranking": [one.name for one in verdict(comparison).ranked],
        "currency": comparison.currency,
        "conventions": stated(comparison.base.resolved.scenario.economics),
        "months": list(comparison.months),
        "confidence": comparison.confidence,
        "replications": comparison.replications,
        "intervals_from": comparison.intervals_from,
        "seed": comparison.base.replications.seed,
        "engine": comparison.base.replications.engine,
        "scenarios": [_scenario(comparison, one.name) for one in comparison.scenarios],
        "goals": goals.as_plain(comparison),
        "gaps": gaps.as_plain(comparison),
        "stakeholders": stakeholders.as_plain(comparison),
        "folder": folder.as_posix(),
    }


def _figure(figure: Figure, unit: str) -> dict[str, Any]:
    return {"value": figure.value, "low": figure.low, "high": figure.high, "unit": unit}


def _scenario(comparison: Comparison, name: str) -> dict[str, Any]:
    one = comparison.scenario(name)
    measures: Mapping[str, Figure] = {**comparison.alone[name], **comparison.against.get(name, {})}
    option = name in comparison.against
    return {
        "name": name,
        "title": one.resolved.scenario.title,
        "digest": one.resolved.digest,
        "targets": [_target(result) for result in comparison.targets(name)],
        "kpis": [
            {
                "kpi": line.kpi,
                "channel": line.channel,
                **_figure(comparison.value(name, line), KPIS[line.kpi].unit),
                "difference": _figure(comparison.difference(name, line), KPIS[line.kpi].unit) if option else None,
            }
            for line in comparison.lines
        ],
        "appraisal": {key: _figure(figure, unit_of(key, comparison.currency)) for key, figure in measures.items()},
        "no_rate_because": comparison.appraised[name].why_no_rate if option else "",
        "sunk": sunk_table(one.resolved).drop(columns="scenario").to_dict("records"),
        "workforce": [as_plain(row) for row in headcount(one.resolved)],
        "returns": returns_table(one.resolved).drop(columns="scenario").to_dict("records"),
        "closed_loop": closed_loop.as_plain(one),
        "warm_up": [_warm_up(found) for found in one.warm_up],
    }


def _warm_up(found: WarmUp) -> dict[str, Any]:
    return {
        "channel": found.channel,
        "verdict": found.verdict,
        "declared_seconds": found.declared_ms / 1000,
        "needed_seconds": found.needed_ms / 1000,
        "looked_at_seconds": found.seen_ms / 1000,
    }


def _target(result: TargetResult) -> dict[str, Any]:
    return {
        "channel": result.channel,
        "share": result.target.share,
        "within_seconds": result.target.within / 1000,
        "contract": result.target.contract,
        **_figure(result.reached, "share"),
        "met": result.met,
        "certain": result.certain,
        "months_met": result.months_met,
        "months": result.months,
    }
