"""Writing cells: text that is never a formula, formulas with their value beside, one format for each kind of cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

KEY, LABEL, UNIT, NOTE, PRICE, TOTAL, WORTH, OPENING, FIRST = range(9)
"""Columns of every sheet with months: A to H, and I for the first month."""
HEAD = 4
"""Row (from 0) of the headings of every sheet's table; what is above is the title and what the sheet is for."""

MONEY = "#,##0;[Red]-#,##0;0"
EXACT = "#,##0.00;[Red]-#,##0.00;0.00"
COUNT = "#,##0.0;-#,##0.0;0"
FACTOR = "0.000000"
PERCENT = "0.0%"
DATE = "yyyy-mm-dd"
WHOLE = "0"

_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 16},
    "says": {"italic": True, "font_color": "#555555"},
    "heading": {"bold": True, "bottom": 1, "bg_color": "#E7EDF3", "text_wrap": True, "valign": "top"},
    "block": {"bold": True, "font_size": 12},
    "input": {"bg_color": "#FFF8DC", "font_color": "#0000FF", "border": 1, "border_color": "#C9B458", "locked": False},
    "engine": {"font_color": "#7030A0"},
    "other_sheet": {"font_color": "#00702A"},
    "sum": {"bold": True},
    "wrap": {"text_wrap": True, "valign": "top"},
}


def column(index: int) -> str:
    """Letters of a column: 0 is A.

    >>> column(0), column(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell(row: int, index: int, fixed: str = "") -> str:
    """A reference; ``fixed`` holds ``row`` and/or ``column`` in place.

    >>> cell(0, 0), cell(4, 8, "row"), cell(4, 8, "row column")
    ('A1', 'I$5', '$I$5')
    """
    return f"{'$' if 'column' in fixed else ''}{column(index)}{'$' if 'row' in fixed else ''}{row + 1}"


def span(first_row: int, first: int, last_row: int, last: int, fixed: str = "row column") -> str:
    """A range of cells."""
    return f"{cell(first_row, first, fixed)}:{cell(last_row, last, fixed)}"


class Sheet:
    """One sheet, and what is written on it."""

    def __init__(self, book: Book, name: str, title: str, says: str, landscape: bool = True) -> None:
        self.book, self.name = book, name
        self.sheet = book.workbook.add_worksheet(name)
        self.sheet.hide_gridlines(2)
        self.text(0, 0, title, "title")
        self.text(1, 0, says, "says")
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_row(HEAD, 32)
        self.sheet.set_footer("&L&A&C&P / &N")
        if landscape:
            self.sheet.set_landscape()

    def text(self, row: int, index: int, text: str, style: str = "plain") -> None:
        """Text as text, whatever it starts with."""
        self.sheet.write_string(row, index, text, self.book.format(style))

    def number(self, row: int, index: int, value: float, form: str = "General", style: str = "plain") -> None:
        """A value."""
        self.sheet.write_number(row, index, value, self.book.format(style, form))

    def date(self, row: int, index: int, day: dt.date, style: str = "plain") -> None:
        """A day."""
        self.sheet.write_datetime(row, index, day, self.book.format(style, DATE))

    def formula(
        self, row: int, index: int, formula: str, value: float | str, form: str = "General", style: str = "plain"
    ) -> None:
        """A formula with the value it has in this run."""
        self.sheet.write_formula(row, index, formula, self.book.format(style, form), value)

    def headings(self, row: int, texts: Sequence[str], first: int = 0) -> None:
        """A row of headings."""
        for index, text in enumerate(texts):
            self.text(row, first + index, text, "heading")

    def months_row(
        self, row: int, formula: str, values: Sequence[float] | Any, form: str, style: str = "plain"
    ) -> None:
        """One formula along the months: ``{c}`` is the month's column, ``{p}`` the one before."""
        for k, value in enumerate(values):
            text = formula.replace("{c}", column(FIRST + k)).replace("{p}", column(FIRST + k - 1))
            self.formula(row, FIRST + k, text, float(value), form, style)

    def wide(self, pages: int | None = None) -> None:
        """For sheets with months: a year on each printed page, the lines' names repeated."""
        book = self.book
        self.sheet.set_column(FIRST, max(book.last, FIRST + 1), 12)
        self.sheet.set_paper(8)
        self.sheet.fit_to_pages(pages or -(-book.months // 12), 0)
        self.sheet.repeat_columns(KEY, LABEL)

    def widths(self, *wide: float) -> None:
        """Widths of the first columns."""
        for index, width in enumerate(wide):
            self.sheet.set_column(index, index, width)


class Book:
    """The workbook."""

    def __init__(self, workbook: Any, months: int) -> None:
        self.workbook, self.months = workbook, months
        self._formats: dict[tuple[str, str], Any] = {}
        self._names: set[str] = set()

    @property
    def last(self) -> int:
        """Column of the last month."""
        return FIRST + self.months - 1

    def format(self, style: str, form: str = "General") -> Any:
        """A format, made once."""
        if (style, form) not in self._formats:
            self._formats[style, form] = self.workbook.add_format({**_STYLES[style], "num_format": form})
        return self._formats[style, form]

    def name(self, name: str, sheet: str, row: int, index: int) -> None:
        """Give a cell a name; a second cell of the same name has none."""
        if name.lower() not in self._names:
            self._names.add(name.lower())
            self.workbook.define_name(name, f"={sheet}!{cell(row, index, 'row column')}")

    def of_months(self, row: int, fixed: str = "column") -> str:
        """The months of a row."""
        return span(row, FIRST, row, self.last, fixed)
