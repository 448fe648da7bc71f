"""Checks of investments and of the decisions about them, before their effects are tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.scenario.checking import ITSELF, Context
from sim.scenario.checks_time import last_day
from sim.scenario.nodes import Path
from sim.scenario.options import MAX_DAYS, Decided, Option, away_share, decided, in_every_level, start_date, teams_of
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.schema.options import Deflected, Expense, Investment, Level
from sim.scenario.units import MS_PER_DAY, MS_PER_HOUR


def check_investments(context: Context) -> Iterator[Problem]:
    """What an investment names exists, its requirements are no circle, and its training fits before it is live."""
    if context.dated:
        return
    scenario = context.scenario
    for name, investment in scenario.investments.items():
        at: Path = ("investments", name)
        for key in ("requires", "excludes"):
            given = getattr(investment, key)
            yield from context.names((*at, key), given, "investment", scenario.investments)
            if name in given:
                wrong = f"{name} {key} itself"
                yield context.problem((*at, key, given.index(name)), wrong, "other investments")
        for other in investment.requires:
            if other in investment.excludes:
                yield context.problem((*at, "excludes"), f"{other} is required and excluded", "one of both")
        yield from _circle(context, name)
        blocks: list[tuple[Path, Expense, Mapping[str, Deflected]]] = [(at, investment.cost, investment.deflects)]
        for level, own in investment.levels.items():
            blocks.append(((*at, "levels", level), own.cost, own.deflects))
            yield from _lengths(context, (*at, "levels", level), own)
        for place, cost, deflects in blocks:
            yield from context.names((*place, "cost", "teams"), cost.teams, "team", scenario.teams)
            yield from context.keys((*place, "deflects"), deflects, "reason", scenario.reasons)
        yield from _lengths(context, at, investment)
        for option in in_every_level(scenario, context.document, name):
            yield from _deflected(context, option)
            yield from _training(context, option)


def _lengths(context: Context, at: Path, block: Investment | Level) -> Iterator[Problem]:
    """No lead or ramp of more than 20 years."""
    ramp: Path = (*at, "ramp", "over") if context.document.get((*at, "ramp", "over")) is not None else (*at, "ramp")
    over = None if block.ramp is None else block.ramp.over
    for path, length in (((*at, "live_after"), block.live_after), (ramp, over)):
        if length is not None and length > MAX_DAYS * MS_PER_DAY:
            yield context.problem(path, f"'{context.written(path)}' is out of range", "up to 20 years")


def _circle(context: Context, name: str) -> Iterator[Problem]:
    """A chain of requirements that comes back; told once, at the first of its investments."""
    investments = context.scenario.investments
    chain, names = [name], list(investments)
    while chain:
        following = [each for each in investments[chain[-1]].requires if each in investments]
        back = next((each for each in following if each == name), None)
        if back is not None and len(chain) > 1:
            if min(chain, key=names.index) == name:
                wrong = f"investments require each other in a circle: {' -> '.join([*chain, name])}"
                yield context.problem(("investments", name, "requires"), wrong, "requirements without a circle")
            return
        further = [each for each in following if each not in chain]
        if not further:
            return
        chain.append(further[0])


def _deflected(context: Context, option: Option) -> Iterator[Problem]:
    for at, deflected in option.deflects.values():
        if deflected.share is None and deflected.handle is None:
            allowed = "share, handle, or both, such as {share: 20 %, handle: 3 min}"
            yield context.problem(at, "neither share nor handle is given", allowed, key=True)
        elif deflected.share is None and not any(path[0] in ("bots", "self_service") for path, _, _ in option.added()):
            wrong = "a share is left out, and the investment adds no self-service or bot that would give it"
            about: tuple[Path, ...] = ((*option.path, "adds"),)
            yield context.problem(at, wrong, "share, such as 20 %", about=about, key=True)


def _training(context: Context, option: Option) -> Iterator[Problem]:
    cost, days = option.cost, option.hours_over_days
    if not cost.agent_hours:
        return
    places = [(*option.path, "levels", option.level or ""), option.path]
    at = next((p for p in places if context.document.get((*p, "cost", "agent_hours")) is not None), option.path)
    path: Path = (*at, "cost", "agent_hours")
    about: tuple[Path, ...] = ((*option.path, "live_after"), (*option.path, "cost"), ("teams",))
    hours = f"{cost.agent_hours / MS_PER_HOUR:g} h"
    if cost.hours_over is not None and days > option.live_after_days:
        wrong = f"agents are away over the {days} days before it is live, and it is live after {option.live_after_days}"
        yield context.problem((*at, "cost", "hours_over"), wrong, "up to `live_after`", about=about)
    elif days < 1:
        wrong = f"{hours} of each agent are to be spent before it is live, and it is live at once"
        yield context.problem(path, wrong, "`live_after` of a day or more", about=about)
    else:
        for name in teams_of(cost, context.scenario):
            team = context.scenario.teams[name]
            if not team.shifts or any(not 0 <= s < 1 for s in (team.shrinkage.planned, team.shrinkage.absence)):
                continue
            yield from _fits(context, option, name, path, hours, about)


def _fits(
    context: Context, option: Option, name: str, path: Path, hours: str, about: tuple[Path, ...]
) -> Iterator[Problem]:
    team, days = context.scenario.teams[name], option.hours_over_days
    try:  # 28 days from a Monday on stand for any weeks
        share = away_share(team, option.cost.agent_hours * 28 / days, context.scenario.horizon.start, 28)
    except ValueError:  # hours that cannot be read are told elsewhere
        return
    if share + team.shrinkage.planned >= 1:
        room = (1 - team.shrinkage.planned) * option.cost.agent_hours / share / MS_PER_HOUR
        wrong = f"{hours} of each agent do not fit into {days} days: an agent of {name} has {room:.4g} h in them"
        yield context.problem(path, wrong, "fewer hours, or a longer `hours_over`", about=about)


def check_decided(context: Context) -> Iterator[Problem]:
    """Decisions name investments and levels that exist, start by the end, and agree with `requires` and `excludes`."""
    if context.dated:
        return
    scenario = context.scenario
    for name, decision in scenario.decisions.investments.items():
        at: Path = ("decisions", "investments", name)
        if name not in scenario.investments:
            yield context.unknown(at, name, "investment", scenario.investments, key=True)
            continue
        levels = list(scenario.investments[name].levels)
        about: tuple[Path, ...] = (("investments", name, "levels"),)
        if decision.level is not None and decision.level not in levels:
            wrong = f"{name} has no level '{decision.level}'" if levels else f"{name} has no levels"
            meant = nearest(decision.level, levels)
            yield context.problem((*at, "level"), wrong, listed(levels) or "no level", meant, about=about)
        elif levels and decision.level is None:
            wrong = f"{name} comes in levels, and none is chosen"
            yield context.problem(at, wrong, f"level: {' or '.join(levels)}", about=about, key=True)
        last, start = last_day(scenario), start_date(decision.start, scenario.horizon)
        if start > last:
            wrong = f"{context.written((*at, 'start')) or context.written(at)} lies after the horizon's end, {last}"
            yield context.problem((*at, "start"), wrong, f"a start up to {last}", about=(("horizon",),))
    yield from _together(context)


def _together(context: Context) -> Iterator[Problem]:
    """Requirements and exclusions among what is decided."""
    taken = {each.name: each for each in decided(context.scenario, context.document)}
    told: set[frozenset[str]] = set()
    for name, each in taken.items():
        at: Path = ("decisions", "investments", name)
        investment = context.scenario.investments[name]
        for other in investment.excludes:
            pair = frozenset((name, other))
            if other in taken and other != name and pair not in told:
                told.add(pair)
                about: tuple[Path, ...] = (("investments", ITSELF), ("decisions", "investments", other))
                wrong = f"{name} and {other} exclude each other, and both are decided"
                yield context.problem(at, wrong, "one of them; null removes one", about=about, key=True)
        for other in investment.requires:
            if other in context.scenario.investments and other != name:
                yield from _required(context, at, each, taken.get(other), other)


def _required(context: Context, at: Path, each: Decided, needed: Decided | None, other: str) -> Iterator[Problem]:
    about: tuple[Path, ...] = (("investments", other), ("decisions", "investments", other))
    if needed is None:
        wrong = f"{each.name} requires {other}, which is not decided"
        yield context.problem(at, wrong, f"decisions.investments.{other}, live by {each.start}", about=about, key=True)
    elif needed.live > each.start:
        wrong = f"{each.name} starts on {each.start}, before {other} is live on {needed.live}, which it requires"
        yield context.problem((*at, "start"), wrong, f"a start on or after {needed.live}", about=about)
