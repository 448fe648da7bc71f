"""Problems solved side by side: the same answers in the same order, and words where there is none."""

from __future__ import annotations

from functools import partial

import pytest

from optimize.plan.outcome import Infeasible, NothingFound, Unbounded
from optimize.plan.several import several


def half(number: int) -> int:
    if number < 0:
        raise Infeasible(words=f"{number} has no half")
    if number == 13:
        raise NothingFound(2.0, None)
    if number > 100:
        raise Unbounded("too much of it")
    return number // 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_stand_in_the_order_of_the_tasks(jobs: int) -> None:
    found = several([partial(half, number) for number in (8, -1, 4, 13)], jobs)
    assert found[0] == 4
    assert found[1] == "-1 has no half"
    assert found[2] == 2
    assert "no plan found in 2 s" in str(found[3])


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_wrong_with_the_question_is_raised(jobs: int) -> None:
    with pytest.raises(Unbounded, match="too much of it"):
        several([partial(half, number) for number in (8, 101)], jobs)
