"""Rules of agents: who takes a contact, how long it takes them, and what they take next (semantics 5.5, 6.2)."""

from __future__ import annotations

from sim.demand.tape import UNANSWERED
from sim.engine import outcomes as out
from sim.engine.plan import FAR, LONGEST_WAIT, PPM, PRIORITY
from sim.engine.reference.state import ENDS, OVER, QUEUED, TALK, WRAP, Agents, State
from sim.engine.reference.tickets import close, come_back, meet, spawn, turn_away


def find_agent(s: State, team: int, c: int) -> int:
    """The longest-idle agent; for chats, else the one with the fewest in hand, then the longest so; -1 none."""
    if s.idle[team]:
        return next(iter(s.idle[team]))
    for agents in s.part[team][c][1 : s.parallel[c]]:
        if agents:
            return next(iter(agents))
    return -1


def start(s: State, now: int, agent: int, row: int) -> None:
    """An agent takes a contact in hand."""
    c, ticket, hand = s.channel[row], s.ticket[row], s.hand[agent]
    w = c if s.wide else 0
    if s.gone[row]:
        work = s.notice[c]
    elif s.called[row] and s.flags[w][row] & UNANSWERED:
        work = s.callback_try[c]
    elif s.left[row] >= 0:
        work = s.left[row]
    else:
        work = duration(s, now, agent, row, c, w)
    if not s.gone[row] and s.answer[row] < 0 and not (s.called[row] and s.flags[w][row] & UNANSWERED):
        s.answer[row] = now
        if s.response[ticket] < 0:
            s.response[ticket] = now
    s.phase[row], s.agent[row], s.started[row] = TALK, agent, now
    if not hand:
        s.busy_since[agent] = now
    if s.parallel[c] > 1:
        settle(s, now, agent, c)
        hand.append(row)
        s.left[row] = work * PPM
        schedule_chat(s, now, agent, c)
    else:
        hand.append(row)
        s.ends_at[row] = now + work
        s.clock.at(now + work, ENDS, row)
    place(s, agent, c)


def duration(s: State, now: int, agent: int, row: int, c: int, w: int) -> int:
    """Agent's time for a contact: work / (speed of the team x speed by tenure), at least 1 ms."""
    ticket = s.ticket[row]
    regime, reason = s.regime[ticket], s.reason[ticket]
    work = s.work_ms[w][row]
    if s.kind[row] == out.TRANSFER:
        work += s.transfer_adds[regime][reason]
    speed = s.team_ppm[regime][s.agent_team[agent]][c][reason]
    if s.tenure_varies:
        while s.day + 1 < len(s.day_edges) and s.day_edges[s.day + 1] <= now:
            s.day += 1
        speed = speed * s.tenure_ppm[agent][min(s.day, len(s.tenure_ppm[agent]) - 1)] // PPM
    return work if speed == PPM else max(1, work * PPM // speed)


def settle(s: State, now: int, agent: int, c: int) -> None:
    """Works off the chats in hand up to now, at the speed for their number."""
    hand = s.hand[agent]
    if hand:
        worked = (now - s.settled[agent]) * s.chat_ppm[c][len(hand)]
        for row in hand:
            s.left[row] -= worked
    s.settled[agent] = now


def schedule_chat(s: State, now: int, agent: int, c: int) -> None:
    """Puts the end of the chat with the least work left on the clock."""
    if s.ending[agent] >= 0:
        s.ends_at[s.ending[agent]] = -1
    s.ending[agent] = -1
    hand = s.hand[agent]
    if hand:
        speed = s.chat_ppm[c][len(hand)]
        row = min(hand, key=lambda r: (s.left[r], r))
        s.ending[agent] = row
        s.ends_at[row] = now + max(0, -(-s.left[row] // speed))
        s.clock.at(s.ends_at[row], ENDS, row)


def place(s: State, agent: int, c: int) -> None:
    """Puts an agent into the list of those with the same availability, at its end."""
    team, hand = s.agent_team[agent], s.hand[agent]
    place: Agents | None = None
    if s.on[agent] and not s.leaving[agent]:
        if not hand:
            place = s.idle[team]
        elif len(hand) < s.parallel[c]:
            place = s.part[team][c][len(hand)]
        elif s.interruptible[c] and s.phase[hand[0]] == TALK:
            place = s.deferrable[team]
    before = s.where[agent]
    if before is not None:
        del before[agent]
    if place is not None:
        place[agent] = None
    s.where[agent] = place


def log_busy(s: State, now: int, agent: int, c: int) -> None:
    if now > s.busy_since[agent]:
        s.busy.append((agent, c, s.busy_since[agent], now))


def pick_queue(s: State, now: int, team: int, channel: int) -> int:
    """The queue from which a team's free agent takes the next contact (of one channel if it has some); -1 none."""
    policy, best, found = s.policy[team], (0, 0, 0), -1
    for q, rank, after, c in s.team_queues[team]:
        if s.waiting[q] == 0 or (channel >= 0 and c != channel):
            continue
        if policy == PRIORITY and found >= 0 and rank > best[0]:
            break
        line = s.line[q]
        while s.phase[line[0]] != QUEUED:
            line.popleft()
        row = line[0]
        waited = now - s.queued[row]
        if waited < after:
            continue
        if policy == PRIORITY:
            key = (rank, -waited, row)
        elif policy == LONGEST_WAIT:
            key = (-waited, row, 0)
        else:
            key = (-(waited * PPM // s.target[c]), rank, row)
        if found < 0 or key < best:
            best, found = key, q
    return found


def fill(s: State, now: int, agent: int) -> None:
    """Takes contacts from the queues as long as the agent has room and somebody waits."""
    team, hand = s.agent_team[agent], s.hand[agent]
    while not s.leaving[agent] and s.present[team] <= s.wanted[team]:
        c = s.channel[hand[0]] if hand else -1
        if hand and len(hand) >= s.parallel[c]:
            return
        q = pick_queue(s, now, team, c)
        if q < 0:
            break
        row = s.line[q].popleft()
        s.waiting[q] -= 1
        s.waiting_on[s.channel[row]] -= 1
        start(s, now, agent, row)
    place(s, agent, s.channel[hand[0]] if hand else -1)


def go_off(s: State, now: int, agent: int) -> None:
    team = s.agent_team[agent]
    s.on[agent] = s.leaving[agent] = False
    s.present[team] -= 1
    place(s, agent, -1)
    if s.wanted[team] < FAR:
        s.absent[team].append(agent)
    if now > s.on_since[agent]:
        s.duty.append((agent, s.on_since[agent], now))


def refill(s: State, now: int, team: int) -> None:
    """Chat agents with room take waiting chats once the team is no longer in excess; fewest in hand first."""
    for c, parallel in enumerate(s.parallel):
        for level in range(1, parallel):
            for agent in list(s.part[team][c][level]):
                fill(s, now, agent)


def release(s: State, now: int, agent: int) -> None:
    """An agent has a free hand: leaves, if due, or takes the next contact, or is free."""
    team = s.agent_team[agent]
    if not s.hand[agent] and (s.leaving[agent] or s.present[team] > s.wanted[team]):
        go_off(s, now, agent)
        if s.present[team] == s.wanted[team]:
            refill(s, now, team)
        return
    fill(s, now, agent)


def interrupt(s: State, now: int, row: int, q: int) -> bool:
    """Takes an agent off deferrable work: by team order, the one longest at it."""
    for team, after in s.queue_teams[q]:
        if after == 0 and s.deferrable[team] and s.present[team] <= s.wanted[team]:
            agent = next(iter(s.deferrable[team]))
            aside = s.hand[agent].pop()
            s.left[aside] = s.ends_at[aside] - now
            s.handle[aside] += now - s.started[aside]
            s.ends_at[aside] = -1
            log_busy(s, now, agent, s.channel[aside])
            behind = s.queue[aside]
            s.phase[aside] = QUEUED
            s.line[behind].appendleft(aside)
            s.waiting[behind] += 1
            s.waiting_on[s.channel[aside]] += 1
            start(s, now, agent, row)
            offer_aside(s, now, behind)
            return True
    return False


def offer_aside(s: State, now: int, q: int) -> None:
    """Work that was put aside goes to whoever else is free for it."""
    for team, after in s.queue_teams[q]:
        if after == 0 and s.present[team] <= s.wanted[team]:
            agent = find_agent(s, team, s.queue_channel[q])
            if agent >= 0:
                fill(s, now, agent)
                return


def pass_on(s: State, now: int, ticket: int, reason: int, c: int) -> bool:
    """Transfers to the team that takes over; not possible where the ticket has no more attempts."""
    to = spawn(s, now, ticket, c, out.TRANSFER)
    if to >= 0:
        s.queue[to] = s.transfer_queue[c][s.transfer_to[reason]]
    return to >= 0


def end_talk(s: State, now: int, row: int, agent: int, c: int) -> int:
    """The customer's end of a served contact, and what follows from it. Returns the wrap-up time."""
    if s.gone[row]:
        return 0
    ticket, w = s.ticket[row], c if s.wide else 0
    if s.answer[row] < 0:
        turn_away(s, now, row, w, out.UNREACHED)
        return 0
    regime, reason, team = s.regime[ticket], s.reason[ticket], s.agent_team[agent]
    if s.resolve_u[row] < s.resolve[regime][reason][team][s.handled[ticket]]:
        close(s, now, row, out.RESOLVED)
        meet(s, now, ticket, out.BY_AGENT)
    elif s.met[ticket]:
        close(s, now, row, out.UNRESOLVED)
    elif s.transfer_u[row] < s.transfer[regime][reason][team] and pass_on(s, now, ticket, reason, c):
        close(s, now, row, out.TRANSFERRED)
    else:
        s.handled[ticket] = True
        close(s, now, row, out.UNRESOLVED)
        come_back(s, now, row, w)
    return s.wrap_ms[w][row]


def on_end(s: State, now: int, row: int) -> None:
    """Talk or wrap-up of a contact ends; an end that was put off is ignored."""
    if s.ends_at[row] != now:
        return
    agent, c = s.agent[row], s.channel[row]
    s.ends_at[row] = -1
    if s.parallel[c] > 1:
        settle(s, now, agent, c)
    if s.phase[row] == TALK:
        wrap = end_talk(s, now, row, agent, c)
        if wrap > 0:
            s.phase[row] = WRAP
            if s.parallel[c] > 1:
                s.left[row] = wrap * PPM
                schedule_chat(s, now, agent, c)
            else:
                s.ends_at[row] = now + wrap
                s.clock.at(now + wrap, ENDS, row)
                if s.interruptible[c]:
                    place(s, agent, c)
            return
    s.phase[row], s.done[row] = OVER, now
    s.handle[row] += now - s.started[row]
    s.hand[agent].remove(row)
    if s.parallel[c] > 1:
        schedule_chat(s, now, agent, c)
    if not s.hand[agent]:
        log_busy(s, now, agent, c)
    release(s, now, agent)
