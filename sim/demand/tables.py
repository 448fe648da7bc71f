"""The scenario's choices and durations as columns by group, so that a million draws need no look at the scenario.

A *group* is one (regime, reason, channel), numbered ``(regime * reasons + reason) * channels + channel``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.demand.compiled_rows import Shares
from sim.demand.distributions import CONSTANT, NONE, Law, LawTable, column_of, patience_law, spread_law
from sim.demand.keys import name_key, threshold
from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL
from sim.scenario.resolved import Resolved
from sim.scenario.schema.demand import ComesBack, Reason, Spread
from sim.scenario.schema.scenario import Scenario
from sim.scenario.schema.service import Channel, SelfService

Group = tuple[Scenario, str, str]  # the regime's world, reason, channel


_MAX_CHANNELS = 50  # exact as bits of an integer and of a float64


@dataclass(frozen=True)
class Index:
    """Names of reasons and channels, and the numbering of groups."""

    worlds: tuple[Scenario, ...]
    reasons: tuple[str, ...]
    channels: tuple[str, ...]

    def by_group(self, value: Callable[[Scenario, str, str], float]) -> np.ndarray:
        """One figure for each group."""
        return np.array([value(*group) for group in self.groups()])

    def laws(self, law: Callable[[Scenario, str, str], Law]) -> LawTable:
        """One law for each group."""
        return LawTable([law(*group) for group in self.groups()])

    def groups(self) -> list[Group]:
        """All groups in order."""
        return [
            (world, reason, channel) for world in self.worlds for reason in self.reasons for channel in self.channels
        ]


def shares(declared: Mapping[str, float], channels: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(channel numbers, cumulative integer thresholds) in declared order; the last takes what is left."""
    numbers = np.array([channels.index(name) for name in declared], dtype=np.int64)
    return numbers, np.array([threshold(s) for s in np.cumsum(list(declared.values()))], dtype=np.int64)


@dataclass(frozen=True)
class Choice:
    """Whether customers go on, and on which channel: thresholds by group, and channels by cumulative thresholds."""

    share: np.ndarray  # int64 (G,)
    target: np.ndarray  # int8 (K, G)
    until: np.ndarray  # int64 (K, G), the last unused

    @staticmethod
    def of(
        index: Index, share_and_channels: Callable[[Scenario, str, str], tuple[float, Mapping[str, float] | None]]
    ) -> Choice:
        """From each group's share and channels (None: the same channel)."""
        declared = [share_and_channels(*group) for group in index.groups()]
        width = max(len(channels or "-") for _, channels in declared)
        target = np.full((width, len(declared)), SAME_CHANNEL, dtype=np.int8)
        until = np.full((width, len(declared)), 2**33, dtype=np.int64)
        for g, (_, channels) in enumerate(declared):
            if channels:
                numbers, cumulative = shares(channels, index.channels)
                target[: len(numbers), g] = numbers
                target[len(numbers) :, g] = numbers[-1]
                until[: len(numbers) - 1, g] = cumulative[:-1]
        return Choice(np.array([threshold(share) for share, _ in declared], dtype=np.int64), target, until)

    @property
    def possible(self) -> bool:
        """Whether anybody goes on."""
        return bool(self.share.any())

    def pick(self, halves: tuple[np.ndarray, np.ndarray], group: np.ndarray) -> np.ndarray:
        """int8 (n,): channel, SAME_CHANNEL or NO_CHANNEL, from one uniform for whether and one for where."""
        whether, where = halves
        target = column_of(self.target[0], group)
        for k in range(1, len(self.target)):
            target = np.where(where >= column_of(self.until[k - 1], group), column_of(self.target[k], group), target)
        return np.where(whether < column_of(self.share, group), target, np.int8(NO_CHANNEL)).astype(np.int8)


@dataclass(frozen=True)
class BotTable:
    """One bot's draws; figures by group."""

    key: int
    takes: np.ndarray  # int64 thresholds, 0 where the bot does not cover the channel
    named: np.ndarray  # bool: the reason is one that the bot handles
    contains: np.ndarray
    resolved: np.ndarray
    sure: np.ndarray  # bool: answers at all times, so that the channel's hours do not matter
    session: LawTable
    cold: np.ndarray  # bool
    adds: np.ndarray  # float64 ms
    handle: np.ndarray
    patience: np.ndarray
    comes_back: Choice
    after: LawTable


@dataclass(frozen=True)
class SelfTable:
    """One self-service's draws; figures by group (the group's channel is the preferred one)."""

    key: int
    reach: np.ndarray  # int64 thresholds, 0 where the reason is not named
    resolved: np.ndarray
    left: np.ndarray  # resolved or falsely resolved
    takes: LawTable
    patience: np.ndarray
    comes_back: Choice
    after: LawTable


@dataclass(frozen=True)
class Tables:
    """Everything that tickets and contacts read."""

    index: Index
    wide: bool
    work: LawTable
    wrap: LawTable
    patience: LawTable
    keeps_patience: np.ndarray  # bool
    reopen: LawTable  # mean time after an opening
    retry: Choice
    retry_after: LawTable
    may_leave: np.ndarray  # bool: a contact can end unserved here
    comes_back: Choice
    back_after: LawTable
    transfer: np.ndarray  # int64 thresholds
    resolve_first: np.ndarray  # int64: below this every team resolves the first contact
    resolve_later: np.ndarray
    ever_unresolved: bool
    attempts: np.ndarray
    balks: np.ndarray
    silent: np.ndarray
    callback: np.ndarray
    answered: np.ndarray
    chases: np.ndarray
    chase_to: np.ndarray  # int64: bit of the chaser's channel
    bots: tuple[BotTable, ...]
    self_services: tuple[SelfTable, ...]
    preferred: list[list[tuple[np.ndarray, np.ndarray]]]  # [regime][reason]
    batches: list[list[tuple[np.ndarray, np.ndarray]]]

    @property
    def returns(self) -> bool:
        """Whether anybody can come back whose need a contact with an agent did not meet."""
        return self.comes_back.possible and self.ever_unresolved

    @cached_property
    def for_rows(self) -> Shares:
        """What the compiled loops over rows read."""
        bots, width = self.bots, max((len(bot.comes_back.target) for bot in self.bots), default=1)

        def by_bot(read: Callable[[BotTable], np.ndarray], kind: type) -> np.ndarray:
            return np.array([read(bot) for bot in bots], dtype=kind).reshape(len(bots), len(self.transfer))

        def options(read: Callable[[BotTable], np.ndarray], kind: type) -> np.ndarray:
            padded = [np.pad(read(bot), ((0, width - len(read(bot))), (0, 0)), mode="edge") for bot in bots]
            return np.array(padded, dtype=kind).reshape(len(bots), width, len(self.transfer))

        return Shares(
            channels=len(self.index.channels),
            wide=self.wide,
            resolve_first=self.resolve_first,
            resolve_later=self.resolve_later,
            transfer=self.transfer,
            attempts=self.attempts,
            may_leave=self.may_leave,
            leaves=bool(self.balks.any() or self.silent.any()),
            balks=self.balks,
            silent=self.silent,
            calls=bool(self.callback.any()),
            callback=self.callback,
            answered=self.answered,
            chasing=bool(self.chases.any()),
            chases=self.chases,
            chase_to=self.chase_to,
            retries=self.retry.possible,
            retry_share=self.retry.share,
            retry_target=self.retry.target,
            retry_until=self.retry.until,
            returns=self.returns,
            back_share=self.comes_back.share,
            back_target=self.comes_back.target,
            back_until=self.comes_back.until,
            bot_key=np.array([bot.key for bot in bots], dtype=np.uint64),
            bot_takes=by_bot(lambda bot: bot.takes, np.int64),
            bot_named=by_bot(lambda bot: bot.named, np.bool_),
            bot_contains=by_bot(lambda bot: bot.contains, np.int64),
            bot_resolved=by_bot(lambda bot: bot.resolved, np.int64),
            bot_sure=by_bot(lambda bot: bot.sure, np.bool_),
            bot_cold=by_bot(lambda bot: bot.cold, np.bool_),
            bot_adds=by_bot(lambda bot: bot.adds, np.float64),
            bot_handle=by_bot(lambda bot: bot.handle, np.float64),
            bot_patience=by_bot(lambda bot: bot.patience, np.float64),
            bot_share=by_bot(lambda bot: bot.comes_back.share, np.int64),
            bot_target=options(lambda bot: bot.comes_back.target, np.int8),
            bot_until=options(lambda bot: bot.comes_back.until, np.int64),
        )

    @property
    def has_flags(self) -> bool:
        """Whether any contact can have a flag."""
        columns = (self.balks, self.silent, self.callback, self.chases)
        return bool(self.bots) or any(column.any() for column in columns)


def make_tables(resolved: Resolved) -> Tables:
    """All tables of a scenario."""
    first = resolved.scenario
    index = Index(resolved.variants, tuple(first.reasons), tuple(first.channels))
    if len(index.channels) > _MAX_CHANNELS:
        raise ValueError(f"{len(index.channels)} channels are more than the {_MAX_CHANNELS} that fit a set of bits")

    def thresholds(share: Callable[[Scenario, str, str], float]) -> np.ndarray:
        return np.array([threshold(share(*group)) for group in index.groups()], dtype=np.int64)

    def channel_shares(share: Callable[[Channel], float]) -> np.ndarray:
        return thresholds(lambda world, _, channel: share(world.channels[channel]))

    def reason_of(world: Scenario, reason: str, _: str) -> Reason:
        return world.reasons[reason]

    first_sure, later_sure = _sure_resolution(index, later=False), _sure_resolution(index, later=True)
    return Tables(
        index=index,
        wide=_moves(resolved),
        work=index.laws(_work_law),
        wrap=index.laws(lambda world, _, channel: spread_law(world.channels[channel].wrap_up)),
        patience=index.laws(_patience_law),
        keeps_patience=index.by_group(lambda world, _, c: world.channels[c].patience.on_retry == "keep").astype(bool),
        reopen=index.laws(lambda world, _, channel: _reopen_law(world, channel)),
        retry=Choice.of(index, _retry_choice),
        retry_after=index.laws(_retry_law),
        may_leave=index.by_group(lambda world, _, channel: _may_leave(world.channels[channel])).astype(bool),
        comes_back=Choice.of(index, lambda *group: _back(reason_of(*group).unresolved)),
        back_after=index.laws(lambda *group: spread_law(reason_of(*group).unresolved.after)),
        transfer=thresholds(lambda *group: t.share if (t := reason_of(*group).transfer) else 0.0),
        resolve_first=first_sure,
        resolve_later=later_sure,
        ever_unresolved=any(sure.min() < 2**32 - 1 for sure in (first_sure, later_sure)),
        attempts=index.by_group(lambda *group: reason_of(*group).attempts).astype(np.int64),
        balks=channel_shares(lambda c: c.balking.share if c.balking else 0.0),
        silent=channel_shares(lambda c: c.silent_abandon),
        callback=channel_shares(lambda c: c.callback.accepted if c.callback else 0.0),
        answered=channel_shares(lambda c: c.callback.answered if c.callback else 1.0),
        chases=channel_shares(lambda c: c.chase.share if c.chase else 0.0),
        chase_to=index.by_group(lambda world, _, c: _chase_bit(index, world.channels[c])).astype(np.int64),
        bots=tuple(_bot_table(index, thresholds, name) for name in first.bots),
        self_services=tuple(_self_table(index, thresholds, name) for name in first.self_service),
        preferred=[
            [shares(world.reasons[r].channels, index.channels) for r in index.reasons] for world in index.worlds
        ],
        batches=[[_sizes(world.reasons[r]) for r in index.reasons] for world in index.worlds],
    )


def _moves(resolved: Resolved) -> bool:
    """Whether a contact can arise from another channel's contact, in any regime."""
    names: set[str] = set()
    for world in resolved.variants:
        for source, channel in world.channels.items():
            names |= set(channel.retry.channels or ()) - {source} if channel.retry else set()
            names |= {channel.chase.channel} - {source} if channel.chase else set()
        for reason in world.reasons.values():
            names |= set(reason.unresolved.channels or ())
        for bot in world.bots.values():
            names |= set(bot.not_resolved.channels or ())
    return bool(names) and len(resolved.scenario.channels) > 1


def _patience_law(world: Scenario, reason: str, channel: str) -> Law:
    patience = world.channels[channel].patience
    return patience_law(patience, patience.by_reason.get(reason, 1.0))


def _work_law(world: Scenario, reason: str, channel: str) -> Law:
    handle = world.reasons[reason].handle
    return spread_law(handle, handle.by_channel.get(channel, 1.0))


def _reopen_law(world: Scenario, channel: str) -> Law:
    declared = world.channels[channel]
    if declared.when_closed != "reopen":
        return Law(NONE)
    return spread_law(Spread.model_construct(mean=declared.reopen_spread, cv=None, distribution="exponential"))


def _retry_choice(world: Scenario, _: str, channel: str) -> tuple[float, Mapping[str, float] | None]:
    retry = world.channels[channel].retry
    return (retry.share, retry.channels) if retry else (0.0, None)


def _retry_law(world: Scenario, _: str, channel: str) -> Law:
    retry = world.channels[channel].retry
    return spread_law(retry.after) if retry else Law(NONE)


def _back(block: ComesBack) -> tuple[float, Mapping[str, float] | None]:
    return block.share, block.channels


def _chase_bit(index: Index, channel: Channel) -> int:
    return 1 << index.channels.index(channel.chase.channel) if channel.chase else 0


def _may_leave(channel: Channel) -> bool:
    """Whether a contact can end here without an agent: then, and only then, the customer may retry."""
    closes = channel.hours != "always"
    return (
        channel.patience.distribution != "never"
        or channel.places is not None
        or channel.balking is not None
        or (channel.callback is not None and channel.callback.answered < 1)
        or (closes and (channel.when_closed != "wait" or channel.at_close == "clear"))  # `reopen` may never come
    )


def _sure_resolution(index: Index, later: bool) -> np.ndarray:
    """int64 (G,): a contact whose uniform is below this resolves the need, whichever team takes it.

    Teams differ in `resolves` and in how well new agents start; a factor above 100 % does not count here, so that it
    leaves the tape as it is, nor does whether anybody is hired, so that staffing never changes it.
    """

    def lowest(world: Scenario, reason: str, _: str) -> float:
        declared = world.reasons[reason]
        base = declared.resolved_first
        if later and declared.resolved_later is not None:
            base = min(base, declared.resolved_later)
        factors, quality = [1.0], 1.0
        for team in world.teams.values():
            factor = team.resolves.get(reason, 1.0) if isinstance(team.resolves, dict) else team.resolves
            starts = team.hire.start_quality if team.hire.ramp > 0 else 1.0
            quality = min(quality, math.floor(starts * 1e6) / 1e6)  # an engine counts in millionths
            factors.append(factor)
        # one less: an engine may round to the nearest; and one more where it takes a part of that, rounded down
        return math.floor(base * min(factors) * quality * 2.0**32) - 1.0 - (quality < 1.0)

    return index.by_group(lowest).astype(np.int64)


def _sizes(reason: Reason) -> tuple[np.ndarray, np.ndarray]:
    cumulative = np.cumsum(list(reason.batch.values())) if reason.batch else np.empty(0)
    thresholds = np.array([threshold(s) for s in cumulative], dtype=np.int64)
    return np.array(list(reason.batch), dtype=np.int64), thresholds


def _by_reason(value: float | Mapping[str, float], reason: str) -> float:
    return value if isinstance(value, int | float) else value.get(reason, 0.0)


def _bot_table(
    index: Index, thresholds: Callable[[Callable[[Scenario, str, str], float]], np.ndarray], name: str
) -> BotTable:
    def figure(value: Callable[[Scenario], float]) -> np.ndarray:
        return index.by_group(lambda world, *_: value(world))

    return BotTable(
        key=name_key("bot", name),
        takes=thresholds(lambda world, _, c: world.bots[name].takes if c in world.bots[name].channels else 0.0),
        named=index.by_group(lambda world, reason, _: reason in world.bots[name].contains).astype(bool),
        contains=thresholds(lambda world, reason, _: world.bots[name].contains.get(reason, 0.0)),
        resolved=thresholds(lambda world, reason, _: _by_reason(world.bots[name].resolved, reason)),
        sure=figure(lambda world: world.bots[name].always_open).astype(bool),
        session=index.laws(lambda world, *_: spread_law(world.bots[name].session)),
        cold=figure(lambda world: world.bots[name].handover.context == "cold").astype(bool),
        adds=figure(lambda world: world.bots[name].handover.adds),
        handle=figure(lambda world: world.bots[name].handover.handle),
        patience=figure(lambda world: world.bots[name].handover.patience),
        comes_back=Choice.of(index, lambda world, *_: _back(world.bots[name].not_resolved)),
        after=index.laws(lambda world, *_: spread_law(world.bots[name].not_resolved.after)),
    )


def _self_table(
    index: Index, thresholds: Callable[[Callable[[Scenario, str, str], float]], np.ndarray], name: str
) -> SelfTable:
    def block(world: Scenario) -> SelfService:
        return world.self_service[name]

    def left(world: Scenario, reason: str, _: str) -> float:
        return min(1.0, block(world).resolves.get(reason, 0.0) + _by_reason(block(world).false_resolved, reason))

    return SelfTable(
        key=name_key("self_service", name),
        reach=thresholds(lambda world, reason, _: block(world).reach if reason in block(world).resolves else 0.0),
        resolved=thresholds(lambda world, reason, _: block(world).resolves.get(reason, 0.0)),
        left=thresholds(left),
        takes=index.laws(lambda world, *_: spread_law(block(world).takes)),
        patience=index.by_group(lambda world, *_: block(world).patience),
        comes_back=Choice.of(index, lambda world, *_: _back(block(world).comes_back)),
        after=index.laws(lambda world, *_: spread_law(block(world).comes_back.after)),
    )


__all__ = ["CONSTANT", "BotTable", "Choice", "Index", "SelfTable", "Tables", "make_tables", "shares"]
