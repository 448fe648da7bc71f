"""Rates at which flows are worth nothing: the one internal rate, all of several, and why there is none in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

_BRACKET = 1e-12, 1e12  # of x = 1 / (1 + rate): rates from nearly -100 % to as good as infinite
_LOW, _HIGH = np.log(1e-3), np.log(1e3)
"""Of 1 + rate, per period: rates from -99.9 % to 99,900 % a period; no others are looked for."""
_GRID = 20_001
_HALVINGS = 80
_TOUCHES = 1e-10
"""A double root is where the worth comes this close to zero, as a share of the largest flow's worth, without a change
of sign."""


def sign_changes(amounts: Sequence[float] | np.ndarray) -> int:
    """How often the flows change sign, zeros passed over.

    >>> sign_changes([-100, 0, 60, 60]), sign_changes([-1000, 2500, -1540]), sign_changes([100, 200])
    (1, 2, 0)
    """
    signs = [amount > 0 for amount in amounts if amount != 0]
    return sum(a != b for a, b in pairwise(signs))


def net_by_time(
    amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Distinct times in order, and the sum of the amounts at each."""
    when, money = np.asarray(times, dtype=np.float64), np.asarray(amounts, dtype=np.float64)
    distinct, place = np.unique(when, return_inverse=True)
    return distinct, np.bincount(place, weights=money, minlength=len(distinct))


def internal_rate(amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray) -> float | None:
    """The rate per period at which the present value is zero; None unless the flows change sign exactly once.

    With one change of sign there is exactly one such rate above -100 % (Descartes); with more there may be several or
    none, and programs disagree on which to print. Amounts are taken in the order of their times.

    >>> internal_rate([-1000, 2500, -1540], [0, 1, 2]) is None
    True
    >>> round(internal_rate([-100, 39, 59, 55, 20], range(5)), 5)
    0.28095
    """
    distinct, net = net_by_time(amounts, times)
    if sign_changes(net) != 1:
        return None
    when = distinct - distinct[0]  # a common shift in time moves no root

    def positive(log_x: float) -> bool:
        """Whether the flows are worth more than nothing at x; the largest term is 1, so nothing overflows."""
        powers = when * log_x
        return bool(np.sum(net * np.exp(powers - powers.max())) > 0)

    low, high = (math.log(bound) for bound in _BRACKET)
    start = positive(low)
    if start == positive(high):
        return None
    while low < (middle := (low + high) / 2) < high:  # as far as floats go
        low, high = (middle, high) if positive(middle) == start else (low, middle)
    return math.expm1(-middle)


def all_rates(amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray) -> list[float]:
    """All rates per period at which the present value is zero, lowest first; none is an answer.

    >>> [round(rate, 6) for rate in all_rates([-1000, 2500, -1540], [0, 1, 2])]
    [0.1, 0.4]
    >>> all_rates([100, -300, 250], [0, 1, 2])
    []
    """
    when, net = net_by_time(amounts, times)
    if sign_changes(net) == 0:
        return []
    if sign_changes(net) == 1:
        only = internal_rate(amounts, times)
        return [] if only is None else [only]
    when = when - when[0]

    def worth(log_rate: np.ndarray) -> np.ndarray:
        """Relative to the largest term, so that nothing overflows; its sign and its zeros are those of the worth."""
        powers = -np.outer(log_rate, when)
        terms = net / np.abs(net).max() * np.exp(powers - powers.max(axis=1, keepdims=True))
        return np.asarray(terms.sum(axis=1))

    grid = np.linspace(_LOW, _HIGH, _GRID)
    value = worth(grid)
    found = [float(grid[k]) for k in np.flatnonzero(value == 0)]
    for k in np.flatnonzero(value[:-1] * value[1:] < 0):
        low, high, sign = grid[k], grid[k + 1], value[k]
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if worth(np.array([middle]))[0] * sign > 0 else (low, middle)
        found.append(float((low + high) / 2))
    size = np.abs(value)
    for k in 1 + np.flatnonzero((size[1:-1] < size[:-2]) & (size[1:-1] <= size[2:]) & (value[:-2] * value[2:] > 0)):
        at = _lowest(worth, float(grid[k - 1]), float(grid[k + 1]))
        if value[k] != 0 and value[k - 1] * value[k] > 0 and abs(worth(np.array([at]))[0]) < _TOUCHES:
            found.append(at)
    return sorted(float(np.expm1(root)) for root in found)


def _lowest(worth: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
    """Where the size of the worth is least between two points (golden section)."""
    golden = (np.sqrt(5) - 1) / 2

    def size(at: float) -> float:
        return float(abs(worth(np.array([at]))[0]))

    for _ in range(_HALVINGS):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if size(a) < size(b) else (a, high)
    return float((low + high) / 2)


def why_no_rate(amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray) -> str:
    """Why there is no internal rate of return, with all rates that there are; times are in months, rates by year.

    Empty where there is one.
    """
    _, net = net_by_time(amounts, times)
    changes = sign_changes(net)
    if changes == 0:
        return "the flows never change sign"
    if changes == 1:
        return "" if internal_rate(amounts, times) is not None else "no rate makes the flows worth nothing"
    roots = [(1.0 + rate) ** 12 - 1.0 for rate in all_rates(amounts, times)]
    if not roots:
        return f"the flows change sign {changes} times, and no rate makes them worth nothing"
    said = " and at ".join(f"{root * 100:,.4g}\u202f%" for root in roots)
    return f"the flows change sign {changes} times; they are worth nothing at {said} a year"
