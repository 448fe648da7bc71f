"""Generated scenarios: small, valid, and between them with every feature of the schema.

`scenarios()` gives documents as a planner would write them, for `sim.scenario.load.resolve`. With ``coarse=True`` all
durations are whole minutes, and `coarsen` rounds a tape's times likewise, so that many events fall on one tick.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.demand.tape import NEVER, Tape

Document = dict[str, Any]
CHANNELS = ("phone", "chat", "email")
REASONS = ("status", "return", "fault")
SPREADS = ("exponential", "lognormal", "gamma", "weibull", "uniform", "hyperexponential")
_CV_PERCENT = {"uniform": (10, 57), "hyperexponential": (101, 250), "exponential": (100, 100)}
HOURS = (
    "always",
    "mon-sun 08:00-20:00",
    "mon-sat 09:00-12:30",
    "mon-sun 22:00-06:00",
    ["mon-fri 08:00-12:00", "mon-fri 13:00-17:30", "sat 10:00-14:00"],
)


def percent(low: int = 0, high: int = 100) -> st.SearchStrategy[str]:
    """A share, such as `35 %`."""
    return st.integers(low, high).map(lambda value: f"{value} %")


@st.composite
def parts(draw: st.DrawFn, names: list[Any]) -> dict[Any, str]:
    """Whole percentages that add up to 100, one for each name."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)))
    return {name: f"{high - low} %" for name, low, high in zip(names, [0, *cuts], [*cuts, 100], strict=True)}


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    """At least one of the names, in any order."""
    return st.lists(st.sampled_from(names), min_size=1, max_size=len(names), unique=True)


@dataclasses.dataclass(frozen=True)
class Words:
    """How durations are written in one scenario: whole minutes, or anything."""

    coarse: bool

    def duration(self, low_min: int, high_min: int) -> st.SearchStrategy[str]:
        """A duration between two numbers of minutes."""
        if self.coarse:
            return st.integers(max(low_min, 1), high_min).map(lambda minutes: f"{minutes} min")
        return st.integers(low_min * 60_000 + 1, high_min * 60_000).map(lambda ms: f"{ms} ms")

    @st.composite
    @staticmethod
    def _spread(draw: st.DrawFn, words: Words, low_min: int, high_min: int) -> Any:
        mean = draw(words.duration(low_min, high_min))
        if words.coarse or draw(st.integers(0, 3)) == 0:
            return mean
        name = draw(st.sampled_from((None, *SPREADS)))
        low, high = _CV_PERCENT.get(name or "", (10, 180))
        spread: Document = {"mean": mean, "cv": draw(st.integers(low, high)) / 100}
        if name is not None:
            spread["distribution"] = name
            if name not in ("uniform", "hyperexponential") and draw(st.booleans()):
                del spread["cv"]
        return spread

    def spread(self, low_min: int, high_min: int) -> st.SearchStrategy[Any]:
        """A random duration with its mean between two numbers of minutes."""
        return Words._spread(self, low_min, high_min)

    @st.composite
    @staticmethod
    def _patience(draw: st.DrawFn, words: Words) -> Any:
        mean = draw(words.duration(1, 20))
        name = "constant" if words.coarse else draw(st.sampled_from((None, "weibull", "lognormal", "gamma", "uniform")))
        patience: Document = {"mean": mean, "on_retry": draw(st.sampled_from(("anew", "keep")))}
        if name is not None:
            patience["distribution"] = name
        if name in ("weibull", "gamma") and draw(st.booleans()):
            patience["shape"] = draw(st.integers(5, 30)) / 10
        elif name in ("lognormal", "gamma"):
            patience["cv"] = draw(st.integers(2, 20)) / 10
        elif name == "weibull":
            patience["shape"] = 0.8
        return patience

    def patience(self) -> st.SearchStrategy[Any]:
        """How long customers wait; `never` now and then."""
        return st.one_of(st.just("never"), self.duration(1, 20), Words._patience(self))


@st.composite
def comes_back(draw: st.DrawFn, words: Words, channels: list[str]) -> Document:
    """Customers who come back after a while, on the same or on other channels."""
    block: Document = {"share": draw(percent()), "after": draw(words.spread(5, 600))}
    if draw(st.booleans()):
        block["channels"] = draw(some(channels).flatmap(parts))
    return block


@st.composite
def channel(draw: st.DrawFn, words: Words, name: str, channels: list[str]) -> Document:
    """One channel; e-mail can be put aside and chased, chats run in parallel."""
    block: Document = {
        "hours": draw(st.sampled_from(HOURS)),
        "when_closed": draw(st.sampled_from(("wait", "reopen", "lost"))),
        "reopen_spread": draw(words.duration(1, 60)),
        "at_close": draw(st.sampled_from(("serve", "clear"))),
        "patience": draw(words.patience()),
        "wrap_up": draw(st.one_of(st.just("0 s"), words.spread(1, 3))),
    }
    if draw(st.booleans()):
        block["retry"] = {"share": draw(percent()), "after": draw(words.spread(1, 90))}
        if draw(st.booleans()):
            block["retry"]["channels"] = draw(some(channels).flatmap(parts))
    if draw(st.integers(0, 3)) == 0:
        block["places"] = draw(st.integers(0, 5))
    if draw(st.integers(0, 2)) == 0:
        block["balking"] = {"share": draw(percent()), "when_wait_over": draw(st.sampled_from(("0 s", "3 min")))}
    if name == "phone" and draw(st.booleans()):
        block["callback"] = {
            "when_wait_over": draw(st.sampled_from(("0 s", "2 min"))),
            "accepted": draw(percent()),
            "answered": draw(percent()),
            "attempt": draw(words.duration(1, 2)),
        }
    if name == "chat":
        block["parallel"] = draw(st.integers(1, 4))
        block["speed"] = [1.0, 0.8, 0.66][: draw(st.integers(1, min(3, block["parallel"])))]
        block["silent_abandon"] = draw(percent())
        block["notice"] = draw(words.duration(1, 2))
    if name == "email":
        block["interruptible"] = draw(st.booleans())
        if len(channels) > 1 and draw(st.booleans()):
            other = draw(st.sampled_from([c for c in channels if c != name]))
            block["chase"] = {"after": draw(words.duration(10, 600)), "share": draw(percent()), "channel": other}
    if draw(st.booleans()):
        block["target"] = {
            "share": "80 %",
            "within": draw(words.duration(1, 60)),
            "contract": draw(st.sampled_from("abcd")),
        }
    return block


@st.composite
def reason(draw: st.DrawFn, words: Words, channels: list[str], teams: list[str]) -> Document:
    """One reason; the last team serves everything and takes transfers."""
    block: Document = {
        "channels": draw(some(channels).flatmap(parts)),
        "handle": draw(words.spread(1, 12)),
        "resolved_first": draw(percent(30)),
        "unresolved": draw(comes_back(words, channels)),
        "attempts": draw(st.integers(1, 6)),
        "seasonal": draw(st.booleans()),
    }
    source = draw(st.sampled_from(("per_order", "per_customer", "rate")))
    block[source] = {"per_order": 0.2, "per_customer": "2 /month", "rate": "3 /h"}[source]
    if source == "per_order":
        block["lag"] = draw(st.sampled_from(("0 s", "3 days", {"mean": "2 days", "cv": 0.5})))
    if isinstance(block["handle"], str):
        block["handle"] = {"mean": block["handle"]}
    if draw(st.booleans()):
        block["handle"]["by_channel"] = {draw(st.sampled_from(channels)): draw(percent(50, 200))}
    if draw(st.booleans()):
        block["resolved_later"] = draw(percent(30))
    if draw(st.integers(0, 2)) == 0:
        block["batch"] = draw(parts([1, 2, 5]))
    if draw(st.integers(0, 2)) == 0:
        block["profile"] = {"every": "30 min", "weights": draw(st.lists(st.integers(1, 5), min_size=1, max_size=7))}
    if len(teams) > 1 and draw(st.booleans()):
        block["transfer"] = {
            "to": teams[-1],
            "share": draw(percent()),
            "context": draw(st.sampled_from(("warm", "cold"))),
            "adds": draw(words.duration(1, 3)),
        }
        if draw(st.booleans()):
            block["transfer"]["teams"] = teams[:-1]
    return block


@st.composite
def team(draw: st.DrawFn, words: Words, channels: list[str], reasons: list[str], serves_all: bool) -> Document:
    """One team, staffed in one of three ways."""
    block: Document = {"policy": draw(st.sampled_from(("priority", "longest_wait", "relative_wait")))}
    order = draw(st.permutations(channels)) if serves_all else draw(some(channels))
    block["serves"] = [_serve(draw, words, name, reasons, serves_all) for name in order]
    how = draw(st.sampled_from(("constant", "staffing", "shifts")))
    if how == "constant":
        block["agents"] = draw(st.integers(0, 4))
    elif how == "staffing":
        block["staffing"] = {
            "every": draw(st.sampled_from(("30 min", "2 h"))),
            "agents": draw(st.lists(st.integers(0, 4), min_size=1, max_size=12)),
            "repeat": draw(st.booleans()),
        }
    else:
        block["agents"] = draw(st.integers(0, 5))
        early = {"days": "mon-sun", "hours": "08:00-16:30", "share": "60 %", "breaks": ["30 min", "15 min"]}
        late = {"days": "mon-sat", "hours": "14:00-22:00", "share": "40 %", "days_per_week": 4, "paid_breaks": True}
        block["shifts"] = {"early": early, "late": late}
        if draw(st.booleans()):
            block["overtime"] = {"premium": "25 %"}
    if how != "staffing":
        block["hire"] = draw(hire())
    if draw(st.integers(0, 4)) == 0:
        block["outsourced"] = {"per_hour": "30 EUR/h"}
    block["shrinkage"] = {"planned": draw(percent(0, 30)), "absence": draw(percent(0, 30))}
    if draw(st.booleans()):
        block["speed"] = {draw(st.sampled_from(channels + reasons)): draw(percent(50, 200))}
    if draw(st.booleans()):
        block["resolves"] = draw(percent(50, 150))
    return block


@st.composite
def hire(draw: st.DrawFn) -> Document:
    """How new agents start; days rather than weeks, so that it shows in a short horizon."""
    return {
        "lead": draw(st.sampled_from(("0 s", "1 day"))),
        "training": draw(st.sampled_from(("0 s", "1 day"))),
        "ramp": draw(st.sampled_from(("0 s", "2 days", "5 days"))),
        "start_speed": draw(percent(30, 100)),
        "start_quality": draw(percent(0, 100)),
    }


@st.composite
def decided_people(draw: st.DrawFn, teams: Document, month: str) -> Document:
    """Hires, longer shifts and agents of somebody else's in the first month."""
    decisions: Document = {"hires": {}, "overtime": {}, "outsource": {}}
    for name, block in teams.items():
        if "outsourced" in block:
            if "staffing" not in block and draw(st.booleans()):
                decisions["outsource"][name] = {month: draw(st.integers(0, 4))}
            continue
        if draw(st.booleans()):
            decisions["hires"][name] = {month: draw(st.integers(0, 3))}
        if "overtime" in block and draw(st.booleans()):
            decisions["overtime"][name] = {month: draw(percent(0, 60))}
    return decisions


def _serve(draw: st.DrawFn, words: Words, name: str, reasons: list[str], serves_all: bool) -> Any:
    if not serves_all and draw(st.booleans()):
        return {"channel": name, "reasons": draw(some(reasons)), "after": draw(words.duration(1, 5))}
    if draw(st.integers(0, 3)) == 0:
        return {"channel": name, "after": draw(words.duration(1, 5))}
    return name


@st.composite
def self_service(draw: st.DrawFn, words: Words, channels: list[str], reasons: list[str]) -> Document:
    """Help without a person, with all three fates."""
    named = draw(some(reasons))
    return {
        "reach": draw(percent(20)),
        "resolves": {name: draw(percent(0, 60)) for name in named},
        "false_resolved": draw(st.one_of(percent(0, 40), st.just(dict.fromkeys(named, "20 %")))),
        "comes_back": draw(comes_back(words, channels)),
        "takes": draw(words.spread(1, 10)),
        "patience": draw(percent(50, 100)),
    }


@st.composite
def bot(draw: st.DrawFn, words: Words, channels: list[str], reasons: list[str]) -> Document:
    """A bot in front of some channels."""
    named = draw(some(reasons))
    return {
        "channels": draw(some(channels)),
        "takes": draw(percent(20)),
        "always_open": draw(st.booleans()),
        "contains": {name: draw(percent()) for name in named},
        "resolved": draw(st.one_of(percent(), st.just(dict.fromkeys(named, "60 %")))),
        "not_resolved": draw(comes_back(words, channels)),
        "session": draw(words.spread(1, 4)),
        "handover": {
            "context": draw(st.sampled_from(("warm", "cold"))),
            "adds": draw(words.duration(1, 2)),
            "handle": draw(percent(60, 100)),
            "patience": draw(percent(50, 100)),
        },
    }


@st.composite
def world_demand(draw: st.DrawFn, first_reason: str) -> Document:
    """What moves all needs together."""
    demand: Document = {
        "growth": draw(st.sampled_from(("0 %/year", "30 %/year", "-20 %/year"))),
        "season": draw(st.sampled_from(({}, {"jan": 1.4, "mar": 0.7}))),
        "busyness": draw(st.sampled_from(({}, {"cv": 0.3}, {"cv": 0.5, "correlation": 0.7}))),
    }
    if draw(st.booleans()):
        weights = draw(st.lists(st.integers(0, 4), min_size=1, max_size=6).filter(any))
        demand["week_profile"] = {"every": "1 h", "weights": weights}
    if draw(st.booleans()):
        changes = {
            f"reasons.{first_reason}.handle.mean": "x 1.5",
            f"reasons.{first_reason}.resolved_first": "40 %",
            "channels.*.reopen_spread": "10 min",
        }
        demand["events"] = {"strike": {"changes": changes}}  # its day is set where the horizon is known
    return demand


@st.composite
def automation(draw: st.DrawFn, document: Document, first_reason: str) -> Document:
    """A decided investment; self-services and bots of the document may come with it instead of being there already."""
    adds = {kind: document.pop(kind) for kind in ("self_service", "bots") if kind in document and draw(st.booleans())}
    return {
        "live_after": draw(st.sampled_from(("0 s", "1 day"))),
        "ramp": draw(st.sampled_from(("0 s", "1 day", {"over": "2 days", "shape": "s_curve"}))),
        "adds": adds,
        "deflects": {first_reason: {"share": draw(percent(0, 60))}},
        "changes": {"reasons.*.handle.mean": draw(st.sampled_from(("x 1.2", "-10 %", "+ 1 min")))},
    }


@st.composite
def scenarios(draw: st.DrawFn, coarse: bool | None = None, max_days: int = 3) -> Document:
    """A valid scenario of one to three days, up to three reasons, channels and teams, any feature on or off.

    ``coarse`` fixes whether durations are whole minutes; left out, either.
    """
    words = Words(draw(st.booleans()) if coarse is None else coarse)
    channels = list(CHANNELS[: draw(st.integers(1, 3))])
    reasons = list(REASONS[: draw(st.integers(1, 3))])
    teams = ["first", "second", "everyone"][-draw(st.integers(1, 3)) :]
    # The second start has a clock change on its third day, the third is in summer with both seasons at 1.
    start, zone = draw(st.sampled_from((("2027-01-04", "UTC"), ("2027-03-26", "Europe/Berlin"), ("2027-07-01", "UTC"))))
    demand = draw(world_demand(reasons[0]))
    length_min = draw(st.integers(12 * 60, max_days * 24 * 60))
    for event in demand.get("events", {}).values():
        day = str(np.datetime64(start) + (length_min > 24 * 60))
        event.update({"from": day, "until": day})
    document: Document = {
        "schema": 1,
        "name": "generated",
        "horizon": {
            "start": start,
            "timezone": zone,
            "length": f"{length_min} min",
            "warm_up": draw(st.sampled_from(("0 s", "6 h"))),
            "at_end": draw(st.sampled_from(("cut", "drain"))),
        },
        "customers": {"active": 1000, "new": "60 /month", "orders": "5 /month", "churn": "5 %/month"},
        "demand": demand,
        "reasons": {name: draw(reason(words, channels, teams)) for name in reasons},
        "channels": {name: draw(channel(words, name, channels)) for name in channels},
        "teams": {name: draw(team(words, channels, reasons, name == "everyone")) for name in teams},
    }
    document["decisions"] = draw(decided_people(document["teams"], start[:7]))
    if draw(st.booleans()):
        names = ("help_centre", "portal")[: draw(st.integers(1, 2))]
        document["self_service"] = {name: draw(self_service(words, channels, reasons)) for name in names}
    if draw(st.booleans()):
        names = ("robot", "voice_menu")[: draw(st.integers(1, 2))]
        document["bots"] = {name: draw(bot(words, channels, reasons)) for name in names}
    if draw(st.booleans()):
        document["investments"] = {"automation": draw(automation(document, reasons[0]))}
        document["decisions"] = {**document["decisions"], "investments": {"automation": start}}
    return document


def coarsen(tape: Tape, tick_ms: int = 60_000) -> Tape:
    """The tape with all times and durations rounded up to whole ticks: the same tickets, with many ties."""

    def up(values: np.ndarray) -> np.ndarray:
        ticks = -(-values // tick_ms) * tick_ms
        return np.where((values >= 0) & (values < NEVER), ticks, values)

    columns = {name: up(getattr(tape, name)) for name in _TIMES}
    with_contact = np.flatnonzero(columns["first_ms"] >= 0)
    order = with_contact[np.argsort(columns["first_ms"][with_contact], kind="stable")]
    return dataclasses.replace(tape, **columns, first_order=order)


_TIMES = (
    "need_ms",
    "self_end_ms",
    "first_ms",
    "reopen_ms",
    "work_ms",
    "wrap_ms",
    "patience_ms",
    "retry_ms",
    "return_ms",
    "bot_ms",
)
