"""The smallest staffing that is enough: bisection for one team, a local search at least cost for several.

More agents never serve worse on the same tapes, short of rare knots of routing, and the search relies on it: what is
below a staffing that is too little is not tried, nor is what is above one that is enough.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

Numbers = tuple[int, ...]
MOST_SWEPT = 400


class Answer(Protocol):
    """What a judge says of a staffing."""

    @property
    def enough(self) -> bool:
        """Whether it meets everything."""
        ...

    @property
    def gap(self) -> float:
        """How far it is from that."""
        ...


Judge = Callable[[Numbers], Answer]


class NotEnough(ValueError):
    """More agents do not help."""


def smallest(judge: Callable[[int], Answer], start: int, limit: int) -> int:
    """Smallest n in 1..limit that is enough, from a first guess, in steps that double. Raises NotEnough."""
    low, high = 0, min(max(1, start), limit)  # low is too little
    step = 1
    if judge(high).enough:
        while high - step > 0 and judge(high - step).enough:
            high, step = high - step, 2 * step
        low = max(0, high - step)
    else:
        while not judge(high).enough:
            if high >= limit:
                raise NotEnough(f"{limit} are not enough either")
            low, high, step = high, min(limit, high + step), 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if judge(middle).enough else (middle, high)
    return high


Floor = tuple[tuple[float, ...], float]
"""What each of one team adds, and how much all must add up to: less is not tried."""


def cheapest(
    judge: Judge, start: Numbers, costs: Sequence[float], limit: int, floors: Sequence[Floor] = ()
) -> tuple[Numbers, bool]:
    """A staffing that is enough at least cost, and whether every cheaper one above the floors was refuted.

    From the start agents are added where they close most of the gap for their cost, until it is enough. Then moves of
    up to two agents in each of up to three teams are tried, those that save least first, as long as one is enough.
    Last, all cheaper staffings above the floors, the cheapest first, as long as there are no more than `MOST_SWEPT`;
    where there are more, only that no small move saves anything is known. Raises NotEnough.
    """
    frontier = _Frontier(judge)
    current = _repaired(frontier, start, costs, limit)
    while True:
        better = next((one for one in _cheaper(current, costs) if frontier.enough(one)), None)
        if better is None:
            break
        current = better
    cheaper = _all_cheaper(current, costs, floors, MOST_SWEPT)
    if cheaper is None:
        return current, False
    return next((one for one in cheaper if frontier.enough(one)), current), True


def _all_cheaper(current: Numbers, costs: Sequence[float], floors: Sequence[Floor], most: int) -> list[Numbers] | None:
    """Staffings above the floors that cost less, the cheapest first; None where there are more than ``most``."""
    budget = sum(n * cost for n, cost in zip(current, costs, strict=True)) - 1e-9
    found: list[tuple[float, Numbers]] = []
    looked = 0

    def go(numbers: Numbers, spent: float) -> bool:
        nonlocal looked
        t = len(numbers)
        looked += 1
        if looked > 200 * most:
            return False
        if t == len(costs):
            if all(sum(a * n for a, n in zip(adds, numbers, strict=True)) >= need - 1e-9 for adds, need in floors):
                found.append((spent, numbers))
            return len(found) <= most
        n = 0
        while spent + n * costs[t] < budget:
            if not go((*numbers, n), spent + n * costs[t]):
                return False
            n += 1
        return True

    return [numbers for _, numbers in sorted(found)] if go((), 0.0) else None


class _Frontier:
    """A judge who is not asked what follows from what is known."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._good: list[Numbers] = []
        self._bad: list[Numbers] = []

    def enough(self, numbers: Numbers) -> bool:
        """Whether a staffing is enough."""
        if any(_below(good, numbers) for good in self._good):
            return True
        if not any(numbers) or any(_below(numbers, bad) for bad in self._bad):
            return False
        found = self.judge(numbers).enough
        (self._good if found else self._bad).append(numbers)
        return found


def _below(one: Numbers, other: Numbers) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def _repaired(frontier: _Frontier, start: Numbers, costs: Sequence[float], limit: int) -> Numbers:
    """The start with agents added until it is enough; steps double while one team alone goes on helping most."""
    current, step, last = tuple(max(0, n) for n in start), 1, -1
    while not frontier.enough(current):
        if max(current) >= limit:
            raise NotEnough(f"{limit} of one team are not enough either")
        gap = frontier.judge(current).gap if any(current) else float("inf")
        gains = []
        for t in range(len(current)):
            more = frontier.judge(_moved(current, {t: step}))
            gains.append(((gap - more.gap if any(current) else -more.gap) / costs[t], t))
        best = max(gains)[1]
        step, current = (2 * step if best == last else 1), _moved(current, {best: step})
        last = best
    return current


def _moved(numbers: Numbers, by: dict[int, int]) -> Numbers:
    return tuple(n + by.get(t, 0) for t, n in enumerate(numbers))


def _cheaper(current: Numbers, costs: Sequence[float]) -> Iterator[Numbers]:
    """Neighbours that cost less, those that save least first."""
    found: dict[Numbers, float] = {}
    for count in range(1, min(3, len(current)) + 1):
        for teams in itertools.combinations(range(len(current)), count):
            for steps in itertools.product((-2, -1, 1, 2), repeat=count):
                saved = -sum(step * costs[t] for step, t in zip(steps, teams, strict=True))
                one = _moved(current, dict(zip(teams, steps, strict=True)))
                if saved > 1e-9 and min(one) >= 0:
                    found[one] = saved
    return iter(sorted(found, key=lambda one: (found[one], one)))
