"""Rules of agents: who takes a contact, how long it takes them, and what they take next (semantics 5.5, 6.2)."""

from __future__ import annotations

from numba import njit

from sim.demand.tape import UNANSWERED
from sim.engine import outcomes as out
from sim.engine.fast.clock import at, end_at, end_of, no_end
from sim.engine.fast.layout import (
    A_BEFORE,
    A_BEHIND,
    A_BUSY_SINCE,
    A_IN_HAND,
    A_LEAVING,
    A_ON,
    A_ON_SINCE,
    A_POOL,
    A_SETTLED,
    A_TEAM,
    K_CALLBACK_TRY,
    K_INTERRUPTIBLE,
    K_NOTICE,
    K_OFFSET,
    K_PARALLEL,
    K_TARGET,
    M_ABSENT,
    M_ABSENT_COUNT,
    M_DEFERRABLE,
    M_IDLE,
    M_PART,
    M_POLICY,
    M_PRESENT,
    M_WANTED,
    O_BUSY,
    O_DAY,
    O_DUTY,
    O_FULL,
    O_ONE_SPEED,
    P_FIRST,
    P_LAST,
    Q_CHANNEL,
    Q_FIRST,
    Q_WAITING,
)
from sim.engine.fast.state import CALLED, GONE, OVER, OVERFLOW, PUT_ASIDE, TALK, TRANSFERRED, WRAP
from sim.engine.fast.tickets import close, come_back, into_line, meet, next_in_line, set_mark, spawn, turn_away
from sim.engine.plan import FAR, LONGEST_WAIT, PPM, PRIORITY

# mypy: disable-error-code="no-untyped-def"


@njit(forceinline=True)
def part_pool(s, team, channel, level):
    """Pool of a team's agents with so many of a channel in hand and a slot free."""
    return s.teams[team, M_PART] + channel * s.speeds.shape[1] + level


@njit(forceinline=True)
def take_agent(s, queue, channel, least, most):
    """Takes an agent out of the pools: the first team's longest idle; for parallel work else one with room in hand.

    Of those with room, the one with the fewest in hand, then the one longest at that number. Teams are those that may
    take what has waited from `least` to `most`; -1 where there is none.
    """
    for i in range(s.tries.shape[1]):
        team, after = s.tries[queue, i, 0], s.tries[queue, i, 1]
        if team < 0:
            break
        if after < least or after > most or in_excess(s, team):
            continue
        agent = first_of(s, s.teams[team, M_IDLE])
        level = 1
        while agent < 0 and level < s.channels[channel, K_PARALLEL]:
            agent = first_of(s, part_pool(s, team, channel, level))
            level += 1
        if agent >= 0:
            return agent
    return -1


@njit(forceinline=True)
def first_of(s, pool):
    """Takes out of a pool who is in it longest; -1 where it is empty."""
    agent = s.pools[pool, P_FIRST]
    if agent >= 0:
        leave_pool(s, agent)
    return agent


@njit(forceinline=True)
def in_excess(s, team):
    """Whether more are present than wanted: nobody of the team is to take anything then."""
    return s.teams[team, M_PRESENT] > s.teams[team, M_WANTED]


@njit
def interrupt(s, now, row, queue):
    """Takes an agent off deferrable work: by team order, the one longest at it.

    The agent serves whoever is first in the queue, and with room in hand those behind; returns the first, -1 for none.
    """
    waited = now - s.queued[row]
    for i in range(s.tries.shape[1]):
        team, after = s.tries[queue, i, 0], s.tries[queue, i, 1]
        if team < 0:
            break
        if after <= waited and not in_excess(s, team):
            agent = first_of(s, s.teams[team, M_DEFERRABLE])
            if agent >= 0:
                channel = s.queues[queue, Q_CHANNEL]
                aside = put_aside(s, now, agent)
                first = next_in_line(s, queue) if s.queues[queue, Q_FIRST] >= 0 else row
                start(s, now, agent, first, channel)
                if first != row and s.channels[channel, K_PARALLEL] > 1:
                    fill(s, now, agent, channel)
                offer_aside(s, now, aside)
                return first
    return -1


@njit
def put_aside(s, now, agent):
    """Deferrable work goes back to the head of its queue with the time that is left. Returns the contact."""
    row = s.hand[agent, 0]
    s.agents[agent, A_IN_HAND] = 0
    s.left[row] = end_of(s, agent) - now
    s.aside_ms[row] += now - s.started[row]
    if s.mark[row] == 0:
        s.answered[row] = s.started[row]
    s.mark[row] |= PUT_ASIDE
    log_busy(s, agent, s.channel[row], s.started[row], now)
    into_line(s, row, True)
    return row


@njit
def offer_aside(s, now, row):
    """Work that was put aside goes to whoever else is free for it, now or once it has waited long enough."""
    queue, channel, waited = s.queue[row], s.channel[row], now - s.queued[row]
    agent = take_agent(s, queue, channel, 0, waited)
    if agent >= 0:
        fill(s, now, agent, channel if s.agents[agent, A_IN_HAND] else -1)
        return
    for i in range(s.tries.shape[1]):
        if s.tries[queue, i, 0] >= 0 and s.tries[queue, i, 1] > waited:
            at(s, s.queued[row] + s.tries[queue, i, 1], OVERFLOW + row)


@njit
def start(s, now, agent, row, channel):
    """An agent takes a contact in hand."""
    if s.mark[row] != 0:
        work = unusual_work(s, now, agent, row, channel)
    elif s.one[O_ONE_SPEED]:
        work = s.work_ms[row + s.channels[channel, K_OFFSET]]
    else:
        work = duration(s, now, agent, row, channel)
    s.phase[row] = TALK
    s.agent[row] = agent
    s.started[row] = now
    if s.channels[channel, K_PARALLEL] == 1:
        s.hand[agent, 0] = row
        s.agents[agent, A_IN_HAND] = 1
        end_at(s, agent, now + work, row)
        if s.channels[channel, K_INTERRUPTIBLE]:
            place(s, agent, channel)
    else:
        if s.agents[agent, A_IN_HAND] == 0:
            s.agents[agent, A_BUSY_SINCE] = now
        settle(s, now, agent, channel)
        s.left[row] = work * PPM
        s.hand[agent, s.agents[agent, A_IN_HAND]] = row
        s.agents[agent, A_IN_HAND] += 1
        schedule_next(s, now, agent, channel)
        place(s, agent, channel)


@njit
def unusual_work(s, now, agent, row, channel):
    """Agent's time on who was put aside, left silently, does not pick up, or was transferred."""
    mark = s.mark[row]
    unanswered = mark & CALLED and s.flags[row + s.channels[channel, K_OFFSET]] & UNANSWERED
    if not mark & GONE and not unanswered and s.answered[row] < 0:
        s.answered[row] = now
    if mark & PUT_ASIDE:
        return s.left[row]
    if mark & GONE:
        return s.channels[channel, K_NOTICE]
    return s.channels[channel, K_CALLBACK_TRY] if unanswered else duration(s, now, agent, row, channel)


@njit
def duration(s, now, agent, row, channel):
    """Agent's time for a contact: work / (speed of the team x speed by tenure), at least 1 ms."""
    ticket = s.ticket[row]
    regime, reason = s.regime[ticket], s.reason[ticket]
    work = s.work_ms[row + s.channels[channel, K_OFFSET]]
    if s.kind[row] == out.TRANSFER:
        work += s.transfer_adds[regime, reason]
    speed = s.team_ppm[regime, s.agents[agent, A_TEAM], channel, reason]
    if s.tenure.shape[1] > 1:
        speed = speed * s.tenure[agent, local_day(s, now, s.tenure.shape[1])] // PPM
    return work if speed == PPM else max(1, work * PPM // speed)


@njit
def local_day(s, now, days):
    """The day of the roster's columns by day; time only goes on."""
    day = s.one[O_DAY]
    while day + 1 < days and s.day_edges[day + 1] <= now:
        day += 1
    s.one[O_DAY] = day
    return day


@njit(forceinline=True)
def settle(s, now, agent, channel):
    """Works off what is in hand in parallel up to now, at the speed for the number in hand."""
    count = s.agents[agent, A_IN_HAND]
    worked = (now - s.agents[agent, A_SETTLED]) * s.speeds[channel, count]
    for i in range(count):
        s.left[s.hand[agent, i]] -= worked
    s.agents[agent, A_SETTLED] = now


@njit(forceinline=True)
def schedule_next(s, now, agent, channel):
    """Of several in hand, puts the end of the one with the least work left on the clock; of equals, the first row."""
    count = s.agents[agent, A_IN_HAND]
    first = s.hand[agent, 0]
    least = s.left[first]
    for i in range(1, count):
        row = s.hand[agent, i]
        work = s.left[row]
        if work < least or (work == least and row < first):
            first, least = row, work
    speed = s.speeds[channel, count]
    end_at(s, agent, now + max(0, (least + speed - 1) // speed), first)


@njit
def on_end(s, now, row):
    """Talk or wrap-up of a contact ends."""
    agent, channel = s.agent[row], s.channel[row]
    alone = s.channels[channel, K_PARALLEL] == 1
    if not alone:
        settle(s, now, agent, channel)
    if s.phase[row] == TALK:
        wrap = end_talk(s, now, row, agent, channel)
        if wrap > 0:
            begin_wrap(s, now, row, agent, channel, wrap)
            return
    s.phase[row] = OVER
    s.done[row] = now
    out_of_hand(s, agent, row)
    if alone:
        log_busy(s, agent, channel, s.started[row], now)
    if not alone or s.channels[channel, K_INTERRUPTIBLE]:
        loosen(s, now, agent, channel)
    if s.agents[agent, A_LEAVING] or in_excess(s, s.agents[agent, A_TEAM]):
        step_back(s, now, agent, channel)
    else:
        fill(s, now, agent, channel if s.agents[agent, A_IN_HAND] else -1)


@njit
def loosen(s, now, agent, channel):
    """One contact fewer is in hand, of a channel whose agents can be in a pool with something in hand."""
    if s.agents[agent, A_IN_HAND] > 0:
        schedule_next(s, now, agent, channel)
        return
    if s.agents[agent, A_POOL] >= 0:
        leave_pool(s, agent)
    if s.channels[channel, K_PARALLEL] > 1:
        log_busy(s, agent, channel, s.agents[agent, A_BUSY_SINCE], now)


@njit(forceinline=True)
def out_of_hand(s, agent, row):
    """Takes a contact out of the agent's hand; the others keep their order."""
    count = s.agents[agent, A_IN_HAND] - 1
    i = 0
    while s.hand[agent, i] != row:
        i += 1
    while i < count:
        s.hand[agent, i] = s.hand[agent, i + 1]
        i += 1
    s.agents[agent, A_IN_HAND] = count


@njit(forceinline=True)
def end_talk(s, now, row, agent, channel):
    """The customer's end of a served contact, and what follows from it. Returns the wrap-up time."""
    if s.mark[row] != 0 and s.answered[row] < 0:
        if not s.mark[row] & GONE:
            turn_away(s, now, row, out.UNREACHED)
        return 0
    ticket, team = s.ticket[row], s.agents[agent, A_TEAM]
    limit = s.resolve[team, s.world[ticket]]
    if s.quality.shape[1] > 1:
        limit = limit * s.quality[agent, local_day(s, now, s.quality.shape[1])] // PPM
    if s.resolve_u[row] < limit:
        close(s, now, row, out.RESOLVED)
        meet(s, now, ticket, out.BY_AGENT)
    elif s.state[ticket] != out.OPEN:
        close(s, now, row, out.UNRESOLVED)
    elif pass_on(s, now, row, team, channel):
        close(s, now, row, out.TRANSFERRED)
    else:
        s.world[ticket] |= 1
        close(s, now, row, out.UNRESOLVED)
        come_back(s, now, row)
    return s.wrap_ms[row + s.channels[channel, K_OFFSET]]


@njit
def pass_on(s, now, row, team, channel):
    """Transfers to the team that takes over, if it comes to that; not where the ticket has no more attempts."""
    ticket = s.ticket[row]
    reason = s.reason[ticket]
    limit = s.transfer[s.regime[ticket], reason, team]
    if limit == 0 or s.transfer_u[row] >= limit:
        return False
    to = spawn(s, now, ticket, channel, out.TRANSFER)
    if to < 0:
        return False
    set_mark(s, to, TRANSFERRED)
    s.queue[to] = s.transfer_queue[channel, s.transfer_to[reason]]
    return True


@njit
def begin_wrap(s, now, row, agent, channel, wrap):
    """Wrap-up follows the talk: in the same slot, and never interrupted."""
    s.phase[row] = WRAP
    if s.channels[channel, K_PARALLEL] > 1:
        s.left[row] = wrap * PPM
        schedule_next(s, now, agent, channel)
        return
    end_at(s, agent, now + wrap, row)
    if s.channels[channel, K_INTERRUPTIBLE]:
        place(s, agent, channel)


@njit
def step_back(s, now, agent, channel):
    """An agent who is to take nothing more has a free hand: leaves, if that was all."""
    team = s.agents[agent, A_TEAM]
    if s.agents[agent, A_IN_HAND] > 0:
        place(s, agent, channel)
        return
    no_end(s, agent)
    go_off(s, now, agent)
    if s.teams[team, M_PRESENT] == s.teams[team, M_WANTED]:
        refill(s, now, team)


@njit
def fill(s, now, agent, channel):
    """An agent with room takes from the queues while somebody waits; `channel`: of what is in hand already, -1 none."""
    while True:
        queue = pick_queue(s, now, s.agents[agent, A_TEAM], channel)
        if queue < 0:
            break
        channel = s.queues[queue, Q_CHANNEL]
        start(s, now, agent, next_in_line(s, queue), channel)
        if s.agents[agent, A_IN_HAND] >= s.channels[channel, K_PARALLEL]:
            return
    if s.agents[agent, A_IN_HAND] == 0:
        no_end(s, agent)
    place(s, agent, channel)


@njit(forceinline=True)
def pick_queue(s, now, team, channel):
    """The queue from which a team's free agent takes the next contact (of one channel if it has some in hand)."""
    policy, found, best, best_waited, best_row = s.teams[team, M_POLICY], -1, 0, 0, 0
    for i in range(s.views.shape[1]):
        rank, after, queue = s.views[team, i, 0], s.views[team, i, 1], s.views[team, i, 2]
        if queue < 0:
            break
        if s.queues[queue, Q_WAITING] == 0 or (channel >= 0 and s.queues[queue, Q_CHANNEL] != channel):
            continue
        if policy == PRIORITY and found >= 0 and rank > best:
            break
        row = s.queues[queue, Q_FIRST]
        waited = now - s.queued[row]
        if waited < after:
            continue
        # the key is (first, then, last), smaller is better
        if policy == PRIORITY:
            first, then, last = rank, -waited, row
        elif policy == LONGEST_WAIT:
            first, then, last = -waited, row, 0
        else:
            first, then, last = -(waited * PPM // s.channels[s.queues[queue, Q_CHANNEL], K_TARGET]), rank, row
        if (
            found < 0
            or first < best
            or (first == best and (then < best_waited or (then == best_waited and last < best_row)))
        ):
            found, best, best_waited, best_row = queue, first, then, last
    return found


@njit
def place(s, agent, channel):
    """Puts an agent into the pool of those with the same availability, at its end; `channel`: of what is in hand."""
    if s.agents[agent, A_POOL] >= 0:
        leave_pool(s, agent)
    if s.agents[agent, A_LEAVING]:
        return
    count, team = s.agents[agent, A_IN_HAND], s.agents[agent, A_TEAM]
    if count == 0:
        pool = s.teams[team, M_IDLE]
    elif count < s.channels[channel, K_PARALLEL]:
        pool = part_pool(s, team, channel, count)
    elif (
        s.channels[channel, K_INTERRUPTIBLE]
        and s.channels[channel, K_PARALLEL] == 1
        and s.phase[s.hand[agent, 0]] == TALK
    ):
        pool = s.teams[team, M_DEFERRABLE]
    else:
        return
    last = s.pools[pool, P_LAST]
    s.agents[agent, A_POOL] = pool
    s.agents[agent, A_BEFORE] = last
    s.agents[agent, A_BEHIND] = -1
    if last < 0:
        s.pools[pool, P_FIRST] = agent
    else:
        s.agents[last, A_BEHIND] = agent
    s.pools[pool, P_LAST] = agent


@njit(forceinline=True)
def leave_pool(s, agent):
    """Takes an agent out of the pool."""
    pool = s.agents[agent, A_POOL]
    before, behind = s.agents[agent, A_BEFORE], s.agents[agent, A_BEHIND]
    if before < 0:
        s.pools[pool, P_FIRST] = behind
    else:
        s.agents[before, A_BEHIND] = behind
    if behind < 0:
        s.pools[pool, P_LAST] = before
    else:
        s.agents[behind, A_BEFORE] = before
    s.agents[agent, A_POOL] = -1


@njit
def log_busy(s, agent, channel, begin, end):
    """A stretch of work in one channel ends; of one agent, in the order of time."""
    n = s.one[O_BUSY]
    if n >= len(s.busy):
        s.one[O_FULL] = 1
    elif end > begin:
        s.busy[n, 0], s.busy[n, 1], s.busy[n, 2], s.busy[n, 3] = agent, channel, begin, end
        s.one[O_BUSY] = n + 1


@njit
def log_duty(s, agent, end):
    """A stretch of duty ends."""
    n = s.one[O_DUTY]
    if n >= len(s.duty):
        s.one[O_FULL] = 1
    elif end > s.agents[agent, A_ON_SINCE]:
        s.duty[n, 0], s.duty[n, 1] = agent, 0
        s.duty[n, 2], s.duty[n, 3] = s.agents[agent, A_ON_SINCE], end
        s.one[O_DUTY] = n + 1


@njit
def go_off(s, now, agent):
    """An agent without anything in hand leaves."""
    team = s.agents[agent, A_TEAM]
    s.agents[agent, A_ON] = 0
    s.agents[agent, A_LEAVING] = 0
    s.teams[team, M_PRESENT] -= 1
    if s.agents[agent, A_POOL] >= 0:
        leave_pool(s, agent)
    if s.teams[team, M_WANTED] < FAR:
        s.absent[s.teams[team, M_ABSENT] + s.teams[team, M_ABSENT_COUNT]] = agent
        s.teams[team, M_ABSENT_COUNT] += 1
    log_duty(s, agent, now)


@njit
def refill(s, now, team):
    """Agents with a free slot take what waits once the team is no longer in excess; fewest in hand first."""
    for channel in range(len(s.channels)):
        for level in range(1, s.channels[channel, K_PARALLEL]):
            pool = part_pool(s, team, channel, level)
            while s.pools[pool, P_FIRST] >= 0:
                queue = pick_queue(s, now, team, channel)
                if queue < 0:
                    break
                start(s, now, s.pools[pool, P_FIRST], next_in_line(s, queue), channel)  # who moves to the next pool
