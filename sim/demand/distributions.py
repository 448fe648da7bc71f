"""Random durations: from a declared mean and spread to monotone inverse transforms, uniform -> milliseconds.

Monotone, so that a change of a mean moves every customer's duration the same way. Gamma and hyperexponential
quantiles come from a table of the logarithm of the quantile over the normal score (cubic Hermite with exact slopes,
1/64 apart): relative error below 1e-7, far below the millisecond to which durations are rounded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import gammainccinv, gammaincinv, gammaln, log_ndtr, ndtr, ndtri

from sim.demand.tape import NEVER
from sim.scenario.schema.demand import Spread
from sim.scenario.schema.service import Patience

NONE, CONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM, GAMMA, HYPEREXPONENTIAL, ENDLESS = range(9)
_RANDOM = frozenset({EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM, GAMMA, HYPEREXPONENTIAL})
_Z_MAX = 8.5  # beyond the normal score of the smallest uniform, 2**-53
_STEPS = 64  # knots per unit of the normal score


class Law(NamedTuple):
    """A distribution of a duration in ms: its kind and two parameters.

    CONSTANT (value), EXPONENTIAL (mean), LOGNORMAL (mu, sigma), WEIBULL (scale, 1 / shape), UNIFORM (low, width),
    GAMMA (scale, shape), HYPEREXPONENTIAL (mean, cv); NONE is 0 and ENDLESS is for ever.
    """

    kind: int
    a: float = 0.0
    b: float = 0.0


def spread_law(spread: Spread, factor: float = 1.0) -> Law:
    """The law of a declared delay, its mean times ``factor``. Raises ValueError where mean and cv do not fit it."""
    mean = spread.mean * factor
    if mean <= 0:
        return Law(NONE)
    name, cv = spread.distribution, spread.cv
    if name is None:
        name = "lognormal" if cv else "constant"
    elif name == "constant" and cv:
        raise ValueError(f"a constant duration has no cv, and {cv:g} was given")
    if name == "constant" or cv == 0:
        return Law(CONSTANT, mean)
    return _law(name, mean, cv)


def patience_law(patience: Patience, factor: float = 1.0) -> Law:
    """The law of a declared patience, its mean times ``factor``. Raises ValueError where parameters do not fit."""
    name = patience.distribution or ("weibull" if patience.shape is not None else "exponential")
    if name == "never":
        return Law(ENDLESS)
    if patience.mean is None:
        raise ValueError(f"a patience that is {name} needs its mean")
    if name not in ("weibull", "gamma") and patience.shape is not None:
        raise ValueError(f"a patience that is {name} has no shape")
    if name not in ("lognormal", "gamma") and patience.cv is not None:
        raise ValueError(f"a patience that is {name} has no cv")
    mean = patience.mean * factor
    if mean <= 0:
        return Law(CONSTANT, 0.0)  # rounded up to 1 ms
    if name == "constant" or patience.cv == 0:
        return Law(CONSTANT, mean)
    shape = patience.shape
    if shape is not None:
        if patience.cv is not None:
            raise ValueError("a patience has a shape or a cv, not both")
        return weibull_law(mean, shape) if name == "weibull" else Law(GAMMA, mean / shape, shape)
    return _law(name, mean, patience.cv)


def weibull_law(mean: float, shape: float) -> Law:
    """Weibull with the given mean: scale = mean / Gamma(1 + 1 / shape)."""
    return Law(WEIBULL, mean / math.exp(math.lgamma(1.0 + 1.0 / shape)), 1.0 / shape)


def _law(name: str, mean: float, cv: float | None) -> Law:
    if name == "exponential":
        if cv is not None and cv != 1:
            raise ValueError(f"an exponential duration has cv 1, and {cv:g} was given")
        return Law(EXPONENTIAL, mean)
    if name == "uniform":
        half = mean if cv is None else cv * math.sqrt(3.0) * mean
        if half > mean * (1 + 1e-9):
            raise ValueError(f"a uniform duration has a cv of at most {1 / math.sqrt(3):.4f}, and {cv:g} was given")
        half = min(half, mean)
        return Law(UNIFORM, mean - half, 2.0 * half)
    cv = 1.0 if cv is None else cv
    if name == "lognormal":
        variance = math.log1p(cv * cv)
        return Law(LOGNORMAL, math.log(mean) - variance / 2, math.sqrt(variance))
    if name == "gamma":
        return Law(GAMMA, mean * cv * cv, 1.0 / (cv * cv))
    if name == "weibull":
        return weibull_law(mean, _weibull_shape(cv))
    if cv < 1:
        raise ValueError(f"a hyperexponential duration has a cv of at least 1, and {cv:g} was given")
    return Law(HYPEREXPONENTIAL, mean, cv)


def _weibull_shape(cv: float) -> float:
    """Shape with cv^2 = Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1, by bisection on log k (cv falls as k rises)."""
    low, high = math.log(0.05), math.log(1e5)

    def excess(log_shape: float) -> float:
        inverse = math.exp(-log_shape)
        return math.lgamma(1 + 2 * inverse) - 2 * math.lgamma(1 + inverse) - math.log1p(cv * cv)

    if excess(low) < 0 or excess(high) > 0:
        raise ValueError(f"no weibull duration has the cv {cv:g}")
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return math.exp((low + high) / 2)


def _gamma_log_quantile(z: np.ndarray, shape: float) -> tuple[np.ndarray, np.ndarray]:
    """log of the gamma(shape, 1) quantile at normal score z, and its slope in z."""
    small = (log_ndtr(z) + gammaln(shape + 1)) / shape  # P(X < x) ~ x**shape / Gamma(shape + 1)
    with np.errstate(divide="ignore", over="ignore"):
        x = np.where(z < 0, gammaincinv(shape, ndtr(np.minimum(z, 0))), gammainccinv(shape, ndtr(-np.maximum(z, 0))))
        log_x = np.where((small < -40) | (x <= 0), small, np.log(np.maximum(x, 1e-300)))
    log_density = (shape - 1) * log_x - np.exp(log_x) - gammaln(shape)
    log_phi = -0.5 * z * z - 0.5 * math.log(2 * math.pi)
    return log_x, np.exp(log_phi - log_density - log_x)


def _hyperexponential_log_quantile(z: np.ndarray, cv: float) -> tuple[np.ndarray, np.ndarray]:
    """Likewise for the unit-mean mixture of two exponentials with balanced means (p1 / rate1 = p2 / rate2)."""
    p = np.array([1 + math.sqrt((cv * cv - 1) / (cv * cv + 1)), 0.0]) / 2
    p[1] = 1 - p[0]
    rate = 2 * p
    low, high = np.full(len(z), -60.0), np.full(len(z), math.log(60 / rate[1]))
    for _ in range(80):
        middle = (low + high) / 2
        x = np.exp(middle)
        below = -(p[0] * np.expm1(-rate[0] * x) + p[1] * np.expm1(-rate[1] * x))
        above = p[0] * np.exp(-rate[0] * x) + p[1] * np.exp(-rate[1] * x)
        short = np.where(z < 0, below < ndtr(z), above > ndtr(-z))
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    log_x = (low + high) / 2
    x = np.exp(log_x)
    density = p[0] * rate[0] * np.exp(-rate[0] * x) + p[1] * rate[1] * np.exp(-rate[1] * x)
    return log_x, np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) / (density * x)


def _polished(x: np.ndarray, u: np.ndarray, cv: np.ndarray) -> np.ndarray:
    """Two Newton steps on the tail of the unit-mean hyperexponential, whose quantile bends sharply at a large cv."""
    p = (1 + np.sqrt((cv * cv - 1) / (cv * cv + 1))) / 2
    for _ in range(2):
        first, second = p * np.exp(-2 * p * x), (1 - p) * np.exp(-2 * (1 - p) * x)
        x = x + (first + second - (1 - u)) / (2 * p * first + 2 * (1 - p) * second)
    return x


@lru_cache(maxsize=256)
def _cubics(kind: int, shape: float) -> np.ndarray:
    """float64 (4, knots): coefficients of the cubic in each interval of the normal score."""
    z = np.arange(-_Z_MAX, _Z_MAX + 0.5 / _STEPS, 1.0 / _STEPS)
    y, slope = (_gamma_log_quantile if kind == GAMMA else _hyperexponential_log_quantile)(z, shape)
    slope = slope / _STEPS
    rise = np.diff(y)
    first, last = slope[:-1], slope[1:]
    return np.stack([y[:-1], first, 3 * rise - 2 * first - last, first + last - 2 * rise])


class LawTable:
    """Laws by group (a small integer); draws many groups at once."""

    def __init__(self, laws: Sequence[Law]) -> None:
        self._kind = np.array([law.kind for law in laws], dtype=np.int64)
        self._a = np.array([law.a for law in laws])
        self._b = np.array([law.b for law in laws])
        self._start = np.zeros(len(laws), dtype=np.int64)
        tables: dict[tuple[int, float], int] = {}
        pieces: list[np.ndarray] = []
        for i, law in enumerate(laws):
            if law.kind in (GAMMA, HYPEREXPONENTIAL):
                if (law.kind, law.b) not in tables:
                    tables[law.kind, law.b] = sum(piece.shape[1] for piece in pieces)
                    pieces.append(_cubics(law.kind, law.b))
                self._start[i] = tables[law.kind, law.b]
        self._coefficients = np.concatenate(pieces, axis=1) if pieces else np.empty((4, 0))
        self._kinds = sorted({law.kind for law in laws})
        self.random = any(kind in _RANDOM for kind in self._kinds)
        """Whether any group needs a uniform at all."""
        self.none = self._kinds == [NONE]
        """Whether every group is "none"."""
        self.endless = self._kinds == [ENDLESS]
        """Whether every group is for ever."""

    def draw(self, u: np.ndarray | None, group: np.ndarray) -> np.ndarray:
        """float64 (n,) durations in ms before rounding, inf where endless; ``u`` may be None where not `random`."""
        if len(self._kinds) == 1:
            return self._draw_kind(self._kinds[0], u, group)
        from sim.demand import compiled

        out = np.empty(len(group))
        for which in self._kinds:
            here, groups, some = compiled.of_kind(self._kind, which, group, np.empty(0) if u is None else u)
            if len(here):
                compiled.put(out, here, self._draw_kind(which, some, groups))
        return out

    def _draw_kind(self, kind: int, u: np.ndarray | None, group: np.ndarray) -> np.ndarray:
        if kind == NONE:
            return np.zeros(len(group))
        if kind == ENDLESS:
            return np.full(len(group), np.inf)
        if kind == CONSTANT:
            return np.asarray(self._a[group])
        assert u is not None
        used: np.ndarray = self._kind == kind
        a, b = (column_of(values, group, used) for values in (self._a, self._b))
        if kind == UNIFORM:
            return np.asarray(a + b * u)
        if kind in (EXPONENTIAL, WEIBULL):
            x: np.ndarray = np.subtract(1.0, u)  # exact
            np.log(x, out=x)
            np.negative(x, out=x)
            if kind == WEIBULL:
                np.power(x, b, out=x)
            x *= a
            return x
        z = ndtri(u)
        if kind == LOGNORMAL:
            z *= b
            z += a
            return np.exp(z, out=z)
        x = np.exp(self._interpolated(z, column_of(self._start, group, used)))
        if kind == HYPEREXPONENTIAL:
            x = _polished(x, u, b)
        x *= a
        return x

    def _interpolated(self, z: np.ndarray, start: np.ndarray) -> np.ndarray:
        z += _Z_MAX
        z *= _STEPS
        index = z.astype(np.int64)
        z -= index
        index += start
        y: np.ndarray = self._coefficients[3].take(index)
        for power in (2, 1, 0):
            y *= z
            y += self._coefficients[power].take(index)
        return y


def column_of(values: np.ndarray, group: np.ndarray, used: np.ndarray | None = None) -> np.ndarray:
    """``values[group]``, or a scalar array where all (used) groups have the same value."""
    candidates = values if used is None else values[used]
    if len(candidates) and (candidates == candidates[0]).all():
        return np.asarray(candidates[0])
    return np.asarray(values[group])


def whole_ms(durations: np.ndarray, zero_is_none: bool = False) -> np.ndarray:
    """int64 ms: rounded once, at least 1, endless as NEVER; exact zeros stay 0 where they mean "none".

    Overwrites its input.
    """
    some = durations > 0 if zero_is_none else None
    np.rint(durations, out=durations)
    np.maximum(durations, 1.0, out=durations)
    np.minimum(durations, float(NEVER), out=durations)
    ms: np.ndarray = durations.astype(np.int64)
    if some is not None:
        ms *= some
    return ms


def quantiles(law: Law, points: np.ndarray) -> np.ndarray:
    """float64 (n,) quantiles in ms of one law."""
    return LawTable([law]).draw(points, np.zeros(len(points), dtype=np.int64))
