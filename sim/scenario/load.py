"""From files to a checked scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from sim.scenario.calendar import Calendar
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario


def resolve(document: Mapping[str, Any], folder: Path | None = None) -> Resolved:
    """A checked scenario from a document in memory (tests, generated scenarios)."""
    scenario = Scenario.model_validate(dict(document))
    days = Calendar.of(scenario.horizon).days
    return Resolved(scenario, (scenario,), np.zeros(days + 15, dtype=np.int32), document=document)


def load(path: Path | str, overlays: Sequence[Path | str] = (), sets: Sequence[str] = ()) -> Resolved:
    """Read, merge and check a scenario file."""
    path = Path(path)
    return resolve(YAML(typ="safe").load(path.read_text(encoding="utf-8")), path.parent)
