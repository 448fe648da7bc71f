"""Cases: contacts, or tickets, that agree in everything about them that is yes or no. There are a few dozen of them.

What is true of a thing is looked up by its case, so that measures are worded once a case and not once a contact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine import outcomes as out

LEFT = (out.ABANDONED, out.UNREACHED)
TALKED = (out.RESOLVED, out.UNRESOLVED, out.TRANSFERRED)


@dataclass(frozen=True)
class ContactCases:
    """What is so in each of K cases of contacts; bool (K,) but for kind, result and contract."""

    kind: np.ndarray
    result: np.ndarray
    leg: np.ndarray  # follows a transfer
    session: np.ndarray  # a bot took it
    contained: np.ndarray  # ... and ended it
    queued: np.ndarray  # has a moment at which it was offered, closed or not
    gone: np.ndarray  # the customer has left
    offered: np.ndarray  # reached the agents' queue while the channel took contacts
    joined: np.ndarray  # answered at once or waited: offered, not blocked, did not balk
    answered: np.ndarray  # an agent started
    left: np.ndarray  # abandoned, or accepted a call back and did not pick up
    waiting: np.ndarray  # still waiting for an agent at the end
    waited: np.ndarray  # for longer than no time
    handled: np.ndarray  # an agent has finished it, wrap-up included
    patient: np.ndarray  # would leave at some time
    judged: np.ndarray  # counts for a service level
    timely: np.ndarray  # ... and had waited no longer than the target when it was answered or left
    contract: np.ndarray  # int (K,) the service level's variant
    counted: np.ndarray  # arrived after the warm-up

    @staticmethod
    def of(codes: np.ndarray) -> ContactCases:
        """The cases with these codes."""
        from sim.kpis import compiled_cases as bits

        def has(bit: int) -> np.ndarray:
            return np.asarray(codes >> bit & 1 == 1)

        kind, result = codes & 7, codes >> bits.RESULT & 15
        contained = (result == out.BOT_RESOLVED) | (result == out.BOT_UNRESOLVED)
        offered = has(bits.QUEUED) & ~contained & (result != out.CLOSED)
        answered = offered & has(bits.ANSWERED)
        return ContactCases(
            kind=kind,
            result=result,
            leg=kind == out.TRANSFER,
            session=has(bits.SESSION),
            contained=contained,
            queued=has(bits.QUEUED),
            gone=has(bits.LEFT),
            offered=offered,
            joined=offered & (result != out.BALKED) & (result != out.BLOCKED),
            answered=answered,
            left=np.isin(result, LEFT),
            waiting=offered & (result == out.WAITING) & ~has(bits.ANSWERED),
            waited=has(bits.WAITED),
            handled=answered & has(bits.DONE) & np.isin(result, TALKED),
            patient=has(bits.PATIENT),
            judged=has(bits.JUDGED),
            timely=has(bits.TIMELY),
            contract=codes >> bits.CONTRACT & 3,
            counted=has(bits.COUNTED),
        )


@dataclass(frozen=True)
class TicketCases:
    """What is so in each of K cases of tickets; bool (K,) but for state and fate."""

    state: np.ndarray
    fate: np.ndarray  # at self-service
    contacted: np.ndarray  # had a contact
    came_again: np.ndarray  # had two or more
    old: np.ndarray  # was answered, and the window of first-contact resolution has passed since the first contact
    alone: np.ndarray  # no second contact inside that window
    resolved_at_first: np.ndarray  # the first contact (legs included) met the need
    responded: np.ndarray  # by a bot or an agent
    counted: np.ndarray  # the need arose after the warm-up

    @staticmethod
    def of(codes: np.ndarray) -> TicketCases:
        """The cases with these codes."""
        from sim.kpis import compiled_cases as bits

        def has(bit: int) -> np.ndarray:
            return np.asarray(codes >> bit & 1 == 1)

        return TicketCases(
            state=codes & 7,
            fate=codes >> bits.FATE & 7,
            contacted=has(bits.CONTACTED),
            came_again=has(bits.AGAIN),
            old=has(bits.OLD),
            alone=has(bits.ALONE),
            resolved_at_first=has(bits.AT_FIRST),
            responded=has(bits.RESPONDED),
            counted=has(bits.NEEDED),
        )
