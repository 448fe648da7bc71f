"""Conservation (docs/semantics.md 5.7): the good day passes, and each breakage is refused in words."""

from dataclasses import replace

import numpy as np
import pytest

from sim.engine import outcomes as out
from sim.kpis import ConservationError, check_conservation, littles_law


def changed(day, name: str, index: int, value: int):
    column = getattr(day.outcomes, name).copy()
    column[index] = value
    return replace(day.outcomes, **{name: column})


def test_the_good_day_passes(day):
    check_conservation(day.resolved, day.tape, day.outcomes)


BREAKAGES = [
    ("state", 0, 9, "no known state"),
    ("state", 4, out.OPEN, "open with an end"),
    ("end_ms", 0, -1, "open with an end, or ended without one"),
    ("end_ms", 0, 1, "before the need arose"),
    ("state", 0, out.BY_SELF_SERVICE, "by no self-service"),
    ("state", 4, out.BY_AGENT, "by an agent without such a contact"),
    ("state", 0, out.BY_BOT, "by a bot without such a contact"),
    ("state", 17, out.LOST, "open with an end"),
    ("result", 0, 77, "without a known result"),
    ("result", 17, out.ABANDONED, "never left"),
    ("result", 0, out.WAITING, "count as waiting"),
    ("answer_ms", 1, 10**9, "before answer_ms"),
    ("queue_ms", 0, 5, "queue_ms before arrive_ms"),
    ("arrive_ms", 0, -1, "never arrived"),
    ("kind", 1, -1, "came before the ticket's earlier one"),
    ("kind", 25, out.FIRST, "not the ticket's first row"),
    ("kind", 20, out.FIRST, "never arrived"),
    ("kind", 25, out.TRANSFER, "legs after"),
    ("handle_ms", 0, 1, "busy time on phone is not the handle time"),
    ("busy_until_ms", 0, 10**7, "busy twice at once"),
    ("busy_until_ms", 0, 0, "without length"),
    ("duty_until_ms", 2, 61 * 60_000, "busy for longer than on duty"),
    ("duty_agent", 1, 0, "on duty twice"),
]


@pytest.mark.parametrize(("name", "index", "value", "words"), BREAKAGES)
def test_each_breakage_is_refused_in_words(day, name, index, value, words):
    with pytest.raises(ConservationError, match=words):
        check_conservation(day.resolved, day.tape, changed(day, name, index, value))


def test_a_lost_ticket_is_missed(day):
    short = replace(day.outcomes, state=day.outcomes.state[:-1], end_ms=day.outcomes.end_ms[:-1])
    with pytest.raises(ConservationError, match="25 needs, but 24 tickets"):
        check_conservation(day.resolved, day.tape, short)


def test_littles_law_by_hand(day):
    found = {little.channel: little for little in littles_law(day.resolved, day.tape, day.outcomes)}
    # phone: 13 joined in 10 hours (12 contacts and the leg) and waited 22 + 2 min
    assert found["phone"].length == pytest.approx(24 / 600)
    assert found["phone"].rate_per_h == pytest.approx(1.3)
    assert found["phone"].wait_h == pytest.approx(24 / 13 / 60)
    assert found["email"].length == pytest.approx((210 + 63 + 200 + 10 + 15) / 600)
    assert max(abs(little.gap) for little in found.values()) < 1e-12


def test_littles_law_holds_for_any_waits(day):
    answers = day.outcomes.answer_ms + np.where(day.outcomes.answer_ms >= 0, 60_000, 0)
    late = littles_law(day.resolved, day.tape, replace(day.outcomes, answer_ms=answers))
    assert max(abs(little.gap) for little in late) < 1e-12
    assert late[0].length > 24 / 600
