"""What the money side reads: the small day, worked by hand (minutes)."""

import numpy as np
import pytest

from sim.kpis import usage
from tests.kpis.conftest import DOCUMENT, small_day

MINUTE = 60_000


@pytest.fixture(scope="module")
def used(day):
    """Usage of the small day."""
    return usage(day.resolved, day.tape, day.roster, day.outcomes)


def test_people(used):
    assert used.paid_ms[:, 0] / MINUTE == pytest.approx([720, 600])
    assert used.training_ms[:, 0] / MINUTE == pytest.approx([30, 30])
    assert used.heads[:, 0].tolist() == [2, 2]
    assert used.joiners[:, 0].tolist() == [1, 1]
    assert used.busy_ms[:, 0] / MINUTE == pytest.approx([43, 27])
    assert used.team_handled[:, 0].tolist() == [10, 2]


def test_contacts_and_minutes_by_channel(used):
    # calls: 15, of which 1 met the channel closed; chats 6; messages 5
    assert used.contacts[:, 0].tolist() == [14, 6, 5]
    assert used.handled[:, 0].tolist() == [8, 2, 1]
    # calls from the queue to the customer's end: t0 4, t1 4.5 + 5, t2 5 + leg 10, t3 .5 + 3, t4 3, t8 5, t9 9, t16 3,
    # t21 3, t23 4; chats t12 6.5 (its 2 min with the bot are the bot's), t13 4, t14 2; messages 220 63 200 10 20
    assert used.channel_ms[:, 0] / MINUTE == pytest.approx([59, 12.5, 513])


def test_bots_and_self_service(used):
    assert used.bot_sessions.tolist() == [[4]]  # t10 t11 t12 t24
    assert used.bot_contained.tolist() == [[2]]
    assert used.bot_ms / MINUTE == pytest.approx(np.array([[2 + 2 + 2 + 3]]))
    assert used.self_tries.tolist() == [[4]]
    assert used.self_ms / MINUTE == pytest.approx(np.array([[3 + 4 + 2 + 2]]))
    assert used.needs.tolist() == [25]
    assert used.tickets_resolved.tolist() == [12]


def test_bills_are_for_the_warm_up_too(used):
    warm = small_day(DOCUMENT | {"horizon": DOCUMENT["horizon"] | {"warm_up": "90 min"}})
    again = usage(warm.resolved, warm.tape, warm.roster, warm.outcomes)
    assert again.paid_ms.tolist() == used.paid_ms.tolist()
    assert again.contacts.tolist() == used.contacts.tolist()
