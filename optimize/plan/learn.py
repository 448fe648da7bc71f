"""From a scenario to the planning problem: what is simulated in order to learn, and what is made of it.

Versions that are simulated, all on the same tapes: the scenario as it stands; with people enough for its targets as a
first guess; with a third more than that; with the people that the fitted law of service asks for; and every option in
full effect with a third more. The rest is worked out without simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.compare import Priced, compare
from evaluate.stakeholders import judge
from evaluate.yardstick import series, yardstick
from optimize.plan import effects as of
from optimize.plan.ask import Ask
from optimize.plan.columns import people_columns
from optimize.plan.effects import Chosen, Effect
from optimize.plan.measured import Measured, Names, luck, measured
from optimize.plan.people import KEYS, discount, staff
from optimize.plan.pools import Held, first_guess, grades_of, pools_of, responses_of, staffed
from optimize.plan.problem import Budget, Mix, People, PlanProblem, Pool, Start
from optimize.plan.response import Response
from optimize.plan.rules import goals_of, prerequisites_of
from optimize.plan.several import several
from optimize.plan.versions import Versions
from sim.engine.headcount import headcount
from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources

Simulate = Callable[[Sequence[Resolved], int, int], list[Replications]]
"""Worlds, first replication, how many: their replications, on the same tapes."""
MORE = 1.35
"""People beside those that targets need, where effects are learned: so that no shortage blurs them."""
LEAST, MOST = 3, 10
"""Replications of each version."""
PLENTY = 200_000.0
"""Contacts of a replication from which on half as many are enough for an effect, seen twice on the same customers."""


@dataclass(frozen=True)
class Learned:
    """The problem, and all that is needed to turn a solution back into decisions and to put the problem right."""

    problem: PlanProblem
    ask: Ask
    versions: Versions
    names: Names
    reference: np.ndarray
    """float64 (M,): hours for customers of one head."""
    responses: tuple[Response | None, ...]
    """By pool: the law behind it; None for one that is not learned."""
    effects: tuple[Effect, ...]
    today: Measured
    held: Measured
    """The version with the people that the fitted law asks for."""
    replications: int
    """Simulated in order to learn, over all versions."""
    pools: tuple[Pool, ...]
    """As they were learned, before any correction."""
    margins: np.ndarray
    """float64 (P, M): heads over the square root of work that rounds of correction have added to each pool."""
    refuted: np.ndarray
    """float64 (P, M): the largest margin at which a simulated plan missed its target; -inf: none did."""
    confirmed: np.ndarray
    """float64 (P, M): the smallest margin at which a simulated plan kept it; inf: none did."""
    rounds: int = 0
    """Rounds of correction so far."""
    corrected_for: Mix | None = None
    """The investments that `refuted` and `confirmed` are about."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Investment -> kind, for the plans that the answer is set beside."""

    @property
    def base(self) -> Resolved:
        """The scenario as it is written."""
        return self.versions.base


def learn(
    sources: Sources,
    ask: Ask | None,
    simulate: Simulate,
    replications: int = 70,
    changes: Mapping[str, str] | None = None,
    tell: Callable[[str], None] | None = None,
    jobs: int = 1,
) -> Learned:
    """Simulates about ``replications`` in all and makes the problem; ``ask`` None: what the scenario itself asks for.
    ``jobs``: how many processes price decisions.

    ``changes`` are laid into the scenario first (path -> value: a draw of what is uncertain). Raises ScenarioProblems,
    and Unmeasured for a goal that nothing can be held to.
    """
    say = tell or (lambda _: None)
    versions = Versions(sources, changes)
    base = versions.base
    ask = Ask.of(base) if ask is None else ask
    chosen = of.options(versions, ask)
    each = int(np.clip(round(replications / (4 + len(_before(chosen)) + len(chosen))), LEAST, MOST))
    names = Names.of(base, [one.option for one in chosen])
    say(f"learning from {4 + len(chosen)} versions of the scenario, {each} replications of each")
    today = measured(simulate([base], 0, each)[0], names)
    goals_of(base, ask, today.runs)  # before minutes of learning: whether they can be measured at all
    reference = head_hours(base, staff(base).hours)
    teams = names.by_team(base, staff(base).hours) / reference
    guess = first_guess(base, ask, names, reference, today, teams)
    some, enough = (
        measured(run, names)
        for run in simulate([versions.simulated(staffed(base, guess * part)) for part in (1.0, MORE)], 0, each)
    )
    law = responses_of(base, ask, names, reference, enough.mean_work, [today, some, enough])
    need = Held(base, ask, names, law, enough.mean_work / reference, teams).profile()
    plenty = np.maximum(need, guess) * MORE
    held = measured(simulate([versions.simulated(staffed(base, need))], 0, each)[0], names)
    few = max(2, each // 2) if today.handled.sum() >= PLENTY else each
    found = _effects(versions, ask, names, chosen, plenty, simulate, few, say)
    law = responses_of(base, ask, names, reference, held.mean_work, [today, some, enough, held])
    problem, responses = _problem(versions, ask, names, reference, teams, today, held, enough, law, found, jobs)
    shape = (len(problem.pools), len(names.months))
    return Learned(
        problem=problem,
        ask=ask,
        versions=versions,
        names=names,
        reference=reference,
        responses=responses,
        effects=tuple(found),
        today=today,
        held=held,
        replications=5 * each + few * (len(_before(chosen)) + len(chosen)),
        pools=problem.pools,
        margins=np.zeros(shape),
        refuted=np.full(shape, -np.inf),
        confirmed=np.full(shape, np.inf),
        kinds=ask.kinds,
    )


def head_hours(base: Resolved, hours: np.ndarray) -> np.ndarray:
    """float64 (M,): mean hours for customers of a head of our own teams at full speed; capacity is counted in these."""
    own = [team.outsourced is None for team in base.scenario.teams.values()]
    heads = np.array([row.full_speed_heads for row in headcount(base)]).reshape(hours.shape)
    use = np.array(own) if any(own) and heads[own].sum() > 0 else np.ones(len(own), dtype=bool)
    total, count = hours[use].sum(axis=0), heads[use].sum(axis=0)
    known = (total > 0) & (count > 0)
    mean = float(total[known].sum() / count[known].sum()) if known.any() else 100.0
    return np.asarray(np.divide(total, count, out=np.full(hours.shape[1], mean), where=known))


def _before(chosen: Sequence[Chosen]) -> list[tuple[object, ...]]:
    """Different sets of requirements, settled, that need a version of their own."""
    return [key for key in dict.fromkeys(tuple(map(str, sorted(one.before))) for one in chosen) if key]


def _effects(
    versions: Versions,
    ask: Ask,
    names: Names,
    chosen: Sequence[Chosen],
    heads: np.ndarray,
    simulate: Simulate,
    each: int,
    say: Callable[[str], None],
) -> list[Effect]:
    """The effect of each option on top of what it requires, all with the same people."""
    people = staffed(versions.base, heads)
    before = {tuple(map(str, sorted(one.before))): one.before for one in chosen}
    worlds = [versions.simulated({**people, **values}) for values in before.values()]
    worlds += [versions.simulated({**people, **one.settled}) for one in chosen]
    say(f"simulating {len(worlds)} versions with enough people")
    runs = simulate(worlds, 0, each) if worlds else []
    plain = dict(zip(before, (measured(run, names) for run in runs[: len(before)]), strict=True))
    found = []
    for one, run in zip(chosen, runs[len(before) :], strict=True):
        without, with_it = plain[tuple(map(str, sorted(one.before)))], measured(run, names)
        kpis = {goal: _change(versions.base, goal, without.runs, run) for goal in ask.goals}
        known = {goal: change for goal, change in kpis.items() if change is not None}
        score = _score(without.runs, run) if ask.objective == "score" else 0.0
        found.append(of.effect(one, without, with_it, known, score))
    return found


def _score(before: Replications, after: Replications) -> float:
    """What all stakeholders make of a version against the one before it."""
    judged = judge(compare([before, after]))
    if judged is None:
        return 0.0
    name = after.resolved.scenario.name
    return next((one.score.value or 0.0 for one in judged.ranking if one.option == name), 0.0)


def _change(base: Resolved, goal: str, before: Replications, after: Replications) -> np.ndarray | None:
    """float64 (M,): change of a goal's KPI in each month; None where it cannot be measured."""
    what = yardstick(base.scenario.goals[goal].kpi)
    one, other = series(Priced(before), what), series(Priced(after), what)
    if one is None or other is None:
        return None
    values = [[f.value if f.value is not None else np.nan for f in found.by_month] for found in (one, other)]
    return np.asarray(np.nan_to_num(np.array(values[1]) - np.array(values[0])))


def _problem(
    versions: Versions,
    ask: Ask,
    names: Names,
    reference: np.ndarray,
    teams: np.ndarray,
    today: Measured,
    held: Measured,
    enough: Measured,
    law: Sequence[Response],
    found: Sequence[Effect],
    jobs: int,
) -> tuple[PlanProblem, tuple[Response | None, ...]]:
    base = versions.base
    hours = held.mean_work * luck(held.runs)[None]
    work = np.maximum(hours, of.floor_of(hours)) / reference
    pools, responses = pools_of(base, ask, names, law, work, (today, held))
    spend = spending(base, ask)
    most = np.array([ask.teams[name].most_heads if name in ask.teams else np.inf for name in names.teams])
    heads = names.by_team(base, staff(base).heads)
    ratio = np.divide(teams.sum(axis=1), heads.sum(axis=1), out=np.ones(len(teams)), where=heads.sum(axis=1) > 0)
    people, starts = _columns(versions, ask, names, reference, spend, held, found, jobs)
    problem = PlanProblem(
        currency=base.scenario.currency,
        months=names.months,
        channels=names.channels,
        reasons=names.reasons,
        teams=names.teams,
        categories=KEYS,
        discount=discount(base),
        work=work,
        capacity=teams,
        base_money=today.fixed + today.moved.mean(axis=0),
        held_money=held.moved.mean(axis=0) - today.moved.mean(axis=0),
        starts=starts,
        people=people,
        pools=pools,
        requires=prerequisites_of(versions),
        excludes=tuple((name, other) for name, one in base.scenario.investments.items() for other in one.excludes),
        grades=grades_of(base, ask, names, pools, responses, held, enough),
        budgets=tuple(Budget(b.name, b.words, b.limit, b.months) for b in ask.budgets),
        goals=goals_of(base, ask, held.runs),
        must=ask.must,
        most_heads=None if np.isinf(most).all() else most * ratio,
        objective=ask.objective,
        counted=None if ask.objective != "cost" else np.array([CATEGORIES[k].group not in NOT_SUPPORT for k in KEYS]),
    )
    return problem, responses


def _columns(
    versions: Versions,
    ask: Ask,
    names: Names,
    reference: np.ndarray,
    spend: np.ndarray,
    held: Measured,
    found: Sequence[Effect],
    jobs: int,
) -> tuple[tuple[People, ...], tuple[Start, ...]]:
    """The decisions: about people, and every option's starts, which are priced side by side."""
    served = replace(held, runs=replace(held.runs, tallies=[], usage=[]))  # prices need no more, and it is handed over
    tasks: list[Callable[[], Any]] = [partial(_people, versions.base, ask, names, reference, spend, served)]
    tasks += [partial(of.starts_of, each, versions, ask, names, reference, spend) for each in found]
    columns: list[Any] = several(tasks, jobs)
    people, *starts = columns
    return tuple(people), tuple(start for each in starts for start in each)


def _people(
    base: Resolved, ask: Ask, names: Names, reference: np.ndarray, spend: np.ndarray, served: Measured
) -> list[People]:
    return list(people_columns(base, ask, names, reference, spend, served))


def spending(base: Resolved, ask: Ask) -> np.ndarray:
    """float64 (K,): weight of each category in what counts towards budgets, its uplift included."""
    uplift = base.scenario.economics.uplift
    return np.array([(1.0 + uplift.get(key, 0.0)) * (key in ask.counts) for key in KEYS])  # type: ignore[call-overload]
