"""What happened to each contact and ticket, in one pass each: a code of all that is yes or no, and its figures.

Few codes occur, so they are numbered: things with the same number are one *case*. `cases` names what a code says.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.demand.tape import BOT_ANY, COLD, NEVER
from sim.engine import outcomes as out
from sim.machine_code import CACHE

# mypy: disable-error-code="no-untyped-def"

# bits of a contact's code: kind in the lowest three, result in the next four
RESULT, SESSION, QUEUED, ANSWERED, LEFT, DONE, WAITED, PATIENT, JUDGED, TIMELY, CONTRACT, COUNTED = (
    *(3, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    *(16, 18),
)
CONTACT_BITS = 19
# bits of a ticket's code: state in the lowest three, fate at self-service in the next three
FATE, CONTACTED, AGAIN, OLD, ALONE, AT_FIRST, RESPONDED, NEEDED = 3, 6, 7, 8, 9, 10, 11, 12
TICKET_BITS = 13


@njit(cache=CACHE)
def contact_cases(
    row, per_line, ticket_of, regime, reason_of, reasons, outcomes, drawn, target, contract, end, cut, warm_up
):
    """(case (n,), code of each case, ticket (n,), place (n,) = channel x reasons + reason, figures (5, n)).

    Figures are wait, handle time, work, patience (0 without end) and the customer's time on the channel, in ms.
    ``outcomes`` and ``drawn`` are columns of outcomes and tape, the latter flattened; ``per_line`` is the length of a
    line of theirs, 0 where there is one line only. ``target`` and ``contract`` are by regime and channel.
    """
    kinds, channels, results, arrives, queues, answers, leaves, dones, handles = outcomes
    work, wrap, patience, bot, bot_ms, flags = drawn
    n = len(row)
    case, ticket, place = np.empty(n, dtype=np.int16), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int32)
    figures = np.empty((5, n), dtype=np.int64)
    number = np.full(1 << CONTACT_BITS, -1, dtype=np.int16)
    codes, cases = np.empty(1 << CONTACT_BITS, dtype=np.int32), 0
    for i in range(n):
        r = row[i]
        channel, result, t = np.int64(channels[r]), np.int64(results[r]) & 15, ticket_of[r]
        arrive, queue, answer, leave = arrives[r], queues[r], answers[r], leaves[r]
        draw, reason = channel * per_line + r, np.int64(reason_of[t])
        bot_ended = result == out.BOT_RESOLVED or result == out.BOT_UNRESOLVED
        offered = queue >= 0 and not bot_ended and result != out.CLOSED
        code = np.int64(kinds[r]) & 7 | result << RESULT
        # a bot does not take a contact where it is closed with its channel: the contact is then offered on arrival,
        # before a session could have ended
        if bot[draw] >= 0 and flags[draw] & BOT_ANY:
            length = bot_ms[draw]
            at_once = queue >= 0 and queue - arrive < length
            code |= (not at_once and (length > 0 or result != out.CLOSED)) << SESSION
        wait = 0
        if offered:
            wait = (answer if answer >= 0 else leave if leave >= 0 else end) - queue
            if result == out.UNREACHED:  # the attempt to call back is not the customer's wait
                wait -= handles[r]
            wait = max(wait, 0)
            within = target[regime[t], channel]
            if kinds[r] != out.TRANSFER and within >= 0 and (not cut or queue + within <= end):
                code |= 1 << JUDGED | (wait <= within) << TIMELY | contract[regime[t], channel] << CONTRACT
        code |= (queue >= 0) << QUEUED | (answer >= 0) << ANSWERED | (leave >= 0) << LEFT | (dones[r] >= 0) << DONE
        code |= (wait > 0) << WAITED | (patience[draw] < NEVER) << PATIENT | (arrive >= warm_up) << COUNTED
        if number[code] < 0:
            number[code], codes[cases] = cases, code
            cases += 1
        case[i], ticket[i], place[i] = number[code], t, channel * reasons + reason
        figures[0, i], figures[1, i] = wait, handles[r]
        figures[2, i] = work[draw] + wrap[draw]
        figures[3, i] = patience[draw] if patience[draw] < NEVER else 0
        # the customer's time with people starts where the bot's session ended
        figures[4, i] = 0 if bot_ended or queue < 0 else (leave if leave >= 0 else end) - queue
    return case, codes[:cases].copy(), ticket, place, figures


@njit(cache=CACHE)
def ticket_counts(tickets, row, per_line, ticket, case, place, of_case, wait, arrive, queue, drawn, regime, rules):
    """What the contacts of each ticket come to: (counts (N, 4) int32, moments (N, 2), flags (N, 2), worst (N,)).

    Counts are contacts, legs, contacts answered by whomever, stories repeated; moments the arrivals of first and
    second contact (-1 none); flags whether the first contact (legs included) met the need, and whether a bot was tried
    in vain; worst the longest wait beyond its target as a multiple of it, 0 in time.
    """
    leg, helped, met, answered, session, contained, failed = of_case
    bot_ms, flags_drawn = drawn
    cold_leg, target = rules
    reasons = cold_leg.shape[1]
    counts = np.zeros((tickets, 4), dtype=np.int32)  # all of a ticket close together in memory
    moments = np.full((tickets, 2), -1, dtype=np.int64)
    flags, worst = np.zeros((tickets, 2), dtype=np.bool_), np.zeros(tickets)
    for i in range(len(row)):
        t, c, r, k = ticket[i], case[i], row[i], place[i]
        at, cold = arrive[i], False
        if leg[c]:
            counts[t, 1] += 1
            cold = answered[c] and cold_leg[regime[t], k % reasons]
        else:
            counts[t, 0] += 1
            counts[t, 2] += helped[c]
            if moments[t, 0] < 0:
                moments[t, 0] = at
            elif at < moments[t, 0]:
                moments[t, 0], moments[t, 1] = at, moments[t, 0]
            elif moments[t, 1] < 0 or at < moments[t, 1]:
                moments[t, 1] = at
        if session[c]:
            draw = (k // reasons) * per_line + r
            cold |= answered[c] and flags_drawn[draw] & COLD != 0
            flags[t, 1] |= not contained[c] and bot_ms[draw] > 0 and queue[i] >= 0
        flags[t, 1] |= failed[c]
        counts[t, 3] += cold
        if wait[i] > 0:
            within = target[regime[t], k // reasons]
            if wait[i] > within:  # not where there is none
                worst[t] = max(worst[t], wait[i] / max(within, 1.0))
    for i in range(len(row)):
        if met[case[i]]:  # legs of the first contact come before the second contact arrives
            t = ticket[i]
            flags[t, 0] |= row[i] < tickets or moments[t, 1] < 0 or arrive[i] < moments[t, 1]
    return counts, moments, flags, worst


@njit(cache=CACHE)
def ticket_cases(state, fate, need, response, ended, counts, moments, at_first, window, end, warm_up, figures):
    """(case (N,), code of each case); fills figures (7, N) but for opening hours: contacts, response since the need,
    since the first contact, resolution likewise."""
    tickets = len(state)
    case = np.empty(tickets, dtype=np.int16)
    number = np.full(1 << TICKET_BITS, -1, dtype=np.int16)
    codes, cases = np.empty(1 << TICKET_BITS, dtype=np.int32), 0
    for i in range(tickets):
        first, second = moments[i, 0], moments[i, 1]
        code = np.int64(state[i]) & 7 | (np.int64(fate[i]) & 7) << FATE
        code |= (first >= 0) << CONTACTED | (counts[i, 0] > 1) << AGAIN
        code |= (counts[i, 2] > 0 and first + window <= end) << OLD
        code |= (second < 0 or second - first > window) << ALONE
        code |= np.int64(at_first[i]) << AT_FIRST | (response[i] >= 0) << RESPONDED | (need[i] >= warm_up) << NEEDED
        if number[code] < 0:
            number[code], codes[cases] = cases, code
            cases += 1
        case[i] = number[code]
        figures[0, i] = counts[i, 0]
        figures[1, i], figures[2, i] = response[i] - need[i], response[i] - first
        figures[3, i], figures[4, i] = ended[i] - need[i], ended[i] - first
    return case, codes[:cases].copy()
