"""What `uncertainty` and `tornado` do: read, draw, simulate, price, write the folder."""

from __future__ import annotations

import datetime as dt
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from evaluate.compare import NotComparable, check_comparable
from evaluate.tornado import Tornado, tornado
from evaluate.uncertain import Drawn, NothingUncertain, Tell, draw_all
from report import tornado as tornado_report
from report import uncertainty_tables
from report.charts import style
from report.charts import uncertainty as chart
from report.command import OPEN_LOOPS, Refused
from report.folder import folder_name, write_folder
from report.manifest import LIBRARIES
from report.resolved_files import write_scenario
from report.tables import to_csv
from sim.engine import DEFAULT_ENGINE, ENGINES
from sim.feedback import Unbounded
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Found = TypeVar("Found", Drawn, Tornado)
_EVERY_S = 10.0


def uncertainty(
    files: Sequence[str], draws: int, within: float, reps: int | None, **choices: Any
) -> tuple[Drawn, Path]:  # fmt: skip
    """All draws of the files, the first as the base, and their folder. Raises ScenarioProblems and Refused."""

    def compute(sources: list[Sources], resolveds: list[Resolved], engine: str, jobs: int, **rest: Any) -> Drawn:
        return draw_all(sources, resolveds, draws, reps or 2, engine, jobs=jobs, **rest)

    def fill(found: Drawn, folder: Path) -> None:
        _tables(folder, uncertainty_tables.all_tables(found, within))
        values = {name: found.values(name, "npv") for name in found.options}
        currency = found.resolveds[0].scenario.currency
        _chart(folder, "npv_distribution", lambda size: chart.distribution(values, currency, size))

    return _run("uncertainty", files, compute, fill, {"draws": draws, "within": within}, **choices)


def tornado_of(files: Sequence[str], reps: int | None, **choices: Any) -> tuple[Tornado, Path]:
    """The tornado of two files and its folder. Raises ScenarioProblems and Refused."""

    def compute(sources: list[Sources], resolveds: list[Resolved], engine: str, jobs: int, **rest: Any) -> Tornado:
        return tornado(sources, resolveds, reps or 8, engine, jobs=jobs, **rest)

    def fill(found: Tornado, folder: Path) -> None:
        _tables(folder, {"tornado.csv": tornado_report.as_table(found)})
        _chart(folder, "tornado", lambda size: tornado_chart(found, size))

    return _run("tornado", files, compute, fill, {}, **choices)


def tornado_chart(found: Tornado, size: style.Size) -> Figure:
    """The chart of a tornado; an end that cannot be is drawn in the middle."""
    middle = found.middle.value or 0.0
    bars = [
        chart.Reach(
            bar.path,
            middle if bar.low.value is None else bar.low.value,
            middle if bar.high.value is None else bar.high.value,
            tornado_report.short(bar.low_change),
            tornado_report.short(bar.high_change),
        )
        for bar in found.bars
        if bar.size
    ]
    return chart.tornado(bars, middle, found.resolveds[0].scenario.currency, size)


def _run(
    command: str,
    files: Sequence[str],
    compute: Callable[..., Found],
    fill: Callable[[Found, Path], None],
    asked: Mapping[str, Any],
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    feedback: bool = True,
) -> tuple[Found, Path]:
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    if engine is not None and engine not in ENGINES:
        raise Refused(f"there is no engine '{engine}' in this version; there are: {', '.join(ENGINES)}")
    if jobs == 0:
        raise Refused("--jobs 0 does no work: give a number of processes, or -1 for all cores")
    sets = tuple(sets) if feedback else (*sets, *OPEN_LOOPS)
    sources = [Sources(file, tuple(overlays), sets) for file in files]
    resolveds = [each.declared() for each in sources]
    tell = None if quiet else _teller(progress_to)
    try:
        check_comparable(resolveds, [0] * len(resolveds))
        found = compute(sources, resolveds, engine or DEFAULT_ENGINE, jobs, seed=seed, tell=tell)
    except (NotComparable, NothingUncertain, Unbounded) as problem:
        raise Refused(str(problem)) from None

    def write(folder: Path) -> None:
        fill(found, folder)
        (folder / "scenarios").mkdir()
        for resolved in resolveds:
            write_scenario(resolved, folder / "scenarios")
        written: list[str] = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        manifest = {
            "schema": 1,
            "command": command,
            "arguments": list(arguments),
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 2),
            "jobs": jobs,
            "python": platform.python_version(),
            "versions": {"deskplan": version("deskplan"), **{name: version(name) for name in LIBRARIES}},
            "engine": engine or DEFAULT_ENGINE,
            "seed": found.seed,
            "replications": found.replications,
            **asked,
            "scenarios": [
                {"name": r.scenario.name, "file": f"scenarios/{r.scenario.name}.yaml", "layers": list(r.layers),
                 "digest": r.digest}
                for r in resolveds
            ],
            "files": sorted([*written, "manifest.json"]),
        }  # fmt: skip
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")

    scenarios = [resolved.scenario.name for resolved in resolveds]
    try:
        return found, write_folder(out, folder_name(command, scenarios, started), write)
    except OSError as problem:
        raise Refused(f"cannot write in {out}: {problem.strerror}") from None


def _tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        (folder / name).write_text(to_csv(table), encoding="utf-8")


def _chart(folder: Path, name: str, draw: Callable[[style.Size], Figure]) -> None:
    (folder / "charts").mkdir(exist_ok=True)
    figure = draw(style.WIDE)
    (folder / "charts" / f"{name}.png").write_bytes(style.png(figure))
    (folder / "charts" / f"{name}.svg").write_text(style.svg(figure, name), encoding="utf-8")


def _teller(stream: TextIO) -> Tell:
    """A line every ten seconds, and one at the end."""
    started = last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - last < _EVERY_S:
            return
        last = now
        stream.write(f"{done} of {total} draws after {now - started:.0f} s\n")
        stream.flush()

    return tell
