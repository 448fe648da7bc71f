"""A sweep in words: which points keep every promise and what the cheapest of them costs, and what moves what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluate.sweep.response import Effect, Responses, effects
from evaluate.sweep.table import Wanted
from report import format as fmt
from report.draw import Chart
from report.extra import Extra, TextTable
from report.lean_page import lean_page
from report.sweep.ask import Asked
from report.sweep.charts import drawn_figures
from report.sweep.words import shown, title_of

if TYPE_CHECKING:
    from report.sweep.command import Swept

MOST_ROWS = 40
"""Points that the terminal prints; the page shows ten times as many, the files hold all."""


def answer(asked: Asked, found: Responses) -> str:
    """How many points keep every target, and the cheapest (or first) of them."""
    promises = {
        Wanted("service_level", name): channel.target.share
        for name, channel in asked.variables[0].declared.scenario.channels.items()
        if channel.target is not None
    }
    promises = {each: share for each, share in promises.items() if each in found.known}
    if not promises:
        return f"{len(found)} points; no channel of {asked.variables[0].declared.scenario.name} has a target."
    keeps = np.all([found.column(each) >= share for each, share in promises.items()], axis=0)
    what = " and ".join(f"{title_of(each)} >= {fmt.percent(share, 0)}" for each, share in promises.items())
    if not keeps.any():
        return f"None of the {len(found)} points has {what}."
    said = f"{int(keeps.sum())} of {len(found)} points have {what}"
    cost = Wanted("annual_cost")
    if cost not in found.known:
        return f"{said}."
    costs = np.where(keeps, found.column(cost), np.inf)
    best = int(np.argmin(costs))
    amount = fmt.money(float(costs[best]), found.units.get(cost, ""))
    return f"{said}; the cheapest of them is {_point(asked, found, best)}, at {amount} a year."


def _point(asked: Asked, found: Responses, place: int) -> str:
    values = ", ".join(
        f"{factor.path} = {text}" for factor, text in zip(asked.design.factors, found.points[place].texts, strict=True)
    )
    return f"{found.names[place]} with {values}" if len(found.scenarios) > 1 else values


def basis(asked: Asked, found: Responses) -> str:
    """What was simulated."""
    design = asked.design
    fewest, most = (min(found.replications, default=0), max(found.replications, default=0))
    each = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    done = len(set(found.numbers))
    part = "" if done == design.size else f" of {design.size:,}"
    inputs = ", ".join(factor.path for factor in design.factors)
    names = ", ".join(found.scenarios)
    return (
        f"{names}: {done:,}{part} points ({design.sample}) of {inputs}; {each} replications each, all on the same "
        f"tapes, seed {asked.seed}."
    )


def warnings(asked: Asked, found: Responses) -> list[str]:
    """What a reader must know."""
    said = []
    if asked.wish.precision is not None and any(count >= asked.wish.most for count in found.replications):
        reached = sum(count >= asked.wish.most for count in found.replications)
        said.append(
            f"{reached} points stopped at experiment.max_replications ({asked.wish.most}), maybe before the precision "
            "that was asked for."
        )
    if len(set(found.numbers)) < asked.design.size:
        said.append("The budget ended the sweep early: the points that are there lie evenly over the design.")
    return said


def points_table(asked: Asked, found: Responses, most: int) -> TextTable:
    """One row a point: its inputs and the drawn figures."""
    figures = drawn_figures(asked, found)
    several = len(found.scenarios) > 1
    heads = (
        *(("scenario",) if several else ()),
        *(f.path for f in asked.design.factors),
        *(_head(found, each) for each in figures),
    )
    rows, sort = [], []
    for place in range(min(len(found), most)):
        values = [float(found.values[each][place]) for each in figures]
        names = (found.names[place],) if several else ()
        texts = (*names, *found.points[place].texts)
        rows.append(
            (*texts, *(shown(value, found.units.get(each, "")) for value, each in zip(values, figures, strict=True)))
        )
        numbers = ((None,) if several else ()) + found.points[place].numbers
        sort.append((*numbers[1:], *(None if value != value else value for value in values)))
    caption = f"{len(found):,} points" + (
        f", the first {most} of them; response.csv holds all" if len(found) > most else ""
    )
    return TextTable(caption, heads, tuple(rows), True, tuple(sort))


def _head(found: Responses, wanted: Wanted) -> str:
    """A figure's title, with the currency where it is money."""
    unit = found.units.get(wanted, "")
    return f"{title_of(wanted)}, {unit}" if wanted.is_money and unit else title_of(wanted)


def effects_tables(asked: Asked, found: Responses) -> list[TextTable]:
    """What each input does to each figure, over all the others."""
    tables = []
    for name in found.scenarios:
        rows = [
            (
                _head(found, each),
                effect.path,
                *_ends(effect, found.units.get(each, "")),
                fmt.percent(effect.explains, 0),
            )
            for each in drawn_figures(asked, found)
            for effect in effects(asked.design, found, name, each)
            if effect.levels
        ]
        caption = "Main effects: mean over the points at the first and the last value of each input"
        heads = ("Figure", "Input", "First value", "Mean there", "Last value", "Mean there", "Explains")
        tables.append(TextTable(f"{name}. {caption}" if len(found.scenarios) > 1 else caption, heads, tuple(rows)))
    return tables


def _ends(effect: Effect, unit: str) -> tuple[str, str, str, str]:
    first, last = effect.means[0], effect.means[-1]
    return effect.levels[0], shown(first, unit), effect.levels[-1], shown(last, unit)


def as_text(swept: Swept, folder: Path) -> str:
    """What the terminal prints."""
    asked, found = swept.asked, swept.found
    parts = [answer(asked, found), *warnings(asked, found), ""]
    if len(found) <= MOST_ROWS:
        parts.append(plain_table(points_table(asked, found, MOST_ROWS)))
    if len(asked.design.factors) > 1 or len(found) > MOST_ROWS:
        parts += [plain_table(table) for table in effects_tables(asked, found)]
    parts += [basis(asked, found)]
    parts += [f"{swept.computed:,} units were computed, {swept.stored:,} were in the store."]
    parts += [f"Report: {folder.as_posix()}/report.html"]
    return fmt.plain("\n".join(parts) + "\n")


def plain_table(table: TextTable) -> str:
    """A table in columns."""
    rows = [table.heads, *table.rows]
    widths = [max(len(row[k]) for row in rows) for k in range(len(table.heads))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([table.caption, *(f"  {line}" for line in lines), ""])


def as_json(swept: Swept, folder: Path) -> dict[str, Any]:
    """The same as data; the rows are in the folder."""
    asked, found = swept.asked, swept.found
    return {
        "schema": 1,
        "answer": answer(asked, found),
        "warnings": warnings(asked, found),
        "scenarios": found.scenarios,
        "inputs": [factor.path for factor in asked.design.factors],
        "sample": str(asked.design.sample),
        "points": len(set(found.numbers)),
        "points_of_the_design": asked.design.size,
        "units_computed": swept.computed,
        "units_from_store": swept.stored,
        "effects": [
            {
                "scenario": name, "figure": each.name, "unit": found.units.get(each, ""), "input": effect.path,
                "levels": list(effect.levels), "means": list(effect.means),
                "explains": None if effect.explains != effect.explains else effect.explains,
            }
            for name in found.scenarios
            for each in drawn_figures(asked, found)
            for effect in effects(asked.design, found, name, each)
        ],
        "folder": folder.as_posix(),
    }  # fmt: skip


def page_of(asked: Asked, found: Responses, drawn: Sequence[Chart]) -> str:
    """report.html."""
    title = ", ".join(variable.declared.scenario.name for variable in asked.variables)
    sections = [Extra("response", "How it responds", charts=tuple(drawn))]
    sections.append(Extra("effects", "What moves what", tables=tuple(effects_tables(asked, found))))
    sections.append(Extra("points", "Points", tables=(points_table(asked, found, 10 * MOST_ROWS),)))
    return lean_page(f"Sweep of {title}", answer(asked, found), warnings(asked, found), basis(asked, found), sections)
