"""What `run` and `compare` do: read, simulate, price, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from evaluate.bridge import bridge
from evaluate.compare import Comparison, NotComparable, check_comparable, compare
from evaluate.each_option import each_alone
from evaluate.headline import ALL, Line
from evaluate.simulate import simulate_all
from evaluate.uncertain import NothingUncertain, drawn_inputs
from report.calibrated_section import plain_marks
from report.given import Refused, check_given, check_writable, with_loops
from report.kept import plain_bridge
from report.lean import Clock
from report.progress import progress_on, saying
from report.resolved_files import layer_texts
from report.uncertainty_section import plain_uncertainty
from report.working import Done, Say, finished_before, working
from report.write import write_run
from sim.engine import DEFAULT_ENGINE, prepare
from sim.replicate import Runner, named_kpi
from sim.scenario.load import load
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources
from sim.units.desk import Desk


def compute_and_write(
    command: str,
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
    engine: str | None = None,
    feedback: bool = True,
    each_option: bool = False,
    fail_on_goal: bool = False,
    shared_out: Sequence[str] | None = None,
    uncertain: bool = False,
    cluster: str | None = None,
    use_store: bool = True,
) -> tuple[Comparison, Path]:
    """Simulates the files (paths or bundled names), the first as the base, and writes the run's folder in ``out``.

    Overlays and sets are laid on every file; without ``feedback`` no loop over the months is closed. With
    ``each_option`` every undecided investment of the first file joins as an option of its own; with ``fail_on_goal``
    the first file must declare goals; with ``shared_out`` (KPIs, maybe none) the
    bridge to the second file is found and kept; with ``uncertain`` the draws of what is declared so. Raises
    ScenarioProblems for files that are not good, and Refused.
    """
    clock = Clock.start()
    say = saying(progress_to)
    check_given(engine, jobs)
    sets = with_loops(sets, feedback)
    resolveds = _scenarios(files, overlays, sets, each_option, say)
    if fail_on_goal and not resolveds[0].scenario.goals:
        raise Refused(f"--fail-on-goal: {resolveds[0].scenario.name} declares no `goals`")
    _check(check_comparable, resolveds, [0] * len(resolveds))
    check_writable(out)
    wanted = [_line(resolveds[0], text) for text in shared_out or ()]
    if uncertain:
        _check(drawn_inputs, resolveds[: len(files)])
    names = [resolved.scenario.name for resolved in resolveds]
    prepare(engine or DEFAULT_ENGINE, None if quiet else say)
    done = Done("replications")
    purpose = f"{[resolved.digest for resolved in resolveds]} {seed} {engine}"
    layers: dict[str, str] = {}
    try:
        with working(out, jobs, cluster, use_store, say, done, purpose) as work:
            with progress_on(progress_to, names, quiet) as progress:
                runs = simulate_all(
                    resolveds, seed, reps, engine=engine, progress=done.of(progress), runner=work.journal
                )
            if work.finished.stored and not quiet:
                say(finished_before(work.finished.stored))
            comparison = compare(runs)
            kept = {} if shared_out is None else _bridge(comparison, wanted, work.journal, progress_to, quiet)
            kept |= plain_marks(resolveds)
            if uncertain:
                sources = [Sources(file, tuple(overlays), tuple(sets)) for file in files]
                kept |= _drawn(sources, engine or DEFAULT_ENGINE, seed, work.desk, progress_to, quiet)
                layers = layer_texts(sources, resolveds)
            folder = write_run(comparison, out, clock.circumstances(command, arguments, jobs), kept, layers)
    except NotComparable as problem:
        raise Refused(str(problem)) from None
    return comparison, folder


def _scenarios(
    files: Sequence[str], overlays: Sequence[str], sets: Sequence[str], each_option: bool, say: Say
) -> list[Resolved]:
    """The scenarios of the files; with ``each_option`` every undecided investment of the first one alone too."""
    resolveds = [load(file, overlays, sets) for file in files]
    if each_option:
        alone = each_alone(files[0], overlays, sets, resolveds[0])
        resolveds += alone.scenarios
        for line in alone.left_out:
            say(line)
        if len(resolveds) == 1:
            raise Refused(f"--options: {resolveds[0].scenario.name} has no undecided investment that can be had alone")
    return resolveds


def _bridge(
    comparison: Comparison, wanted: Sequence[Line], runner: Runner, progress_to: TextIO, quiet: bool
) -> dict[str, object]:
    """The bridge from the base to the option, for NPV and the KPIs that are wanted (or that have a target)."""
    lines = list(wanted) or [
        line for line in comparison.lines if line.kpi == "service_level" and _has_target(comparison, line.channel)
    ]
    worlds = "worlds in between"
    with progress_on(progress_to, [worlds], quiet) as progress:
        found = bridge(comparison, lines, progress=progress and partial(progress, worlds), runner=runner)
    return {"bridge": plain_bridge(found)}


def _drawn(
    sources: Sequence[Sources], engine: str, seed: int | None, desk: Desk, progress_to: TextIO, quiet: bool
) -> dict[str, object]:
    """How sure: draws of what is declared uncertain, and tornados."""
    draws = "draws"
    with progress_on(progress_to, [draws], quiet) as progress:
        found = plain_uncertainty(sources, engine, seed, desk, progress and partial(progress, draws))
    return {"uncertainty": found}


def _has_target(comparison: Comparison, channel: str) -> bool:
    return any(result.channel == channel for one in comparison.scenarios for result in comparison.targets(one.name))


def _line(resolved: Resolved, text: str) -> Line:
    try:
        kpi, where = named_kpi(resolved, text)
    except ValueError as wrong:
        raise Refused(f"--kpi: {wrong}") from None
    if set(where) - {"channel"}:
        raise Refused(f"--kpi {text}: a KPI of everything or of a channel is needed, such as 'service_level(phone)'")
    return Line(kpi, where.get("channel", ALL))


def _check(what: Callable[..., object], *of: object) -> None:
    """Refuses before anything is simulated what would be refused after it."""
    try:
        what(*of)
    except (NotComparable, NothingUncertain) as problem:
        raise Refused(str(problem)) from None
