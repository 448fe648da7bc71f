"""Expected needs by reason and half-hour: customers, orders, lags, seasons and profiles, before any randomness."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.demand.customers import customer_path
from sim.demand.distributions import Law, quantiles, spread_law
from sim.scenario.resolved import Resolved
from sim.scenario.schema.demand import MONTHS, InlineProfile, Reason
from sim.scenario.schema.scenario import Scenario
from sim.scenario.segments import customers_of, segment_of, segments_of
from sim.scenario.units import DAYS_PER_YEAR, HALF_HOUR_MS, MS_PER_DAY, growth_factor

SLOTS_PER_DAY = 48
SLOTS_PER_WEEK = 7 * SLOTS_PER_DAY
_LAG_POINTS = 1 << 16


def expected_needs(resolved: Resolved) -> np.ndarray:
    """float64 (reasons, slots): mean number of needs that arise in each half-hour (the last one possibly cut)."""
    mass = expected_groups(resolved)
    day, _ = resolved.calendar.slot_local
    mass[:, -1] *= (resolved.calendar.end_ms - (resolved.calendar.slots - 1) * HALF_HOUR_MS) / HALF_HOUR_MS
    regime = resolved.regime_of_day[day]
    for r, name in enumerate(resolved.scenario.reasons):
        mass[r] *= np.array([_mean_batch(variant.reasons[name]) for variant in resolved.variants])[regime]
    return mass


def _mean_batch(reason: Reason) -> float:
    return sum(size * share for size, share in reason.batch.items()) / sum(reason.batch.values()) if reason.batch else 1


def expected_groups(resolved: Resolved) -> np.ndarray:
    """float64 (reasons, slots): mean number of needs, or of groups of needs, in each half-hour taken whole."""
    calendar = resolved.calendar
    day, week_slot = calendar.slot_local
    regime = resolved.regime_of_day[day]
    customers = {segment: customers_by_day(resolved, segment) for segment in segments_of(resolved.scenario)}
    mass = np.zeros((len(resolved.scenario.reasons), calendar.slots))
    lagged: dict[tuple[str, Law, bool], np.ndarray] = {}
    for r, name in enumerate(resolved.scenario.reasons):
        for v in np.unique(regime):
            variant = resolved.variants[v]
            reason = variant.reasons[name]
            here = np.flatnonzero(regime == v)
            segment = segment_of(name)
            daily = _daily(resolved, reason, segment, customers[segment], lagged)
            weight = _weights(resolved, variant, reason, week_slot)
            mass[r, here] = daily[day[here]] * weight[here] / SLOTS_PER_DAY
    return mass


def _worlds(resolved: Resolved, days: int) -> list[Scenario]:
    return [resolved.variants[v] for v in resolved.regime_of_day[:days]]


def customers_by_day(resolved: Resolved, segment: str | None = None) -> np.ndarray:
    """float64 (days,): active customers at the start of each day; each day some join and a share leaves.

    ``segment``: of that segment; None: all. The closed loop takes off whom service has lost and adds whom
    recommendations have won.
    """
    segments = segments_of(resolved.scenario)
    if segment is None:
        return np.asarray(sum(customers_by_day(resolved, each) for each in segments))
    nobody = np.zeros(len(resolved.calendar.month_labels))
    feedback, row = resolved.feedback, segments.index(segment)
    churned, referred = (nobody, nobody) if feedback is None else (feedback.churned[row], feedback.referred[row])
    return customer_path(resolved, churned, referred, segment).active


def growth_by_day(resolved: Resolved) -> np.ndarray:
    """float64 (days,): growth since the start, compounding daily."""
    daily = [growth_factor(world.demand.growth, 1.0) for world in _worlds(resolved, resolved.calendar.days)]
    return np.concatenate([[1.0], np.cumprod(daily[:-1])])


def _season(resolved: Resolved, world: Scenario, day: int) -> float:
    factor: float = world.demand.season.get(MONTHS[resolved.calendar.date_of_day(day).month - 1], 1.0)  # type: ignore[call-overload]
    return factor


def season_by_day(resolved: Resolved) -> np.ndarray:
    """float64 (days,): the factor of each day's calendar month."""
    worlds = _worlds(resolved, resolved.calendar.days)
    return np.array([_season(resolved, world, day) for day, world in enumerate(worlds)])


def orders_by_day(
    resolved: Resolved,
    before: int,
    seasonal: bool = True,
    customers: np.ndarray | None = None,
    segment: str | None = None,
) -> np.ndarray:
    """float64 (before + days,): orders on each day, from ``before`` days ahead of the horizon.

    Days ahead of the horizon have the customers of the first day, their own season, and the growth run backwards.
    ``segment``: of that segment; None: of all. ``customers`` (days,): of these rather than of all who are there.
    """
    if segment is None:
        return np.asarray(
            sum(orders_by_day(resolved, before, seasonal, customers, s) for s in segments_of(resolved.scenario))
        )
    kinds = np.array([customers_of(world, segment).orders for world in resolved.variants])
    customers = customers_by_day(resolved, segment) if customers is None else customers
    orders = customers * kinds[resolved.regime_of_day[: resolved.calendar.days]] * growth_by_day(resolved)
    first = resolved.scenario
    back = np.arange(-before, 0)
    shrink = max(1.0 + first.demand.growth, 1e-9) ** (back / DAYS_PER_YEAR)
    earlier = customers_of(first, segment).active * kinds[0] * shrink
    if seasonal:
        orders = orders * season_by_day(resolved)
        earlier = earlier * np.array([_season(resolved, first, int(day)) for day in back])
    return np.concatenate([earlier, orders])


@lru_cache(maxsize=256)
def lag_weights(law: Law) -> np.ndarray:
    """float64 (k,): share of orders whose need arises 0, 1, 2 ... days later; the mean is the lag's mean.

    An order comes at a uniform time of its day, so a lag of 3.5 days is 3 days for half of the orders and 4 for half.
    """
    lags = quantiles(law, (np.arange(_LAG_POINTS) + 0.5) / _LAG_POINTS) / MS_PER_DAY
    whole = np.floor(lags).astype(np.int64)
    part = lags - whole
    weights = np.bincount(whole, 1 - part, whole.max() + 2) + np.bincount(whole + 1, part, whole.max() + 2)
    kept: np.ndarray = np.trim_zeros(weights, "b") / _LAG_POINTS
    return kept


def _daily(
    resolved: Resolved,
    reason: Reason,
    segment: str,
    customers: np.ndarray,
    lagged: dict[tuple[str, Law, bool], np.ndarray],
) -> np.ndarray:
    """float64 (days,): needs per day (of the mean day of the week) if this reason's figures held throughout.

    ``lagged`` keeps the orders behind each day's needs, which regimes share that differ in other things.
    """
    days = resolved.calendar.days
    if reason.per_order is not None:
        key = (segment, spread_law(reason.lag), reason.seasonal)
        if key not in lagged:
            weights = lag_weights(key[1])
            orders = orders_by_day(resolved, len(weights) - 1, reason.seasonal, segment=segment)
            lagged[key] = np.convolve(orders, weights, mode="valid")
        needs: np.ndarray = reason.per_order * lagged[key]
        return needs
    if reason.per_customer is not None:
        return reason.per_customer * customers
    rate: np.ndarray = np.full(days, 0.0 if reason.rate is None else reason.rate) * growth_by_day(resolved)
    return rate * season_by_day(resolved) if reason.seasonal else rate


def _weights(resolved: Resolved, world: Scenario, reason: Reason, week_slot: np.ndarray) -> np.ndarray:
    """float64 (slots,): weight of each half-hour; the profile's own mean is 1."""
    profile = reason.profile if reason.profile is not None else world.demand.week_profile
    if profile is None:
        return np.ones(len(week_slot))
    if isinstance(profile, InlineProfile):
        weights = np.asarray(profile.weights, dtype=float)
        interval = np.arange(len(week_slot), dtype=np.int64) * HALF_HOUR_MS // profile.every % len(weights)
    else:
        if profile not in resolved.profiles:
            raise ValueError(f"the profile {profile} has not been read")
        weights = np.asarray(resolved.profiles[profile], dtype=float)
        interval = week_slot
        if len(weights) != SLOTS_PER_WEEK:
            raise ValueError(
                f"the profile {profile} has {len(weights)} weights; a week has {SLOTS_PER_WEEK} half-hours"
            )
    mean = weights.mean()
    if not mean > 0:
        raise ValueError("a profile needs at least one weight above 0")
    scaled: np.ndarray = weights[interval] / mean
    return scaled
