"""The search for a schedule: is it possible, a rounded start, then the whole model."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.schedule.breaks import IN_WORDS, Style
from optimize.schedule.cover import CLOSE, Covered, least_shortage, never_covered, relax_cover, solve_cover
from optimize.schedule.greedy import as_start, greedy
from optimize.schedule.roster import Person, duty_of, people_of
from optimize.schedule.terms import Terms
from optimize.schedule.weekly import HOURS_PER_SLOT, Weekly, weekly_model
from optimize.schedule.weeks import offers_of
from optimize.solver import Solved, SolverName
from sim.scenario.schema.people import Team

START_FROM = 300
"""Columns of people from which on a start is made by rounding the relaxation."""
START_SHARE = 0.3
"""Of the time limit, for the start at most."""


class NoSchedule(RuntimeError):
    """There is none, or none was found in time: the words say which."""


class CannotCover(NoSchedule):
    """No schedule covers the need; `short` says which half-hours, and how much of each stays uncovered at least."""

    def __init__(self, words: str, short: dict[int, float]) -> None:
        super().__init__(words)
        self.short = short


@dataclass(frozen=True)
class Schedule:
    """One team's week."""

    team: str
    terms: Terms
    need: np.ndarray  # float64 (336,) heads to have on duty: agents needed / (1 - shrinkage), not rounded
    agents: np.ndarray  # float64 (336,) agents needed in contact with customers
    people: tuple[Person, ...]
    cover: np.ndarray  # float64 (336,) heads on duty, breaks taken out
    cost: float
    """Money a week, of which `wishes` are preferences and `priced` is under- and over-cover."""
    wishes: float
    priced: float
    bound: float | None
    gap: float | None
    status: str
    """`optimal` (proven within the gap asked for) or `time_limit`."""
    solver: str
    seconds: float
    style: Style
    sizes: dict[Style, int]
    columns: int
    started_at: float | None
    """Cost of the rounded start, None where none was needed."""

    @property
    def short_h(self) -> float:
        """Agent-hours a week below the need."""
        return float(np.maximum(self.need - self.cover, 0.0).sum() * HOURS_PER_SLOT)

    @property
    def above_h(self) -> float:
        """Agent-hours a week above the need, rounded up to whole people in each half-hour."""
        return float(np.maximum(self.cover - np.ceil(self.need - CLOSE), 0.0).sum() * HOURS_PER_SLOT)

    @property
    def paid_h(self) -> float:
        """Paid hours a week."""
        return sum(person.week.paid_h for person in self.people)

    @property
    def model(self) -> str:
        """The model in words."""
        others = [f"{IN_WORDS[style]} would take {size:,}" for style, size in self.sizes.items() if style != self.style]
        rest = f"; {'; '.join(others)}" if others else ""
        return f"{self.columns:,} columns, {self.sizes[self.style]:,} of them {IN_WORDS[self.style]}{rest}"


def schedule(
    terms: Terms,
    team: Team,
    agents: np.ndarray,
    shrinkage: float = 0.0,
    solver: SolverName = "highs",
    time_limit: float | None = 60.0,
    gap: float = 0.005,
    style: Style | None = None,
) -> Schedule:
    """The cheapest week for ``agents`` (float64, needed on duty by half-hour), shrinkage added once.

    Raises CannotCover, NoSchedule (nothing found in time), ValueError (terms that allow no week).
    """
    began = time.monotonic()
    need = agents / max(1.0 - shrinkage, 1e-9)
    offers = offers_of(terms, team)
    if not offers:
        raise ValueError(f"scheduling.{terms.team}: no week fits the contracts")
    weekly = weekly_model(terms, offers, need, style)
    if terms.block.under is None:
        _check_reach(terms, weekly)
    found, started = _search(terms, weekly, solver, time_limit, gap, began)
    people = people_of(weekly, found.counts)
    cover = duty_of(people, len(need))
    if np.abs(cover - found.cover).max(initial=0.0) > CLOSE:
        raise AssertionError("the people's hours are not the model's")
    assert found.cost is not None
    wishes = sum(person.week.wishes for person in people)
    own = sum(person.week.cost for person in people)
    gap_left = None if found.bound is None else max(0.0, (found.cost - found.bound) / max(abs(found.cost), 1e-9))
    return Schedule(
        team=terms.team,
        terms=terms,
        need=need,
        agents=agents,
        people=tuple(people),
        cover=cover,
        cost=found.cost,
        wishes=wishes,
        priced=found.cost - own,
        bound=found.bound,
        gap=gap_left,
        status=found.solved.status if gap_left is None or gap_left > gap else "optimal",
        solver=solver,
        seconds=time.monotonic() - began,
        style=weekly.breaks.style,
        sizes=weekly.sizes or {weekly.breaks.style: 0},
        columns=len(weekly.cover.columns),
        started_at=started,
    )


def _search(
    terms: Terms, weekly: Weekly, solver: SolverName, time_limit: float | None, gap: float, began: float
) -> tuple[Covered, float | None]:
    """The best found with its bound, and the cost of the rounded start."""

    def left(share: float = 1.0) -> float | None:
        return None if time_limit is None else max(0.05, share * time_limit - (time.monotonic() - began))

    relaxation = relax_cover(weekly.cover, solver, left())
    if relaxation.solved.status != "no_incumbent":
        _check(terms, weekly, relaxation, solver, time_limit)
    best = _first(terms, weekly, solver, relaxation.counts if relaxation.solved.found else None)
    if len(weekly.people) >= START_FROM and relaxation.solved.found:
        values = None if best is None else best.solved.values
        best = _cheaper(_rounded(weekly, relaxation, solver, left(START_SHARE), gap, values), best)
    started = None if best is None else best.cost
    if best is not None and _proven(best, relaxation, gap):
        return replace(best, bound=relaxation.cost), started
    found = solve_cover(weekly.cover, solver, left(), gap, None if best is None else best.solved.values)
    bounds = [bound for bound in (found.bound, relaxation.cost) if bound is not None]
    if best is None or found.solved.status == "infeasible":
        _check(terms, weekly, found, solver, time_limit)
    chosen = _cheaper(found if found.solved.found else None, best)
    assert chosen is not None
    return replace(chosen, bound=max(bounds, default=None)), started


def _cheaper(one: Covered | None, other: Covered | None) -> Covered | None:
    """The cheaper of two; of equal ones the first."""
    found = [each for each in (one, other) if each is not None and each.cost is not None]
    return min(found, key=lambda each: each.cost or 0.0, default=None)


def _first(terms: Terms, weekly: Weekly, solver: SolverName, relaxation: np.ndarray | None) -> Covered | None:
    """The schedule of going step by step, if there is one within all limits."""
    people = greedy(terms, weekly, relaxation)
    if people is None:
        return None
    values, cover = as_start(weekly, people), weekly.cover
    counts = np.array([values[column.name] for column in cover.columns])
    there = np.asarray(cover.matrix @ counts)
    if cover.most_over is not None and (there - np.ceil(cover.need - CLOSE)).max() > cover.most_over + CLOSE:
        return None
    short, above = np.maximum(cover.need - there, 0.0), np.maximum(there - cover.need, 0.0)
    cost = sum(column.cost * count for column, count in zip(cover.columns, counts.tolist(), strict=True))
    cost += (cover.under or 0.0) * float(short.sum()) + cover.over * float(above.sum())
    priced = dict(values)
    if cover.over:
        priced |= {f"above_{slot}": amount for slot, amount in enumerate(above.tolist())}
    if cover.under is not None:
        priced |= {f"short_{slot}": amount for slot, amount in enumerate(short.tolist()) if cover.need[slot] > 0}
    solved = Solved("time_limit", cost / cover.scale, None, None, 0.0, solver, priced)
    return Covered(solved, counts, there, short, above, cost, None)


def _rounded(
    weekly: Weekly,
    relaxation: Covered,
    solver: SolverName,
    time_limit: float | None,
    gap: float,
    known: Mapping[str, float] | None,
) -> Covered | None:
    """A good schedule of the weeks that the relaxation or the first schedule uses, by one small solve."""
    used = relaxation.counts > CLOSE
    names = [column.name for column in weekly.cover.columns]
    unused = {n for n in weekly.people if not used[n] and not (known and known[names[n]])}
    columns = [replace(column, most=0) if place in unused else column
               for place, column in enumerate(weekly.cover.columns)]  # fmt: skip
    found = solve_cover(replace(weekly.cover, columns=columns), solver, time_limit, gap, known)
    return found if found.solved.found else None


def _proven(found: Covered, relaxation: Covered, gap: float) -> bool:
    if found.cost is None or relaxation.cost is None:
        return False
    return found.cost - relaxation.cost <= gap * abs(found.cost)


def _check_reach(terms: Terms, weekly: Weekly) -> None:
    """Raises CannotCover for half-hours with a need in which no allowed shift is on duty."""
    never = never_covered(weekly.cover)
    if len(never):
        hours = half_hours_in_words(never.tolist())
        words = f"{terms.team}: no allowed shift is on duty {hours}, and somebody is needed there"
        raise CannotCover(words, {slot: float(weekly.cover.need[slot]) for slot in never.tolist()})


def _check(
    terms: Terms, weekly: Weekly, ended: Covered, solver: SolverName, time_limit: float | None
) -> None:  # fmt: skip
    """Raises for every end without a schedule."""
    status = ended.solved.status
    if status in ("optimal", "time_limit"):
        return
    if status == "no_incumbent":
        raise NoSchedule(f"{terms.team}: no schedule was found in {time_limit:g} s; give more time (--time-limit)")
    if status != "infeasible":
        raise NoSchedule(f"{terms.team}: the cost has no lower end ({status}): a preference pays for every day worked")
    if weekly.cover.under is None:
        least = least_shortage(weekly.cover, solver, max(5.0, time_limit or 30.0))
        if least.solved.found and least.short.max(initial=0.0) > CLOSE:
            short = {int(slot): float(least.short[slot]) for slot in np.flatnonzero(least.short > CLOSE)}
            hours = half_hours_in_words(list(short))
            total = sum(short.values()) * HOURS_PER_SLOT
            limits = "the limits on people" + ("" if terms.block.most_over is None else " and on over-cover")
            words = (
                f"{terms.team}: {limits} leave {total:.1f} agent-hours a week uncovered at least, such as "
                f"{hours}; more people, longer hours, or a price for under-cover (`scheduling.{terms.team}.under`)"
            )
            raise CannotCover(words, short)
    raise CannotCover(f"{terms.team}: the limits on people and on over-cover contradict each other", {})


def half_hours_in_words(slots: Sequence[int]) -> str:
    """``mon 06:00-07:30, sun 22:00-24:00``: the stretches of half-hours of a week; the first eight of many."""
    stretches: list[list[int]] = []
    for slot in sorted(slots):
        if stretches and stretches[-1][1] == slot and slot % 48:
            stretches[-1][1] = slot + 1
        else:
            stretches.append([slot, slot + 1])
    told = [f"{_DAYS[low // 48]} {_clock(low % 48)}-{_clock(high - low // 48 * 48)}" for low, high in stretches]
    more = f" and {len(told) - 8} more stretches" if len(told) > 8 else ""
    return ", ".join(told[:8]) + more


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(slot: int) -> str:
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"
