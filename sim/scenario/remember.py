"""What is worked out of a scenario once and asked for again by each of its replications."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from sim.scenario.resolved import Resolved

T = TypeVar("T")
REMEMBERED = 8  # scenarios; a comparison goes through them one after the other


def remembered(work: Callable[[Resolved], T]) -> Callable[[Resolved], T]:
    """Keeps what ``work`` gave for the last few scenarios, by object, as long as they live; callers must not change it.

    A scenario is known by being the same object: it cannot be hashed, and comparing two takes longer than most work.
    """
    recent: list[tuple[weakref.ref[Resolved], T]] = []

    @wraps(work)
    def recalled(resolved: Resolved) -> T:
        for seen, found in recent:
            if seen() is resolved:
                return found
        found = work(resolved)
        recent[:] = [(weakref.ref(resolved), found), *recent[: REMEMBERED - 1]]
        return found

    return recalled
