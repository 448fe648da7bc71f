"""The sheet Checks: the workbook against itself and against the run's tables, and those tables' appraisal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from report.workbook.book import FIRST, HEAD, KEY, NOTE, PRICE, TOTAL, UNIT, WHOLE, WORTH, Book, Sheet, cell, span
from report.workbook.cash import Cash
from report.workbook.inputs import END, FLOW_TIME, PERIOD, VALUES, Where
from report.workbook.lines import Lines
from report.workbook.model import Model
from report.workbook.payback import Found
from report.workbook.scenarios import NPV_BASE

REPORTED = 8
"""Column of the table of reported measures on Checks: key, value, low, high."""
_NEVER = ("payback", "discounted_payback")
_ALONE = {"npv": "present_value", "net_total": "total", "npv_tangible": "none"}


def reported_key(model: Model, measure: str) -> str:
    """Under which measure the run reports what the sheet calls so: alone where there is nothing to compare with."""
    return measure if model.comparison.options else _ALONE.get(measure, measure)


class Reported:
    """Measures as `appraisal.csv` has them, by ``scenario|measure``."""

    def __init__(self, model: Model) -> None:
        self.rows: dict[str, dict[str, float | str]] = {}
        comparison = model.comparison
        for name in model.names:
            for measure, figure in {**comparison.alone[name], **comparison.against.get(name, {})}.items():
                ends = {"low": figure.low, "high": figure.high}
                told = {end: value for end, value in ends.items() if value is not None}
                none = "never" if measure in _NEVER else "none"
                value = none if figure.value is None else figure.value
                self.rows[f"{name}|{measure}"] = {"value": value, **told}
        self.first = HEAD + 1
        self.last = HEAD + max(len(self.rows), 1)

    def value(self, key: str, part: str) -> float | str:
        """What a look-up finds; empty where there is nothing."""
        return self.rows.get(key, {}).get(part, "")

    def lookup(self, key: str, part: str) -> str:
        """A formula, without ``=``, for a key that is an expression."""
        index = REPORTED + ("value", "low", "high").index(part) + 1
        values, keys = (f"Checks!{span(self.first, at, self.last, at)}" for at in (index, REPORTED))
        found = f"INDEX({values},MATCH({key},{keys},0))"
        return f'IFERROR(IF({found}="","",{found}),"")'

    def write(self, sheet: Sheet) -> None:
        """The table."""
        sheet.headings(HEAD, ["Reported measure", "value", "low", "high"], REPORTED)
        for row, (key, parts) in enumerate(self.rows.items(), self.first):
            sheet.text(row, REPORTED, key)
            for index, part in enumerate(("value", "low", "high"), REPORTED + 1):
                value = parts.get(part, "")
                if isinstance(value, str):
                    sheet.text(row, index, value, "engine")
                else:
                    sheet.number(row, index, float(value), "#,##0.000000", "engine")


@dataclass(frozen=True)
class _Check:
    says: str
    left: str
    right: str
    left_value: float | str
    right_value: float | str
    tolerance: float = 0.005
    only: str = ""
    """Condition under which the two can be compared; empty: always."""


def write_checks(
    book: Book, model: Model, where: Where, drivers: Lines, costs: Lines, gains: Lines, cash: Cash, found: Found,
    reported: Reported,
) -> None:  # fmt: skip
    """Every check with both sides, the difference and whether it passes."""
    says = "ok, FAIL, or not comparable where an input or the switch is not as it was run."
    sheet = Sheet(book, "Checks", "Checks", says)
    sheet.text(2, 0, "Checks that fail:", "block")
    sheet.headings(HEAD, ["Check", "One side", "Other side", "Difference", "Allowed", "Result"])
    row = HEAD + 1
    for check in (
        *_with_itself(book, model, where, drivers, costs, gains, cash),
        *_with_tables(model, found, reported),
    ):
        r = row + 1
        sheet.text(row, 0, check.says)
        for index, formula, value in ((1, check.left, check.left_value), (2, check.right, check.right_value)):
            sheet.formula(row, index, f"={formula}", value, "#,##0.00")
        gap = f"=IF(B{r}=C{r},0,IF(AND(ISNUMBER(B{r}),ISNUMBER(C{r})),ABS(B{r}-C{r}),1))"
        difference = _gap(check.left_value, check.right_value)
        sheet.formula(row, 3, gap, difference, "0.0E+00")
        sheet.number(row, 4, check.tolerance, "0.0E+00")
        result = f'IF(D{r}<=E{r},"ok","FAIL")'
        if check.only:
            result = f'IF({check.only},{result},"not comparable")'
        sheet.formula(row, 5, f"={result}", "ok" if difference <= check.tolerance else "FAIL")
        row += 1
    results = span(HEAD + 1, 5, row - 1, 5)
    sheet.formula(2, 1, f'=COUNTIF({results},"FAIL")', 0, WHOLE, "sum")
    book.name("checks_failed", "Checks", 2, 1)
    good, bad = (book.workbook.add_format({"bg_color": colour}) for colour in ("#DFF0D8", "#F2C9C9"))
    for word, style in (("ok", good), ("FAIL", bad)):
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
        sheet.sheet.conditional_format(HEAD + 1, 5, row - 1, 5, rule)
    reported.write(sheet)
    sheet.widths(64, 18, 18, 12, 10, 16, 3, 3, 44, 16, 16, 16)
    sheet.sheet.freeze_panes(HEAD + 1, 1)


def _gap(left: float | str, right: float | str) -> float:
    if isinstance(left, str) or isinstance(right, str):
        return 0.0 if left == right else 1.0
    return abs(left - right)


def _with_itself(
    book: Book, model: Model, where: Where, drivers: Lines, costs: Lines, gains: Lines, cash: Cash
) -> Iterator[_Check]:
    totals, worths = (f"CashFlow_M!{cash.rows_of(cash.difference, index)}" for index in (TOTAL, WORTH))
    difference = model.total(model.chosen) - model.total(model.compared_with)
    count = len(model.names)
    listed = f"Scenarios!{span(HEAD + 1, 0, HEAD + 1 + count, 0)}"

    def of(switch: str, index: int) -> str:
        return f"INDEX(Scenarios!{span(HEAD + 1, index, HEAD + 1 + count, index)},MATCH({switch},{listed},0))"

    here, there = (f"{of('chosen', k)}-{of('compared_with', k)}" for k in (2, 3))
    yield _Check("Categories add up to the scenarios' totals", f"SUM({totals})", here, difference, difference)
    worth = "Present values of the categories add up to the NPV of Scenarios"
    yield _Check(worth, f"SUM({worths})", there, model.npv, model.npv)
    net, months = cash.net["net"], model.months
    by_year, by_month = (f"CashFlow_{letter}!{cell(net, TOTAL)}" for letter in "YM")
    yield _Check("Years add up to the months", by_year, by_month, difference, difference)
    end, end_today = (f"CashFlow_M!{cell(cash.net[key], book.last)}" for key in ("cumulative", "cumulative_today"))
    yield _Check("The cumulative net flow ends at the total", end, f"SUM({totals})", difference, difference)
    yield _Check("The discounted cumulative net flow ends at the NPV", end_today, "npv", model.npv, model.npv)
    upfront, flow = (f"NPV(monthly_rate,CashFlow_M!{book.of_months(cash.net[key])})" for key in ("upfront", "flow"))
    own = f"{upfront}*(1+monthly_rate)+{flow}*(1+monthly_rate)^(1-Time!{cell(FLOW_TIME, PRICE)})"
    yield _Check("The NPV is that of the program's own NPV(), its timing put right", own, "npv", model.npv, model.npv)
    number = f"MAX(Time!{book.of_months(PERIOD)})"
    yield _Check("Months are complete: their number", number, str(len(months)), len(months), len(months), 0.0)
    for says, count_of in _nothing_of(book, where, drivers, costs, gains, cash, count):
        yield _Check(says, count_of, "0", 0, 0, 0.0)


def _nothing_of(
    book: Book, where: Where, drivers: Lines, costs: Lines, gains: Lines, cash: Cash, count: int
) -> Iterator[tuple[str, str]]:
    """What there must be none of, and a formula that counts it."""
    if book.months > 1:
        ends = f"Time!{span(END, FIRST, END, book.last - 1)}"
        starts = f"Time!{span(END - 1, FIRST + 1, END - 1, book.last)}"
        yield "Months are complete: gaps between them", f"SUMPRODUCT(--({ends}<>{starts}))"
    values = f"Drivers!{span(HEAD + 1, FIRST, drivers.last, book.last)}"
    yield "Drivers below zero", f'SUMPRODUCT(({drivers.column(PRICE)}="driver")*({values}<-0.000001))'
    blank = "+".join(f"COUNTBLANK(Inputs!{span(where.first, k, where.last, k)})" for k in (1, 3))
    yield "Inputs without a unit or without a word on evidence", blank
    prices = span(where.first, VALUES, where.last, VALUES + count - 1)
    yield "Prices below zero", f'COUNTIF(Inputs!{prices},"<0")'
    areas = [lines.column(WORTH) for lines in (costs, gains)]
    areas += [f"CashFlow_M!{cash.rows_of(cash.difference, index)}" for index in (TOTAL, WORTH)]
    areas += [f"Scenarios!{span(HEAD + 1, 2, HEAD + 1 + count, 4)}"]
    yield "Cells with errors", "+".join(f"SUMPRODUCT(--ISERROR({area}))" for area in areas)
    keys = f"CashFlow_M!{cash.rows_of(cash.chosen, KEY)}"
    lost = "+".join(
        f"SUMPRODUCT(({lines.column(lines.scenario)}=chosen)*(COUNTIF({keys},{lines.column(KEY)})=0))"
        for lines in (costs, gains)
    )
    yield "Lines of the chosen scenario in no category", lost


def _with_tables(model: Model, found: Found, reported: Reported) -> Iterator[_Check]:
    """Against `appraisal.csv`, as long as nothing has been changed."""
    same = "inputs_changed=0"
    base = model.worth(model.names[0])
    for k, name in enumerate(model.names):
        sides = [("npv", NPV_BASE, model.worth(name) - base)] if k else []
        if not k or not model.economics.count_released_time:  # that counts in an option's flows against the base only
            sides += [("total", UNIT, model.total(name)), ("present_value", NOTE, model.worth(name))]
        for measure, index, value in sides:
            key = f"{name}|{measure}"
            as_told = reported.lookup(f'"{key}"', "value")
            at, told = f"Scenarios!{cell(HEAD + 1 + k, index)}", reported.value(key, "value")
            yield _Check(f"{name}: {measure} as in appraisal.csv", at, as_told, value, told, only=same)
    if model.comparison.options:
        as_run = f"AND({same},compared_with=base_scenario,chosen<>base_scenario)"
        for key, at, shown in (
            ("payback", found.payback, found.payback_value),
            ("discounted_payback", found.discounted, found.discounted_value),
            ("peak_funding", found.peak, found.appraised.peak_funding),
        ):
            as_told, told = (
                reported.lookup(f'chosen&"|{key}"', "value"),
                reported.value(f"{model.chosen}|{key}", "value"),
            )
            yield _Check(f"{key} as in appraisal.csv", at, as_told, shown, told, only=as_run)


__all__ = ["Reported", "reported_key", "write_checks"]
