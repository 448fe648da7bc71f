"""What lies in a folder of runs: runs, the store of finished units, and what killed runs left; and what may go."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from report.given import Refused
from report.working import PREFIX
from sim.scenario.units import MS_PER_SECOND, QuantityError, parse_duration
from sim.units.store import NAME, parts
from sim.units.store import remove as remove_store

Kind = Literal["run", "unfinished", "stopped run", "store", "damaged store", "other"]
_DRAFTS = (".writing-", ".rendering-")
_STILL_S = 600.0
"""A draft that nobody has touched for so long belongs to nobody."""


@dataclass(frozen=True)
class Thing:
    """One run's folder, or the store."""

    path: Path
    kind: Kind
    size: int
    """Bytes."""
    changed: float
    """Seconds since the epoch: when it was last written."""
    about: str
    command: str = ""
    scenarios: tuple[str, ...] = ()
    started: str = ""
    seconds: float | None = None
    units: int | None = None
    stale: int | None = None
    """Of the units, those of another version of deskplan; nothing asks for them any more."""


def things(out: Path, version: str = "") -> list[Thing]:
    """Everything of deskplan's in a folder of runs, runs by their names (and so by time), then the rest."""
    if not out.is_dir():
        return []
    found = [thing for path in sorted(out.iterdir()) for thing in [_thing(path, version)] if thing is not None]
    order: list[Kind] = ["run", "unfinished", "stopped run", "store", "damaged store"]
    return sorted(found, key=lambda thing: order.index(thing.kind))


def _thing(path: Path, version: str) -> Thing | None:
    try:
        if path.is_dir() and path.name.startswith(_DRAFTS):
            changed = _changed(path)
            idle = time.time() - changed > _STILL_S
            about = "left by a run that was killed" if idle else "being written now, or left minutes ago"
            return Thing(path, "unfinished", _size(path), changed, about)
        if path.is_dir():
            return _run(path)
        if path.name == NAME:
            return _store(path, version, "store", "finished units; may be deleted at the cost of computing again")
        if path.name.startswith(PREFIX) and path.suffix == ".sqlite":
            about = "finished replications of a run that was stopped: the same command goes on from there"
            return _store(path, version, "stopped run", about)
        if path.name.startswith("units-damaged-") and path.suffix == ".sqlite":
            return Thing(path, "damaged store", _with_log(path), path.stat().st_mtime, "set aside; nothing reads it")
    except FileNotFoundError:  # gone meanwhile
        return None
    return None


def _run(path: Path) -> Thing | None:
    """A folder with a manifest."""
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    names = tuple(str(each.get("name", "")) for each in manifest.get("scenarios", ()))
    command, started = str(manifest.get("command", "")), str(manifest.get("started", ""))
    seconds = manifest.get("seconds")
    about = f"{command} of {', '.join(names)}"
    return Thing(path, "run", _size(path), _changed(path), about, command, names, started, seconds)


def _store(path: Path, version: str, kind: Kind, about: str) -> Thing:
    units = stale = None
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10) as db:
            units = int(db.execute("SELECT count(*) FROM units").fetchone()[0])
            stale = int(db.execute("SELECT count(*) FROM units WHERE version <> ?", (version,)).fetchone()[0])
        db.close()
    except sqlite3.Error as problem:
        about = f"cannot be read ({problem}); the next sweep sets it aside"
    return Thing(path, kind, _with_log(path), path.stat().st_mtime, about, units=units, stale=stale)


def _with_log(path: Path) -> int:
    """Size with the write-ahead log."""
    return sum(part.stat().st_size for part in parts(path) if part.exists())


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def _changed(path: Path) -> float:
    return max((each.stat().st_mtime for each in path.rglob("*")), default=path.stat().st_mtime)


def runs_text(found: Sequence[Thing], out: Path) -> str:
    """What `deskplan runs` prints."""
    if not found:
        return f"There are no runs in {out}."
    rows = [("when", "command", "scenarios", "took", "size", "name")]
    for thing in found:
        when = thing.started[:16].replace("T", " ") or _date(thing.changed)
        took = "" if thing.seconds is None else f"{thing.seconds:.0f} s"
        what = thing.command or thing.kind
        names = ", ".join(thing.scenarios) if thing.kind == "run" else _units(thing) or thing.about
        rows.append((when, what, _short(names), took, _bytes(thing.size), thing.path.name))
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]) - 1)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows
    ]
    total = sum(thing.size for thing in found)
    return "\n".join([*lines, f"{len(found)} in {out}, {_bytes(total)} together."])


def _units(thing: Thing) -> str:
    if thing.units is None:
        return ""
    stale = f", {thing.stale:,} of them of another version" if thing.stale else ""
    return f"{thing.units:,} finished units{stale}"


def runs_plain(found: Sequence[Thing]) -> list[dict[str, Any]]:
    """The same as data."""
    return [
        {
            "name": thing.path.name, "path": thing.path.as_posix(), "kind": thing.kind, "bytes": thing.size,
            "command": thing.command, "scenarios": list(thing.scenarios), "started": thing.started,
            "seconds": thing.seconds, "units": thing.units, "units_of_another_version": thing.stale,
        }
        for thing in found
    ]  # fmt: skip


def chosen(
    found: Sequence[Thing], names: Sequence[str], older_than: str | None, store: bool, stale: bool = True
) -> list[Thing]:
    """What `deskplan clean` would remove: the runs named, or those older than so long; what killed runs left and
    damaged stores always; the store only where it is asked for. Raises Refused for a name that is not there."""
    by_name = {thing.path.name: thing for thing in found}
    unknown = [name for name in names if Path(name).name not in by_name]
    if unknown:
        raise Refused(f"there is no run {', '.join(unknown)} here; `deskplan runs` lists what there is")
    wanted = [by_name[Path(name).name] for name in names]
    if older_than is not None:
        limit = time.time() - _age(older_than)
        wanted += [thing for thing in found if thing.kind in ("run", "stopped run") and thing.changed < limit]
    if stale:
        now = time.time()
        wanted += [thing for thing in found if thing.kind == "damaged store"]
        wanted += [t for t in found if t.kind == "unfinished" and now - t.changed > _STILL_S]
    if store:
        wanted += [thing for thing in found if thing.kind in ("store", "stopped run")]
    return [thing for thing in found if thing in wanted]


def _age(text: str) -> float:
    try:
        return parse_duration(text) / MS_PER_SECOND
    except QuantityError:
        raise Refused(f"--older-than {text}: write a length of time, such as '30 days'") from None


def remove(found: Sequence[Thing]) -> None:
    """Removes them. Raises Refused where one cannot be removed."""
    for thing in found:
        try:
            if thing.path.is_dir():
                shutil.rmtree(thing.path)
                continue
            remove_store(thing.path)
        except FileNotFoundError:
            continue  # another clean is at it
        except OSError as problem:
            raise Refused(f"cannot remove {thing.path}: {problem.strerror}") from None


def clean_text(found: Sequence[Thing], done: bool) -> str:
    """What `deskplan clean` prints."""
    if not found:
        return "There is nothing to remove."
    lines = [f"  {thing.path}  ({thing.kind}, {_bytes(thing.size)})" for thing in found]
    total = _bytes(sum(thing.size for thing in found))
    head = f"Removed {len(found)}, {total}:" if done else f"Would remove {len(found)}, {total} (--yes does it):"
    return "\n".join([head, *lines])


def _date(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M")


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"


def _short(text: str, most: int = 48) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
