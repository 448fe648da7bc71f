"""Decisions about people as columns: what one more person brings and costs, month by month, through the true pipeline.

A unit's figures are those of several people decided together, divided by their number, since leavers are whole people
and shifts are shared out to whole posts: one person alone would show the rounding rather than the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from optimize.plan.ask import Ask
from optimize.plan.measured import Measured, Names
from optimize.plan.people import KEYS, staff, with_decisions
from optimize.plan.problem import Kind, People
from sim.scenario.resolved import Resolved

TOGETHER = 12
"""People decided together to see what one of them does."""
_BUSY = 0.8  # of an outsourced agent's hours, where bills are by contact


def people_columns(
    base: Resolved, ask: Ask, names: Names, reference: np.ndarray, spend: np.ndarray, served: Measured
) -> Iterator[People]:
    """A column for each decision about people that may be taken.

    Nobody is cut so that they are gone before targets are held: service in the months before counts for nothing in the
    model, and would be given up.

    ``reference`` float64 (M,) hours of a head; ``spend`` float64 (K,) weights of categories; ``served`` is a simulated
    version, for the contacts that an outsourced hour takes.
    """
    plain = staff(base)

    def column(kind: Kind, name: str, month: int, decided: Resolved, units: float, upper: float, whole: bool) -> People:
        there = staff(decided)
        hours = (names.by_team(decided, there.hours - plain.hours) / reference / units)[names.teams.index(name)]
        money = (there.money - plain.money) / units
        if kind == "outsource":
            money = money + _by_contact(base, name, hours * reference, served, names)
        return People(kind, names.teams.index(name), month, hours, money, -(spend @ money), upper, whole)

    for name, may in ask.teams.items():
        for month in may.months:
            if may.hires:
                more = decided_with(base, "hires", name, month, TOGETHER)
                yield column("hire", name, month, more, TOGETHER, may.hires, whole=True)
            few = min(TOGETHER, base.scenario.teams[name].agents // 2)
            if may.cuts and few:
                less = decided_with(base, "leaves", name, month, few)
                cut = column("cut", name, month, less, few, may.cuts, whole=True)
                if not (cut.capacity < -1e-9)[: int(np.argmax(ask.held))].any():  # gone before any target is held
                    yield cut
            if may.overtime:
                longer = decided_with(base, "overtime", name, month, may.overtime)
                yield column("overtime", name, month, longer, may.overtime, may.overtime, whole=False)
    for name, bought in ask.outsourced.items():
        for month in bought.months if bought.most else ():
            more = decided_with(base, "outsource", name, month, TOGETHER)
            yield column("outsource", name, month, more, TOGETHER, bought.most, whole=True)


def decided_with(base: Resolved, kind: str, name: str, month: int, more: float) -> Resolved:
    """The scenario with so many more of one decision, on top of what its file has decided."""
    label = base.calendar.month_labels[month]
    by_team: Mapping[str, Mapping[str, float]] = getattr(base.scenario.decisions, kind)
    by_month = dict(by_team.get(name, {}))
    if kind == "overtime":
        by_month[label] = max(by_month.get(label, 0.0), more)
    else:
        start = base.scenario.teams[name].agents if kind == "outsource" else 0
        by_month[label] = by_month.get(label, start) + more
    return with_decisions(base, **{kind: {**by_team, name: by_month}})


def _by_contact(base: Resolved, name: str, hours: np.ndarray, served: Measured, names: Names) -> np.ndarray:
    """float64 (K, M): bill of the contacts that so many hours take; expected from the handle times of its channels."""
    contract, money = base.scenario.teams[name].outsourced, np.zeros((len(KEYS), len(hours)))
    if contract is None or not contract.per_contact:
        return money
    mine = [names.channels.index(serve.channel) for serve in base.scenario.teams[name].serves]
    work = served.mean_work[mine].sum(axis=(0, 1))
    each_hour = served.handled[mine].sum(axis=0) / np.maximum(work, 1e-9)
    money[KEYS.index("outsourcing")] = -hours * _BUSY * each_hour * contract.per_contact
    return money
