"""Generated planning problems: channels with shared teams, investments that save work, people who come and go.

Made to look like a centre after the sale: three channels, five reasons, teams with overlapping skills, investments with
ramps, levels, prerequisites and exclusions, hiring with a lead and a ramp, posts cut, outsourced heads, budgets.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from optimize.plan.problem import Budget, Goal, Grade, People, PlanProblem, Pool, Start

CHANNELS = ("phone", "chat", "email")
REASONS = ("delivery", "returns", "billing", "product", "other")
CATEGORIES = ("wages", "hiring", "outsourcing", "upfront", "running", "margin")
SKILLS = ((0, 1), (1, 2), (0, 2), (0,), (2,))
HEAD = 3200.0
"""Wages of a head and month."""


def generated(
    seed: int,
    *,
    months: int = 12,
    investments: int = 6,
    teams: int = 3,
    every: int = 3,
    levels: bool = True,
    grades: bool = False,
    goal: bool = False,
    budget: float = 0.45,
    starts: int | None = None,
) -> PlanProblem:
    """A problem. `every`: months between possible starts, `starts`: the most of them; `budget`: share of upfronts."""
    rng = np.random.default_rng([seed, months, investments, teams])
    skills = ((0, 1, 2),) if teams == 1 else SKILLS[:teams]
    season = 1 + 0.08 * np.sin(2 * np.pi * (np.arange(months) + 9) / 12) + 0.004 * np.arange(months)
    share = rng.dirichlet(np.full(len(REASONS), 4.0), size=3)
    work = np.array([9.0, 5.0, 4.0])[:, None, None] * share[:, :, None] * season
    possible = list(range(0, max(months - 3, 1), every))[:starts]
    made: list[Start] = []
    for i in range(investments):
        made += _investment(rng, f"investment_{i}", i, possible, months, len(skills), levels and i % 3 == 2, goal)
    heads = np.full(len(skills), 19.5 / len(skills))
    capacity = heads[:, None] * 0.985 ** np.arange(months)
    base_money = np.zeros((len(CATEGORIES), months))
    base_money[0] = -capacity.sum(axis=0) * HEAD
    held_money = np.zeros_like(base_money)
    held_money[5] = 1500.0
    first = {s.investment: s for s in reversed(made)}
    upfront = sum(float(-s.money[3].sum()) for s in first.values())
    year = np.arange(months) // 12
    budgets = [Budget("total", "budget in total", budget * upfront, np.ones(months, bool))]
    if months > 12:
        budgets.append(Budget("first", "budget of the first year", 0.6 * budget * upfront, year == 0))
    rate = 1.08 ** (-np.arange(months) / 12)
    return PlanProblem(
        currency="EUR",
        months=tuple(f"{2027 + m // 12}-{m % 12 + 1:02d}" for m in range(months)),
        channels=CHANNELS,
        reasons=REASONS,
        teams=tuple(f"team_{t}" for t in range(len(skills))),
        categories=CATEGORIES,
        discount=np.tile(rate, (len(CATEGORIES), 1)),
        work=work,
        capacity=capacity,
        base_money=base_money,
        held_money=held_money,
        starts=tuple(made),
        people=tuple(_people(months, len(skills))),
        pools=tuple(_pools(months, skills)),
        requires={"investment_3": {"investment_0": 3}} if investments > 3 else {},
        excludes=(("investment_1", "investment_4"),) if investments > 4 else (),
        grades=_grades(months) if grades else (),
        budgets=tuple(budgets),
        goals=_goals(made, months) if goal else (),
    )


def _investment(
    rng: np.random.Generator, name: str, i: int, possible: list[int], months: int, teams: int, levels: bool, goal: bool
) -> list[Start]:
    saving = np.where(rng.random((3, 5)) < 0.35, rng.uniform(0.05, 0.4, (3, 5)), 0.0)
    saving[i % 3, i % 5] = rng.uniform(0.15, 0.4)
    upfront, running = rng.uniform(8e3, 45e3), rng.uniform(100, 900)
    self_service = rng.uniform(1.0, 6.0)
    trained = 0.4 if i % 2 else 0.0
    found = []
    for level, size, price in [("small", 0.6, 0.5), ("large", 1.0, 1.0)] if levels else [(None, 1.0, 1.0)]:
        for s in possible:
            since = np.arange(months) - s
            ramp = np.clip((since - 0.5) / 3.0, 0.0, 1.0) * (since >= 1)
            money = np.zeros((len(CATEGORIES), months))
            money[3, s] = -round(upfront * price)
            money[4] = -round(running * price) * (since >= 1)
            money[5] = 40.0 * size * ramp
            capacity = np.zeros((teams, months))
            capacity[i % teams, s] = -trained
            kpis = {"self_service": self_service * size * ramp} if goal else {}
            effect = np.log1p(-size * saving[:, :, None] * ramp)
            spend = -money[3] - money[4]
            found.append(Start(name, level, s, effect, capacity, money, spend, kpis, score=size * (i + 1)))
    return found


def _people(months: int, teams: int) -> list[People]:
    found: list[People] = []
    for t in range(teams):
        for m in range(months):
            since = np.arange(months) - m
            stays = np.where(since >= 1, 0.985 ** np.maximum(since - 1, 0), 0.0)
            money = np.zeros((len(CATEGORIES), months))
            money[0] = -HEAD * stays
            money[1, m] = -2600.0
            ramp = np.clip((since - 0.5) / 2.0, 0.0, 1.0)
            found.append(People("hire", t, m, stays * ramp, money, np.zeros(months), 6.0))
            gone = np.where(since >= 2, 0.985 ** np.maximum(since, 0), 0.0)
            saved = np.zeros_like(money)
            saved[0], saved[1, m] = HEAD * gone, -3000.0
            found.append(People("cut", t, m, -gone, saved, np.zeros(months), 2.0))
            once = (since == 0).astype(float)
            outside = np.zeros_like(money)
            outside[2] = -1.7 * HEAD * once
            found.append(People("outsource", t, m, once, outside, np.zeros(months), 10.0, whole=False))
    return found


def _pools(months: int, skills: tuple[tuple[int, ...], ...]) -> list[Pool]:
    found = []
    for size in (1, 2, 3):
        for channels in combinations(range(3), size):
            names = [CHANNELS[c] for c in channels]
            deferrable = channels == (2,)
            found.append(
                Pool(
                    "_".join(names),
                    f"{' and '.join(names)} answered in time",
                    channels,
                    tuple(t for t, has in enumerate(skills) if set(has) & set(channels)),
                    np.full(months, 1 / 0.985 if deferrable else 1.02),
                    np.full(months, 0.1 if deferrable else 0.65 - 0.1 * size),
                    np.ones(months, bool),
                    analytic=deferrable,
                )
            )
    return found


def _grades(months: int) -> tuple[Grade, ...]:
    """Two better grades on the phone; every pool with the phone in it needs more."""
    reach = np.array([1.0, 0.0, 0.0, 0.6, 0.6, 0.0, 0.4])
    found = []
    for label, factor, kept in (("85 % in 20 s", 0.2, 2400.0), ("90 % in 20 s", 0.3, 1900.0)):
        money = np.zeros((len(CATEGORIES), months))
        money[5] = kept
        found.append(Grade(0, label, factor * reach, money))
    return tuple(found)


def _goals(starts: list[Start], months: int) -> tuple[Goal, ...]:
    """Self-service by the last month: about what a third of the investments bring together."""
    best: dict[str, float] = {}
    for s in starts:
        best[s.investment] = max(best.get(s.investment, 0.0), float(s.kpis["self_service"][-1]))
    bound = 20.0 + sum(best.values()) / 3
    words = f"self-service {bound:.1f} % by the last month"
    return (Goal("self_service", words, months - 1, True, bound, 20.0),)
