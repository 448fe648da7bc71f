"""Stakeholders as text, as a table and as plain data."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evaluate.compare import Comparison
from evaluate.stakeholders import Conflict, Effect, Judged, Outcome, WeightRange, engagement, judge
from report import amounts
from report import format as fmt

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 100
COLUMNS = (
    "stakeholder", "option", "kpi", "care", "base_value", "value", "difference", "difference_low", "difference_high",
    "unit", "gain", "gain_low", "gain_high", "verdict", "weight", "interest", "power", "attitude", "engagement",
)  # fmt: skip
SCALES = "Interest and power run from 0 to 10, attitude from -2 to 2; they are judgements, not measurements."


def as_text(comparison: Comparison) -> str:
    """The grid, who gains and loses, the ranking, how firm it is, and who is at odds."""
    people = comparison.base.resolved.scenario.stakeholders
    if not people:
        return "Nobody is named: declare `stakeholders`, or lay `--overlay stakeholders/retail` on top."
    found = [textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in _lines(comparison)]
    return "\n".join(found)


def grid_lines(comparison: Comparison) -> Iterator[str]:
    """Who stands where, and what that calls for."""
    for name, one in comparison.base.resolved.scenario.stakeholders.items():
        yield (
            f"{one.title or name}: power {one.power:g}, interest {one.interest:g}, attitude {one.attitude:g}: "
            f"{engagement(one)}"
        )


def _lines(comparison: Comparison) -> Iterator[str]:
    yield from grid_lines(comparison)
    yield SCALES
    judged = judge(comparison)
    if judged is None:
        yield "No option to judge: name other scenarios."
        return
    yield ""
    for outcome in judged.outcomes:
        yield said(comparison, outcome)
    yield ""
    yield from verdict_lines(judged)


def verdict_lines(judged: Judged) -> Iterator[str]:
    """Ranking, ranges of weights, conflicts, and what was left out."""
    ranked = ", ".join(f"{one.option} {score(one.score.value)}" for one in judged.ranking)
    yield f"Weighted score, best first (the base has 0): {ranked}."
    for one in judged.ranges:
        yield firm(one, judged.winner)
    for conflict in judged.conflicts:
        yield clash(conflict)
    if not judged.conflicts:
        yield "No two stakeholders are at odds: no option is a sure gain for one and a sure loss for another."
    for name, kpi in judged.unmeasured:
        yield f"Left out: {kpi}, which {name} cares about, has no figure in some scenario (or is 0 in the base)."


def score(value: float | None) -> str:
    """A gain as a share of the base, in percent."""
    return fmt.percent(value, 1, signed=True)


def said(comparison: Comparison, outcome: Outcome) -> str:
    """One stakeholder under one option."""
    if outcome.score.value is None:
        return f"{outcome.stakeholder}, {outcome.option}: nothing that they care about can be measured."
    parts = "; ".join(_effect(comparison, effect) for effect in outcome.effects)
    interval = ""
    if outcome.score.low is not None and outcome.score.high is not None:
        interval = f" ({fmt.span(score(outcome.score.low), score(outcome.score.high))})"
    return (
        f"{outcome.stakeholder}, {outcome.option}: {outcome.verdict}, {score(outcome.score.value)}{interval}. {parts}."
    )


def _effect(comparison: Comparison, effect: Effect) -> str:
    currency = comparison.currency
    before, after = (amounts.amount(effect.what, f.value, currency) for f in (effect.base, effect.option))
    sure = "" if effect.gain.certain_sign or effect.gain.value == 0 else ", unclear"
    return f"{effect.what.text} {before} -> {after} ({score(effect.gain.value)}{sure})"


def firm(one: WeightRange, winner: str) -> str:
    """Over which weights the winner stays it."""
    if one.low == 0 and math.isinf(one.high):
        return f"{winner} stays first whatever the weight of {one.stakeholder} (now {one.weight:g})."
    span = f"{one.low:.4g} or more" if math.isinf(one.high) else f"{one.low:.4g} to {one.high:.4g}"
    text = f"{winner} stays first while the weight of {one.stakeholder} is {span} (now {one.weight:g})"
    ends = [f"below, {one.below} is" if one.below else "", f"above, {one.above} is" if one.above else ""]
    return f"{text}; {'; '.join(filter(None, ends))}."


def clash(conflict: Conflict) -> str:
    """Two stakeholders at odds."""
    return f"Conflict over {conflict.option}: {conflict.gains} gain, {conflict.loses} lose, most by {conflict.kpi}."


def table(comparison: Comparison) -> pd.DataFrame:
    """One row a stakeholder, option and KPI, and one for the score (`score`); gains are shares of the base's figure."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    people = comparison.base.resolved.scenario.stakeholders
    judged = judge(comparison)
    for outcome in judged.outcomes if judged is not None else ():
        person, weight = people[outcome.stakeholder], judged.weights[outcome.stakeholder] if judged else 0.0
        about = (weight, person.interest, person.power, person.attitude, engagement(person))
        start = (outcome.stakeholder, outcome.option)
        for e in outcome.effects:
            unit = comparison.currency if e.what.is_money else e.what.unit
            sure = "unclear" if not e.gain.certain_sign else "gains" if (e.gain.value or 0) > 0 else "loses"
            rows.append(
                (*start, e.what.text, e.weight, e.base.value, e.option.value, e.change.value, e.change.low,
                 e.change.high, unit, e.gain.value, e.gain.low, e.gain.high, sure, *about)
            )  # fmt: skip
        s = outcome.score
        rows.append((*start, "score", *[None] * 6, "", s.value, s.low, s.high, outcome.verdict, *about))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def as_plain(comparison: Comparison) -> dict[str, Any] | None:
    """For JSON; None where nobody is named. An infinite weight is null."""
    people = comparison.base.resolved.scenario.stakeholders
    if not people:
        return None
    judged = judge(comparison)
    grid = [
        {"stakeholder": name, "title": one.title, "interest": one.interest, "power": one.power,
         "attitude": one.attitude, "engagement": engagement(one)}
        for name, one in people.items()
    ]  # fmt: skip
    if judged is None:
        return {"grid": grid, "scales": SCALES}
    return {
        "grid": grid,
        "scales": SCALES,
        "weights": dict(judged.weights),
        "outcomes": [
            {"stakeholder": o.stakeholder, "option": o.option, "verdict": o.verdict, "score": asdict(o.score),
             "effects": [{"kpi": e.what.text, "care": e.weight, "base": e.base.value, "option": e.option.value,
                          "change": asdict(e.change), "gain": asdict(e.gain)} for e in o.effects]}
            for o in judged.outcomes
        ],
        "ranking": [{"option": one.option, "score": asdict(one.score)} for one in judged.ranking],
        "weight_ranges": [
            {**asdict(one), "high": None if math.isinf(one.high) else one.high} for one in judged.ranges
        ],
        "conflicts": [asdict(one) for one in judged.conflicts],
        "unmeasured": [{"stakeholder": name, "kpi": kpi} for name, kpi in judged.unmeasured],
    }  # fmt: skip
