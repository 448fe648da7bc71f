"""The sheet Payback: when the money is back, how much is needed at most, and the rate of return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.appraisal import TIMING, Appraised, appraise
from evaluate.rates import sign_changes
from report.workbook.book import (
    FIRST,
    HEAD,
    LABEL,
    MONEY,
    NOTE,
    OPENING,
    PERCENT,
    PRICE,
    TOTAL,
    UNIT,
    WHOLE,
    WORTH,
    Book,
    Sheet,
    cell,
    span,
)  # fmt: skip
from report.workbook.cash import Cash
from report.workbook.inputs import FLOW_TIME, UPFRONT_TIME
from report.workbook.model import Model
from sim.scenario.units import monthly

PLAIN, TODAY = HEAD + 1, HEAD + 7
"""First rows of the two blocks: upfront, flow, before, after, reached."""
RATES = HEAD + 15
_SMALL = 1e-6
"""Money below which a flow or a sum is none: what rounding leaves."""


@dataclass(frozen=True)
class Found:
    """Cells with the answers, and what they hold in this run."""

    payback: str
    discounted: str
    peak: str
    rate: str
    appraised: Appraised
    rate_text: float | str

    @property
    def payback_value(self) -> float | str:
        """Months, or the word never."""
        return months_or_never(self.appraised.payback_months)

    @property
    def discounted_value(self) -> float | str:
        """The same, discounted."""
        return months_or_never(self.appraised.discounted_payback_months)


def months_or_never(months: float | None) -> float | str:
    """What a payback's cell holds."""
    return "never" if months is None else months


def write_payback(book: Book, model: Model, cash: Cash) -> Found:
    """Cumulative rows with the month at which they reach zero and stay there, a chart, and the rate's working."""
    says = "Upfront cost is paid at the start of its month, flows come evenly over it; nothing is extrapolated."
    sheet = Sheet(book, "Payback", "Payback and rate of return", says)
    sheet.headings(HEAD, ["", "Line", "Unit", "", "Answer", "", "", "Opening", *model.months])
    upfront, flow = model.net(True), model.net(False)
    today = upfront * model.discount(True), flow * model.discount(False)
    found = appraise(upfront, flow, monthly(model.rate), model.economics.timing)
    _block(sheet, model, PLAIN, "", ("upfront", "flow"), cash, upfront, flow)
    _block(sheet, model, TODAY, ", discounted", ("upfront_today", "flow_today"), cash, *today)
    for row, label, value in (
        (PLAIN + 4, "Payback", found.payback_months),
        (TODAY + 4, "Discounted payback", found.discounted_payback_months),
    ):
        last = cell(row, book.last)
        sheet.text(row, LABEL, f"{label} (month reached; -1: not yet)")
        sheet.text(row, UNIT, "months")
        sheet.formula(row, PRICE, f'=IF({last}<0,"never",{last})', months_or_never(value), "0.0", "sum")
    row = PLAIN + 5
    sheet.text(row, LABEL, "Peak funding")
    sheet.text(row, UNIT, model.comparison.currency)
    before, after = book.of_months(PLAIN + 2), book.of_months(PLAIN + 3)
    sheet.formula(row, PRICE, f"=-MIN(0,{before},{after})", found.peak_funding, MONEY, "sum")
    rate = _rates(sheet, model, cash, found)
    sheet.widths(3, 48, 12, 14, 16, 14, 10, 10)
    sheet.wide()
    sheet.sheet.freeze_panes(HEAD + 1, UNIT)
    _chart(sheet, cash)
    paid, discounted, peak, internal = (
        f"Payback!{cell(row, PRICE, 'row column')}" for row in (PLAIN + 4, TODAY + 4, PLAIN + 5, RATES)
    )
    return Found(paid, discounted, peak, internal, found, rate)


def _block(
    sheet: Sheet, model: Model, first: int, how: str, rows: tuple[str, str], cash: Cash, upfront: np.ndarray,
    flow: np.ndarray,
) -> None:  # fmt: skip
    after = np.cumsum(upfront + flow)
    before = after - flow
    reached, at = [], 0.0
    for k in range(len(flow)):
        at = -1.0 if after[k] < -_SMALL else k - before[k] / flow[k] if before[k] < -_SMALL else at
        reached.append(at)
    r = first + 1
    when = f"Time!{{c}}$6-1-{{c}}{r + 2}/{{c}}{r + 1}"
    state = f"=IF({{c}}{r + 3}<-0.000001,-1,IF({{c}}{r + 2}<-0.000001,{when},{{p}}{r + 4}))"
    for k, (label, formula, values, form) in enumerate((
        (f"Net, upfront{how}", f"=CashFlow_M!{{c}}{cash.net[rows[0]] + 1}", upfront, MONEY),
        (f"Net, all other flows{how}", f"=CashFlow_M!{{c}}{cash.net[rows[1]] + 1}", flow, MONEY),
        (f"Cumulative after what is paid upfront{how}", f"={{p}}{r + 3}+{{c}}{r}", before, MONEY),
        (f"Cumulative at the end of the month{how}", f"={{c}}{r + 2}+{{c}}{r + 1}", after, MONEY),
        ("", state, np.array(reached), "0.0"),
    )):  # fmt: skip
        if label:
            sheet.text(first + k, LABEL, label)
            sheet.text(first + k, UNIT, model.comparison.currency)
        sheet.months_row(first + k, formula, values, form, "other_sheet" if k < 2 else "plain")
    for row in (first + 3, first + 4):
        sheet.number(row, OPENING, 0, MONEY)


def _rates(sheet: Sheet, model: Model, cash: Cash, found: Appraised) -> float | str:
    """Net flows by half-months, changes of sign and the internal rate; returns what the rate's cell holds."""
    count = len(model.months)
    upfront, flow, offset = model.net(True), model.net(False), TIMING[model.economics.timing]
    net = np.zeros(2 * count + 1)
    net[0 : 2 * count : 2] += upfront
    np.add.at(net, (2 * (np.arange(count) + offset)).astype(int), flow)
    first, last = RATES + 3, RATES + 3 + 2 * count
    changes = sign_changes(np.where(np.abs(net) < _SMALL, 0.0, net))
    sheet.text(RATES, LABEL, "Internal rate of return")
    sheet.text(RATES, UNIT, "share/year")
    total = span(first, WORTH, last, WORTH)
    guess = (1.0 + (found.rate_per_year if found.rate_per_year is not None else 0.1)) ** (1 / 24) - 1
    formula = (
        f'=IF(SUM({total})=1,IFERROR((1+IRR({span(first, PRICE, last, PRICE)},{guess:.6g}))^24-1,"not found here"),'
        f'"none: "&SUM({total})&" changes of sign")'
    )
    value = found.rate_per_year if found.rate_per_year is not None else f"none: {changes} changes of sign"
    sheet.formula(RATES, PRICE, formula, value, PERCENT, "sum")
    sheet.headings(RATES + 2, ["", "Half-months from the start", "Upfront", "Flows", "Net", "Sign", "Change of sign"])
    sign = 0
    ranges = {
        "upfront": f"CashFlow_M!{sheet.book.of_months(cash.net['upfront'], 'row column')}",
        "flow": f"CashFlow_M!{sheet.book.of_months(cash.net['flow'], 'row column')}",
    }
    at = {
        key: f"Time!{sheet.book.of_months(row, 'row column')}"
        for key, row in (("upfront", UPFRONT_TIME), ("flow", FLOW_TIME))
    }
    sheet.number(first - 1, OPENING, 0, WHOLE)
    for half in range(2 * count + 1):
        row, r = first + half, first + half + 1
        sheet.number(row, LABEL, half, WHOLE)
        paid = upfront[half // 2] if half % 2 == 0 and half < 2 * count else 0.0
        for index, key, amount in ((UNIT, "upfront", paid), (NOTE, "flow", net[half] - paid)):
            sheet.formula(row, index, f"=SUMIFS({ranges[key]},{at[key]},$B{r}/2)", float(amount), MONEY, "other_sheet")
        sheet.formula(row, PRICE, f"=C{r}+D{r}", float(net[half]), MONEY)
        before, sign = sign, sign if abs(net[half]) < _SMALL else int(np.sign(net[half]))
        earlier = "$H$" + str(first) if half == 0 else f"F{r - 1}"
        sheet.formula(row, TOTAL, f"=IF(ABS(E{r})<0.000001,{earlier},SIGN(E{r}))", sign, WHOLE)
        changed = int(before != 0 and before != sign)
        sheet.formula(row, WORTH, f"=IF(AND({earlier}<>0,{earlier}<>F{r}),1,0)", changed, WHOLE)
    return value


def _chart(sheet: Sheet, cash: Cash) -> None:
    chart = sheet.book.workbook.add_chart({"type": "line"})
    for key, label, dash in (("cumulative", "Cumulative", "solid"), ("cumulative_today", "Discounted", "dash")):
        row = cash.net[key]
        chart.add_series({
            "name": label,
            "categories": ["CashFlow_M", HEAD, FIRST, HEAD, sheet.book.last],
            "values": ["CashFlow_M", row, FIRST, row, sheet.book.last],
            "line": {"width": 2.25, "dash_type": dash, "color": "#1F5F99" if dash == "solid" else "#B35C00"},
        })  # fmt: skip
    chart.set_title({"name": "Cumulative net flow", "name_font": {"size": 12}})
    chart.set_x_axis({"label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    chart.set_legend({"position": "bottom"})
    sheet.sheet.insert_chart(
        RATES, FIRST, chart, {"description": "Cumulative net flow by month, as it is and discounted", "x_scale": 1.5}
    )
