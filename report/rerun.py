"""A run done again from its own folder, and whether it gives the same bytes.

Everything is taken from the folder: the command and its arguments from `manifest.json`, the scenarios from
`scenarios/` as they were run (overlays and `--set` are laid in already), or where draws were made from `layers/`.
Compared are the SHA-256 digests of every file that the first run wrote, but for `manifest.json`, which says when and
how long, and `data/run.json`, which names the files that were read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.given import Refused
from report.manifest import digests
from report.resolved_files import LAYERS
from sim.scenario.as_written import given

LEFT_OUT = ("data/run.json",)
"""Names the files that were read, and these are others now."""
TABLES = (".csv", ".csv.gz", ".parquet", ".npz")
"""Files that hold figures; the others (page, charts, workbook) show them."""
DESIGN = "design.yaml"
"""A sweep's design file, kept in its folder."""


@dataclass(frozen=True)
class Recorded:
    """A run as its folder tells it."""

    folder: Path
    command: str
    arguments: tuple[str, ...]
    scenarios: tuple[Path, ...]
    """Files, in the order of the command's arguments."""
    seed: int | None
    replications: int | None
    engine: str | None
    digests: Mapping[str, str]
    """Of every file but the manifest, as written; of a run before digests were kept, as they are now."""
    changed: tuple[str, ...]
    """Files that are no longer what the run wrote."""
    version: str


def recorded(folder: Path) -> Recorded:
    """Reads a run's folder. Raises Refused where it is none."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        command, arguments = str(manifest["command"]), tuple(map(str, manifest["arguments"]))
        scenarios = tuple(folder / str(each["file"]) for each in manifest["scenarios"])
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(f"{folder} is no folder of a run: it has no manifest.json that could be run again") from None
    missing = [path.name for path in scenarios if not path.is_file()]
    if missing:
        raise Refused(f"{folder} lacks scenarios that it ran: {', '.join(missing)}")
    now = digests(folder)
    kept: dict[str, str] = manifest.get("sha256") or now
    return Recorded(
        folder,
        command,
        arguments,
        scenarios,
        manifest.get("seed"),
        manifest.get("replications"),
        manifest.get("engine"),
        kept,
        tuple(sorted(name for name in kept if kept[name] != now.get(name))),
        str(manifest.get("versions", {}).get("deskplan", "")),
    )


@dataclass(frozen=True)
class Compared:
    """Two runs, file by file."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    missing: tuple[str, ...]
    """Written by the first run only."""
    new: tuple[str, ...]
    """Written by the second run only."""

    @property
    def equal(self) -> bool:
        """Whether every file has the same bytes."""
        return not (self.different or self.missing or self.new)

    @property
    def tables_equal(self) -> bool:
        """Whether every table has."""
        return not any(name.endswith(TABLES) for name in (*self.different, *self.missing, *self.new))


def compared(run: Recorded, again: Path) -> Compared:
    """The first run as recorded beside the second as written."""
    then, now = _compared(run.digests), _compared(digests(again))
    both = [name for name in then if name in now]
    return Compared(
        tuple(name for name in both if then[name] == now[name]),
        tuple(name for name in both if then[name] != now[name]),
        tuple(name for name in then if name not in now),
        tuple(name for name in now if name not in then),
    )


def _compared(found: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in found.items() if name not in LEFT_OUT}


def as_text(run: Recorded, found: Compared) -> str:
    """What `deskplan rerun` prints."""
    count = len(_compared(run.digests))
    lines = [f"{run.folder}: {run.command} again, from its own scenarios."]
    if run.changed:
        lines.append(f"Changed in the folder since it was written: {_listed(run.changed)}.")
    if found.equal:
        lines.append(f"The same bytes: all {count} files (SHA-256), manifest.json and data/run.json left out.")
        return "\n".join(lines)
    verdict = "Every table has the same bytes, but not every file" if found.tables_equal else "NOT the same bytes"
    lines.append(f"{verdict}: {len(found.same)} of {count} files are equal.")
    for what, names in (("different", found.different), ("missing now", found.missing), ("new", found.new)):
        if names:
            lines.append(f"  {what}: {_listed(names)}")
    return "\n".join(lines)


def as_plain(run: Recorded, found: Compared) -> dict[str, Any]:
    """The same as data."""
    return {
        "schema": 1, "run": run.folder.as_posix(), "command": run.command, "same_bytes": found.equal,
        "same_tables": found.tables_equal, "same": list(found.same), "different": list(found.different),
        "missing": list(found.missing), "new": list(found.new), "changed_since_written": list(run.changed),
    }  # fmt: skip


def given_again(run: Recorded, params: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """The command's parameters with the folder's scenarios in place of its files, overlays and sets; the work is done
    here, since a folder that somebody sent must not reach out to the cluster that it names.

    Raises Refused for a command that takes no scenario files.
    """
    again = dict(params)
    files = list(run.scenarios)
    for name in FILES:
        if name not in again:
            continue
        given = again[name]
        count = 1 if isinstance(given, str) else len(given)
        if count > len(files):
            raise Refused(f"{run.folder} holds fewer scenarios than its command names")
        taken, files = [str(path) for path in files[:count]], files[count:]
        again[name] = taken[0] if isinstance(given, str) else tuple(taken)
    if files == list(run.scenarios):
        raise Refused(f"{run.folder} was written by '{run.command}', which runs no scenario again")
    overlays: tuple[str, ...] = ()
    if (run.folder / LAYERS).is_dir():  # draws are laid into the layers that declare them
        again, overlays = _layered(run, again)
    fixed = {
        "overlays": overlays, "sets": (), "out": out, "quiet": True, "form": "text", "seed": run.seed,
        "engine": run.engine, "use_store": False, "cluster": None,
    }  # fmt: skip
    again |= {name: value for name, value in fixed.items() if name in again}
    if again.get("design_file") and (run.folder / DESIGN).is_file():
        again["design_file"] = str(run.folder / DESIGN)
    return again


FILES = ("file", "base", "option", "others", "files")
"""Names of the commands' parameters that are scenario files, in the order in which they are given."""


def _layered(run: Recorded, again: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The parameters with the scenarios' first layers in place of the merged scenarios, and the overlays of all, among
    which are those that open the loops."""
    first: dict[str, str] = {}
    overlays: tuple[str, ...] = ()
    for path in reversed(run.scenarios):
        found = given(run.folder / LAYERS / path.stem)
        if found is not None:
            first[str(path)], overlays = str(found[0]), tuple(map(str, found[1]))
    for name in FILES:
        if isinstance(again.get(name), str):
            again[name] = first.get(again[name], again[name])
        elif name in again:
            again[name] = tuple(first.get(each, each) for each in again[name])
    return again | {"feedback": True}, overlays


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
