"""Customer segments, laid out as reasons of their own, so that no other room needs to know of them.

A need of the reason `return` by a customer of the segment `loyal` has the reason `return@loyal` wherever reasons are
told apart; tables add the rows `return` (all segments) and `@loyal` (all reasons).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sim.scenario.schema import Scenario
from sim.scenario.schema.demand import Customers, Reason
from sim.scenario.schema.people import Serve, Team
from sim.scenario.schema.segments import Segment

MARK = "@"
V = TypeVar("V")


def segments_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of the segments in declared order; one without a name where there are none."""
    return tuple(scenario.segments) or ("",)


def named(reason: str, segment: str) -> str:
    """`return@loyal`"""
    return f"{reason}{MARK}{segment}" if segment else reason


def segment_of(reason: str) -> str:
    """The segment of a laid-out reason, "" without segments."""
    return reason.partition(MARK)[2]


def groups_of(reasons: Iterable[str]) -> dict[str, list[str]]:
    """Rows that tables add: each reason over its segments, each segment over its reasons; empty without segments."""
    groups: dict[str, list[str]] = {}
    laid_out = [reason for reason in reasons if MARK in reason]
    for reason in laid_out:
        groups.setdefault(reason.partition(MARK)[0], []).append(reason)
    for reason in laid_out:
        groups.setdefault(MARK + segment_of(reason), []).append(reason)
    return groups


def by_segment(reasons: Iterable[str], segments: tuple[str, ...]) -> list[list[int]]:
    """Numbers of the laid-out reasons of each segment."""
    of = [segment_of(reason) for reason in reasons]
    return [[number for number, segment in enumerate(of) if segment == wanted] for wanted in segments]


def customers_of(world: Scenario, segment: str) -> Customers:
    """The customers of one segment in a world (all of them without segments)."""
    if not segment:
        return world.customers
    kind, all_of_them = world.segments[segment], world.customers
    return all_of_them.model_copy(
        update={
            "active": all_of_them.active * kind.share,
            "new": all_of_them.new * share_of_new(world, segment),
            "orders": all_of_them.orders * kind.orders,
            "order_value": all_of_them.order_value * kind.order_value,
            "margin": min(1.0, all_of_them.margin * kind.margin),
            "churn": 1.0 - (1.0 - all_of_them.churn) ** kind.churn,  # a yearly share that compounds
        }
    )


def share_of_new(world: Scenario, segment: str) -> float:
    """Share of the new customers who are of a segment."""
    if not segment:
        return 1.0
    kind = world.segments[segment]
    return kind.share if kind.of_new is None else kind.of_new


def laid_out(scenario: Scenario) -> Scenario:
    """The scenario with a reason for each reason and segment; itself where there are no segments."""
    if not scenario.segments:
        return scenario
    reasons = {
        named(name, segment): _reason(name, reason, kind)
        for name, reason in scenario.reasons.items()
        for segment, kind in scenario.segments.items()
    }
    return scenario.model_copy(
        update={
            "reasons": reasons,
            "channels": {name: _channel(channel, scenario) for name, channel in scenario.channels.items()},
            "teams": {name: _team(team, scenario) for name, team in scenario.teams.items()},
            "self_service": {
                name: _renamed(block, scenario, "resolves", "false_resolved")
                for name, block in scenario.self_service.items()
            },
            "bots": {name: _renamed(bot, scenario, "contains", "resolved") for name, bot in scenario.bots.items()},
        }
    )


def _of(factors: float | Mapping[str, float], reason: str) -> float:
    return factors.get(reason, 1.0) if isinstance(factors, Mapping) else factors


def _reason(name: str, reason: Reason, kind: Segment) -> Reason:
    needs = _of(kind.needs, name)
    handle = reason.handle.model_copy(update={"mean": max(1, round(reason.handle.mean * _of(kind.handle, name)))})
    rates: dict[str, Any] = {
        "per_order": None if reason.per_order is None else reason.per_order * needs,
        "per_customer": None if reason.per_customer is None else reason.per_customer * needs,
        "rate": None if reason.rate is None else reason.rate * kind.share * needs,
    }
    return reason.model_copy(update={**rates, "handle": handle})


def _channel(channel: Any, scenario: Scenario) -> Any:
    """Patience by reason, and the segment's own factor on it."""
    by_reason = {
        named(reason, segment): channel.patience.by_reason.get(reason, 1.0) * kind.patience
        for reason in scenario.reasons
        for segment, kind in scenario.segments.items()
    }
    return channel.model_copy(update={"patience": channel.patience.model_copy(update={"by_reason": by_reason})})


def _team(team: Team, scenario: Scenario) -> Team:
    """Each line of `serves` becomes one line for each priority, the highest first; equal lines of teams stay equal."""
    priorities = sorted({kind.priority for kind in scenario.segments.values()}, reverse=True)
    serves = [
        line.model_copy(update={"reasons": _of_priority(line, priority, scenario)})
        for line in team.serves
        for priority in priorities
    ]
    return _renamed(team.model_copy(update={"serves": serves}), scenario, "speed", "resolves")


def _of_priority(line: Serve, priority: int, scenario: Scenario) -> list[str]:
    return [
        named(reason, segment)
        for reason in (scenario.reasons if line.reasons is None else line.reasons)
        for segment, kind in scenario.segments.items()
        if kind.priority == priority
    ]


def _renamed(block: V, scenario: Scenario, *fields: str) -> V:
    """A block whose maps by reason (where they are maps) name the laid-out reasons; other keys stay."""
    update = {}
    for field in fields:
        values = getattr(block, field)
        if isinstance(values, Mapping):
            update[field] = {
                key: value
                for name, value in values.items()
                for key in ([named(name, s) for s in scenario.segments] if name in scenario.reasons else [name])
            }
    return block.model_copy(update=update)  # type: ignore[attr-defined,no-any-return]
