"""Choosing a plan (design section 9): learn, propose, simulate, put right, select, and check on fresh seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from optimize.plan.ask import Ask
from optimize.plan.beside import Naive, Point, frontier_points, naive_answers
from optimize.plan.binding import with_slack
from optimize.plan.evaluate import evaluate
from optimize.plan.fresh import Fresh, check
from optimize.plan.holding import Candidate, Holding, Round, Wish, renamed
from optimize.plan.learn import Learned, learn
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.polish import allowed, more_of, polished, tries_of
from optimize.plan.problem import PlanSolution
from optimize.plan.promise import promises
from optimize.plan.proposals import Differ, proposals
from optimize.plan.richer import Step, looked_again
from optimize.plan.robust import Risk, Robust, robust
from optimize.plan.selection import Selection, select
from optimize.plan.several import several
from optimize.plan.simulating import Simulator, Tell
from optimize.plan.value import values
from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources
from sim.units.journal import Finished

PUT_RIGHT = 2
"""Rounds in which each further proposal is put right."""
NOTHING = "nothing_new"
"""Doing nothing, as a proposal."""
ZONE = 0.005
"""Indifference zone where none is asked for, as a share of today's present cost."""
MORE, SECONDS = 3, 6.0
"""Proposals that are solved for each one that is simulated, and the seconds that they may take together."""
FAR = 3.0
"""Times its own error that the model puts a proposal behind which is not simulated."""


@dataclass(frozen=True)
class Choice:
    """The answer, and everything that a reader may ask about it."""

    learned: Learned
    wish: Wish
    seed: int
    plan: Candidate
    runner_up: Candidate | None
    candidates: tuple[Candidate, ...]
    """All that were selected from, as the model proposed them and the simulation put them right."""
    selection: Selection
    kept_out: Mapping[str, int]
    """Proposals that could not be put right: channels and months that they miss."""
    history: tuple[Round, ...]
    fresh: Fresh
    naive: tuple[Naive, ...]
    points: tuple[Point, ...]
    robust: Robust | None
    budget_step: Step | None
    """What a little more of the total budget would bring; None: no budget, or not known."""
    search: PlanSolution | None
    """The best plan that the model found after it had learned from the first, with its bound; None: not in time."""
    runs: tuple[Replications, ...]
    """Today, the plan, the runner-up and the naive answers on the tapes of the choice."""
    replications: int
    """Simulated in all."""
    seconds: Mapping[str, float]
    """By phase."""

    @property
    def base(self) -> Resolved:
        """Today."""
        return self.learned.base

    @property
    def solution(self) -> PlanSolution:
        """What the model says of the plan."""
        return self.plan.solution


class _Clock:
    """Seconds by phase."""

    def __init__(self, tell: Tell) -> None:
        self.seconds: dict[str, float] = {}
        self._tell, self._then = tell, time.monotonic()

    def done(self, phase: str) -> None:
        """The phase that ends now."""
        now = time.monotonic()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._then
        self._tell(f"{phase}: {self.seconds[phase]:.0f} s")
        self._then = now


def choose(
    sources: Sources, ask: Ask, wish: Wish, tell: Tell | None = None, finished: Finished | None = None
) -> Choice:
    """The plan that answers what is asked. ``finished`` keeps what is simulated, for the same search after a stop.

    Raises Infeasible, Unbounded, NothingFound, SolverMissing, NothingUncertain and ScenarioProblems.
    """
    say = tell or (lambda _line: None)
    clock = _Clock(say)
    base = sources.resolved()
    seed = base.scenario.experiment.seed if wish.seed is None else wish.seed
    simulate = Simulator(seed, wish.engine, wish.jobs, say, finished)
    learned = learn(sources, ask, simulate, tell=say, jobs=wish.jobs)
    clock.done("learning")
    holding = Holding(sources, learned, simulate, wish, say, title_of(base), finished)
    best = holding.aimed(holding.held(holding.candidate("plan", holding.solved())))
    clock.done("plan")
    again = looked_again(holding, best.solution)
    candidates = proposed(holding, best, again.here)
    clock.done("proposals")
    naive = naive_answers(holding)
    candidates += unsought(holding, candidates, naive)
    clock.done("beside it")
    fit, kept_out = able(holding, candidates)
    selection = selected(holding, fit)
    clock.done("selection")
    found = None
    if wish.uncertain:
        risk: Risk = base.scenario.choose.risk
        today = base.scenario.name if _today_holds(holding) else None
        found = robust(sources, today, _others(fit, naive), wish, risk, seed, say)
        clock.done("uncertainty")
    winner, second = _first_two(selection, found, fit)
    plan, runner = _named(holding, winner, second)
    plan, fresh = check(holding, plan, seed)
    clock.done("fresh seeds")
    holding.learned = holding.known_of(plan)
    plan = replace(plan, solution=explained(holding, plan.solution))
    points = frontier_points(holding)
    clock.done("beside it")
    shown = [plan, *([runner] if runner else []), *(each.plan for each in naive if each.plan is not None)]
    runs = [simulate.whole(each, wish.replications) for each in (base, *(each.resolved for each in shown))]
    clock.done("figures")
    return Choice(
        learned=holding.learned,
        wish=wish,
        seed=seed,
        plan=plan,
        runner_up=runner,
        candidates=tuple(candidates),
        selection=selection,
        kept_out=kept_out,
        history=tuple(holding.history),
        fresh=fresh,
        naive=tuple(naive),
        points=tuple(points),
        robust=found,
        budget_step=again.step,
        search=again.here,
        runs=tuple(runs),
        replications=simulate.replications + fresh.count * (1 + fresh.raised) + len(fresh.values[plan.name]),
        seconds=clock.seconds,
    )


def title_of(base: Resolved) -> Callable[[str], str]:
    """Titles of plans."""
    own = base.scenario.title or base.scenario.name
    titles = {
        "plan": "the plan that was chosen",
        "runner_up": "the plan that came second",
        "team_only": "the best plan with people only",
        "self_service_only": "the best plan with people and self-service only",
        "bot_only": "the best plan with people and bots only",
        NOTHING: "nothing but what is decided already",
    }
    return lambda name: f"{own}: {titles.get(name, 'a proposal')}"


def proposed(holding: Holding, best: Candidate, again: PlanSolution | None = None) -> list[Candidate]:
    """The best few distinct plans, each put right: what the model finds now, other investments, other months of them.

    The model ranks plans with people in fractions, and whole people can turn the order of close ones: several times as
    many as are simulated are solved. Kept are by turns the next best with whole people and the next best with fractions
    of people, since a fraction that is rounded up may turn out not to be needed. Small scenarios try more of them and
    polish all; of large ones those that are far behind are left out, and one move of the best is tried.
    """
    wish, problem = holding.wish, holding.learned.problem
    found = {best.mix: best.solution} | ({} if again is None or wish.proposals == 1 else {again.mix: again})
    count = more_of(holding, wish.proposals)
    kinds: tuple[Differ, ...] = ("investment", "start")
    if count > 1:
        start = best.solution if again is None else again
        search = partial(
            proposals, problem, max(count, MORE * wish.proposals), solver=wish.solver,
            time_limit=wish.limited(SECONDS), gap=wish.gap, start=start,
        )  # fmt: skip
        for some in several([partial(search, differ=kind) for kind in kinds], wish.jobs):
            for solution in () if isinstance(some, str) else some:
                found.setdefault(solution.mix, solution)
    others = by_turns([solution for mix, solution in found.items() if mix != best.mix])
    if count == wish.proposals:
        others = not_far(holding, best, others)
    first = "proposal_1"
    plans = [renamed(best, first, holding.title(first), holding.sources)]
    named = {f"proposal_{number}": solution for number, solution in enumerate(others[: count - 1], start=2)}
    for name, solution in named.items():
        holding.tell(f"{name}: {words_of(solution)}")
    plans += holding.all_held([holding.candidate(name, each) for name, each in named.items()], PUT_RIGHT)
    tries, least = tries_of(holding, len(plans)), zone(holding)
    if count > wish.proposals:
        return [polished(holding, plan, tries, least) for plan in plans]
    best = max(plans, key=lambda plan: float(values(problem, *holding.runs(plan)).mean()))
    return [polished(holding, plan, 1, least) if plan is best else plan for plan in plans]


def not_far(holding: Holding, best: Candidate, others: Sequence[PlanSolution]) -> list[PlanSolution]:
    """Without those that the model puts further behind the best than it may be mistaken: several times as far as it was
    with the first plan, or as what does not matter."""
    wrong = max((abs(row.predicted - row.simulated) for row in holding.history if row.plan == best.name), default=0.0)
    leading = max(each.objective for each in (best.solution, *others))
    return [each for each in others if leading - each.objective - each.rounding <= FAR * max(wrong, zone(holding))]


def by_turns(plans: Sequence[PlanSolution]) -> list[PlanSolution]:
    """By turns the best by whole people and by fractions of people, each plan once."""
    whole = sorted(plans, key=lambda plan: -plan.objective)
    parts = sorted(plans, key=lambda plan: -(plan.objective + plan.rounding))
    return list({plan.mix: plan for pair in zip(whole, parts, strict=True) for plan in pair}.values())


def words_of(solution: PlanSolution) -> str:
    """Investments with their levels, in the order of their starts."""
    named = sorted(solution.mix, key=lambda one: (one[2], one[0]))
    return ", ".join(name if level is None else f"{name} ({level})" for name, level, _ in named) or "people only"


def able(holding: Holding, plans: Sequence[Candidate]) -> tuple[list[Candidate], dict[str, int]]:
    """The plans that keep their promises on the tapes so far, and what the others miss; all where none does."""
    missed = {plan.name: count for plan in plans if (count := holding.fits(plan))}
    fit = [plan for plan in plans if plan.name not in missed]
    return (fit, missed) if fit else (list(plans), missed)


def selected(holding: Holding, plans: Sequence[Candidate]) -> Selection:
    """The best of the plans in simulation, with the guarantee that is asked for."""
    wish = holding.wish
    by_name = {plan.name: plan for plan in plans}

    def sample(names: Sequence[str], first: int, count: int) -> dict[str, np.ndarray]:
        base, *runs = holding.simulate([holding.base, *(by_name[name].resolved for name in names)], first, count)
        return {name: values(holding.learned.problem, base, run) for name, run in zip(names, runs, strict=True)}

    return select(sample, list(by_name), zone(holding), wish.alpha, wish.replications, wish.most)


def zone(holding: Holding) -> float:
    """The indifference zone: as asked for, or a share of today's present cost (of a score: 0.001)."""
    problem = holding.learned.problem
    if holding.wish.indifference is not None:
        return holding.wish.indifference
    if problem.objective == "score":
        return 0.001
    costs = np.minimum(problem.base_money * problem.discount, 0.0)
    return max(1.0, ZONE * float(-costs.sum()))


def _first_two(
    selection: Selection, found: Robust | None, plans: Sequence[Candidate]
) -> tuple[Candidate, Candidate | None]:
    """The winner (by the declared risk where the inputs are uncertain) and the one that comes second."""
    by_name = {plan.name: plan for plan in plans}
    if found is None:
        second = selection.runner_up
        return by_name[selection.best], by_name[second] if second else None
    order = [row.name for row in found.ranked() if row.name in by_name]
    return by_name[order[0]], by_name[order[1]] if len(order) > 1 else None


def _named(holding: Holding, winner: Candidate, second: Candidate | None) -> tuple[Candidate, Candidate | None]:
    def as_(plan: Candidate, name: str) -> Candidate:
        return renamed(plan, name, holding.title(name), holding.sources)

    return as_(winner, "plan"), None if second is None else as_(second, "runner_up")


def _today_holds(holding: Holding) -> bool:
    """Whether doing nothing keeps the promises, so that it is a choice at all."""
    base = holding.simulate([holding.base], 0, holding.wish.replications)[0]
    ask = holding.learned.ask
    return all(channel.holds for channel in promises(ask, ask.targets, base))


def _others(plans: Sequence[Candidate], naive: Sequence[Naive]) -> list[Candidate]:
    names = {plan.name for plan in plans}
    return [*plans, *(each.plan for each in naive if each.plan is not None and each.plan.name not in names)]


def unsought(holding: Holding, plans: Sequence[Candidate], naive: Sequence[Naive]) -> list[Candidate]:
    """Doing nothing, and the answers without an optimiser, where they keep in simulation what is asked for.

    The law of service may ask for more than is needed; what is simulated anyway must not be better than the choice.
    """
    problem = holding.learned.problem
    others = [each.plan for each in naive if each.plan is not None]
    if not problem.must:
        others.insert(0, holding.candidate(NOTHING, evaluate(problem, frozenset(), {}, {})))
    known = [(plan.mix, plan.solution.people, plan.solution.grades) for plan in plans]
    return [
        plan
        for plan in others
        if (plan.mix, plan.solution.people, plan.solution.grades) not in known
        and problem.must <= {name for name, _, _ in plan.mix}
        and allowed(problem, plan.solution)
        and not holding.fits(plan)
    ]


def explained(holding: Holding, solution: PlanSolution) -> PlanSolution:
    """The solution with the constraints that hold it back; as it is where they are not known and not to be had in time.

    Prices depend on the investments and grades; what is left of each constraint is that of the plan's own people.
    """
    rows = solution.binding
    if not any(row.price is not None for row in rows):
        try:
            rows = holding.solved(fixed=solution.mix, start=solution).binding
        except (Infeasible, NothingFound):
            return solution
    return replace(solution, binding=with_slack(holding.learned.problem, rows, solution))
