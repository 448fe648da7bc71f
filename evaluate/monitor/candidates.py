"""Inputs that may have turned out otherwise than planned, and how far each may plausibly be from its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from sim.scenario.quantities import PARSERS
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError
from sim.scenario.vary import written_at

Kind = Literal["times", "points", "heads"]
STEP: Mapping[Kind, float] = {"times": 0.10, "points": 0.05, "heads": 1.0}
"""How far an input is moved to learn what it does."""
FARTHEST: Mapping[Kind, tuple[float, float]] = {"times": (-0.6, 1.5), "points": (-0.5, 0.5), "heads": (-0.5, 0.5)}
"""Bounds of what is plausible: a share of the plan, points, or (heads) a share of the heads."""
VOLUMES = ("per_order", "per_customer", "rate")


@dataclass(frozen=True)
class Candidate:
    """One input, or several that move together, and the size of its change as one number."""

    key: str
    """The path as a planner writes it; of several, with a wildcard."""
    kind: Kind
    paths: tuple[str, ...]
    low: float
    high: float
    say: Callable[[float], str] = field(compare=False)
    """The change in words: ``9 % more order_status contacts``."""

    def changes(self, size: float) -> dict[str, str]:
        """Path -> change."""
        if self.kind == "times":
            text = f"x {1 + size:.6g}"
        elif self.kind == "points":
            text = f"{'-' if size < 0 else '+'} {abs(100 * size):.6g} points"
        else:
            text = f"{'-' if size < 0 else '+'} {abs(round(size))}"
        return dict.fromkeys(self.paths, text)

    @property
    def step(self) -> float:
        """How far it is moved to learn what it does."""
        return STEP[self.kind]


def candidates(resolved: Resolved, only: tuple[str, ...] = ()) -> list[Candidate]:
    """Every input of the scenario that could be otherwise; with ``only`` those whose path matches a pattern."""
    found = [*_volumes(resolved), *_work(resolved), *_people(resolved), *_customers(resolved), *_machines(resolved)]
    return [each for each in found if not only or any(fnmatchcase(each.key, pattern) for pattern in only)]


def _written(resolved: Resolved, *paths: str) -> tuple[str, ...]:
    return tuple(path for path in paths if written_at(resolved, path))


def _times(key: str, paths: tuple[str, ...], more: str, less: str) -> Iterator[Candidate]:
    def say(size: float) -> str:
        return f"{abs(100 * size):.1f} % {more if size >= 0 else less}"

    if paths:
        yield Candidate(key, "times", paths, *FARTHEST["times"], say)


def _points(resolved: Resolved, key: str, paths: tuple[str, ...], what: str) -> Iterator[Candidate]:
    """A share, within what is left below and above it."""
    shares = [share for path in paths for share in _shares(resolved, path)]
    if not shares:
        return
    low, high = FARTHEST["points"]
    low, high = max(low, -min(shares)), min(high, 1 - max(shares))
    now = f" ({{:.1f}} % instead of {100 * shares[0]:.1f} %)" if len(shares) == 1 else ""

    def say(size: float) -> str:
        way = "higher" if size >= 0 else "lower"
        return f"{what} {abs(100 * size):.1f} points {way}" + now.format(100 * (shares[0] + size))

    if low < high:
        yield Candidate(key, "points", paths, low, high, say)


def _shares(resolved: Resolved, path: str) -> Iterator[float]:
    for text in written_at(resolved, path).values():
        try:
            yield float(PARSERS["share"](text))
        except QuantityError:
            return


def _volumes(resolved: Resolved) -> Iterator[Candidate]:
    every: list[str] = []
    for name in _named(resolved, "reasons"):
        paths = _written(resolved, *(f"reasons.{name}.{key}" for key in VOLUMES))
        every += paths
        for path in paths:
            yield from _times(path, (path,), f"more {name} contacts", f"fewer {name} contacts")
    if len(every) > 1:
        yield from _times("reasons.*.volume", tuple(every), "more contacts of every reason", "fewer of every reason")


def _work(resolved: Resolved) -> Iterator[Candidate]:
    names = _named(resolved, "reasons")
    every = _written(resolved, *(f"reasons.{name}.handle.mean" for name in names))
    for name, path in zip(names, every, strict=False) if len(every) == len(names) else ():
        yield from _times(path, (path,), f"longer handle time of {name}", f"shorter handle time of {name}")
    if len(every) > 1:
        yield from _times("reasons.*.handle.mean", every, "longer handle time", "shorter handle time")
    first = _written(resolved, *(f"reasons.{name}.resolved_first" for name in names))
    for path in first:
        name = path.split(".")[1]
        yield from _points(resolved, path, (path,), f"share of {name} resolved at the first contact")
    if len(first) > 1:
        yield from _points(resolved, "reasons.*.resolved_first", first, "share resolved at the first contact")


def _people(resolved: Resolved) -> Iterator[Candidate]:
    for name, team in resolved.scenario.teams.items():
        paths = _written(resolved, f"teams.{name}.agents")
        if paths and team.agents and team.staffing is None:
            low, high = (round(side * team.agents) for side in FARTHEST["heads"])

            def say(size: float, name: str = name, agents: int = team.agents) -> str:
                heads = round(size)
                word = "more" if heads >= 0 else "fewer"
                return f"{abs(heads)} {word} agents in {name} ({agents + heads} instead of {agents})"

            if low < 0:
                yield Candidate(paths[0], "heads", paths, low, high, say)
        if team.shifts:
            path = f"teams.{name}.shrinkage.absence"
            yield from _absence(resolved, name, path)


def _absence(resolved: Resolved, team: str, path: str) -> Iterator[Candidate]:
    """Absence, which is nothing where nobody writes it."""
    written = _written(resolved, path)
    if written:
        yield from _points(resolved, path, written, f"absence in {team}")


def _customers(resolved: Resolved) -> Iterator[Candidate]:
    for name in _named(resolved, "channels"):
        path = f"channels.{name}.patience.mean"
        more, less = f"more patience on {name}", f"less patience on {name}"
        yield from _times(path, _written(resolved, path), more, less)
        path = f"channels.{name}.retry.share"
        yield from _points(resolved, path, _written(resolved, path), f"share of {name} callers who try again")
        path = f"channels.{name}.wrap_up.mean"
        wrap = resolved.scenario.channels[name].wrap_up
        if wrap.mean:
            yield from _times(path, _written(resolved, path), f"longer wrap-up on {name}", f"shorter wrap-up on {name}")


def _machines(resolved: Resolved) -> Iterator[Candidate]:
    for name in _named(resolved, "self_service"):
        path = f"self_service.{name}.resolves.*"
        yield from _points(resolved, path, _written(resolved, path), f"share that {name} resolves")
        path = f"self_service.{name}.reach"
        yield from _points(resolved, path, _written(resolved, path), f"share that {name} reaches")
    for name in _named(resolved, "bots"):
        path = f"bots.{name}.contains.*"
        yield from _points(resolved, path, _written(resolved, path), f"share that {name} contains")
        path = f"bots.{name}.resolved"
        yield from _points(resolved, path, _written(resolved, path), f"share of contained that {name} resolves")


def _named(resolved: Resolved, block: str) -> list[str]:
    """Names as written: segments lay reasons out under names of their own."""
    return list(dict(resolved.document).get(block) or {})
