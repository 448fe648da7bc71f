"""What a run's folder keeps so that it can be rendered again without simulating: `data/`.

`NAME.npz` holds tallies and usage of every replication, each column once with the replications in its first dimension,
whole numbers as such, deflated; `run.json` holds the rest: the scenarios' documents as merged, what the closed loop and
the precision came to, the bridge. Contacts and tickets by day are left out: they are half of it all, and serve only
`kpis_by_day.csv.gz`, which stays as it is.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.kpis import Tally, Usage
from sim.replicate import Convergence, Precision, Replications
from sim.scenario.load import load
from sim.scenario.resolved import Feedback
from sim.units.columns import FLOAT, columns_of, made

FOLDER, RUN = "data", "run.json"
SCHEMA = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = ("tally/days/cells/",)


class NotStored(ValueError):
    """A folder that cannot be rendered again; the message says why."""


def store(runs: Sequence[Replications], folder: Path, more: Mapping[str, Any]) -> None:
    """Writes ``data/`` into a run's folder; ``more`` is plain data that belongs to the command."""
    (folder / FOLDER).mkdir()
    for run in runs:
        columns: dict[str, list[np.ndarray]] = {}
        for tally, usage in zip(run.tallies, run.usage, strict=True):
            for name, column in (*columns_of(tally, "tally"), *columns_of(usage, "usage")):
                if not name.startswith(_LEFT_OUT):
                    columns.setdefault(name, []).append(column)
        if run.resolved.feedback is not None:
            for name, column in columns_of(run.resolved.feedback, "feedback"):
                columns[name] = [column]
        _write_npz(folder / FOLDER / f"{run.resolved.scenario.name}.npz", columns)
    text = json.dumps({"schema": SCHEMA, "runs": [_plain(run) for run in runs], **more}, ensure_ascii=False, indent=1)
    (folder / FOLDER / RUN).write_text(f"{text}\n", encoding="utf-8")


def restore(folder: Path) -> tuple[list[Replications], dict[str, Any]]:
    """The replications of a run's folder, and what else was kept. Raises NotStored."""
    path = folder / FOLDER / RUN
    if not path.is_file():
        wrong = "is no folder of a run" if not (folder / "manifest.json").is_file() else "keeps no data to render from"
        raise NotStored(f"{folder} {wrong}: there is no {FOLDER}/{RUN}")
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept.get("schema") != SCHEMA:
        raise NotStored(
            f"{folder} was written by another version: its data has schema {kept.get('schema')}, not {SCHEMA}"
        )
    return [_run(folder, entry) for entry in kept.pop("runs")], kept


def _plain(run: Replications) -> dict[str, Any]:
    resolved = run.resolved
    return {
        "name": resolved.scenario.name,
        "digest": resolved.digest,
        "document": resolved.document,
        "layers": list(resolved.layers),
        "seed": run.seed,
        "engine": run.engine,
        "replications": run.count,
        "precision": [asdict(wish) for wish in run.precision],
        "loop": None if run.loop is None else asdict(run.loop),
    }


def _run(folder: Path, entry: Mapping[str, Any]) -> Replications:
    resolved = load(folder / "scenarios" / f"{entry['name']}.yaml")
    if resolved.digest != entry["digest"]:
        raise NotStored(
            f"{folder}: scenarios/{entry['name']}.yaml is no longer what was simulated, or this version reads it "
            "otherwise: simulate it again"
        )
    with np.load(folder / FOLDER / f"{entry['name']}.npz") as file:
        columns = {name: file[name] for name in file.files}
    feedback = made(Feedback, "feedback", columns, 0) if any(name.startswith("feedback/") for name in columns) else None
    numbers = range(entry["replications"])
    loop = entry["loop"]
    return Replications(
        resolved=replace(resolved, document=entry["document"], layers=tuple(entry["layers"]), feedback=feedback),
        tallies=[made(Tally, "tally", columns, number) for number in numbers],
        usage=[made(Usage, "usage", columns, number) for number in numbers],
        seed=entry["seed"],
        engine=entry["engine"],
        precision=tuple(Precision(**wish) for wish in entry["precision"]),
        loop=None if loop is None else Convergence(**{**loop, "loops": tuple(loop["loops"])}),
    )


def _write_npz(path: Path, columns: Mapping[str, Sequence[np.ndarray]]) -> None:
    """As numpy's own, with the same bytes each time; floats that are whole become int32 and are marked."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in columns.items():
            stacked = np.stack(each)
            whole = stacked.dtype == np.float64 and _is_whole(stacked)
            _put(archive, name, stacked.astype(np.int32) if whole else stacked)
            if whole:
                _put(archive, f"{name}{FLOAT}", np.zeros(0, dtype=np.int8))


def _is_whole(values: np.ndarray) -> bool:
    small = np.all(np.isfinite(values)) and np.all(np.abs(values) < 2**31)
    return bool(small and np.array_equal(values, np.trunc(values)) and not np.any(np.signbit(values) & (values == 0)))


def _put(archive: zipfile.ZipFile, name: str, values: np.ndarray) -> None:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(values), allow_pickle=False)
    entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, out.getvalue())
