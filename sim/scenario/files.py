"""Looking for files under names that anybody may have written."""

from __future__ import annotations

import os
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
