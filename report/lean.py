"""A command that simulates without a comparison: what it is given, and the folder that it writes.

`report.write` does the same for a comparison. A folder holds tables, charts, the scenarios and a manifest, and is
written whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from report.charts import style
from report.folder import folder_name, write_folder
from report.manifest import Circumstances, about, digests
from report.progress import now_and_then
from report.resolved_files import write_scenario
from report.tables import to_csv
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Clock:
    """When a command began."""

    started: dt.datetime
    ticks: float

    @classmethod
    def start(cls) -> Clock:
        """Now."""
        return cls(dt.datetime.now(dt.UTC), time.monotonic())

    def circumstances(self, command: str, arguments: Sequence[str], jobs: int) -> Circumstances:
        """Of a command that is done now."""
        return Circumstances(command, tuple(arguments), self.started, time.monotonic() - self.ticks, jobs)


def write_lean(
    out: Path,
    circumstances: Circumstances,
    resolveds: Sequence[Resolved],
    fill: Callable[[Path], None],
    facts: Mapping[str, Any],
) -> Path:
    """Writes what ``fill`` writes, ``scenarios/`` and ``manifest.json`` into a new folder of ``out``; returns it.

    ``facts`` go into the manifest (engine, seed, replications, what was asked). Raises Refused where it cannot write.
    """

    def write(folder: Path) -> None:
        fill(folder)
        (folder / "scenarios").mkdir()
        for resolved in resolveds:
            write_scenario(resolved, folder / "scenarios")
        written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        manifest = {
            **about(circumstances),
            **facts,
            "scenarios": [
                {"name": r.scenario.name, "file": f"scenarios/{r.scenario.name}.yaml", "layers": list(r.layers),
                 "digest": r.digest}
                for r in resolveds
            ],
            "files": sorted([*written, "manifest.json"]),
            "sha256": digests(folder),
        }  # fmt: skip
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")

    names = [resolved.scenario.name for resolved in resolveds]
    return write_folder(out, folder_name(circumstances.command, names, circumstances.started), write)


def save_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """File name -> table, as CSV."""
    for name, table in tables.items():
        (folder / name).write_text(to_csv(table), encoding="utf-8")


def save_parts(path: Path, parts: Iterable[pd.DataFrame]) -> None:
    """Tables with the same columns as one CSV, each written before the next is made; the first may be empty."""
    with path.open("w", encoding="utf-8") as file:
        for number, table in enumerate(parts):
            text = to_csv(table)
            file.write(text.partition("\n")[2] if number else text)


def save_chart(folder: Path, name: str, draw: Callable[[style.Size], Figure]) -> None:
    """``charts/NAME.png`` and ``.svg``."""
    (folder / "charts").mkdir(exist_ok=True)
    style.save(draw(style.WIDE), folder / "charts", name)


def teller(stream: TextIO, what: str) -> Tell:
    """Prints how many of ``what`` are done, a line every ten seconds and one at the end."""
    say = now_and_then(stream)
    return lambda done, total: say(f"{done} of {total} {what}", done, total)
