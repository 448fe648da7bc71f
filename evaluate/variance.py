"""How much of a spread is what nobody knows, and how much is the luck of the day: two-way random effects.

Draws of the inputs are crossed with tapes (all draws of a cube meet the same tapes). With y[draw, tape] = mean + input
effect + tape effect + rest, the mean squares of the two-way layout without repeats give the components (Searle, Casella
and McCulloch 1992, ch. 4): rest = MSE, tapes = (MSB - MSE) / draws. Both together are the variance within a draw, and
what the total variance has beyond it comes from the inputs. An estimate may be negative, where the truth is near zero:
it is then 0 and said to be so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Split:
    """Variance of one outcome (a draw on a tape) by where it comes from, in squared units of the outcome."""

    total: float
    parameters: float
    """From the inputs; NaN from one tape a draw, where the two cannot be told apart."""
    tapes: float
    """From the tape, alike for all draws."""
    rest: float
    """From the tape, different from draw to draw."""
    negative: tuple[str, ...] = ()
    """Components whose estimate was below zero and is shown as 0."""

    @property
    def noise(self) -> float:
        """Of the simulation: what differs between tapes."""
        return self.tapes + self.rest

    @property
    def parameter_share(self) -> float:
        """Share of the spread that comes from the inputs, in [0, 1]; NaN where it cannot be told."""
        whole = self.parameters + self.noise
        return self.parameters / whole if whole > 0 else math.nan


def split(values: np.ndarray) -> Split:
    """Components of outcomes (cubes, draws, tapes): cubes are independent, tapes are those of their cube.

    The total allows for what draws of a cube share: E[(y - mean)^2] is short by the variance of the mean, which the
    means of the cubes give. Needs two cubes, and two draws and two tapes in each for all components.
    """
    cubes, draws, tapes = values.shape
    means = values.mean(axis=(1, 2))
    between = float(means.var(ddof=1)) / cubes if cubes > 1 else 0.0
    total = float(values.var()) + between
    if tapes < 2 or draws < 2:
        return Split(total, math.nan, math.nan, math.nan)
    by_tape = values.mean(axis=1, keepdims=True)
    by_draw = values.mean(axis=2, keepdims=True)
    residual = values - by_tape - by_draw + values.mean(axis=(1, 2), keepdims=True)
    rest = float((residual**2).sum(axis=(1, 2)).mean()) / ((draws - 1) * (tapes - 1))
    tape = (draws * float(by_tape.var(axis=2, ddof=1).mean()) - rest) / draws
    parameters = total - (tape + rest)
    found = {"parameters": parameters, "tapes": tape}
    tiny = 1e-12 * max(total, 0.0)
    return Split(
        total,
        max(0.0, parameters),
        max(0.0, tape),
        rest,
        tuple(name for name, value in found.items() if value < -tiny),
    )
