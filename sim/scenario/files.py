"""Looking for files under names that anybody may have written, and writing one whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no disk takes (too long, say) is none."""
    try:
        return os.path.isfile(path)  # noqa: PTH113  (Path.is_file raises for a name that is too long)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Likewise for a folder."""
    try:
        return os.path.isdir(path)  # noqa: PTH112
    except (OSError, ValueError):
        return False


def write_whole(path: Path, text: str) -> None:
    """Writes a text file (UTF-8), or replaces it: whole or not at all, whoever else is at it. Raises OSError.

    A link is followed. What is there and no plain file, a pipe say, is written into.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        place.write_text(text, encoding="utf-8")
        return
    draft = place.with_name(f".writing-{secrets.token_hex(8)}")
    try:
        draft.write_text(text, encoding="utf-8")
        if place.exists():
            draft.chmod(place.stat().st_mode)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
