"""The sheets CashFlow by month and by year: what is chosen, what it is compared with, the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.categories import CATEGORIES
from report.workbook.book import (
    FIRST,
    HEAD,
    KEY,
    LABEL,
    MONEY,
    NOTE,
    OPENING,
    PRICE,
    TOTAL,
    UNIT,
    WORTH,
    Book,
    Sheet,
    cell,
    column,
    span,
)  # fmt: skip
from report.workbook.inputs import FLOW_WORTH, UPFRONT_WORTH, YEAR
from report.workbook.lines import Lines
from report.workbook.model import Model, category_key

NET_ROWS = ("upfront", "flow", "net", "upfront_today", "flow_today", "cumulative", "cumulative_today")


@dataclass(frozen=True)
class Cash:
    """Where the rows of CashFlow_M stand (from 0)."""

    chosen: int
    compared: int
    difference: int
    count: int
    net: dict[str, int]
    """Of `NET_ROWS`."""

    def rows_of(self, first: int, index: int) -> str:
        """A column over a block, on this sheet."""
        return span(first, index, first + self.count - 1, index)


def write_months(book: Book, model: Model, costs: Lines, gains: Lines) -> Cash:
    """CashFlow_M."""
    says = "By category: the scenario that is chosen on Scenarios, what it is compared with, and the difference."
    sheet = Sheet(book, "CashFlow_M", "Cash flow by month", says)
    sheet.headings(
        HEAD, ["Key", "Line", "Unit", "Counts as", "Kind", "Total", "Present value", "Opening", *model.months]
    )
    count = len(model.categories)
    first = HEAD + 2
    cash = Cash(first, first + count + 2, first + 2 * (count + 2), count, {})
    _block(sheet, model, cash.chosen, "chosen", model.chosen, costs, gains)
    _block(sheet, model, cash.compared, "compared_with", model.compared_with, costs, gains)
    _difference(sheet, model, cash)
    row = cash.difference + count + 1
    cash.net.update({key: row + k for k, key in enumerate(NET_ROWS)})
    _net(sheet, model, cash)
    _shape(sheet)
    return cash


def _category(sheet: Sheet, model: Model, row: int, category: str, tangible: bool) -> None:
    sheet.text(row, LABEL, CATEGORIES[category].title + ("" if tangible else " (worth, not in the accounts)"))
    sheet.text(row, UNIT, model.comparison.currency)
    sheet.text(row, NOTE, "upfront" if CATEGORIES[category].upfront else "flow")
    cashable = CATEGORIES[category].cashable
    sheet.text(row, PRICE, ("cash" if tangible else "worth") if cashable else "time")


def _block(sheet: Sheet, model: Model, first: int, switch: str, scenario: str, costs: Lines, gains: Lines) -> None:
    sheet.formula(first - 1, LABEL, f"={switch}", scenario, style="block")
    for row, (category, tangible) in enumerate(model.categories, first):
        _category(sheet, model, row, category, tangible)
        key = category_key(category, tangible)
        sheet.formula(row, KEY, f'={switch}&"{key}"', f"{scenario}{key}")
        lines = costs if CATEGORIES[category].sign < 0 else gains
        formula = f"=SUMIFS({lines.month('{c}')},{lines.column(KEY)},${cell(row, KEY)})"
        _flows(sheet, model, row, formula, model.flows(scenario, category, tangible), category)


def _flows(sheet: Sheet, model: Model, row: int, formula: str, flows: np.ndarray, category: str) -> None:
    book, upfront = sheet.book, CATEGORIES[category].upfront
    sheet.months_row(row, formula, flows, MONEY, "other_sheet")
    sheet.formula(row, TOTAL, f"=SUM({book.of_months(row)})", float(flows.sum()), MONEY, "sum")
    discount = f"Time!{book.of_months(UPFRONT_WORTH if upfront else FLOW_WORTH, 'row column')}"
    worth = float(flows @ model.discount(upfront))
    sheet.formula(row, WORTH, f"=SUMPRODUCT({book.of_months(row)},{discount})", worth, MONEY, "sum")


def _difference(sheet: Sheet, model: Model, cash: Cash) -> None:
    sheet.text(cash.difference - 1, LABEL, "Difference: savings and gains are positive", "block")
    for k, ((category, tangible), flows) in enumerate(model.by_category.items()):
        row = cash.difference + k
        _category(sheet, model, row, category, tangible)
        formula = f"={{c}}{cash.chosen + k + 1}-{{c}}{cash.compared + k + 1}"
        _flows(sheet, model, row, formula, flows, category)


def _net(sheet: Sheet, model: Model, cash: Cash) -> None:
    book, at = sheet.book, {key: row + 1 for key, row in cash.net.items()}
    upfront, flow = model.net(True), model.net(False)
    today = upfront * model.discount(True), flow * model.discount(False)
    first, last = cash.difference + 1, cash.difference + cash.count
    kind = f"${column(NOTE)}${first}:${column(NOTE)}${last}"

    def sum_of(word: str) -> str:
        return f'=SUMIFS({{c}}${first}:{{c}}${last},{kind},"{word}")'

    for key, label, formula, values in (
        ("upfront", "Net, upfront", sum_of("upfront"), upfront),
        ("flow", "Net, all other flows", sum_of("flow"), flow),
        ("net", "Net", f"={{c}}{at['upfront']}+{{c}}{at['flow']}", upfront + flow),
        ("upfront_today", "Net, upfront, discounted",
         f"={{c}}{at['upfront']}*Time!{{c}}${UPFRONT_WORTH + 1}", today[0]),
        ("flow_today", "Net, all other flows, discounted",
         f"={{c}}{at['flow']}*Time!{{c}}${FLOW_WORTH + 1}", today[1]),
        ("cumulative", "Cumulative net", f"={{p}}{at['cumulative']}+{{c}}{at['net']}", np.cumsum(upfront + flow)),
        ("cumulative_today", "Cumulative net, discounted",
         f"={{p}}{at['cumulative_today']}+{{c}}{at['upfront_today']}+{{c}}{at['flow_today']}", np.cumsum(sum(today))),
    ):  # fmt: skip
        row = cash.net[key]
        sheet.text(row, LABEL, label, "block" if key == "net" else "plain")
        sheet.text(row, UNIT, model.comparison.currency)
        sheet.months_row(row, formula, values, MONEY)
        if key.startswith("cumulative"):
            sheet.number(row, OPENING, 0, MONEY)
        else:
            sheet.formula(row, TOTAL, f"=SUM({book.of_months(row)})", float(np.sum(values)), MONEY, "sum")


def write_years(book: Book, model: Model, cash: Cash) -> int:
    """CashFlow_Y: sums over the twelve months of each year of the appraisal; returns the number of years."""
    sheet = Sheet(book, "CashFlow_Y", "Cash flow by year", "Years of twelve months from the first; sums of CashFlow_M.")
    year_of = np.arange(len(model.months)) // 12 + 1
    years = int(year_of[-1])
    sheet.headings(HEAD, ["", "Line", "Unit", "Counts as", "Kind", "Total", "", ""])
    for k in range(years):
        sheet.number(HEAD, FIRST + k, k + 1, '"Year "0', "heading")
    blocks = ((cash.chosen, "=chosen", model.chosen), (cash.compared, "=compared_with", model.compared_with))
    for first, switch, scenario in blocks:
        sheet.formula(first - 1, LABEL, switch, scenario, style="block")
        for k, key in enumerate(model.categories):
            _category(sheet, model, first + k, *key)
            _year(sheet, first + k, model.flows(scenario, *key), year_of, years)
    sheet.text(cash.difference - 1, LABEL, "Difference: savings and gains are positive", "block")
    for k, (key, flows) in enumerate(model.by_category.items()):
        _category(sheet, model, cash.difference + k, *key)
        _year(sheet, cash.difference + k, flows, year_of, years)
    row = cash.net["net"]
    sheet.text(row, LABEL, "Net", "block")
    sheet.text(row, UNIT, model.comparison.currency)
    _year(sheet, row, model.net(True) + model.net(False), year_of, years)
    _shape(sheet, pages=1)
    return years


def _year(sheet: Sheet, row: int, flows: np.ndarray, year_of: np.ndarray, years: int) -> None:
    book = sheet.book
    months = f"CashFlow_M!{book.of_months(row)}"
    by = f"Time!{book.of_months(YEAR, 'row column')}"
    for k in range(years):
        formula = f"=SUMIFS({months},{by},{cell(HEAD, FIRST + k, 'row')})"
        sheet.formula(row, FIRST + k, formula, float(flows[year_of == k + 1].sum()), MONEY, "other_sheet")
    total = f"=SUM({span(row, FIRST, row, FIRST + years - 1, 'column')})"
    sheet.formula(row, TOTAL, total, float(flows.sum()), MONEY, "sum")


def _shape(sheet: Sheet, pages: int | None = None) -> None:
    sheet.widths(30, 44, 9, 10, 10, 14, 14, 9)
    sheet.wide(pages)
    sheet.sheet.freeze_panes(HEAD + 1, UNIT)
    sheet.sheet.repeat_rows(HEAD)
