"""Broken scenario files are refused in words; the whole measure is `python -m tests.robust.fuzz 100000`."""

import pytest

from tests.robust.fuzz import check_many
from tests.robust.mutate import mutant


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_no_broken_file_gives_a_traceback_or_a_problem_without_its_place(block):
    numbers = range(1_000_000 + 200 * block, 1_000_000 + 200 * (block + 1))
    found = check_many(1, numbers)
    assert found.failures == []
    assert found.good > 10
    assert found.bad > 80
    assert found.simulated > 5


def test_the_nth_file_is_always_the_same():
    assert mutant(1, 77) == mutant(1, 77)
    assert mutant(1, 77) != mutant(2, 77)
