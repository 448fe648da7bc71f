"""Regret by hand: three plans, four draws."""

from __future__ import annotations

import numpy as np
import pytest

from optimize.plan.robust import judged

VALUES = {
    "today": [[0, 0], [0, 0]],
    "steady": [[10, 10], [10, 12]],
    "bold": [[40, 30], [-20, -15]],
}


def values(copies: int = 1) -> dict[str, np.ndarray]:
    """float64 (2 cubes, 2 draws, tapes)."""
    return {name: np.repeat(np.array(each, dtype=float)[:, :, None], copies, axis=2) for name, each in VALUES.items()}


def test_regret_worked_by_hand() -> None:
    found = judged(values(2), "mean", 0.95, ["a", "b"])
    # best in each draw: 40, 30, 10, 12; steady misses 30, 20, 0, 0, bold 0, 0, 30, 27
    assert found.row("steady").mean_regret == pytest.approx(12.5)
    assert found.row("steady").max_regret == pytest.approx(30.0)
    assert found.row("bold").mean_regret == pytest.approx(14.25)
    assert found.row("today").mean_regret == pytest.approx(23.0)
    assert (found.row("bold").below_zero, found.row("bold").best_in) == (0.5, 0.5)
    assert (found.draws, found.tapes) == (4, 2)


def test_best_on_average_and_at_the_tenth_percentile() -> None:
    by_mean = judged(values(), "mean", 0.95, [])
    assert by_mean.best_by("mean") == "steady"  # 10.5 against 8.75
    assert by_mean.best_by("p10") == "steady"
    assert [row.name for row in by_mean.ranked()] == ["steady", "bold", "today"]
    assert by_mean.chosen == "steady"


def test_the_two_risks_can_part() -> None:
    found = {**values(), "bold": np.array([[[60.0], [50.0]], [[-20.0], [-15.0]]])}
    assert judged(found, "mean", 0.95, []).chosen == "bold"  # 18.75 on average
    assert judged(found, "p10", 0.95, []).chosen == "steady"
    assert judged(found, "p10", 0.95, []).row("bold").p10.value == -20.0
