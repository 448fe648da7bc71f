"""One run of every compiled loop of the KPIs, for `sim.engine.prepare`: then no worker waits for the compiler."""

from __future__ import annotations

from sim.engine import run_smallest
from sim.kpis.checks import check_conservation
from sim.kpis.tally import tally
from sim.kpis.usage import usage
from sim.machine_code import compiles
from sim.scenario.load import resolve


@compiles
def use_every_loop() -> None:
    """Checks, tallies and bills the smallest run."""
    from sim.engine import SMALLEST

    resolved, run = resolve(SMALLEST), run_smallest()
    parts = (resolved, run.tape, run.roster, run.outcomes)
    check_conservation(resolved, run.tape, run.outcomes)
    tally(*parts)
    usage(*parts)
