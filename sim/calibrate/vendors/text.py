"""Bytes of an export -> text: gzip, UTF-8 with or without its mark, UTF-16, Windows' own; binary files are refused."""

from __future__ import annotations

import codecs
import gzip
import io
import itertools
import re
import zlib
from pathlib import Path

from sim.calibrate.extract import CalibrationError
from sim.scenario.problems import Origin, Problem

MAX_BYTES = 4_000_000_000
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def refuse(source: str, wrong: str, allowed: str = "", line: int = 1, column: int = 1) -> CalibrationError:
    """One located problem as an error."""
    return CalibrationError([Problem("", wrong, allowed, origin=Origin(source, line, column))])


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """The whole text and what is worth saying about how it was read. Raises CalibrationError."""
    source = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CalibrationError([Problem("", f"cannot be read: {error.strerror}", origin=Origin(source))]) from error
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data, source)
    if data[:4] == b"PK\x03\x04":
        raise refuse(source, "this is a zip file or a workbook, not text", "CSV (save the sheet as CSV), JSON, or .gz")
    text, note = _decoded(data)
    if not text.strip():
        raise refuse(source, "the file is empty", "an export with its heading, or JSON records")
    odd = _BINARY.search(text)
    if odd:
        before = text[: odd.start()]
        line, column = before.count("\n") + 1, odd.start() - (before.rfind("\n") + 1) + 1
        raise refuse(source, "a control character stands here: this is no text", "CSV or JSON", line, column)
    return text, note


def _unzipped(data: bytes, source: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            out = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(source, f"the gzip file is damaged: {error}", "the file as it was downloaded") from error
    if len(out) > MAX_BYTES:
        raise refuse(source, "the unpacked file is larger than 4 GB", "one export for each month")
    return out


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace"), (() if "8" in name else (f"read as {name.upper()}",))
    if len(data) > 3 and data[1::2][:200].count(0) > 0.6 * len(data[1::2][:200]):
        return data.decode("utf-16-le", errors="replace"), ("read as UTF-16 without its mark",)
    if len(data) > 3 and data[::2][:200].count(0) > 0.6 * len(data[::2][:200]):
        return data.decode("utf-16-be", errors="replace"), ("read as UTF-16 without its mark",)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252"), ("not UTF-8: read as Windows-1252",)
        except UnicodeDecodeError:
            return data.decode("latin-1"), ("not UTF-8: read as Latin-1",)


def line_of(text: str, number: int) -> str:
    """Line ``number`` (from 1), counted as the CSV reader counts."""
    return next(itertools.islice(io.StringIO(text, newline=""), number - 1, number), "")
