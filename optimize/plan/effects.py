"""What an investment does, started in each month: work saved and money moved as simulated, its own cost exactly.

The effect is learned once, from a version in which the investment has been in full effect since before the horizon, set
against the same version without it, on the same tapes and with enough people that no shortage blurs it. A start in a
month then has the part of it that the ramp has reached in each month.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.plan.ask import Ask, latest_start
from optimize.plan.measured import Measured, Names, own_use
from optimize.plan.people import away_hours, money_of, staff, staff_usage
from optimize.plan.problem import Start
from optimize.plan.versions import Values, Versions
from sim.scenario.nodes import Node, Path
from sim.scenario.options import Decided, Option, in_every_level, option, prerequisites, start_date
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.decision import Decision
from sim.scenario.schema.options import Investment, Level

_SMALL = 0.003  # of all work: a cell below starts from here, so that work which an investment brings is a factor of it


@dataclass(frozen=True)
class Chosen:
    """One option that could be chosen, and the versions in which its effect shows."""

    option: Option
    before: Values
    """Decisions of what it requires, settled."""
    settled: Values
    """The same and itself."""

    @property
    def key(self) -> tuple[str, str | None]:
        """Investment and level."""
        return self.option.name, self.option.level


@dataclass(frozen=True)
class Effect:
    """What one option does at full effect."""

    chosen: Chosen
    log_work: np.ndarray
    """float64 (C, R)"""
    error: np.ndarray
    """float64 (C, R): standard error of it."""
    money: np.ndarray
    """float64 (K, M): money that contacts move, in each month."""
    by_use: np.ndarray
    """float64 (K, M): of it, what the investment itself bills by use."""
    money_error: float
    """Standard error of its sum over all months and categories."""
    kpis: Mapping[str, np.ndarray]
    """By goal: change of its KPI in each month, float64 (M,)."""
    score: float = 0.0


def options(versions: Versions, ask: Ask) -> list[Chosen]:
    """Every undecided investment in every level that could be chosen at all."""
    scenario, document = versions.base.scenario, Node({})
    decided = scenario.decisions.investments
    found = []
    for name in scenario.investments:
        needed = [other for other in prerequisites(scenario, name) if other not in decided]
        against = [
            other
            for other in decided
            if other in scenario.investments[name].excludes or name in scenario.investments[other].excludes
        ]
        if name in decided or name in ask.never or against or set(needed) & ask.never:
            continue
        first = [in_every_level(scenario, document, other)[0] for other in needed]
        for each in in_every_level(scenario, document, name):
            settled = _settled(scenario, [*first, each])
            named = re.sub(r"[^a-z0-9_]", "_", f"with_{each.name}_{each.level or ''}".lower())
            found.append(Chosen(each, dict(list(settled.items())[:-1]), {**settled, ("name",): named}))
    return found


def _settled(scenario: Scenario, chain: Sequence[Option]) -> dict[Path, object]:
    """Decisions of options, each of which may require those before it, that are all in full effect by the horizon."""
    day, found = scenario.horizon.start, {}
    for each in reversed(chain):
        day -= dt.timedelta(days=each.live_after_days + each.ramp_days + 1)
        decision = {"start": day.isoformat(), **({} if each.level is None else {"level": each.level})}
        found["decisions", "investments", each.name] = decision
    return dict(reversed(found.items()))


def floor_of(work: np.ndarray) -> np.ndarray:
    """float64 (C, R, M): hours of work that a cell has at least in the model: a trace in each month."""
    total = work.sum(axis=(0, 1), keepdims=True)
    return np.asarray(np.broadcast_to(_SMALL * total / work[:, :, 0].size, work.shape))


def effect(
    chosen: Chosen, before: Measured, after: Measured, kpis: Mapping[str, np.ndarray], score: float = 0.0
) -> Effect:
    """The effect of an option: ``after`` has it settled, ``before`` does not; same tapes, enough people in both."""
    log_work, error = log_ratio(before.wanted, after.wanted)
    moved = after.moved - before.moved
    by_use = own_use(after, chosen.option.name)
    noise = moved.sum(axis=(1, 2))
    money_error = float(noise.std(ddof=1) / np.sqrt(len(noise))) if len(noise) > 1 else float("nan")
    return Effect(chosen, log_work, error, moved.mean(axis=0), by_use, money_error, kpis, score)


def log_ratio(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log of after over before for each cell, with its standard error: ratio of sums over months and replications.

    ``before`` and ``after`` are float64 (n, C, R, M). The error is that of a ratio estimator over the months of all
    replications (Cochran 1977, 6.4). An effect is drawn towards 0 by what its own noise explains (James and Stein's
    positive part), so that many small chances do not add up to a reason to buy. A cell without work has no effect.
    """
    floor = floor_of(before.mean(axis=0)).sum(axis=2)
    count = before.shape[0]
    one, other = before.sum(axis=(0, 3)) / count, after.sum(axis=(0, 3)) / count
    there = np.maximum(one, other) > floor
    ratio = np.maximum(other, floor) / np.maximum(one, floor)
    left = after - ratio[None, :, :, None] * before
    pieces = left.shape[0] * left.shape[3]
    error = np.sqrt((left**2).sum(axis=(0, 3)) * pieces / max(1, pieces - 1)) / count / np.maximum(other, floor)
    found = np.where(there, np.log(ratio), 0.0)
    kept = np.clip(1.0 - (error / np.where(found == 0.0, np.inf, found)) ** 2, 0.0, 1.0)
    return np.where(there, found * kept, 0.0), np.where(there, error, 0.0)


def starts_of(
    each: Effect, versions: Versions, ask: Ask, names: Names, reference: np.ndarray, spend: np.ndarray
) -> list[Start]:
    """A column for each possible start of an option; ``reference`` float64 (M,) hours of a head, ``spend`` (K,)."""
    chosen = each.chosen
    months = [m for m in ask.starts if m <= latest_start(ask, chosen.option, len(names.months))]
    months = [m for m in months if _allowed(versions.base, chosen.option, names.months[m])]
    if not months:
        return []
    before = versions.simulated(chosen.before)
    plain = staff(before)
    template = _version(versions, chosen, names.months[months[0]])
    used = staff_usage(template)
    columns = []
    for month in months:
        label = names.months[month]
        if touches_people(chosen.option):
            there = _version(versions, chosen, label)
            paid = staff(there)
            hours = names.by_team(there, paid.hours) - names.by_team(before, plain.hours)
        else:
            there = _restarted(template, chosen.option, names.months[months[0]], label)
            hours = -names.by_team(there, away_hours(there, used))
            paid = replace(plain, money=money_of(there, [used]))  # the same people: only prices and starts differ
        taken = Decided(
            option(there.scenario, Node({}), chosen.option.name, chosen.option.level),
            start_date(label, there.scenario.horizon),
            there.scenario.horizon,
        )
        part, live = in_effect(there, taken), in_effect(there, taken, at_once=True)
        money = paid.money - plain.money + each.by_use * live + (each.money - each.by_use) * part
        log_work = np.log1p(np.expm1(each.log_work)[:, :, None] * part)
        columns.append(
            Start(
                investment=chosen.option.name,
                level=chosen.option.level,
                month=month,
                log_work=log_work,
                capacity=hours / reference,
                money=money,
                spend=-(spend @ money),
                kpis={goal: change * part for goal, change in each.kpis.items()},
                score=each.score * float(part.mean()),
            )
        )
    return columns


def in_effect(resolved: Resolved, taken: Decided, at_once: bool = False) -> np.ndarray:
    """float64 (M,): mean part of the full effect over each month's days; ``at_once``: as if there were no ramp."""
    calendar = resolved.calendar
    part = np.zeros(calendar.days)
    for first, last, share in [(taken.live, None, 1)] if at_once else taken.steps():
        begin = max(0, calendar.day_of_date(first))
        end = calendar.days if last is None else calendar.day_of_date(last) + 1
        part[begin : max(begin, end)] = float(share)
    month = np.searchsorted(calendar.month_edges_ms, calendar.day_edges_ms[: calendar.days], side="right") - 1
    return np.bincount(month, part) / np.bincount(month)


def _blocks(each: Option) -> list[Investment | Level]:
    return [each.investment, *([each.chosen] if each.chosen is not None else [])]


def touches_people(each: Option) -> bool:
    """Whether an option changes who is there: teams that it adds, or changes below `teams`."""
    if any(path[0] == "teams" for path, _, _ in each.added()):
        return True
    blocks = _blocks(each)
    if any(block.adds.teams for block in blocks):
        return True
    return any(str(path).startswith(("teams", "*")) for block in blocks for path in block.changes)


def _allowed(base: Resolved, each: Option, label: str) -> bool:
    """Whether what it requires and is decided already is live by then."""
    day, scenario = start_date(label, base.scenario.horizon), base.scenario
    for other in each.investment.requires:
        decision = scenario.decisions.investments.get(other)
        if decision is not None:
            needed = Decided(
                option(scenario, Node({}), other, decision.level),
                start_date(decision.start, scenario.horizon),
                scenario.horizon,
            )
            if needed.live > day:
                return False
    return True


def _version(versions: Versions, chosen: Chosen, label: str) -> Resolved:
    mine: dict[str, object] = {"start": label}
    mine |= {} if chosen.option.level is None else {"level": chosen.option.level}
    return versions.simulated({**chosen.before, ("decisions", "investments", chosen.option.name): mine})


def _restarted(template: Resolved, each: Option, written: str, label: str) -> Resolved:
    """The template with the option's decision, and the costs of what it adds, moved to another month.

    Right for money that no contact moves, and only for that: when effects begin is left as it was.
    """
    scenario = template.scenario
    old, new = (start_date(text, scenario.horizon) for text in (written, label))
    decision = Decision.model_construct(start=label, level=each.level)
    decided = {**scenario.decisions.investments, each.name: decision}
    changed: dict[str, object] = {"decisions": scenario.decisions.model_copy(update={"investments": decided})}
    for group in ("bots", "self_service", "channels"):
        changed[group] = {
            name: _moved(block, old, new) if _is_added(each, group, name) else block
            for name, block in getattr(scenario, group).items()
        }
    tools = {
        name: _moved(tool, old, new) if _is_added(each, "tools", name) else tool
        for name, tool in scenario.economics.tools.items()
    }
    changed["economics"] = scenario.economics.model_copy(update={"tools": tools})
    return replace(template, scenario=scenario.model_copy(update=changed))


def _is_added(each: Option, group: str, name: str) -> bool:
    for block in _blocks(each):
        added = block.adds.economics.tools if group == "tools" else getattr(block.adds, group)
        if name in added:
            return True
    return False


def _moved(block: object, old: dt.date, new: dt.date) -> object:
    cost = block.cost  # type: ignore[attr-defined]
    if cost.starts != old:
        return block
    return block.model_copy(update={"cost": cost.model_copy(update={"starts": new})})  # type: ignore[attr-defined]
