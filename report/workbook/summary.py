"""The sheets About and Summary: what the workbook is for and how to read it; the answer, live beside as reported."""

from __future__ import annotations

from importlib.metadata import version

from evaluate.categories import CATEGORIES
from evaluate.conventions import stated
from evaluate.measures import MEASURES
from report.answer import answer, remarks
from report.method import CAVEATS
from report.workbook.book import EXACT, HEAD, MONEY, PERCENT, PRICE, TOTAL, WORTH, Book, Sheet
from report.workbook.cash import Cash
from report.workbook.checks import Reported, reported_key
from report.workbook.model import Model
from report.workbook.payback import Found

_CHARACTERS = 105
"""Of a line of text on About."""
_SHEETS = (
    ("Summary", "the answer: every measure live, beside what the run reported with its interval"),
    ("Inputs", "every price with unit, evidence and a cell for each scenario; yellow cells may be changed"),
    ("Time", "months, when flows count, discount factors, growth of prices"),
    ("Drivers", "what was used, by line and month: output of the simulation"),
    ("Costs", "money out: driver x unit price x growth of prices"),
    ("Benefits", "money in, the same way"),
    ("CashFlow_M", "by category and month: chosen, compared with, difference, net, cumulative"),
    ("CashFlow_Y", "the same by year"),
    ("Scenarios", "all scenarios side by side, and the switch that the other sheets follow"),
    ("Sensitivity", "each price 20 % lower and higher, where the NPV is zero, other discount rates"),
    ("Payback", "payback, discounted payback, peak funding, rate of return, with a chart"),
    ("Checks", "whether the workbook agrees with itself and with the run's tables"),
)
_STYLES = (
    ("input", "an input: change it and all sheets follow"),
    ("engine", "output of the simulation, or a figure as reported: does not follow"),
    ("plain", "a formula on the same sheet"),
    ("other_sheet", "a formula that reads another sheet"),
)
_LIMITS = (
    "The sheets hold means over the replications. Intervals are figures of the run and do not follow changes.",
    "Prices follow; behaviour does not. A wage, an upfront cost, the discount rate or inflation may be changed here. "
    "What changes how many customers come, wait, give up or are served must be changed in the scenario and run.",
    "A price that a dated change alters is an input for each value it takes, with the first day on which it holds; a "
    "line is then in parts. What is no product of a driver and prices (margin of customers lost and won, what a least "
    "bill adds, released time where it counts) is an amount, worked out outside the sheet.",
    "Money in is positive, money out negative, on every sheet; prices on Inputs are positive.",
    "Formulas: no macro, no hidden sheet, no link to another file, one formula along each row.",
)


def write_about(book: Book, model: Model) -> None:
    """The first sheet."""
    comparison = model.comparison
    run = comparison.base.replications
    sheet = Sheet(book, "About", "About this workbook", "Appraisal of customer support, from drivers to NPV.")
    row = 3

    def block(heading: str, lines: list[tuple[str, str, str]]) -> None:
        nonlocal row
        sheet.text(row, 0, heading, "block")
        for k, (left, right, style) in enumerate(lines, row + 1):
            sheet.text(k, 0, left, style)
            sheet.text(k, 1, right, "wrap")
            sheet.sheet.set_row(k, 15 * max(1, -(-len(right) // _CHARACTERS)))
        row += len(lines) + 2

    options = ", ".join(one.name for one in comparison.options) or "none"
    block(
        "Run",
        [
            ("Made by", f"deskplan {version('deskplan')}", "plain"),
            ("Base", f"{comparison.base.name}: {comparison.base.resolved.scenario.title}", "plain"),
            ("Options", options, "plain"),
            ("Engine, seed, replications", f"{run.engine}, {run.seed}, {comparison.replications}", "plain"),
            *((f"Digest, {one.name}", one.resolved.digest, "plain") for one in comparison.scenarios),
            ("Conventions of this run", stated(model.economics), "plain"),
            ("Currency", comparison.currency, "plain"),
        ],
    )
    block("For whom", [("Finance", "to audit the appraisal and to try other prices and rates", "plain"),
                       ("Planners", "to see which input the answer rests on", "plain")])  # fmt: skip
    block("Sheets", [(name, says, "plain") for name, says in _SHEETS])
    block("Colours", [("12.34", says, style) for style, says in _STYLES])
    block("Limits", [("", line, "plain") for line in (*_LIMITS, *CAVEATS)])
    sheet.widths(30, 120)


def write_summary(sheet: Sheet, model: Model, cash: Cash, found: Found, reported: Reported) -> None:
    """Measures of what is chosen against what it is compared with, live; the run's own beside."""
    comparison = model.comparison
    sheet.text(2, 0, "Shown:", "block")
    sheet.formula(2, 1, '=chosen&" against "&compared_with', f"{model.chosen} against {model.compared_with}")
    sheet.text(2, 3, "Checks:", "block")
    sheet.formula(2, 4, '=IF(checks_failed=0,"all pass",checks_failed&" FAIL")', "all pass", style="block")
    sheet.headings(
        HEAD, ["Measure", "Now", "Unit", "As reported", "low", "high", "What it is"]
    )  # fmt: skip
    row = HEAD + 1
    for key, formula, value in _measures(model, cash, found):
        measure = MEASURES[key]
        form = {"money": MONEY, "share": PERCENT, "share/year": PERCENT, "months": "0.0"}.get(measure.unit, EXACT)
        sheet.text(row, 0, measure.title)
        sheet.formula(row, 1, f"={formula}", value, form, "sum")
        sheet.text(row, 2, measure.unit.replace("money", comparison.currency))
        asked = reported_key(model, key)
        for index, part in ((3, "value"), (4, "low"), (5, "high")):
            shown = reported.lookup(f'chosen&"|{asked}"', part)
            was = reported.value(f"{model.chosen}|{asked}", part)
            sheet.formula(row, index, f"={shown}", was, form, "engine")
        sheet.text(row, 6, measure.definition)
        row += 1
    sheet.text(
        row, 0, f"low, high: interval of {comparison.confidence:.0%} over the replications, as reported.", "says"
    )
    row += 2
    sheet.text(row, 0, "As reported", "block")
    for k, line in enumerate([answer(comparison), *remarks(comparison), stated(model.economics)], row + 1):
        sheet.text(k, 0, line)
    sheet.widths(34, 18, 14, 16, 14, 14, 90)
    sheet.sheet.freeze_panes(HEAD + 1, 1)


def _measures(model: Model, cash: Cash, found: Found) -> list[tuple[str, str, float | str]]:
    worths = {key: float(flows @ model.discount(_upfront(key[0]))) for key, flows in model.by_category.items()}
    gained = sum(value for value in worths.values() if value > 0)
    spent = -sum(value for value in worths.values() if value < 0)
    npv = model.npv
    column = f"CashFlow_M!{cash.rows_of(cash.difference, WORTH)}"
    kind = f"CashFlow_M!{cash.rows_of(cash.difference, PRICE)}"
    totals = f"CashFlow_M!{cash.rows_of(cash.difference, TOTAL)}"
    benefits, costs = f'SUMIF({column},">0")', f'-SUMIF({column},"<0")'

    def ratio(top: str, bottom: str, value: float, of: float) -> tuple[str, float | str]:
        return f'IF({bottom}=0,"none",({top})/({bottom}))', value / of if of else "none"

    tangible = sum(value for (_, cash_too), value in worths.items() if cash_too)
    rows: list[tuple[str, str, float | str]] = [
        ("npv", "npv", npv),
        ("npv_tangible", f'SUMIFS({column},{kind},"cash")', tangible),
        ("net_total", f"SUM({totals})", sum(float(flows.sum()) for flows in model.by_category.values())),
    ]
    if not model.comparison.options:
        return rows
    return [
        *rows,
        ("benefits", benefits, gained),
        ("costs", costs, spent),
        ("roi", *ratio("npv", costs, npv, spent)),
        ("npv_benefits_20_lower", f"npv-0.2*{benefits}", npv - 0.2 * gained),
        ("npv_costs_20_higher", f"npv-0.2*({costs})", npv - 0.2 * spent),
        ("benefits_can_fall", *ratio("npv", benefits, npv, gained)),
        ("costs_can_rise", *ratio("npv", costs, npv, spent)),
        ("benefit_cost_ratio", *ratio(benefits, costs, gained, spent)),
        ("payback", found.payback, found.payback_value),
        ("discounted_payback", found.discounted, found.discounted_value),
        ("irr", found.rate, found.rate_text),
        ("peak_funding", found.peak, found.appraised.peak_funding),
    ]


def _upfront(category: str) -> bool:
    return CATEGORIES[category].upfront
