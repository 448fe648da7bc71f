"""Writing `report.xlsx`: the sheets in the order in which a reviewer reads them."""

from __future__ import annotations

import datetime as dt
import io

from evaluate.compare import Comparison
from report.workbook.book import Book, Sheet
from report.workbook.cash import write_months, write_years
from report.workbook.checks import Reported, write_checks
from report.workbook.inputs import write_inputs, write_time
from report.workbook.lines import write_drivers, write_lines
from report.workbook.model import Model
from report.workbook.payback import write_payback
from report.workbook.scenarios import write_scenarios, write_sensitivity
from report.workbook.summary import write_about, write_summary

ORDER = (
    "About", "Summary", "Inputs", "Time", "Drivers", "Costs", "Benefits", "CashFlow_M", "CashFlow_Y", "Scenarios",
    "Sensitivity", "Payback", "Checks",
)  # fmt: skip
_SAME_DAY = dt.datetime(2000, 1, 1)
"""As the day of making, so that equal runs write equal bytes; the manifest says when the run was."""
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(comparison: Comparison) -> bytes | None:
    """The file's bytes; None where nothing has a price."""
    model = Model(comparison)
    if not model.lines:
        return None
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as file:
        file.set_properties({"title": "deskplan appraisal", "created": _SAME_DAY})
        file.set_calc_mode("auto")
        _fill(Book(file, len(model.months)), model)
    return stream.getvalue()


def _fill(book: Book, model: Model) -> None:
    write_about(book, model)
    summary = Sheet(
        book, "Summary", "Summary", "Live, for the scenario chosen on Scenarios; beside it what the run reported."
    )
    where = write_inputs(book, model)
    write_time(book, model)
    drivers = write_drivers(book, model)
    costs = write_lines(book, model, where, "Costs", model.costs, 0)
    gains = write_lines(book, model, where, "Benefits", model.gains, len(model.costs))
    cash = write_months(book, model, costs, gains)
    write_years(book, model, cash)
    write_scenarios(book, model, costs, gains)
    write_sensitivity(book, model, where, cash, costs, gains)
    found = write_payback(book, model, cash)
    reported = Reported(model)
    write_checks(book, model, where, drivers, costs, gains, cash, found, reported)
    write_summary(summary, model, cash, found, reported)
