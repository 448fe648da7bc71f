"""What simulated versions say: work by cell, service by month, money that contacts move; on one list of names.

Versions may have more channels and teams than the scenario as written, since investments add them. Everything is put on
the same names, zeros where a version lacks one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.investments import investment_lines
from optimize.plan.people import KEYS, money_by_replication, staff, staff_usage
from sim.demand.rates import expected_needs
from sim.replicate import Replications
from sim.scenario.options import Option
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS, MS_PER_HOUR

_ENOUGH_NEEDS = 30.0  # below, a month's needs say too little to be set against what is expected


@dataclass(frozen=True)
class Names:
    """Everything by which the plan is told apart: C channels, R reasons, T teams, M months."""

    channels: tuple[str, ...]
    reasons: tuple[str, ...]
    teams: tuple[str, ...]
    months: tuple[str, ...]

    @staticmethod
    def of(resolved: Resolved, options: Sequence[Option] = ()) -> Names:
        """Names of a scenario, and of channels and teams that its options would add."""
        blocks = [block for each in options for block in (each.investment, each.chosen) if block is not None]
        channels, teams = (
            tuple(
                dict.fromkeys(
                    [*getattr(resolved.scenario, group), *(n for b in blocks for n in getattr(b.adds, group))]
                )
            )
            for group in ("channels", "teams")
        )
        return Names(channels, tuple(resolved.scenario.reasons), teams, resolved.calendar.month_labels)

    def teams_of(self, resolved: Resolved) -> list[str]:
        """Teams of a version, in the plan's order."""
        return [name for name in self.teams if name in resolved.scenario.teams]

    def by_team(self, resolved: Resolved, figures: np.ndarray) -> np.ndarray:
        """float64 (T, M) of a version's own (teams, M)."""
        return _placed(self.teams, list(resolved.scenario.teams), figures)

    def by_channel(self, resolved: Resolved, figures: np.ndarray) -> np.ndarray:
        """float64 (C, ...) of a version's own (channels, ...)."""
        return _placed(self.channels, list(resolved.scenario.channels), figures)


def _placed(names: Sequence[str], own: Sequence[str], figures: np.ndarray) -> np.ndarray:
    found = np.zeros((len(names), *figures.shape[1:]))
    for row, name in enumerate(own):
        found[names.index(name)] = figures[row]
    return found


@dataclass(frozen=True)
class Measured:
    """One simulated version; n replications."""

    runs: Replications
    work: np.ndarray
    """float64 (n, C, R, M): hours that agents are busy with a channel, by reason as its handle time is."""
    wanted: np.ndarray
    """float64 (n, C, R, M): the same had nobody left the queue, so that a shortage hides no work."""
    top: np.ndarray
    """float64 (n, C, M): contacts that kept the channel's promise."""
    bottom: np.ndarray
    """float64 (n, C, M): contacts that it was made to."""
    handled: np.ndarray
    """float64 (C, M): mean contacts finished by agents."""
    hours: np.ndarray
    """float64 (T, M): expected hours for customers at full speed."""
    busy: np.ndarray
    """float64 (T, M): mean hours with a contact in hand."""
    passed_on: np.ndarray
    """float64 (T, C, M): hours of each team with what was passed on to it, by channel, at its mean handle time."""
    moved: np.ndarray
    """float64 (n, K, M): money that contacts move: the cash flow less what people and fixed costs come to."""
    fixed: np.ndarray
    """float64 (K, M): money that nobody's contacts move."""

    @property
    def resolved(self) -> Resolved:
        """The version."""
        return self.runs.resolved

    @property
    def mean_work(self) -> np.ndarray:
        """float64 (C, R, M): mean hours."""
        return np.asarray(self.work.mean(axis=0))

    @property
    def level(self) -> np.ndarray:
        """float64 (C, M): share of contacts that kept the promise, over all replications; NaN without any."""
        top, bottom = self.top.sum(axis=0), self.bottom.sum(axis=0)
        return np.asarray(np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0))


def measured(runs: Replications, names: Names) -> Measured:
    """What replications of a version say."""
    resolved = runs.resolved
    paid = staff(resolved)
    work, wanted, top, bottom, handled = [], [], [], [], []
    edges = np.diff(resolved.calendar.month_edges_ms)
    for tally in runs.tallies:
        months = tally.months
        whole = edges / np.maximum(months.period_ms, 1.0)  # the warm-up is counted nowhere else
        handle = np.moveaxis(months.cells["handle_ms"], 0, 2)  # (channels, reasons, M)
        share = handle / np.maximum(handle.sum(axis=1, keepdims=True), 1.0)
        hours = months.lanes["channel_busy_ms"].T[:, None, :] * share * whole / MS_PER_HOUR
        work.append(names.by_channel(resolved, hours))
        offered, answered = (months.cells[part].sum(axis=0) for part in ("offered", "answered"))
        hidden = np.divide(offered, answered, out=np.ones_like(offered), where=answered > 0)
        wanted.append(names.by_channel(resolved, hours * hidden[:, :, None]))
        top.append(names.by_channel(resolved, months.cells["contract_top"].sum(axis=2).T))
        bottom.append(names.by_channel(resolved, months.cells["contract_bottom"].sum(axis=2).T))
    handled = [names.by_channel(resolved, usage.handled) for usage in runs.usage]
    busy = np.mean([usage.busy_ms for usage in runs.usage], axis=0) / MS_PER_HOUR
    return Measured(
        runs=runs,
        work=np.array(work),
        wanted=np.array(wanted),
        top=np.array(top),
        bottom=np.array(bottom),
        handled=np.mean(handled, axis=0),
        hours=names.by_team(resolved, paid.hours),
        busy=names.by_team(resolved, busy),
        passed_on=passed_on(runs, names),
        moved=money_by_replication(resolved, runs.usage) - paid.money,
        fixed=paid.money,
    )


def passed_on(runs: Replications, names: Names) -> np.ndarray:
    """float64 (T, C, M): mean hours of work that only the team can do to which it is passed on."""
    scenario = runs.resolved.scenario
    found = np.zeros((len(names.teams), len(names.channels), len(names.months)))
    for tally in runs.tallies:
        months = tally.months
        each = months.teams["handle_ms"].sum(axis=0) / np.maximum(months.teams["handled"].sum(axis=0), 1.0)
        for r, reason in enumerate(scenario.reasons.values()):
            if reason.transfer is None:
                continue
            team = list(scenario.teams).index(reason.transfer.to)
            count = months.cells["transferred"][:, :, r].T
            row = names.teams.index(reason.transfer.to)
            found[row] += names.by_channel(runs.resolved, count * each[team]) / MS_PER_HOUR / runs.count
    return found


def luck(runs: Replications) -> np.ndarray:
    """float64 (R, M): needs that are expected for each one that these replications happened to have.

    What their tapes have too much or too little of is known exactly, so that work can be put right for it.
    """
    resolved = runs.resolved
    calendar = resolved.calendar
    found = np.mean([tally.months.cells["needs"].sum(axis=1) for tally in runs.tallies], axis=0).T  # (R, M)
    slots = np.arange(calendar.slots, dtype=np.int64) * HALF_HOUR_MS
    month = np.searchsorted(calendar.month_edges_ms, slots, side="right") - 1
    counted = slots >= resolved.scenario.horizon.warm_up
    expected = np.array(
        [np.bincount(month[counted], line[counted], found.shape[1]) for line in expected_needs(resolved)]
    ).reshape(found.shape)
    enough = found * runs.count >= _ENOUGH_NEEDS
    return np.asarray(np.divide(expected, found, out=np.ones_like(found), where=enough))


def own_use(one: Measured, name: str) -> np.ndarray:
    """float64 (K, M): what an investment bills by use (contacts, needs, minutes), which ramps do not delay."""
    resolved = one.resolved
    found = np.zeros_like(one.fixed)
    for usages, sign in ((one.runs.usage, -1.0), ([staff_usage(resolved)], 1.0)):
        for category, item, _, amounts in investment_lines(resolved, usages):
            if item == f"investments.{name}" and category == "per_use":
                found[KEYS.index(category)] += sign * amounts.mean(axis=0)
    return found
