"""Every mix of small worlds on a coarse grid, each with the best staffing that a search finds in simulation.

Nothing of the model is used but its columns (which decisions there are, and their own money) and the check whether
promises hold. Every mix of investments and start months meets every staffing of a grid (up to 4 hires and 2 cuts of a
team, in any months), cheapest first, in simulation. Not tried is what is worth less than the best so far, and what has
no more heads in any month, and no less work, than a plan that failed: with less it would fail as well.
``python -m tests.optimize.plan.enumerate [COUNT]`` prints the table of docs/choosing.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement, product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from optimize.plan.ask import Ask
from optimize.plan.choose import Choice, choose
from optimize.plan.decode import overlay
from optimize.plan.holding import Wish
from optimize.plan.learn import Learned
from optimize.plan.outcome import Infeasible
from optimize.plan.overlay import overlaid
from optimize.plan.problem import Kind, Mix, PlanProblem
from optimize.plan.promise import promised, promises
from optimize.plan.simulating import Simulator
from optimize.plan.value import values
from sim.replicate import Replications
from sim.scenario.vary import Sources
from tests.optimize.plan.worlds import Document, worlds, written

Key = tuple[Kind, int, int]
Staffing = tuple[tuple[Key, int], ...]
COUNT = 12
WISH = Wish(fresh=4)
"""As the command has it, with few fresh seeds: what they say is not looked at here."""
HIRES, CUTS = 4, 2
"""Most hires and cuts of a team in all."""
NOISE = 400.0
"""What contacts may move beside people's and investments' own money, in currency."""
FAR = 0.10
"""Shares by which a month that misses in two replications is taken to miss in all."""


@dataclass(frozen=True)
class Best:
    """The best that enumeration found."""

    mix: Mix
    value: float
    mixes: int
    simulated: int
    """Different plans."""


@dataclass(frozen=True)
class Line:
    """One world: the chosen plan against the enumerated best."""

    name: str
    best: Best | None
    chosen: float | None
    chosen_mix: Mix
    interval: float
    """Differences from here on are told apart with the confidence that the selection promises."""
    confidence: float

    @property
    def within(self) -> bool:
        """Whether the chosen plan is as good as the enumerated best, within the selection interval."""
        if self.best is None or self.chosen is None:
            return self.best is None and self.chosen is None
        return self.chosen >= self.best.value - self.interval


class World:
    """Simulates decisions of one small world on the tapes of the choice, each once."""

    def __init__(self, sources: Sources, learned: Learned, simulate: Simulator, replications: int) -> None:
        self.sources, self.learned, self.simulate, self.count = sources, learned, simulate, replications
        self.base = simulate([learned.base], 0, replications)[0]
        self.known: dict[tuple[Mix, Staffing], tuple[int, float]] = {}
        self.failed: list[tuple[np.ndarray, np.ndarray]] = []
        """Work by channel and month, and heads by team and month, of plans that failed."""

    @property
    def problem(self) -> PlanProblem:
        """The columns."""
        return self.learned.problem

    def tried(self, mix: Mix, staffing: Staffing) -> tuple[int, float]:
        """(promises missed, minus the objective): smaller is better."""
        if (mix, staffing) not in self.known:
            decided = {"name": "tried", **overlay(self.learned, mix, {k: float(n) for k, n in staffing}, {})}
            resolved = overlaid(self.sources, decided)
            simulate = Simulator(self.simulate.seed)  # forgets what it has simulated
            if self._far(simulate([resolved], 0, 2)[0]):
                self.known[mix, staffing] = 1, np.inf
            else:
                run = simulate([resolved], 0, self.count)[0]
                self.known[mix, staffing] = self._missed(run), -float(values(self.problem, self.base, run).mean())
        return self.known[mix, staffing]

    def _far(self, run: Replications) -> bool:
        targets = promised(self.learned.ask, self.learned.names.channels, {})
        each = [p for channel in promises(self.learned.ask, targets, run) for p in channel.promises]
        return any(p.top.sum() < (p.target - FAR) * p.bottom.sum() for p in each)

    def _missed(self, run: Replications) -> int:
        targets = promised(self.learned.ask, self.learned.names.channels, {})
        kept = promises(self.learned.ask, targets, run)
        return sum(not each.holds for channel in kept for each in channel.promises)


def mixes(problem: PlanProblem) -> Iterator[Mix]:
    """Every choice of investments with their start months that keeps exclusions and requirements."""
    names = list(dict.fromkeys(start.investment for start in problem.starts))
    for picked in product(*([None, *(s.key for s in problem.starts if s.investment == name)] for name in names)):
        keys = [key for key in picked if key is not None]
        month = {key[0]: key[2] for key in keys}
        if any(one in month and other in month for one, other in problem.excludes):
            continue
        needed = ((name, other, lag) for name, other_ in problem.requires.items() for other, lag in other_.items())
        if all(n not in month or (o in month and month[o] + lag <= month[n]) for n, o, lag in needed):
            yield frozenset(keys)


@dataclass(frozen=True)
class Staffings:
    """Every staffing of the grid: up to so many hires and cuts of each team, in any months."""

    units: np.ndarray  # int8 (N, P) units of each column
    money: np.ndarray  # float64 (N,) present value of its own money
    spend: np.ndarray  # float64 (N, M)
    capacity: np.ndarray  # float64 (N, T x M) heads of each team in the held months


def staffings(problem: PlanProblem) -> Staffings:
    """All of them, dearest last."""
    columns = [person for person in problem.people if person.whole]
    each_team = []
    for team in range(len(problem.teams)):
        hires = [k for k, person in enumerate(columns) if person.team == team and person.kind == "hire"]
        cuts = [k for k, person in enumerate(columns) if person.team == team and person.kind == "cut"]
        few = HIRES if max((columns[k].upper for k in hires), default=0) > 1 else 2
        ways = [
            (*some, *gone)
            for count in range(few + 1)
            for some in combinations_with_replacement(hires, count)
            for less in range(CUTS + 1)
            for gone in combinations(cuts, less)
        ]
        each_team.append(ways)
    rows = [[k for way in ways for k in way] for ways in product(*each_team)]
    units = np.zeros((len(rows), len(columns)), dtype=np.int8)
    for number, row in enumerate(rows):
        np.add.at(units[number], row, 1)
    units = units[(units <= np.array([person.upper for person in columns])).all(axis=1)]
    worth = np.array([float((problem.discount * person.money).sum()) for person in columns])
    spend = np.array([person.spend for person in columns])
    heads = np.zeros((len(columns), len(problem.teams), len(problem.months)))
    for k, person in enumerate(columns):
        heads[k, person.team] = person.capacity
    order = np.argsort(-(units @ worth), kind="stable")
    units = units[order]
    return Staffings(units, units @ worth, units @ spend, (units @ heads.reshape(len(columns), -1)).astype(np.float32))


def as_staffing(problem: PlanProblem, units: np.ndarray) -> Staffing:
    """Units by column as decisions."""
    columns = [person for person in problem.people if person.whole]
    return tuple((columns[k].key, int(units[k])) for k in np.flatnonzero(units))


def best_staffing(world: World, mix: Mix, grid: Staffings, least: float) -> tuple[float, Staffing] | None:
    """The best staffing of the grid that holds in simulation, where it is worth more than ``least``.

    They are tried in the order of what their own money comes to, so that the first one that holds is the best but for
    the little that contacts move; one with no more heads in any month than one that failed is not tried.
    """
    problem = world.problem
    starts = [start for start in problem.starts if start.key in mix]
    own = float((problem.discount * sum((s.money for s in starts), problem.held_money.copy())).sum())
    spend = sum((start.spend for start in starts), np.zeros(len(problem.months)))
    open_ = np.ones(len(grid.money), dtype=bool)
    for budget in problem.budgets:
        open_ &= (grid.spend + spend)[:, budget.months].sum(axis=1) <= budget.limit + 1e-6
    best: tuple[float, Staffing] | None = None
    work = (problem.work * np.exp(sum((s.log_work for s in starts), np.zeros_like(problem.work)))).sum(axis=1).ravel()
    more = sum((s.capacity for s in starts), np.zeros((len(problem.teams), len(problem.months)))).ravel()
    for hard, heads in world.failed:
        if (work >= hard - 1e-9).all():
            open_ &= (grid.capacity + more > heads + 1e-6).any(axis=1)
    while open_.any():
        number = int(np.argmax(open_))
        if own + grid.money[number] < least - NOISE:
            break
        open_[number] = False
        staffing = as_staffing(problem, grid.units[number])
        missed, cost = world.tried(mix, staffing)
        if missed:
            open_ &= (grid.capacity > grid.capacity[number] + 1e-6).any(axis=1)
            world.failed.append((work, grid.capacity[number] + more))
        elif -cost > least:
            least, best = -cost, (-cost, staffing)
    return best


def enumerated(sources: Sources, learned: Learned, seed: int, replications: int, least: float) -> Best:
    """The best plan of all; ``least`` is what is known to be had (the chosen plan): plans worth less are not tried."""
    world = World(sources, learned, Simulator(seed), replications)
    grid = staffings(learned.problem)
    best, at, count = least, frozenset[tuple[str, str | None, int]](), 0
    starts = {start.key: start for start in learned.problem.starts}
    for mix in sorted(
        mixes(learned.problem), key=lambda m: (sum(float(starts[k].log_work.sum()) for k in m), sorted(m))
    ):
        count += 1
        found = best_staffing(world, mix, grid, best)
        if found is not None:
            best, at = found[0], mix
    return Best(at, best, count, len(world.known))


def compared(document: Document, folder: Path, wish: Wish = WISH) -> tuple[Line, Choice | None]:
    """One world: chosen and enumerated on the same tapes."""
    sources = written(document, folder)
    ask = Ask.of(sources.resolved())
    try:
        choice = choose(sources, ask, wish)
    except Infeasible:
        return Line(document["name"], None, None, frozenset(), 0.0, 1 - wish.alpha), None
    # as selected: what fresh seeds may ask for more is no part of the choice among plans
    selected = next(plan for plan in choice.candidates if plan.name == choice.selection.best)
    on_tapes = float(choice.selection.values[selected.name][: wish.replications].mean())
    best = enumerated(sources, choice.learned, choice.seed, wish.replications, on_tapes)
    best = best if best.value > on_tapes else replace(best, mix=selected.mix)
    interval = choice.selection.guaranteed
    return Line(document["name"], best, on_tapes, selected.mix, interval, 1 - wish.alpha), choice


def words_of(mix: Mix) -> str:
    """Investments with the month in which each starts."""
    named = sorted(mix, key=lambda key: (key[2], key[0]))
    return ", ".join(f"{name} {month + 1}" for name, _, month in named) or "people only"


def row(line: Line) -> str:
    """A row of the table."""
    if line.best is None or line.chosen is None:
        return f"| {line.name} | - | no plan holds | - | no plan holds | - | - | {'yes' if line.within else 'no'} |"
    return (
        f"| {line.name} | {line.best.mixes} / {line.best.simulated:,} | {words_of(line.best.mix)} | "
        f"{line.best.value:,.0f} | {words_of(line.chosen_mix)} | {line.chosen:,.0f} | {line.interval:,.0f} | "
        f"{'yes' if line.within else 'no'} |"
    )


def main() -> None:
    """Prints the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    print("| World | Mixes / plans simulated | Enumerated best | Its NPV | Chosen | Its NPV | Interval | Within |")  # noqa: T201
    print("| --- | ---: | --- | ---: | --- | ---: | ---: | --- |")  # noqa: T201
    with TemporaryDirectory() as folder:
        for document in worlds(count):
            began = time.monotonic()
            line, _ = compared(document, Path(folder))
            print(row(line), flush=True)  # noqa: T201
            print(f"{line.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
