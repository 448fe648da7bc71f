"""Rules of agents: who takes a contact, how long it takes them, and what they take next (semantics 5.5, 6.2)."""

from __future__ import annotations

from heapq import heappush

from sim.demand.tape import UNANSWERED
from sim.engine import outcomes as out
from sim.engine.outcomes import RESOLVED, TRANSFERRED, UNRESOLVED
from sim.engine.plan import FAR, LONGEST_WAIT, PPM, PRIORITY
from sim.engine.reference.desk import ENDS, OVERFLOW, Desk
from sim.engine.reference.entities import QUEUED, TALK, WRAP, Agent, Channel, Pool, Queue, Team
from sim.engine.reference.tickets import come_back, meet, next_in_line, spawn, turn_away


def take_agent(teams: list[Team], channel: Channel) -> Agent | None:
    """Takes an agent out of the pools: the first team's longest idle; for parallel work else one with room in hand.

    Of those with room, the one with the fewest in hand, then the one longest at that number.
    """
    for team in teams:
        if team.in_excess:
            continue
        if team.idle:
            return first_of(team.idle)
        if not channel.alone:
            for pool in team.part[channel.id]:
                if pool:
                    return first_of(pool)
    return None


def first_of(pool: Pool) -> Agent:
    """Takes out of a pool who is in it longest."""
    agent, _ = pool.popitem(False)
    agent.pool = None
    return agent


def interrupt(desk: Desk, now: int, row: int, queue: Queue) -> int:
    """Takes an agent off deferrable work: by team order, the one longest at it.

    The agent serves whoever is first in the queue, and with room in hand those behind; returns the first, -1 for none.
    """
    waited = now - desk.queued[row]
    for after, team in queue.tries:
        if after <= waited and team.deferrable and not team.in_excess:
            agent = first_of(team.deferrable)
            aside, behind = put_aside(desk, now, agent)
            first = next_in_line(desk, queue) if queue.line else row
            start(desk, now, agent, first, queue.channel)
            if first != row and not queue.channel.alone:
                fill(desk, now, agent, queue.channel)
            offer_aside(desk, now, aside, behind)
            return first
    return -1


def put_aside(desk: Desk, now: int, agent: Agent) -> tuple[int, Queue]:
    """Deferrable work goes back to the head of its queue with the time that is left. Returns contact and queue."""
    row = agent.hand.pop()
    queue = desk.queue[row]
    desk.left[row], agent.ending = agent.ends - now, -1
    desk.aside_ms[row] = desk.aside_ms.get(row, 0) + now - desk.started[row]
    if row not in desk.unusual:
        desk.unusual.add(row)
        desk.answered[row] = desk.started[row]
    log_busy(desk, agent, queue.channel, desk.started[row], now)
    desk.phase[row] = QUEUED
    queue.line.appendleft(row)
    return row, queue


def offer_aside(desk: Desk, now: int, row: int, queue: Queue) -> None:
    """Work that was put aside goes to whoever else is free for it, now or once it has waited long enough."""
    waited = now - desk.queued[row]
    agent = take_agent([team for after, team in queue.tries if after <= waited], queue.channel)
    if agent is not None:
        fill(desk, now, agent, queue.channel if agent.hand else None)
        return
    for after in queue.afters:
        if after > waited:
            desk.clock.at(desk.queued[row] + after, OVERFLOW + row, desk.on_overflow, row)


def start(desk: Desk, now: int, agent: Agent, row: int, channel: Channel) -> None:
    """An agent takes a contact in hand."""
    if row in desk.unusual:
        work = unusual_work(desk, now, agent, row, channel)
    elif desk.one_speed:
        work = channel.work_ms[row]
    else:
        work = duration(desk, now, agent, row, channel)
    desk.phase[row] = TALK
    desk.agent[row] = agent
    desk.started[row] = now
    if channel.alone:
        agent.hand.append(row)
        ends = now + work
        heappush(desk.events, (ends, row, on_end, row))  # ENDS is 0
        if channel.interruptible:
            agent.ending, agent.ends = row, ends
            place(desk, agent, channel)
    else:
        if not agent.hand:
            agent.busy_since = now
        settle(desk, now, agent, channel)
        desk.left[row] = work * PPM
        agent.hand.append(row)
        schedule_next(desk, now, agent, channel)
        place(desk, agent, channel)


def unusual_work(desk: Desk, now: int, agent: Agent, row: int, channel: Channel) -> int:
    """Agent's time on who was put aside, left silently, does not pick up, or was transferred."""
    unanswered = row in desk.called and channel.flags[row] & UNANSWERED
    if row not in desk.gone and not unanswered:
        desk.answered.setdefault(row, now)
    if desk.left[row] >= 0:
        return desk.left[row]
    if row in desk.gone:
        return channel.notice
    return channel.callback_try if unanswered else duration(desk, now, agent, row, channel)


def duration(desk: Desk, now: int, agent: Agent, row: int, channel: Channel) -> int:
    """Agent's time for a contact: work / (speed of the team x speed by tenure), at least 1 ms."""
    ticket = desk.ticket[row]
    regime, reason = desk.regime[ticket], desk.reason[ticket]
    work = channel.work_ms[row]
    if desk.kind[row] == out.TRANSFER:
        work += desk.transfer_adds[regime][reason]
    speed: int = desk.team_ppm[regime][agent.team.id][channel.id][reason]
    if desk.tenure_varies:
        speed = speed * agent.tenure[local_day(desk, now, len(agent.tenure))] // PPM
    return work if speed == PPM else max(1, work * PPM // speed)


def local_day(desk: Desk, now: int, days: int) -> int:
    """The day of the roster's columns by day; time only goes on."""
    while desk.day + 1 < days and desk.day_edges[desk.day + 1] <= now:
        desk.day += 1
    return desk.day


def settle(desk: Desk, now: int, agent: Agent, channel: Channel) -> None:
    """Works off what is in hand in parallel up to now, at the speed for the number in hand."""
    hand, left = agent.hand, desk.left
    if hand and agent.settled < now:
        worked = (now - agent.settled) * channel.speeds[len(hand)]
        for row in hand:
            left[row] -= worked
    agent.settled = now


def schedule_next(desk: Desk, now: int, agent: Agent, channel: Channel) -> None:
    """Of several in hand, puts the end of the one with the least work left on the clock; of equals, the first row."""
    hand, left = agent.hand, desk.left
    first, least = -1, FAR
    for row in hand:
        work = left[row]
        if work < least or (work == least and row < first):
            first, least = row, work
    ends = now - (-least // channel.speeds[len(hand)]) if least > 0 else now
    agent.ending, agent.ends = first, ends
    heappush(desk.events, (ends, ENDS + first, on_end, first))


def on_end(desk: Desk, now: int, row: int) -> None:
    """Talk or wrap-up of a contact ends; an end that was put off is ignored."""
    agent, channel = desk.agent[row], desk.queue[row].channel
    if channel.ends_move:
        if agent.ending != row or agent.ends != now:
            return
        agent.ending = -1
        if not channel.alone:
            settle(desk, now, agent, channel)
    if channel.wraps and desk.phase[row] == WRAP:
        desk.done[row] = now
    elif wrap := end_talk(desk, now, row, agent, channel):
        begin_wrap(desk, now, row, agent, channel, wrap)
        return
    agent.hand.remove(row)
    if channel.ends_move:
        loosen(desk, now, agent, channel)
    if agent.leaving or agent.team.in_excess:
        step_back(desk, now, agent, channel)
    else:
        fill(desk, now, agent, channel if agent.hand else None)


def loosen(desk: Desk, now: int, agent: Agent, channel: Channel) -> None:
    """One contact fewer is in hand, of a channel whose agents can be in a pool with something in hand."""
    if agent.hand:
        schedule_next(desk, now, agent, channel)
        return
    if agent.pool is not None:
        leave_pool(agent)
    if not channel.alone:
        log_busy(desk, agent, channel, agent.busy_since, now)


def end_talk(desk: Desk, now: int, row: int, agent: Agent, channel: Channel) -> int:
    """The customer's end of a served contact, and what follows from it. Returns the wrap-up time."""
    if row in desk.unusual and row not in desk.answered:
        if row not in desk.gone:
            turn_away(desk, now, row, out.UNREACHED)
        desk.done[row] = now
        return 0
    ticket = desk.ticket[row]
    result = UNRESOLVED
    limit: int = agent.team.resolve[desk.world[ticket]]
    if desk.quality_varies:
        limit = limit * agent.quality[local_day(desk, now, len(agent.quality))] // PPM
    if desk.resolve_u[row] < limit:
        result = RESOLVED
        meet(desk, now, ticket, out.BY_AGENT)
    elif desk.state[ticket]:
        pass  # another contact has met the need
    elif desk.has_transfers and pass_on(desk, now, row, agent.team.id, channel):
        result = TRANSFERRED
    else:
        desk.world[ticket] |= 1
        come_back(desk, now, row)
    desk.result[row] = result
    desk.leave[row] = now
    return channel.wrap_ms[row]


def pass_on(desk: Desk, now: int, row: int, team: int, channel: Channel) -> bool:
    """Transfers to the team that takes over, if it comes to that; not where the ticket has no more attempts."""
    ticket = desk.ticket[row]
    reason = desk.reason[ticket]
    if desk.transfer_u[row] >= desk.transfer[desk.regime[ticket]][reason][team]:
        return False
    to = spawn(desk, now, ticket, channel.id, out.TRANSFER)
    if to < 0:
        return False
    desk.unusual.add(to)
    desk.queue[to] = channel.transfer_queue[desk.transfer_to[reason]]
    return True


def begin_wrap(desk: Desk, now: int, row: int, agent: Agent, channel: Channel, wrap: int) -> None:
    """Wrap-up follows the talk: in the same slot, and never interrupted."""
    desk.phase[row] = WRAP
    if not channel.alone:
        desk.left[row] = wrap * PPM
        schedule_next(desk, now, agent, channel)
        return
    agent.ending, agent.ends = row, (ends := now + wrap)
    heappush(desk.events, (ends, ENDS + row, on_end, row))
    if channel.interruptible:
        place(desk, agent, channel)


def step_back(desk: Desk, now: int, agent: Agent, channel: Channel) -> None:
    """An agent who is to take nothing more has a free hand: leaves, if that was all."""
    team = agent.team
    if agent.hand:
        place(desk, agent, channel)
        return
    go_off(desk, now, agent)
    if team.present == team.wanted:
        refill(desk, now, team)


def fill(desk: Desk, now: int, agent: Agent, channel: Channel | None) -> None:
    """An agent with room takes from the queues while somebody waits; `channel`: of what is in hand already."""
    while (queue := pick_queue(desk, now, agent.team, channel)) is not None:
        channel = queue.channel
        start(desk, now, agent, next_in_line(desk, queue), channel)
        if channel.alone or len(agent.hand) >= channel.parallel:
            return
    place(desk, agent, channel)


def pick_queue(desk: Desk, now: int, team: Team, channel: Channel | None) -> Queue | None:
    """The queue from which a team's free agent takes the next contact (of one channel if it has some in hand)."""
    for queue in team.strict:
        if queue.line and (channel is None or queue.channel is channel):
            return queue
    if team.strict:
        return None
    best, found = (0, 0, 0), None
    for rank, after, queue in team.queues:
        if not queue.line or (channel is not None and queue.channel is not channel):
            continue
        if found is not None and rank > best[0] and team.policy == PRIORITY:
            break
        row = queue.line[0]
        waited = now - desk.queued[row]
        if waited < after:
            continue
        if team.policy == PRIORITY:
            key = (rank, -waited, row)
        elif team.policy == LONGEST_WAIT:
            key = (-waited, row, 0)
        else:
            key = (-(waited * PPM // queue.channel.target), rank, row)
        if found is None or key < best:
            best, found = key, queue
    return found


def place(desk: Desk, agent: Agent, channel: Channel | None) -> None:
    """Puts an agent into the pool of those with the same availability, at its end; `channel`: of what is in hand."""
    if agent.pool is not None:
        leave_pool(agent)
    if agent.leaving:
        return
    hand = agent.hand
    if not hand:
        pool = agent.team.idle
    elif channel is not None and len(hand) < channel.parallel:
        pool = agent.team.part[channel.id][len(hand)]
    elif channel is not None and channel.interruptible and channel.alone and desk.phase[hand[0]] == TALK:
        pool = agent.team.deferrable
    else:
        return
    agent.pool = pool
    pool[agent] = None


def leave_pool(agent: Agent) -> None:
    """Takes an agent out of the pool."""
    del agent.pool[agent]  # type: ignore[union-attr]
    agent.pool = None


def log_busy(desk: Desk, agent: Agent, channel: Channel, begin: int, end: int) -> None:
    """A stretch of work that the columns of contacts do not tell: parallel, or put aside."""
    if end > begin:
        desk.busy.append((agent.id, channel.id, begin, end))


def go_off(desk: Desk, now: int, agent: Agent) -> None:
    """An agent without anything in hand leaves."""
    team = agent.team
    agent.on = agent.leaving = False
    team.headcount(-1)
    if agent.pool is not None:
        leave_pool(agent)
    if team.wanted < FAR:
        team.absent.append(agent)
    if now > agent.on_since:
        desk.duty.append((agent.id, agent.on_since, now))


def refill(desk: Desk, now: int, team: Team) -> None:
    """Agents with a free slot take what waits once the team is no longer in excess; fewest in hand first."""
    for channel in desk.channels:
        for pool in team.part[channel.id][: channel.parallel]:
            while pool:
                queue = pick_queue(desk, now, team, channel)
                if queue is None:
                    break
                start(desk, now, next(iter(pool)), next_in_line(desk, queue), channel)  # who moves to the next pool
