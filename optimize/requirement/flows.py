"""Expected contacts in a week: needs, self-service, bots, opening hours, repeats and retries, without simulating.

A week is taken as one that repeats: what comes back two days later lands two days later in the same week. Each need is
followed in the world of the day on which it arose (semantics 4.6) through all its contacts. Left out, since they are
rare where targets hold: chasers, blocking, balking, silent abandonment, and tickets resolved by a second contact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimize.requirement.week import SLOTS, Moves, opening_moves, share_open, shifted
from sim.demand.distributions import spread_law
from sim.demand.rates import expected_needs
from sim.engine.routing import make_routing
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.demand import ComesBack
from sim.scenario.schema.service import Bot, Channel
from sim.scenario.units import HALF_HOUR_MS

_NEGLIGIBLE = 1e-9  # contacts in a half-hour


@dataclass(frozen=True)
class Flow:
    """Mean contacts that reach the agents' queues in each half-hour of the week, and their work; C x R x 336."""

    contacts: np.ndarray  # float64 (C, R, 336) offered in the channel's own queues
    work: np.ndarray  # float64 (C, R, 336) ms of work at full speed, wrap-up included
    transferred: np.ndarray  # float64 (C, R, 336) transferred to the team that the reason names
    transferred_work: np.ndarray  # float64 (C, R, 336)
    occurs: np.ndarray  # bool (336,) half-hours that the period has
    world: Scenario
    """The world that holds on most of the period's days: hours, patience and targets are read there."""


def period_slots(resolved: Resolved, month: str | None) -> np.ndarray:
    """bool (slots,): half-hours of the horizon in a month, or all. Raises KeyError for a month outside the horizon."""
    calendar = resolved.calendar
    if month is None:
        return np.ones(calendar.slots, dtype=bool)
    m = calendar.month_labels.index(month) if month in calendar.month_labels else -1
    if m < 0:
        labels = calendar.month_labels
        raise KeyError(f"the horizon has no month {month!r}; it has {labels[0]} to {labels[-1]}")
    starts = np.arange(calendar.slots) * HALF_HOUR_MS
    return np.asarray((starts >= calendar.month_edges_ms[m]) & (starts < calendar.month_edges_ms[m + 1]))


def busiest_month(resolved: Resolved) -> str:
    """The month whose mean week brings most work, by expected needs and handle times."""
    calendar, needs = resolved.calendar, expected_needs(resolved)
    handle = np.array([reason.handle.mean for reason in resolved.scenario.reasons.values()], dtype=float)
    work, week_slot = handle @ needs, calendar.slot_local[1]
    weeks = []
    for label in calendar.month_labels:
        here = period_slots(resolved, label)
        times = np.maximum(np.bincount(week_slot[here], minlength=SLOTS), 1)
        weeks.append((np.bincount(week_slot[here], work[here], SLOTS) / times).sum())
    return calendar.month_labels[int(np.argmax(weeks))]


def expected_week(
    resolved: Resolved, month: str | None = None, lost: np.ndarray | None = None, quality: np.ndarray | None = None
) -> Flow:
    """The mean week of a month or of the whole horizon.

    ``lost`` float64 (C, 336): share of those who reach the queue that leaves it unserved; they may retry. None: 0.
    ``quality`` float64 (T,): factor on the share resolved, by the tenure of each team's people. None: 1.
    Raises KeyError for a month that the horizon does not have.
    """
    scenario, calendar = resolved.scenario, resolved.calendar
    day, week_slot = calendar.slot_local
    here = period_slots(resolved, month)
    regime = resolved.regime_of_day[day]
    needs = expected_needs(resolved)
    times = np.bincount(week_slot[here], minlength=SLOTS).astype(float)
    shape = (len(scenario.channels), len(scenario.reasons), SLOTS)
    lost = np.zeros((shape[0], SLOTS)) if lost is None else lost
    quality = np.ones(len(scenario.teams)) if quality is None else quality
    total = [np.zeros(shape) for _ in range(4)]
    for v in np.unique(regime[here]):
        mine = here & (regime == v)
        week = np.array([np.bincount(week_slot[mine], row[mine], SLOTS) for row in needs])
        week /= np.maximum(times, 1.0)
        for sum_, part in zip(total, _followed(resolved.variants[v], week, lost, quality), strict=True):
            sum_ += part
    occurs = times > 0
    for part in total:
        part *= occurs
        part[part < _NEGLIGIBLE] = 0.0
    main = resolved.variants[int(np.bincount(regime[here]).argmax())]
    contacts, work, transferred, transferred_work = total
    return Flow(contacts, work, transferred, transferred_work, occurs, main)


def _followed(world: Scenario, needs: np.ndarray, lost: np.ndarray, quality: np.ndarray) -> list[np.ndarray]:
    """Contacts, work, transferred and their work, each (C, R, 336), of needs (R, 336) that arise in one world."""
    trip = _Trip(world, lost, quality)
    fresh = trip.after_self_service(needs)
    seen = trip.taken_back  # of self-service: nobody has handled them yet
    fresh, unhandled = fresh + seen, np.zeros_like(fresh)
    attempts = np.array([reason.attempts for reason in world.reasons.values()])
    for k in range(1, int(attempts.max()) + 1):
        going = (attempts >= k)[None, :, None]
        fresh, unhandled = trip.attempt(fresh * going, unhandled * going)
        if fresh.max(initial=0.0) + unhandled.max(initial=0.0) < _NEGLIGIBLE:
            break
    return [trip.contacts, trip.work, trip.transferred, trip.transferred_work]


class _Trip:
    """Sums of one world while its contacts are followed from attempt to attempt."""

    def __init__(self, world: Scenario, lost: np.ndarray, quality: np.ndarray) -> None:
        self.world, self.lost = world, lost
        self.names, self.reasons = list(world.channels), list(world.reasons)
        shape = (len(world.channels), len(world.reasons), SLOTS)
        self.contacts, self.work, self.transferred, self.transferred_work = (np.zeros(shape) for _ in range(4))
        self.taken_back = np.zeros(shape)
        self.open = np.array([share_open(channel.hours) for channel in world.channels.values()])
        self.moves: list[Moves | None] = [_moves(channel) for channel in world.channels.values()]
        self.first, self.later, self.passed_on, self.by_target = _resolution(world, quality)
        self.handle = _handle(world)

    def after_self_service(self, needs: np.ndarray) -> np.ndarray:
        """First contacts by channel; those falsely helped who come back are set aside in `taken_back`."""
        out = np.zeros_like(self.contacts)
        for r, (name, reason) in enumerate(self.world.reasons.items()):
            left = needs[r].copy()
            going = np.zeros(SLOTS)
            for service in self.world.self_service.values():
                if name not in service.resolves:
                    continue
                tries, left = left * service.reach, left * (1.0 - service.reach)
                wrong = service.false_resolved
                wrong = wrong if isinstance(wrong, float | int) else wrong.get(name, 0.0)
                wrong = min(wrong, 1.0 - service.resolves[name])
                going += shifted(tries * (1.0 - service.resolves[name] - wrong), spread_law(service.takes))
                back = shifted(tries * wrong * service.comes_back.share, spread_law(service.comes_back.after))
                for c, share in self._where(service.comes_back.channels or reason.channels):
                    self.taken_back[c, r] += back * share
            for c, share in self._where(reason.channels):
                out[c, r] += (left + going) * share
        return out

    def _where(self, channels: dict[str, float]) -> list[tuple[int, float]]:
        return [(self.names.index(name), share) for name, share in channels.items() if share > 0]

    def attempt(self, fresh: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Contacts that arise on every channel become those of the next attempt: not handled yet, and handled."""
        next_fresh, next_seen = np.zeros_like(fresh), np.zeros_like(seen)
        for arriving, resolved, unserved in ((fresh, self.first, next_fresh), (seen, self.later, next_seen)):
            if not arriving.any():
                continue
            joined, work = self._past_bots(arriving, unserved)
            joined, work = self._when_open(joined, work, unserved)
            self.contacts += joined
            self.work += work
            self._retry(joined * self.lost[:, None, :], unserved)
            failed = joined * (1.0 - self.lost[:, None, :]) * (1.0 - resolved[..., None])
            onward = failed * self.passed_on[..., None]
            self.transferred += onward
            self.transferred_work += onward * self._transfer_work()[..., None]
            self._come_back(failed - onward + onward * (1.0 - self.by_target[None, :, None]), next_seen)
        return next_fresh, next_seen

    def _past_bots(self, arriving: np.ndarray, unserved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Who reaches the agents' queue, and the work that they bring."""
        rest, joined, work = arriving.copy(), np.zeros_like(arriving), np.zeros_like(arriving)
        for bot in self.world.bots.values():
            for c in (self.names.index(name) for name in bot.channels):
                meets = bot.takes * (1.0 if bot.always_open else self.open[c])
                for r, name in enumerate(self.reasons):
                    if name not in bot.contains:
                        continue
                    met = rest[c, r] * meets
                    rest[c, r] = rest[c, r] - met
                    self._contained(bot, name, c, r, met * bot.contains[name], unserved)
                    handed = met * (1.0 - bot.contains[name])
                    joined[c, r] += handed
                    work[c, r] += handed * self._after_bot(bot, c, r)
        return joined + rest, work + rest * self.handle[..., None]

    def _after_bot(self, bot: Bot, c: int, r: int) -> float:
        """Work of one contact that a bot hands over, wrap-up included."""
        wrap = self.world.channels[self.names[c]].wrap_up.mean
        hands_on = self.handle[c, r] - wrap
        cold = bot.handover.context == "cold"
        return float(wrap + (hands_on + bot.handover.adds if cold else hands_on * bot.handover.handle))

    def _contained(self, bot: Bot, name: str, c: int, r: int, contained: np.ndarray, unserved: np.ndarray) -> None:
        good = bot.resolved if isinstance(bot.resolved, float | int) else bot.resolved.get(name, 0.0)
        self._returning(contained * (1.0 - good), bot.not_resolved, c, r, unserved)

    def _returning(self, gone: np.ndarray, block: ComesBack, c: int, r: int, to: np.ndarray) -> None:
        """Adds those who come back later, on the same channel or on those that the block names."""
        if block.share > 0 and gone.any():
            back = shifted(gone * block.share, spread_law(block.after))
            for channel, share in self._where(block.channels) if block.channels else [(c, 1.0)]:
                to[channel, r] += back * share

    def _come_back(self, failed: np.ndarray, to: np.ndarray) -> None:
        for c, r in zip(*np.nonzero(failed.any(axis=2)), strict=True):
            self._returning(failed[c, r], self.world.reasons[self.reasons[r]].unresolved, int(c), int(r), to)

    def _retry(self, gone: np.ndarray, to: np.ndarray) -> None:
        for c, channel in enumerate(self.world.channels.values()):
            if channel.retry is not None:
                again = ComesBack.model_construct(
                    share=channel.retry.share, after=channel.retry.after, channels=channel.retry.channels
                )
                for r in range(len(self.reasons)):
                    self._returning(gone[c, r], again, c, r, to)

    def _when_open(self, joined: np.ndarray, work: np.ndarray, unserved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Who meets a closed channel waits, comes when it opens, or is lost and may retry."""
        joined, work = joined.copy(), work.copy()
        turned_away = np.zeros_like(joined)
        for c in range(len(self.names)):
            shut = 1.0 - self.open[c]
            if not shut.any():
                continue
            moves = self.moves[c]
            if moves is None:
                turned_away[c] = joined[c] * shut
            for flow in (joined, work):
                late = flow[c] * shut
                flow[c] -= late
                if moves is not None:
                    flow[c] += late @ moves
        self._retry(turned_away, unserved)
        return joined, work

    def _transfer_work(self) -> np.ndarray:
        """float64 (C, R): work of a transferred contact."""
        cold = [
            t.adds if (t := reason.transfer) and t.context == "cold" else 0 for reason in self.world.reasons.values()
        ]
        return np.asarray(self.handle + np.array(cold)[None, :])


def _moves(channel: Channel) -> Moves | None:
    """Where a half-hour's contacts go that find the channel closed; None: nowhere."""
    if channel.when_closed == "lost":
        return None
    return opening_moves(channel.hours, channel.reopen_spread if channel.when_closed == "reopen" else 0)


def _handle(world: Scenario) -> np.ndarray:
    """float64 (C, R): mean work in ms at full speed, wrap-up included."""
    return np.array(
        [
            [reason.handle.mean * reason.handle.by_channel.get(name, 1.0) + channel.wrap_up.mean
             for reason in world.reasons.values()]
            for name, channel in world.channels.items()
        ]
    )  # fmt: skip


def _resolution(world: Scenario, quality: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Share resolved at the first and at later handled contacts (C, R), share of the others that is transferred (C, R),
    and share resolved by the team that takes over (R,); means over the teams that may take the cell without delay.

    ``quality`` (T,): factor on the share resolved by tenure.
    """
    first, later = (np.ones((len(world.channels), len(world.reasons))) for _ in range(2))
    passed, by_target = np.zeros_like(first), np.ones(len(world.reasons))
    routing, teams = make_routing(world), list(world.teams)
    for r, (name, reason) in enumerate(world.reasons.items()):
        again = reason.resolved_first if reason.resolved_later is None else reason.resolved_later
        factors = np.array([_factor(team.resolves, name) for team in world.teams.values()])
        rule = reason.transfer
        if rule is not None:
            taker = teams.index(rule.to)
            by_target[r] = min(1.0, again * factors[taker]) * quality[taker]
        for c in range(len(world.channels)):
            queue = int(routing.queue_of[c, r])
            if queue < 0:
                continue
            known = routing.queue_teams[queue] >= 0
            who, after = routing.queue_teams[queue][known], routing.queue_after[queue][known]
            mine = who[after == after.min()]
            first[c, r] = np.mean(np.minimum(1.0, reason.resolved_first * factors[mine]) * quality[mine])
            later[c, r] = np.mean(np.minimum(1.0, again * factors[mine]) * quality[mine])
            if rule is not None:
                passing = [t for t in mine if teams[t] != rule.to and (rule.teams is None or teams[t] in rule.teams)]
                passed[c, r] = rule.share * len(passing) / len(mine)
    return first, later, passed, by_target


def _factor(declared: float | dict[str, float], reason: str) -> float:
    return declared.get(reason, 1.0) if isinstance(declared, dict) else float(declared)
