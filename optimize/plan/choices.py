"""What can be chosen and what was: starts by investment, grades in their order, decisions as numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np

from optimize.plan.problem import Mix, PlanProblem


@dataclass(frozen=True)
class Decided:
    """Investments and grades that are given."""

    x: np.ndarray
    """float64 (J,): 0 or 1 for each start."""
    y: np.ndarray
    """float64 (G,): 0 or 1 for each grade."""

    def key(self) -> tuple[bytes, bytes]:
        """To tell decisions apart."""
        return self.x.astype(bool).tobytes(), self.y.astype(bool).tobytes()


def starts_of(problem: PlanProblem) -> dict[str, list[int]]:
    """Investment -> indices of its starts."""
    found: dict[str, list[int]] = {}
    for j, start in enumerate(problem.starts):
        found.setdefault(start.investment, []).append(j)
    return found


def grade_steps(problem: PlanProblem) -> list[tuple[int, int]]:
    """Pairs of grades, the lower first, that follow each other on a channel."""
    last: dict[int, int] = {}
    steps = []
    for g, grade in enumerate(problem.grades):
        if grade.channel in last:
            steps.append((last[grade.channel], g))
        last[grade.channel] = g
    return steps


def grade_choices(problem: PlanProblem) -> list[np.ndarray]:
    """All choices of grades: of each channel the first few, or none."""
    channels = sorted({grade.channel for grade in problem.grades})
    counts = [range(1 + sum(grade.channel == c for grade in problem.grades)) for c in channels]
    return [taken(problem, dict(zip(channels, picked, strict=True))) for picked in product(*counts)]


def chosen(problem: PlanProblem, mix: Mix) -> np.ndarray:
    """float64 (J,): 1 for the starts of a mix. Raises KeyError for a start that the problem does not have."""
    index = {s.key: j for j, s in enumerate(problem.starts)}
    x = np.zeros(len(problem.starts))
    for key in mix:
        x[index[key]] = 1.0
    return x


def taken(problem: PlanProblem, grades: Mapping[int, int]) -> np.ndarray:
    """float64 (G,): 1 for the grades that are taken, by channel."""
    y = np.zeros(len(problem.grades))
    for g, grade in enumerate(problem.grades):
        rank = sum(other.channel == grade.channel for other in problem.grades[:g])
        y[g] = float(rank < grades.get(grade.channel, 0))
    return y


_ACTS: Mapping[str, str] = MappingProxyType(
    {
        "hire": "hires into {}",
        "cut": "posts cut in {}",
        "outsource": "outsourced heads for {}",
        "overtime": "overtime of {}",
    }
)


def describe_people(problem: PlanProblem, q: int) -> str:
    """Such as `hires into phone in 2027-03`."""
    person = problem.people[q]
    return f"{acts(person.kind, problem.teams[person.team])} in {problem.months[person.month]}"


def acts(kind: str, team: str) -> str:
    """Such as `hires into phone`."""
    return _ACTS[kind].format(team)
