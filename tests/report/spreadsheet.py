"""A workbook recalculated by LibreOffice, as its user's program would, and read back."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

import openpyxl
import pytest

Cell = tuple[str, str]
"""Sheet and reference."""
Values = dict[Cell, Any]

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


def cached(path: Path | IO[bytes]) -> Values:
    """What is stored beside each formula, and every constant."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def recalculated(folder: Path, wanted: Mapping[str, tuple[Path, Mapping[Cell, object]]]) -> dict[str, Values]:
    """By name: all cells of a workbook after changes, worked out anew; what was stored is dropped first.

    All in one start of the program, which takes longer than the work.
    """
    bare = folder / "bare"
    bare.mkdir(parents=True)
    for name, (path, changes) in wanted.items():
        book = openpyxl.load_workbook(path)
        for (sheet, reference), value in changes.items():
            book[sheet][reference] = value
        book.save(bare / f"{name}.xlsx")
        stored = openpyxl.load_workbook(bare / f"{name}.xlsx", data_only=True)["CashFlow_M"]["I8:I9"]
        assert not any(cell.value for (cell,) in stored)
    _convert(sorted(bare.iterdir()), folder / "out")
    return {name: cached(folder / "out" / f"{name}.xlsx") for name in wanted}


def _convert(paths: Sequence[Path], folder: Path) -> None:
    """By LibreOffice without a window, with a profile of its own."""
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    done = subprocess.run(
        [*command, "--convert-to", "xlsx", "--outdir", str(folder), *map(str, paths)],
        capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    assert all((folder / path.name).exists() for path in paths), done.stdout + done.stderr


def named(path: Path) -> dict[str, Cell]:
    """Where the defined names point."""
    return dict(_names(path))


@cache
def _names(path: Path) -> tuple[tuple[str, Cell], ...]:
    book = openpyxl.load_workbook(path)
    found = []
    for name, defined in book.defined_names.items():
        sheet, reference = next(iter(defined.destinations))
        found.append((name, (sheet, reference.replace("$", ""))))
    return tuple(found)
