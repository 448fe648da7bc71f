"""From fitted laws to pools, and from pools to the people of the versions that are simulated in order to learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from optimize.plan.ask import Ask
from optimize.plan.measured import Measured, Names
from optimize.plan.problem import Grade, Pool
from optimize.plan.response import Point, Response, competing, fit, logit, most_occupied, stability
from optimize.plan.versions import Values
from sim.engine.headcount import headcount
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND

RESERVE = 0.1
"""Heads for each square root of work that a stability row keeps free."""
SMALLEST_ROOT = 0.05
"""A law with a smaller root is told by its linear part, so that its logarithm exists."""
LEAST_LINEAR = 0.05
_ROUNDS = 20
_LEAST_WORK = 0.6  # share of the work of several chats at once that is left when agents have all they can take


def responses_of(
    base: Resolved, ask: Ask, names: Names, reference: np.ndarray, work: np.ndarray, seen: Sequence[Measured]
) -> list[Response]:
    """The law of service of every channel with a target; ``work`` is float64 (C, R, M), hours with people enough."""
    found = []
    for name, wanted in ask.targets.items():
        teams, rivals = competing(base.scenario, name)
        rows, columns = [names.teams.index(team) for team in teams], [names.channels.index(c) for c in rivals]
        load = work[columns].sum(axis=(0, 1)) / reference
        points = [
            Point(
                month,
                float(capacity),
                float(load[month]),
                one.top[:, columns[0], month],
                one.bottom[:, columns[0], month],
            )
            for one in seen
            for month, capacity in enumerate(one.hours[rows].sum(axis=0) / reference)
        ]
        share = _own_share(names, rows, columns, seen[-1])
        found.append(fit(columns[0], tuple(columns), tuple(rows), points, len(names.months), wanted, share))
    return found


def _own_share(names: Names, teams: Sequence[int], channels: Sequence[int], seen: Measured) -> float:
    """Share of the channels' work that these teams do: less what is passed on to others, and what others serve too.

    What another team does beside that goes by the work of the channels that it serves.
    """
    scenario = seen.resolved.scenario
    work = seen.mean_work.sum(axis=(1, 2))
    mine, others = float(work[list(channels)].sum()), 0.0
    for name, team in scenario.teams.items():
        row = names.teams.index(name)
        if row in teams:
            continue
        passed = seen.passed_on[row].sum(axis=1)
        others += float(passed[list(channels)].sum())
        served = {names.channels.index(serve.channel) for serve in team.serves}
        all_of_it = float(work[sorted(served)].sum())
        if served & set(channels) and all_of_it > 0:
            here = float(work[sorted(served & set(channels))].sum())
            others += max(0.0, float(seen.busy[row].sum() - passed.sum())) * here / all_of_it
    return float(np.clip(1.0 - others / mine, 0.3, 1.0)) if mine > 0 else 1.0


def pools_of(
    base: Resolved, ask: Ask, names: Names, law: Sequence[Response], work: np.ndarray, seen: tuple[Measured, Measured]
) -> tuple[tuple[Pool, ...], tuple[Response | None, ...]]:
    """A pool for each target, from its law, and one for each set of teams whose own work must fit into them.

    ``work`` is float64 (C, R, M) in heads; ``seen`` are the scenario as it stands and with its targets held.
    """
    pools: list[Pool] = []
    responses: list[Response | None] = []
    for (name, share), response in zip(ask.targets.items(), law, strict=True):
        load = work[list(response.channels)].sum(axis=(0, 1))
        linear, root = _with_root(response, response.root(share, ask.chance), load)
        pools.append(
            Pool(
                name=f"served_{_plain(name)}",
                words=promise(base, name, share),
                channels=tuple(sorted(response.channels)),
                teams=response.teams,
                linear=linear,
                root=root,
                held=ask.held,
            )
        )
        responses.append(response)
    least = _least_work(base, names, *seen)
    for teams, channels in stability(base.scenario, names.teams_of(base), list(base.scenario.channels)):
        rows, columns = [names.teams.index(t) for t in teams], [names.channels.index(c) for c in channels]
        load = work[columns].sum(axis=1)
        weight = (least[columns, None] * load).sum(axis=0) / np.maximum(load.sum(axis=0), 1e-9)
        weight = weight * (1.0 - _elsewhere(names, rows, columns, seen[1]))
        limit = (
            "pile up" if ask.occupancy is None else f"keep them busy for more than {ask.occupancy:.0%} of their time"
        )
        pools.append(
            Pool(
                name=f"fits_{'_'.join(map(_plain, teams))}",
                words=f"work of {', '.join(channels)} does not {limit} in {', '.join(teams)}",
                channels=tuple(columns),
                teams=tuple(rows),
                linear=weight / most_occupied(ask),
                root=np.full(len(names.months), RESERVE if ask.occupancy is None else 0.0),
                held=ask.held,
                analytic=True,
            )
        )
    pools += _passed_on(base, ask, names, seen[1])
    pools = _told_apart(pools)
    return tuple(pools), (*responses, *[None] * (len(pools) - len(responses)))


def _told_apart(pools: Sequence[Pool]) -> list[Pool]:
    """The same with a number behind a name that has come before: `a_b` and `a` with `b` are written alike."""
    found: list[Pool] = []
    for pool in pools:
        same = sum(pool.name == other.name for other in found)
        found.append(replace(pool, name=f"{pool.name}_{len(found)}") if same else pool)
    return found


def _passed_on(base: Resolved, ask: Ask, names: Names, held: Measured) -> list[Pool]:
    """A pool for each team to which work is passed on that nobody else can do."""
    found = []
    for name in base.scenario.teams:
        row = names.teams.index(name)
        passed = held.passed_on[row].sum(axis=1)
        columns = [c for c in range(len(names.channels)) if passed[c] > 0]
        if not columns:
            continue
        work = held.mean_work[columns].sum(axis=(0, 1, 2))
        linear = np.full(len(names.months), float(passed.sum() / work) / most_occupied(ask))
        words = f"work passed on to {name} does not pile up there"
        root = np.full(len(names.months), RESERVE if ask.occupancy is None else 0.0)
        found.append(
            Pool(f"passed_to_{_plain(name)}", words, tuple(columns), (row,), linear, root, ask.held, analytic=True)
        )
    return found


def _elsewhere(names: Names, teams: Sequence[int], channels: Sequence[int], held: Measured) -> float:
    """Share of the channels' work that is passed on to teams other than these."""
    passed = sum(float(held.passed_on[t][channels].sum()) for t in range(len(names.teams)) if t not in teams)
    work = float(held.mean_work[channels].sum())
    return passed / work if work > 0 else 0.0


def promise(base: Resolved, channel: str, share: float) -> str:
    """Such as `phone answered by 80 % within 20 s`."""
    declared = base.scenario.channels[channel].target
    within = 0 if declared is None else declared.within
    for size, unit in ((MS_PER_HOUR, "h"), (MS_PER_MINUTE, "min")):
        if within >= size and within % size == 0:
            return f"{channel} answered by {share * 100:.3g} % within {within / size:g} {unit}"
    return f"{channel} answered by {share * 100:.3g} % within {within / MS_PER_SECOND:g} s"


def _with_root(response: Response, root: np.ndarray, load: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float64 (M,) twice: linear and root, the same need at this load, with a root above 0."""
    kept = np.maximum(root, SMALLEST_ROOT)
    linear = response.linear + (root - kept) / np.sqrt(np.maximum(load, 1e-9))
    return np.maximum(linear, LEAST_LINEAR), kept


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def _least_work(base: Resolved, names: Names, *seen: Measured) -> np.ndarray:
    """float64 (C,): share of the measured work that is left when agents have as many contacts at once as they can."""
    found = np.ones(len(names.channels))
    each = [one.mean_work.sum(axis=(1, 2)) / np.maximum(one.handled.sum(axis=1), 1.0) for one in seen]
    for name, channel in base.scenario.channels.items():
        row = names.channels.index(name)
        if channel.parallel > 1 and all(one[row] > 0 for one in each):
            found[row] = np.clip(min(one[row] for one in each) / each[-1][row], _LEAST_WORK, 1.0)
    return found


def grades_of(
    base: Resolved,
    ask: Ask,
    names: Names,
    pools: Sequence[Pool],
    responses: Sequence[Response | None],
    held: Measured,
    enough: Measured,
) -> tuple[Grade, ...]:
    """Every grade above a channel's first: by how much the root of its pool grows, and what money better service keeps.

    Money by service is read off two versions that differ in people only, shared among channels by the contacts that are
    answered in time in one of them and not in the other.
    """
    gained = (enough.top.sum(axis=(0, 2)) / np.maximum(enough.bottom.sum(axis=(0, 2)), 1)) - (
        held.top.sum(axis=(0, 2)) / np.maximum(held.bottom.sum(axis=(0, 2)), 1)
    )
    contacts = held.bottom.sum(axis=(0, 2))
    total = float(np.sum(np.clip(gained, 0, None) * contacts))
    kept = enough.moved.mean(axis=0) - held.moved.mean(axis=0)
    found = []
    for name, shares in ask.grades.items():
        row = names.channels.index(name)
        place = next(p for p, one in enumerate(responses) if one is not None and one.channel == row)
        response, pool = responses[place], pools[place]
        assert response is not None
        months = ask.held if ask.held.any() else np.ones(len(names.months), dtype=bool)
        root = float(pool.root[months].mean())
        for low, high in pairwise(shares):
            more = root + (logit(high) - logit(low)) / response.slope
            log_root = np.zeros(len(pools))
            log_root[place] = np.log(more / root)
            part = (high - low) * float(contacts[row]) / total if total > 0 else 0.0
            words = promise(base, name, high).removeprefix(f"{name} answered by ").replace("within", "in")
            found.append(Grade(row, words, log_root, kept * min(part, 1.0)))
            root = more
    return tuple(found)


def first_guess(
    base: Resolved, ask: Ask, names: Names, reference: np.ndarray, today: Measured, teams: np.ndarray
) -> np.ndarray:
    """float64 (T, M): heads that may be about enough in every month, from the scenario as it stands alone."""
    law = responses_of(base, ask, names, reference, today.mean_work, [today])
    return Held(base, ask, names, law, today.mean_work / reference, teams).profile(every_month=True)


@dataclass(frozen=True)
class Held:
    """A scenario with the people that its targets need."""

    base: Resolved
    ask: Ask
    names: Names
    law: Sequence[Response]
    work: np.ndarray
    """float64 (C, R, M), heads."""
    teams: np.ndarray
    """float64 (T, M): capacity as it stands, heads."""

    def profile(self, every_month: bool = False) -> np.ndarray:
        """float64 (T, M): whole heads of each team; as it stands in months that need not hold, unless asked for."""
        wanted = self._capacity()
        if not every_month:
            wanted = np.where(self.ask.held, wanted, self.teams)
        heads = np.array([row.full_speed_heads for row in headcount(self.base)])
        heads = self.names.by_team(self.base, heads.reshape(-1, len(self.names.months)))
        each = np.divide(self.teams, heads, out=np.ones_like(heads), where=(heads > 0) & (self.teams > 0))
        return np.asarray(np.rint(wanted / each))

    def _capacity(self) -> np.ndarray:
        rows: list[tuple[tuple[int, ...], np.ndarray]] = []
        for (_, share), response in zip(self.ask.targets.items(), self.law, strict=True):
            load = self.work[list(response.channels)].sum(axis=(0, 1))
            need = response.linear * load + response.root(share, self.ask.chance) * np.sqrt(load)
            rows.append((response.teams, need))
        for teams, channels in stability(self.base.scenario, self.names.teams_of(self.base), self.names.channels):
            load = self.work[[self.names.channels.index(c) for c in channels]].sum(axis=(0, 1))
            rows.append((tuple(self.names.teams.index(t) for t in teams), load / most_occupied(self.ask)))
        found = self.teams.copy()
        free = np.array([name in self.ask.teams for name in self.names.teams])
        for t in np.flatnonzero(free):
            if self.ask.teams[self.names.teams[t]].cuts:
                parts = [need / np.maximum(self.teams[list(ts)].sum(axis=0), 1e-9) for ts, need in rows if t in ts]
                found[t] *= np.clip(np.max(parts, axis=0), 0.4, 1.0) if parts else 1.0
        for _ in range(_ROUNDS):
            for group, need in rows:
                movable = [t for t in group if free[t]]
                now, fixed = found[movable].sum(axis=0), found[[t for t in group if not free[t]]].sum(axis=0)
                short = np.clip(need - fixed, 0.0, 3.0 * np.maximum(self.teams[list(group)].sum(axis=0), 1e-9))
                if movable:
                    found[movable] *= np.maximum(1.0, short / np.maximum(now, 1e-9))
        return found


def staffed(base: Resolved, heads: np.ndarray) -> Values:
    """Values that give own teams so many heads in each month, all at full speed from their first day.

    ``heads`` is float64 (T, M), the teams of the scenario first and in its order; rounded to whole people. Teams of
    somebody else's, and those whose number present is given by interval, stay as they are.
    """
    values: dict[tuple[str | int, ...], object] = {}
    labels = base.calendar.month_labels
    for row, (name, team) in enumerate(base.scenario.teams.items()):
        if team.outsourced is not None or team.staffing is not None or team.agents == 0:
            continue
        count = np.maximum(1, np.rint(heads[row])).astype(int)
        change = np.diff(count)
        values[("teams", name, "agents")] = int(count[0])
        for key in ("lead", "training", "ramp"):
            values[("teams", name, "hire", key)] = "0 s"
        values[("teams", name, "attrition", "base")] = "0 %/year"
        values[("teams", name, "attrition", "per_occupancy_point_over_85")] = "0 %/year"
        values[("teams", name, "dismissal", "notice")] = "0 s"
        hires = {labels[m + 1]: int(n) for m, n in enumerate(change) if n > 0}
        values[("decisions", "hires", name)] = hires or None
        leaves = {labels[m]: int(-n) for m, n in enumerate(change) if n < 0}
        values[("decisions", "leaves", name)] = leaves or None
    return values
