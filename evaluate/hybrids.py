"""What differs between two scenarios as a few changes, and every world in between, with some of them made.

Changes are grouped: each investment that one of the two decides (or decides otherwise) is one, each reason is one, and
of the rest everything under one top-level key is one. A change that alone leaves the world as it is (texts, evidence,
an investment that nobody decides) is none. Where a world in between cannot be had (a channel's contacts without the
channel), the changes that need each other are made one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from sim.scenario.load import resolve
from sim.scenario.nodes import read_path
from sim.scenario.problems import ScenarioProblems
from sim.scenario.resolved import Resolved
from sim.scenario.show import Difference, difference

SHAPLEY_UP_TO = 6
"""Changes for which all orders are averaged; beyond, they are made in declared order."""
Key = tuple[str, ...]
"""A place in the document: ``("reasons", "return")``, ``("investments", "portal")``, ``("teams",)``."""


@dataclass(frozen=True)
class Change:
    """One or more places that change together."""

    keys: tuple[Key, ...]
    differences: tuple[Difference, ...]

    @property
    def name(self) -> str:
        """``reasons.return``, or ``channels + teams`` where they cannot be had apart."""
        return " + ".join(".".join(key) for key in self.keys)

    def __add__(self, other: Change) -> Change:
        return Change((*self.keys, *other.keys), (*self.differences, *other.differences))


class Between:
    """Every world between two scenarios. ``folder`` is where the profiles of both are written for it; all orders of up
    to ``shapley_up_to`` changes are averaged."""

    def __init__(self, base: Resolved, option: Resolved, folder: Path, shapley_up_to: int = SHAPLEY_UP_TO) -> None:
        self.base, self.option, self.shapley_up_to = base, option, shapley_up_to
        self._folder = folder
        self._documents = tuple(_portable(world, folder, tag) for world, tag in ((base, "base"), (option, "option")))
        self._known: dict[frozenset[Key], Resolved | None] = {}
        self.changes = self._apart([change for change in _changes(base, option) if self._matters(change)])

    @property
    def all_orders(self) -> bool:
        """Whether every order of the changes is averaged (Shapley), rather than the declared one followed."""
        return len(self.changes) <= self.shapley_up_to

    def world(self, made: Iterable[int]) -> Resolved:
        """The scenario with some of the changes (by their place) made; all of them is the option itself."""
        found = self._resolved(made, self.changes)
        assert found is not None, "changes that cannot be had apart were made one"
        return found

    def coalitions(self) -> list[tuple[int, ...]]:
        """The worlds that the attribution needs: all, or one after the other in declared order."""
        return _coalitions(len(self.changes), self.shapley_up_to)

    def _resolved(self, made: Iterable[int], changes: list[Change]) -> Resolved | None:
        places = set(made)
        if not places:
            return self.base
        if len(places) == len(changes):
            return self.option
        keys = frozenset(key for place in places for key in changes[place].keys)
        if keys not in self._known:
            try:
                self._known[keys] = resolve(self._mixed(keys), self._folder)
            except ScenarioProblems:
                self._known[keys] = None
        return self._known[keys]

    def _matters(self, change: Change) -> bool:
        """Whether the change makes another world; one that cannot be had alone does."""
        alone = self._resolved([0], [change, Change((), ())])
        return alone is None or alone.digest != self.base.digest

    def _apart(self, changes: list[Change]) -> list[Change]:
        """The changes, those that cannot be had apart made one."""
        while True:
            needed = _coalitions(len(changes), self.shapley_up_to)
            missing = next((made for made in needed if self._resolved(made, changes) is None), None)
            if missing is None:
                return changes
            one, other = self._needed(missing, changes)
            merged = changes[one] + changes[other]
            changes = [merged if k == one else each for k, each in enumerate(changes) if k != other]

    def _needed(self, missing: tuple[int, ...], changes: list[Change]) -> tuple[int, int]:
        """Of a world that cannot be had: a change in it, and one outside that makes it whole (or the next one)."""
        outside = [k for k in range(len(changes)) if k not in missing]
        whole = [k for k in outside if self._resolved([*missing, k], changes) is not None]
        other = (whole or [k for k in outside if k > missing[-1]] or outside)[0]
        return min(missing[-1], other), max(missing[-1], other)

    def _mixed(self, keys: frozenset[Key]) -> dict[str, Any]:
        """The base's document with the option's at some places."""
        base, option = self._documents
        mixed = {key: dict(block) if isinstance(block, Mapping) else block for key, block in base.items()}
        for key in sorted(keys):
            if key[0] == "investments":
                _put(mixed, option, "investments", key[1], keep=True)
                mixed["decisions"] = {**mixed.get("decisions", {})}
                inner = {"investments": dict(mixed["decisions"].get("investments", {}))}
                _put(inner, option.get("decisions", {}), "investments", key[1])
                mixed["decisions"].update(inner)
            elif len(key) == 2:
                _put(mixed, option, *key)
            elif key[0] == "decisions":
                own = {"investments": mixed.get("decisions", {}).get("investments", {})}
                mixed["decisions"] = {**option.get("decisions", {}), **own}
            elif key[0] in option:
                mixed[key[0]] = option[key[0]]
            else:
                mixed.pop(key[0], None)
        return mixed


def _put(into: dict[str, Any], source: Mapping[str, Any], block: str, name: str, keep: bool = False) -> None:
    """``block.name`` of one document as in the other; ``keep``: what the other has not stays."""
    entries = dict(into.get(block, {}))
    if name in source.get(block, {}):
        entries[name] = source[block][name]
    elif not keep:
        entries.pop(name, None)
    into[block] = entries


def _coalitions(count: int, shapley_up_to: int) -> list[tuple[int, ...]]:
    if count > shapley_up_to:
        return [tuple(range(size)) for size in range(count + 1)]
    return [made for size in range(count + 1) for made in combinations(range(count), size)]


def _changes(base: Resolved, option: Resolved) -> list[Change]:
    """Grouped differences in the order of the option's file."""
    found: dict[Key, list[Difference]] = {}
    for each in difference(base, option):
        key = _key_of(tuple(str(part) for part in read_path(each.path)), base, option)
        if key is not None:
            found.setdefault(key, []).append(each)
    return [Change((key,), tuple(differences)) for key, differences in found.items()]


def _key_of(path: Key, base: Resolved, option: Resolved) -> Key | None:
    """Where a difference belongs; None where it changes nothing that is simulated or priced."""
    if path[0] in ("name", "title", "because", "evidence", "experiment"):
        return None
    name = path[1] if path[0] == "investments" else path[2] if path[:2] == ("decisions", "investments") else None
    if name is not None:
        taken = {*base.scenario.decisions.investments, *option.scenario.decisions.investments}
        return ("investments", name) if name in taken else None
    return path[:2] if path[0] == "reasons" and len(path) > 1 else path[:1]


def _portable(resolved: Resolved, folder: Path, tag: str) -> dict[str, Any]:
    """The document with its profiles in ``folder``, so that it can be read without the files it came from."""
    names = {}
    for number, (written, weights) in enumerate(resolved.profiles.items(), start=1):
        names[written] = f"{tag}_{number}.csv"
        text = "weight\n" + "".join(f"{weight!r}\n" for weight in weights)
        (folder / names[written]).write_text(text, encoding="utf-8")
    document = {key: block for key, block in resolved.document.items() if key != "evidence"}
    return dict(_renamed(document, names, ""))


def _renamed(value: Any, names: Mapping[str, str], key: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _renamed(entry, names, str(name)) for name, entry in value.items()}
    if isinstance(value, list):
        return [_renamed(entry, names, key) for entry in value]
    is_profile = key.rpartition(".")[2] in ("week_profile", "profile")
    return names.get(value, value) if is_profile and isinstance(value, str) else value


def subsets_without(place: int, count: int) -> Iterator[tuple[int, ...]]:
    """All sets of the other changes, smallest first."""
    others = [k for k in range(count) if k != place]
    for size in range(count):
        yield from combinations(others, size)
