"""A year of a million contacts a month on the compiled engine: time and peak memory, in a process of its own.

`python -m benchmarks million`, or at a tenth of the size `python -m benchmarks million --scale 0.1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.child import Spent, in_child, spent_so_far, warm_up
from benchmarks.goals import Goal

OVERLAY = Path(__file__).with_suffix(".yaml")
MOST_MB = 1000


@dataclass(frozen=True)
class Year:
    """What a year came to."""

    contacts: int
    agents: int
    occupancy: float
    abandonment: float
    open_at_end: int
    before: Spent
    """Interpreter, libraries and the compiled engine, ready to run."""
    after: Spent


def year(scale: float) -> Year:
    """One replication with its KPIs, in this process."""
    from sim.kpis import kpi_table
    from sim.replicate import one
    from sim.scenario.load import load

    share = [] if scale == 1 else [f"customers.{name}=x {scale}" for name in ("active", "new")]
    rounded = [] if scale == 1 else [f"teams.frontline.agents=x {scale} rounded"]
    resolved = load("baseline", [OVERLAY], [*share, *rounded])
    warm_up()
    before = spent_so_far()
    tallied, _ = one(resolved, resolved.scenario.experiment.seed, 0)
    table = kpi_table(resolved, [tallied])
    after = spent_so_far()
    whole = table[(table["month"] == "all") & (table["channel"] == "all") & (table["reason"] == "all")]
    figure = whole[whole["team"] == "all"].set_index("kpi")["value"]
    return Year(
        contacts=int(figure["contacts"]),
        agents=int(resolved.scenario.teams["frontline"].agents or 0),
        occupancy=float(figure["occupancy"]),
        abandonment=float(figure["abandonment_rate"]),
        open_at_end=int(figure["backlog"]),
        before=before,
        after=after,
    )


def main(scale: float) -> list[Goal]:
    """Print what the year took."""
    in_child(warm_up)  # compiles, where that has not been done, elsewhere: the compiler's memory is not the run's
    found: Year = in_child(year, scale)
    cpu_s, wall_s = found.after.cpu_s - found.before.cpu_s, found.after.wall_s - found.before.wall_s
    print(f"A year of {found.contacts:,} contacts ({found.contacts / 12:,.0f} a month), {found.agents} agents")
    print(
        f"    occupancy {found.occupancy:.1%}, {found.abandonment:.1%} give up,"
        f" {found.open_at_end:,} needs open at the end"
    )
    print(f"    {wall_s:.1f} s ({cpu_s:.1f} s of the processor), {found.contacts / cpu_s:,.0f} contacts a CPU second")
    print(f"    peak memory {found.after.peak_mb:,.0f} MB, of which {found.before.peak_mb:,.0f} MB before the run\n")
    if scale != 1:
        return []
    wanted = f"a year of a million contacts a month below {MOST_MB / 1000:g} GB"
    return [Goal(wanted, f"{found.after.peak_mb:,.0f} MB, {wall_s:.0f} s", found.after.peak_mb < MOST_MB)]
