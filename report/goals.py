"""Goals in sentences, as a table and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaluate.compare import Comparison
from evaluate.goals import GoalResult, goal_results, reached_by_none
from report import amounts
from report import format as fmt

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "goal", "scenario", "kpi", "target", "unit", "by", "owner", "status", "value", "low", "high",
    "probability", "probability_low", "probability_high", "replications", "met_from", "months_late",
)  # fmt: skip


def sentence(result: GoalResult, comparison: Comparison) -> str:
    """One goal under one scenario, in a sentence."""
    currency, goal = comparison.currency, result.goal
    owner = f", {goal.owner}" if goal.owner else ", nobody owns it"
    wanted = amounts.aim(result.what, result.target, currency)
    start = f"{result.name} ({result.what.text} {wanted} by {result.by}{owner})"
    if result.status == "not measurable":
        return f"{start} cannot be measured with {result.scenario}: it has nothing of which {result.what.kpi} is known."
    if result.status == "no data" or result.chance is None:
        return f"{start} has no data in {result.by} with {result.scenario}: nobody came whom the KPI counts."
    chance = result.chance
    value = amounts.amount(result.what, result.value.value, currency)
    interval = amounts.interval(result.what, result.value, currency)
    odds = (
        f"met in {chance.met} of {chance.of} replications ({fmt.percent(chance.share, 0)}, interval "
        f"{fmt.span(fmt.percent(chance.low, 0), fmt.percent(chance.high, 0))})"
    )
    return f"{start} is {result.status} with {result.scenario}: {value}{interval}, {odds}; {_when(result)}."


def _when(result: GoalResult) -> str:
    if result.since is None:
        return "not kept up to the end of the horizon" if result.reached else "not met at the end of the horizon either"
    if result.late > 0:
        return f"met for good from {result.since}, {result.late} month{'' if result.late == 1 else 's'} late"
    return f"met for good from {result.since}"


def sentences(comparison: Comparison) -> list[str]:
    """Every goal under every scenario, and the goals that none reaches."""
    results = goal_results(comparison)
    found = [sentence(result, comparison) for result in results]
    return [*found, *nobody(comparison, results)]


def nobody(comparison: Comparison, results: Sequence[GoalResult]) -> list[str]:
    """Goals that no scenario reaches, said once each."""
    if not comparison.options:
        return []
    return [f"No option reaches the goal {name}, nor does {comparison.base.name}." for name in reached_by_none(results)]


def table(comparison: Comparison) -> pd.DataFrame:
    """One row a goal and scenario; see `COLUMNS`. Amounts are in ``unit``."""
    import pandas as pd

    rows = [
        (
            r.name, r.scenario, r.what.text, f"{r.target.sign} {r.target.amount:.9g}", unit(r, comparison), r.by,
            r.goal.owner, r.status, r.value.value, r.value.low, r.value.high,
            None if r.chance is None else r.chance.share, None if r.chance is None else r.chance.low,
            None if r.chance is None else r.chance.high, 0 if r.chance is None else r.chance.of, r.since or "",
            "" if r.since is None else r.late,
        )
        for r in goal_results(comparison)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def unit(result: GoalResult, comparison: Comparison) -> str:
    """Of the KPI; money in the scenario's currency."""
    return comparison.currency if result.what.is_money else result.what.unit


def as_plain(comparison: Comparison) -> list[dict[str, Any]]:
    """For JSON."""
    return [
        {
            "goal": r.name, "scenario": r.scenario, "kpi": r.what.text, "sign": r.target.sign,
            "target": r.target.amount, "unit": unit(r, comparison), "by": r.by, "owner": r.goal.owner,
            "status": r.status, "value": r.value.value, "low": r.value.low, "high": r.value.high,
            "probability": None if r.chance is None else r.chance.share,
            "probability_low": None if r.chance is None else r.chance.low,
            "probability_high": None if r.chance is None else r.chance.high,
            "replications": 0 if r.chance is None else r.chance.of, "met_from": r.since, "months_late":
            None if r.since is None else r.late, "sentence": sentence(r, comparison),
        }
        for r in goal_results(comparison)
    ]  # fmt: skip
