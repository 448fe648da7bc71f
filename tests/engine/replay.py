"""Checks that hold for every run: each is worked out anew from the outcomes, without the engine's own books."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sim.demand.tape import SELF_FALSE_GONE, SELF_RESOLVED
from sim.engine import Run
from sim.engine import outcomes as out
from sim.scenario.resolved import Resolved

SERVED = (out.RESOLVED, out.UNRESOLVED, out.TRANSFERRED)
Stretch = tuple[int, int]


def end_of(run: Run) -> int:
    """The clock at the end of the run."""
    o = run.outcomes
    if not run.plan.drain:
        return run.plan.end_ms
    return int(max(run.plan.end_ms, *(t.max(initial=0) for t in (o.arrive_ms, o.queue_ms, o.leave_ms, o.done_ms))))


def started(run: Run) -> np.ndarray:
    """int64 (M,): when an agent took the contact first, -1 never; of those who had gone, from the agent's end."""
    o = run.outcomes
    silent = (o.agent >= 0) & (o.answer_ms < 0)
    until = np.where(o.done_ms >= 0, o.done_ms, end_of(run))
    return np.where(silent, until - o.handle_ms, o.answer_ms)


def waited_until(run: Run) -> np.ndarray:
    """int64 (M,): end of the wait in the queue; -1 for contacts that never were in one."""
    o, start = run.outcomes, started(run)
    until = np.where(start >= 0, start, np.where(o.leave_ms >= 0, o.leave_ms, end_of(run)))
    # nobody has noticed who left silently: still in the queue, unless that was cleared some evening
    unnoticed = left_silently(run) & (start < 0) & (run.plan.clears[np.maximum(o.channel, 0)] == 0)
    until = np.where(unnoticed, end_of(run), until)
    with_bot = (o.result == out.IN_SERVICE) & (start < 0)
    return np.where((o.kind < 0) | (o.queue_ms < 0) | with_bot, -1, until)


def left_silently(run: Run) -> np.ndarray:
    """bool (M,): abandoned without a sign (whether or not an agent found out)."""
    from sim.demand.tape import SILENT

    wide = run.tape.wide
    rows = np.arange(run.tape.rows)
    flags = run.tape.flags[np.maximum(run.outcomes.channel, 0) if wide else 0, rows]
    return (run.outcomes.result == out.ABANDONED) & ((flags & SILENT) != 0)


def queue_of(run: Run) -> np.ndarray:
    """int64 (M,): queue that a contact waits in, -1 unused."""
    o, routing = run.outcomes, run.plan.routing
    reason = run.tape.reason[run.tape.ticket]
    queue = routing.queue_of[np.maximum(o.channel, 0), reason]
    to = run.plan.transfer_to[reason]
    queue = np.where(o.kind == out.TRANSFER, routing.transfer_queue[np.maximum(o.channel, 0), to], queue)
    return np.where(o.kind < 0, -1, queue)


def positions(run: Run) -> np.ndarray:
    """int64 (M,): place of each row in its ticket's chain."""
    place = np.zeros(run.tape.rows, dtype=np.int64)
    for row in range(run.tape.rows):  # rows come level by level
        if run.tape.next_row[row] >= 0:
            place[run.tape.next_row[row]] = place[row] + 1
    return place


def check_times(run: Run) -> None:
    """What happens to a contact happens in order, and within the run."""
    o = run.outcomes
    used = o.kind >= 0
    columns = (o.arrive_ms, o.queue_ms, o.answer_ms, o.leave_ms, o.done_ms)
    for column in columns:
        assert (column[~used] == -1).all()
        assert (column[used] <= end_of(run)).all()
    assert (o.arrive_ms[used] >= run.tape.need_ms[run.tape.ticket[used]]).all()
    for earlier, later in pairwise(columns):
        both = (earlier >= 0) & (later >= 0)
        late = both & (later < earlier)
        assert not late[o.result != out.ABANDONED].any()  # a silent customer leaves before the agent comes
    assert (o.attempt[used] == positions(run)[used]).all()
    first = np.arange(run.tape.rows) < run.tape.tickets
    assert ((o.kind[used] == out.FIRST) == first[used]).all()


def check_tickets(run: Run) -> None:
    """Needs = ends + open, each ticket in exactly one state, and that state is what its contacts say (5.7)."""
    o, tape, end = run.outcomes, run.tape, end_of(run)
    ended = o.state != out.OPEN
    assert ((o.end_ms >= 0) == ended).all()
    assert (o.end_ms[ended] >= tape.need_ms[ended]).all()
    rows: list[list[int]] = [[] for _ in range(tape.tickets)]
    for row in np.flatnonzero(o.kind >= 0):
        rows[tape.ticket[row]].append(int(row))
    for i, mine in enumerate(rows):
        state, results = o.state[i], [int(o.result[r]) for r in mine]
        met = [r for r in mine if o.result[r] in (out.RESOLVED, out.BOT_RESOLVED)]
        if state in (out.BY_AGENT, out.BY_BOT):
            by = out.RESOLVED if state == out.BY_AGENT else out.BOT_RESOLVED
            assert min(int(o.leave_ms[r]) for r in met) == o.end_ms[i]
            assert any(o.result[r] == by and o.leave_ms[r] == o.end_ms[i] for r in met)
            assert out.WAITING not in [o.result[r] for r in mine if o.answer_ms[r] < 0]  # superseded
            assert all(o.arrive_ms[r] <= o.end_ms[i] for r in mine)  # and nothing comes after
        else:
            assert not met
            assert out.SUPERSEDED not in results
        if state == out.BY_SELF_SERVICE:
            assert not mine
            assert tape.self_fate[i] == SELF_RESOLVED
        if state == out.LOST:
            assert not {out.WAITING, out.IN_SERVICE} & set(results)
            assert mine or tape.self_fate[i] == SELF_FALSE_GONE
            if mine:
                assert max(int(o.leave_ms[r]) for r in mine) == o.end_ms[i]
        if state == out.OPEN:
            alive = {out.WAITING, out.IN_SERVICE} & set(results)
            to_come = not mine or len(mine) <= positions(run)[_last(run, i)]
            assert alive or to_come
            if run.plan.drain:
                assert alive or o.kind[i] < 0
    assert (o.end_ms < end).all() or run.plan.drain


def _last(run: Run, ticket: int) -> int:
    row = ticket
    while run.tape.next_row[row] >= 0:
        row = int(run.tape.next_row[row])
    return row


def check_contacts(run: Run) -> None:
    """Contacts in = out + waiting + in service, and every transfer has its contact (5.6, 5.7)."""
    o = run.outcomes
    used = o.kind >= 0
    inside = used & np.isin(o.result, (out.WAITING, out.IN_SERVICE))
    assert ((o.leave_ms < 0) == inside)[used].all()
    assert ((o.answer_ms >= 0) | ~np.isin(o.result, SERVED))[used].all()
    never = (out.BALKED, out.BLOCKED, out.CLOSED, out.BOT_RESOLVED, out.BOT_UNRESOLVED, out.DISCONNECTED)
    assert (o.agent[used & np.isin(o.result, never)] == -1).all()
    passed, taken = used & (o.result == out.TRANSFERRED), used & (o.kind == out.TRANSFER)
    moments = sorted(zip(run.tape.ticket[passed].tolist(), o.leave_ms[passed].tolist(), strict=True))
    arrivals = sorted(zip(run.tape.ticket[taken].tolist(), o.arrive_ms[taken].tolist(), strict=True))
    met_then = {(i, int(ms)) for i, ms in enumerate(o.end_ms)}  # met at that very tick by another contact
    assert [m for m in moments if m not in met_then] == [a for a in arrivals if a not in met_then]


def check_patience(run: Run) -> None:
    """Who abandons does so after exactly their patience, and nobody who called off waits longer (5.4)."""
    o, tape = run.outcomes, run.tape
    rows = np.arange(tape.rows)
    patience = tape.patience_ms[np.maximum(o.channel, 0) if tape.wide else 0, rows]
    left = (o.kind >= 0) & (o.result == out.ABANDONED)
    assert ((o.leave_ms - o.queue_ms)[left] == patience[left]).all()


def stretches(agent: np.ndarray, begin: np.ndarray, until: np.ndarray, agents: int) -> list[list[Stretch]]:
    """By agent, in order."""
    table: list[list[Stretch]] = [[] for _ in range(agents)]
    for who, low, high in sorted(zip(agent.tolist(), begin.tolist(), until.tolist(), strict=True)):
        table[who].append((low, high))
    return table


def idle_stretches(run: Run) -> list[list[Stretch]]:
    """By agent: on duty with nothing in hand. Checks that no two stretches overlap and that who is busy is on duty."""
    o, agents = run.outcomes, len(run.roster.agent_team)
    duty = stretches(o.duty_agent, o.duty_from_ms, o.duty_until_ms, agents)
    busy = stretches(o.busy_agent, o.busy_from_ms, o.busy_until_ms, agents)
    idle: list[list[Stretch]] = []
    for present, working in zip(duty, busy, strict=True):
        for mine in (present, working):
            assert all(low < high for low, high in mine)
            assert all(a[1] <= b[0] for a, b in pairwise(mine))
        free: list[Stretch] = []
        for low, high in present:
            at = low
            for begin, until in working:
                if low <= begin and until <= high:
                    free.append((at, begin))
                    at = until
            free.append((at, high))
        assert sum(u - b for b, u in present) - sum(u - b for b, u in working) == sum(u - b for b, u in free)
        idle.append([(b, u) for b, u in free if b < u])
    return idle


def check_agents(run: Run) -> None:
    """No agent is busy twice; on work done one at a time, busy time is handle time; slots are as declared (6.2)."""
    idle_stretches(run)
    o, plan = run.outcomes, run.plan
    begin, until = started(run), np.where(o.done_ms >= 0, o.done_ms, end_of(run))
    for c in range(plan.channels):
        rows = (o.kind >= 0) & (o.channel == c) & (o.agent >= 0)
        busy = o.busy_channel == c
        worked = int((o.busy_until_ms - o.busy_from_ms)[busy].sum())
        if plan.parallel[c] == 1:
            assert worked == o.handle_ms[rows].sum()
            continue
        assert worked <= o.handle_ms[rows].sum() <= worked * plan.parallel[c]
        assert (o.handle_ms[rows] == (until - begin)[rows]).all()
        for agent in set(o.agent[rows].tolist()):
            mine = np.flatnonzero(rows & (o.agent == agent))
            edges = sorted([(int(until[r]), -1) for r in mine] + [(int(begin[r]), 1) for r in mine])
            assert max(np.cumsum([step for _, step in edges])) <= plan.parallel[c]


def check_first_come(run: Run) -> None:
    """Inside a queue nobody starts while somebody who came before still waits (6.2)."""
    o, start, until, queue = run.outcomes, started(run), waited_until(run), queue_of(run)
    for q in set(queue[queue >= 0].tolist()):
        rows = np.flatnonzero((queue == q) & (until >= 0))
        rows = rows[np.argsort(o.queue_ms[rows], kind="stable")]
        begun = np.where(start[rows] >= 0, start[rows], -1)
        for k, row in enumerate(rows):
            before = rows[:k][o.queue_ms[rows[:k]] < o.queue_ms[row]]
            assert not (begun[k] >= 0 and (until[before] > begun[k]).any()), (int(row), q)


def check_nobody_idle(run: Run) -> None:
    """No agent is idle while a contact waits that they may take (6.2)."""
    routing, o, until, queue = run.plan.routing, run.outcomes, waited_until(run), queue_of(run)
    idle = idle_stretches(run)
    by_team: list[list[Stretch]] = [[] for _ in range(run.plan.teams)]
    for agent, free in enumerate(idle):
        by_team[run.roster.agent_team[agent]] += free
    tables = [np.array(sorted(free), dtype=np.int64).reshape(-1, 2) for free in by_team]
    for row in np.flatnonzero((until > o.queue_ms) & (queue >= 0)):
        for team, after in zip(routing.queue_teams[queue[row]], routing.queue_after[queue[row]], strict=True):
            if team >= 0:
                low, high = o.queue_ms[row] + after, until[row]
                free = tables[team]
                assert not ((free[:, 0] < high) & (free[:, 1] > low) & (low < high)).any(), (int(row), int(team))


def check_slots_are_filled(resolved: Resolved, run: Run) -> None:
    """No chat agent of a team of constant size has a free slot while a chat waits that they may take (6.2)."""
    o, plan, until, queue, start = run.outcomes, run.plan, waited_until(run), queue_of(run), started(run)
    done = np.where(o.done_ms >= 0, o.done_ms, end_of(run))
    for t, team in enumerate(resolved.scenario.teams.values()):
        numbers = {list(variant.teams.values())[t].agents for variant in resolved.variants}
        if team.shifts or team.outsourced is not None or team.staffing is not None or len(numbers) > 1:
            continue
        for c in np.flatnonzero(plan.parallel > 1):
            rows = (o.kind >= 0) & (o.channel == c) & (o.agent >= 0)
            for agent in np.flatnonzero(run.roster.agent_team == t):
                mine = np.flatnonzero(rows & (o.agent == agent))
                edges = sorted([(int(done[r]), -1) for r in mine] + [(int(start[r]), 1) for r in mine])
                count, part = 0, []
                for (ms, step), (after_ms, _) in pairwise([*edges, (end_of(run), 0)]):
                    count += step
                    if 0 < count < plan.parallel[c] and ms < after_ms:
                        part.append((ms, after_ms))
                free = np.array(part, dtype=np.int64).reshape(-1, 2)
                for row in np.flatnonzero((o.channel == c) & (until > o.queue_ms) & (queue >= 0)):
                    routing = plan.routing
                    for who, after in zip(
                        routing.queue_teams[queue[row]], routing.queue_after[queue[row]], strict=True
                    ):
                        low, high = o.queue_ms[row] + after, until[row]
                        if who == t and low < high:
                            assert not ((free[:, 0] < high) & (free[:, 1] > low)).any(), (int(row), int(agent))


def check_all(resolved: Resolved, run: Run) -> None:
    """Every check."""
    check_times(run)
    check_tickets(run)
    check_contacts(run)
    check_patience(run)
    check_agents(run)
    check_first_come(run)
    check_nobody_idle(run)
    check_slots_are_filled(resolved, run)
