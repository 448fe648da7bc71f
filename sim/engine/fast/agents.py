"""Rules of agents: who takes a contact, how long it takes them, and what they take next (semantics 5.5, 6.2)."""

from __future__ import annotations

from numba import njit

from sim.demand.tape import UNANSWERED
from sim.engine import outcomes as out
from sim.engine.fast.clock import at
from sim.engine.fast.layout import (
    A_BEFORE,
    A_BEHIND,
    A_BUSY_SINCE,
    A_ENDING,
    A_IN_HAND,
    A_LEAVING,
    A_ON,
    A_ON_SINCE,
    A_POOL,
    A_SETTLED,
    A_TEAM,
    C_AGENT,
    C_ANSWERED,
    C_ASIDE_MS,
    C_CHANNEL,
    C_DONE,
    C_ENDS_AT,
    C_KIND,
    C_LEFT,
    C_MARK,
    C_PHASE,
    C_QUEUE,
    C_QUEUED,
    C_STARTED,
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
    T_HANDLED,
    T_REASON,
    T_REGIME,
    T_RESOLVE_AT,
    T_STATE,
)
from sim.engine.fast.state import CALLED, ENDS, GONE, OVER, OVERFLOW, PUT_ASIDE, TALK, TRANSFERRED, WRAP
from sim.engine.fast.tickets import close, come_back, into_line, meet, next_in_line, spawn, turn_away
from sim.engine.plan import FAR, LONGEST_WAIT, PPM, PRIORITY

# mypy: disable-error-code="no-untyped-def"


@njit(forceinline=True)
def part_pool(s, team, channel, level):
    """Pool of a team's agents with so many of a channel in hand and a slot free."""
    return s.team[team, M_PART] + channel * s.speeds.shape[1] + level


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
        agent = first_of(s, s.team[team, M_IDLE])
        level = 1
        while agent < 0 and level < s.channel[channel, K_PARALLEL]:
            agent = first_of(s, part_pool(s, team, channel, level))
            level += 1
        if agent >= 0:
            return agent
    return -1


@njit(forceinline=True)
def first_of(s, pool):
    """Takes out of a pool who is in it longest; -1 where it is empty."""
    agent = s.pool[pool, P_FIRST]
    if agent >= 0:
        leave_pool(s, agent)
    return agent


@njit(forceinline=True)
def in_excess(s, team):
    """Whether more are present than wanted: nobody of the team is to take anything then."""
    return s.team[team, M_PRESENT] > s.team[team, M_WANTED]


@njit
def interrupt(s, now, row, queue):
    """Takes an agent off deferrable work: by team order, the one longest at it.

    The agent serves whoever is first in the queue, and with room in hand those behind; returns the first, -1 for none.
    """
    waited = now - s.contact[row, C_QUEUED]
    for i in range(s.tries.shape[1]):
        team, after = s.tries[queue, i, 0], s.tries[queue, i, 1]
        if team < 0:
            break
        if after <= waited and not in_excess(s, team):
            agent = first_of(s, s.team[team, M_DEFERRABLE])
            if agent >= 0:
                channel = s.queue[queue, Q_CHANNEL]
                aside = put_aside(s, now, agent)
                first = next_in_line(s, queue) if s.queue[queue, Q_FIRST] >= 0 else row
                start(s, now, agent, first, channel)
                if first != row and s.channel[channel, K_PARALLEL] > 1:
                    fill(s, now, agent, channel)
                offer_aside(s, now, aside)
                return first
    return -1


@njit
def put_aside(s, now, agent):
    """Deferrable work goes back to the head of its queue with the time that is left. Returns the contact."""
    row = s.hand[agent, 0]
    s.agent[agent, A_IN_HAND] = 0
    s.contact[row, C_LEFT] = s.contact[row, C_ENDS_AT] - now
    s.contact[row, C_ENDS_AT] = -1
    s.contact[row, C_ASIDE_MS] += now - s.contact[row, C_STARTED]
    if s.contact[row, C_MARK] == 0:
        s.contact[row, C_MARK] = PUT_ASIDE
        s.contact[row, C_ANSWERED] = s.contact[row, C_STARTED]
    log_busy(s, agent, s.contact[row, C_CHANNEL], s.contact[row, C_STARTED], now)
    into_line(s, row, True)
    return row


@njit
def offer_aside(s, now, row):
    """Work that was put aside goes to whoever else is free for it, now or once it has waited long enough."""
    queue, channel, waited = s.contact[row, C_QUEUE], s.contact[row, C_CHANNEL], now - s.contact[row, C_QUEUED]
    agent = take_agent(s, queue, channel, 0, waited)
    if agent >= 0:
        fill(s, now, agent, channel if s.agent[agent, A_IN_HAND] else -1)
        return
    for i in range(s.tries.shape[1]):
        if s.tries[queue, i, 0] >= 0 and s.tries[queue, i, 1] > waited:
            at(s, s.contact[row, C_QUEUED] + s.tries[queue, i, 1], OVERFLOW + row)


@njit
def start(s, now, agent, row, channel):
    """An agent takes a contact in hand."""
    if s.contact[row, C_MARK] != 0:
        work = unusual_work(s, now, agent, row, channel)
    elif s.one[O_ONE_SPEED]:
        work = s.work_ms[row + s.channel[channel, K_OFFSET]]
    else:
        work = duration(s, now, agent, row, channel)
    s.contact[row, C_PHASE] = TALK
    s.contact[row, C_AGENT] = agent
    s.contact[row, C_STARTED] = now
    if s.channel[channel, K_PARALLEL] == 1:
        s.hand[agent, 0] = row
        s.agent[agent, A_IN_HAND] = 1
        s.contact[row, C_ENDS_AT] = now + work
        at(s, now + work, ENDS + row)
        if s.channel[channel, K_INTERRUPTIBLE]:
            place(s, agent, channel)
    else:
        if s.agent[agent, A_IN_HAND] == 0:
            s.agent[agent, A_BUSY_SINCE] = now
        settle(s, now, agent, channel)
        s.contact[row, C_LEFT] = work * PPM
        s.hand[agent, s.agent[agent, A_IN_HAND]] = row
        s.agent[agent, A_IN_HAND] += 1
        schedule_next(s, now, agent, channel)
        place(s, agent, channel)


@njit
def unusual_work(s, now, agent, row, channel):
    """Agent's time on who was put aside, left silently, does not pick up, or was transferred."""
    mark = s.contact[row, C_MARK]
    unanswered = mark & CALLED and s.flags[row + s.channel[channel, K_OFFSET]] & UNANSWERED
    if not mark & GONE and not unanswered and s.contact[row, C_ANSWERED] < 0:
        s.contact[row, C_ANSWERED] = now
    if s.contact[row, C_LEFT] >= 0:
        return s.contact[row, C_LEFT]
    if mark & GONE:
        return s.channel[channel, K_NOTICE]
    return s.channel[channel, K_CALLBACK_TRY] if unanswered else duration(s, now, agent, row, channel)


@njit
def duration(s, now, agent, row, channel):
    """Agent's time for a contact: work / (speed of the team x speed by tenure), at least 1 ms."""
    ticket = s.ticket_of[row]
    regime, reason = s.ticket[ticket, T_REGIME], s.ticket[ticket, T_REASON]
    work = s.work_ms[row + s.channel[channel, K_OFFSET]]
    if s.contact[row, C_KIND] == out.TRANSFER:
        work += s.transfer_adds[regime, reason]
    speed = s.team_ppm[regime, s.agent[agent, A_TEAM], channel, reason]
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
    count = s.agent[agent, A_IN_HAND]
    worked = (now - s.agent[agent, A_SETTLED]) * s.speeds[channel, count]
    for i in range(count):
        s.contact[s.hand[agent, i], C_LEFT] -= worked
    s.agent[agent, A_SETTLED] = now


@njit
def schedule_next(s, now, agent, channel):
    """Of several in hand, puts the end of the one with the least work left on the clock; of equals, the first row."""
    count, ending = s.agent[agent, A_IN_HAND], s.agent[agent, A_ENDING]
    if ending >= 0:
        s.contact[ending, C_ENDS_AT] = -1
    s.agent[agent, A_ENDING] = -1
    if count == 0:
        return
    first = s.hand[agent, 0]
    for i in range(1, count):
        row = s.hand[agent, i]
        left, least = s.contact[row, C_LEFT], s.contact[first, C_LEFT]
        if left < least or (left == least and row < first):
            first = row
    speed = s.speeds[channel, count]
    ends = now + max(0, (s.contact[first, C_LEFT] + speed - 1) // speed)
    s.agent[agent, A_ENDING] = first
    s.contact[first, C_ENDS_AT] = ends
    at(s, ends, ENDS + first)


@njit(forceinline=True)
def on_end(s, now, row):
    """Talk or wrap-up of a contact ends; an end that was put off is ignored."""
    if s.contact[row, C_ENDS_AT] != now:
        return
    agent, channel = s.contact[row, C_AGENT], s.contact[row, C_CHANNEL]
    parallel = s.channel[channel, K_PARALLEL] > 1
    s.contact[row, C_ENDS_AT] = -1
    if parallel:
        settle(s, now, agent, channel)
    if s.contact[row, C_PHASE] == TALK:
        wrap = end_talk(s, now, row, agent, channel)
        if wrap > 0:
            begin_wrap(s, now, row, agent, channel, wrap)
            return
    s.contact[row, C_PHASE] = OVER
    s.contact[row, C_DONE] = now
    out_of_hand(s, agent, row)
    if parallel or s.channel[channel, K_INTERRUPTIBLE]:
        loosen(s, now, agent, channel)
    if s.agent[agent, A_LEAVING] or in_excess(s, s.agent[agent, A_TEAM]):
        step_back(s, now, agent, channel)
    else:
        fill(s, now, agent, channel if s.agent[agent, A_IN_HAND] else -1)


@njit
def loosen(s, now, agent, channel):
    """One contact fewer is in hand, of a channel whose agents can be in a pool with something in hand."""
    if s.agent[agent, A_IN_HAND] > 0:
        schedule_next(s, now, agent, channel)
        return
    if s.agent[agent, A_POOL] >= 0:
        leave_pool(s, agent)
    if s.channel[channel, K_PARALLEL] > 1:
        log_busy(s, agent, channel, s.agent[agent, A_BUSY_SINCE], now)


@njit(forceinline=True)
def out_of_hand(s, agent, row):
    """Takes a contact out of the agent's hand; the others keep their order."""
    count = s.agent[agent, A_IN_HAND] - 1
    i = 0
    while s.hand[agent, i] != row:
        i += 1
    while i < count:
        s.hand[agent, i] = s.hand[agent, i + 1]
        i += 1
    s.agent[agent, A_IN_HAND] = count


@njit(forceinline=True)
def end_talk(s, now, row, agent, channel):
    """The customer's end of a served contact, and what follows from it. Returns the wrap-up time."""
    if s.contact[row, C_MARK] != 0 and s.contact[row, C_ANSWERED] < 0:
        if not s.contact[row, C_MARK] & GONE:
            turn_away(s, now, row, out.UNREACHED)
        return 0
    ticket, team = s.ticket_of[row], s.agent[agent, A_TEAM]
    limit = s.resolve[s.ticket[ticket, T_RESOLVE_AT] + 2 * team + s.ticket[ticket, T_HANDLED]]
    if s.quality.shape[1] > 1:
        limit = limit * s.quality[agent, local_day(s, now, s.quality.shape[1])] // PPM
    if s.resolve_u[row] < limit:
        close(s, now, row, out.RESOLVED)
        meet(s, now, ticket, out.BY_AGENT)
    elif s.ticket[ticket, T_STATE] != out.OPEN:
        close(s, now, row, out.UNRESOLVED)
    elif pass_on(s, now, row, team, channel):
        close(s, now, row, out.TRANSFERRED)
    else:
        s.ticket[ticket, T_HANDLED] = 1
        close(s, now, row, out.UNRESOLVED)
        come_back(s, now, row)
    return s.wrap_ms[row + s.channel[channel, K_OFFSET]]


@njit
def pass_on(s, now, row, team, channel):
    """Transfers to the team that takes over, if it comes to that; not where the ticket has no more attempts."""
    ticket = s.ticket_of[row]
    reason = s.ticket[ticket, T_REASON]
    if s.transfer_u[row] >= s.transfer[s.ticket[ticket, T_REGIME], reason, team]:
        return False
    to = spawn(s, now, ticket, channel, out.TRANSFER)
    if to < 0:
        return False
    s.contact[to, C_MARK] = TRANSFERRED
    s.contact[to, C_QUEUE] = s.transfer_queue[channel, s.transfer_to[reason]]
    return True


@njit
def begin_wrap(s, now, row, agent, channel, wrap):
    """Wrap-up follows the talk: in the same slot, and never interrupted."""
    s.contact[row, C_PHASE] = WRAP
    if s.channel[channel, K_PARALLEL] > 1:
        s.contact[row, C_LEFT] = wrap * PPM
        schedule_next(s, now, agent, channel)
        return
    s.contact[row, C_ENDS_AT] = now + wrap
    at(s, now + wrap, ENDS + row)
    if s.channel[channel, K_INTERRUPTIBLE]:
        place(s, agent, channel)


@njit
def step_back(s, now, agent, channel):
    """An agent who is to take nothing more has a free hand: leaves, if that was all."""
    team = s.agent[agent, A_TEAM]
    if s.agent[agent, A_IN_HAND] > 0:
        place(s, agent, channel)
        return
    go_off(s, now, agent)
    if s.team[team, M_PRESENT] == s.team[team, M_WANTED]:
        refill(s, now, team)


@njit
def fill(s, now, agent, channel):
    """An agent with room takes from the queues while somebody waits; `channel`: of what is in hand already, -1 none."""
    while True:
        queue = pick_queue(s, now, s.agent[agent, A_TEAM], channel)
        if queue < 0:
            break
        channel = s.queue[queue, Q_CHANNEL]
        start(s, now, agent, next_in_line(s, queue), channel)
        if s.agent[agent, A_IN_HAND] >= s.channel[channel, K_PARALLEL]:
            return
    place(s, agent, channel)


@njit(forceinline=True)
def pick_queue(s, now, team, channel):
    """The queue from which a team's free agent takes the next contact (of one channel if it has some in hand)."""
    policy, found, best, best_waited, best_row = s.team[team, M_POLICY], -1, 0, 0, 0
    for i in range(s.views.shape[1]):
        rank, after, queue = s.views[team, i, 0], s.views[team, i, 1], s.views[team, i, 2]
        if queue < 0:
            break
        if s.queue[queue, Q_WAITING] == 0 or (channel >= 0 and s.queue[queue, Q_CHANNEL] != channel):
            continue
        if policy == PRIORITY and found >= 0 and rank > best:
            break
        row = s.queue[queue, Q_FIRST]
        waited = now - s.contact[row, C_QUEUED]
        if waited < after:
            continue
        # the key is (first, then, last), smaller is better
        if policy == PRIORITY:
            first, then, last = rank, -waited, row
        elif policy == LONGEST_WAIT:
            first, then, last = -waited, row, 0
        else:
            first, then, last = -(waited * PPM // s.channel[s.queue[queue, Q_CHANNEL], K_TARGET]), rank, row
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
    if s.agent[agent, A_POOL] >= 0:
        leave_pool(s, agent)
    if s.agent[agent, A_LEAVING]:
        return
    count, team = s.agent[agent, A_IN_HAND], s.agent[agent, A_TEAM]
    if count == 0:
        pool = s.team[team, M_IDLE]
    elif count < s.channel[channel, K_PARALLEL]:
        pool = part_pool(s, team, channel, count)
    elif (
        s.channel[channel, K_INTERRUPTIBLE]
        and s.channel[channel, K_PARALLEL] == 1
        and s.contact[s.hand[agent, 0], C_PHASE] == TALK
    ):
        pool = s.team[team, M_DEFERRABLE]
    else:
        return
    last = s.pool[pool, P_LAST]
    s.agent[agent, A_POOL] = pool
    s.agent[agent, A_BEFORE] = last
    s.agent[agent, A_BEHIND] = -1
    if last < 0:
        s.pool[pool, P_FIRST] = agent
    else:
        s.agent[last, A_BEHIND] = agent
    s.pool[pool, P_LAST] = agent


@njit(forceinline=True)
def leave_pool(s, agent):
    """Takes an agent out of the pool."""
    pool = s.agent[agent, A_POOL]
    before, behind = s.agent[agent, A_BEFORE], s.agent[agent, A_BEHIND]
    if before < 0:
        s.pool[pool, P_FIRST] = behind
    else:
        s.agent[before, A_BEHIND] = behind
    if behind < 0:
        s.pool[pool, P_LAST] = before
    else:
        s.agent[behind, A_BEFORE] = before
    s.agent[agent, A_POOL] = -1


@njit
def log_busy(s, agent, channel, begin, end):
    """A stretch of work that the columns of contacts do not tell: parallel, or put aside."""
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
    elif end > s.agent[agent, A_ON_SINCE]:
        s.duty[n, 0], s.duty[n, 1] = agent, 0
        s.duty[n, 2], s.duty[n, 3] = s.agent[agent, A_ON_SINCE], end
        s.one[O_DUTY] = n + 1


@njit
def go_off(s, now, agent):
    """An agent without anything in hand leaves."""
    team = s.agent[agent, A_TEAM]
    s.agent[agent, A_ON] = 0
    s.agent[agent, A_LEAVING] = 0
    s.team[team, M_PRESENT] -= 1
    if s.agent[agent, A_POOL] >= 0:
        leave_pool(s, agent)
    if s.team[team, M_WANTED] < FAR:
        s.absent[s.team[team, M_ABSENT] + s.team[team, M_ABSENT_COUNT]] = agent
        s.team[team, M_ABSENT_COUNT] += 1
    log_duty(s, agent, now)


@njit
def refill(s, now, team):
    """Agents with a free slot take what waits once the team is no longer in excess; fewest in hand first."""
    for channel in range(len(s.channel)):
        for level in range(1, s.channel[channel, K_PARALLEL]):
            pool = part_pool(s, team, channel, level)
            while s.pool[pool, P_FIRST] >= 0:
                queue = pick_queue(s, now, team, channel)
                if queue < 0:
                    break
                start(s, now, s.pool[pool, P_FIRST], next_in_line(s, queue), channel)  # who moves to the next pool
