"""Dated changes: which world holds on which day, how events compose, and what may not change for a while."""

from pathlib import Path

import pytest

from sim.scenario.load import load
from sim.scenario.problems import ScenarioProblems

GOOD = Path(__file__).parent / "good.yaml"
EVENT = "demand.events.strike"


def day(resolved, month: int, of_month: int) -> int:
    start = resolved.scenario.horizon.start
    return resolved.calendar.day_of_date(start.replace(month=month, day=of_month))


def with_events(tmp_path, text: str):
    overlay = tmp_path / "events.yaml"
    overlay.write_text("demand:\n  events:\n" + text, encoding="utf-8")
    return load(GOOD, [overlay])


def problems(*sets: str) -> str:
    with pytest.raises(ScenarioProblems) as found:
        load(GOOD, sets=sets)
    return str(found.value).replace(str(GOOD), "good.yaml")


def test_an_event_holds_from_its_first_day_to_its_last():
    made = load(GOOD)
    first, last = day(made, 10, 4), day(made, 10, 8)
    assert len(made.regime_of_day) == made.calendar.days + 15
    assert made.regime_of_day[first - 1 : last + 2].tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert made.regime_of_day.sum() == 5
    assert made.variants[0] == made.scenario
    assert made.variants[1].reasons["order_status"].per_order == 0.455
    assert made.variants[1].reasons["return"].per_order == 0.06


def test_events_that_overlap_compose_in_the_order_declared(tmp_path):
    made = with_events(
        tmp_path,
        "    a: {from: 2027-03-01, until: 2027-03-10, changes: {customers.orders: x 2}}\n"
        "    b: {from: 2027-03-05, until: 2027-03-20, changes: {customers.orders: + 1 /month}}\n",
    )
    per_day = [made.variants[made.regime_of_day[day(made, 3, d)]].customers.orders * 30.4375 for d in (1, 7, 15, 21)]
    assert per_day == pytest.approx([1.0, 2.0, 1.5, 0.5])  # on the 7th: 0.5 x 2, then + 1
    assert len(made.variants) == 5  # itself, the strike, a, a and b, b


def test_hours_shifts_agents_and_prices_may_change_for_a_while():
    for change in ("channels.phone.hours", "teams.frontline.agents", "teams.frontline.wage"):
        value = {"channels.phone.hours": "mon-fri 10:00-12:00", "teams.frontline.agents": "30"}.get(change, "30 EUR/h")
        made = load(GOOD, sets=[f'{EVENT}.changes={{"{change}": "{value}"}}'])
        assert made.variants[0] != made.variants[1]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ("channels.chat.parallel: 4", "channels.chat.parallel"),
        ("channels.phone.target.within: 1 min", "channels.phone.target"),
        ("teams.frontline.policy: longest_wait", "teams.frontline.policy"),
        ("teams.frontline.serves: [chat, phone, email]", "teams.frontline.serves"),
        ("bots.helper: null", "bots"),
        ("bots.helper.channels: [chat, email]", "bots.helper.channels"),
        ("self_service.help_centre: null", "self_service"),
        ("horizon.months: 6", "horizon"),
        ("experiment.seed: 1", "experiment"),
        ("economics.discount_rate: 9 %/year", "economics"),
        ("customers.active: x 2", "customers.active"),
        ("reasons.return.transfer: null", "reasons.return.transfer.to"),
        ("decisions.hires.frontline.2027-03: 5", "decisions"),
    ],
)
def test_what_is_laid_out_once_cannot_change_for_a_while(change, path):
    text = f"{EVENT}.changes={{{change}}}"
    assert problems(text) == (
        f"--set {text}  {EVENT}.changes: {path}\n"
        "    this cannot change for a while\n"
        "    allowed: only values of the world may change for a while, such as rates, shares, handle times"
    )


def test_what_an_event_breaks_points_at_its_line(tmp_path):
    with pytest.raises(ScenarioProblems) as found:
        with_events(
            tmp_path,
            "    sale:\n      from: 2027-03-01\n      until: 2027-03-02\n      changes:\n"
            "        reasons.return.channels.phone: 50 %\n",
        )
    assert str(found.value).replace(str(tmp_path), "folder") == (
        "folder/events.yaml:7:40  demand.events.sale.changes: reasons.return.channels\n"
        "    the shares of the channels add up to 120 %\n"
        "    allowed: shares that add up to 100 %"
    )


def test_problems_of_events_are_shown_beside_the_others():
    found = problems("teams.frontline.agents=26.5", f"{EVENT}.changes={{reasons.retrun.per_order: x 2}}")
    assert "26.5 is not a whole number" in found
    assert "did you mean 'reasons.return.per_order'?" in found
