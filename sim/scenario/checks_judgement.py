"""Checks of benchmarks, goals and stakeholders: they name KPIs that exist, amounts of them, months of the horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from importlib import resources

from sim.scenario.calendar import Calendar
from sim.scenario.checking import ITSELF, Context
from sim.scenario.kpi_names import BY_CHANNEL, BY_TEAM, KPI_NAMES, NOT_BY_REASON, UNIT_COSTS, VALUES
from sim.scenario.kpi_text import ALIASES, EXAMPLE, Named, known, named, span, target, unit_of
from sim.scenario.nodes import Path
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.units import QuantityError

_CURRENCY_LETTERS = 3


def benchmark_sets() -> list[str]:
    """Names of the sets of sourced figures that ship with deskplan."""
    folder = resources.files("scenarios").joinpath("benchmarks")
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def check_judgement(context: Context) -> Iterator[Problem]:
    """Everything that `benchmarks`, `goals` and `stakeholders` name exists and can be read."""
    if context.dated:
        return
    yield from _benchmarks(context)
    yield from _goals(context)
    yield from _stakeholders(context)


def _benchmarks(context: Context) -> Iterator[Problem]:
    block = context.scenario.benchmarks
    yield from context.names(("benchmarks", "sets"), block.sets, "benchmark set", benchmark_sets())
    for code in block.exchange:
        path: Path = ("benchmarks", "exchange", code)
        if len(code) != _CURRENCY_LETTERS or not code.isupper():
            yield context.problem(path, f"'{code}' is no currency", "three capital letters, such as USD", key=True)
        elif code == context.scenario.currency:
            yield context.problem(path, f"{code} is the scenario's own currency", "another currency", key=True)
    for peer, about in block.peers.items():
        if not about.figures:
            yield context.problem(("benchmarks", "peers", peer, "figures"), "is empty", "at least one figure")
        for text, figure in about.figures.items():
            path = ("benchmarks", "peers", peer, "figures", text)
            yield from _kpi(context, path, text, (*KPI_NAMES, *UNIT_COSTS), key=True)
            if not known(named(text).kpi):
                continue
            try:
                span(named(text).kpi, figure)
            except QuantityError as problem:
                example = EXAMPLE[unit_of(named(text).kpi)]
                allowed = f"a figure with its unit, such as '{example}', or a range, 'low to high'"
                yield context.problem(path, f"'{figure}' cannot be read: {problem}", allowed)
            yield from _money(context, path, named(text).kpi, figure)


def _goals(context: Context) -> Iterator[Problem]:
    for name, goal in context.scenario.goals.items():
        path: Path = ("goals", name)
        wrong = next(_kpi(context, (*path, "kpi"), goal.kpi, (*KPI_NAMES, *UNIT_COSTS)), None)
        if wrong is not None:
            yield wrong
        kpi = named(goal.kpi).kpi
        if known(kpi):
            try:
                target(kpi, goal.target)
            except QuantityError as problem:
                allowed = f"<= or >= and an amount, such as '<= {EXAMPLE[unit_of(kpi)]}'"
                yield context.problem((*path, "target"), f"'{goal.target}' cannot be measured: {problem}", allowed,
                                      about=[(*path, "kpi")])  # fmt: skip
            yield from _money(context, (*path, "target"), kpi, goal.target)
        yield from _month(context, (*path, "by"), goal.by)


def _stakeholders(context: Context) -> Iterator[Problem]:
    for name, stakeholder in context.scenario.stakeholders.items():
        if not stakeholder.cares:
            yield context.problem(("stakeholders", name, "cares"), "is empty", "at least one KPI")
        seen: dict[Named, str] = {}
        for text, weight in stakeholder.cares.items():
            path: Path = ("stakeholders", name, "cares", text)
            yield from _kpi(context, path, text, (*KPI_NAMES, *UNIT_COSTS, *VALUES), key=True)
            if weight == 0:
                yield context.problem(path, "a weight of 0 is no care", "a number above or below 0")
            if named(text) in seen:
                yield context.problem(path, f"this is {seen[named(text)]} again", "each KPI once", key=True)
            seen[named(text)] = text


def _kpi(context: Context, path: Path, text: str, allowed: tuple[str, ...], key: bool = False) -> Iterator[Problem]:
    """A problem where a text names no KPI that may stand here, or something by which the KPI is not known."""
    name = named(text)
    if name.kpi not in allowed:
        wrong = f"there is no KPI '{name.kpi}'"
        if name.kpi in VALUES:
            wrong = f"{name.kpi} is known for the whole horizon only, not by month and not of others"
        meant = nearest(name.kpi, [*allowed, *ALIASES])
        yield context.problem(path, wrong, f"what can be measured: {listed(allowed, 100)}", meant, key=key)
        return
    yield from kpi_parts(context, path, name, key)


def kpi_parts(context: Context, path: Path, name: Named, key: bool = True) -> Iterator[Problem]:
    """`kpi(channel)`, `kpi(reason)`, `kpi(channel, reason)` or `kpi(team)`, by what the KPI is kept by."""
    scenario = context.scenario
    kinds: dict[str, Iterable[str]] = {}
    if name.kpi in BY_TEAM:
        kinds["team"] = scenario.teams
    if name.kpi in BY_CHANNEL:
        kinds["channel"] = scenario.channels
        if name.kpi not in NOT_BY_REASON:
            kinds["reason"] = scenario.reasons
    about = [(f"{kind}s", ITSELF) for kind in kinds]
    used: set[str] = set()
    for part in name.parts:
        fits = [kind for kind, names in kinds.items() if part in names]
        options = [each for names in kinds.values() for each in names]
        if not kinds:
            yield context.problem(path, f"{name.kpi} is known for everything together only", name.kpi, key=key)
        elif not fits:
            wrong = f"there is no {' or '.join(kinds)} '{part}'"
            yield context.problem(path, wrong, listed(options), nearest(part, options), about, key=key)
        elif fits[0] in used:
            yield context.problem(path, f"'{part}' is a second {fits[0]}", f"one {fits[0]}", about=about, key=key)
        used.update(fits[:1])


def _month(context: Context, path: Path, by: str) -> Iterator[Problem]:
    calendar = Calendar.if_laid_out(context.scenario.horizon)  # None has its own message
    if calendar is not None and month_of(calendar, by) is None:
        labels = calendar.month_labels
        wrong = f"{by} is outside the horizon, so nothing says whether it is met then"
        yield context.problem(path, wrong, f"a month from {labels[0]} to {labels[-1]}", about=[("horizon",)])


def month_of(calendar: Calendar, by: str) -> int | None:
    """Number of the horizon's month that a month or date means; None outside the horizon."""
    labels = calendar.month_labels
    if by in labels:
        return labels.index(by)
    if len(by) <= len("2027-03"):
        return None
    day = calendar.day_of_date(dt.date.fromisoformat(by))
    if not 0 <= day < calendar.days:
        return None
    start = calendar.clock_ms(day, 0)
    return max(k for k, edge in enumerate(calendar.month_edges_ms[:-1]) if edge <= start)


def _money(context: Context, path: Path, kpi: str, text: str) -> Iterator[Problem]:
    """Amounts of goals and peers are in the scenario's currency."""
    currency = context.scenario.currency
    if unit_of(kpi) != "money":
        return
    others = [code for code in _codes(text) if code != currency]
    if others:
        yield context.problem(path, f"'{text}' is in {others[0]}, the scenario counts in {currency}", f"{currency}")


def _codes(text: str) -> list[str]:
    return [word for word in text.split() if len(word) == _CURRENCY_LETTERS and word.isalpha() and word.isupper()]
