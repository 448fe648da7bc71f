"""Checks of people: what is decided about them, overtime, attrition and outsourced teams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sim.scenario.calendar import add_months
from sim.scenario.checking import Context
from sim.scenario.checks_time import in_calendar, last_day
from sim.scenario.nodes import Path
from sim.scenario.problems import Problem
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Team


def check_decided_people(context: Context) -> Iterator[Problem]:
    """Hires, leaves, overtime and outsourced agents name a team for which they mean something, and months."""
    scenario = context.scenario
    for kind in ("hires", "leaves", "overtime", "outsource"):
        for name, by_month in getattr(scenario.decisions, kind).items():
            at: Path = ("decisions", kind, name)
            if name not in scenario.teams:
                yield context.unknown(at, name, "team", scenario.teams, key=True)
            else:
                yield from _meant(context, at, kind, name, scenario.teams[name])
            yield from _months(context, at, kind, by_month)


def _months(context: Context, at: Path, kind: str, by_month: Mapping[str, float]) -> Iterator[Problem]:
    labels = months_of(context.scenario) if in_calendar(context.scenario) else ["2027-01"]
    for month, count in by_month.items():
        if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) is None:
            yield context.problem(
                (*at, month), f"'{month}' is not a month", f"year-month, such as {labels[0]}", key=True
            )
        elif month not in labels and in_calendar(context.scenario):
            wrong = f"{month} lies outside the horizon"
            yield context.problem((*at, month), wrong, f"{labels[0]} to {labels[-1]}", about=(("horizon",),), key=True)
        if count < 0:
            yield context.problem((*at, month), f"{kind} cannot be negative", "a whole number of 0 or more")


def months_of(scenario: Scenario) -> list[str]:
    """Labels of the horizon's months."""
    last = last_day(scenario)
    labels: list[str] = []
    while not labels or add_months(scenario.horizon.start, len(labels)) <= last:
        labels.append(f"{add_months(scenario.horizon.start, len(labels)):%Y-%m}")
    return labels


def _meant(context: Context, at: Path, kind: str, name: str, team: Team) -> Iterator[Problem]:
    """Whether a decision has a meaning for this kind of team."""
    here: Path = ("teams", name)
    about: tuple[Path, ...] = tuple((*here, key) for key in ("outsourced", "shifts", "staffing", "overtime"))

    def wrong(what: str, allowed: str) -> Problem:
        return context.problem(at, what, allowed, about=about, key=True)

    if kind == "outsource":
        if team.outsourced is None:
            yield wrong(f"{name} is not outsourced", f"a team with `outsourced`; {name}'s own people are `hires`")
        elif team.staffing is not None:
            yield wrong(f"the number present of {name} is given by `staffing`", "`agents`, with shifts or without")
        return
    if team.outsourced is not None:
        yield wrong(f"{name} is outsourced: its people are not ours", f"`decisions.outsource.{name}`")
    elif kind == "leaves":
        hired = sum(max(0, count) for count in context.scenario.decisions.hires.get(name, {}).values())
        cut = sum(context.scenario.decisions.leaves[name].values())
        if team.staffing is not None:
            yield wrong(f"the number present of {name} is given by `staffing`", "fewer in `staffing.agents`")
        elif cut > team.agents + hired:
            posts = f"{team.agents} and {hired} hired" if hired else f"{team.agents}"
            about += ((*here, "agents"), ("decisions", "hires", name))
            yield wrong(f"{cut} posts are cut of {posts}", f"up to {team.agents + hired}")
    elif kind == "overtime" and not team.shifts:
        yield wrong(f"{name} has no shifts that could be longer", "a team with `shifts`")
    elif kind == "overtime" and team.overtime is None:
        yield wrong(
            f"what overtime costs in {name} is not given", f"`teams.{name}.overtime`, such as {{premium: 25 %}}"
        )


def check_team_people(context: Context) -> Iterator[Problem]:
    """Overtime needs shifts, a number given by interval says nothing of who leaves, outsourced work has a price."""
    for name, team in context.scenario.teams.items():
        at: Path = ("teams", name)
        about: tuple[Path, ...] = ((*at, "shifts"), (*at, "staffing"))
        if team.overtime is not None and not team.shifts:
            wrong = "there are no shifts beyond which time could be overtime"
            yield context.problem((*at, "overtime"), wrong, "a team with `shifts`", about=about, key=True)
        if team.staffing is not None and team.attrition.replace != "ahead":
            wrong = f"the number present is given by interval, so that nobody is missed: '{team.attrition.replace}'"
            yield context.problem((*at, "attrition", "replace"), wrong, "ahead, or a team with `agents`", about=about)
        if team.outsourced is not None:
            yield from _outsourced(context, (*at, "outsourced"), team)


def _outsourced(context: Context, at: Path, team: Team) -> Iterator[Problem]:
    contract = team.outsourced
    assert contract is not None
    if contract.minimum.contacts > 0 and contract.per_contact == 0:
        wrong = "contacts are billed at least, and the price of one is not given"
        yield context.problem(
            (*at, "minimum", "contacts"),
            wrong,
            "`per_contact` as well, or `minimum.amount`",
            about=((*at, "per_contact"),),
        )
    elif contract.per_contact == contract.per_hour == contract.minimum.amount == 0:
        yield context.problem(at, "what the team costs is not given", "per_contact, per_hour or minimum", key=True)
    if contract.starts is not None and contract.ends is not None and contract.ends < contract.starts:
        wrong = f"the last day, {contract.ends}, comes before the first, {contract.starts}"
        yield context.problem((*at, "ends"), wrong, "a day on or after `starts`", about=((*at, "starts"),))
