"""Erlang-A over one half-hour at a time: what waiting a number of agents would bring, given who is there already.

M(t)/M/n(t)+M with constant rates inside a half-hour, stepped from the distribution in which the last half-hour ended
(Crank-Nicolson on the birth-death equations), for many numbers of agents at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SLOT_S = 1800.0
STEP_S = 30.0
ROOM = 45  # waiting customers that are told apart beyond the largest number of agents


@dataclass(frozen=True)
class SlotForecast:
    """Expectations over one half-hour; the first axis is the number of agents tried, then any others."""

    abandoned: np.ndarray
    """Customers who leave the queue."""
    waited_s: np.ndarray
    """Seconds waited by all together."""
    delayed: np.ndarray
    """Share of arrivals who find nobody free."""
    state: np.ndarray
    """Distribution of customers present at the end (last axis)."""


def forecast(
    agents: np.ndarray, arrivals: np.ndarray, service_s: np.ndarray, patience_s: np.ndarray, state: np.ndarray
) -> SlotForecast:
    """One half-hour with each of `agents` (C,), for each of D starting states (D, K).

    `arrivals` (D,) are expected, with a mean service of `service_s` (D,) and a mean patience of `patience_s` (D,).

    Arrays of the result are (C, D) and (C, D, K). Patience is exponential.
    """
    size = state.shape[-1]
    k = np.arange(size)
    busy = np.minimum(k[None, :], agents[:, None])
    waiting = np.maximum(k[None, :] - agents[:, None], 0)
    down = busy[:, None] / service_s[None, :, None] + waiting[:, None] / patience_s[None, :, None]  # (C, D, K)
    up = np.where(k < size - 1, 1.0, 0.0)[None, :] * (arrivals / SLOT_S)[:, None]  # (D, K)
    generator = np.zeros((len(agents), len(arrivals), size, size))
    generator[..., k[1:], k[:-1]] = up[None, :, :-1]
    generator[..., k[:-1], k[1:]] = down[..., 1:]
    generator[..., k, k] = -(up[None] + down)
    half = generator * (STEP_S / 2)
    eye = np.eye(size)
    step = np.linalg.solve(eye - half, eye + half)
    p = np.broadcast_to(state, (len(agents), *state.shape))[..., None]
    total = np.zeros_like(p)
    steps = round(SLOT_S / STEP_S)
    for _ in range(steps):
        following = step @ p
        total += (p + following) / 2
        p = following
    mean = total[..., 0] / steps
    in_queue = np.einsum("cdk,ck->cd", mean, waiting.astype(float))
    delayed = np.einsum("cdk,ck->cd", mean, (k[None, :] >= agents[:, None]).astype(float))
    waited = in_queue * SLOT_S
    return SlotForecast(waited / patience_s[None, :], waited, delayed, p[..., 0])


def empty(days: int, most_agents: int) -> np.ndarray:
    """States (days, K) with nobody there."""
    state = np.zeros((days, most_agents + ROOM + 1))
    state[:, 0] = 1.0
    return state
