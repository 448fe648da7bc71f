"""Quality of the keyed draws: uniform, independent over purposes, streams, neighbours, seeds and replications."""

import numpy as np
import pytest
from scipy import stats

from sim.demand.keys import (
    Draws,
    hashed,
    keyed_state,
    mixed,
    name_key,
    replication_key,
    threshold,
    to_halves,
    to_uniform,
)

COUNT = 1 << 17
IDENTITIES = np.arange(COUNT, dtype=np.uint64)  # the worst names that could occur: neighbours differ in one bit
LEVEL = 1e-4  # each test fails by chance once in ten thousand seeds; seeds are fixed


def uniforms(seed: int = 0, replication: int = 0, purpose: str = "work", attempt: int = 0) -> np.ndarray:
    state = keyed_state(IDENTITIES, replication_key(seed, replication))
    return to_uniform(hashed(state, name_key(purpose), attempt))


def correlation_z(u: np.ndarray, v: np.ndarray) -> float:
    """Standard normal where u and v are independent uniforms."""
    return float(np.corrcoef(u, v)[0, 1] * np.sqrt(len(u)))


def joint_p(u: np.ndarray, v: np.ndarray, cells: int = 32) -> float:
    """Chi-square of the pairs over a grid: sees any dependence, not only correlation."""
    table = np.bincount((u * cells).astype(int) * cells + (v * cells).astype(int), minlength=cells * cells)
    return float(stats.chisquare(table).pvalue)


@pytest.mark.parametrize("seed", [0, 1, 2, 20270104, 2**63 - 1])
@pytest.mark.parametrize("purpose", ["work", "patience"])
def test_every_seed_gives_uniform_draws(seed, purpose):
    u = uniforms(seed, purpose=purpose)
    assert u.min() > 0
    assert u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > LEVEL
    assert stats.chisquare(np.bincount((u * 1024).astype(int), minlength=1024)).pvalue > LEVEL


@pytest.mark.parametrize("lag", [1, 2, 48, 4096])
def test_neighbouring_tickets_are_independent(lag):
    u = uniforms()
    assert abs(correlation_z(u[:-lag], u[lag:])) < 3.9
    assert joint_p(u[:-lag], u[lag:]) > LEVEL


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "patience"},
        {"purpose": "wrap"},
        {"attempt": 1},
        {"attempt": 2},
        {"seed": 1},
        {"seed": 2},
        {"replication": 1},
        {"seed": 1, "replication": 1},
    ],
)
def test_purposes_attempts_seeds_and_replications_are_independent(other):
    u, v = uniforms(), uniforms(**other)
    assert abs(correlation_z(u, v)) < 3.9
    assert joint_p(u, v) > LEVEL


def test_the_two_halves_of_a_hash_are_independent_and_uniform():
    high, low = to_halves(hashed(keyed_state(IDENTITIES, replication_key(0, 0)), name_key("result")))
    for half in (high, low):
        assert half.min() >= 0
        assert half.max() < 2**32
        assert stats.chisquare(np.bincount(half >> 22, minlength=1024)).pvalue > LEVEL
    assert joint_p(high / 2**32, low / 2**32) > LEVEL


def test_one_bit_of_a_name_turns_half_of_the_hash():
    """Avalanche: each of the 64 output bits flips with chance 1/2 for each of the 64 input bits."""
    names = mixed(np.arange(4096, dtype=np.uint64))
    key = replication_key(0, 0)
    plain = hashed(keyed_state(names, key), name_key("work"))
    flips = np.empty((64, 64))
    for bit in range(64):
        other = hashed(keyed_state(names ^ np.uint64(1 << bit), key), name_key("work"))
        bits = np.unpackbits((plain ^ other).view(np.uint8)).reshape(-1, 64)
        flips[bit] = bits.mean(axis=0)
    assert np.abs(flips - 0.5).max() < 5 * 0.5 / np.sqrt(len(names))


def test_every_bit_of_a_hash_is_fair():
    bits = np.unpackbits(hashed(keyed_state(IDENTITIES, replication_key(2, 7)), name_key("work")).view(np.uint8))
    means = bits.reshape(-1, 64).mean(axis=0)
    assert np.abs(means - 0.5).max() < 4.5 * 0.5 / np.sqrt(COUNT)


def test_mixing_loses_no_name():
    assert len(np.unique(mixed(IDENTITIES))) == COUNT
    assert len(np.unique(keyed_state(IDENTITIES, replication_key(0, 0)))) == COUNT


def test_pairs_of_seed_and_replication_do_not_collide():
    """Sum, product or concatenation of the two would: (0, 1) with (1, 0), (1, 11) with (11, 1)."""
    keys = {replication_key(seed, replication) for seed in range(60) for replication in range(60)}
    assert len(keys) == 3600
    assert len({first for first, _ in keys}) == 3600


def test_a_uniform_and_its_complement_are_exact():
    u = uniforms()
    assert ((1.0 - u) + u == 1.0).all()
    assert (u * 2.0**53 % 2 == 1).all()  # the odd multiples of 2**-53
    smallest = to_uniform(np.zeros(1, dtype=np.uint64))[0]
    largest = to_uniform(np.full(1, 2**64 - 1, dtype=np.uint64))[0]
    assert smallest == 2.0**-53
    assert largest == 1.0 - 2.0**-53


def test_draws_do_not_depend_on_who_else_is_there():
    state = keyed_state(IDENTITIES, replication_key(0, 0))
    some = np.array([5, 70_000, 12])
    for purpose in (name_key("work"), name_key("wrap")):
        np.testing.assert_array_equal(Draws(state[some]).uniform(purpose), Draws(state).uniform(purpose)[some])


def test_names_are_hashed_alike_everywhere():
    """Golden: a change here changes every result that was ever published."""
    assert name_key("work") == 0xF1079BB74FC68B89
    state = keyed_state(np.array([1], dtype=np.uint64), replication_key(0, 0))
    assert int(hashed(state, name_key("work"))[0]) == 0x950B0F15B2E10065
    assert name_key("a", "b") != name_key("ab")
    assert name_key("1") != name_key(1)


def test_thresholds_give_their_share():
    assert threshold(0.0) == 0
    assert threshold(1.0) == 2**32
    assert threshold(0.25) == 2**30
