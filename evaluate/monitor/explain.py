"""Which change of one input would bring plan and actual together best; and of two, where one does not.

An explanation is a sentence about the model, not about what happened: other inputs may do the same, and what nobody
put into the scenario cannot be found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from evaluate.monitor.candidates import Candidate
from evaluate.monitor.interval import half_width
from evaluate.monitor.plan import Key, Outcomes
from evaluate.monitor.response import Gap, Response, Scale
from evaluate.monitor.worlds import Tell, Worlds

TRIED = 5
"""Candidates whose best size is simulated."""
ROUNDS = 1
"""Sizes simulated of each once it is known how chance is to be judged."""
MOST_ROUNDS = 4
"""The same where a change turns out far larger than those from which its response was learnt."""
ENOUGH = 0.85
"""Share of the misfit from which on one input is enough and pairs are not looked for."""
BETTER = 0.08
"""A pair must explain so much more than the best single input to be named."""
CHI2_95 = 3.84


@dataclass(frozen=True)
class Change:
    """A candidate by how much, with the interval that chance leaves."""

    candidate: Candidate
    size: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """``9.1 % more order_status contacts``."""
        return self.candidate.say(self.size)


@dataclass(frozen=True)
class Explained:
    """One input, or two, at the size that fits best."""

    changes: tuple[Change, ...]
    share: float
    """Of the misfit that the plan has."""
    left: float
    """Misfit that stays."""
    simulated: bool
    """Whether this size was simulated, or only interpolated."""
    predicted: Mapping[Key, float]
    """Figures under the change."""

    @property
    def words(self) -> str:
        """Its changes, one after the other."""
        return " and ".join(change.words for change in self.changes)


@dataclass(frozen=True)
class Explanation:
    """All candidates, the best first."""

    keys: tuple[Key, ...]
    misfit: float
    """Of the plan: weighted sum of squares; about one a figure would be chance."""
    ranked: tuple[Explained, ...]
    pair: Explained | None
    alike: int
    """How many of the ranked ones cannot be told from the first with the figures given (the first not counted)."""
    telling: tuple[str, int, float, float] | None
    """KPI that was not given, month, and its value under the first and the second: it would tell them apart."""
    skipped: tuple[tuple[str, str], ...]
    """Inputs that could not be moved, and why."""


class _Search:
    """Simulates sizes and remembers them."""

    def __init__(
        self, worlds: Worlds, plan: Outcomes, scales: Mapping[Key, Scale], gap: Gap, tell: Tell | None
    ) -> None:
        self.worlds, self.plan, self.scales, self.gap, self.tell = worlds, plan, scales, gap, tell
        self.keys = tuple(scales)
        self.outcomes: dict[tuple[tuple[str, float], ...], Outcomes] = {}

    def simulate(self, tries: Sequence[tuple[tuple[Candidate, float], ...]], what: str) -> list[np.ndarray | str]:
        """Differences from the plan under each try, on the plan's tapes; a text where the scenario cannot be so."""
        changes = [{k: v for each, size in one for k, v in each.changes(size).items()} for one in tries]
        found: list[np.ndarray | str] = []
        for one, outcome in zip(tries, self.worlds.all_of(changes, self.tell, what), strict=True):
            if isinstance(outcome, str):
                found.append(outcome)
                continue
            self.outcomes[tuple((each.key, size) for each, size in one)] = outcome
            count = self.worlds.replications
            pairs = [(self.scales[key], outcome.value(key), self.plan.value(key, count)) for key in self.keys]
            found.append(np.array([float(scale.to(value) - scale.to(plan)) for scale, value, plan in pairs]))
        return found

    def judge_by(self, response: Response, replications: int) -> None:
        """Takes chance from the world that fits best so far."""
        size, _ = response.simulated_best(self.gap)
        found = replace(self.worlds, replications=replications).of(response.candidate.changes(size))
        if not isinstance(found, str):
            self.gap = self.gap.with_chance(found.departures(self.scales))

    def learnt(self, response: Response, size: float) -> np.ndarray | None:
        """Differences from the plan by replication, float64 (replications, figures), at the size simulated next to one.

        None where none was.
        """
        tried = [other for other in response.sizes if ((response.candidate.key, other),) in self.outcomes]
        if not tried:
            return None
        near = min(tried, key=lambda other: (abs(other - size), other))
        return self.outcomes[((response.candidate.key, near),)].differences(self.plan, self.scales)

    def predicted(self, difference: np.ndarray) -> dict[Key, float]:
        """Figures when the plan moves by a difference on their scales."""
        moved = zip(self.keys, self.gap.plan + difference, strict=True)
        return {key: self.scales[key].back(float(value)) for key, value in moved}


def explain(
    worlds: Worlds,
    plan: Outcomes,
    scales: Mapping[Key, Scale],
    gap: Gap,
    found: Sequence[Candidate],
    probes: Sequence[str],
    confidence: float,
    replications: int,
    tell: Tell | None = None,
) -> Explanation:
    """Tries every candidate. ``scales`` are those of the gap's figures, ``probes`` KPIs that could tell rivals apart.

    What fits best with the plan's chance is simulated with ``replications``, and all are judged again by the chance
    that rules there: what left the plan did not come from it.
    """
    keys = tuple(scales)
    search = _Search(worlds, plan, scales, gap, tell)
    responses, skipped = _learn(search, found)
    order = sorted(responses, key=lambda r: gap.misfit(r.difference(r.best(gap))))
    _refine(search, order[:TRIED])
    if order:
        search.judge_by(min(order[:TRIED], key=lambda r: r.simulated_best(gap)[1]), replications)
    for turn in range(MOST_ROUNDS):
        order = sorted(responses, key=lambda r: search.gap.misfit(r.difference(r.best(search.gap))))
        tried = _refine(search, order[:TRIED])
        if turn + 1 >= ROUNDS and not (tried and any(r.at_its_edge for r in order[:TRIED])):
            break
    gap = search.gap
    ranked = sorted((_explained(search, r, confidence, n < TRIED) for n, r in enumerate(order)), key=lambda e: e.left)
    pair = None
    if ranked and ranked[0].share < ENOUGH:
        pair = _pair(search, responses, confidence)
        if pair is not None and pair.share < ranked[0].share + BETTER:
            pair = None
    limit = ranked[0].left + CHI2_95 * max(1.0, ranked[0].left / max(len(keys) - 1, 1)) if ranked else 0.0
    alike = sum(e.left <= limit for e in ranked[1:])
    telling = _telling(search, ranked[0], ranked[1], probes) if alike else None
    return Explanation(keys, gap.whole, tuple(ranked), pair, alike, telling, tuple(skipped))


def _learn(search: _Search, found: Sequence[Candidate]) -> tuple[list[Response], list[tuple[str, str]]]:
    """Both sides of every candidate, one step each, as far as its bounds go."""
    tries = [
        (each, side * each.step) for each in found for side in (-1, 1) if each.low <= side * each.step <= each.high
    ]
    differences = search.simulate([((each, size),) for each, size in tries], "inputs tried")
    responses: dict[str, Response] = {}
    why: dict[str, str] = {}
    for (each, size), difference in zip(tries, differences, strict=True):
        if isinstance(difference, str):
            why[each.key] = difference
            continue
        response = responses.setdefault(each.key, Response(each, {0.0: np.zeros(len(search.keys))}))
        response.sizes[size] = difference
    return list(responses.values()), [(key, text) for key, text in why.items() if key not in responses]


def _refine(search: _Search, responses: Sequence[Response]) -> bool:
    """Simulates the best size of each by what is known so far, unless one next to it was; whether any was simulated."""
    tries = []
    for response in responses:
        size = response.best(search.gap)
        close = 0.5 if response.candidate.kind == "heads" else 0.02 * response.candidate.step
        if all(abs(size - other) > close for other in response.sizes):
            tries.append((response, size))
    if not tries:
        return False
    differences = search.simulate([((r.candidate, size),) for r, size in tries], "best sizes simulated")
    for (response, size), difference in zip(tries, differences, strict=True):
        if not isinstance(difference, str):
            response.sizes[size] = difference
    return True


def _explained(search: _Search, response: Response, confidence: float, simulated: bool) -> Explained:
    gap = search.gap
    if simulated:
        size, left = response.simulated_best(gap)
        difference = response.sizes[size]
    else:
        size = response.best(gap)
        difference = response.difference(size)
        left = gap.misfit(difference)
    half = half_width(gap, response.slope(size), left, confidence, search.learnt(response, size))
    change = Change(response.candidate, size, size - half, size + half)
    return Explained((change,), max(0.0, 1 - left / gap.whole), left, simulated, search.predicted(difference))


def _pair(search: _Search, responses: Sequence[Response], confidence: float) -> Explained | None:
    """The two inputs that fit best together, effects added; then simulated together, and corrected once."""
    best: tuple[float, Response, Response, float, float] | None = None
    for one, other in combinations(responses, 2):
        if set(one.candidate.paths) & set(other.candidate.paths):
            continue
        sizes = _jointly(one, other, search.gap)
        left = search.gap.misfit(one.difference(sizes[0]) + other.difference(sizes[1]))
        if best is None or left < best[0]:
            best = (left, one, other, *sizes)
    if best is None:
        return None
    _, one, other, *start = best
    sizes, found = (start[0], start[1]), None
    for _ in range(2):
        difference = search.simulate([((one.candidate, sizes[0]), (other.candidate, sizes[1]))], "pairs simulated")[0]
        if isinstance(difference, str):
            break
        made = _both(search, (one, other), sizes, difference, confidence)
        found = made if found is None or made.left < found.left else found
        step = _solve(one.slope(sizes[0]), other.slope(sizes[1]), search.gap, difference)
        sizes = _clipped(one, other, sizes[0] + step[0], sizes[1] + step[1])
    return found


def _jointly(one: Response, other: Response, gap: Gap) -> tuple[float, float]:
    """Gauss-Newton on the sum of both responses."""
    sizes = (0.0, 0.0)
    for _ in range(6):
        difference = one.difference(sizes[0]) + other.difference(sizes[1])
        step = _solve(one.slope(sizes[0]), other.slope(sizes[1]), gap, difference)
        sizes = _clipped(one, other, sizes[0] + step[0], sizes[1] + step[1])
    return sizes


def _solve(first: np.ndarray, second: np.ndarray, gap: Gap, difference: np.ndarray) -> tuple[float, float]:
    slopes = np.stack([gap.seen(first), gap.seen(second)], axis=1)
    wanted = gap.seen(gap.actual - gap.plan - np.nan_to_num(difference))
    step = np.linalg.lstsq(slopes, wanted, rcond=1e-6)[0]
    return float(step[0]), float(step[1])


def _clipped(one: Response, other: Response, first: float, second: float) -> tuple[float, float]:
    sizes = []
    for response, size in ((one, first), (other, second)):
        low, high = response.within()
        size = min(max(size, low), high)
        sizes.append(float(round(size)) if response.candidate.kind == "heads" else size)
    return sizes[0], sizes[1]


def _both(
    search: _Search, pair: tuple[Response, Response], sizes: tuple[float, float], difference: np.ndarray,
    confidence: float,
) -> Explained:  # fmt: skip
    gap = search.gap
    left = gap.misfit(difference)
    changes = []
    for place, (response, size) in enumerate(zip(pair, sizes, strict=True)):
        rival = pair[1 - place].slope(sizes[1 - place])
        half = half_width(gap, response.slope(size), left, confidence, search.learnt(response, size), rival)
        changes.append(Change(response.candidate, size, size - half, size + half))
    return Explained(tuple(changes), max(0.0, 1 - left / gap.whole), left, True, search.predicted(difference))


def _telling(
    search: _Search, first: Explained, second: Explained, probes: Sequence[str]
) -> tuple[str, int, float, float] | None:
    """The KPI, not given, whose values under both differ most in units of its spread, in the last month."""
    given = {kpi for kpi, _ in search.keys}
    month = max(search.worlds.months)
    sides = [search.outcomes.get(tuple((c.candidate.key, c.size) for c in e.changes)) for e in (first, second)]
    first_side, second_side = sides
    if first_side is None or second_side is None:
        return None
    best: tuple[float, str, float, float] | None = None
    for kpi in probes:
        if kpi in given or (kpi, month) not in search.plan.tops:
            continue
        each = search.plan.each((kpi, month))
        one, other = (side.value((kpi, month)) for side in (first_side, second_side))
        if len(each) < 2 or not (math.isfinite(one) and math.isfinite(other)):
            continue
        scale = math.hypot(float(each.std(ddof=1)), 0.01 * abs(float(each.mean())))
        apart = abs(one - other) / scale if scale else 0.0
        if best is None or apart > best[0]:
            best = (apart, kpi, one, other)
    return (best[1], month, best[2], best[3]) if best is not None and best[0] > 2 else None
