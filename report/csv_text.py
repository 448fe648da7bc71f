"""Text in CSV files, which spreadsheets open: nothing that a planner wrote becomes a formula."""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SIGNED = re.compile(r"[-+] ?[0-9][0-9.,]*([eE][-+]?[0-9]+)?( ?[A-Za-z%/ ]*)")
"""A signed amount with its unit, such as a change of `-35 %`."""


def as_text(cell: object) -> object:
    """A cell that a spreadsheet takes for text: what it would take for a formula gets an apostrophe before it.

    >>> as_text("=HYPERLINK(1)"), as_text("-2+3"), as_text("-35 %"), as_text("phone")
    ("'=HYPERLINK(1)", "'-2+3", '-35 %', 'phone')
    """
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or _SIGNED.fullmatch(cell):
        return cell
    return f"'{cell}"
