"""Weekly schedules of small and large centres: columns, time, and how far from the bound.

Centres open round the clock or from 8 to 20; full-time weeks with a lunch break, part-timers for a part; need of a
working day with a peak at eleven and one at five. Both ways to state breaks, by each solver.
"""

from __future__ import annotations

import contextlib
import os
import time

import numpy as np

from benchmarks.goals import Goal
from optimize.schedule.breaks import Style
from optimize.schedule.search import NoSchedule, Schedule, schedule
from optimize.schedule.terms import Terms
from optimize.schedule.weeks import offers_of
from optimize.solver import SOLVERS, SolverName, available
from sim.scenario.schema.people import Team
from sim.scenario.schema.scheduling import Scheduling

SECONDS = 60.0
GAP = 0.002
WITHIN = 0.03
"""Of the bound, at the end of the time."""
LUNCH = {"length": "30 min", "earliest": "3 h", "latest": "5 h"}
CENTRES = {
    "8 to 20, mon-sat": {
        "starts": "07:00-12:00 every 30 min",
        "contracts": {
            "full": {"lengths": ["8.5 h"], "days": "mon-sat", "breaks": [LUNCH]},
            "part": {"lengths": ["4 h", "5 h"], "days": "mon-sat", "days_per_week": [4, 5], "most_share": "30 %"},
        },
    },
    "round the clock": {
        "starts": "00:00-23:30 every 30 min",
        "contracts": {
            "full": {"lengths": ["8.5 h"], "days": "mon-sun", "breaks": [LUNCH]},
            "part": {"lengths": ["4 h", "6 h"], "days": "mon-sun", "days_per_week": [4, 5], "most_share": "20 %"},
        },
    },
}
PEAKS = (14, 42, 150)
TEAM = Team.model_validate({"serves": ["phone"], "wage": "24.50 EUR/h", "on_cost": "22 %"})


def need_of(centre: str, peak: int) -> np.ndarray:
    """float64 (336,): agents needed."""
    hour, day = np.arange(336) % 48 / 2, np.arange(336) // 48
    busy = 0.55 * np.exp(-(((hour - 11) / 2.5) ** 2)) + 0.3 * np.exp(-(((hour - 17.5) / 2.5) ** 2))
    if centre == "round the clock":
        shape = (0.12 + busy) * np.array([1.1, 1, 0.95, 0.9, 0.9, 0.6, 0.5])[day]
    else:
        open_ = (hour >= 8) & (hour < 20) & (day < 6)
        shape = np.where(open_, 0.4 + busy, 0) * np.array([1.1, 1, 0.95, 0.9, 0.9, 0.6, 0])[day]
    return np.asarray(np.rint(shape / shape.max() * peak))


def measured(centre: str, peak: int, solver: SolverName, style: Style | None) -> tuple[Schedule | None, float]:
    """The schedule and its CPU seconds."""
    terms = Terms("desk", Scheduling.model_validate(CENTRES[centre]))
    before = os.times()
    found: Schedule | None = None
    with contextlib.suppress(NoSchedule):
        found = schedule(terms, TEAM, need_of(centre, peak), 0.2, solver, SECONDS, GAP, style)
    after = os.times()
    return found, sum(after[:4]) - sum(before[:4])


def main() -> list[Goal]:
    """Print a line a centre, way and solver."""
    print(f"Weekly schedules to a gap of {100 * GAP:g} %, {SECONDS:.0f} s at most")
    print("    centre            peak  weeks  breaks            solver  columns  people       s (CPU s)  start    gap")
    goals = []
    styles: tuple[Style, ...] = ("bechtold_jacobs", "aykin")
    for centre in CENTRES:
        weeks = sum(
            len(offer.sets) for offer in offers_of(Terms("desk", Scheduling.model_validate(CENTRES[centre])), TEAM)
        )
        for peak in PEAKS:
            for solver in SOLVERS:
                for style in styles if solver == "highs" else styles[:1]:
                    if not available(solver):
                        continue
                    began = time.perf_counter()
                    found, cpu = measured(centre, peak, solver, style)
                    took = time.perf_counter() - began
                    asked = f"    {centre:17s} {peak:4d} {weeks:6d}  {style:16s}  {solver:6s}"
                    print(f"{asked}  {_cells(found, took, cpu)}", flush=True)
                    if solver == "highs" and style == "bechtold_jacobs":
                        goals.append(_goal(centre, peak, found))
    print()
    return goals


def _cells(found: Schedule | None, took: float, cpu: float) -> str:
    if found is None:
        return f"{'':7s}  {'':6s}  {took:6.1f} ({cpu:6.1f})  none found"
    gap = "" if found.gap is None else f"{100 * found.gap:.2f} %"
    begun = "" if found.started_at is None else f"{100 * (found.started_at / found.cost - 1):+.1f} %"
    return f"{found.columns:7d}  {len(found.people):6d}  {took:6.1f} ({cpu:6.1f})  {begun:>6s}  {gap}"


def _goal(centre: str, peak: int, found: Schedule | None) -> Goal:
    wanted = f"schedule, {centre}, peak of {peak}: within {100 * WITHIN:g} % of the bound after {SECONDS:.0f} s"
    gap = None if found is None else found.gap
    said = "no schedule or no bound" if gap is None else f"{100 * gap:.2f} %"
    return Goal(wanted, said, gap is not None and gap <= WITHIN)
