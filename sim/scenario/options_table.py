"""What can be bought, in words: costs, dates, conditions and declared effects of every investment in every level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.scenario.changes import Override
from sim.scenario.effects import with_added, with_effects
from sim.scenario.emit import flow
from sim.scenario.nodes import Node, Path, from_python, show_path
from sim.scenario.options import Decided, Option, decided, in_every_level, option, prerequisites
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.base import Evidence


@dataclass(frozen=True)
class Effect:
    """One value that an option changes."""

    path: str
    today: str
    """On top of what the option requires; ``(none)`` where there is nothing."""
    full: str
    """At full effect."""


@dataclass(frozen=True)
class OptionRow:
    """One investment in one of its levels."""

    name: str
    level: str | None
    title: str
    because: str
    cost: dict[str, str]
    """Keys of its cost as written, what is 0 left out."""
    live_after: str
    ramp: str
    requires: tuple[str, ...]
    excludes: tuple[str, ...]
    adds: dict[str, str]
    """Path in the scenario -> what stands there."""
    effects: tuple[Effect, ...]
    evidence: dict[str, Evidence]
    """By path of the value that it is about."""
    decided: Decided | None
    sunk: bool
    """Whether its upfront cost was paid before the horizon."""

    @property
    def label(self) -> str:
        """``crm``, or ``crm (pro)``."""
        return self.name if self.level is None else f"{self.name} ({self.level})"

    @property
    def status(self) -> str:
        """Whether and when it is decided, in words."""
        if self.decided is None:
            return "not decided"
        dates = f"decided: starts {self.decided.start}, live {self.decided.live}"
        if self.decided.full > self.decided.live:
            dates += f", full effect {self.decided.full}"
        return dates + (", upfront cost sunk before the horizon" if self.sunk else "")


def option_rows(resolved: Resolved) -> list[OptionRow]:
    """Every investment in every level, as declared."""
    document = from_python(dict(resolved.document))
    scenario = resolved.scenario
    taken = {each.name: each for each in decided(scenario, document)}
    return [
        _row(scenario, document, each, taken.get(name))
        for name in scenario.investments
        for each in in_every_level(scenario, document, name)
    ]


def _row(scenario: Scenario, document: Node, each: Option, taken: Decided | None) -> OptionRow:
    investment, level = each.investment, each.chosen
    mine = taken if taken is not None and taken.option.level == each.level else None
    return OptionRow(
        name=each.name,
        level=each.level,
        title=(level.title if level else "") or investment.title,
        because=(level.because if level else "") or investment.because,
        cost=_cost(each),
        live_after=days_in_words(each.live_after_days),
        ramp=_ramp(each),
        requires=tuple(investment.requires),
        excludes=_excludes(scenario, each.name),
        adds={show_path(path): flow(node.plain()) for path, _, node in each.added()},
        effects=tuple(_effects(scenario, document, each)),
        evidence=dict(_evidence(scenario, each)),
        decided=mine,
        sunk=mine is not None and mine.start < scenario.horizon.start and each.cost.upfront > 0,
    )


def _excludes(scenario: Scenario, name: str) -> tuple[str, ...]:
    """What cannot be decided together with an investment, whichever of the two says so."""
    own = scenario.investments[name].excludes
    others = [other for other, block in scenario.investments.items() if name in block.excludes and other not in own]
    return (*own, *others)


def days_in_words(days: int) -> str:
    """``0`` -> ``'at once'``, ``61`` -> ``'61 days'``."""
    return "at once" if days == 0 else f"{days} day{'s' * (days != 1)}"


def _ramp(each: Option) -> str:
    if each.ramp_days == 0:
        return "full at once"
    return f"{days_in_words(each.ramp_days)}, {'S-curve' if each.ramp.shape == 's_curve' else 'linear'}"


def _cost(each: Option) -> dict[str, str]:
    """As written by the planner: the level's keys over the investment's."""
    found: dict[str, str] = {}
    for place in (each.path, (*each.path, "levels", each.level or "")):
        block = each.document.get((*place, "cost"))
        for key, node in block.children.items() if block is not None else ():
            found[key] = node.written()
    priced = {key: text for key, text in found.items() if getattr(each.cost, key)}
    if not each.cost.per_use:
        priced.pop("use", None)
    if each.cost.agent_hours:
        priced["hours_over"] = days_in_words(each.hours_over_days)
    return priced


def _effects(scenario: Scenario, document: Node, each: Option) -> Iterator[Effect]:
    """Values before and after, on top of what the option requires, each path once."""
    world = document
    taken = scenario.decisions.investments
    for name in prerequisites(scenario, each.name):
        levels = list(scenario.investments[name].levels)
        chosen = taken[name].level if name in taken else None
        needed = option(scenario, document, name, chosen or next(iter(levels), None))
        world = with_effects(with_added(world, needed, None, shut=False, problems=[]), needed, [], gates=False)
    log: list[Override] = []
    with_effects(with_added(world, each, None, shut=True, problems=[]), each, [], log)
    first: dict[str, str | None] = {}
    last: dict[str, str | None] = {}
    for override in log:
        first.setdefault(override.path, override.old)
        last[override.path] = override.new
    for path in first:
        yield Effect(path, first[path] or "(none)", last[path] or "(none)")


def _evidence(scenario: Scenario, each: Option) -> Iterator[tuple[str, Evidence]]:
    """Evidence of the investment, of its level, and of single values in them."""
    other: list[Path] = [(*each.path, "levels", level) for level in each.investment.levels if level != each.level]
    mine, others = show_path(each.path), [show_path(path) for path in other]
    for path, evidence in scenario.evidence.items():
        if _inside(path, mine) and not any(_inside(path, text) for text in others):
            yield path, evidence


def _inside(path: str, around: str) -> bool:
    return path == around or path.startswith((f"{around}.", f"{around}["))
