"""The expected figures that the tests carry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "oracles"


def read(name: str) -> Any:
    """What ``tests/oracles/NAME.json`` holds."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
