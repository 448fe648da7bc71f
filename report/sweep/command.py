"""What `deskplan sweep` does: read, check, simulate every point, write the folder."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from evaluate.sweep.response import Responses
from evaluate.sweep.run import Sweep
from report.given import Refused, check_given, check_writable, with_loops
from report.lean import Clock, save_chart, save_parts, save_tables, write_lean
from report.progress import saying
from report.rerun import DESIGN
from report.sweep.ask import Asked, asked
from report.sweep.charts import charts
from report.sweep.files import Writer, effects_tables, response_table
from report.sweep.text import page_of
from report.working import Done, check_room, working
from sim.engine import DEFAULT_ENGINE, prepare
from sim.units.desk import Desk


@dataclass(frozen=True)
class Swept:
    """A sweep that is over."""

    asked: Asked
    found: Responses
    computed: int
    """Units that were computed now."""
    stored: int
    """Units that the store had."""
    out_of_time: bool


def sweep(
    files: Sequence[str],
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    seed: int | None = None,
    reps: int | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    engine: str | None = None,
    feedback: bool = True,
    use_store: bool = True,
    **question: Any,
) -> tuple[Swept, Path]:
    """Simulates every point of the design and writes the run's folder. ``question``: see `asked`.

    Raises ScenarioProblems, Refused, and Stopped after Ctrl-C, what is done being kept.
    """
    clock = Clock.start()
    check_given(engine, jobs)
    say = saying(progress_to)
    hush = None if quiet else say
    what = asked(files, overlays, with_loops(sets, feedback), reps=reps, seed=seed, tell=hush, **question)
    check_writable(out)
    check_room(out, what.design.size * len(what.variables))
    engine = engine or DEFAULT_ENGINE
    prepare(engine, hush)
    running = Sweep(what.variables, what.design, what.wish, what.seed, engine, what.wanted, what.budget)
    done = Done("points", None if quiet else teller(progress_to, "points"), running.planned)
    resolveds = [variable.declared for variable in what.variables]
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as draft:
        try:
            with working(out, jobs, cluster, use_store, say, done) as work:
                swept = _computed(what, running, Path(draft), work.desk, done)
        except OSError as problem:
            raise Refused(f"cannot write in {out}: {problem.strerror or problem}; what is finished is kept") from None

        def fill(folder: Path) -> None:
            for path in sorted(Path(draft).iterdir()):
                shutil.move(path, folder / path.name)
            if question.get("design_file"):
                shutil.copyfile(question["design_file"], folder / DESIGN)
            _rendered(swept, folder)

        facts = {
            "engine": engine, "seed": what.seed, "replications": what.wish.replications, **what.said,
            "points_done": len(set(swept.found.numbers)),
        }  # fmt: skip
        return swept, write_lean(out, clock.circumstances("sweep", arguments, jobs), resolveds, fill, facts)


def _computed(what: Asked, running: Sweep, draft: Path, desk: Desk, done: Done) -> Swept:
    found = Responses(what.wanted)
    with Writer(draft, what.design) as writer:
        for told in running.run(desk, done):
            writer.add(told)
            found.add(told)
    return Swept(what, found, desk.computed, desk.stored, running.out_of_time)


def teller(stream: TextIO, things: str) -> Callable[[int, int], None]:
    """A line every few seconds, with the time left; on a terminal one line that changes."""
    started = time.monotonic()
    last = started
    terminal = stream.isatty()

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - last < (0.3 if terminal else 10.0):
            return
        last = now
        left = (now - started) / done * (total - done)
        text = f"{done:,} of {total:,} {things} after {now - started:.0f} s" + (
            f", about {_length(left)} left" if done < total else ""
        )
        stream.write(f"\r\033[K{text}" + ("\n" if done == total else "") if terminal else f"{text}\n")
        stream.flush()

    return tell


def _length(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )


def _rendered(swept: Swept, folder: Path) -> None:
    """Tables that follow from the rows, charts, the page."""
    design, found = swept.asked.design, swept.found
    save_tables(folder, {"response.csv": response_table(design, found)})
    save_parts(folder / "effects.csv", effects_tables(design, found))
    drawn = charts(swept.asked, found)
    for chart in drawn:
        save_chart(folder, chart.key, chart.at)
    (folder / "report.html").write_text(page_of(swept.asked, found, drawn), encoding="utf-8")
