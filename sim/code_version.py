"""Which code made a result: results of another version are never taken for this one's."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

_SOURCES = (
    *("scenario/**/*.py", "demand/**/*.py", "engine/**/*.py", "kpis/**/*.py"),
    *("replicate.py", "feedback.py", "units/pack.py", "units/unit.py"),
)
"""Everything that a unit's result depends on, within `sim`."""


@lru_cache(maxsize=1)
def code_version() -> str:
    """``0.1.0+3f2a...``: the version, and a fingerprint of the sources that make a result and of numpy's version."""
    here = Path(__file__).parent
    seen = hashlib.sha256(version("numpy").encode())
    for pattern in _SOURCES:
        for source in sorted(here.glob(pattern)):
            seen.update(source.relative_to(here).as_posix().encode())
            seen.update(source.read_bytes())
    return f"{version('deskplan')}+{seen.hexdigest()[:12]}"
