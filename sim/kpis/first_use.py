"""One run of every compiled loop of the KPIs, for `sim.engine.prepare`: then no worker waits for the compiler."""

from __future__ import annotations

from sim.engine import DEFAULT_ENGINE, SMALLEST, run_smallest
from sim.kpis.checks import check_conservation
from sim.kpis.tally import tally
from sim.kpis.usage import usage
from sim.machine_code import compiles
from sim.scenario.load import resolve


@compiles
def use_every_loop(engine: str = DEFAULT_ENGINE) -> None:
    """Checks, tallies and bills the smallest run."""
    resolved, run = resolve(SMALLEST), run_smallest(engine)
    parts = (resolved, run.tape, run.roster, run.outcomes)
    check_conservation(resolved, run.tape, run.outcomes)
    tally(*parts)
    usage(*parts)


if __name__ == "__main__":  # the second process of `machine_code.helped_by`: the compiled engine is the first one's
    use_every_loop("simpy")
