"""Checks that every name refers to something, and that somebody serves what can arrive."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checking import ITSELF, Context
from sim.scenario.nodes import Path
from sim.scenario.problems import Problem, listed
from sim.scenario.schema.demand import ComesBack, Reason

EVERYTHING = "all"
"""What tables call all channels, all reasons or all teams together."""


def check_reserved_names(context: Context) -> Iterator[Problem]:
    """Nothing is called what tables call everything together."""
    scenario = context.scenario
    for group, names in (("reasons", scenario.reasons), ("channels", scenario.channels), ("teams", scenario.teams)):
        if EVERYTHING in names:
            wrong = f"'{EVERYTHING}' is what tables call all {group} together"
            yield context.problem((group, EVERYTHING), wrong, "another name", key=True)


def check_reason_names(context: Context) -> Iterator[Problem]:
    """Channels and teams that a reason names."""
    channels, teams = context.scenario.channels, context.scenario.teams
    for name, reason in context.scenario.reasons.items():
        at: Path = ("reasons", name)
        yield from context.keys((*at, "channels"), reason.channels, "channel", channels)
        yield from context.keys((*at, "handle", "by_channel"), reason.handle.by_channel, "channel", channels)
        yield from context.keys((*at, "unresolved", "channels"), reason.unresolved.channels, "channel", channels)
        yield from context.names((*at, "teams"), reason.teams, "team", teams)
        if reason.transfer is not None:
            if reason.transfer.to not in teams:
                yield context.unknown((*at, "transfer", "to"), reason.transfer.to, "team", teams)
            yield from context.names((*at, "transfer", "teams"), reason.transfer.teams, "team", teams)


def check_channel_names(context: Context) -> Iterator[Problem]:
    """Channels and teams that a channel names."""
    channels = context.scenario.channels
    for name, channel in channels.items():
        at: Path = ("channels", name)
        yield from context.names((*at, "teams"), channel.teams, "team", context.scenario.teams)
        by_reason = channel.patience.by_reason
        yield from context.keys((*at, "patience", "by_reason"), by_reason, "reason", context.scenario.reasons)
        if channel.retry is not None:
            yield from context.keys((*at, "retry", "channels"), channel.retry.channels, "channel", channels)
        if channel.chase is not None:
            if channel.chase.channel not in channels:
                yield context.unknown((*at, "chase", "channel"), channel.chase.channel, "channel", channels)
            elif channel.chase.channel == name:
                yield context.problem((*at, "chase", "channel"), f"'{name}' cannot chase itself", "another channel")


def check_team_names(context: Context) -> Iterator[Problem]:
    """Channels and reasons that a team names."""
    channels, reasons = context.scenario.channels, context.scenario.reasons
    for name, team in context.scenario.teams.items():
        at: Path = ("teams", name)
        seen: set[tuple[str, tuple[str, ...] | None]] = set()
        for index, serve in enumerate(team.serves):
            line: Path = (*at, "serves", index)
            if serve.channel not in channels:
                yield context.unknown(line, serve.channel, "channel", channels)
            yield from context.names((*line, "reasons"), serve.reasons, "reason", reasons)
            entry = (serve.channel, tuple(serve.reasons) if serve.reasons is not None else None)
            if entry in seen:
                yield context.problem(line, f"'{serve.channel}' is served twice in this list", "each line once")
            seen.add(entry)
        if isinstance(team.speed, dict):
            yield from context.keys((*at, "speed"), team.speed, "channel or reason", [*channels, *reasons])
        if isinstance(team.resolves, dict):
            yield from context.keys((*at, "resolves"), team.resolves, "reason", reasons)


def check_automation_names(context: Context) -> Iterator[Problem]:
    """Reasons and channels that self-services and bots name."""
    channels, reasons = context.scenario.channels, context.scenario.reasons
    for name, service in context.scenario.self_service.items():
        at: Path = ("self_service", name)
        yield from context.keys((*at, "resolves"), service.resolves, "reason", reasons)
        if isinstance(service.false_resolved, dict):
            yield from context.keys((*at, "false_resolved"), service.false_resolved, "reason", reasons)
        yield from context.keys((*at, "comes_back", "channels"), service.comes_back.channels, "channel", channels)
    for name, bot in context.scenario.bots.items():
        at = ("bots", name)
        yield from context.names((*at, "channels"), bot.channels, "channel", channels)
        yield from context.keys((*at, "contains"), bot.contains, "reason", reasons)
        if isinstance(bot.resolved, dict):
            yield from context.keys((*at, "resolved"), bot.resolved, "reason", reasons)
        yield from context.keys((*at, "not_resolved", "channels"), bot.not_resolved.channels, "channel", channels)


def check_served(context: Context) -> Iterator[Problem]:
    """Whatever can arrive on a channel is served there by some team, or wholly contained by a bot."""
    told: set[tuple[str, str]] = set()
    for name, reason in context.scenario.reasons.items():
        for channel, because, path in _arrivals(context, name, reason):
            if channel not in context.scenario.channels or (name, channel) in told:
                continue
            told.add((name, channel))
            if _contained(context, name, channel):
                continue
            serving = [team for team in context.scenario.teams if _serves(context, team, name, channel)]
            about: list[Path] = [("teams", team, "serves") for team in context.scenario.teams]
            about += [("teams", ITSELF), ("bots", ITSELF), *(("bots", bot) for bot in context.scenario.bots)]
            if not serving:
                wrong = f"nobody serves {channel} for {name}{because}"
                allowed = f"a team whose `serves` holds '{channel}' or '{channel}:{name}'"
                yield context.problem(path, wrong, allowed, about=about, key=True)
                continue
            order = reason.teams or context.scenario.channels[channel].teams
            if order and not set(order) & set(serving):
                place: Path = ("reasons", name, "teams") if reason.teams else ("channels", channel, "teams")
                wrong = f"none of these teams serves {channel} for {name}"
                yield context.problem(place, wrong, f"one of {listed(serving)}", about=about)


def _serves(context: Context, team: str, reason: str, channel: str) -> bool:
    serves = context.scenario.teams[team].serves
    return any(line.channel == channel and (line.reasons is None or reason in line.reasons) for line in serves)


def _contained(context: Context, reason: str, channel: str) -> bool:
    """Whether no contact of this kind ever reaches an agent."""
    return any(
        channel in bot.channels and bot.takes >= 1 and bot.contains.get(reason, 0) >= 1
        for bot in context.scenario.bots.values()
    )


def _arrivals(context: Context, name: str, reason: Reason) -> Iterator[tuple[str, str, Path]]:
    """Channels on which a reason can arrive: (channel, how it gets there, where that is written)."""
    scenario = context.scenario
    at: Path = ("reasons", name)
    reached = [channel for channel, share in reason.channels.items() if share > 0]
    for channel in reached:
        yield channel, "", (*at, "channels", channel)
    for channel in _back(reason.unresolved):
        reached.append(channel)
        yield channel, ", where it comes back unresolved", (*at, "unresolved", "channels", channel)
    for key, service in scenario.self_service.items():
        if name in service.resolves and service.reach > 0:
            for channel in _back(service.comes_back):
                reached.append(channel)
                yield (
                    channel,
                    f", where it comes back from {key}",
                    ("self_service", key, "comes_back", "channels", channel),
                )
    for channel in reached:  # grows while it is read: a retry can lead to a channel that is chased from
        if channel not in scenario.channels:
            continue
        for target, because, path in _onward(context, channel):
            if target not in reached:
                reached.append(target)
                yield target, because, path


def _onward(context: Context, channel: str) -> Iterator[tuple[str, str, Path]]:
    """Channels to which a contact of one channel can lead."""
    spec = context.scenario.channels[channel]
    if spec.chase is not None and spec.chase.share > 0:
        yield spec.chase.channel, f", where a waiting {channel} is chased", ("channels", channel, "chase", "channel")
    if spec.retry is not None and spec.retry.share > 0:
        for target, share in (spec.retry.channels or {}).items():
            if share > 0:
                because = f", where {channel} is tried again"
                yield target, because, ("channels", channel, "retry", "channels", target)
    for key, bot in context.scenario.bots.items():
        if channel in bot.channels:
            for target in _back(bot.not_resolved):
                yield target, f", where it comes back from {key}", ("bots", key, "not_resolved", "channels", target)


def _back(comes_back: ComesBack) -> list[str]:
    return [channel for channel, share in (comes_back.channels or {}).items() if share > 0 and comes_back.share > 0]
