"""Checks of what weekly schedules may look like: teams, times on half-hours, contracts that somebody can fulfil."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.calendar import HoursError, parse_days, parse_starts
from sim.scenario.checking import Context
from sim.scenario.checks_time import readable
from sim.scenario.nodes import Path
from sim.scenario.problems import Problem
from sim.scenario.schema.base import Texts
from sim.scenario.schema.scheduling import Contract, Scheduling
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_HOUR

_HALF_HOURS = "a multiple of 30 min"


def check_scheduling(context: Context) -> Iterator[Problem]:
    """Every schedule is of a team of our own scenario, and every contract leaves some week to work."""
    teams = context.scenario.teams
    yield from context.keys(("scheduling",), context.scenario.scheduling, "team", teams)
    for team, block in context.scenario.scheduling.items():
        at: Path = ("scheduling", team)
        yield from _starts(context, (*at, "starts"), block.starts)
        for name, contract in block.contracts.items():
            yield from _contract(context, (*at, "contracts", name), contract, block)
        least = sum(contract.least_people for contract in block.contracts.values())
        if block.most_people is not None and least > block.most_people:
            wrong = f"the contracts ask for {least} people at least, and there may be {block.most_people}"
            yield context.problem((*at, "most_people"), wrong, f"{least} or more")
        for name, wish in block.prefer.items():
            here: Path = (*at, "prefer", name)
            if wish.starts is not None:
                yield from _starts(context, (*here, "starts"), wish.starts)
            yield from _days(context, (*here, "days"), wish.days)
            if block.contracts:
                yield from context.names((*here, "contracts"), wish.contracts, "contract", block.contracts)


def _starts(context: Context, at: Path, given: Texts) -> Iterator[Problem]:
    for index, text in enumerate([given] if isinstance(given, str) else given):
        try:
            parse_starts(text)
        except HoursError as wrong:
            place: Path = at if isinstance(given, str) else (*at, index)
            allowed = str(wrong).removeprefix("starts are ")
            yield context.problem(place, f"'{text}' is not starts of shifts", allowed, readable(text, parse_starts))


def _days(context: Context, at: Path, text: str) -> Iterator[Problem]:
    try:
        parse_days(text)
    except HoursError:
        yield context.problem(at, f"'{text}' is not days", "such as mon-fri or mon,wed,sat", readable(text, parse_days))


def _contract(context: Context, at: Path, contract: Contract, block: Scheduling) -> Iterator[Problem]:
    yield from _days(context, (*at, "days"), contract.days)
    if contract.starts is not None:
        yield from _starts(context, (*at, "starts"), contract.starts)
    elif not block.starts:
        wrong = "when shifts begin is not given"
        yield context.problem(at, wrong, "`starts` here or for the whole team", about=((*at[:2], "starts"),), key=True)
    for index, length in enumerate(contract.lengths):
        if not 0 < length <= MS_PER_DAY or length % HALF_HOUR_MS:
            wrong = f"a shift of {context.written((*at, 'lengths', index))} cannot be planned"
            yield context.problem((*at, "lengths", index), wrong, f"{_HALF_HOURS}, up to 24 h")
    if contract.most_people is not None and contract.least_people > contract.most_people:
        wrong = f"at least {contract.least_people} and at most {contract.most_people} people"
        yield context.problem((*at, "least_people"), wrong, f"up to {contract.most_people}",
                              about=((*at, "most_people"),))  # fmt: skip
    yield from _breaks(context, at, contract)
    yield from _weeks(context, at, contract)


def _breaks(context: Context, at: Path, contract: Contract) -> Iterator[Problem]:
    free, shortest = 0, min(contract.lengths, default=0)
    for index, one in enumerate(contract.breaks):
        here: Path = (*at, "breaks", index)
        if one.length <= 0:
            yield context.problem((*here, "length"), "a break of no length", "a length above 0")
        for key in ("earliest", "latest"):
            if getattr(one, key) % HALF_HOUR_MS:
                wrong = f"'{context.written((*here, key))}' is not on a half-hour of the shift"
                yield context.problem((*here, key), wrong, _HALF_HOURS)
        if one.every <= 0 or one.every % HALF_HOUR_MS:
            wrong = f"'{context.written((*here, 'every'))}' is not a step on half-hours"
            yield context.problem((*here, "every"), wrong, _HALF_HOURS)
        if one.latest < one.earliest:
            wrong = f"latest '{context.written((*here, 'latest'))}' is before earliest"
            yield context.problem((*here, "latest"), wrong, "latest at or after earliest")
        elif one.earliest < free:
            wrong = "this break may begin before the one before it is over"
            yield context.problem((*here, "earliest"), wrong, "windows that do not overlap, in their order")
        elif one.latest + one.length > shortest:
            wrong = "the break may end after the shift"
            allowed = f"a break that ends within the shortest shift, {shortest / MS_PER_HOUR:g} h"
            yield context.problem((*here, "latest"), wrong, allowed, about=((*at, "lengths"),))
        free = one.latest + one.length


def _weeks(context: Context, at: Path, contract: Contract) -> Iterator[Problem]:
    """Some length and number of days give paid hours that the contract allows."""
    try:
        days = len(parse_days(contract.days))
    except HoursError:
        return
    numbers = contract.days_per_week if isinstance(contract.days_per_week, list) else [contract.days_per_week]
    if any(number > days for number in numbers):
        wrong = f"{max(numbers)} days a week, and the contract names {days}"
        yield context.problem((*at, "days_per_week"), wrong, f"up to {days}", about=((*at, "days"),))
        return
    unpaid = 0 if contract.paid_breaks else sum(one.length for one in contract.breaks)
    hours = sorted({number * (length - unpaid) for number in numbers for length in contract.lengths})
    if hours and not any(contract.least_hours <= each <= contract.most_hours for each in hours):
        found = ", ".join(f"{each / MS_PER_HOUR:g} h" for each in hours)
        least, most = contract.least_hours / MS_PER_HOUR, contract.most_hours / MS_PER_HOUR
        wrong = f"no week fits: lengths and days give {found}, and {least:g} to {most:g} h are allowed"
        about: tuple[Path, ...] = tuple((*at, key) for key in ("lengths", "days", "days_per_week", "breaks"))
        yield context.problem(at, wrong, "lengths and days_per_week within the hours", about=about, key=True)
