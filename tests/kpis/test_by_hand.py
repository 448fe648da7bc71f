"""Every KPI on the small day of conftest.py, each figure worked by hand in its comment (minutes unless said)."""

from math import log2, nan

import pytest

from sim.kpis import KPIS, estimate, tally

# Arrivals: 15 calls, 6 chats, 5 messages = 26 contacts; and 1 leg after a transfer.
# Offered 22 = 14 calls (15 less 1 closed) + 3 chats (6 less 2 contained, 1 with the bot at the end) + 5 messages
#   = 12 answered + 4 abandoned + 1 balked + 1 blocked + 1 disconnected + 1 superseded + 2 still waiting.
# Waits: calls .5 2 2 .5 3 5 8 1 = 22 (answered: 5.5); chats .5 2 (answered: .5); messages 210 63 200 10 15
#   (answered: 225); over at the end: 200 and 10; all that are over: 312.5.
# Handle: calls 5 5 4 4 4 4 4 4 and the leg 10; chats 7 5; message 12: 68 for 12. Wasted 1 + 1; under way 5: all 75.
# Busy: agent 0 28, agent 1 15, agent 2 27 = 70. On duty 300 + 300 + 540 = 1140.
SATISFIED = [
    0.9,  # t0
    0.9 - 0.12 - 0.05,  # t1: a second contact, which waited 2 min for a target of 1
    0.9 - 0.05 - 0.08 - 0.06,  # t2: waited 2 min, transferred, told the story again
    0.9 - 0.12,  # t3
    0.9 - 0.05 * log2(3) - 0.55,  # t4
    *[0.9 - 0.55] * 3,  # t5, t6, t7
    0.9 - 0.05 * log2(5) - 0.55,  # t8
    0.9 - 0.05 * 3 - 0.55,  # t9: 8 min
    0.9,  # t10
    0.9 - 0.08 - 0.55,  # t11: the bot did not help
    0.9 - 0.08 - 0.06,  # t12: handed over cold
    0.9,  # t13
    0.9 - 0.05 - 0.55,  # t14
    0.9 - 0.05 * log2(210 / 120),  # t15
    0.9 - 0.12,  # t16: the chaser
    0.9,  # t20
    0.9 - 0.08,  # t21
    0.9 - 0.08 - 0.55,  # t22
    0.9 - 0.08,  # t23: waited exactly the target
]
CSAT = sum(SATISFIED) / 21
POINTS = [  # of churn, in the order of SATISFIED; dissatisfaction comes on top
    -0.5,  # t0: nothing went wrong
    2 + 1,  # t1
    1 + 1.5 + 0.7,  # t2
    2,  # t3
    1 + 5,  # t4
    *[5] * 3,  # t5, t6, t7
    1 + 5,  # t8
    1 + 5,  # t9
    -0.5,  # t10: the bot did it
    1.2 + 5,  # t11
    1.2 + 0.7,  # t12
    -0.5,  # t13
    1 + 5,  # t14
    1,  # t15
    2,  # t16
    -0.5,  # t20: self-service did it
    1.2,  # t21
    1.2 + 5,  # t22
    1.2,  # t23
]
LOST = sum(points + 3 * (1 - satisfied) for points, satisfied in zip(POINTS, SATISFIED, strict=True)) / 100

EXPECTED: list[tuple[str, str, object]] = [  # KPI, place, figure
    ("needs", "", 25),
    ("contacts", "", 26),
    ("contacts", "phone", 15),
    ("contacts", "technical", 3),  # t2, t15, t19
    ("offered", "", 22),
    ("offered", "chat", 3),
    ("answered", "", 12),
    ("answered", "phone", 8),
    ("abandoned", "", 4),
    ("balked", "", 1),
    ("blocked", "", 1),
    ("closed", "", 1),
    ("disconnected", "", 1),
    ("unreached", "", 1),
    ("superseded", "", 1),
    ("still_waiting", "", 2),
    ("retries", "", 1),
    ("returns", "", 1),
    ("chasers", "", 1),
    ("chasers", "phone", 1),
    ("handled", "", 12),
    ("handled", "experts", 2),  # the leg and t15
    ("transfers", "", 1),
    ("transfers", "front", 1),
    ("transfers", "experts", 0),
    ("abandonment_rate", "", 4 / 22),
    ("abandonment_rate", "phone", 3 / 14),
    ("abandonment_of_queued", "", 4 / 15),  # 8 calls, 2 chats, 5 messages waited
    ("balking_rate", "phone", 1 / 14),
    ("blocking_rate", "", 1 / 22),
    ("closed_rate", "", 1 / 26),
    # Calls: answered within 60 s t0 t1 t3 t16 t21 t23 = 6 of 8; left within 60 s: t3. Messages judged: t15 t16 t17.
    ("service_level", "phone", 6 / 13),
    ("service_level_a", "phone", 6 / 13),
    ("service_level_b", "phone", 7 / 14),
    ("service_level_c", "phone", 6 / 14),
    ("service_level_d", "phone", 6 / 8),
    ("service_level", "chat", 2 / 3),
    ("service_level", "email", 0 / 3),
    ("service_level", "", (6 + 2 + 0) / (13 + 3 + 3)),
    ("service_level_d", "", 8 / 11),
    ("service_level_daily_mean", "phone", 6 / 13),  # one day
    ("service_level_daily_mean", "", (6 / 13 + 2 / 3 + 0) / 3),
    ("average_speed_of_answer", "", 60 * 231 / 12),
    ("average_speed_of_answer", "phone", 60 * 5.5 / 8),
    ("mean_wait", "", 60 * 312.5 / 20),
    ("mean_wait_joined", "", 60 * 312.5 / 18),
    ("waited_share", "", 15 / 20),
    ("wait_p50", "", pytest.approx(30, rel=0.045)),  # 0 x 5, .5 x 2, 1, 2, 2, 15, 210
    ("wait_p90", "", pytest.approx(15 * 60, rel=0.045)),
    ("queue_length", "", (312.5 + 210 + 2) / 600),  # with the leg's wait
    ("queue_length", "chat", 2.5 / 600),
    ("patience_estimate", "", 60 * (312.5 + 210) / 4),
    ("patience_estimate", "phone", 60 * 22 / 3),
    ("true_patience", "phone", 60 * (10 * 10 + 0.5 + 3) / 12),
    ("true_patience", "email", nan),  # waits for ever
    ("transfer_wait", "", 120),
    ("transfer_abandonment", "", 0 / 1),
    ("handle_time", "", 60 * 68 / 12),
    ("handle_time", "technical", 60 * (4 + 10 + 12) / 3),
    ("handle_time", "front", 60 * 46 / 10),
    ("handle_time", "experts", 60 * 22 / 2),
    ("wasted_work", "", 2 / 75),
    ("wasted_work", "front", 2 / (46 + 2)),
    ("load_offered", "", 23 * 5 / 600),  # 22 offered and the leg, 4 + 1 min of work each
    ("load_carried", "", 70 / 600),
    ("load_carried", "email", 17 / 600),
    ("concurrency", "chat", (7 + 5 + 1) / (7 + 1)),
    ("occupancy", "", 70 / 1140),
    ("occupancy", "front", 43 / 600),
    ("agents_busy", "experts", 27 / 600),
    ("agents_on_duty", "", 1140 / 600),
    ("utilisation", "", 1140 / 1320),
    ("shrinkage", "", (1320 - 1152) / 1320),
    ("shrinkage", "experts", 60 / 600),
    ("contacts_per_agent_hour", "", 12 / 19),
    # Answered and an hour old: t0 t1 t2 t3 t10 t11 t12 t13 t15 t16 t21 t23; a second contact within the hour: t1 t3,
    # and t16, whose chaser came after exactly an hour. Met by the first contact: all others but t11.
    ("fcr", "", 9 / 12),
    ("fcr_true", "", 8 / 12),
    ("deflection", "", 1 / 25),
    ("self_service_tried", "", 4 / 25),
    ("self_service_success", "", 1 / 4),
    ("containment", "", 2 / 3),  # t10 t11 of t10 t11 t12; t24's session has not ended
    ("bot_resolution", "", 1 / 3),
    ("false_resolution", "", (1 + 2) / (2 + 3)),  # t11, t22 t23; t10 t11, t20 t22 t23
    ("contacts_per_ticket", "", 26 / 23),  # t20 and t22 made no contact
    ("repeat_rate", "", 3 / 23),  # t1 t3 t16
    ("transfer_rate", "", 1 / 12),
    ("transfer_rate", "front", 1 / 10),
    ("resolution_rate", "", 12 / 25),
    ("share_by_self_service", "", 1 / 25),
    ("share_by_bot", "", 1 / 25),
    ("share_by_agent", "", 10 / 25),
    ("share_lost", "", 9 / 25),
    ("share_open", "", 4 / 25),
    # First response after 0 x 6, .5, 2, 6 (t3), 210, 60 (t16), 15 (t19), 4 (t21), 41 (t23)
    ("time_to_first_response", "", 338.5 / 14 / 60),
    ("time_to_first_response_from_contact", "", 294.5 / 14 / 60),  # t21 0, t23 1
    ("time_to_first_response_open_hours", "", 273.5 / 14 / 60),  # messages 02:00-06:00: t15 180, t16 40, t19 0
    # Kaplan-Meier of 16: 6 at 0, then .5: 9/16, 2: 8/16; ... 10 censored, 15: .3, 41: .225, 60: .15, 200 censored, 210
    ("time_to_first_response_p50", "", pytest.approx(2 / 60, rel=0.045)),
    ("time_to_first_response_p90", "", pytest.approx(210 / 60, rel=0.045)),
    # Resolved after 4 43 15 9 2 8.5 4 220 63 3 7 44
    ("time_to_resolution", "", 422.5 / 12 / 60),
    ("time_to_resolution_from_contact", "", 375.5 / 11 / 60),  # t20 none, t21 3, t23 4
    ("time_to_resolution_open_hours", "", 372.5 / 12 / 60),  # t15 190, t16 43
    # Kaplan-Meier of 16, 4 open at 1, 10, 20, 200: 8/15 after 9 min, 8/15 x 6/7 = .457 after 15
    ("time_to_resolution_p50", "", pytest.approx(15 / 60, rel=0.045)),
    ("time_to_resolution_p90", "", pytest.approx(220 / 60, rel=0.045)),
    ("backlog", "", 4),
    ("backlog", "email", 3),
    ("backlog_age", "", (200 + 10 + 20 + 1) / 4 / 60),
    ("backlog_oldest", "", 200 / 60),
    ("backlog_oldest", "chat", 1 / 60),
    ("queue_backlog", "", 2),
    ("queue_age", "", (200 + 10) / 2 / 60),
    ("queue_oldest", "", 200 / 60),
    ("queue_oldest", "phone", nan),  # nothing waits: no data, not 0
    ("csat", "", CSAT),
    ("nps", "", 100 * (0.6 * CSAT - 0.7 * (1 - CSAT))),
    ("churn_points", "", 100 * LOST / 21),
    ("customers_lost", "", LOST),
    ("customers_lost", "email", (1 + 2 + 3 * (1 - SATISFIED[15]) + 3 * (1 - SATISFIED[16])) / 100),  # t15, t16
    ("referrals", "", 21 * (0.1 * 0.6 * CSAT - 0.2 * 0.7 * (1 - CSAT))),
]


def where(day, place: str) -> dict[str, str]:
    scenario = day.resolved.scenario
    for kind, names in (("channel", scenario.channels), ("reason", scenario.reasons), ("team", scenario.teams)):
        if place in names:
            return {kind: place}
    return {}


@pytest.mark.parametrize(("kpi", "place", "figure"), [pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in EXPECTED])
def test_kpi_by_hand(day, kpi, place, figure):
    tallies = [tally(day.resolved, day.tape, day.roster, day.outcomes)]
    found = estimate(day.resolved, tallies, kpi, **where(day, place)).value
    assert found == (figure if not isinstance(figure, int | float) else pytest.approx(figure, rel=1e-12, nan_ok=True))


def test_every_kpi_has_a_figure_worked_by_hand():
    assert {row[0] for row in EXPECTED} == set(KPIS)
