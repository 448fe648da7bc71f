"""When a promise holds: by hand, and as a rule with its own error."""

from __future__ import annotations

import numpy as np
import pytest

from optimize.plan.promise import Channel, Promise, may_hold


def promise(met: list[bool], asked: float | None = 0.8, month: int = 0) -> Promise:
    """Of 100 contacts, 90 in time where it is met and 70 where not; 80 % are promised."""
    return Promise("phone", month, 0.8, asked, np.where(met, 90.0, 70.0), np.full(len(met), 100.0))


def test_a_month_holds_in_the_share_of_replications_that_is_promised() -> None:
    assert promise([True] * 8 + [False] * 2).holds
    assert not promise([True] * 7 + [False] * 3).holds


def test_a_mean_holds_where_all_contacts_together_reach_the_target() -> None:
    assert promise([True, False], asked=None).holds  # 160 of 200
    assert not promise([True, False, False], asked=None).holds  # 230 of 300


def test_without_contacts_a_promise_is_kept() -> None:
    nobody = Promise("phone", 0, 0.8, 0.8, np.zeros(4), np.zeros(4))
    assert nobody.holds
    assert nobody.level().value is None


def test_wilson_interval_decides_what_is_refuted() -> None:
    # 13 of 20: Wilson (1927) at 95 % ends at 0.8188, so that 80 % is not refuted and 85 % is.
    share = promise([True] * 13 + [False] * 7).share()
    assert share.high == pytest.approx(0.8188, abs=5e-4)
    assert not promise([True] * 13 + [False] * 7, asked=0.80).refuted(0.95)
    assert promise([True] * 13 + [False] * 7, asked=0.85).refuted(0.95)


def test_a_channel_is_kept_over_all_its_months_and_no_month_may_be_refuted() -> None:
    sure, shaky = [True] * 20, [True] * 14 + [False] * 6
    months = (*(promise(sure, month=m) for m in range(3)), promise(shaky, month=3))
    assert Channel(months, 0.95).holds  # 74 of 80, and 14 of 20 can be chance
    bad = (*(promise(sure, month=m) for m in range(3)), promise([True] * 8 + [False] * 12, month=3))
    found = Channel(bad, 0.95)
    assert found.share.value == pytest.approx(68 / 80)
    assert [each.month for each in found.refuted] == [3]
    assert not found.holds
    assert found.worst.month == 3


def test_a_promise_is_given_up_when_no_replication_to_come_could_save_it() -> None:
    """Two of five may not fail where 80 % is promised; one may. A mean may be turned round by any replication."""
    assert not may_hold(Channel((promise([False, False]),), 0.95), 5)
    assert may_hold(Channel((promise([True, False]),), 0.95), 5)
    assert not may_hold(Channel((promise([True, False]),), 0.95), 2)
    assert may_hold(Channel((promise([False, False], asked=None),), 0.95), 5)


@pytest.mark.parametrize("met", [[True, False, False], [True, True, True], [False, True, True]])
def test_what_holds_in_the_end_was_never_given_up(met: list[bool]) -> None:
    whole = Channel((promise([*met, True, True, True, True]),), 0.95)
    if whole.holds:
        assert all(may_hold(Channel((promise(met[:seen]),), 0.95), 7) for seen in (1, 2, 3))


@pytest.mark.slow
def test_the_rule_seldom_fails_a_plan_that_keeps_its_promise() -> None:
    """Nine months that keep it with a chance of 90 % where 80 % is promised: failed in at most 5 % of trials or so."""
    generator = np.random.default_rng(5)
    failed = 0
    for _ in range(400):
        months = tuple(promise(list(generator.random(20) < 0.9), month=m) for m in range(9))
        failed += not Channel(months, 0.95).holds
    assert failed <= 0.05 * 400
