"""The planning problem as numbers: all that the model needs to know, and nothing of where it came from.

M months, C channels, R reasons, T teams, K cash-flow categories, P pools. Work and capacity are in **heads**: a head
is one agent of full speed on the payroll for the month, with the shifts and shrinkage that the team has. Money is as in
the cash-flow table: per month and category, out is negative, undiscounted, as a difference from `base_money`.

Savings multiply (semantics 9.2): work of a cell is ``work[c, r, m] * exp(sum of log effects)``. A pool is a set of
channels with the teams that serve any of them; its capacity must reach ``linear * W + root * sqrt(W)`` of the work W of
its channels (square-root staffing, Halfin and Whitt 1981; the coefficients are learned from simulation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Kind = Literal["hire", "cut", "outsource", "overtime"]
Objective = Literal["npv", "cost", "score"]


@dataclass(frozen=True)
class Start:
    """One investment, in one level, decided in one month: a yes or no."""

    investment: str
    level: str | None
    month: int
    log_work: np.ndarray
    """float64 (C, R, M): change of the log of each cell's work; 0 before it is live."""
    capacity: np.ndarray
    """float64 (T, M): heads added (negative: people away to be trained for it)."""
    money: np.ndarray
    """float64 (K, M): cash flow against today, people's pay left out."""
    spend: np.ndarray
    """float64 (M,): what counts towards budgets, positive."""
    kpis: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By goal of the problem: change of its KPI by month, float64 (M,)."""
    score: float = 0.0
    """Change of the stakeholders' score."""

    @property
    def key(self) -> tuple[str, str | None, int]:
        """Investment, level, month."""
        return self.investment, self.level, self.month


@dataclass(frozen=True)
class People:
    """One decision about people of one team in one month, in units of a person (of overtime: the whole share)."""

    kind: Kind
    team: int
    month: int
    capacity: np.ndarray
    """float64 (M,): heads of the team added for each unit (negative: posts cut)."""
    money: np.ndarray
    """float64 (K, M) for each unit."""
    spend: np.ndarray
    """float64 (M,) for each unit."""
    upper: float
    whole: bool = True
    """Whether the decision is a whole number; the model may relax it and round once."""
    score: float = 0.0

    @property
    def key(self) -> tuple[Kind, int, int]:
        """Kind, team, month."""
        return self.kind, self.team, self.month


@dataclass(frozen=True)
class Grade:
    """At least this service on a channel. Grades of one channel are cumulative: the second needs the first."""

    channel: int
    label: str
    """Such as `90 % in 20 s`."""
    log_root: np.ndarray
    """float64 (P,): added to the log of `Pool.root` of each pool when this grade is taken beside the ones below it."""
    money: np.ndarray
    """float64 (K, M): margin kept and such, beside the grades below it."""
    score: float = 0.0


@dataclass(frozen=True)
class Pool:
    """Channels, all teams that serve any of them, and what their work asks of these teams."""

    name: str
    """Letters, digits, underscore."""
    words: str
    """Why it is there, such as `phone answered by 80 % within 20 s`."""
    channels: tuple[int, ...]
    teams: tuple[int, ...]
    linear: np.ndarray
    """float64 (M,): heads for each head of work; above 1."""
    root: np.ndarray
    """float64 (M,): heads for each square root of the work."""
    held: np.ndarray
    """bool (M,): months in which it must hold."""
    analytic: bool = False
    """A stability or occupancy row that no simulation may relax."""


@dataclass(frozen=True)
class Goal:
    """A KPI that must reach a level in a month, as a linear function of the starts (`Start.kpis`)."""

    name: str
    words: str
    month: int
    at_least: bool
    bound: float
    base: float
    """The KPI in that month with no decision taken and targets held."""


@dataclass(frozen=True)
class Budget:
    """What may be spent in some months."""

    name: str
    words: str
    limit: float
    months: np.ndarray
    """bool (M,)"""


@dataclass(frozen=True)
class PlanProblem:
    """Everything together."""

    currency: str
    months: tuple[str, ...]
    channels: tuple[str, ...]
    reasons: tuple[str, ...]
    teams: tuple[str, ...]
    categories: tuple[str, ...]
    discount: np.ndarray
    """float64 (K, M): worth today of one unit of a category's money in a month."""
    work: np.ndarray
    """float64 (C, R, M): heads of work with no decision taken, targets held."""
    capacity: np.ndarray
    """float64 (T, M): heads with no decision taken."""
    base_money: np.ndarray
    """float64 (K, M): cash flow with no decision taken."""
    held_money: np.ndarray
    """float64 (K, M): what holding the targets changes by itself (margin kept, telephony), beside people's pay."""
    starts: tuple[Start, ...]
    people: tuple[People, ...]
    pools: tuple[Pool, ...]
    requires: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Investment -> those that must have started so many months before it starts (their lead)."""
    excludes: tuple[tuple[str, str], ...] = ()
    grades: tuple[Grade, ...] = ()
    budgets: tuple[Budget, ...] = ()
    goals: tuple[Goal, ...] = ()
    must: frozenset[str] = frozenset()
    """Investments that have to be made."""
    most_heads: np.ndarray | None = None
    """float64 (T,): heads that a team may have at most; None: any number."""
    objective: Objective = "npv"
    counted: np.ndarray | None = None
    """bool (K,): the categories that the objective sums (of "cost": those that are costs); None: all."""


Mix = frozenset[tuple[str, str | None, int]]
"""Investments with level and month."""


@dataclass(frozen=True)
class Binding:
    """A requirement that holds a plan back: without slack at the solution, or with a price in the relaxation.

    Whole people and whole investments leave some slack of most requirements that would have none in fractions.
    """

    name: str
    words: str
    slack: float
    """What the plan leaves of it, of several months the least: heads, units of a goal's KPI, currency of a budget."""
    price: float | None
    """What one more unit of its limit is worth, from the linear relaxation around the solution; None: not known."""
    months: tuple[int, ...] = ()
    """Where it is one of several months."""
    binds: bool = True
    """Whether the plan leaves nothing of it."""


@dataclass(frozen=True)
class PlanSolution:
    """What the model proposes, with all that it predicts."""

    mix: Mix
    people: Mapping[tuple[Kind, int, int], float]
    """Whole numbers where the decision is whole; zeros left out."""
    grades: Mapping[int, int]
    """By channel: how many of its grades are taken."""
    objective: float
    """In currency (npv: present value against today; cost: minus the present value of all cost; score: points)."""
    bound: float | None
    gap: float | None
    proven: bool
    money: np.ndarray
    """float64 (K, M): predicted cash flow against today."""
    capacity: np.ndarray
    """float64 (T, M)"""
    work: np.ndarray
    """float64 (C, R, M)"""
    need: np.ndarray
    """float64 (P, M)"""
    binding: tuple[Binding, ...] = ()
    seconds: float = 0.0
    rounds: int = 0
    solver: str = ""
    rounding: float = 0.0
    """What whole people cost in objective against fractions of people, for this mix."""
