"""What `run` and `compare` do: read, simulate, price, write."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from evaluate.bridge import bridge
from evaluate.compare import Comparison, NotComparable, check_comparable, compare
from evaluate.each_option import each_alone
from evaluate.headline import ALL, Line
from evaluate.simulate import simulate_all
from evaluate.uncertain import NothingUncertain
from report.calibrated_section import plain_marks
from report.given import Refused, check_given, check_writable, with_loops
from report.kept import plain_bridge
from report.lean import Clock
from report.progress import progress_on
from report.resolved_files import layer_texts
from report.uncertainty_section import plain_uncertainty
from report.write import write_run
from sim.engine import DEFAULT_ENGINE, prepare
from sim.feedback import Unbounded
from sim.replicate import named_kpi
from sim.scenario.load import load
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources


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
) -> tuple[Comparison, Path]:
    """Simulates the files (paths or bundled names), the first as the base, and writes the run's folder in ``out``.

    Overlays and sets are laid on every file; without ``feedback`` no loop over the months is closed. With
    ``each_option`` every undecided investment of the first file joins as an option of its own; with ``fail_on_goal``
    the first file must declare goals; with ``shared_out`` (KPIs, maybe none) the
    bridge to the second file is found and kept; with ``uncertain`` the draws of what is declared so. Raises
    ScenarioProblems for files that are not good, and Refused.
    """
    clock = Clock.start()
    check_given(engine, jobs)
    sets = with_loops(sets, feedback)
    resolveds = [load(file, overlays, sets) for file in files]
    if fail_on_goal and not resolveds[0].scenario.goals:
        raise Refused(f"--fail-on-goal: {resolveds[0].scenario.name} declares no `goals`")
    if each_option:
        alone = each_alone(files[0], overlays, sets, resolveds[0])
        resolveds += alone.scenarios
        for line in alone.left_out:
            _tell(progress_to, line)
        if len(resolveds) == 1:
            raise Refused(f"--options: {resolveds[0].scenario.name} has no undecided investment that can be had alone")
    _check_comparable(resolveds)
    check_writable(out)
    names = [resolved.scenario.name for resolved in resolveds]
    prepare(engine or DEFAULT_ENGINE, None if quiet else lambda line: _tell(progress_to, line))
    try:
        with progress_on(progress_to, names, quiet) as progress:
            runs = simulate_all(resolveds, seed, reps, jobs, engine, progress)
        comparison = compare(runs)
        kept = {} if shared_out is None else _bridge(comparison, shared_out, jobs, progress_to, quiet)
        kept |= plain_marks(resolveds)
        layers: dict[str, str] = {}
        if uncertain:
            sources = [Sources(file, tuple(overlays), tuple(sets)) for file in files]
            kept |= _drawn(sources, engine or DEFAULT_ENGINE, seed, jobs, progress_to, quiet)
            layers = layer_texts(sources, resolveds)
    except (NotComparable, NothingUncertain, Unbounded) as problem:
        raise Refused(str(problem)) from None
    return comparison, write_run(comparison, out, clock.circumstances(command, arguments, jobs), kept, layers)


def _bridge(
    comparison: Comparison, named: Sequence[str], jobs: int, progress_to: TextIO, quiet: bool
) -> dict[str, object]:
    """The bridge from the base to the option, for NPV and the KPIs that are named (or that have a target)."""
    lines = [line for line in comparison.lines if line.kpi == "service_level" and _has_target(comparison, line.channel)]
    if named:
        lines = [_line(comparison, text) for text in named]
    worlds = "worlds in between"
    with progress_on(progress_to, [worlds], quiet) as progress:
        found = bridge(comparison, lines, jobs, progress and partial(progress, worlds))
    return {"bridge": plain_bridge(found)}


def _drawn(
    sources: Sequence[Sources], engine: str, seed: int | None, jobs: int, progress_to: TextIO, quiet: bool
) -> dict[str, object]:
    """How sure: draws of what is declared uncertain, and tornados."""
    draws = "draws"
    with progress_on(progress_to, [draws], quiet) as progress:
        found = plain_uncertainty(sources, engine, seed, jobs, progress and partial(progress, draws))
    return {"uncertainty": found}


def _has_target(comparison: Comparison, channel: str) -> bool:
    return any(result.channel == channel for one in comparison.scenarios for result in comparison.targets(one.name))


def _line(comparison: Comparison, text: str) -> Line:
    try:
        kpi, where = named_kpi(comparison.base.resolved, text)
    except ValueError as wrong:
        raise Refused(f"--kpi: {wrong}") from None
    if set(where) - {"channel"}:
        raise Refused(f"--kpi {text}: a KPI of everything or of a channel is needed, such as 'service_level(phone)'")
    return Line(kpi, where.get("channel", ALL))


def _tell(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()


def _check_comparable(resolveds: Sequence[Resolved]) -> None:
    """Refuses before anything is written, an empty folder included."""
    try:
        check_comparable(resolveds, [0] * len(resolveds))
    except NotComparable as problem:
        raise Refused(str(problem)) from None
