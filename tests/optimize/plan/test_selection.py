"""KN on known normal means: the guarantee holds over many seeded trials, and the words about it are true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from optimize.plan.selection import Selection, constant, select

Draw = Callable[[Sequence[str], int, int], Mapping[str, np.ndarray]]


def centre(
    means: Sequence[float], sd: float, correlation: float, seed: int, most: int = 2000
) -> tuple[list[str], Draw]:
    """Proposals whose values share a part on every tape, as common random numbers make them."""
    generator = np.random.default_rng(seed)
    shared = generator.normal(size=most)
    own = generator.normal(size=(len(means), most))
    values = np.array(means)[:, None] + sd * (sqrt(correlation) * shared + sqrt(1 - correlation) * own)
    names = [f"p{place}" for place in range(len(means))]

    def sample(wanted: Sequence[str], first: int, count: int) -> dict[str, np.ndarray]:
        return {name: values[names.index(name), first : first + count] for name in wanted}

    return names, sample


def test_constant_worked_by_hand() -> None:
    # Two proposals, alpha 0.05, three replications: (2 x 0.05 / 1) ** (-2 / 2) = 10, eta 4.5, h2 = 2 x 4.5 x 2.
    assert constant(3, 2, 0.05) == pytest.approx(18.0)


def test_a_clear_winner_needs_the_first_stage_only() -> None:
    names, sample = centre([0.0, 100.0, 0.0], sd=1.0, correlation=0.9, seed=1)
    found = select(sample, names, indifference=5.0)
    assert found.best == "p1"
    assert found.replications == 3 * 5
    assert {(out.name, out.by) for out in found.out} == {("p0", "p1"), ("p2", "p1")}
    assert found.complete
    assert found.runner_up in ("p0", "p2")
    lead = found.lead("p0")
    assert lead.low is not None
    assert lead.low > 90


def test_one_proposal_is_selected_without_a_contest() -> None:
    names, sample = centre([3.0], sd=1.0, correlation=0.5, seed=1)
    found = select(sample, names, indifference=1.0)
    assert (found.best, found.runner_up, found.out) == ("p0", None, ())


def test_equal_values_end_at_once_and_the_first_is_taken() -> None:
    same = np.arange(50.0)
    found = select(lambda names, first, count: dict.fromkeys(names, same[first : first + count]), ["a", "b"], 1.0)
    assert found.best == "a"
    assert found.replications == 10
    assert found.lead("b").value == 0.0


def test_more_replications_are_asked_for_as_blocks_of_those_still_in() -> None:
    asked: list[tuple[tuple[str, ...], int, int]] = []
    names, sample = centre([0.0, 0.5, -60.0], sd=10.0, correlation=0.5, seed=3)

    def recorded(wanted: Sequence[str], first: int, count: int) -> Mapping[str, np.ndarray]:
        asked.append((tuple(wanted), first, count))
        return sample(wanted, first, count)

    select(recorded, names, indifference=4.0, most=400, step=3)
    assert asked[0] == (("p0", "p1", "p2"), 0, 5)
    assert asked[1] == (("p0", "p1"), 5, 3)
    assert [first for _, first, _ in asked[1:4]] == [5, 8, 11]


def test_where_replications_run_out_the_zone_is_wider_and_said() -> None:
    names, sample = centre([0.0, 0.0, 0.0], sd=50.0, correlation=0.2, seed=5)
    found = select(sample, names, indifference=1.0, most=9)
    assert not found.complete
    assert found.guaranteed > 10.0
    assert max(len(values) for values in found.values.values()) == 9


def test_bad_wishes() -> None:
    names, sample = centre([0.0, 1.0], sd=1.0, correlation=0.5, seed=1)
    with pytest.raises(ValueError, match="indifference"):
        select(sample, names, indifference=0.0)
    with pytest.raises(ValueError, match="two replications"):
        select(sample, names, indifference=1.0, first=1)


def share_correct(make: Callable[[int], Selection], best: str, trials: int) -> int:
    return sum(make(seed).best == best for seed in range(trials))


def at_least(trials: int, chance: float) -> int:
    """Fewest successes that chance alone would go below with probability 1 in 5000."""
    normal = NormalDist(trials * chance, sqrt(trials * chance * (1 - chance)))
    return int(normal.inv_cdf(0.0002))


@pytest.mark.slow
@pytest.mark.parametrize(("correlation", "count"), [(0.0, 5), (0.9, 5), (0.9, 2)])
def test_the_best_is_selected_as_often_as_promised(correlation: float, count: int) -> None:
    """The hardest case: all others exactly one indifference zone below the best."""
    delta, alpha, trials = 5.0, 0.10, 300

    def trial(seed: int) -> Selection:
        names, sample = centre([*([0.0] * (count - 1)), delta], sd=10.0, correlation=correlation, seed=seed)
        return select(sample, names, delta, alpha, first=6, most=2000, step=2)

    assert share_correct(trial, f"p{count - 1}", trials) >= at_least(trials, 1 - alpha)


@pytest.mark.slow
def test_the_wider_zone_of_a_cut_short_search_holds_as_often() -> None:
    """Where replications run out: wrong by more than the zone that is reported at most in a share alpha of trials."""
    alpha, trials, means = 0.10, 300, [0.0, 4.0, 8.0, 12.0]
    wrong = 0
    for seed in range(trials):
        names, sample = centre(means, sd=20.0, correlation=0.7, seed=seed)
        found = select(sample, names, indifference=1.0, alpha=alpha, first=6, most=14)
        assert not found.complete
        wrong += max(means) - means[names.index(found.best)] >= found.guaranteed
    assert trials - wrong >= at_least(trials, 1 - alpha)


@pytest.mark.slow
def test_common_numbers_need_fewer_replications() -> None:
    means, sd, used = [0.0, 2.0, 4.0, 10.0], 30.0, {}
    for correlation in (0.0, 0.9):
        used[correlation] = 0
        for seed in range(40):
            names, sample = centre(means, sd, correlation, seed)
            used[correlation] += select(sample, names, indifference=5.0, first=6, most=2000).replications
    assert used[0.9] < used[0.0] / 3
