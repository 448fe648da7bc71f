"""How sure an answer is, in words: what `deskplan uncertainty` prints, as text and as JSON."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluate.distribution import Distribution, chance, distribution
from evaluate.importance import Importance, importances, sentence
from evaluate.intervals import Figure
from evaluate.uncertain import Drawn
from report import format as fmt

WIDTH = 100
SHOWN = (0.05, 0.50, 0.95)


def npv_of(drawn: Drawn, option: str) -> Distribution:
    """An option's NPV against the base over all outcomes."""
    return distribution(drawn.values(option, "npv"), drawn.confidence)


def chance_of(drawn: Drawn, hits: np.ndarray) -> Figure:
    """Share of outcomes (cubes, draws, tapes) that hit, with the interval of as many draws."""
    return chance(float(hits.mean()), drawn.design.draws, drawn.confidence)


def below_zero(drawn: Drawn, option: str) -> Figure:
    """Chance that the option loses money against the base."""
    return chance_of(drawn, drawn.values(option, "npv") < 0)


def paid_back(drawn: Drawn, option: str, months: float) -> Figure:
    """Chance that the option is paid back within so many months."""
    return chance_of(drawn, drawn.values(option, "payback") <= months)


def answer(drawn: Drawn, option: str, within: float) -> str:
    """One option in a sentence or two."""
    found, currency = npv_of(drawn, option), drawn.resolveds[0].scenario.currency
    low, high = (found.quantiles[share].value for share in (0.05, 0.95))
    return (
        f"{option} against {drawn.names[0]}: NPV {_money(found.mean, currency)} on average; nine in ten outcomes lie "
        f"between {fmt.money(low, currency)} and {fmt.money(high, currency)}. It is below zero in "
        f"{_share(below_zero(drawn, option))} of outcomes, and paid back within {within:g} months in "
        f"{_share(paid_back(drawn, option, within))}."
    )


def _money(figure: Figure, currency: str) -> str:
    text = fmt.money(figure.value, currency, signed=True)
    if figure.low is None:
        return text
    return f"{text} ({fmt.number(figure.low)} to {fmt.number(figure.high)})"


def _share(figure: Figure) -> str:
    return f"{fmt.percent(figure.value, 0)} ({fmt.percent(figure.low, 0)} to {fmt.percent(figure.high, 0)})"


def origin(drawn: Drawn, option: str) -> str:
    """Where the spread comes from."""
    found = npv_of(drawn, option).split
    if math.isnan(found.parameters):
        return "From one tape a draw, chance and inputs cannot be told apart: ask for --reps 2 or more."
    if math.isnan(found.parameter_share):
        return "The NPV is the same in every outcome."
    inputs = found.parameter_share
    said = (
        f"Of the variance of the NPV, {fmt.percent(inputs, 0)} comes from the uncertain inputs and "
        f"{fmt.percent(1 - inputs, 0)} from chance, the customers who happen to come."
    )
    if "parameters" in found.negative:
        said += " (The estimate for the inputs came out below zero and counts as 0: too small to see beside chance.)"
    return said


def rests(drawn: Drawn, option: str) -> str:
    """What the answer rests on; where chance is most of the spread, that first."""
    found, share = importances(drawn, option), npv_of(drawn, option).split.parameter_share
    first = "Most of the spread is chance, not an assumption. " if share < 0.5 else ""
    return first + sentence(found)


def warnings(drawn: Drawn) -> list[str]:
    """What a reader should know about the inputs."""
    found = [
        f"{each.path}: a draw sets it in every scenario, also where their values differ; declare it in the file that "
        "the others extend, or as changes such as 'x 0.9'."
        for each in drawn.inputs
        if each.overwrites
    ]
    for each in drawn.inputs:
        missing = [name for name in drawn.names if name not in each.scenarios]
        if missing:
            found.append(f"{each.path} is in {', '.join(each.scenarios)} only.")
    return found


def basis(drawn: Drawn) -> str:
    """What the figures rest on."""
    plan = drawn.design
    return (
        f"{plan.draws} draws of {len(drawn.inputs)} inputs in {plan.cubes} Latin hypercubes, {drawn.replications} "
        f"{'tape' if drawn.replications == 1 else 'tapes'} each, the same for every scenario; seed {drawn.seed}; "
        f"intervals {drawn.confidence * 100:g} %."
    )


def as_text(drawn: Drawn, within: float, folder: Path) -> str:
    """What is printed."""
    lines: list[str] = []
    for option in drawn.options:
        for text in (answer(drawn, option, within), origin(drawn, option), rests(drawn, option)):
            lines += textwrap.wrap(text, WIDTH)
        lines += ["", *_input_table(importances(drawn, option)), ""]
    for text in warnings(drawn):
        lines += textwrap.wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ")
    lines += [*textwrap.wrap(basis(drawn), WIDTH), f"Tables and charts: {folder.as_posix()}", ""]
    return fmt.plain("\n".join(lines))


def _input_table(found: Sequence[Importance]) -> list[str]:
    rows = [("input", "now", "may be", "explains", "evidence")]
    rows += [
        (one.input.path, one.input.now, f"{one.input.law.name} {one.input.law.text}", fmt.percent(one.share, 0),
         ", ".join(filter(None, (one.input.level, one.input.source))))
        for one in found
    ]  # fmt: skip
    return table(rows, right=(3,))


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Aligned columns, the first row ruled off."""
    cut = [[text if len(text) <= 44 else text[:41] + "..." for text in map(fmt.plain, row)] for row in rows]
    widths = [max(len(row[place]) for row in cut) for place in range(len(cut[0]))]
    lines = [
        "  ".join(
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cut
    ]
    return [lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]]


def as_json(drawn: Drawn, within: float, folder: Path) -> dict[str, Any]:
    """The same as plain data; figures are `{value, low, high}`, null for never or no data."""
    return {
        "schema": 1,
        "base": drawn.names[0],
        "currency": drawn.resolveds[0].scenario.currency,
        "draws": drawn.design.draws,
        "cubes": drawn.design.cubes,
        "replications": drawn.replications,
        "seed": drawn.seed,
        "confidence": drawn.confidence,
        "warnings": warnings(drawn),
        "options": [_option(drawn, option, within) for option in drawn.options],
        "folder": folder.as_posix(),
    }


def _option(drawn: Drawn, option: str, within: float) -> dict[str, Any]:
    npv = npv_of(drawn, option)
    return {
        "name": option,
        "answer": fmt.plain(answer(drawn, option, within)),
        "rests_on": fmt.plain(rests(drawn, option)),
        "npv": {
            "mean": plain(npv.mean),
            "sd": plain(npv.sd),
            "quantiles": {f"p{share * 100:g}": plain(figure) for share, figure in npv.quantiles.items()},
        },
        "chance_npv_below_zero": plain(below_zero(drawn, option)),
        "chance_payback_within": {"months": within, **plain(paid_back(drawn, option, within))},
        "variance": {
            "total": npv.split.total,
            "parameters": _number(npv.split.parameters),
            "simulation_noise": _number(npv.split.noise),
            "parameter_share": _number(npv.split.parameter_share),
            "negative_estimates": list(npv.split.negative),
        },
        "inputs": [
            {
                "path": one.input.path,
                "now": one.input.now,
                "law": one.input.law.name,
                "figures": one.input.law.text,
                "scenarios": list(one.input.scenarios),
                "rank_correlation": _number(one.correlation),
                "share": one.share,
                "evidence": one.input.level,
                "source": one.input.source,
            }
            for one in importances(drawn, option)
        ],
    }


def plain(figure: Figure) -> dict[str, float | None]:
    """A figure as plain data."""
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
