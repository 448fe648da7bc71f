"""What an investment does to a document: structures that it adds, changes, and contacts that no longer come about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from sim.scenario.arithmetic import ChangeError, plain_decimal, quantity_of
from sim.scenario.changes import Override, apply_change, apply_changes
from sim.scenario.nodes import Node, Path, show_path
from sim.scenario.options import GATES, Decided, Option
from sim.scenario.problems import Problem
from sim.scenario.quantities import PARSERS
from sim.scenario.scaling import FULL
from sim.scenario.schema.options import Deflected
from sim.scenario.units import QuantityError

_RATES = ("per_order", "per_customer", "rate")


def with_added(document: Node, option: Option, starts: dt.date | None, shut: bool, problems: list[Problem]) -> Node:
    """The document with the structures that an option brings, ``shut`` until it is live.

    Their costs start at ``starts`` unless they say so themselves. What is there already cannot be added, except that a
    team may be given another `serves`.
    """
    for path, written_at, node in option.added():
        present = document.get(path)
        if present is not None:
            if path[0] == "teams" and set(node.children) == {"serves"}:
                document = document.put((*path, "serves"), node.children["serves"])
                continue
            wrong = f"{show_path(path)} is there already"
            allowed = "another name here, or `changes` of the one that is there"
            allowed += "; of a team that is there, `serves` alone" if path[0] == "teams" else ""
            problems.append(Problem(show_path(written_at), wrong, allowed, origin=node.at))
            continue
        if starts is not None and node.get(("cost",)) is not None and node.get(("cost", "starts")) is None:
            node = node.put(("cost", "starts"), Node(starts.isoformat(), node.origin))
        if shut and path[0] in GATES:
            node = node.put((GATES[str(path[0])],), Node(0, node.origin, text="0"))
        document = document.put(path, node)
    return document


def gates_of(option: Option) -> Node:
    """What lets customers into the structures added, at full effect, as `path: value`."""
    found: dict[str, Node] = {}
    for path, _, node in option.added():
        if path[0] not in GATES or (path[0] == "teams" and set(node.children) == {"serves"}):
            continue
        key = GATES[str(path[0])]
        declared = node.children.get(key)
        if declared is None and path[0] == "bots":
            declared = Node("100 %", node.origin)
        if declared is not None:
            found[show_path((*path, key))] = declared
    return Node(found, option.document.origin)


def with_effects(
    document: Node,
    option: Option,
    problems: list[Problem],
    log: list[Override] | None = None,
    fraction: Decimal = FULL,
    gates: bool = True,
) -> Node:
    """The document under an option's effects, or under a part of them: gates, then contacts gone, then changes."""
    via = f"investment {option.label}"
    if gates:
        where = show_path((*option.path, "adds"))
        document = apply_changes(document, gates_of(option), via, problems, log, where, fraction)
    for reason, (at, deflected) in option.deflects.items():
        document = _deflected(document, option, reason, at, deflected, problems, log, fraction)
    for path, changes in option.changes:
        document = apply_changes(document, changes, via, problems, log, show_path(path), fraction)
    return document


def _deflected(
    document: Node,
    option: Option,
    reason: str,
    at: Path,
    deflected: Deflected,
    problems: list[Problem],
    log: list[Override] | None,
    fraction: Decimal,
) -> Node:
    """Contacts of a reason that are gone, and the mean of the rest by the residual handle time identity."""
    node = option.document.nearest(at)[1]
    place = show_path(at)
    if document.get(("reasons", reason)) is None:
        return document  # said by the checks of names
    origin = replace(node.origin, via=f"investment {option.label}") if node.origin.source != "--set" else node.origin
    if deflected.share is None:
        share = Decimal(repr(_taken_by_added(document, option, reason)))
    else:
        share = fraction * Decimal(repr(deflected.share))
        rate = next((key for key in _RATES if document.get(("reasons", reason, key)) is not None), None)
        if rate is not None:
            change = Node(f"x {plain_decimal(1 - share)}", origin)
            document = apply_change(document, show_path(("reasons", reason, rate)), change, problems, log, place)
    if deflected.handle is None or not 0 < share < 1:
        return document
    mean = _mean_ms(document, reason)
    left = None if mean is None else (mean - share * deflected.handle) / (1 - share)
    if left is None or mean is None:
        return document
    if left < 0:
        wrong = f"the contacts gone would take more work than there is: {percent(share)} of them at " \
                f"{deflected.handle / 1000:g} s out of a mean of {float(mean) / 1000:g} s"  # fmt: skip
        problems.append(Problem(place, wrong, "a smaller share, or a shorter handle", origin=node.at))
        return document
    change = Node(f"{plain_decimal(left.quantize(Decimal(1)) / 1000)} s", origin)
    return apply_change(document, show_path(("reasons", reason, "handle", "mean")), change, problems, log, place)


def percent(share: Decimal) -> str:
    """``Decimal('0.2')`` -> ``'20 %'``."""
    return f"{float(100 * share):.6g} %"


def _mean_ms(document: Node, reason: str) -> Decimal | None:
    node = document.get(("reasons", reason, "handle", "mean")) or document.get(("reasons", reason, "handle"))
    if node is None or not node.is_scalar:
        return None
    try:
        return Decimal(PARSERS["duration"](node.text or node.value))
    except QuantityError:
        return None


def _taken_by_added(document: Node, option: Option, reason: str) -> float:
    """Share of a reason's contacts that the structures of an option resolve in this document.

    One after the other: a self-service `reach` x `resolves` of the needs, a bot `takes` x `contains` x `resolved` of
    the contacts on its channels.
    """
    left = 1.0
    for path, _, _ in option.added():
        block = document.get(path)
        if block is None or path[0] not in ("bots", "self_service"):
            continue
        if path[0] == "self_service":
            left *= 1.0 - _share(block, "reach") * _share(block, "resolves", reason)
            continue
        names = block.get(("channels",))
        mix = document.get(("reasons", reason, "channels")) or Node({})
        on = [str(item.value) for _, item in names.items()] if names is not None else []
        here = sum(_share(mix, channel) for channel in on)
        resolved = _share(block, "resolved", reason, 1.0)
        left *= 1.0 - here * _share(block, "takes", default=1.0) * _share(block, "contains", reason) * resolved
    return round(1.0 - left, 12)


def _share(block: Node, key: str, name: str = "", default: float = 0.0) -> float:
    node = block.children.get(key)
    if node is None:
        return default
    if node.is_map:
        node = node.children.get(name)
    if node is None or not node.is_scalar:
        return 0.0
    try:
        number, tail = quantity_of(node)
    except ChangeError:
        return 0.0
    return float(number / 100 if "%" in tail else number)


def opened(document: Node, each: Decided, problems: list[Problem]) -> Node:
    """The document with what a decided option adds: shut, or in full effect where that is so from the first day."""
    document = with_added(document, each.option, each.start, shut=not each.settled, problems=problems)
    return with_effects(document, each.option, problems, gates=False) if each.settled else document
