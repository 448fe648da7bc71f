"""The plan: what is staffed and allowed, as flat arrays that both engines read. No randomness, no engine state.

Dimensions: G regimes, R reasons, C channels, T teams, Q queues, B bots. A *queue* is a class of (channel, reason) pairs
that the same teams serve at the same ranks; contacts transferred to a team have queues of their own, one a channel and
team.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.keys import threshold
from sim.demand.rates import expected_needs
from sim.engine.routing import Routing, make_routing
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario

PPM = 1_000_000
FAR = 2**62  # later than any clock

PRIORITY, LONGEST_WAIT, RELATIVE_WAIT = range(3)
POLICIES = {"priority": PRIORITY, "longest_wait": LONGEST_WAIT, "relative_wait": RELATIVE_WAIT}
CLOSED_WAITS, CLOSED_REOPENS, CLOSED_LOST = range(3)
WHEN_CLOSED = {"wait": CLOSED_WAITS, "reopen": CLOSED_REOPENS, "lost": CLOSED_LOST}


@dataclass(frozen=True)
class Plan:
    """Arrays shared by both engines; thresholds are integers in [0, 2**32], speeds in millionths."""

    end_ms: int
    drain: bool
    reasons: int
    channels: int
    teams: int
    routing: Routing
    # teams
    policy: np.ndarray  # int64 (T,)
    resolve: np.ndarray  # int64 (G, R, T, 2) resolved where Tape.resolve_u is below; [..., 1] after a handled contact
    transfer: np.ndarray  # int64 (G, R, T) transferred where unresolved and Tape.transfer_u is below
    transfer_to: np.ndarray  # int64 (R,) team, -1 none
    transfer_adds_ms: np.ndarray  # int64 (G, R) work that a cold transfer adds
    speed_ppm: np.ndarray  # int64 (G, T, C, R) speed of a team's work
    # channels
    parallel: np.ndarray  # int64 (C,) contacts that one agent handles at once
    chat_ppm: np.ndarray  # int64 (C, P + 1) speed of each with j in progress
    interruptible: np.ndarray  # int64 (C,) 0 or 1
    places: np.ndarray  # int64 (C,) waiting places, FAR no limit
    when_closed: np.ndarray  # int64 (C,)
    clears: np.ndarray  # int64 (C,) 1: the queue is disconnected at closing time
    balk_over_ms: np.ndarray  # int64 (C,) announced wait above which BALKS counts; -1 always, FAR never
    callback_over_ms: np.ndarray  # int64 (C,) likewise for CALLBACK
    callback_try_ms: np.ndarray  # int64 (C,) agent's time for a call back that nobody answers
    notice_ms: np.ndarray  # int64 (C,) agent's time on a silent abandonment
    chase_ms: np.ndarray  # int64 (C,) wait after which CHASES counts, FAR never
    chase_channel: np.ndarray  # int64 (C,)
    target_ms: np.ndarray  # int64 (C,) target time, for the relative-wait policy (1 min where none is declared)
    mean_handle_ms: np.ndarray  # int64 (Q,) expected handle time, for announced waits
    bot_always_open: np.ndarray  # int64 (B,)


def make_plan(resolved: Resolved) -> Plan:
    """Everything that the engines need to know of a scenario, computed once."""
    scenario = resolved.scenario
    channels = list(scenario.channels.values())
    names = list(scenario.channels)
    teams = list(scenario.teams)
    routing = make_routing(scenario)

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    return Plan(
        end_ms=resolved.calendar.end_ms,
        drain=scenario.horizon.at_end == "drain",
        reasons=len(scenario.reasons),
        channels=len(channels),
        teams=len(teams),
        routing=routing,
        policy=column([POLICIES[team.policy] for team in scenario.teams.values()]),
        resolve=np.stack([_resolve(variant) for variant in resolved.variants]),
        transfer=np.stack([_transfer(variant) for variant in resolved.variants]),
        transfer_to=column([teams.index(r.transfer.to) if r.transfer else -1 for r in scenario.reasons.values()]),
        transfer_adds_ms=np.stack([_transfer_adds(variant) for variant in resolved.variants]),
        speed_ppm=np.stack([_speed(variant) for variant in resolved.variants]),
        parallel=column([c.parallel for c in channels]),
        chat_ppm=_chat_speeds(scenario),
        interruptible=column([int(c.interruptible) for c in channels]),
        places=column([FAR if c.places is None else c.places for c in channels]),
        when_closed=column([WHEN_CLOSED[c.when_closed] for c in channels]),
        clears=column([int(c.at_close == "clear") for c in channels]),
        balk_over_ms=column([_over(c.balking.when_wait_over if c.balking else None) for c in channels]),
        callback_over_ms=column([_over(c.callback.when_wait_over if c.callback else None) for c in channels]),
        callback_try_ms=column([c.callback.attempt if c.callback else 0 for c in channels]),
        notice_ms=column([max(1, c.notice) for c in channels]),
        chase_ms=column([c.chase.after if c.chase else FAR for c in channels]),
        chase_channel=column([names.index(c.chase.channel) if c.chase else -1 for c in channels]),
        target_ms=column([max(1, c.target.within) if c.target else 60_000 for c in channels]),
        mean_handle_ms=_mean_handle(resolved, routing),
        bot_always_open=column([int(bot.always_open) for bot in scenario.bots.values()]),
    )


def _over(when_wait_over: int | None) -> int:
    """Announced wait that must be exceeded: never without a rule, always for a rule without a limit."""
    if when_wait_over is None:
        return FAR
    return when_wait_over if when_wait_over > 0 else -1


def _resolve(scenario: Scenario) -> np.ndarray:
    """int64 (R, T, 2)."""
    table = np.zeros((len(scenario.reasons), len(scenario.teams), 2), dtype=np.int64)
    for r, (name, reason) in enumerate(scenario.reasons.items()):
        later = reason.resolved_first if reason.resolved_later is None else reason.resolved_later
        for t, team in enumerate(scenario.teams.values()):
            factor = team.resolves.get(name, 1.0) if isinstance(team.resolves, dict) else team.resolves
            table[r, t] = [threshold(min(1.0, share * factor)) for share in (reason.resolved_first, later)]
    return table


def _transfer(scenario: Scenario) -> np.ndarray:
    """int64 (R, T): 0 for the team that takes over."""
    table = np.zeros((len(scenario.reasons), len(scenario.teams)), dtype=np.int64)
    for r, reason in enumerate(scenario.reasons.values()):
        rule = reason.transfer
        for t, team in enumerate(scenario.teams):
            if rule and team != rule.to and (rule.teams is None or team in rule.teams):
                table[r, t] = threshold(rule.share)
    return table


def _transfer_adds(scenario: Scenario) -> np.ndarray:
    """int64 (R,)."""
    rules = [reason.transfer for reason in scenario.reasons.values()]
    return np.array([rule.adds if rule and rule.context == "cold" else 0 for rule in rules], dtype=np.int64)


def _speed(scenario: Scenario) -> np.ndarray:
    """int64 (T, C, R): a team's speed is the product of what is named for the channel and for the reason."""
    table = np.empty((len(scenario.teams), len(scenario.channels), len(scenario.reasons)), dtype=np.int64)
    for t, team in enumerate(scenario.teams.values()):
        for c, channel in enumerate(scenario.channels):
            for r, reason in enumerate(scenario.reasons):
                speed = team.speed
                factor = speed.get(channel, 1.0) * speed.get(reason, 1.0) if isinstance(speed, dict) else speed
                table[t, c, r] = max(1, round(factor * PPM))
    return table


def _chat_speeds(scenario: Scenario) -> np.ndarray:
    """int64 (C, P + 1): the last speed declared holds for more in progress."""
    most = max(channel.parallel for channel in scenario.channels.values())
    table = np.full((len(scenario.channels), most + 1), PPM, dtype=np.int64)
    for c, channel in enumerate(scenario.channels.values()):
        for j in range(1, most + 1):
            table[c, j] = max(1, round(channel.speed[min(j, len(channel.speed)) - 1] * PPM))
    return table


def _mean_handle(resolved: Resolved, routing: Routing) -> np.ndarray:
    """int64 (Q,): handle plus wrap-up, reasons weighted by their expected needs on the queue's channel."""
    scenario = resolved.scenario
    announces = any(channel.balking or channel.callback for channel in scenario.channels.values())
    needs = expected_needs(resolved).sum(axis=1) if announces else np.ones(len(scenario.reasons))
    means = np.zeros(len(routing.queue_channel), dtype=np.int64)
    for q, c in enumerate(routing.queue_channel):
        name = list(scenario.channels)[c]
        weights, works = [], []
        for r, reason in enumerate(scenario.reasons.values()):
            weights.append(needs[r] * max(reason.channels.get(name, 0.0), 1e-9) * routing.may_hold[q, r])
            works.append(reason.handle.mean * reason.handle.by_channel.get(name, 1.0))
        wrap = scenario.channels[name].wrap_up.mean
        total = sum(weights)
        means[q] = round((np.dot(weights, works) / total if total > 0 else np.mean(works)) + wrap)
    return means
