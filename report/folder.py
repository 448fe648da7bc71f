"""A run's folder: written beside its place under another name, then renamed, so that it is whole or not there."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from report.given import Refused

_LONGEST = 80  # of the part of the name that lists scenarios
_TRIES = 1000


def folder_name(command: str, scenarios: Sequence[str], now: dt.datetime) -> str:
    """``20270104T081500Z-compare-baseline-chatbot``: sorts by time, says what it is, never too long for a disk."""
    names = "-".join(scenarios)
    if len(names) > _LONGEST:
        names = f"{scenarios[0][:_LONGEST]}-and-{len(scenarios) - 1}-more"
    return f"{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{command}-{names}"


def write_folder(parent: Path, name: str, fill: Callable[[Path], None]) -> Path:
    """Makes an empty folder, lets ``fill`` write into it, and renames it to ``parent / name``; returns where it is.

    Whatever goes wrong inside, Ctrl-C included, nothing is left behind. Where the name is taken, ``-2``, ``-3`` ... is
    appended. Raises Refused where the disk is full or cannot be written on.
    """
    try:
        return _written(parent, name, fill)
    except OSError as problem:
        raise Refused(f"cannot write in {parent}: {problem.strerror or problem}") from None


def _written(parent: Path, name: str, fill: Callable[[Path], None]) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".writing-", dir=parent))
    try:
        fill(draft)
        draft.chmod(0o755)
        return _place(draft, parent, name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _place(draft: Path, parent: Path, name: str) -> Path:
    for number in range(1, _TRIES):
        final = parent / (name if number == 1 else f"{name}-{number}")
        if final.exists():
            continue
        try:
            return draft.rename(final)
        except OSError:  # taken meanwhile by another run
            if not final.exists():
                raise
    raise FileExistsError(f"{parent / name} and its successors exist")
