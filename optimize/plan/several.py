"""Several problems solved at once, each in a process of its own: a solver takes one core, and there may be more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from joblib import Parallel, delayed

from optimize.plan.outcome import Infeasible, NothingFound

T = TypeVar("T")


def several(tasks: Sequence[Callable[[], T]], jobs: int) -> list[T | str]:
    """What each task gives, in their order, with so many at once; words where there is no plan, or none in time.

    Raises whatever else a task raises.
    """
    if jobs == 1 or len(tasks) < 2:
        return [_tried(task) for task in tasks]
    return list(Parallel(n_jobs=jobs)(delayed(_tried)(task) for task in tasks))


def _tried(task: Callable[[], T]) -> T | str:
    try:
        return task()
    except (Infeasible, NothingFound) as problem:
        return str(problem)
