"""The sheets Inputs and Time: every price in a cell of its own with its evidence; months and their factors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.conventions import times
from report.workbook.book import (
    EXACT,
    FACTOR,
    FIRST,
    HEAD,
    LABEL,
    OPENING,
    PRICE,
    UNIT,
    WHOLE,
    Book,
    Sheet,
    cell,
    span,
)
from report.workbook.model import Input, Model
from sim.scenario.calendar import add_months
from sim.scenario.units import monthly

VALUES = 7
"""Column of the base's values on Inputs; the options' follow, then a blank one, then the values as they were run."""
_ENTERS = {"times": "multiplies", "one_plus": "1 + this multiplies", "interest": "days of interest"}
YEAR, START, END, UPFRONT_TIME, FLOW_TIME, UPFRONT_WORTH, FLOW_WORTH, UPFRONT_GROWTH, FLOW_GROWTH = range(6, 15)
"""Rows of Time, from 0."""
PERIOD = 5


@dataclass(frozen=True)
class Where:
    """Where the inputs stand."""

    rows: dict[str, int]
    first: int
    last: int

    def at(self, key: str, place: int) -> str:
        """The cell of an input for a scenario."""
        return f"Inputs!{cell(self.rows[key], VALUES + place, 'row column')}"


def write_inputs(book: Book, model: Model) -> Where:
    """Key and name, unit, evidence, and a value for each scenario; an option's follows the base's unless it differs."""
    says = "Change a yellow cell: all sheets follow. An option's cell that holds the base's value follows the base's."
    sheet = Sheet(book, "Inputs", "Inputs", says)
    count = len(model.names)
    as_run = VALUES + count + 1
    sheet.headings(
        HEAD, ["Input", "Unit", "How it enters", "Evidence", "Source, date, note", "Defined name", "Changed"]
    )
    sheet.headings(HEAD, model.names, VALUES)
    sheet.headings(HEAD, [f"{name}, as run" for name in model.names], as_run)
    row = HEAD + 1
    row = _general(sheet, model, row, as_run)
    rows = {}
    for entry in model.inputs:
        rows[entry.key] = row
        _input(sheet, entry, row, as_run)
        row += 1
    changed = f'=COUNTIF({span(HEAD + 1, 6, row - 1, 6)},"changed")'
    sheet.text(2, 5, "Inputs changed:")
    sheet.formula(2, 6, changed, 0, WHOLE)
    book.name("inputs_changed", "Inputs", 2, 6)
    sheet.widths(48, 12, 20, 12, 40, 30, 10, *[16] * (2 * count + 1))
    sheet.sheet.freeze_panes(HEAD + 1, 1)
    sheet.sheet.repeat_rows(HEAD)
    return Where(rows, HEAD + 1, row - 1)


def _general(sheet: Sheet, model: Model, row: int, as_run: int) -> int:
    economics = model.economics
    for name, unit, how, value, allowed in (
        ("discount_rate", "share/year", "(1 + r)^(1/12) - 1 a month", economics.discount_rate, None),
        ("inflation", "share/year", "growth of prices where they are nominal", economics.inflation, None),
        ("price_basis", "word", "nominal or real", economics.prices, ["nominal", "real"]),
        ("flow_timing", "word", "when in its month a flow counts", economics.timing, ["start", "mid", "end"]),
    ):
        path = {"price_basis": "economics.prices", "flow_timing": "economics.timing"}.get(name, f"economics.{name}")
        sheet.text(row, 0, path)
        sheet.text(row, 1, unit)
        sheet.text(row, 2, how)
        _evidence(sheet, row, model.evidence(path))
        sheet.text(row, 5, name)
        sheet.book.name(name, "Inputs", row, VALUES)
        for index, style in ((VALUES, "input"), (as_run, "engine")):
            if isinstance(value, str):
                sheet.text(row, index, value, style)
            else:
                sheet.number(row, index, value, "0.00%", style)
        if allowed:
            sheet.sheet.data_validation(row, VALUES, row, VALUES, {"validate": "list", "source": allowed})
        _changed(sheet, row, as_run, 1)
        row += 1
    return row


def _evidence(sheet: Sheet, row: int, evidence: object) -> None:
    level, said = "none given", ""
    if evidence is not None:
        level = str(getattr(evidence, "level", ""))
        said = "; ".join(filter(None, (getattr(evidence, key) for key in ("source", "date", "note"))))
    sheet.text(row, 3, level)
    sheet.text(row, 4, said)


def _changed(sheet: Sheet, row: int, as_run: int, count: int) -> None:
    now, then = (
        span(row, VALUES, row, VALUES + count - 1, "column"),
        span(row, as_run, row, as_run + count - 1, "column"),
    )
    sheet.formula(row, 6, f'=IF(SUMPRODUCT(--({now}<>{then}))>0,"changed","")', "")


def _input(sheet: Sheet, entry: Input, row: int, as_run: int) -> None:
    sheet.text(row, 0, entry.key)
    sheet.text(row, 1, entry.factor.unit)
    sheet.text(row, 2, _ENTERS[entry.factor.enters])
    _evidence(sheet, row, entry.evidence)
    sheet.text(row, 5, entry.name)
    form = "0.00%" if entry.factor.unit == "share" else EXACT
    owner: int | None = None
    for place, value in enumerate(entry.values):
        if value is None:
            continue
        if owner is not None and value == entry.values[owner]:
            sheet.formula(row, VALUES + place, f"={cell(row, VALUES + owner, 'column')}", value, form)
        else:
            sheet.number(row, VALUES + place, value, form, "input")
            if owner is None:
                owner = place
                sheet.book.name(entry.name, "Inputs", row, VALUES + place)
        sheet.number(row, as_run + place, value, form, "engine")
    _changed(sheet, row, as_run, len(entry.values))


def write_time(book: Book, model: Model) -> None:
    """One column a month: number, dates, year, when flows count, discount factors and growth of prices."""
    sheet = Sheet(book, "Time", "Time", "One timeline for all sheets: column I is the first month everywhere.")
    resolved = model.comparison.base.resolved
    months = np.arange(len(model.months))
    start = resolved.calendar.start
    sheet.headings(HEAD, ["", "Line", "Unit", "Note", "Constant", "", "", "Opening", *model.months])
    offset = {"start": 0.0, "mid": 0.5, "end": 1.0}[model.economics.timing]
    growth = model.economics.inflation if model.economics.prices == "nominal" else 0.0
    constants = {
        FLOW_TIME: ('=IF(flow_timing="start",0,IF(flow_timing="mid",0.5,1))', offset, "0.0"),
        UPFRONT_WORTH: ("=(1+discount_rate)^(1/12)-1", monthly(model.rate), "0.000000%"),
        UPFRONT_GROWTH: ('=IF(price_basis="nominal",(1+inflation)^(1/12)-1,0)', monthly(growth), "0.000000%"),
    }
    rate, prices = (f"${cell(row, PRICE, 'row')}" for row in (UPFRONT_WORTH, UPFRONT_GROWTH))
    for row, label, unit, note, formula, values, form in (
        (PERIOD, "Month number", "number", "", "={p}6+1", months + 1, WHOLE),
        (YEAR, "Year of the appraisal", "number", "twelve months each", "=INT(({c}6-1)/12)+1", months // 12 + 1, WHOLE),
        (UPFRONT_TIME, "When upfront cost counts", "months", "start of its month", "={c}6-1", months, "0.0"),
        (FLOW_TIME, "When flows count", "months", "constant: by the timing",
         f"={{c}}6-1+${cell(FLOW_TIME, PRICE, 'row')}",
         times(len(months), model.economics), "0.0"),
        (UPFRONT_WORTH, "Discount factor, upfront cost", "factor", "constant: monthly rate",
         f"=(1+{rate})^-{{c}}{UPFRONT_TIME + 1}", model.discount(True), FACTOR),
        (FLOW_WORTH, "Discount factor, flows", "factor", "", f"=(1+{rate})^-{{c}}{FLOW_TIME + 1}",
         model.discount(False), FACTOR),
        (UPFRONT_GROWTH, "Growth of prices, upfront cost", "factor", "constant: monthly inflation",
         f"=(1+{prices})^{{c}}{UPFRONT_TIME + 1}", model.growth(True), FACTOR),
        (FLOW_GROWTH, "Growth of prices, flows", "factor", "", f"=(1+{prices})^{{c}}{FLOW_TIME + 1}",
         model.growth(False), FACTOR),
    ):  # fmt: skip
        for index, text in ((LABEL, label), (UNIT, unit), (3, note)):
            sheet.text(row, index, text)
        sheet.months_row(row, formula, values, form)
    for row, (formula, value, form) in constants.items():
        sheet.formula(row, PRICE, formula, value, form, "other_sheet")
    sheet.number(PERIOD, OPENING, 0, WHOLE)
    book.name("monthly_rate", "Time", UPFRONT_WORTH, PRICE)
    for row, label in ((START, "First day"), (END, "First day after it")):
        sheet.text(row, LABEL, label)
        sheet.text(row, UNIT, "date")
    edges = [add_months(start, k) for k in range(len(months))] + [resolved.calendar.date_of_day(resolved.calendar.days)]
    for k in range(len(months)):
        sheet.date(START, FIRST + k, edges[k], "engine")
        sheet.date(END, FIRST + k, edges[k + 1], "engine")
    sheet.widths(3, 34, 10, 26, 14, 3, 3, 9)
    sheet.wide()
    sheet.sheet.freeze_panes(HEAD + 1, FIRST)
