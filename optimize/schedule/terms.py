"""Terms of a schedule: what the scenario says, or what the team's present shifts imply."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.scenario.calendar import DAY_NAMES, parse_days, parse_hours
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Shift, Team
from sim.scenario.schema.scheduling import BreakWindow, Contract, Scheduling
from sim.scenario.units import HALF_HOUR_MS, MS_PER_MINUTE

_FULL_TIME = Contract(
    lengths=["8.5 h"],
    days="mon-sun",
    breaks=[BreakWindow(length="30 min", earliest="3 h", latest="5 h")],
)


@dataclass(frozen=True)
class Terms:
    """What a team's schedule may look like, complete."""

    team: str
    block: Scheduling
    notes: tuple[str, ...] = ()
    """What was taken from the team's present shifts, in words."""


def terms_of(scenario: Scenario, name: str) -> Terms:
    """The team's terms; what `scheduling` leaves out comes from its present shifts. Raises KeyError for no team."""
    team = scenario.teams[name]
    block = scenario.scheduling.get(name, Scheduling())
    notes = []
    contracts, starts = dict(block.contracts), block.starts
    if not contracts:
        contracts = _contracts(team)
        told = ", ".join(_in_words(key, contract) for key, contract in contracts.items())
        whence = "the team's present shifts" if team.shifts else "full time, as the team has no shifts"
        notes.append(f"Contracts not declared: {told} (from {whence})")
    if not starts and any(contract.starts is None for contract in contracts.values()):
        starts = _starts(team)
        notes.append(f"Starts not declared: {starts}")
    return Terms(name, block.model_copy(update={"contracts": contracts, "starts": starts}), tuple(notes))


def _contracts(team: Team) -> dict[str, Contract]:
    """A contract for each length, breaks and days a week of the present shifts; the longest week is not limited."""
    if not team.shifts:
        return {"full": _FULL_TIME}
    kinds: dict[tuple[int, tuple[int, ...], int, bool], list[Shift]] = {}
    for shift in team.shifts.values():
        begin, end = parse_hours(shift.hours)
        length = math.ceil((end - begin) / HALF_HOUR_MS) * HALF_HOUR_MS
        days = shift.days_per_week or len(parse_days(shift.days))
        kinds.setdefault((length, tuple(shift.breaks), days, shift.paid_breaks), []).append(shift)
    weeks = {key: key[2] * (key[0] - (0 if key[3] else sum(key[1]))) for key in kinds}
    made: dict[str, Contract] = {}
    for key, shifts in sorted(kinds.items(), key=lambda item: (-weeks[item[0]], item[0])):
        length, breaks, days, paid = key
        share = sum(shift.share for shift in shifts)
        named = sorted({day for shift in shifts for day in parse_days(shift.days)})
        hours = weeks[key] / (2 * HALF_HOUR_MS)
        made[f"h{hours:g}".replace(".", "_") + (f"_{len(made) + 1}" if f"h{hours:g}" in made else "")] = Contract(
            lengths=[f"{length} ms"],
            days=",".join(DAY_NAMES[day] for day in named),
            days_per_week=days,
            breaks=_windows(length, breaks),
            paid_breaks=paid,
            most_share=1.0 if weeks[key] == max(weeks.values()) else share,
        )
    return made


def _windows(length: int, breaks: tuple[int, ...]) -> list[BreakWindow]:
    """Where breaks lie that are spread and staggered: a quarter of the gap around their places (semantics 6.1)."""
    gap = length // (len(breaks) + 1)
    windows = []
    for place, each in enumerate(breaks):
        middle = gap * (place + 1) - each // 2
        low = math.ceil((middle - gap // 4) / HALF_HOUR_MS)
        high = max(low, math.floor((middle + gap // 4) / HALF_HOUR_MS))
        times = {key: f"{slot * 30} min" for key, slot in (("earliest", low), ("latest", high))}
        windows.append(BreakWindow(length=f"{each} ms", **times))
    return windows


def _starts(team: Team) -> str:
    """Every half-hour from the earliest to the latest start of the present shifts."""
    begins = [parse_hours(shift.hours)[0] // HALF_HOUR_MS for shift in team.shifts.values()] or [0, 47]
    first, last = (f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in (min(begins), max(begins)))
    return f"{first}-{last} every 30 min" if first != last else first


def _in_words(name: str, contract: Contract) -> str:
    lengths = " or ".join(f"{length / (60 * MS_PER_MINUTE):g} h" for length in contract.lengths)
    share = f", at most {contract.most_share:.3g} of the people" if contract.most_share < 1 else ""
    return f"{name} ({lengths} on {contract.days_per_week} days{share})"
