"""Several scenarios simulated on the same tapes: the base's seed and its number of replications serve them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from evaluate.compare import check_comparable
from sim.replicate import Replications, replicate

if TYPE_CHECKING:
    from sim.scenario.resolved import Resolved

Progress = Callable[[str, int, int], None]
"""Called with the scenario's name, replications done, replications planned."""


def simulate_all(
    resolveds: Sequence[Resolved],
    seed: int | None = None,
    replications: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    progress: Progress | None = None,
) -> list[Replications]:
    """Replicates every scenario, the base first. Raises NotComparable before anything is simulated."""
    check_comparable(resolveds, [0] * len(resolveds))
    seed = resolveds[0].scenario.experiment.seed if seed is None else seed
    runs: list[Replications] = []
    for resolved in resolveds:

        def report(done: int, total: int, name: str = resolved.scenario.name) -> None:
            if progress is not None:
                progress(name, done, total)

        count = runs[0].count if runs else replications
        named = {} if engine is None else {"engine": engine}
        runs.append(replicate(resolved, seed, count, jobs, progress=report, **named))
    return runs
