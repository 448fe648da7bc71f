"""The margin of customers whom service loses and wins (semantics 8.2): the orders that they would have made, and make.

Each replication is priced by what happened in it. Customers lost in a month leave in the month after, and their orders
are missing from then on, thinned by the churn that they would have had anyway. Nothing is counted past the horizon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.demand.customers import customer_path, following, month_of_day
from sim.demand.rates import orders_by_day
from sim.feedback import lost_and_won
from sim.scenario.resolved import Resolved
from sim.scenario.segments import customers_of, segments_of

if TYPE_CHECKING:
    from sim.kpis import Usage


def margin_lines(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[tuple[str, str, bool, np.ndarray]]:
    """Lines of the cash-flow table: margin lost (below 0 where service keeps more than it loses) and won."""
    if not any(variant.retention.closes for variant in resolved.variants):
        return
    tangible = resolved.scenario.retention.tangible
    lost, won = [], []
    segments = segments_of(resolved.scenario)
    for usage in usages:
        left, came = (following(by_segment) for by_segment in lost_and_won(resolved, usage))
        paths = [customer_path(resolved, left[k], came[k], segment) for k, segment in enumerate(segments)]
        each = list(zip(paths, segments, strict=True))
        lost.append(sum(margin_by_month(resolved, path.missing, segment) for path, segment in each))
        won.append(sum(margin_by_month(resolved, path.gained, segment) for path, segment in each))
    yield "margin_lost", "retention.churn", tangible, np.array(lost)
    yield "referral_margin", "retention.referrals", tangible, np.array(won)


def margin_by_month(resolved: Resolved, customers: np.ndarray, segment: str = "") -> np.ndarray:
    """float64 (months,): contribution margin of the orders of a segment's ``customers`` (days,) in each month."""
    calendar = resolved.calendar
    kinds = [customers_of(variant, segment) for variant in resolved.variants]
    worlds = np.array([kind.order_value * kind.margin for kind in kinds], dtype=np.float64)
    orders = orders_by_day(resolved, 0, customers=customers, segment=segment)
    daily = orders * worlds[resolved.regime_of_day[: calendar.days]]
    return np.bincount(month_of_day(calendar), weights=daily, minlength=len(calendar.month_labels))
