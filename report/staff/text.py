"""A staffing in words: a day profile a weekday, totals beside today, and what simulation says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optimize.requirement.decide import Decision
from optimize.requirement.measured import Found
from optimize.requirement.result import Requirement
from report import format as fmt
from report.staff.command import Staffed
from sim.scenario.calendar import DAY_NAMES


def as_text(found: Staffed) -> str:
    """Everything that the terminal shows."""
    need = found.need
    lines = [f"{need.scenario}: agents needed, {_period(need.period)}"]
    if found.simulated is not None:
        lines += ["", *_simulated(found)]
        if not any(lever.kind == "half_hours" for lever in found.simulated.levers.levers):
            lines += ["", "The Erlang answer by half-hour, from which the search started:"]
    for t, team in enumerate(need.teams):
        lines += ["", *_profile(need, t, team)]
    lines += ["", *_channels(need)]
    lines += [f"Note: {note}." for note in need.notes]
    lines.append(f"Written: {found.folder.as_posix()}/ (need.csv for `deskplan schedule --need`, charts/need.png)")
    return "\n".join(lines)


def _period(period: str) -> str:
    return "mean week of the horizon" if period == "mean week" else f"mean week of {period}"


def _profile(need: Requirement, t: int, team: str) -> list[str]:
    """One team: weekdays down, hours across, the larger of an hour's two half-hours; hours needed and on duty."""
    agents = need.agents[t].reshape(7, 24, 2).max(axis=2)
    hours = need.agents[t].reshape(7, 48).sum(axis=1) / 2
    today = need.present[t].reshape(7, 48).sum(axis=1) / 2
    used = np.flatnonzero(agents.any(axis=0))
    lines = [
        f"{team}: {fmt.number(need.agent_hours[t], 1)} hours a week on duty ({fmt.number(today.sum(), 1)} today); "
        f"at {fmt.percent(need.shrinkage[t])} shrinkage {fmt.number(need.fte[t], 1)} full-time equivalents "
        f"of {need.full_time:g} h"
    ]
    if not len(used):
        return [*lines, "  nobody is needed"]
    lines.append("  hour " + "".join(f"{hour:4d}" for hour in used) + "    need   today")
    for day, name in enumerate(DAY_NAMES):
        cells = "".join(f"{agents[day, hour] or '.':>4}" for hour in used)
        lines.append(f"  {name}  {cells}  {hours[day]:6.1f}  {today[day]:6.1f}")
    return lines


def _channels(need: Requirement) -> list[str]:
    """Contacts, load and what is predicted, by channel."""
    width = max(len("channel"), *(len(name) for name in need.channels))
    lines = [f"{'channel':<{width}}  contacts a week  erlang-hours a week  predicted service level"]
    for c, name in enumerate(need.channels):
        level = need.service(name)
        said = fmt.percent(level) if math.isfinite(level) else "-"
        lines.append(
            f"{name:<{width}}  {fmt.number(need.contacts[c].sum(), 0):>15}  "
            f"{fmt.number(need.load[c].sum() / 2, 1):>19}  {said:>23}"
        )
    busy = need.occupancy
    weights = need.agents.sum(axis=0).astype(float)
    known = np.isfinite(busy) & (weights > 0)
    if known.any():
        lines.append(f"Occupancy: {fmt.percent(float(np.average(busy[known], weights=weights[known])))}")
    return lines


def _simulated(found: Staffed) -> list[str]:
    """The answer by simulation: numbers, figures at them and at one fewer."""
    run = found.simulated
    assert run is not None
    lines = []
    for lever, n, today in zip(run.levers.levers, run.best.numbers, run.levers.today, strict=True):
        unit = {
            "heads": "heads with their shifts",
            "agents": "agents at all times",
            "half_hours": "agents in the largest half-hour, the others in proportion",
        }[lever.kind]
        beside = f" (today {today})" if today is not None else ""
        lines.append(f"{lever.team}: {n} {unit}{beside}")
    lines.append(f"At {_named(found, run.best)}: {_told(run.best)}")
    lines += [f"At {_named(found, less)}: {_told(less)}" for less in run.fewer]
    if len(run.levers.levers) > 1:
        lines.append(
            "Cheapest: every cheaper staffing with at least 85 % of each pool's Erlang hours was refuted."
            if run.proven
            else "Cheapest as far as moves of up to two in up to three teams reach; not every cheaper one was tried."
        )
    if any(less.verdict == "not sure" for less in run.fewer):
        lines.append(f"Not sure after {run.replications} replications counts as too little: --reps looks longer.")
    lines.append(
        f"Each word is wrong with a chance of at most {fmt.percent(1.0 - run.confidence, 0)}, replications added until "
        f"it is sure, at most {run.replications}; the same tapes for all. Tried: {len(run.tried)} staffings."
    )
    return lines


def _named(found: Staffed, decision: Decision) -> str:
    """`17` for one team, `3 voice, 2 digital` for several."""
    run = found.simulated
    assert run is not None
    if len(decision.numbers) == 1:
        return str(decision.numbers[0])
    pairs = zip(run.levers.levers, decision.numbers, strict=True)
    return ", ".join(f"{n} {lever.team}" for lever, n in pairs)


def _told(decision: Decision) -> str:
    figures = "; ".join(_figure(figure) for figure in decision.figures)
    return f"{decision.verdict} ({decision.replications} replications): {figures}"


def _figure(found: Found) -> str:
    """A figure with its one-sided bounds and the target."""
    share = 0.0 <= found.value <= 1.0 and found.target.amount <= 1.0
    say = fmt.percent if share else lambda value: fmt.number(value, 1)
    return (
        f"{found.what} {say(found.value)} ({fmt.span(say(found.low), say(found.high))}), "
        f"{found.target.sign} {say(found.target.amount)} wanted"
    )


def as_plain(found: Staffed) -> dict[str, Any]:
    """The answer as plain data."""
    need = found.need
    plain: dict[str, Any] = {
        "schema": 1,
        "scenario": need.scenario,
        "period": need.period,
        "method": "erlang" if found.simulated is None else "simulation",
        "objective": found.objective,
        "teams": {
            team: {
                "agents": need.agents[t].tolist(),
                "on_duty_today": [round(float(n), 4) for n in need.present[t]],
                "agent_hours": float(need.agent_hours[t]),
                "shrinkage": need.shrinkage[t],
                "fte": float(need.fte[t]),
            }
            for t, team in enumerate(need.teams)
        },
        "channels": {
            name: {
                "contacts": [_rounded(x) for x in need.contacts[c]],
                "erlangs": [_rounded(x) for x in need.load[c]],
                "service_level": [_rounded(x) for x in need.service_level[c]],
                "service_level_of_the_week": _rounded(need.service(name)),
            }
            for c, name in enumerate(need.channels)
        },
        "occupancy": [_rounded(x) for x in need.occupancy],
        "notes": list(need.notes),
        "folder": found.folder.as_posix(),
    }
    run = found.simulated
    if run is not None:
        plain["simulation"] = {
            "numbers": [
                {"team": lever.team, "kind": lever.kind, "number": n, "today": today}
                for lever, n, today in zip(run.levers.levers, run.best.numbers, run.levers.today, strict=True)
            ],
            "at": _decision(run.best),
            "at_one_fewer": [_decision(less) for less in run.fewer],
            "proven": run.proven,
            "confidence": run.confidence,
            "replications_at_most": run.replications,
            "seed": run.seed,
            "tried": len(run.tried),
        }
    return plain


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "numbers": list(decision.numbers),
        "verdict": decision.verdict,
        "replications": decision.replications,
        "figures": [
            {
                "what": figure.what,
                "value": _rounded(figure.value),
                "low": _rounded(figure.low),
                "high": _rounded(figure.high),
                "target": f"{figure.target.sign} {figure.target.amount:g}",
            }
            for figure in decision.figures
        ],
    }


def _rounded(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
