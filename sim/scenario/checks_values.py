"""Checks of values that must fit each other: mixes, spreads, patience, chats, rates, automation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.checking import TOLERANCE, Context, percent
from sim.scenario.nodes import Path
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.schema.demand import ComesBack, InlineProfile, Spread
from sim.scenario.schema.service import Patience
from sim.scenario.units import HALF_HOUR_MS

_RATES = ("per_order", "per_customer", "rate")


def check_rates(context: Context) -> Iterator[Problem]:
    """Exactly one of per_order, per_customer and rate; and what it multiplies is given."""
    customers = context.scenario.customers
    for name, reason in context.scenario.reasons.items():
        at: Path = ("reasons", name)
        given = [key for key in _RATES if getattr(reason, key) is not None]
        about = tuple((*at, key) for key in _RATES)
        if len(given) != 1:
            wrong = f"{' and '.join(given)} are given" if given else "how often this happens is not given"
            yield context.problem(at, wrong, "exactly one of per_order, per_customer, rate", about=about, key=True)
            continue
        if given[0] != "rate" and getattr(reason, given[0]) and not (customers.active or customers.new):
            wrong = f"{given[0]} needs customers, and there are none"
            yield context.problem(
                (*at, given[0]), wrong, "customers.active, or `rate`", about=(("customers",),), key=True
            )
        elif given[0] == "per_order" and reason.per_order and not customers.orders:
            wrong = "per_order needs orders, and customers.orders is 0"
            allowed = "customers.orders, such as '0.5 /month', or `per_customer` or `rate`"
            yield context.problem((*at, "per_order"), wrong, allowed, about=(("customers", "orders"),), key=True)
        if given[0] != "per_order" and reason.lag.mean > 0:
            wrong = f"a lag follows an order, and this reason counts by {given[0]}"
            yield context.problem((*at, "lag"), wrong, "lag with per_order only", about=about, key=True)


def check_retention(context: Context) -> Iterator[Problem]:
    """Customers who are lost or won are somebody's."""
    scenario = context.scenario
    if scenario.retention.counts and not (scenario.customers.active or scenario.customers.new):
        wrong = "service cannot lose or win customers: there are none"
        allowed = "customers.active above 0, or retention.mode: off"
        about: tuple[Path, ...] = (("customers", "active"), ("customers", "new"))
        yield context.problem(("retention",), wrong, allowed, about=about, key=True)


def check_mixes(context: Context) -> Iterator[Problem]:
    """Shares over channels, and over sizes of groups, add up to 100 %."""
    scenario = context.scenario
    for name, reason in scenario.reasons.items():
        at: Path = ("reasons", name)
        yield from context.sums_to_one((*at, "channels"), reason.channels, "shares of the channels")
        if reason.batch:
            yield from context.sums_to_one((*at, "batch"), reason.batch, "shares of the group sizes")
        yield from _back_mix(context, (*at, "unresolved"), reason.unresolved)
    for name, channel in scenario.channels.items():
        if channel.retry is not None and channel.retry.channels is not None:
            path: Path = ("channels", name, "retry", "channels")
            yield from context.sums_to_one(path, channel.retry.channels, "shares of the channels")
    for name, service in scenario.self_service.items():
        yield from _back_mix(context, ("self_service", name, "comes_back"), service.comes_back)
    for name, bot in scenario.bots.items():
        yield from _back_mix(context, ("bots", name, "not_resolved"), bot.not_resolved)


def check_segments(context: Context) -> Iterator[Problem]:
    """Shares of customers add up to 100 %; shares of new ones are given in all segments or in none."""
    segments = context.scenario.segments
    if not segments:
        return
    yield from context.sums_to_one(("segments",), {name: kind.share for name, kind in segments.items()}, "shares")
    of_new = {name: kind.of_new for name, kind in segments.items() if kind.of_new is not None}
    for name in segments.keys() - of_new.keys() if of_new else ():
        wrong = "other segments say their share of new customers, this one does not"
        yield context.problem(("segments", name), wrong, "of_new in every segment, or in none")
    if len(of_new) == len(segments):
        yield from context.sums_to_one(("segments",), of_new, "shares of new customers")
    reasons = context.scenario.reasons
    for name, kind in segments.items():
        for field in ("needs", "handle"):
            factors = getattr(kind, field)
            for reason in factors if isinstance(factors, dict) else ():
                if reason not in reasons:
                    at: Path = ("segments", name, field, reason)
                    wrong = f"there is no reason '{reason}'"
                    yield context.problem(at, wrong, listed(reasons), nearest(reason, reasons), key=True)


def check_returns(context: Context) -> Iterator[Problem]:
    """Ways to send goods back add up to 100 %; what comes back was ordered."""
    returns = context.scenario.returns
    if returns.methods:
        shares = {name: method.share for name, method in returns.methods.items()}
        yield from context.sums_to_one(("returns", "methods"), shares, "shares of the ways to send goods back")
    if returns.share + returns.abuse > 1:
        wrong = f"share and abuse together are {returns.share + returns.abuse:.0%} of orders"
        yield context.problem(("returns", "share"), wrong, "at most 100 % of orders can come back")


def _back_mix(context: Context, at: Path, back: ComesBack) -> Iterator[Problem]:
    if back.channels is not None:
        yield from context.sums_to_one((*at, "channels"), back.channels, "shares of the channels")


def check_spreads(context: Context) -> Iterator[Problem]:
    """A named distribution and its coefficient of variation fit each other."""
    for path, spread in _spreads(context):
        yield from _spread(context, path, spread)


def _spreads(context: Context) -> Iterator[tuple[Path, Spread]]:
    scenario = context.scenario
    for name, reason in scenario.reasons.items():
        yield ("reasons", name, "lag"), reason.lag
        yield ("reasons", name, "handle"), reason.handle
        yield ("reasons", name, "unresolved", "after"), reason.unresolved.after
    for name, channel in scenario.channels.items():
        yield ("channels", name, "wrap_up"), channel.wrap_up
        if channel.retry is not None:
            yield ("channels", name, "retry", "after"), channel.retry.after
    for name, service in scenario.self_service.items():
        yield ("self_service", name, "takes"), service.takes
        yield ("self_service", name, "comes_back", "after"), service.comes_back.after
    for name, bot in scenario.bots.items():
        yield ("bots", name, "session"), bot.session
        yield ("bots", name, "not_resolved", "after"), bot.not_resolved.after


def _spread(context: Context, path: Path, spread: Spread) -> Iterator[Problem]:
    cv, kind = spread.cv, spread.distribution
    if cv is None:
        if kind in ("uniform", "hyperexponential"):
            allowed = "cv above 1" if kind == "hyperexponential" else "cv up to 0.577"
            yield context.problem((*path, "distribution"), f"{kind} needs its cv", allowed)
        return
    limits = {
        "constant": (cv == 0, "a constant has cv 0", "cv: 0, or another distribution"),
        "exponential": (math.isclose(cv, 1), "an exponential duration has cv 1", "cv: 1, or gamma, lognormal"),
        "hyperexponential": (cv > 1, "a hyperexponential duration has a cv above 1", "cv above 1"),
        "uniform": (cv <= 1 / math.sqrt(3) + TOLERANCE, "a uniform duration has a cv up to 0.577", "cv up to 0.577"),
    }
    fits, why, allowed = limits.get(kind or "", (True, "", ""))
    if not fits:
        yield context.problem((*path, "cv"), f"{context.written((*path, 'cv'))}: {why}", allowed)


_PATIENCE_USES = {
    "exponential": (),
    "weibull": ("shape",),
    "lognormal": ("cv",),
    "gamma": ("shape", "cv"),
    "uniform": ("cv",),
    "constant": (),
    "never": (),
}


def check_patience(context: Context) -> Iterator[Problem]:
    """Patience has a mean (unless `never`) and no figure that its distribution does not use."""
    for name, channel in context.scenario.channels.items():
        path: Path = ("channels", name, "patience")
        yield from _patience(context, path, channel.patience)


def _patience(context: Context, path: Path, patience: Patience) -> Iterator[Problem]:
    kind = patience.distribution or ("weibull" if patience.shape is not None else "exponential")
    about = ((*path, "mean"), (*path, "distribution"))
    if kind == "never":
        if patience.mean is not None:
            yield context.problem((*path, "mean"), "customers who never leave have no mean patience",
                                  "never, or a mean with another distribution", key=True)  # fmt: skip
    elif not patience.mean:
        wrong = "the mean patience is 0" if patience.mean == 0 else "'mean' is missing"
        yield context.problem(path, wrong, "a duration such as '3 min', or never", about=about, key=True)
    for key in ("shape", "cv"):
        if getattr(patience, key) is not None and key not in _PATIENCE_USES[kind]:
            users = [name for name, keys in _PATIENCE_USES.items() if key in keys]
            wrong = f"{kind} patience has no {key}"
            yield context.problem((*path, key), wrong, f"{key} with {' or '.join(users)}", about=about, key=True)
    if kind == "gamma" and patience.shape is not None and patience.cv is not None:
        yield context.problem((*path, "cv"), "shape and cv are given", "one of them: cv is 1 / sqrt(shape)", key=True)
    if kind == "uniform" and patience.cv is not None and patience.cv > 1 / math.sqrt(3) + TOLERANCE:
        yield context.problem((*path, "cv"), "a uniform duration has a cv up to 0.577", "cv up to 0.577")


def check_chat(context: Context) -> Iterator[Problem]:
    """Speeds belong to numbers in progress; a speed of 0 never ends."""
    for name, channel in context.scenario.channels.items():
        path: Path = ("channels", name, "speed")
        if not channel.speed:
            yield context.problem(path, "the list is empty", "a speed for 1, 2, 3 ... in progress, such as [1.0, 0.8]")
        if len(channel.speed) > channel.parallel:
            wrong = f"{len(channel.speed)} speeds are given, and an agent handles {channel.parallel} at once"
            allowed = "one speed for each number in progress, up to `parallel`"
            yield context.problem(path, wrong, allowed, about=(("channels", name, "parallel"),))
        for index, speed in enumerate(channel.speed):
            if speed == 0:
                yield context.problem((*path, index), "work at speed 0 never ends", "a speed above 0")


def check_speeds(context: Context) -> Iterator[Problem]:
    """A team's speed is above 0."""
    for name, team in context.scenario.teams.items():
        speeds = team.speed if isinstance(team.speed, dict) else {"": team.speed}
        for key, speed in speeds.items():
            if speed == 0:
                path: Path = ("teams", name, "speed", key) if key else ("teams", name, "speed")
                yield context.problem(path, "work at speed 0 never ends", "a speed above 0")


def check_shrinkage(context: Context) -> Iterator[Problem]:
    """Some paid time is left for customers: paid time is presence / ((1 - planned) (1 - absence))."""
    for name, team in context.scenario.teams.items():
        for key in ("planned", "absence"):
            if getattr(team.shrinkage, key) >= 1:
                path: Path = ("teams", name, "shrinkage", key)
                yield context.problem(path, "no paid time is left for customers", "a share below 100 %")


def check_automation(context: Context) -> Iterator[Problem]:
    """What self-service resolves and falsely resolves are parts of the same tries."""
    for name, service in context.scenario.self_service.items():
        at: Path = ("self_service", name)
        false = service.false_resolved
        for reason, resolved in service.resolves.items():
            falsely = false.get(reason, 0.0) if isinstance(false, dict) else false
            if resolved + falsely > 1 + TOLERANCE:
                wrong = f"{percent(resolved)} resolved and {percent(falsely)} falsely resolved are more than all tries"
                yield context.problem((*at, "resolves", reason), wrong, "up to 100 % together",
                                      about=((*at, "false_resolved"),))  # fmt: skip


def check_profiles(context: Context) -> Iterator[Problem]:
    """Weights given inline stand for whole half-hours, and some are above 0."""
    scenario = context.scenario
    inline: dict[Path, object] = {("demand", "week_profile"): scenario.demand.week_profile}
    inline |= {("reasons", name, "profile"): reason.profile for name, reason in scenario.reasons.items()}
    for path, profile in inline.items():
        if not isinstance(profile, InlineProfile):
            continue
        yield from half_hours(context, (*path, "every"), profile.every)
        if not any(profile.weights):
            yield context.problem((*path, "weights"), "every weight is 0", "weights of 0 or more, some above 0")
        elif not all(math.isfinite(weight) for weight in profile.weights):
            yield context.problem((*path, "weights"), "a weight is not finite", "weights of 0 or more")


def half_hours(context: Context, path: Path, every: int) -> Iterator[Problem]:
    """A problem where an interval is no multiple of 30 min."""
    if every <= 0 or every % HALF_HOUR_MS:
        wrong = f"'{context.written(path)}' is not a multiple of 30 min"
        yield context.problem(path, wrong, "30 min, 1 h, 90 min ...")
