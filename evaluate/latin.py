"""Latin hypercube draws, as several independent cubes so that what comes of them has an honest interval.

In one Latin hypercube (McKay, Beckman and Conover 1979) every input is drawn once from each of its n equally likely
parts. Means get surer than from independent draws, but by an amount that one cube cannot tell; the spread of several
independent cubes can (Owen 1992, replicated designs). Each input is permuted by a generator that is named by the seed,
the cube and the input's path: one input more leaves the draws of the others alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CUBES = 8
FEWEST = 2 * CUBES
"""Fewest draws: every cube has two."""


@dataclass(frozen=True)
class Design:
    """How many cubes of how many draws."""

    cubes: int
    size: int

    @property
    def draws(self) -> int:
        """All draws."""
        return self.cubes * self.size


def design(wanted: int) -> Design:
    """At least the draws that are wanted, in equal cubes.

    >>> design(64), design(20).draws
    (Design(cubes=8, size=8), 24)
    """
    return Design(CUBES, max(2, -(-wanted // CUBES)))


def key(text: str) -> int:
    """A number named by a text, the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def latin(paths: Sequence[str], plan: Design, seed: int) -> np.ndarray:
    """Probabilities in (0, 1) at which each input is drawn, float64 (cubes, size, inputs)."""
    from scipy.stats import qmc

    found = np.empty((plan.cubes, plan.size, len(paths)))
    for cube in range(plan.cubes):
        for place, path in enumerate(paths):
            generator = np.random.default_rng([seed, cube, key(path)])
            found[cube, :, place] = qmc.LatinHypercube(1, rng=generator).random(plan.size)[:, 0]
    return found


def cube_seed(seed: int, cube: int) -> int:
    """The seed of a cube's tapes: the experiment's own for the first, one of its own for each of the others."""
    return seed if cube == 0 else key(f"{seed} cube {cube}") >> 1
