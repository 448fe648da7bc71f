"""What each lever does, in direction, and in size where that can be worked by hand (docs/levers.md)."""

import datetime as dt

import numpy as np
import pytest

from evaluate.cashflow import cash_flows
from evaluate.returns import returns_by_month
from sim.demand.tape import (
    BOT_ANY,
    BOT_FAILS,
    BOT_HANDS_OVER,
    BOT_RESOLVES,
    SELF_FALSE_BACK,
    SELF_FALSE_GONE,
    SELF_RESOLVED,
)
from sim.engine import simulate
from sim.kpis import kpi_table
from sim.replicate import replicate
from sim.scenario.load import load
from sim.scenario.units import growth_factor
from tests.levers.library import BY_NAME, LEVERS
from tests.levers.runs import (
    CALM,
    LONG_AGO,
    SEED,
    TWO_MONTHS,
    base_of,
    full,
    kpi,
    of_reason,
    run,
    shares,
    tape,
    z_of_share,
)

DIRECTIONS = [
    # lever, KPI, channel, reason, and which way it goes
    ("train_agents", "fcr", "all", "all", "up"),
    ("train_agents", "contacts", "all", "all", "down"),
    ("empower_agents", "transfers", "all", "all", "down"),
    ("empower_agents", "fcr", "all", "return", "up"),
    ("help_centre", "handled", "all", "all", "down"),
    ("help_centre", "contacts", "all", "all", "down"),
    ("videos_and_forum", "handled", "all", "technical", "down"),
    ("order_bot", "handled", "chat", "all", "down"),
    ("order_bot", "csat", "all", "all", "down"),  # contained is not resolved
    ("ivr", "handled", "phone", "order_status", "down"),
    ("delivery_notices", "needs", "all", "order_status", "down"),
    ("delivery_notices", "chasers", "all", "all", "down"),
    ("one_customer_view", "handle_time", "all", "all", "down"),
    ("one_customer_view", "transfers", "all", "all", "down"),
    ("one_customer_view", "csat", "all", "all", "up"),
    ("add_messaging", "contacts", "phone", "all", "down"),
    ("add_messaging", "contacts", "messaging", "all", "up"),
    ("add_social", "contacts", "social", "all", "up"),
    ("add_social", "needs", "all", "all", "up"),
    ("in_store_desk", "contacts", "in_store", "return", "up"),
    ("in_store_desk", "contacts", "phone", "return", "down"),
    ("close_phone", "load_carried", "all", "all", "down"),
    ("email_to_chat", "contacts", "email", "all", "down"),
    ("email_to_chat", "agents_busy", "all", "all", "down"),  # several chats at once
    ("email_to_chat", "abandonment_rate", "all", "all", "up"),  # nobody abandons an e-mail
    ("loyal_first", "abandonment_rate", "all", "@high_value", "down"),
    ("loyal_first", "needs", "all", "@high_value", "down"),
    ("returns_portal", "handled", "all", "return", "down"),
    ("drop_off_points", "needs", "all", "return", "down"),
    ("copilot", "handle_time", "chat", "all", "down"),
    ("copilot", "agents_busy", "all", "all", "down"),
    ("guided_setup", "handled", "all", "technical", "down"),
    ("guided_setup", "fcr", "all", "technical", "up"),
    ("feedback_loop", "needs", "all", "payment", "down"),
    ("longer_hours", "time_to_first_response", "all", "all", "down"),
    ("longer_hours", "agents_on_duty", "all", "all", "up"),
    ("callbacks", "abandonment_rate", "phone", "all", "down"),
    ("callbacks", "abandonment_rate", "chat", "all", "up"),  # calls come first and do not go away any more
    ("part_time_help", "abandonment_rate", "chat", "all", "down"),
    ("part_time_help", "agents_on_duty", "all", "all", "up"),
]
PEAK = ("horizon.start=2027-11-01", "horizon.months=3", *CALM)
HALF_A_YEAR = ("horizon.months=6", "decisions.hires.frontline.2028-07=null", *CALM)


@pytest.mark.parametrize(("lever", "what", "channel", "reason", "way"), DIRECTIONS)
def test_direction(lever, what, channel, reason, way):
    before, after = kpi(lever, what, channel, reason)
    assert after > before if way == "up" else after < before


def test_every_lever_has_a_direction():
    elsewhere = {"hire_in_waves", "outsource_peak"}  # below
    assert {row[0] for row in DIRECTIONS} | elsewhere == set(BY_NAME)


# What goes away, and what it leaves behind


def test_notices_take_35_percent_of_the_needs_and_leave_the_longer_ones():
    """2.5: 240 s in the mean, 35 % of them at 180 s gone: (240 - 0.35 x 180) / 0.65 = 272.3 s."""
    before, after = (
        world.scenario.reasons["order_status"] for world in (base_of("delivery_notices"), full("delivery_notices"))
    )
    assert before.per_order == 0.065
    assert after.per_order == pytest.approx(0.65 * 0.065, rel=1e-12)
    assert after.handle.mean == pytest.approx(272_308, abs=1)
    tapes = [tape("delivery_notices", each) for each in (False, True)]
    asked = [each.identity[of_reason(full("delivery_notices"), each, "order_status")] for each in tapes]
    assert set(asked[1].tolist()) < set(asked[0].tolist())  # 4.3: the same tickets, fewer of them
    assert abs(z_of_share(0.65, len(asked[1]), len(asked[0]))) < 3.5


def test_twenty_percent_at_three_minutes_of_six_are_ten_percent_of_the_work():
    sets = ("reasons.order_status.handle.mean=6 min", "investments.delivery_notices.deflects.order_status.share=20 %")
    reason = full("delivery_notices", (*TWO_MONTHS, *sets)).scenario.reasons["order_status"]
    assert reason.handle.mean == 405_000
    assert reason.per_order == pytest.approx(0.8 * 0.065)
    left = 0.8 * 0.065 * 405_000
    assert left == pytest.approx(0.9 * 0.065 * 360_000)  # 10 % of the work is gone


def test_two_levers_on_the_same_contacts_multiply():
    """2.4: half and half leave a quarter; so do a film and a forum for those whom the film does not reach."""
    sets = (
        "investments.delivery_notices.deflects.order_status={share: 50 %}",
        'investments.follow_ups.changes={"reasons.order_status.per_order": "-50 %"}',
    )
    left = full("delivery_notices", (*TWO_MONTHS, *sets)).scenario.reasons["order_status"].per_order
    assert left == pytest.approx(0.065 / 4, rel=1e-12)


def test_causes_removed_multiply_with_notices(tmp_path):
    """One file on top of another: 0.065 x 0.65 x 0.90."""
    both = tmp_path / "both.yaml"
    both.write_text(
        "extends: levers/delivery_notices\nname: both\n"
        "investments: {causes: {changes: {reasons.order_status.per_order: -10 %}}}\n"
        f"decisions: {{investments: {{causes: {LONG_AGO}, delivery_notices: {LONG_AGO}}}}}\n",
        encoding="utf-8",
    )
    assert load(both, [], TWO_MONTHS).scenario.reasons["order_status"].per_order == pytest.approx(0.065 * 0.65 * 0.9)


def test_removing_causes_takes_a_year_and_half_is_left_out_on_the_way():
    """The S-curve from 1 March 2027: nothing before it is live, all at the end, between them in the middle."""
    resolved = load("levers/feedback_loop")
    day = resolved.calendar.day_of_date

    def rate(*date: int) -> float:
        world = resolved.variants[resolved.regime_of_day[day(dt.date(*date))]]
        return float(world.reasons["payment"].per_order or 0)

    assert rate(2027, 2, 15) == 0.015
    assert 0.85 * 0.015 < rate(2027, 8, 15) < 0.015
    assert rate(2028, 12, 1) == pytest.approx(0.85 * 0.015)


@pytest.mark.parametrize(
    ("lever", "reason", "share"),
    [
        ("help_centre", "order_status", 0.35 * 0.52),
        ("help_centre", "technical", 0.35 * 0.10),
        ("guided_setup", "technical", 0.30 * 0.28),
        ("returns_portal", "return", 0.55 * 0.50),
        ("videos_and_forum", "technical", 0.20 * 0.30 + 0.80 * 0.12 * 0.28),  # the first that reaches is tried
    ],
)
def test_self_service_meets_reach_times_resolves(lever, reason, share):
    made = tape(lever)
    here = of_reason(full(lever), made, reason)
    met = here & (made.self_fate == SELF_RESOLVED)
    assert abs(z_of_share(share, int(met.sum()), int(here.sum()))) < 3.5


def test_false_answers_are_7_percent_of_those_who_try_the_help_centre():
    made = tape("help_centre")
    tried = made.self_service >= 0
    false = tried & np.isin(made.self_fate, (SELF_FALSE_BACK, SELF_FALSE_GONE))
    assert abs(z_of_share(0.07, int(false.sum()), int(tried.sum()))) < 3.5


@pytest.mark.parametrize(
    ("lever", "channel", "reason", "takes", "contains", "resolved"),
    [
        ("order_bot", "chat", "order_status", 0.9, 0.58, 0.82),
        ("order_bot", "chat", "return", 0.9, 0.45, 0.70),
        ("order_bot", "chat", "payment", 0.9, 0.28, 0.60),
        ("ivr", "phone", "order_status", 1.0, 0.17, 0.83),
    ],
)
def test_a_bot_contains_some_and_helps_fewer(lever, channel, reason, takes, contains, resolved):
    """Of the first contacts on its channel: taken, contained, and contained without being met."""
    world, made = full(lever), tape(lever)
    first = of_reason(world, made, reason) & (made.channel == list(world.scenario.channels).index(channel))
    flags = made.flags[made.channel if len(made.flags) > 1 else 0, np.arange(len(made.channel))][first]
    session = (flags & BOT_ANY) != 0
    met, failed = (flags & BOT_RESOLVES) != 0, (flags & BOT_FAILS) != 0
    if takes < 1:
        assert abs(z_of_share(takes, int(session.sum()), len(session))) < 3.5
    assert abs(z_of_share(contains, int((met | failed).sum()), int(session.sum()))) < 3.5
    assert abs(z_of_share(resolved, int(met.sum()), int((met | failed).sum()))) < 3.5
    assert failed.any()
    assert ((flags & BOT_HANDS_OVER) != 0).sum() == session.sum() - (met | failed).sum()


def test_the_telephone_menu_answers_six_and_a_half_of_a_hundred_calls():
    """What its evidence says: 17 % x 83 % of the questions about orders, among all calls."""
    reasons = base_of("ivr").scenario.reasons
    customers = base_of("ivr").scenario.customers
    calls = {
        name: r.channels["phone"] * (r.per_order * customers.orders if r.per_order else r.per_customer or 0)
        for name, r in reasons.items()
    }
    assert 0.17 * 0.83 * calls["order_status"] / sum(calls.values()) == pytest.approx(0.065, abs=0.001)


# Agents


def test_training_raises_first_contact_resolution_by_three_points_for_every_reason():
    before, after = (world.scenario.reasons for world in (base_of("train_agents"), full("train_agents")))
    for name in before:
        assert after[name].resolved_first == pytest.approx(before[name].resolved_first + 0.03)
        assert after[name].handle.mean == pytest.approx(0.97 * before[name].handle.mean, abs=1)


def test_training_takes_agents_off_the_queue_before_it_helps():
    """16 h of each agent in the six weeks before the third of April: hours are missing in March, none after it."""
    sets = ("horizon.start=2027-02-01", "horizon.months=4", *CALM)
    decided = load("levers/train_agents", [], sets)
    bare = load("levers/train_agents", [], (*sets, "decisions.investments.training=null"))
    hours = [replicate(world, SEED, 1, 1, "fast").usage[0].scheduled_ms[0] / 3_600_000 for world in (bare, decided)]
    missing = hours[0] - hours[1]
    assert missing[0] > 0
    assert missing[1] > 0
    assert missing[3] == 0
    assert missing.sum() == pytest.approx(14 * 16, rel=0.05)  # absence is drawn, so not to the minute


def test_empowered_agents_pass_on_half_as_much_and_grant_what_is_declared():
    reasons = full("empower_agents").scenario.reasons
    passed_on = [reason.transfer.share for reason in reasons.values() if reason.transfer is not None]
    assert passed_on == pytest.approx([0.2, 0.2, 0.25])
    done = run("empower_agents")
    flows = cash_flows(done.resolved, done.usage)
    paid = flows[flows["category"] == "concessions"]["amount"].sum()
    names = list(reasons)
    resolved = done.usage[0].agent_resolved.sum(axis=1)
    owed = 0.10 * 8 * resolved[names.index("return")] + 0.06 * 5 * resolved[names.index("payment")]
    assert paid == pytest.approx(-owed, abs=0.05)


def test_with_one_customer_view_nobody_tells_the_story_twice():
    reasons = full("one_customer_view").scenario.reasons
    passed_on = [reason.transfer for reason in reasons.values() if reason.transfer is not None]
    assert {transfer.context for transfer in passed_on} == {"warm"}
    assert {transfer.adds for transfer in passed_on} == {0}
    assert [transfer.share for transfer in passed_on] == pytest.approx([0.28, 0.28, 0.35])
    before, after = kpi("one_customer_view", "csat", reason="technical")
    assert after > before


def test_the_copilot_shortens_written_work_by_8_percent_and_leaves_calls():
    factors = full("copilot").scenario.reasons["return"].handle.by_channel
    assert factors == {"chat": 0.92, "email": 0.92}
    before, after = kpi("copilot", "handle_time", "phone")
    assert after == pytest.approx(before, rel=0.03)


def test_hires_answer_once_they_are_trained():
    before, after = kpi("hire_in_waves", "abandonment_rate", "phone", month="2027-06", sets=HALF_A_YEAR)
    assert after < before
    before, after = kpi("hire_in_waves", "abandonment_rate", "phone", month="2027-02", sets=HALF_A_YEAR)
    assert after == before  # six weeks of lead and three of training


# Channels


def test_a_closed_phone_rings_no_more_and_all_needs_are_still_there():
    world, made = full("close_phone"), tape("close_phone")
    phone = list(world.scenario.channels).index("phone")
    assert all(each.channels.get("phone", 0) == 0 for each in world.scenario.reasons.values())
    assert not (made.channel == phone).any()
    assert np.array_equal(made.identity, tape("close_phone", False).identity)
    assert kpi("close_phone", "contacts", "phone")[1] == 0


def test_shares_that_move_still_add_up():
    for lever in LEVERS:
        for world in load(lever.bundled).variants:
            for name, reason in world.reasons.items():
                assert sum(reason.channels.values()) == pytest.approx(1, abs=1e-9), (lever.name, name)


def test_half_of_the_emails_become_chats():
    assert shares(full("email_to_chat"), "return") == pytest.approx({"phone": 0.3, "chat": 0.5, "email": 0.2})
    made, old = tape("email_to_chat"), tape("email_to_chat", False)
    email = list(full("email_to_chat").scenario.channels).index("email")
    assert abs(z_of_share(0.5, int((made.channel == email).sum()), int((old.channel == email).sum()))) < 3.5


def test_messaging_takes_a_fifth_of_the_calls():
    """35 % x 0.8 stay on the phone; 35 % x 0.2 + 40 % x 0.1 + 25 % x 0.25 write."""
    wanted = {"phone": 0.28, "chat": 0.36, "email": 0.1875, "messaging": 0.1725}
    assert shares(full("add_messaging"), "order_status") == pytest.approx(wanted)


def test_a_callback_offered_to_nobody_changes_nothing():
    """The block is there from the first day; who accepts is what is decided."""
    undecided = load("levers/callbacks", [], (*TWO_MONTHS, "decisions.investments.callbacks=null"))
    bare, with_it = (simulate(world, SEED, 0).outcomes for world in (base_of("callbacks"), undecided))
    assert bare.digest() == with_it.digest()


# Returns, segments, hours, help


def test_the_portal_pays_sooner_and_is_used_a_little_too_gladly():
    """Returns x (20.8 + 1 + 1.5) / (20.8 + 1); interest for 2 days rather than 14."""
    before, after = (returns_by_month(world)[0] for world in (base_of("returns_portal"), full("returns_portal")))
    assert after.returns.sum() / before.returns.sum() == pytest.approx(23.3 / 21.8, rel=1e-9)
    days = [growth_factor(0.08, each) - 1 for each in (14, 2)]
    wanted = days[1] / days[0] * 23.3 / 21.8
    assert after.refund_float.sum() / before.refund_float.sum() == pytest.approx(wanted, rel=1e-9)
    reason = full("returns_portal").scenario.reasons["return"]
    assert reason.per_order == pytest.approx(0.045 * 0.85)


def test_drop_off_points_save_freight_and_carbon():
    """A return: 0.6 x 5.60 + 0.4 x 3.40 = 4.72 EUR, 0.6 x 1.1 + 0.4 x 0.6 = 0.90 kg; from 5.60 EUR and 1.1 kg."""
    for world, cost, carbon in ((base_of("drop_off_points"), 5.60, 1.1), (full("drop_off_points"), 4.72, 0.90)):
        methods = returns_by_month(world)
        total = sum(each.returns.sum() for each in methods)
        assert sum(each.handling_cost.sum() for each in methods) / total == pytest.approx(cost, rel=1e-9)
        assert sum(each.carbon_kg.sum() for each in methods) / total == pytest.approx(carbon, rel=1e-9)


def test_who_comes_first_waits_less_and_the_others_longer():
    """Priority alone, without the software: the queue is only put in another order."""
    alone = (*TWO_MONTHS, "decisions.investments.personal_service=null")
    world = load("levers/loyal_first", [], alone)
    waits = {}
    for name, resolved in (("plain", base_of("loyal_first")), ("first", world)):
        done = replicate(resolved, SEED, 1, 1, "fast")
        table = kpi_table(done.resolved, done.tallies)
        rows = table[(table["kpi"] == "mean_wait") & (table["channel"] == "email") & (table["month"] == "all")]
        waits[name] = rows.set_index("reason")["value"]
    assert waits["first"]["@high_value"] < waits["plain"]["@high_value"]
    assert waits["first"]["@regular"] > waits["plain"]["@regular"]


def test_the_partner_takes_what_overflows_and_bills_by_contact():
    before, after = kpi("outsource_peak", "abandonment_rate", "phone", sets=PEAK)
    assert after < before
    done = run("outsource_peak", sets=PEAK)
    flows = cash_flows(done.resolved, done.usage)
    paid = flows[flows["category"] == "outsourcing"]["amount"].sum()
    finished = done.usage[0].team_handled[list(done.resolved.scenario.teams).index("partner")]
    assert finished.sum() > 0
    assert paid == pytest.approx(-4.80 * np.maximum(finished, 1500).sum(), abs=0.05)
