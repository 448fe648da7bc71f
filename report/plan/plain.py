"""A choice as plain data: what `data/plan.json` holds, and all that page, text, tables and charts are made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from evaluate.intervals import Figure, mean_figure
from optimize.plan import answer
from optimize.plan.beside import Point
from optimize.plan.choose import Choice, words_of
from optimize.plan.problem import PlanSolution
from optimize.plan.promise import Channel
from optimize.plan.richer import Step
from optimize.plan.robust import Robust
from optimize.plan.value import values
from report.plan import Plain

SCHEMA = 1


def plain(choice: Choice) -> Plain:
    """Everything, floats with all their digits; NaN is None."""
    learned, solution, wish = choice.learned, choice.solution, choice.wish
    problem, ask = learned.problem, learned.ask
    found = {
        "schema": SCHEMA,
        "today": choice.base.scenario.name,
        "currency": problem.currency,
        "objective": problem.objective,
        "months": list(problem.months),
        "confidence": choice.base.scenario.experiment.confidence,
        "seed": choice.seed,
        "simulated": {
            "replications": choice.replications,
            "seconds": dict(choice.seconds),
            "of_each": wish.replications,
        },
        "asked": {
            "targets": dict(ask.targets),
            "chance": ask.chance,
            "together": ask.together,
            "held": [month for month, held in zip(problem.months, ask.held, strict=True) if held],
            "within": _within(choice),
            "budgets": [_budget(choice, name) for name in range(len(problem.budgets))],
            "risk": choice.base.scenario.choose.risk,
        },
        "solver": _solver(choice),
        "mix": words_of(solution),
        "decisions": [asdict(each) for each in answer.decisions(choice)],
        "spent": answer.spent(choice, solution).tolist(),
        "services": [asdict(each) for each in answer.services(choice)],
        "check_sum": _check_sum(choice),
        "staffing": [_staffing(each) for each in answer.staffings(choice)],
        "binding": [asdict(each) for each in solution.binding],
        "budget_step": None if choice.budget_step is None else _step(choice.budget_step),
        "rounds": [asdict(each) for each in choice.history],
        "selection": _selection(choice),
        "fresh": _fresh(choice),
        "plans": _plans(choice),
        "no_plan": {each.name: each.why_not for each in choice.naive if each.plan is None},
        "frontier": [_point(choice, each) for each in choice.points],
        "robust": None if choice.robust is None else _robust(choice.robust),
    }
    return dict(_finite(found))


def _within(choice: Choice) -> dict[str, float]:
    """By channel with a target: seconds within which to answer."""
    channels = choice.plan.resolved.scenario.channels
    blocks = {name: channels[name].target for name in choice.plan.targets if name in channels}
    return {name: target.within / 1000 for name, target in blocks.items() if target is not None}


def _budget(choice: Choice, place: int) -> Plain:
    budget = choice.learned.problem.budgets[place]
    used = float(answer.spent(choice, choice.solution)[budget.months].sum())
    return {"name": budget.name, "words": budget.words, "limit": budget.limit, "used": used}


def _step(step: Step) -> Plain:
    return {"more": step.more, "gain": step.gain, "each": step.each, "leeway": step.leeway, "sure": step.sure}


def _solver(choice: Choice) -> Plain:
    """Of the plan the objective and the name of its solver; bound and gap are those of the search for it, since a plan
    whose investments are given has no other to be compared with."""
    solution, search = choice.solution, choice.search
    return {
        "name": solution.solver,
        "objective": solution.objective,
        "searched": None if search is None else search.objective,
        "bound": None if search is None else search.bound,
        "gap": None if search is None else search.gap,
        "gap_asked": choice.wish.gap,
        "proven": search is not None and search.proven,
        "rounding": 0.0 if search is None else search.rounding,
        "seconds": 0.0 if search is None else search.seconds,
        "rounds": 0 if search is None else search.rounds,
        "time_limit": choice.wish.time_limit,
    }


def _check_sum(choice: Choice) -> Plain:
    found = answer.check_sum(choice)
    return {
        "rows": [{**asdict(row), "difference": row.difference} for row in found.rows],
        "objective": found.objective,
        "from_categories": found.from_categories,
        "predicted": found.predicted,
        "simulated": found.simulated,
        "adds_up": found.adds_up,
    }


def _staffing(each: answer.Staffing) -> Plain:
    return {
        "teams": list(each.teams),
        "words": each.words,
        "heads": each.heads.tolist(),
        "today": each.today.tolist(),
        "need": each.need.tolist(),
    }


def _selection(choice: Choice) -> Plain:
    found = choice.selection
    by_name = {plan.name: plan for plan in choice.candidates}
    out = {one.name: one for one in found.out}
    return {
        "best": found.best,
        "runner_up": found.runner_up,
        "alpha": found.alpha,
        "indifference": found.indifference,
        "guaranteed": found.guaranteed,
        "complete": found.complete,
        "replications": found.replications,
        "kept_out": dict(choice.kept_out),
        "plans": [
            {
                "name": name,
                "mix": words_of(by_name[name].solution),
                "predicted": by_name[name].solution.objective,
                "value": _figure(found.mean(name)),
                "behind": _figure(found.lead(name)),
                "replications": len(each),
                "left_after": out[name].after if name in out else None,
            }
            for name, each in found.values.items()
        ],
    }


def _fresh(choice: Choice) -> Plain:
    fresh = choice.fresh
    return {
        "seed": fresh.seed,
        "replications": fresh.count,
        "raised": fresh.raised,
        "holds": fresh.holds,
        "channels": [_channel(channel, choice) for channel in fresh.kept],
        "goals": [
            {
                "name": goal.name,
                "words": goal.words,
                "unit": goal.unit,
                "bound": goal.bound,
                "holds": goal.holds,
                "value": _figure(goal.value),
            }
            for goal in fresh.goals
        ],
        "values": {name: _figure(fresh.mean(name)) for name in fresh.values},
        "chosen_on": float(fresh.chosen_on.mean()),
        "optimism": _figure(fresh.optimism(choice.plan.name)),
    }


def _channel(channel: Channel, choice: Choice) -> Plain:
    months = choice.learned.problem.months
    worst, first = channel.worst, channel.promises[0]
    return {
        "channel": channel.name,
        "target": first.target,
        "asked": first.asked,
        "share": _figure(channel.share),
        "level": _figure(channel.level),
        "holds": channel.holds,
        "worst": None if worst.month is None else months[worst.month],
        "worst_share": _figure(worst.share(channel.confidence)),
        "refuted": [months[each.month] for each in channel.refuted if each.month is not None],
        "months": [
            {
                "month": "all" if each.month is None else months[each.month],
                "share": _figure(each.share(channel.confidence)),
                "level": _figure(each.level(channel.confidence)),
            }
            for each in channel.promises
        ],
    }


def _plans(choice: Choice) -> list[Plain]:
    """Today, the plan and all that it is set beside, in the order of the comparison."""
    plans = [choice.plan, *([choice.runner_up] if choice.runner_up else [])]
    plans += [each.plan for each in choice.naive if each.plan is not None]
    problem, confidence = choice.learned.problem, choice.base.scenario.experiment.confidence
    worth = [values(problem, choice.runs[0], run) for run in choice.runs]
    kept, of = answer.kept_by(choice, choice.runs[0], dict(choice.learned.ask.targets))
    found = [
        {
            "name": choice.base.scenario.name,
            "mix": "",
            "heads": 0,
            "spent": 0.0,
            "kept": kept,
            "of": of,
            "value": _figure(mean_figure(worth[0], confidence)),
            "chosen_brings": _figure(mean_figure(worth[1] - worth[0], confidence)),
        }
    ]
    for plan, run, each in zip(plans, choice.runs[1:], worth[1:], strict=True):
        kept, of = answer.kept_by(choice, run, dict(plan.targets))
        found.append(
            {
                "name": plan.name,
                "mix": words_of(plan.solution),
                "heads": _hired(plan.solution),
                "spent": float(answer.spent(choice, plan.solution).sum()),
                "kept": kept,
                "of": of,
                "predicted": plan.solution.objective,
                "value": _figure(mean_figure(each, confidence)),
                "chosen_brings": _figure(mean_figure(worth[1] - each, confidence)),
            }
        )
    return found


def _hired(solution: PlanSolution) -> float:
    """People hired less posts cut."""
    sign = {"hire": 1.0, "cut": -1.0}
    return float(sum(sign.get(key[0], 0.0) * units for key, units in solution.people.items()))


def _point(choice: Choice, point: Point) -> Plain:
    plan = point.plan
    if plan is None:
        return {"budget": point.budget, "plan": False}
    levels = {channel.name: _figure(channel.level) for channel in point.kept}
    each = [promise for channel in point.kept for promise in channel.promises]
    return {
        "budget": point.budget,
        "plan": True,
        "mix": words_of(plan),
        "heads": _hired(plan),
        "spent": float(answer.spent(choice, plan).sum()),
        "predicted": plan.objective,
        "simulated": None if point.simulated is None else _figure(point.simulated),
        "replications": point.replications,
        "levels": levels,
        "kept": sum(promise.holds for promise in each),
        "of": len(each),
    }


def _robust(found: Robust) -> Plain:
    rows = [{**asdict(row), "mean": _figure(row.mean), "p10": _figure(row.p10)} for row in found.rows]
    by = {risk: found.best_by(risk) for risk in ("mean", "p10")}
    return {
        "rows": rows,
        "risk": found.risk,
        "draws": found.draws,
        "tapes": found.tapes,
        "inputs": list(found.inputs),
        "chosen": found.chosen,
        "best_by": by,
    }


def _figure(found: Figure) -> list[float | None]:
    return [found.value, found.low, found.high]


def _finite(value: Any) -> Any:
    """Plain data without NaN, infinities and numpy's own numbers."""
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, np.generic):
        return _finite(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
