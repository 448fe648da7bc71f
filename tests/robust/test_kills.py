"""A few kills of a sweep in each run of the tests; `python -m tests.robust.kills 200` does it at length."""

import sys

import pytest

from tests.robust.kills import shown_by


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks for workers under /proc")
def test_a_sweep_that_is_killed_again_and_again_ends_in_the_bytes_of_one_that_was_not(tmp_path):
    said = shown_by(kills=6, points=8, hours=150, jobs=2, seed=3, place=tmp_path, latest=1.0)
    assert "same bytes as undisturbed, no unit computed twice" in said
