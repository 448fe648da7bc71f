"""How the figures were made, and what they do not say: the same words under every report."""

METHOD = (
    "Every customer's need is drawn beforehand: when it arises, which reason and channel, how long the work "
    "takes, how patient the customer is, whether a contact resolves it. Agents, bots and self-service are then "
    "simulated contact by contact. All scenarios see the same customers (common random numbers), so that "
    "differences between scenarios are much surer than the scenarios' own figures.",
    "Intervals are Student t intervals over replications; of ratios, by linearisation; of differences, over the "
    "paired replications. A KPI is a ratio of sums over all replications, never a mean of ratios, and 0/0 is no "
    "data.",
    "Cost is the sum of the cash flows by category: paid hours at the full wage, overhead, workplaces, hiring, "
    "replacing leavers (headcount is held, so each leaver is hired and trained anew), tools, and charges by use. "
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
