"""A proposal made into a scenario, simulated, and put right until it holds: the simulator decides (design 9.1).

Each round simulates the plan, hands what it saw to the learned problem (which asks for more where the plan fell short,
and for less where it had more than it needed), and decides people again with the same investments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from optimize.plan.correct import correct
from optimize.plan.decode import decode
from optimize.plan.goals import put_right, reached
from optimize.plan.learn import Learned
from optimize.plan.model import GAP, solve_plan
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.overlay import overlaid
from optimize.plan.problem import Mix, PlanProblem, PlanSolution
from optimize.plan.promise import Channel, promised, promises
from optimize.plan.several import several
from optimize.plan.simulating import Simulate, Tell
from optimize.plan.value import values
from optimize.solver import SolverName
from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources
from sim.units.journal import Finished

ROUNDS = 3
"""Times that a plan is put right at most."""


@dataclass(frozen=True)
class Wish:
    """How to search and how sure to be."""

    solver: SolverName = "highs"
    time_limit: float | None = 60.0
    """Seconds that the solver may take each time."""
    gap: float = GAP
    proposals: int = 4
    """Distinct plans that are simulated and selected from."""
    replications: int = 5
    """Of every plan at first."""
    most: int = 40
    """Of any one plan at most."""
    alpha: float = 0.05
    """Chance that a plan other than the best is selected, at most."""
    indifference: float | None = None
    """Differences below do not matter, in the objective's unit; None: half a percent of today's present cost."""
    fresh: int = 20
    """Replications on seeds that no choice has seen."""
    frontier: tuple[float, ...] = ()
    uncertain: bool = False
    draws: int = 32
    seed: int | None = None
    jobs: int = 1
    engine: str | None = None

    def solved(
        self,
        problem: PlanProblem,
        *,
        fixed: Mix | None = None,
        start: PlanSolution | None = None,
        seconds: float | None = None,
        whole_seconds: float = 0.0,
    ) -> PlanSolution:
        """The best plan of a problem, searched as wished, ``seconds`` at most. Raises as `solve_plan`."""
        return solve_plan(
            problem,
            fixed=fixed,
            solver=self.solver,
            time_limit=self.limited(seconds),
            gap=self.gap,
            start=start,
            whole_seconds=whole_seconds,
        )

    def limited(self, seconds: float | None) -> float | None:
        """The time limit, or so many seconds where that is less."""
        return min((each for each in (self.time_limit, seconds) if each is not None), default=None)


@dataclass(frozen=True)
class Candidate:
    """One plan: what the model says of it, and the scenario that it makes."""

    name: str
    solution: PlanSolution
    decisions: Mapping[str, Any]
    """An overlay."""
    resolved: Resolved
    targets: Mapping[str, float]
    """By channel: the share that this plan promises to answer in time."""

    @property
    def mix(self) -> Mix:
        """Its investments."""
        return self.solution.mix


@dataclass(frozen=True)
class Round:
    """One round of putting a plan right."""

    plan: str
    number: int
    predicted: float
    simulated: float
    """Mean of the objective."""
    missed: int
    """Channels and months whose promise fails in these replications."""
    promised: int
    """Of how many."""


@dataclass
class _Way:
    """How far one plan has come in being put right."""

    plan: Candidate
    learned: Learned
    best: Candidate
    best_key: tuple[float, float] = (np.inf, 0.0)
    going: bool = True

    def tried(self, key: tuple[float, float]) -> None:
        """What the simulation said of the plan: smaller is better."""
        if key < self.best_key:
            self.best, self.best_key = self.plan, key


@dataclass
class Holding:
    """The learned problem as it stands, and how plans are tried against the simulator."""

    sources: Sources
    learned: Learned
    simulate: Simulate
    wish: Wish
    tell: Tell
    title: Callable[[str], str] = lambda name: name
    finished: Finished | None = None
    """Keeps what is simulated."""
    history: list[Round] = field(default_factory=list)
    lessons: dict[Mix, Learned] = field(default_factory=dict)
    """What was learned of a mix of investments while its people were put right."""

    @property
    def base(self) -> Resolved:
        """Today."""
        return self.learned.base

    def solved(self, fixed: Mix | None = None, start: PlanSolution | None = None) -> PlanSolution:
        """The best plan of the problem as it stands. Raises as `solve_plan`."""
        return self.wish.solved(self.learned.problem, fixed=fixed, start=start)

    def candidate(self, name: str, solution: PlanSolution) -> Candidate:
        """The scenario that a solution makes."""
        overlay = {"name": name, "title": self.title(name), **decode(self.learned, solution)}
        resolved = overlaid(self.sources, overlay)
        return Candidate(
            name, solution, overlay, resolved, promised(self.learned.ask, self.learned.names.channels, solution.grades)
        )

    def runs(self, plan: Candidate, count: int | None = None) -> tuple[Replications, Replications]:
        """Today and the plan on the same tapes."""
        base, run = self.simulate([self.base, plan.resolved], 0, count or self.wish.replications)
        return base, run

    def kept(self, plan: Candidate, run: Replications, confidence: float = 0.95) -> list[Channel]:
        """How a plan keeps its promises."""
        return promises(self.learned.ask, plan.targets, run, confidence)

    def held(self, plan: Candidate, rounds: int = ROUNDS) -> Candidate:
        """The plan with people enough that its promises hold in the simulation; as near as the rounds allow.

        What was learned of its mix is what is known from then on.
        """
        best = self.all_held([plan], rounds)[0]
        self.learned = self.known_of(best)
        return best

    def all_held(self, plans: Sequence[Candidate], rounds: int = ROUNDS) -> list[Candidate]:
        """The same for several plans, round by round side by side, each beginning from what is known now.

        Of each, the cheapest version that held is returned, or the one that missed least. The investments stay.
        """
        ways = [_Way(plan, self.learned, best=plan) for plan in plans]
        for number in range(rounds + 1):
            going = [way for way in ways if way.going]
            if not going:
                break
            base, *runs = self.simulate([self.base, *(way.plan.resolved for way in going)], 0, self.wish.replications)
            for way, run in zip(going, runs, strict=True):
                way.tried(self._tried(way.plan, number, base, run))
                way.going = number < rounds and (number == 0 or not self._kept_all(way.plan, run))
                if way.going:
                    way.learned = correct(way.learned, way.plan.solution, run)
            going = [way for way in going if way.going]
            tasks = [
                partial(self.wish.solved, way.learned.problem, fixed=way.plan.mix, start=way.plan.solution)
                for way in going
            ]
            for way, solution in zip(going, several(tasks, self.wish.jobs), strict=True):
                again = None if isinstance(solution, str) else self.candidate(way.plan.name, solution)
                way.going = again is not None and again.resolved.digest != way.plan.resolved.digest
                way.plan = way.plan if again is None else again
        for way in ways:
            self.lessons[way.plan.mix] = way.learned
        return [way.best for way in ways]

    def _kept_all(self, plan: Candidate, run: Replications) -> bool:
        return all(channel.holds for channel in self.kept(plan, run))

    def known_of(self, plan: Candidate) -> Learned:
        """What is known, by the rounds of a plan with these investments where there were any."""
        return self.lessons.get(plan.mix, self.learned)

    def aimed(self, plan: Candidate, rounds: int = ROUNDS) -> Candidate:
        """The plan, or the best other one by a model that has learned from it, that reaches the goals in simulation.

        Each round measures the goals that were missed from what the simulation said. Raises as `solve_plan`: Infeasible
        where no plan reaches them by what was learned.
        """
        for _ in range(rounds):
            found = reached(self.learned.ask, self.runs(plan)[1])
            missed = [each.words for each in found if not each.holds]
            if not missed:
                break
            self.tell(f"{plan.name}: {', '.join(missed)} is missed in the simulation")
            problem = self.learned.problem
            starts = [start for start in problem.starts if start.key in plan.mix]
            predicted = {
                goal.name: goal.base + sum(float(s.kpis[goal.name][goal.month]) for s in starts if goal.name in s.kpis)
                for goal in problem.goals
            }
            self.learned = replace(self.learned, problem=put_right(problem, found, predicted))
            plan = self.held(self.candidate(plan.name, self.solved()))
        return plan

    def fits(self, plan: Candidate) -> int:
        """Promises of service and goals that a plan misses on the tapes of the choice."""
        run = self.runs(plan)[1]
        kept = self.kept(plan, run)
        if all(channel.holds for channel in kept) and all(goal.holds for goal in reached(self.learned.ask, run)):
            return 0
        missed = sum(not promise.holds for channel in kept for promise in channel.promises)
        return max(1, missed + sum(not goal.holds for goal in reached(self.learned.ask, run)))

    def raised(self, plan: Candidate, run: Replications) -> Candidate | None:
        """The plan with more people where a simulation saw it fall short; None where no more can be had."""
        self.learned = correct(self.known_of(plan), plan.solution, run)
        self.lessons[plan.mix] = self.learned
        try:
            again = self.candidate(plan.name, self.solved(fixed=plan.mix, start=plan.solution))
        except (Infeasible, NothingFound):
            return None
        return None if again.resolved.digest == plan.resolved.digest else again

    def _tried(self, plan: Candidate, number: int, base: Replications, run: Replications) -> tuple[float, float]:
        """(months missed, minus what it is worth): smaller is better."""
        each = [promise for channel in self.kept(plan, run) for promise in channel.promises]
        missed = sum(not promise.holds for promise in each)
        worth = float(values(self.learned.problem, base, run).mean())
        self.history.append(Round(plan.name, number, plan.solution.objective, worth, missed, len(each)))
        self.tell(f"{plan.name}, round {number + 1}: {len(each) - missed} of {len(each)} promises of service hold")
        return float(missed), -worth


def renamed(plan: Candidate, name: str, title: str, sources: Sources) -> Candidate:
    """The same plan under another name."""
    overlay = {**plan.decisions, "name": name, "title": title}
    return replace(plan, name=name, decisions=overlay, resolved=overlaid(sources, overlay))
