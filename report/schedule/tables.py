"""The tables of a schedule: who works which week, the need against the cover, today beside planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.schedule.overlay import clock, days_in_words, hours_in_words
from optimize.schedule.search import Schedule
from report.schedule.side_by_side import SideBySide
from sim.scenario.calendar import DAY_NAMES

if TYPE_CHECKING:
    import pandas as pd

    from optimize.schedule.roster import Person

ROSTER_COLUMNS = ("team", "person", "contract", "days", "hours", *DAY_NAMES, "paid_hours", "cost")
COVER_COLUMNS = ("team", "weekday", "start", "agents", "needed", "on_duty", "short", "above")


def roster(schedules: Sequence[Schedule]) -> pd.DataFrame:
    """A person a row: contract, days, hours, and for each day when the breaks begin (`off` on days off)."""
    import pandas as pd

    rows = [
        (one.team, person.number, person.week.contract, days_in_words(person.week.days),
         hours_in_words(person.week.kind), *breaks_by_day(person), person.week.paid_h, round(person.week.cost, 2))
        for one in schedules
        for person in one.people
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(ROSTER_COLUMNS))


def breaks_by_day(person: Person) -> list[str]:
    """For each weekday: when breaks begin, `on` for a day without one, `off` for a day off."""
    kind, days = person.week.kind, person.week.days
    told = dict(zip(days, person.breaks, strict=True))
    return [
        " ".join(clock(kind.start + place) for place in told[day]) or "on" if day in told else "off"
        for day in range(7)
    ]  # fmt: skip


def cover(schedules: Sequence[Schedule]) -> pd.DataFrame:
    """Agents needed with customers, heads needed for that, and heads on duty, by half-hour."""
    import pandas as pd

    rows = [
        (one.team, DAY_NAMES[slot // 48], clock(slot), one.agents[slot], round(float(one.need[slot]), 4),
         one.cover[slot], round(max(0.0, float(one.need[slot] - one.cover[slot])), 4),
         round(max(0.0, float(one.cover[slot] - one.need[slot])), 4))
        for one in schedules
        for slot in range(len(one.need))
        if one.need[slot] > 0 or one.cover[slot] > 0
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COVER_COLUMNS))


def simulated(found: SideBySide) -> pd.DataFrame:
    """A figure a row."""
    import pandas as pd

    rows = [
        (line.kpi, line.where, found.period, name, one.value, one.low, one.high, line.unit, line.target)
        for line in found.lines
        for name, one in (("today", line.today), ("planned", line.planned))
    ]
    return pd.DataFrame(
        rows, columns=["kpi", "where", "period", "schedule", "value", "low", "high", "unit", "target"]
    )  # fmt: skip


def facts(one: Schedule) -> dict[str, Any]:
    """One schedule in figures."""
    return {
        "team": one.team,
        "people": len(one.people),
        "by_contract": {
            name: sum(person.week.contract == name for person in one.people) for name in one.terms.block.contracts
        },
        "paid_hours": one.paid_h,
        "needed_hours": float(one.need.sum() / 2),
        "on_duty_hours": float(one.cover.sum() / 2),
        "short_hours": one.short_h,
        "above_hours": one.above_h,
        "short_half_hours": int(np.count_nonzero(one.need - one.cover > 1e-6)),
        "cost_a_week": round(one.cost, 2),
        "of_it_preferences": round(one.wishes, 2),
        "of_it_under_and_over_cover": round(one.priced, 2),
        "status": one.status,
        "bound": None if one.bound is None else round(one.bound, 2),
        "gap": one.gap,
        "solver": one.solver,
        "seconds": round(one.seconds, 2),
        "model": one.model,
    }
