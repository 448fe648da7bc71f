"""Every point of a design, simulated on the same tapes, in the order of the design, with little kept in memory."""

from __future__ import annotations

import pickle
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from evaluate.sweep.design import Design, Point
from evaluate.sweep.table import Row, Wanted, rows_of, wanted_of
from sim.kpis import estimate
from sim.replicate import SMALLEST_SAMPLE, Replications, next_target
from sim.scenario.points import Variable
from sim.scenario.resolved import Resolved
from sim.units.desk import Desk, Order

AHEAD = 64
"""Points that may be at work or waiting for an earlier one."""
Tell = Callable[[int, int], None]
"""Called with how many of how many points are done."""


@dataclass(frozen=True)
class Wish:
    """How many replications each point gets: so many, or until KPIs are as precise as wanted."""

    replications: int
    precision: float | None = None
    """Half-width as a share of the value."""
    kpis: tuple[Wanted, ...] = ()
    most: int = 0

    def target(self, run: Replications) -> int:
        """How many replications the point should have, by what is known."""
        done = run.count
        if self.precision is None or done >= self.most:
            return done
        ratios = [_ratio(run, each) / self.precision for each in self.kpis]
        worst = max(ratios, default=0.0)
        return done if worst <= 1 else next_target(worst, done, self.most)


def _ratio(run: Replications, wanted: Wanted) -> float:
    """Half-width as a share of the value; 0 where there is no data, since more of it would not help."""
    found = estimate(run.resolved, run.tallies, wanted.kpi, wanted.channel, wanted.reason, wanted.team)
    if found.value != found.value or found.half_width == 0:
        return 0.0
    return abs(found.half_width / found.value) if found.value else float("inf")


def wish_of(resolved: Resolved, replications: int | None, precision: float | None) -> Wish:
    """The wish for a scenario: its own number of replications where nothing else is said.

    Precise are the KPIs of `experiment.precision`, or, where it names none, the service level of every channel that has
    a target. Raises ValueError where there is neither.
    """
    experiment = resolved.scenario.experiment
    first = replications or experiment.replications
    if precision is None:
        return Wish(first)
    names = list(experiment.precision) or [
        f"service_level({name})" for name, channel in resolved.scenario.channels.items() if channel.target is not None
    ]
    if not names:
        raise ValueError(
            f"--precision: {resolved.scenario.name} has no channel with a target and names no KPI under "
            "experiment.precision: of which KPI?"
        )
    kpis = tuple(wanted_of(resolved, name) for name in names)
    most = max(experiment.max_replications, first, SMALLEST_SAMPLE)
    return Wish(min(most, max(replications or 0, SMALLEST_SAMPLE)), precision, kpis, most)


@dataclass(frozen=True)
class Budget:
    """When to stop early: after so many points, or so many seconds."""

    points: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Case:
    """One point of one scenario."""

    number: int
    """Of the point, from 1."""
    point: Point
    variable: int
    """Which of the scenarios."""


@dataclass(frozen=True)
class Told:
    """What came of a case."""

    case: Case
    name: str
    """Of the scenario."""
    digest: str
    replications: int
    rows: list[Row]


@dataclass
class Sweep:
    """A sweep on its way."""

    variables: Sequence[Variable]
    design: Design
    wish: Wish
    seed: int
    engine: str
    wanted: Sequence[Wanted]
    budget: Budget = Budget()
    base: Replications | None = None
    """The first scenario as it is written, on the same tapes; there once `run` has begun."""
    done: int = 0
    """Cases that are told."""
    out_of_time: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def size(self) -> int:
        """Number of cases of the whole design."""
        return self.design.size * len(self.variables)

    @property
    def planned(self) -> int:
        """Number of cases within the budget of points."""
        points = self.design.size if self.budget.points is None else min(self.budget.points, self.design.size)
        return points * len(self.variables)

    def run(self, desk: Desk, tell: Tell | None = None) -> Iterator[Told]:
        """Tells every case in the order of the design. Raises what `Desk.take` raises, and Unbounded.

        With a budget in points, those are taken evenly from the whole design; with one in time, the points go over the
        design in ever finer steps, and those that are done when it is over are told.
        """
        self.base = self._base(desk)
        chosen = self._within_budget()
        if self.budget.seconds is not None:
            yield from self._until(desk, chosen, tell)
        else:
            yield from self._told(desk, self._cases(chosen), tell)

    def _base(self, desk: Desk) -> Replications:
        resolved, wanted = self.variables[0].base, self.wish.replications
        while True:
            found = desk.wait_for("base", resolved, self.seed, self.engine, wanted)
            wanted = self.wish.target(found)
            if wanted == found.count:
                return found

    def _within_budget(self) -> frozenset[int] | None:
        """Numbers of the points that are taken, from 1; None for all."""
        if self.budget.points is None or self.budget.points >= self.design.size:
            return None
        order = spread(self.design.size)
        return frozenset(number + 1 for number, _ in zip(order, range(self.budget.points), strict=False))

    def _cases(self, chosen: frozenset[int] | None) -> Iterator[Case]:
        for number, point in enumerate(self.design.points(), start=1):
            if chosen is None or number in chosen:
                for variable in range(len(self.variables)):
                    yield Case(number, point, variable)

    def _until(self, desk: Desk, chosen: frozenset[int] | None, tell: Tell | None) -> Iterator[Told]:
        """Everything that is done in time; a point counts once every scenario is."""
        points = dict(enumerate(self.design.points(), start=1))
        order = [number + 1 for number in spread(self.design.size)]
        cases = (
            Case(number, points[number], variable)
            for number in order
            if chosen is None or number in chosen
            for variable in range(len(self.variables))
        )
        found: dict[int, list[tuple[Told, bytes]]] = {}  # rows packed, since all of them wait for the end
        for told in self._told(desk, cases, tell, in_time=True):
            rows = zlib.compress(pickle.dumps(told.rows), level=1)
            found.setdefault(told.case.number, []).append((replace(told, rows=[]), rows))
        self.done = 0
        for number in sorted(found):
            if len(found[number]) == len(self.variables):
                self.done += len(found[number])
                yield from (replace(told, rows=pickle.loads(zlib.decompress(rows))) for told, rows in found[number])

    def _told(self, desk: Desk, cases: Iterator[Case], tell: Tell | None, in_time: bool = False) -> Iterator[Told]:
        """Cases in their order; those after the time is over are not begun."""
        at_work: dict[int, Case] = {}
        ready: dict[int, Told] = {}
        begun = emitted = 0
        more = True
        while more or at_work:
            while more and desk.hungry and begun - emitted < AHEAD:
                if in_time and time.monotonic() - self.began > (self.budget.seconds or 0.0) and begun:
                    more, self.out_of_time = False, True
                    break
                case = next(cases, None)
                if case is None:
                    more = False
                    break
                at_work[begun] = case
                resolved = self.variables[case.variable].at(self.design.settings(case.point))
                order = desk.order(begun, resolved, self.seed, self.engine, self.wish.replications)
                if order is not None:
                    self._finish(desk, begun, order, at_work, ready)
                begun += 1
                while emitted in ready:
                    yield self._emit(ready.pop(emitted), tell)
                    emitted += 1
            for name, order in desk.take() if at_work else ():
                self._finish(desk, int(str(name)), order, at_work, ready)
            while emitted in ready:
                yield self._emit(ready.pop(emitted), tell)
                emitted += 1

    def _finish(self, desk: Desk, place: int, order: Order, at_work: dict[int, Case], ready: dict[int, Told]) -> None:
        """Turns an order into rows, or asks for more replications of it."""
        while True:
            run = order.replications()
            target = self.wish.target(run)
            if target == run.count:
                break
            more = desk.more(place, order, target)
            if more is None:
                return
            order = more
        case = at_work.pop(place)
        rows = rows_of(run, self.base, self.wanted)
        ready[place] = Told(case, run.resolved.scenario.name, run.resolved.digest, run.count, rows)

    def _emit(self, told: Told, tell: Tell | None) -> Told:
        self.done += 1
        if tell is not None:
            tell(self.done, self.planned)
        return told


def spread(count: int) -> Iterator[int]:
    """0 ... count - 1 so that the first k of them lie evenly, whatever k: bits read backwards (van der Corput 1935).

    >>> list(spread(6))
    [0, 4, 2, 1, 5, 3]
    """
    bits = max(1, (count - 1).bit_length())
    for number in range(1 << bits):
        place = int(f"{number:0{bits}b}"[::-1], 2)
        if place < count:
            yield place
