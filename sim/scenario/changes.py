"""`path: change`: the one mechanism of `changes:`, `--set`, events and, later, investments and sweeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase

from sim.scenario.arithmetic import ALLOWED, ChangeError, changed, moved, read_change
from sim.scenario.arithmetic import Change as Change
from sim.scenario.nodes import Node, Path, read_path, show_path
from sim.scenario.problems import Origin, Problem, listed, nearest
from sim.scenario.scaling import FULL, part_way, scaled
from sim.scenario.shapes import Shape, root, shape_at


@dataclass(frozen=True)
class Override:
    """A value that a later layer replaced: old -> new."""

    path: str
    old: str | None
    """As written; None where the key was absent (and had no default)."""
    new: str | None
    """None where it was removed."""
    origin: Origin
    """Where the new value was written."""

    def __str__(self) -> str:
        """``path: old -> new  (where)``."""
        return f"{self.path}: {self.old or 'nothing'} -> {self.new or 'removed'}  ({self.origin})"


@dataclass(frozen=True)
class Target:
    """A place that a path matches."""

    path: Path
    node: Node | None
    """The present value: as written, or the schema's default; None where there is neither."""
    shape: Shape
    written: bool
    """Whether the document itself holds it."""


class NoMatch(Exception):
    """A path that matches nothing: how far it matched, and what could stand there."""

    def __init__(self, matched: Path, part: str | int, options: Iterable[str]) -> None:
        self.matched, self.part, self.options = matched, part, list(options)


def find(document: Node, pattern: Path) -> list[Target]:
    """Every place that a path matches; raises NoMatch where there is none.

    Names match exactly or by `*` and `?`. A wildcard matches what is written or has a default; a name may also lead
    to an optional key that is absent, and to a new entry of a map whose keys refer to things (`season`, `hires`).
    Behind a wildcard no name leads into an absent block: `reasons.*.transfer.share` is about those that have one.
    """
    failures: list[NoMatch] = []
    targets = list(_find(Target((), document, root(), True), pattern, failures, some=False))
    if not targets:
        raise max(failures, key=lambda failure: len(failure.matched))
    return list({target.path: target for target in targets}.values())


def _find(at: Target, pattern: Path, failures: list[NoMatch], some: bool) -> Iterator[Target]:
    """``some``: a wildcard has been passed, so that this is one of several."""
    if not pattern:
        yield at
        return
    here = _opened(at)
    part = pattern[0]
    found = False
    if isinstance(part, str) and ("*" in part or "?" in part):
        for key in _keys(here):
            if fnmatchcase(str(key), part):
                inner = _step(here, key)
                if inner is not None and inner.node is not None:
                    found = True
                    yield from _find(inner, pattern[1:], failures, some=True)
    else:
        for length in range(len(pattern), 0, -1):  # a name may hold dots
            if length > 1 and not all(isinstance(p, str) for p in pattern[:length]):
                continue
            key = part if length == 1 else ".".join(str(p) for p in pattern[:length])
            inner = _step(here, key, new=length == 1)
            if inner is not None:
                if some and inner.node is None and len(pattern) > length:
                    break
                found = True
                yield from _find(inner, pattern[length:], failures, some)
                break
    if not found:
        failures.append(NoMatch(at.path, part, (str(key) for key in _keys(here, absent=True))))


def _opened(at: Target) -> Target:
    """A short form (`3 days`) seen as the block that it stands for (`{mean: 3 days}`)."""
    node, shape = at.node, at.shape.pick(at.node)
    if node is not None and node.is_scalar and shape.short and shape.short != "channel":
        key = "distribution" if node.value == "never" and "distribution" in shape.fields else shape.short
        return replace(at, node=Node({key: node}, node.origin), shape=shape)
    return replace(at, shape=shape)


def _keys(at: Target, absent: bool = False) -> list[str | int]:
    keys: list[str | int] = [key for key, _ in at.node.items()] if at.node is not None else []
    if at.shape.kind == "block":
        keys += [n for n, f in at.shape.fields.items() if n not in keys and (absent or f.default_node() is not None)]
    return keys


def _step(at: Target, key: str | int, new: bool = False) -> Target | None:
    if at.shape.kind == "list" and isinstance(key, str) and key.isdigit():
        key = int(key)
    node = at.node.get((key,)) if at.node is not None else None
    shape = at.shape.step(key)
    path = (*at.path, key)
    if shape is None:
        return None
    if node is not None:
        return Target(path, node, shape.pick(node), at.written)
    if at.shape.kind == "block":
        default = at.shape.fields[str(key)].default_node()
        return Target(path, default, shape.pick(default), False)
    if new and at.shape.kind == "map" and not at.shape.declares and _key_fits(at.shape, key):
        return Target(path, None, shape, False)
    return None


def _key_fits(shape: Shape, key: str | int) -> bool:
    return shape.key is None or not shape.key.choices or str(key) in shape.key.choices


def apply_changes(
    document: Node,
    changes: Node,
    via: str,
    problems: list[Problem],
    log: list[Override] | None = None,
    at: str = "",
    fraction: Decimal = FULL,
) -> Node:
    """The document with every `path: change` of a map applied in order. Problems are added to the list.

    `via` names the writer in the origin of the new values; `at` is the path of the map, for messages; `fraction` is
    how much of each change takes effect (see `scaling`).
    """
    for text, node in changes.children.items():
        named = node if node.origin.source == "--set" else replace(node, origin=replace(node.origin, via=via))
        document = apply_change(document, text, named, problems, log, at, fraction)
    return document


def apply_change(
    document: Node,
    text: str,
    node: Node,
    problems: list[Problem],
    log: list[Override] | None = None,
    at: str = "",
    fraction: Decimal = FULL,
) -> Node:
    """One change, or a fraction of its effect."""
    name = f"{at}: {text}" if at else text
    try:
        pattern = read_path(text)
    except ValueError:
        problems.append(Problem(name, "this is not a path", "such as reasons.return.per_order or teams.*.wage",
                                origin=node.at))  # fmt: skip
        return document
    try:
        targets = find(document, pattern)
    except NoMatch as failure:
        problems.append(_no_match(name, pattern, failure, node))
        return document
    try:
        change = read_change(node)
    except ChangeError as error:
        problems.append(Problem(name, error.wrong, error.allowed, error.meant, node.origin))
        return document
    wild = any(isinstance(part, str) and ("*" in part or "?" in part) for part in pattern)
    done = 0
    for target in targets:
        if wild and (not target.written if change.kind == "remove" else change.relative and target.node is None):
            continue
        done += 1
        place = name if not wild else f"{name} ({show_path(target.path)})"
        try:
            document = _apply(document, target, change, log, fraction)
        except ChangeError as error:
            about = (target.path,)
            problems.append(Problem(place, error.wrong, error.allowed, error.meant, node.origin, about))
    if not done:
        problems.append(Problem(name, f"nothing that this path matches has a value that '{change.text}' could change",
                                ALLOWED, origin=node.origin))  # fmt: skip
    return document


def _no_match(name: str, pattern: Path, failure: NoMatch, node: Node) -> Problem:
    place = f"in {show_path(failure.matched)}" if failure.matched else "in a scenario"
    part = str(failure.part)
    wrong = f"nothing matches '{part}' {place}"
    similar = nearest(part, failure.options, quote="")
    meant = ""
    if similar:
        rest = pattern[len(failure.matched) + 1 :]
        meant = f"'{show_path((*failure.matched, similar, *rest))}'"
        if any(isinstance(p, str) and "*" in p for p in pattern[: len(failure.matched)]):  # keep the wildcard
            meant = f"'{'.'.join(map(str, (*pattern[: len(failure.matched)], similar, *rest)))}'"
    return Problem(name, wrong, listed(failure.options, 20), meant, node.at)


def _apply(document: Node, target: Target, change: Change, log: list[Override] | None, fraction: Decimal) -> Node:
    if change.kind == "remove":
        if not target.written:
            raise ChangeError("there is nothing to remove: " + ("this is a default" if target.node else "it is absent"))
        new: Node | None = None
    elif change.kind == "set":
        new = _settable(change, target)
    elif change.kind == "move":
        return _move(document, target, change, log, fraction)
    else:
        return _relative(document, target, change, log, fraction)
    if fraction < FULL:
        new = part_way(target.node, new, target.shape, fraction, entry=_is_entry(target.path))
        if new is None:  # nothing lies between: it takes effect when all of it does
            return document
    return _put(document, target.path, target.node, new, change, log)


def _put(
    document: Node, path: Path, present: Node | None, new: Node | None, change: Change, log: list[Override] | None
) -> Node:
    if log is not None:
        log.append(Override(show_path(path), present.written() if present else None,
                            new.written() if new else None, change.node.origin))  # fmt: skip
    return _open_on_way(document, path).put(path, new)


def _relative(document: Node, target: Target, change: Change, log: list[Override] | None, fraction: Decimal) -> Node:
    """A change of the present value."""
    present, shape, path = target.node, target.shape, target.path
    if present is None:
        raise ChangeError(f"there is no present value that '{change.text}' could change", "a value")
    if present.is_map:
        if not shape.short or shape.short not in present.children:
            raise ChangeError(f"'{change.text}' changes a value, and a map stands here",
                              listed((show_path((*path, key)) for key in present.children), 6))  # fmt: skip
        path, shape, present = (*path, shape.short), shape.fields[shape.short].shape, present.children[shape.short]
    elif shape.main is not None:
        shape = shape.main
    new = changed(scaled(change, fraction, shape) if fraction < FULL else change, present, shape)
    return _put(document, path, present, replace(new, evidence=change.node.evidence), change, log)


def _is_entry(path: Path) -> bool:
    """Whether a path leads to an entry of a map of values whose keys refer to things."""
    around = shape_at(path[:-1])
    return around is not None and any(form.kind == "map" and not form.declares for form in (around, *around.forms))


def _move(document: Node, target: Target, change: Change, log: list[Override] | None, fraction: Decimal) -> Node:
    """A part of one share of a mix given to another."""
    path, other = target.path, (*target.path[:-1], change.to)
    if target.node is None or target.shape.unit != "share" or not _is_entry(path):
        raise ChangeError(f"'{change.text}' moves a part of a share of a mix, and this is none",
                          "a path such as reasons.return.channels.email")  # fmt: skip
    if path[-1] == change.to:
        raise ChangeError(f"'{change.text}' moves it to itself", "the name of another share of the same mix")
    if fraction < FULL:
        change = scaled(change, fraction, target.shape)
    there = document.get(other)
    less, more = moved(change, target.node, there or Node("0 %"))
    document = _put(document, path, target.node, less, change, log)
    return _put(document, other, there, more, change, log)


def _settable(change: Change, target: Target) -> Node:
    """The new value; a negative number where none can be negative was rather meant as a subtraction."""
    node, shape = change.node, target.shape.main or target.shape
    negative = change.text.startswith("-") and node.is_scalar
    if negative and shape.unit in ("duration", "share", "factor", "rate", "decay", "whole number"):
        raise ChangeError(
            f"'{change.text}' would set a negative value", "a value of 0 or more", f"'- {change.text[1:]}'"
        )
    return replace(node, key_origin=None)


def _open_on_way(document: Node, path: Path) -> Node:
    """Short forms on the way to a path written out, so that the path can be put."""
    shape: Shape | None = root()
    node: Node | None = document
    for depth, part in enumerate(path):
        if shape is None or node is None:
            break
        shape = shape.pick(node)
        if node.is_scalar and shape.short:
            opened = _opened(Target(path[:depth], node, shape, True)).node
            document = document.put(path[:depth], opened)
            node = opened
        shape, node = shape.step(part), node.get((part,)) if node is not None else None
        if node is None and shape is not None and depth + 1 < len(path):
            default = _default_at(path[: depth + 1])
            if default is not None and default.is_scalar and shape.short:
                document = document.put(path[: depth + 1], default)
                node = default
    return document


def _default_at(path: Path) -> Node | None:
    shape: Shape | None = root()
    for part in path[:-1]:
        shape = shape.step(part) if shape is not None else None
    if shape is None or shape.kind != "block":
        return None
    entry = shape.fields.get(str(path[-1]))
    return entry.default_node() if entry else None
