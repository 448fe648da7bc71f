"""Several scenarios simulated on the same tapes: the base's seed and its number of replications serve them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from evaluate.compare import check_comparable
from sim.engine import DEFAULT_ENGINE
from sim.feedback import replicate_closed
from sim.replicate import Replications, Runner

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
    runner: Runner | None = None,
) -> list[Replications]:
    """Replicates every scenario, the base first, at the fixed point of the loops that it closes.

    ``runner`` takes the place of ``jobs`` processes.

    Raises NotComparable before anything is simulated, and Unbounded where a loop feeds itself.
    """
    check_comparable(resolveds, [0] * len(resolveds))
    seed = resolveds[0].scenario.experiment.seed if seed is None else seed
    runs: list[Replications] = []
    for resolved in resolveds:

        def report(done: int, total: int, name: str = resolved.scenario.name) -> None:
            if progress is not None:
                progress(name, done, total)

        count = runs[0].count if runs else replications
        runs.append(replicate_closed(resolved, seed, count, jobs, engine or DEFAULT_ENGINE, report, runner=runner))
    return runs
