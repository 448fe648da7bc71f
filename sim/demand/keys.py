"""Keyed draws: every random number is a hash of what it is for, never of the order in which it is asked for.

A draw is named by (seed, replication), the ticket's identity, the attempt and the purpose. A ticket's identity is
hashed from names alone (stream, half-hour, place in the half-hour): it holds neither seed nor staffing, so the same
need is the same need in every scenario that has it. The mixer is the finalizer of SplitMix64 (Steele, Lea and Flood,
OOPSLA 2014; constants "Mix13" by Stafford); a draw passes it three times. `docs/randomness.md` lists the names, and
`tests/demand/test_keys.py` tests the quality.
"""

from __future__ import annotations

import hashlib

import numpy as np

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15  # odd: 2**64 over the golden ratio
ATTEMPT = 0xD1342543DE82EF95  # odd multiplier from Steele and Vigna (2021)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S32, _S11 = (np.uint64(s) for s in (30, 27, 31, 32, 11))
_LOW_32 = np.uint64(2**32 - 1)
_ONE = np.uint64(1)
_BLOCK = 1 << 14  # elements mixed at a time, so that temporaries stay in the cache


def name_key(*parts: str | int) -> int:
    """A 64-bit hash of a name, the same on every machine and in every version of Python."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def replication_key(seed: int, replication: int) -> tuple[int, int]:
    """Two 64-bit words from (seed, replication): 128 bits, so that pairs do not collide in practice."""
    digest = hashlib.blake2b(f"{int(seed)}/{int(replication)}".encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def mixed(values: np.ndarray, add: int = 0, then_xor: int = 0) -> np.ndarray:
    """Mix ``values + add``, then xor ``then_xor``: uint64 of the same shape, a bijection of the values."""
    out = np.empty(len(values), dtype=np.uint64)
    scratch = np.empty(min(_BLOCK, len(values)), dtype=np.uint64)
    plus, flip = np.uint64(add & MASK), np.uint64(then_xor & MASK)
    for low in range(0, len(values), _BLOCK):
        x = out[low : low + _BLOCK]
        t = scratch[: len(x)]
        np.add(values[low : low + _BLOCK], plus, out=x)
        np.right_shift(x, _S30, out=t)
        np.bitwise_xor(x, t, out=x)
        np.multiply(x, _MIX_1, out=x)
        np.right_shift(x, _S27, out=t)
        np.bitwise_xor(x, t, out=x)
        np.multiply(x, _MIX_2, out=x)
        np.right_shift(x, _S31, out=t)
        np.bitwise_xor(x, t, out=x)
        if then_xor:
            np.bitwise_xor(x, flip, out=x)
    return out


def keyed_state(identity: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """uint64 state of each identity under a replication's key; all draws start from it."""
    return mixed(mixed(identity, add=key[0], then_xor=key[1]))


def hashed(state: np.ndarray, purpose: int, attempt: int = 0) -> np.ndarray:
    """uint64 hash of each state for one purpose (a `name_key`) and attempt."""
    return mixed(state, add=purpose + attempt * ATTEMPT)


def to_uniform(hashes: np.ndarray) -> np.ndarray:
    """float64 in the open interval (0, 1): the odd multiples of 2**-53, so that 1 - u is exact.

    Overwrites its input.
    """
    np.right_shift(hashes, _S11, out=hashes)
    np.bitwise_or(hashes, _ONE, out=hashes)
    u = hashes.view(np.int64).astype(np.float64)
    u *= 2.0**-53
    return u


def to_halves(hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two independent int64 integer uniforms in [0, 2**32): the high and the low half. Overwrites its input."""
    low = np.bitwise_and(hashes, _LOW_32).view(np.int64)
    np.right_shift(hashes, _S32, out=hashes)
    return hashes.view(np.int64), low


class Draws:
    """The draws of some tickets for one attempt; each purpose is hashed once, when it is first asked for."""

    def __init__(self, state: np.ndarray, attempt: int = 0) -> None:
        self._state = state
        self._attempt = attempt
        self._uniforms: dict[int, np.ndarray] = {}
        self._halves: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self._state)

    def of(self, tickets: np.ndarray) -> Draws:
        """The same draws for some of the tickets."""
        return Draws(self._state[tickets], self._attempt)

    def uniform(self, purpose: int) -> np.ndarray:
        """float64 (n,) in (0, 1)."""
        if purpose not in self._uniforms:
            self._uniforms[purpose] = to_uniform(hashed(self._state, purpose, self._attempt))
        return self._uniforms[purpose]

    def halves(self, purpose: int) -> tuple[np.ndarray, np.ndarray]:
        """Two int64 (n,) in [0, 2**32)."""
        if purpose not in self._halves:
            self._halves[purpose] = to_halves(hashed(self._state, purpose, self._attempt))
        return self._halves[purpose]


def threshold(share: float) -> int:
    """The integer t for which ``u < t`` holds with probability ``share``, u uniform in [0, 2**32)."""
    return round(share * 2.0**32)
