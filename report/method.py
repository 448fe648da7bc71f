"""How the figures were made, and what they do not say: the same words under every report, but for the warm-up."""

from __future__ import annotations

from collections.abc import Iterator

from evaluate.compare import Comparison, Priced
from sim.scenario.units import MS_PER_DAY

METHOD = (
    "Every customer's need is drawn beforehand: when it arises, which reason and channel, how long the work "
    "takes, how patient the customer is, whether a contact resolves it. Agents, bots and self-service are then "
    "simulated contact by contact. All scenarios see the same customers (common random numbers), so that "
    "differences between scenarios are much surer than the scenarios' own figures.",
    "Intervals are Student t intervals over replications; of ratios, by linearisation; of differences, over the "
    "paired replications. A single run of a load that repeats is cut into batches, which take the place of "
    "replications. A KPI is a ratio of sums over all replications, never a mean of ratios, and 0/0 is no data.",
    "A run starts empty, and contacts that arrive in the warm-up are left out. Whether it was long enough is judged by "
    "the mean number waiting after it (MSER, over replications), as long as no more work comes, and no agents go, than "
    "at the start.",
    "Cost is the sum of the cash flows by category: paid hours at the full wage, overtime, overhead, workplaces, "
    "hiring and training of those who are decided and of those who replace leavers, leaving, outsourced teams, tools, "
    "and charges by use. People are whole and the same in every replication: workforce.csv lists them by month. "
    "Money out is negative. The NPV is that of the monthly differences from the base.",
    "The best scenario is the one with the highest NPV among those that meet every target over the whole horizon. "
    "Where none meets every target, it is the one that meets most of them, then the highest NPV.",
)

CAVEATS = (
    "The simulation's intervals hold its own noise only. Whether the inputs are right is another matter: see "
    "where they come from.",
    "What better service is worth to sales is priced where `retention` is declared, up to the horizon's end; elsewhere "
    "NPV counts support cost alone.",
    "A target met over the whole horizon may be missed in some months: see the chart by month.",
    "Hours that are freed are money only where a post is not filled again.",
)


def warm_ups(comparison: Comparison) -> Iterator[str]:
    """What the check of the warm-up found where it has nothing to warn of, a sentence for each scenario."""
    for one in comparison.scenarios:
        long_enough, unknown = _channels(one, "settled"), _channels(one, "unknown")
        if long_enough:
            days = max(found.seen_ms for found in one.warm_up) / MS_PER_DAY
            over = f"the first {days:.1f} days" if days >= 1 else f"the first {days * 24:.1f} hours"
            yield f"{one.name}: the warm-up is long enough for {', '.join(long_enough)}, judged by {over} after it."
        if unknown:
            why = "needs five replications, and a load that repeats for long enough"
            yield f"{one.name}: nothing is known about the warm-up for {', '.join(unknown)}; the check {why}."


def _channels(one: Priced, verdict: str) -> list[str]:
    return [found.channel for found in one.warm_up if found.verdict == verdict]
