"""Replications of a scenario, in parallel, as many as asked for or as the wanted precision needs.

Replication r draws from streams named by the seed and r, so any number of jobs gives the same tallies, in order.
Only tallies and usage come back from the workers: they are small, the tapes and outcomes are not.
"""

from __future__ import annotations

import ctypes
import math
import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial

from joblib import Parallel, delayed

from sim.engine import DEFAULT_ENGINE, prepare
from sim.engine.blocks import simulate_blocks
from sim.kpis import KPIS, Tally, Usage, contact_columns, estimate, tally, usage
from sim.kpis.checks import Sums, check_block, check_sums
from sim.kpis.merge import mean_of_two, merged_tallies, merged_usages
from sim.kpis.table import reason_rows
from sim.scenario.remember import REMEMBERED
from sim.scenario.resolved import Resolved

Progress = Callable[[int, int], None]
Pair = tuple[Tally, Usage]
Runner = Callable[[Resolved, int, range, str, bool], Iterable[Pair]]
"""Runs replications of a scenario: it, the seed, their numbers, the engine, and whether by batch too; in order."""
SMALLEST_SAMPLE = 5  # below this an interval is too loose to stop by
_NAMED = re.compile(r"^\s*(\w+)\s*(?:\(([^()]*)\))?\s*$")


@dataclass(frozen=True)
class Precision:
    """One wish of `experiment.precision` and what became of it."""

    kpi: str
    """As written, such as `service_level(phone)`."""
    wanted: float
    """Half-width of the interval as a share of the value."""
    reached: float
    """The same as it came out; NaN where there is no data or no interval."""
    replications: int

    @property
    def holds(self) -> bool:
        """Whether it is precise enough."""
        return self.reached <= self.wanted

    def __str__(self) -> str:
        found = "no data" if math.isnan(self.reached) else f"{self.reached:.2%}"
        verdict = "reached" if self.holds else "NOT reached"
        after = f"{verdict} after {self.replications} replications"
        return f"{self.kpi}: half-width {found} of the value, {self.wanted:.2%} wanted, {after}"


@dataclass(frozen=True)
class Convergence:
    """What became of the closed loop over the months (see `feedback`)."""

    loops: tuple[str, ...]
    """Of `customers` and `workforce`: those that were closed."""
    passes: int
    """How often the replications were simulated."""
    residual: float
    """Largest change of a day's customers or heads that one more pass would make, as a share of them."""
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the months agree with what happened in the months before."""
        return self.residual <= self.tolerance

    def __str__(self) -> str:
        verdict = "converged" if self.holds else "NOT converged"
        passes = f"{self.passes} pass{'' if self.passes == 1 else 'es'}"
        size = f"another one would change a month by {self.residual:.2g} of it, {self.tolerance:.2g} allowed"
        return f"closed loop of {' and '.join(self.loops)}: {verdict} after {passes}; {size}"


@dataclass(frozen=True)
class Replications:
    """What n replications of one scenario came to, in the order of their numbers."""

    resolved: Resolved
    tallies: list[Tally]
    usage: list[Usage]
    seed: int = 0
    engine: str = DEFAULT_ENGINE
    precision: tuple[Precision, ...] = ()
    """What `experiment.precision` asked for; empty where the number was given."""
    loop: Convergence | None = None
    """What became of the closed loop; None where there is none."""

    @property
    def count(self) -> int:
        """Number of replications."""
        return len(self.tallies)


def replicate(
    resolved: Resolved,
    seed: int | None = None,
    replications: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
    runner: Runner | None = None,
) -> Replications:
    """Runs replications 0, 1, 2 ... of a scenario.

    ``seed`` None takes the scenario's. ``replications`` given is how many; None takes the scenario's number, and where
    `experiment.precision` is declared goes on in batches until every named KPI is precise enough or
    `experiment.max_replications` are done (see `Replications.precision`). ``jobs`` processes, -1 for all cores; 1 stays
    in this process; a ``runner`` takes their place. ``progress(done, total)`` is called after each replication; the
    total can grow. Every run is checked for conservation. Raises ValueError for no replications, an unknown engine or
    a KPI that cannot be named.
    """
    experiment = resolved.scenario.experiment
    seed = experiment.seed if seed is None else seed
    wishes = dict(experiment.precision) if replications is None else {}
    first = experiment.replications if replications is None else replications
    if first < 1:
        raise ValueError("at least one replication is needed")
    for name in wishes:
        named_kpi(resolved, name)
    limit = max(experiment.max_replications, first) if wishes else first
    prepare(engine)  # before there are workers: each would compile for itself
    found: list[Pair] = []
    target = min(limit, max(first, SMALLEST_SAMPLE)) if wishes else first
    with _processes(jobs) if runner is None else nullcontext(runner) as run:
        while True:
            for result in run(resolved, seed, range(len(found), target), engine, limit == 1):
                found.append(result)
                if progress is not None:
                    progress(len(found), target)
            reached = _precision(resolved, [t for t, _ in found], wishes)
            if len(found) >= limit or all(wish.holds for wish in reached):
                break
            target = _next_target(reached, len(found), limit)
    return Replications(resolved, [t for t, _ in found], [u for _, u in found], seed, engine, reached)


@contextmanager
def _processes(jobs: int) -> Iterator[Runner]:
    with Parallel(n_jobs=jobs, return_as="generator") as pool:
        yield partial(_some, pool)


def _some(pool: Parallel, resolved: Resolved, seed: int, numbers: range, engine: str, alone: bool) -> Iterable[Pair]:
    """``alone``: the only replication, whose batches give the intervals where the load repeats."""
    if pool.n_jobs == 1 or alone:
        return pool(delayed(one)(resolved, seed, number, engine, alone) for number in numbers)
    packed = pickle.dumps(resolved)
    return pool(delayed(_one_elsewhere)(packed, seed, number, engine) for number in numbers)


@lru_cache(maxsize=REMEMBERED)
def _unpacked(packed: bytes) -> Resolved:
    """The same object for the same scenario, so that what a worker has worked out of it serves its next replication."""
    resolved: Resolved = pickle.loads(packed)
    return resolved


def _one_elsewhere(packed: bytes, seed: int, replication: int, engine: str) -> Pair:
    return one(_unpacked(packed), seed, replication, engine)


@lru_cache(maxsize=1)
def _keep_freed_memory() -> None:
    """Tells glibc to keep what is freed: a replication asks for the same columns as the one before, and to hand them
    back and have them zeroed again takes a tenth of its time. Without effect elsewhere."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    trim_threshold, mmap_threshold, largest = -1, -3, 32 * 2**20  # malloc.h; 32 MiB is the most that glibc takes
    mallopt(trim_threshold, 2**30)
    mallopt(mmap_threshold, largest)


def one(resolved: Resolved, seed: int, replication: int, engine: str = DEFAULT_ENGINE, batches: bool = False) -> Pair:
    """Tally (by batch too, where asked) and usage of one replication: of one run, or the means of an antithetic two.

    Raises ConservationError where the engine lost something.
    """
    _keep_freed_memory()
    if not resolved.scenario.experiment.antithetic:
        return _run(resolved, seed, replication, engine, batches)
    first, second = (_run(resolved, seed, 2 * replication + side, engine, batches) for side in (0, 1))
    return mean_of_two(first[0], second[0]), mean_of_two(first[1], second[1])


def _run(resolved: Resolved, seed: int, replication: int, engine: str, batches: bool) -> Pair:
    tallied, used, sums = None, None, None
    for run in simulate_blocks(resolved, seed, replication, engine):
        check_block(resolved, run.tape, run.outcomes)
        time = Sums.of(resolved, len(run.roster.agent_team), run.outcomes)
        parts = (resolved, run.tape, run.roster, run.outcomes, contact_columns(resolved, run.tape, run.outcomes))
        block, of_block = tally(*parts, batches=batches), usage(*parts)
        # added at once: to keep them for the end would take memory that grows with the horizon
        tallied = block if tallied is None else merged_tallies(resolved, [tallied, block])
        used = of_block if used is None else merged_usages([used, of_block])
        sums = time if sums is None else sums + time
    assert tallied is not None  # there is at least one block
    assert used is not None
    assert sums is not None
    check_sums(resolved, sums)
    return tallied, used


def _precision(resolved: Resolved, tallies: list[Tally], wishes: dict[str, float]) -> tuple[Precision, ...]:
    reached = []
    for name, wanted in wishes.items():
        kpi, where = named_kpi(resolved, name)
        found = estimate(resolved, tallies, kpi, **where)
        share = abs(found.half_width / found.value) if found.value else (0.0 if found.half_width == 0 else math.inf)
        reached.append(Precision(name, wanted, share, len(tallies)))
    return tuple(reached)


def _next_target(reached: tuple[Precision, ...], done: int, limit: int) -> int:
    """Replications for the next batch: a half-width shrinks as 1 / sqrt(n); at most twice as many at once."""
    ratios = [wish.reached / wish.wanted if wish.wanted > 0 else math.inf for wish in reached if not wish.holds]
    return next_target(max((ratio for ratio in ratios if math.isfinite(ratio)), default=2.0), done, limit)


def next_target(worst: float, done: int, limit: int) -> int:
    """The same where the worst half-width is ``worst`` times what is wanted; infinite: nothing is known of it."""
    needed = 2 * done if math.isinf(worst) else math.ceil(done * worst**2)
    return min(limit, max(done + 1, min(2 * done, needed)))


def named_kpi(resolved: Resolved, name: str) -> tuple[str, dict[str, str]]:
    """`service_level(phone)` -> ('service_level', {'channel': 'phone'}); channels, reasons and teams can be named.

    Several names are parted by commas. Raises ValueError with what is allowed.
    """
    match = _NAMED.match(name)
    if match is None or match[1] not in KPIS:
        raise ValueError(f"no KPI {name!r}: write it as 'service_level(phone)'; there are: {', '.join(KPIS)}")
    scenario, kpi = resolved.scenario, KPIS[match[1]]
    where: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in (match[2] or "").split(","))):
        kinds: dict[str, Mapping[str, object]] = {}
        if "team" in kpi.scopes:
            kinds["team"] = scenario.teams
        if kpi.scopes != ("team",):
            kinds["channel"] = scenario.channels
        if "cell" in kpi.scopes and kpi.kind != "quantile":
            kinds["reason"] = dict.fromkeys(reason_rows(scenario))
        fits = [kind for kind, names in kinds.items() if part in names]
        if not fits or fits[0] in where:
            raise ValueError(f"{name!r}: {part!r} names no {' or '.join(kinds)} by which {kpi.name} is known")
        where[fits[0]] = part
    return kpi.name, where
