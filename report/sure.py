"""What `uncertainty` and `tornado` do: read, draw, simulate, price, write the folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from evaluate.compare import NotComparable, check_comparable
from evaluate.tornado import Tornado, tornado
from evaluate.uncertain import Drawn, Input, NothingUncertain, draw_all, drawn_inputs, inputs_of
from report import tornado as tornado_report
from report import uncertainty_tables
from report.charts import style
from report.charts import uncertainty as chart
from report.given import Refused, check_given, check_writable, with_loops
from report.lean import Clock, save_chart, save_tables, teller, write_lean
from report.progress import saying
from report.resolved_files import layer_texts, write_texts
from report.working import Done, finished_before, working
from sim.engine import DEFAULT_ENGINE, prepare
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Found = TypeVar("Found", Drawn, Tornado)


def uncertainty(
    files: Sequence[str], draws: int, within: float, reps: int | None, **choices: Any
) -> tuple[Drawn, Path]:  # fmt: skip
    """All draws of the files, the first as the base, and their folder. Raises ScenarioProblems and Refused."""

    def compute(sources: list[Sources], resolveds: list[Resolved], *rest: Any) -> Drawn:
        return draw_all(sources, resolveds, draws, reps or 2, *rest)

    def fill(found: Drawn, folder: Path) -> None:
        save_tables(folder, uncertainty_tables.all_tables(found, within))
        values = {name: found.values(name, "npv") for name in found.options}
        currency = found.resolveds[0].scenario.currency
        save_chart(folder, "npv_distribution", lambda size: chart.distribution(values, currency, size))

    return _run("uncertainty", files, drawn_inputs, compute, fill, {"draws": draws, "within": within}, **choices)


def tornado_of(files: Sequence[str], reps: int | None, **choices: Any) -> tuple[Tornado, Path]:
    """The tornado of two files and its folder. Raises ScenarioProblems and Refused."""

    def compute(sources: list[Sources], resolveds: list[Resolved], *rest: Any) -> Tornado:
        return tornado(sources, resolveds, reps or 8, *rest)

    def fill(found: Tornado, folder: Path) -> None:
        save_tables(folder, {"tornado.csv": tornado_report.as_table(found)})
        save_chart(folder, "tornado", lambda size: tornado_chart(found, size))

    return _run("tornado", files, inputs_of, compute, fill, {}, **choices)


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
    inputs: Callable[[Sequence[Resolved]], tuple[Input, ...]],
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
    cluster: str | None = None,
    engine: str | None = None,
    feedback: bool = True,
    use_store: bool = True,
) -> tuple[Found, Path]:
    clock = Clock.start()
    check_given(engine, jobs)
    sets = with_loops(sets, feedback)
    sources = [Sources(file, tuple(overlays), sets) for file in files]
    resolveds = [each.declared() for each in sources]
    done = Done("draws", None if quiet else teller(progress_to, "draws"))
    try:
        check_comparable(resolveds, [0] * len(resolveds))
        inputs(resolveds)
    except (NotComparable, NothingUncertain) as problem:
        raise Refused(str(problem)) from None
    check_writable(out)
    say = saying(progress_to)
    prepare(engine or DEFAULT_ENGINE, None if quiet else say)
    purpose = f"{command} {[resolved.digest for resolved in resolveds]} {seed} {engine}"
    layers = layer_texts(sources, resolveds)
    with working(out, jobs, cluster, use_store, say, done, purpose) as work:
        found = compute(sources, resolveds, engine or DEFAULT_ENGINE, work.desk, seed, done)
        if work.desk.stored and not quiet:
            say(finished_before(work.desk.stored))
        facts = {"engine": engine or DEFAULT_ENGINE, "seed": found.seed, "replications": found.replications, **asked}

        def write(folder: Path) -> None:
            fill(found, folder)
            write_texts(folder, layers)

        return found, write_lean(out, clock.circumstances(command, arguments, jobs), resolveds, write, facts)
