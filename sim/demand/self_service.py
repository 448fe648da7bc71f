"""Self-service tried before any contact: resolved, falsely resolved, or visibly failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.distributions import LawTable, whole_ms
from sim.demand.keys import Draws
from sim.demand.tables import SelfTable, Tables
from sim.demand.tape import SELF_FAILED, SELF_FALSE_BACK, SELF_FALSE_GONE, SELF_NONE, SELF_RESOLVED

REACH, TAKES, BACK, AFTER = 1, 2, 3, 4  # added to a self-service's key: halves (reach, fate), uniform, halves, uniform


@dataclass(frozen=True)
class SelfHelp:
    """What self-service did for each ticket; n long."""

    tried: np.ndarray  # int32, -1 none
    fate: np.ndarray  # int8 SELF_*
    end_ms: np.ndarray  # int64 end of the session, -1 where none was tried
    first_ms: np.ndarray  # int64, -1 where there is no contact
    channel: np.ndarray  # int64 of the first contact
    patience_left: np.ndarray | None  # float64 factor on the first contact's patience, None where all are 1


def try_self_service(
    tables: Tables, draws: Draws, need_ms: np.ndarray, world: np.ndarray, preferred: np.ndarray
) -> SelfHelp:
    """Let every ticket try the first self-service that reaches it."""
    count = len(need_ms)
    tried = np.full(count, -1, dtype=np.int32)
    fate = np.full(count, SELF_NONE, dtype=np.int8)
    end_ms = np.full(count, -1, dtype=np.int64)
    if not tables.self_services:
        return SelfHelp(tried, fate, end_ms, need_ms, preferred, None)
    group = world * len(tables.index.channels) + preferred
    first_ms, channel, patience_left = need_ms.copy(), preferred.copy(), np.ones(count)
    for number, offer in enumerate(tables.self_services):
        reach, chance = draws.halves(offer.key + REACH)
        here = np.flatnonzero((tried < 0) & (reach < offer.reach[group]))
        tried[here] = number
        _use(offer, draws, here, group[here], chance[here], fate, end_ms, first_ms, channel, patience_left)
    return SelfHelp(tried, fate, end_ms, first_ms, channel, patience_left)


def _use(
    offer: SelfTable,
    draws: Draws,
    here: np.ndarray,
    group: np.ndarray,
    chance: np.ndarray,
    fate: np.ndarray,
    end_ms: np.ndarray,
    first_ms: np.ndarray,
    channel: np.ndarray,
    patience_left: np.ndarray,
) -> None:
    """Tries of one self-service by the tickets ``here``; changes the columns in place."""
    resolved = chance < offer.resolved[group]
    false = ~resolved & (chance < offer.left[group])
    whether, where = draws.halves(offer.key + BACK)
    target = offer.comes_back.pick((whether[here], where[here]), group)
    back = false & (target != -1)
    failed = ~resolved & ~false
    fate[here] = np.select(
        [resolved, back, false], [SELF_RESOLVED, SELF_FALSE_BACK, SELF_FALSE_GONE], SELF_FAILED
    ).astype(np.int8)

    def delay(laws: LawTable, purpose: int) -> np.ndarray:
        u = draws.uniform(offer.key + purpose)[here] if laws.random else None
        return whole_ms(laws.draw(u, group))

    end_ms[here] = first_ms[here] + delay(offer.takes, TAKES)
    contact = end_ms[here]
    contact[back] += delay(offer.after, AFTER)[back]
    first_ms[here] = np.where(failed | back, contact, -1)
    channel[here] = np.where(back & (target >= 0), target, channel[here])
    patience_left[here] = np.where(failed, offer.patience[group], 1.0)
