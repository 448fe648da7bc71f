"""The sheets Drivers, Costs and Benefits: what was used, and what it comes to at the inputs' prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.factors import Factor
from report.workbook.book import (
    COUNT,
    FIRST,
    HEAD,
    KEY,
    LABEL,
    MONEY,
    NOTE,
    PRICE,
    TOTAL,
    UNIT,
    WORTH,
    Book,
    Sheet,
    cell,
    span,
)  # fmt: skip
from report.workbook.inputs import FLOW_GROWTH, FLOW_WORTH, UPFRONT_GROWTH, UPFRONT_WORTH, Where
from report.workbook.model import Model, SheetLine, input_key

START = HEAD + 1
SLOTS = 4
"""Inputs that a line can be multiplied with."""
NONE_HERE = "none in this run"


@dataclass(frozen=True)
class Lines:
    """Where the lines of one sheet stand."""

    name: str
    last: int
    months: int

    @property
    def scenario(self) -> int:
        """Column of the scenario's name, after the months; the inputs' keys follow it."""
        return FIRST + self.months + 1

    def column(self, index: int) -> str:
        """All lines' cells in a column, row and column held."""
        return f"{self.name}!{span(START, index, self.last, index)}"

    def month(self, letter: str) -> str:
        """All lines' cells in a month, its column free."""
        return f"{self.name}!{letter}${START + 1}:{letter}${self.last + 1}"

    @property
    def keys(self) -> str:
        """The inputs' keys of all lines."""
        return f"{self.name}!{span(START, self.scenario + 1, self.last, self.scenario + SLOTS)}"


def write_drivers(book: Book, model: Model) -> Lines:
    """Every line's driver by month: values from the simulation."""
    count = model.comparison.replications
    says = (
        f"From the simulation, mean of {count} replications. They do not follow the inputs: what changes how many "
        "customers come, wait or are served needs another run."
    )
    sheet = Sheet(book, "Drivers", "Drivers", says)
    _head(sheet, model, "Kind")
    ordered = [*model.costs, *model.gains]
    for row, one in enumerate(ordered, START):
        sheet.text(row, KEY, one.key)
        sheet.text(row, LABEL, _label(one))
        sheet.text(row, UNIT, one.line.unit or model.comparison.currency)
        sheet.text(row, NOTE, "amount, worked out outside the sheet" if one.line.is_amount else "engine output")
        sheet.text(row, PRICE, "amount" if one.line.is_amount else "driver")
        months = book.of_months(row)
        sheet.formula(row, TOTAL, f"=SUM({months})", float(one.driver.sum()), COUNT, "sum")
        for k, value in enumerate(one.driver):
            sheet.number(row, FIRST + k, float(value), COUNT, "engine")
    _shape(sheet)
    return Lines("Drivers", START + max(len(ordered), 1) - 1, book.months)


def write_lines(book: Book, model: Model, where: Where, name: str, lines: Sequence[SheetLine], offset: int) -> Lines:
    """Costs or Benefits: driver x price x growth of prices; ``offset`` is where the drivers of ``lines`` begin."""
    costs = name == "Costs"
    says = (
        "Money out, negative." if costs else "Money in, positive; what an option saves against another is on Summary."
    )
    sheet = Sheet(book, name, name, f"{says} Driver x unit price x growth of prices, by scenario and line.")
    found = Lines(name, START + max(len(lines), 1) - 1, book.months)
    _head(sheet, model, "Unit price")
    headings = ["Scenario", *(f"Input {k + 1}" for k in range(SLOTS))]
    sheet.headings(HEAD, headings, found.scenario)
    for row, one in enumerate(lines, START):
        _line(sheet, model, where, one, row, START + offset + row - START, found)
    if not lines:
        sheet.text(START, LABEL, NONE_HERE)
        for index, form in ((TOTAL, MONEY), (WORTH, MONEY)):
            sheet.number(START, index, 0, form)
        for k in range(book.months):
            sheet.number(START, FIRST + k, 0, MONEY)
    _shape(sheet)
    sheet.sheet.set_column(found.scenario, found.scenario + SLOTS, 22)
    return found


def _line(sheet: Sheet, model: Model, where: Where, one: SheetLine, row: int, driver: int, found: Lines) -> None:
    book = sheet.book
    sheet.text(row, KEY, one.key)
    sheet.text(row, LABEL, _label(one))
    sheet.text(row, UNIT, model.comparison.currency)
    timing = "upfront" if one.upfront else "flow"
    sheet.text(row, NOTE, f"{timing}; {one.line.what}")
    factors = one.line.factors
    price = "*".join(_times(where, factor, one.place) for factor in factors) or "1"
    sheet.formula(row, PRICE, f"={price}", model.price(one), "#,##0.0000", "other_sheet")
    growth = (UPFRONT_GROWTH if one.upfront else FLOW_GROWTH) + 1
    sign = "-" if one.sign < 0 else ""
    amounts = model.amounts(one)
    formula = f"={sign}Drivers!{{c}}{driver + 1}*${cell(row, PRICE)}*Time!{{c}}${growth}"
    sheet.months_row(row, formula, amounts, MONEY, "other_sheet")
    sheet.formula(row, TOTAL, f"=SUM({book.of_months(row)})", float(amounts.sum()), MONEY, "sum")
    worth = UPFRONT_WORTH if one.upfront else FLOW_WORTH
    discount = f"Time!{book.of_months(worth, 'row column')}"
    value = float(amounts @ model.discount(one.upfront))
    sheet.formula(row, WORTH, f"=SUMPRODUCT({book.of_months(row)},{discount})", value, MONEY, "sum")
    sheet.text(row, found.scenario, one.scenario)
    for slot, factor in enumerate(factors):
        sheet.text(row, found.scenario + 1 + slot, input_key(factor))


def _times(where: Where, factor: Factor, place: int) -> str:
    at = where.at(input_key(factor), place)
    if factor.enters == "one_plus":
        return f"(1+{at})"
    return f"((1+discount_rate)^({at}/365.25)-1)" if factor.enters == "interest" else at


def _label(one: SheetLine) -> str:
    return f"{one.scenario}: {one.line.category}, {one.line.item}, {one.line.what}"


def _head(sheet: Sheet, model: Model, price: str) -> None:
    heads = ["Key", "Line", "Unit", "Note", price, "Total", "Present value", "", *model.months]
    if sheet.name == "Drivers":
        heads[WORTH] = ""
    sheet.headings(HEAD, heads)


def _shape(sheet: Sheet) -> None:
    sheet.widths(34, 58, 12, 30, 13, 14, 14, 3)
    sheet.wide()
    sheet.sheet.freeze_panes(HEAD + 1, UNIT)
    sheet.sheet.repeat_rows(HEAD)


def line_values(model: Model, lines: Sequence[SheetLine], scenario: str, key: str) -> float:
    """Present value of a scenario's lines that an input multiplies."""
    found = [
        float(model.amounts(one) @ model.discount(one.upfront))
        for one in lines
        if one.scenario == scenario and key in [input_key(factor) for factor in one.line.factors]
    ]
    return float(np.sum(found)) if found else 0.0
