"""The answer in one sentence, and what else a planner must hear before acting on it."""

from __future__ import annotations

from collections.abc import Iterator

from evaluate.compare import Comparison, Priced, TargetResult
from evaluate.headline import ALL
from evaluate.verdict import Standing, Verdict, verdict
from report import format as fmt
from report.closed_loop import not_converged, trap
from report.decided import decided_lines
from sim.scenario.units import MS_PER_HOUR

_MANY_CLOSED = 0.1  # share of a channel's contacts


def answer(comparison: Comparison) -> str:
    """One sentence: which is best by which rule, what it is worth, and what customers get."""
    return _compared(comparison, verdict(comparison)) if comparison.options else _alone(comparison)


def remarks(comparison: Comparison) -> list[str]:
    """What qualifies the answer: leads that could be chance, what the others are worth, miss or leave unknown."""
    found = verdict(comparison)
    said = []
    if comparison.options and found.close:
        said.append(
            f"{found.best.name} and {found.runner_up} are too close to call on money: the interval of their "
            f"difference, {_interval(comparison, found.lead.low, found.lead.high)}, includes zero."
        )
    said += [_other(comparison, one) for one in found.ranked[1:]]
    said += [line for one in comparison.scenarios for line in decided_lines(one.resolved)]
    said += filter(None, [trap(comparison)])
    said += [line for one in comparison.scenarios for line in (*_without_data(comparison, one), *_met_closed(one))]
    said += [
        f"{one.name} meets its target for {_and(doubtful)} only within the simulation's noise: use more replications."
        for one in found.ranked
        if (doubtful := [channel for channel in one.unsure if channel not in one.missed])
    ]
    return [*said, *_single_run(comparison), *warnings(comparison)]


def warnings(comparison: Comparison) -> list[str]:
    """What speaks against the statistics of the figures: months that do not agree with each other, a short warm-up, a
    queue that only grows, batches that depend on each other. All are among the remarks."""
    found = [f"{one.name}: {line}." for one in comparison.scenarios for line in map(str, one.warm_up) if line]
    return [*not_converged(comparison), *found, *_dependent(comparison)]


def _single_run(comparison: Comparison) -> Iterator[str]:
    """What one replication can say of its own noise."""
    if comparison.intervals_from == "none":
        acting = "acting on a difference" if comparison.options else "relying on a figure"
        yield f"One replication has no interval: use --reps 4 or more before {acting}."
    if comparison.intervals_from == "batch means":
        money = " Money has none: use --reps 4 or more." if priced(comparison) else ""
        yield (
            "One replication: the intervals of KPIs come from batch means, since the load repeats over the whole "
            f"horizon.{money}"
        )


def _dependent(comparison: Comparison) -> Iterator[str]:
    """KPIs whose batches are alike from one to the next."""
    for one in comparison.scenarios:
        if lines := comparison.dependent(one.name):
            named = _and([line.kpi if line.channel == ALL else f"{line.kpi}({line.channel})" for line in lines])
            yield (
                f"{one.name}: the run is too short to be cut into independent batches, so that the intervals of "
                f"{named} are too narrow: use a longer horizon or --reps 4 or more."
            )


def _without_data(comparison: Comparison, one: Priced) -> Iterator[str]:
    """Targets that nothing can be said about, since nobody was there to be answered."""
    silent = [result.channel for result in comparison.targets(one.name) if result.met is None]
    if silent:
        yield f"{one.name}: no contact to judge the target for {_and(silent)} by."


def _met_closed(one: Priced) -> Iterator[str]:
    """Channels that turn away many of those who come, since they come when it is closed."""
    table = one.kpis
    rows = table[(table["kpi"] == "closed_rate") & (table["month"] == ALL) & (table["reason"] == ALL)]
    shares = rows.set_index("channel")["value"]
    for name, channel in one.resolved.scenario.channels.items():
        share = float(shares.get(name, 0.0))
        if channel.when_closed == "lost" and share >= _MANY_CLOSED:
            yield (
                f"{one.name}: {fmt.percent(share, 0)} of the contacts on {name} come when it is closed and are turned "
                "away (when_closed: lost). Demand without a week_profile comes day and night."
            )


def _compared(comparison: Comparison, found: Verdict) -> str:
    best, base = found.best, comparison.base.name
    count = len(comparison.scenarios)
    if best.name == base:
        start = f"{base} stays the best of {count}"
        if best.missed:
            return (
                f"None of the {count} meets every target, and none that comes as close as {base} costs less; {base} "
                f"misses {_and(_misses(comparison, best))}."
            )
        return f"{start}: it meets every target and no option that does is cheaper over {months_text(comparison)}."
    close = f", too close to call against {found.runner_up}" if found.close else ""
    if comparison.chosen:
        rule = f"{best.name} was chosen"
    elif best.missed:
        rule = f"{best.name} comes closest of {count}, but misses {_and(list(best.missed))}"
    elif best.targets:
        rule = f"{best.name} is the best of {count}: the cheapest that meets every target"
    else:
        rule = f"{best.name} is the best of {count}"
    return (
        f"{rule}{close}; NPV {_npv(comparison, best)} over {months_text(comparison)} against {base}"
        f"{_from_to(comparison, best.name)}."
    )


def _alone(comparison: Comparison) -> str:
    name = comparison.base.name
    whole = whole_months(comparison)
    alone = comparison.alone[name]
    amount = alone.get("equivalent_monthly_support" if whole else "total_support")
    amount = amount or alone["equivalent_monthly" if whole else "total"]
    cost = fmt.money(None if amount.value is None else -amount.value, comparison.currency)
    results = [result for result in comparison.targets(name) if result.met is not None]
    missed = [result for result in results if not result.met]
    if not results:
        verdict_ = "has no data for its targets" if comparison.targets(name) else "declares no target"
    elif missed:
        verdict_ = f"misses its target on {_and([_miss(result) for result in missed])}"
    else:
        verdict_ = "meets every target"
    if not priced(comparison):
        return f"{name} {verdict_}; nothing in it has a price."
    return f"{name} costs {cost} {'a month' if whole else f'over {months_text(comparison)}'} and {verdict_}."


def _other(comparison: Comparison, one: Standing) -> str:
    """What each of the others is worth, and what it misses."""
    worth = "the base" if one.name == comparison.base.name else f"NPV {_npv(comparison, one)}"
    kept = f"misses {_and(_misses(comparison, one))}" if one.missed else "meets every target" if one.targets else ""
    return f"{one.name}: {worth}{', ' if kept else ''}{kept}."


def months_text(comparison: Comparison) -> str:
    """Length of the horizon: in months where it is made of whole ones, else in days or hours."""
    if whole_months(comparison):
        return _counted(len(comparison.months), "month")
    hours = comparison.base.resolved.calendar.end_ms / MS_PER_HOUR
    return _counted(hours / 24, "day") if hours % 24 == 0 else _counted(hours, "hour")


def whole_months(comparison: Comparison) -> bool:
    """Whether an amount a month means anything: a horizon given by its `length` need not be made of months."""
    return comparison.base.resolved.scenario.horizon.months is not None


def priced(comparison: Comparison) -> bool:
    """Whether anything has a price at all."""
    return any(flows.amounts.any() for flows in comparison.flows.values())


def _counted(count: float, unit: str) -> str:
    return f"{count:g} {unit}{'' if count == 1 else 's'}"


def _npv(comparison: Comparison, one: Standing) -> str:
    value = fmt.money(one.npv.value, comparison.currency, signed=True)
    if one.npv.low is None:
        return value
    return f"{value} ({_percent(comparison.confidence)} {_interval(comparison, one.npv.low, one.npv.high)})"


def _interval(comparison: Comparison, low: float | None, high: float | None) -> str:
    return f"{fmt.number(low, signed=True)} to {fmt.money(high, comparison.currency, signed=True)}"


def _percent(share: float) -> str:
    return f"{share * 100:g}{fmt.FIRM}%"


def _from_to(comparison: Comparison, name: str) -> str:
    """The channel whose service moves most, from the base to the option."""
    pairs = [
        (before, after)
        for before in comparison.targets(comparison.base.name)
        for after in comparison.targets(name)
        if before.channel == after.channel and before.reached.value is not None and after.reached.value is not None
    ]
    if not pairs:
        return ""
    before, after = max(pairs, key=lambda pair: abs((pair[1].reached.value or 0) - (pair[0].reached.value or 0)))
    return (
        f", {before.channel} answered within {fmt.duration(before.target.within / 1000)} from "
        f"{fmt.percent(before.reached.value, 0)} to {fmt.percent(after.reached.value, 0)}"
    )


def _miss(result: TargetResult) -> str:
    return (
        f"{result.channel} ({fmt.percent(result.reached.value)} within {fmt.duration(result.target.within / 1000)}, "
        f"target {fmt.percent(result.target.share, 0)}{', within the noise' if result.unsure else ''})"
    )


def _misses(comparison: Comparison, one: Standing) -> list[str]:
    return [_miss(result) for result in comparison.targets(one.name) if result.channel in one.missed]


def _and(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}" if texts else "nothing"
