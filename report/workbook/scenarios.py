"""The sheets Scenarios, with the switch that all others follow, and Sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

from evaluate.conventions import times
from report.workbook.book import HEAD, MONEY, PERCENT, TOTAL, WORTH, Book, Sheet, span
from report.workbook.cash import Cash
from report.workbook.inputs import FLOW_TIME, UPFRONT_TIME, VALUES, Where
from report.workbook.lines import Lines, line_values
from report.workbook.model import NOTHING, Input, Model

SWITCH = 2
"""Row of the switch on Scenarios."""
NPV_CHOSEN, NPV_BASE = 4, 5
RATES_SHOWN = (0.0, 0.02, 0.035, 0.05, 0.08, 0.10, 0.12, 0.15, 0.20)
STEP = 0.2


def write_scenarios(book: Book, model: Model, costs: Lines, gains: Lines) -> None:
    """One row a scenario, all live; the switch above."""
    says = "Choose in the two yellow cells; CashFlow, Payback, Sensitivity and Summary follow."
    sheet = Sheet(book, "Scenarios", "Scenarios", says)
    sheet.text(SWITCH, 0, "Show this scenario:", "block")
    sheet.text(SWITCH, 1, model.chosen, "input")
    sheet.text(SWITCH, 2, "compared with:", "block")
    sheet.text(SWITCH, 3, model.compared_with, "input")
    names = f"={span(HEAD + 1, 0, HEAD + len(model.names) + 1, 0)}"
    for index, name in ((1, "chosen"), (3, "compared_with")):
        book.name(name, "Scenarios", SWITCH, index)
        sheet.sheet.data_validation(SWITCH, index, SWITCH, index, {"validate": "list", "source": names})
    book.name("base_scenario", "Scenarios", HEAD + 1, 0)
    sheet.headings(
        HEAD,
        ["Scenario", "Title", "Total", "Present value", "NPV against what is compared with", "NPV against the base",
         "NPV as reported", "low", "high"],
    )  # fmt: skip
    compared = f"INDEX({span(HEAD + 1, 3, HEAD + 1 + len(model.names), 3)},MATCH(compared_with,{names[1:]},0))"
    for k, one in enumerate([*model.comparison.scenarios, None]):
        row, name = HEAD + 1 + k, NOTHING if one is None else one.name
        sheet.text(row, 0, name)
        sheet.text(row, 1, "(to see a scenario alone)" if one is None else one.resolved.scenario.title)
        for index, source, value in ((2, TOTAL, model.total(name)), (3, WORTH, model.worth(name))):
            parts = "+".join(
                f"SUMIFS({lines.column(source)},{lines.column(lines.scenario)},$A{row + 1})" for lines in (costs, gains)
            )
            sheet.formula(row, index, f"={parts}", value, MONEY, "other_sheet")
        worth, base = model.worth(name), model.worth(model.names[0])
        sheet.formula(
            row, NPV_CHOSEN, f"=$D{row + 1}-{compared}", worth - model.worth(model.compared_with), MONEY, "sum"
        )
        if one is None:
            continue
        sheet.formula(row, NPV_BASE, f"=$D{row + 1}-$D${HEAD + 2}", worth - base, MONEY, "sum")
        reported = model.comparison.against.get(name, {}).get("npv")
        for index, told in enumerate((reported.value, reported.low, reported.high) if reported else (), 6):
            if told is not None:
                sheet.number(row, index, told, MONEY, "engine")
    sheet.widths(24, 44, 16, 16, 18, 18, 16, 14, 14)
    sheet.sheet.freeze_panes(HEAD + 1, 1)


@dataclass(frozen=True)
class _Effect:
    """What hangs on one input."""

    entry: Input
    value: float
    weight: float
    other_weight: float
    parts: tuple[float, float, float, float]

    @property
    def moves(self) -> float:
        """Change of the NPV if the input doubled, to the first order (it is linear)."""
        return self.weight * (self.parts[0] + self.parts[1]) - self.other_weight * (self.parts[2] + self.parts[3])


def _effects(model: Model) -> list[_Effect]:
    found = []
    for entry in model.inputs:
        if entry.factor.enters == "interest":
            continue
        here, there = (_value(model, entry, name) for name in (model.chosen, model.compared_with))
        parts = tuple(
            line_values(model, lines, name, entry.key)
            for name in (model.chosen, model.compared_with)
            for lines in (model.costs, model.gains)
        )
        weights = (_weight(entry, here), _weight(entry, there))
        found.append(_Effect(entry, here, *weights, parts))  # type: ignore[arg-type]
    return sorted(found, key=lambda effect: -abs(effect.moves))


def _value(model: Model, entry: Input, name: str) -> float:
    value = entry.values[model.names.index(name)] if name in model.names else None
    return 0.0 if value is None else value


def _weight(entry: Input, value: float) -> float:
    return value / (1.0 + value) if entry.factor.enters == "one_plus" else 1.0


def write_sensitivity(book: Book, model: Model, where: Where, cash: Cash, costs: Lines, gains: Lines) -> None:
    """Every price 20 % lower and higher, one at a time, and the value at which the NPV is zero; the discount rate."""
    says = (
        "One price at a time, in the scenario shown and in what it is compared with; the NPV is linear in each. What "
        "changes how customers behave is not among them: that needs another run. Sorted as they were in this run."
    )
    sheet = Sheet(book, "Sensitivity", "Sensitivity", says)
    sheet.text(SWITCH, 0, "NPV", "block")
    npv = f"=SUM(CashFlow_M!{cash.rows_of(cash.difference, WORTH)})"
    sheet.formula(SWITCH, 1, npv, model.npv, MONEY, "sum")
    book.name("npv", "Sensitivity", SWITCH, 1)
    sheet.headings(
        HEAD,
        ["Input", "Unit", "Value here", "Value there", "Weight here", "Weight there", "Costs here, present value",
         "Benefits here", "Costs there", "Benefits there", "Moves with it", "20 % lower: change", "20 % higher: change",
         "NPV, 20 % lower", "NPV, 20 % higher", "Elasticity of the NPV", "NPV is zero at a change of", "that is, at",
         "Evidence"],
    )  # fmt: skip
    effects = _effects(model)
    for row, effect in enumerate(effects, HEAD + 1):
        _effect(sheet, model, effect, row, where, costs, gains)
    last = HEAD + max(len(effects), 1)
    _rates(sheet, model, cash, last + 3)
    if effects:
        _tornado(sheet, min(len(effects), 12), last + 3)
    sheet.widths(52, 12, *[14] * 16, 14)
    sheet.sheet.freeze_panes(HEAD + 1, 1)
    sheet.sheet.repeat_rows(HEAD)


def _effect(sheet: Sheet, model: Model, effect: _Effect, row: int, where: Where, costs: Lines, gains: Lines) -> None:
    r, entry = row + 1, effect.entry
    values = f"Inputs!{span(where.rows[entry.key], VALUES, where.rows[entry.key], VALUES + len(model.names) - 1)}"
    names = f"Inputs!{span(HEAD, VALUES, HEAD, VALUES + len(model.names) - 1)}"
    sheet.text(row, 0, entry.key)
    sheet.text(row, 1, entry.factor.unit)
    there = _value(model, entry, model.compared_with)
    form = "0.00%" if entry.factor.unit == "share" else "#,##0.00"
    for index, switch, value in ((2, "chosen", effect.value), (3, "compared_with", there)):
        sheet.formula(
            row, index, f"=IFERROR(INDEX({values},MATCH({switch},{names},0))+0,0)", value, form, "other_sheet"
        )
    for index, of, weight in ((4, "C", effect.weight), (5, "D", effect.other_weight)):
        formula = f"={of}{r}/(1+{of}{r})" if entry.factor.enters == "one_plus" else "=1"
        sheet.formula(row, index, formula, weight, "0.000")
    places = [(switch, lines) for switch in ("chosen", "compared_with") for lines in (costs, gains)]
    for index, ((switch, lines), value) in enumerate(zip(places, effect.parts, strict=True), 6):
        chosen = f"({lines.column(lines.scenario)}={switch})*({lines.keys}=$A{r})*{lines.column(WORTH)}"
        sheet.formula(row, index, f"=SUMPRODUCT({chosen})", value, MONEY, "other_sheet")
    moves, npv = effect.moves, model.npv
    sheet.formula(row, 10, f"=E{r}*(G{r}+H{r})-F{r}*(I{r}+J{r})", moves, MONEY)
    for index, sign in ((11, -1), (12, 1)):
        sheet.formula(row, index, f"={sign * STEP}*$K{r}", sign * STEP * moves, MONEY)
        sheet.formula(row, index + 2, f"=npv+{'LM'[index - 11]}{r}", npv + sign * STEP * moves, MONEY)
    sheet.formula(row, 15, f"=IF(npv=0,0,K{r}/ABS(npv))", moves / abs(npv) if npv else 0.0, "0.00")
    change: float | str = -npv / moves if moves else "no effect"
    sheet.formula(row, 16, f'=IF(K{r}=0,"no effect",-npv/K{r})', change, PERCENT)
    at: float | str = change
    if isinstance(change, float):
        at = "below 0" if change < -1 else effect.value * (1 + change)
    sheet.formula(row, 17, f'=IF(K{r}=0,"no effect",IF(Q{r}<-1,"below 0",C{r}*(1+Q{r})))', at, form)
    sheet.text(row, 18, entry.evidence.level if entry.evidence else "none given")


def _rates(sheet: Sheet, model: Model, cash: Cash, row: int) -> None:
    """The NPV at other discount rates; refunds' interest stays at the rate of Inputs."""
    sheet.headings(row, ["NPV at other discount rates (flows as they are)", "Rate", "NPV"])
    flows = {
        key: (f"CashFlow_M!{sheet.book.of_months(cash.net[key], 'row column')}",
              f"Time!{sheet.book.of_months(when, 'row column')}")
        for key, when in (("upfront", UPFRONT_TIME), ("flow", FLOW_TIME))
    }  # fmt: skip
    for k, rate in enumerate(RATES_SHOWN, 1):
        sheet.number(row + k, 1, rate, PERCENT, "input")
        at = f"(1+$B{row + k + 1})"
        formula = "+".join(f"SUMPRODUCT({amounts},{at}^(-{when}/12))" for amounts, when in flows.values())
        value = sum(
            float(model.net(upfront) @ (1 + rate) ** (-times(len(model.months), model.economics, upfront) / 12))
            for upfront in (True, False)
        )
        sheet.formula(row + k, 2, f"={formula}", value, MONEY, "other_sheet")


def _tornado(sheet: Sheet, count: int, row: int) -> None:
    chart = sheet.book.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for index, label, colour in ((11, "20 % lower", "#B35C00"), (12, "20 % higher", "#1F5F99")):
        chart.add_series({
            "name": label,
            "categories": ["Sensitivity", HEAD + 1, 0, HEAD + count, 0],
            "values": ["Sensitivity", HEAD + 1, index, HEAD + count, index],
            "fill": {"color": colour},
            "gap": 40,
        })  # fmt: skip
    chart.set_title({"name": "Change of the NPV, one price at a time", "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": "#,##0"})
    chart.set_legend({"position": "bottom"})
    words = "Bars: how the NPV changes where one price is 20 % lower or higher, the largest first"
    sheet.sheet.insert_chart(row, 4, chart, {"description": words, "x_scale": 1.8, "y_scale": 1.4})
