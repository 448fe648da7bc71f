"""What the closed loop came to: how its passes ended, and the customers whom service loses and wins by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluate.compare import Comparison, Priced
from report import format as fmt
from sim.demand.customers import following, month_of_day
from sim.demand.rates import customers_by_day, orders_by_day

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scenario", "month", "customers", "orders", "lost", "won", "attrition")
_TRAP = (
    "Customers whom service loses need no support any more, so that bad service saves contacts: read the cost of "
    "support together with the margin lost."
)


def not_converged(comparison: Comparison) -> Iterator[str]:
    """A warning for each scenario whose months do not agree with each other."""
    for one in comparison.scenarios:
        loop = one.replications.loop
        if loop is not None and not loop.holds:
            size = f"up to {_share(loop.residual)} of it ({_share(loop.tolerance)} allowed)"
            what = f"the closed loop of {' and '.join(loop.loops)}"
            yield (
                f"{one.name}: {what} did NOT converge in {_passes(loop.passes)}; another one "
                f"would change a month by {size}. Its later months are not settled: raise feedback.max_passes."
            )


def converged(comparison: Comparison) -> str:
    """A sentence on the passes of every scenario with a loop; empty where there is none."""
    found = [one for one in comparison.scenarios if one.replications.loop is not None]
    said = ", ".join(f"{one.name} {_passes(one.replications.loop.passes)}" for one in found if one.replications.loop)
    loops = sorted({name for one in found if one.replications.loop for name in one.replications.loop.loops})
    return f"Closed loop of {' and '.join(loops)}: {said}." if found else ""


def trap(comparison: Comparison) -> str:
    """What must be said where lost customers make fewer contacts; empty where none are lost."""
    closed = [one.replications.loop for one in comparison.scenarios if one.replications.loop is not None]
    return _TRAP if any("customers" in loop.loops for loop in closed) else ""


def as_plain(one: Priced) -> Mapping[str, Any] | None:
    """For JSON: passes, residual, and figures by month; null where no loop is closed."""
    loop = one.replications.loop
    if loop is None:
        return None
    months = {name: [None if np.isnan(x) else x for x in column] for name, column in _by_month(one).items()}
    return {
        "loops": list(loop.loops),
        "passes": loop.passes,
        "residual": loop.residual,
        "tolerance": loop.tolerance,
        "converged": loop.holds,
        **months,
    }


def customers(comparison: Comparison) -> pd.DataFrame:
    """Customers by scenario and month; no rows where no scenario counts whom it loses."""
    import pandas as pd

    tables = [
        pd.DataFrame({"scenario": one.name, "month": comparison.months, **_by_month(one)}, columns=list(COLUMNS))
        for one in comparison.scenarios
        if one.replications.loop is not None or one.resolved.scenario.retention.counts
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))


def _by_month(one: Priced) -> dict[str, list[float]]:
    """Mean customers, orders, customers lost and won in the month by tickets of the one before (mean of the
    replications), and share of the agents who leave in it for their occupancy; floats, one a month."""
    resolved = one.resolved
    month = month_of_day(resolved.calendar)
    days = np.bincount(month)
    lost, won = (
        following(np.mean([getattr(usage, name).sum(axis=0) for usage in one.replications.usage], axis=0))
        for name in ("customers_lost", "customers_won")
    )
    heads = np.array([team.agents for team in resolved.scenario.teams.values()], dtype=np.float64)
    attrition = np.zeros(len(days))
    if resolved.feedback is not None and heads.sum() > 0:
        attrition = heads @ resolved.feedback.attrition / heads.sum()
    return {
        "customers": (np.bincount(month, weights=customers_by_day(resolved)) / days).tolist(),
        "orders": np.bincount(month, weights=orders_by_day(resolved, 0)).tolist(),
        "lost": lost.tolist(),
        "won": won.tolist(),
        "attrition": attrition.tolist(),
    }


def _passes(count: int) -> str:
    return f"{count} pass{'' if count == 1 else 'es'}"


def _share(share: float) -> str:
    return fmt.percent(share, 2)
