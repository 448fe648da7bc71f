"""Checks of what the optimiser may choose: it names what exists, in months of the horizon, and can be had at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from sim.scenario.calendar import Calendar
from sim.scenario.checking import ITSELF, Context
from sim.scenario.checks_judgement import month_of
from sim.scenario.kpi_text import known, named, target
from sim.scenario.nodes import Path
from sim.scenario.options import prerequisites
from sim.scenario.problems import Problem, nearest
from sim.scenario.schema import Scenario
from sim.scenario.schema.choose import Choose
from sim.scenario.schema.service import Channel
from sim.scenario.units import DAYS_PER_MONTH, MS_PER_DAY, QuantityError

_AT: Path = ("choose",)
TARGET_KPI = "service_level"
_ALMOST = 0.05  # of a month: `4 weeks` is no whole month, `1 month` and `30 days` are


def check_choose(context: Context) -> Iterator[Problem]:
    """Everything that `choose` names exists, and what it asks for can be done."""
    if context.dated:
        return
    block = context.scenario.choose
    yield from _investments(context, block)
    yield from _people(context, block)
    yield from _targets(context, block)
    yield from _grades(context, block)
    yield from context.names((*_AT, "goals"), block.goals, "goal", context.scenario.goals)
    for index, name in enumerate(block.goals):
        goal = context.scenario.goals.get(name)
        if goal is not None and named(goal.kpi).kpi.startswith(TARGET_KPI):
            wrong = f"{name} is a service level, which people hold rather than investments"
            yield context.problem((*_AT, "goals", index), wrong, "`choose.targets`", about=[("goals", name)])
    yield from _times(context, block)
    if block.objective == "score" and not context.scenario.stakeholders:
        wrong = "there are no stakeholders whose score could be best"
        yield context.problem((*_AT, "objective"), wrong, "npv, cost, or `stakeholders`", about=[("stakeholders",)])


def _investments(context: Context, block: Choose) -> Iterator[Problem]:
    declared = context.scenario.investments
    yield from context.names((*_AT, "must"), block.must, "investment", declared)
    yield from context.names((*_AT, "never"), block.never, "investment", declared)
    yield from context.keys((*_AT, "kinds"), block.kinds, "investment", declared)
    for index, name in enumerate(block.must):
        here: Path = (*_AT, "must", index)
        about: tuple[Path, ...] = ((*_AT, "never"), ("investments", name))
        if name not in declared:
            continue
        if name in block.never:
            yield context.problem(here, f"{name} must be made, and is never to be made", "one of both", about=about)
        for other in prerequisites(context.scenario, name):
            if other in block.never and other not in context.scenario.decisions.investments:
                wrong = f"{name} requires {other}, which is never to be made"
                yield context.problem(here, wrong, f"{other} allowed, or {name} left out", about=about)
        for other in block.must[:index]:
            both = other in declared[name].excludes or (other in declared and name in declared[other].excludes)
            if both:
                yield context.problem(here, f"{name} and {other} exclude each other", "one of them", about=about)


def _people(context: Context, block: Choose) -> Iterator[Problem]:
    teams = context.scenario.teams
    for name, may in block.teams.items():
        at: Path = (*_AT, "teams", name)
        if name not in teams:
            yield context.unknown(at, name, "team", teams, key=True)
            continue
        team = teams[name]
        about: tuple[Path, ...] = (("teams", name, ITSELF),)
        if team.outsourced is not None:
            wrong = f"{name} is outsourced: its people are not ours"
            yield context.problem(at, wrong, f"`choose.outsourced.{name}`", about=about, key=True)
        if may.cuts and team.staffing is not None:
            wrong = f"the number present of {name} is given by `staffing`, so that no post can be cut"
            yield context.problem((*at, "cuts"), wrong, "0", about=about)
        if may.overtime and (team.overtime is None or not team.shifts):
            wrong = f"overtime of {name} has no price, or no shifts that could be longer"
            yield context.problem((*at, "overtime"), wrong, f"`teams.{name}.overtime` and shifts", about=about)
        yield from _whole_months(context, (*at, "every"), may.every)
    for name in block.outsourced:
        at = (*_AT, "outsourced", name)
        if name not in teams:
            yield context.unknown(at, name, "team", teams, key=True)
        elif teams[name].outsourced is None or teams[name].staffing is not None:
            wrong = f"{name} is not outsourced by number of agents"
            yield context.problem(at, wrong, f"`choose.teams.{name}`", about=[("teams", name, ITSELF)], key=True)


def _targets(context: Context, block: Choose) -> Iterator[Problem]:
    for text, wanted in (block.targets or {}).items():
        at: Path = (*_AT, "targets", text)
        name = named(text)
        if name.kpi != TARGET_KPI or len(name.parts) != 1:
            meant = TARGET_KPI if not known(name.kpi) and nearest(name.kpi, [TARGET_KPI]) else ""
            wrong = f"'{text}' is no service level of a channel"
            allowed = "such as service_level(phone); other KPIs can be `goals`"
            yield context.problem(at, wrong, allowed, meant, key=True)
            continue
        channel = name.parts[0]
        if channel not in context.scenario.channels:
            yield context.unknown(at, channel, "channel", context.scenario.channels, key=True)
        elif context.scenario.channels[channel].target is None:
            wrong = f"{channel} has no target, so that nothing says within which time"
            allowed = f"`channels.{channel}.target` as well"
            yield context.problem(at, wrong, allowed, about=[("channels", channel)], key=True)
        try:
            aim = target(TARGET_KPI, wanted)
        except QuantityError as problem:
            yield context.problem(at, f"'{wanted}' cannot be measured: {problem}", ">= and a share: '>= 80 %'")
            continue
        if aim.sign != ">=" or not 0 < aim.amount < 1:
            yield context.problem(at, f"'{wanted}' is no promise", ">= and a share between 0 and 100 %")


def _grades(context: Context, block: Choose) -> Iterator[Problem]:
    channels: Mapping[str, Channel] = context.scenario.channels
    for name, shares in block.grades.items():
        at: Path = (*_AT, "grades", name)
        if name not in channels:
            yield context.unknown(at, name, "channel", channels, key=True)
            continue
        if channels[name].target is None:
            wrong = f"{name} has no target, so that nothing says within which time"
            about = [("channels", name)]
            yield context.problem(at, wrong, f"`channels.{name}.target` as well", about=about, key=True)
        if not shares or any(not 0 < share < 1 for share in shares) or sorted(set(shares)) != shares:
            yield context.problem(at, "grades rise from one to the next", "shares such as [70 %, 80 %, 90 %]")
        if f"{TARGET_KPI}({name})" in (named(text).text for text in block.targets or {}):
            wrong = f"{name} has grades to choose from and a target too"
            yield context.problem(at, wrong, "one of both", about=[(*_AT, "targets")], key=True)


def _times(context: Context, block: Choose) -> Iterator[Problem]:
    yield from _whole_months(context, (*_AT, "starts", "every"), block.starts.every)
    calendar = Calendar.if_laid_out(context.scenario.horizon)
    if calendar is None:  # which has its own message
        return
    labels = calendar.month_labels
    spans = [("starts", block.starts), ("hold", block.hold)]
    places: list[tuple[Path, object]] = [((*_AT, key), span) for key, span in spans]
    places += [((*_AT, "outsourced", name), span) for name, span in block.outsourced.items()]
    for at, span in places:
        ends: list[int] = []
        for key in ("from", "until"):
            text = getattr(span, "from_" if key == "from" else key)
            month = None if text is None else month_of(calendar, text)
            if text is not None and month is None:
                allowed = f"a month from {labels[0]} to {labels[-1]}"
                yield context.problem((*at, key), f"{text} is outside the horizon", allowed, about=[("horizon",)])
            ends += [] if month is None else [month]
        if len(ends) == 2 and ends[1] < ends[0]:
            yield context.problem((*at, "until"), "the last month comes before the first", "a later month")
    years = list(dict.fromkeys(label[:4] for label in labels))
    for year in block.budget.by_year:
        if year not in years:
            yield context.unknown((*_AT, "budget", "by_year", year), year, "year of the horizon", years, key=True)
    yield from _counts(context, block)


def _counts(context: Context, block: Choose) -> Iterator[Problem]:
    seen = block.budget.counts
    for index, name in enumerate(seen):
        if name in seen[:index]:
            yield context.problem((*_AT, "budget", "counts", index), f"'{name}' is given twice", "each category once")


def _whole_months(context: Context, at: Path, every: int) -> Iterator[Problem]:
    months = every / (MS_PER_DAY * DAYS_PER_MONTH)
    if round(months) < 1 or math.fabs(months - round(months)) > _ALMOST:
        wrong = f"'{context.written(at)}' is not a whole number of months"
        yield context.problem(at, wrong, "whole months, such as 3 months")


def months_between(every: int) -> int:
    """A duration as whole months."""
    return max(1, round(every / (MS_PER_DAY * DAYS_PER_MONTH)))


def held_channels(scenario: Scenario) -> list[str]:
    """Channels whose service level has to hold: those named by `targets` or `grades`, else those with a target."""
    block = scenario.choose
    if block.targets is None:
        named_ones = [name for name, channel in scenario.channels.items() if channel.target is not None]
    else:
        named_ones = [named(text).parts[0] for text in block.targets]
    return [name for name in scenario.channels if name in named_ones or name in block.grades]
