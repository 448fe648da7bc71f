"""What a run was: enough to run it again and to see whether anything differs."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evaluate.compare import Comparison

LIBRARIES = ("numpy", "pandas", "simpy", "numba", "scipy", "pulp", "highspy", "matplotlib", "pydantic", "xlsxwriter")


@dataclass(frozen=True)
class Circumstances:
    """How and when the command ran: all that may differ between two runs of one command."""

    command: str
    arguments: tuple[str, ...]
    started: dt.datetime
    seconds: float
    jobs: int


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run's folder but the manifest, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / "manifest.json")
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def about(circumstances: Circumstances) -> dict[str, Any]:
    """What every manifest begins with."""
    return {
        "schema": 1,
        "command": circumstances.command,
        "arguments": list(circumstances.arguments),
        "started": circumstances.started.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(circumstances.seconds, 2),
        "jobs": circumstances.jobs,
        "python": platform.python_version(),
        "versions": {"deskplan": version("deskplan"), **{name: version(name) for name in LIBRARIES}},
    }


def manifest(comparison: Comparison, circumstances: Circumstances, files: Sequence[str]) -> dict[str, Any]:
    """The manifest as plain data. Only `started`, `seconds`, `jobs` and `python` may differ between equal runs."""
    run = comparison.base.replications
    return {
        **about(circumstances),
        "engine": run.engine,
        "seed": run.seed,
        "replications": comparison.replications,
        "confidence": comparison.confidence,
        "scenarios": [
            {
                "name": one.name,
                "title": one.resolved.scenario.title,
                "role": "base" if one is comparison.base else "option",
                "file": f"scenarios/{one.name}.yaml",
                "layers": list(one.resolved.layers),
                "digest": one.resolved.digest,
                "precision": [str(wish) for wish in one.replications.precision],
                "closed_loop": str(one.replications.loop or "open"),
            }
            for one in comparison.scenarios
        ],
        "files": sorted(files),
    }
