"""A part of a change: every kind of change at a fraction of its effect, and what cannot be scaled."""

from decimal import Decimal
from typing import Any

import pytest

from sim.scenario.changes import apply_change, apply_changes
from sim.scenario.nodes import Node, from_python, read_path
from sim.scenario.problems import Problem
from sim.scenario.units import parse_decay, parse_duration, parse_frequency, parse_growth, parse_money_rate

WORLD: dict[str, Any] = {
    "customers": {"new": "300 /month", "orders": "0.5 /month", "churn": "2 %/month", "order_value": "60 EUR"},
    "demand": {"growth": "8 %/year", "season": {"nov": 1.6}},
    "reasons": {
        "order": {
            "per_order": 0.08,
            "lag": "3 days",
            "channels": {"phone": "50 %", "email": "50 %"},
            "handle": {"mean": "4 min", "cv": 0.8},
            "resolved_first": "80 %",
        },
        "return": {
            "per_order": 0.04,
            "channels": {"phone": 0.25, "email": 0.75},
            "handle": "10 min",
            "resolved_first": 0.6,
        },
    },
    "channels": {
        "phone": {"hours": "mon-fri 08:00-18:00", "speed": [1.0, 0.8], "silent_abandon": "30 %"},
        "email": {"interruptible": False, "retry": {"share": "40 %", "after": "1 h"}},
    },
    "teams": {"desk": {"agents": 26, "wage": "24 EUR/h", "serves": ["phone", "email"]}},
}


def plain(document: Node, path: str) -> Any:
    """What stands at a path."""
    found = document.get(read_path(path))
    return None if found is None else found.plain()


def at(path: str, change, fraction: str):
    """The value at a path under a change at a fraction of its effect, as written."""
    problems: list[Problem] = []
    document = apply_change(from_python(WORLD), path, from_python(change), problems, fraction=Decimal(fraction))
    assert problems == []
    return plain(document, path)


@pytest.mark.parametrize(
    ("path", "change", "quarter", "full"),
    [
        ("reasons.order.per_order", "x 0.5", 0.07, 0.04),
        ("reasons.order.per_order", "x 2", 0.10, 0.16),
        ("reasons.order.per_order", "-40 %", 0.072, 0.048),
        ("reasons.order.per_order", "+10 %", 0.082, 0.088),
        ("reasons.order.per_order", 0.04, 0.07, 0.04),
        ("reasons.order.resolved_first", "+ 4 points", "81 %", "84 %"),
        ("reasons.order.resolved_first", "- 8 points", "78 %", "72 %"),
        ("reasons.order.resolved_first", "90 %", "82.5 %", "90 %"),
        ("reasons.order.resolved_first", 0.9, "82.5 %", 0.9),
        ("reasons.return.resolved_first", "80 %", "65 %", "80 %"),
        ("reasons.order.lag", "+ 1 day", "3.25 days", "4 days"),
        ("reasons.order.lag.mean", "1 days", "2.5 days", "1 days"),
        ("customers.order_value", "- 8 EUR", "58 EUR", "52 EUR"),
        ("customers.order_value", "80 EUR", "65 EUR", "80 EUR"),
        ("teams.desk.wage", "+ 2 EUR/h", "24.5 EUR/h", "26 EUR/h"),
        ("teams.desk.agents", "+ 4", 27, 30),
        ("teams.desk.agents", "+ 6", 28, 32),  # 27.5, rounded half up
        ("teams.desk.agents", "x 1.1 rounded", 27, 29),
        ("teams.desk.agents", 20, 25, 20),  # 24.5
        ("channels.phone.speed", "x 0.8", [0.95, 0.76], [0.8, 0.64]),
        ("demand.season.nov", "2", 1.7, "2"),
        ("demand.season.dec", "2", 1.25, "2"),  # absent is 1
    ],
)  # fmt: skip
def test_a_change_scales_with_the_fraction(path, change, quarter, full):
    def number(value):
        return pytest.approx(value) if isinstance(value, float | list) else value

    shown = at(path, change, "0.25")
    if path.startswith("demand.season"):
        shown = float(str(shown).rstrip("% ")) / 100
    assert shown == number(quarter)
    assert at(path, change, "1") == number(full)


@pytest.mark.parametrize(
    ("path", "new", "parse", "old"),
    [
        ("reasons.order.handle.mean", "90 s", parse_duration, "4 min"),
        ("customers.new", "10 /day", parse_frequency, "300 /month"),
        ("customers.churn", "12 %/year", parse_decay, "2 %/month"),
        ("demand.growth", "-1 %/month", parse_growth, "8 %/year"),
        ("teams.desk.wage", "4800 EUR/month", parse_money_rate, "24 EUR/h"),
    ],
)
def test_a_value_in_another_unit_is_reached_in_the_units_of_the_program(path, new, parse, old):
    half = at(path, new, "0.5")
    assert half != new
    assert parse(half) == pytest.approx((parse(old) + parse(new)) / 2, rel=1e-12)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("channels.phone.hours", "always"),
        ("channels.email.interruptible", True),
        ("channels.phone.speed", [1.0, 0.5]),
        ("channels.email.retry", None),
        ("channels.phone.retry", {"share": "10 %", "after": "1 h"}),
    ],
)
def test_what_has_nothing_between_changes_when_the_effect_is_full(path, change):
    before = from_python(WORLD).get(read_path(path))
    assert at(path, change, "0.99") == (None if before is None else before.plain())
    assert at(path, change, "1") == change


def test_a_block_moves_where_it_can():
    made = at("reasons.order.handle", {"mean": "2 min", "cv": 0.4}, "0.5")
    assert made == {"mean": "3 min", "cv": pytest.approx(0.6)}
    assert at("reasons.return.handle", {"mean": "6 min", "cv": 0.5}, "0.5") == {"mean": "8 min"}
    assert at("reasons.order.handle", "2 min", "0.5") == {"mean": "3 min", "cv": 0.8}  # constant when full
    assert at("reasons.order.handle", "2 min", "1") == "2 min"


@pytest.mark.parametrize("fraction", ["0.125", "0.333333", "0.5", "0.875", "1"])
@pytest.mark.parametrize(
    "changes",
    [
        {"reasons.*.channels": {"phone": "20 %", "chat": "80 %"}},
        {"reasons.*.channels.phone": "x 0.5", "reasons.order.channels.email": "75 %",
         "reasons.return.channels.email": "87.5 %"},
        {"reasons.*.channels.phone": "- 10 points", "reasons.*.channels.email": "+ 10 points"},
        {"reasons.*.channels.email": "move 40 % to chat"},
        {"reasons.*.channels.email": "move 40 % to chat", "reasons.*.channels.phone": "move 30 % to chat"},
        {"reasons.order.channels.email": None, "reasons.order.channels.phone": "100 %"},
    ],
)  # fmt: skip
def test_shares_that_add_up_do_so_on_the_way(changes, fraction):
    problems: list[Problem] = []
    document = apply_changes(from_python(WORLD), from_python(changes), "test", problems, fraction=Decimal(fraction))
    assert problems == []
    for reason in ("order", "return"):
        mix = plain(document, f"reasons.{reason}.channels")
        shares = [float(str(s).rstrip(" %")) / (100 if "%" in str(s) else 1) for s in mix.values()]
        assert sum(shares) == pytest.approx(1, abs=1e-12)


def test_a_wildcard_scales_each_of_what_it_matches():
    problems: list[Problem] = []
    changes = from_python({"reasons.*.handle": "-20 %", "reasons.*.per_order": "x 0.5"})
    document = apply_changes(from_python(WORLD), changes, "test", problems, fraction=Decimal("0.5"))
    assert problems == []
    assert plain(document, "reasons.order.handle") == {"mean": "3.6 min", "cv": 0.8}
    assert plain(document, "reasons.return.handle") == "9 min"
    assert plain(document, "reasons.order.per_order") == pytest.approx(0.06)
    assert plain(document, "reasons.return.per_order") == pytest.approx(0.03)


def test_factors_multiply_and_do_not_add():
    """Two that each halve leave a quarter; two at half of their ramp leave 0.75 x 0.75."""
    for fraction, left in (("1", 0.02), ("0.5", 0.08 * 0.75**2)):
        document = from_python(WORLD)
        problems: list[Problem] = []
        for change in ("x 0.5", "-50 %"):
            document = apply_change(
                document, "reasons.order.per_order", from_python(change), problems, fraction=Decimal(fraction)
            )
        assert plain(document, "reasons.order.per_order") == pytest.approx(left)


@pytest.mark.parametrize(
    ("path", "change", "wrong"),
    [
        ("reasons.order.channels.email", "move 140 % to chat", "moves more than there is"),
        ("reasons.order.channels.email", "move 40 % to email", "moves it to itself"),
        ("reasons.order.resolved_first", "move 40 % to chat", "moves a part of a share of a mix, and this is none"),
        ("reasons.order.per_order", "move 40 % to chat", "moves a part of a share of a mix, and this is none"),
    ],
)
def test_what_cannot_be_moved_is_refused(path, change, wrong):
    problems: list[Problem] = []
    apply_change(from_python(WORLD), path, from_python(change), problems)
    assert [wrong in problem.wrong for problem in problems] == [True]
