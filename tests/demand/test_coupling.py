"""Coupling (rules 4.3 and 4.5): a change of the scenario changes of the tape what it must, and nothing else."""

import copy

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sim.demand import contacts
from sim.demand.tape import NEVER, NO_CHANNEL, SELF_FAILED, SELF_RESOLVED
from tests.demand.stories import same_bytes, stories, tape_of
from tests.strategies import parts, percent, scenarios, team

# Without shrinking: a generated scenario is long, and Hypothesis would spend minutes on a shorter one.
EXAMPLES = settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def changed(document, *path_and_value):
    """A copy with one value set."""
    *path, last, value = path_and_value
    other = copy.deepcopy(document)
    block = other
    for key in path:
        block = block[key]
    block[last] = value
    return other


def scaled_source(reason, factor):
    """The reason with more or fewer needs."""
    name = next(key for key in ("per_order", "per_customer", "rate") if key in reason)
    if name == "per_order":
        return {**reason, name: reason[name] * factor}
    figure, unit = reason[name].split()
    return {**reason, name: f"{float(figure) * factor:g} {unit}"}


@EXAMPLES
@given(scenarios(), st.data())
def test_staffing_leaves_the_tape_byte_for_byte(document, data):
    for block in document["teams"].values():
        block.get("hire", {}).pop("start_quality", None)
    document["decisions"] = {"investments": document["decisions"].get("investments", {})}  # people fit their own teams
    other = copy.deepcopy(document)
    for name, block in document["teams"].items():
        words = _words()
        new = data.draw(team(words, list(document["channels"]), list(document["reasons"]), name == "everyone"))
        # Who resolves more or less is not staffing: it decides how many contacts a ticket can need.
        new.pop("resolves", None)
        new.get("hire", {}).pop("start_quality", None)
        other["teams"][name] = {**new, **{key: block[key] for key in ("resolves",) if key in block}}
    assert same_bytes(tape_of(document), tape_of(other))


def _words():
    from tests.strategies import Words

    return Words(coarse=True)


def always_resolved(reason: dict) -> bool:
    """Whether every handled contact of a reason meets the need, so that nobody can come back and no return is drawn."""
    shares = [reason.get("resolved_first", "100 %"), reason.get("resolved_later") or "100 %"]
    return all(str(share).replace(" ", "") == "100%" for share in shares)


def same_draws(draws: tuple, others: tuple, never_fails: bool) -> bool:
    """Equal draws; the return (places 5 and 6) may be new where there could be none before."""
    if never_fails and draws[5:7] == ("nowhere", None):
        return draws[:5] + draws[7:] == others[:5] + others[7:]
    return draws == others


@EXAMPLES
@given(scenarios())
def test_a_better_team_leaves_the_tape_and_a_worse_one_only_adds_rows(document):
    for block in document["teams"].values():
        block.pop("resolves", None)
    name = next(iter(document["teams"]))
    better = changed(document, "teams", name, "resolves", "150 %")
    assert same_bytes(tape_of(document), tape_of(better))
    plain, worse = stories(document), stories(changed(document, "teams", name, "resolves", "40 %"))
    assert plain.keys() == worse.keys()
    for identity, story in plain.items():
        rows = worse[identity]["rows"]
        assert len(rows) >= len(story["rows"])
        for row, before in zip(rows, story["rows"], strict=False):
            # perhaps on further channels, where those who come back could be
            never_fails = always_resolved(document["reasons"][story["reason"]])
            assert all(same_draws(draws, row[name], never_fails) for name, draws in before.items())
        assert {**worse[identity], "rows": 0} == {**story, "rows": 0}


@EXAMPLES
@given(scenarios())
def test_same_seed_same_bytes_and_other_replication_other_tickets(document):
    one, again, other, seeded = (
        tape_of(document, seed, replication) for seed, replication in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    assert same_bytes(one, again)
    if one.tickets > 20:
        assert not np.array_equal(one.need_ms, other.need_ms)
        assert not np.array_equal(one.need_ms, seeded.need_ms)
        assert not np.array_equal(other.need_ms, seeded.need_ms)


@EXAMPLES
@given(scenarios(), st.sampled_from((0.2, 0.7, 0.95)))
def test_less_demand_keeps_a_subset_of_the_same_tickets(document, factor):
    fewer = copy.deepcopy(document)
    name = next(iter(document["reasons"]))
    fewer["reasons"][name] = scaled_source(document["reasons"][name], factor)
    more, less = stories(document), stories(fewer)
    assert all(more[identity] == story for identity, story in less.items())
    others = {identity for identity, story in more.items() if story["reason"] != name}
    assert others == {identity for identity, story in less.items() if story["reason"] != name}


@EXAMPLES
@given(scenarios())
def test_busier_days_keep_the_tickets_of_quiet_ones(document):
    document["demand"].pop("busyness", None)
    for reason in document["reasons"].values():
        reason.pop("lag", None)  # growth run backwards makes the orders ahead of the horizon fewer
    busier = changed(document, "demand", "growth", "60 %/year")
    quieter = changed(document, "demand", "growth", "0 %/year")
    more, less = stories(busier), stories(quieter)
    assert all(more[identity] == story for identity, story in less.items())


@EXAMPLES
@given(scenarios(), percent(), percent())
def test_adding_a_reason_leaves_all_other_tickets(document, resolved_first, share):
    """The new reason is declared first, so every number of a reason moves; names do not."""
    new = {
        "rate": "30 /day",
        "channels": {next(iter(document["channels"])): "100 %"},
        "handle": {"mean": "3 min"},
        "resolved_first": resolved_first,
        "unresolved": {"share": share},
    }
    other = copy.deepcopy(document)
    other["reasons"] = {"added": new, **document["reasons"]}
    before, after = stories(document), stories(other)
    assert {i: s for i, s in after.items() if s["reason"] != "added"} == before


@EXAMPLES
@given(scenarios())
def test_adding_a_channel_that_nobody_uses_leaves_all_tickets(document):
    other = copy.deepcopy(document)
    other["channels"] = {"letter": {"patience": "5 min", "wrap_up": "1 min"}, **document["channels"]}
    other["teams"]["everyone"]["serves"] = [*document["teams"]["everyone"]["serves"], "letter"]
    assert stories(other) == stories(document)


@EXAMPLES
@given(scenarios())
def test_an_event_changes_the_tickets_of_its_days_alone(document):
    document["demand"].pop("events", None)
    day = np.datetime64(document["horizon"]["start"])
    name = next(iter(document["reasons"]))
    source = next(key for key in ("per_order", "per_customer", "rate") if key in document["reasons"][name])
    changes = {f"reasons.{name}.{source}": "x 3", f"reasons.{name}.resolved_first": "10 %"}
    event = {"from": str(day), "until": str(day), "changes": changes}
    before, after = stories(document), stories(changed(document, "demand", "events", {"strike": event}))
    from_day_two = 24 * 3_600_000

    def outside(found):
        return {i: s for i, s in found.items() if s["need"] >= from_day_two or s["reason"] != name}

    assert outside(before) == outside(after)
    assert before.keys() <= after.keys()
    for identity, story in before.items():  # the same customers, though more of them now come back
        assert after[identity]["need"] == story["need"]
        assert after[identity]["channel"] == story["channel"]


@EXAMPLES
@given(scenarios())
def test_a_longer_horizon_keeps_the_earlier_tickets(document):
    minutes = int(document["horizon"]["length"].split()[0])
    longer = changed(document, "horizon", "length", f"{minutes + 1501} min")
    before, after = stories(document), stories(longer)
    assert {i: s for i, s in after.items() if s["need"] < minutes * 60_000} == before


@EXAMPLES
@given(scenarios())
def test_handle_time_moves_work_alone(document):
    name = next(iter(document["reasons"]))
    longer = copy.deepcopy(document)
    handle = longer["reasons"][name]["handle"]
    handle["mean"] = {"ms": "1500000 ms", "min": "25 min"}[handle["mean"].split()[1]]
    one, other = tape_of(document), tape_of(longer)
    for field in ("identity", "need_ms", "next_row", "wrap_ms", "patience_ms", "retry_ms", "return_ms", "flags"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    mine = one.reason[one.ticket] == list(document["reasons"]).index(name)
    assert (other.work_ms[:, mine] >= one.work_ms[:, mine]).all()
    np.testing.assert_array_equal(other.work_ms[:, ~mine], one.work_ms[:, ~mine])


@EXAMPLES
@given(scenarios())
def test_better_self_service_only_moves_tickets_to_resolved(document):
    name = next(iter(document["reasons"]))
    offer = {"reach": "60 %", "resolves": {name: "30 %"}, "false_resolved": "10 %", "takes": "3 min"}
    weak = changed(document, "self_service", {"help": offer})
    strong = changed(weak, "self_service", "help", "resolves", {name: "55 %"})
    one, other = tape_of(weak), tape_of(strong)
    np.testing.assert_array_equal(one.identity, other.identity)
    np.testing.assert_array_equal(one.self_service, other.self_service)
    assert (other.self_fate[one.self_fate == SELF_RESOLVED] == SELF_RESOLVED).all()
    assert (one.self_fate[other.self_fate == SELF_FAILED] == SELF_FAILED).all()


@EXAMPLES
@given(scenarios())
def test_adding_self_service_moves_only_whom_it_reaches(document):
    document.pop("self_service", None)
    name = next(iter(document["reasons"]))
    offer = {"reach": "30 %", "resolves": {name: "50 %"}, "takes": "3 min"}
    before, after = stories(document), stories(changed(document, "self_service", {"help": offer}))
    assert before.keys() == after.keys()
    for identity, story in after.items():
        if story["self_service"] is None:
            assert story == before[identity]


@EXAMPLES
@given(scenarios(), st.data())
def test_the_mix_of_channels_moves_the_channel_alone(document, data):
    name = next(iter(document["reasons"]))
    document.pop("self_service", None)
    shares = data.draw(parts(list(document["channels"])))
    before, after = stories(document), stories(changed(document, "reasons", name, "channels", shares))
    assert before.keys() == after.keys()
    for identity, story in before.items():
        assert after[identity]["need"] == story["need"]
        assert after[identity]["rows"][0]["result"] == story["rows"][0]["result"]


@EXAMPLES
@given(scenarios())
def test_every_tape_is_well_formed(document):
    tape = tape_of(document)
    n, m = tape.tickets, tape.rows
    assert (np.diff(tape.need_ms) >= 0).all()
    ties = np.flatnonzero(np.diff(tape.need_ms) == 0)
    assert (tape.identity[ties] < tape.identity[ties + 1]).all()
    np.testing.assert_array_equal(tape.ticket[:n], np.arange(n))
    with_next = np.flatnonzero(tape.next_row >= 0)
    assert sorted(tape.next_row[with_next]) == list(range(n, m))  # every further row has one predecessor
    np.testing.assert_array_equal(tape.ticket[tape.next_row[with_next]], tape.ticket[with_next])
    attempts = np.array([block["attempts"] for block in document["reasons"].values()])
    assert (np.bincount(tape.ticket, minlength=n) <= attempts[tape.reason]).all()
    for name in ("resolve_u", "transfer_u"):
        column = getattr(tape, name)
        assert ((column >= 0) & (column < 2**32)).all()
    lines = len(document["channels"]) if tape.wide else 1
    assert tape.work_ms.shape == (lines, m)
    line = tape.channel if tape.wide else np.zeros(n, dtype=int)
    first = (line, np.arange(n))
    assert (tape.work_ms[first] >= 1).all()
    assert ((tape.patience_ms[first] >= 1) & (tape.patience_ms[first] <= NEVER)).all()
    for target, delay in (("retry_channel", "retry_ms"), ("return_channel", "return_ms")):
        goes = getattr(tape, target) != NO_CHANNEL
        assert (getattr(tape, delay)[goes] >= 1).all()
    firsts = tape.first_ms[tape.first_order]
    assert (np.diff(firsts) >= 0).all()
    assert set(tape.first_order) == set(np.flatnonzero(tape.first_ms >= 0))
    assert ((tape.first_ms >= tape.need_ms) | (tape.first_ms == -1)).all()
    np.testing.assert_array_equal(tape.self_end_ms >= 0, tape.self_service >= 0)


def test_replications_are_independent():
    """Counts by half-hour of two replications, and of two reasons in one, are not correlated."""
    block = {"rate": "100 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "1 min"}}
    document = {
        "schema": 1,
        "name": "two",
        "horizon": {"start": "2027-01-04", "length": "100 days"},
        "reasons": {"one": block, "other": block},
        "channels": {"phone": {}},
        "teams": {"team": {"agents": 1, "serves": ["phone"]}},
    }
    counts = []
    for replication in (0, 1):
        tape = tape_of(document, 0, replication)
        for reason in (0, 1):
            counts.append(np.bincount(tape.need_ms[tape.reason == reason] // 1_800_000, minlength=4800))
    table = np.asarray(np.corrcoef(counts))
    correlations = table[np.triu_indices(4, 1)] * np.sqrt(4800)
    assert np.abs(correlations).max() < 3.9


@pytest.mark.parametrize("seed", [0, 1, 2, 2**62])
def test_every_seed_gives_the_declared_number_of_needs(seed):
    document = {
        "schema": 1,
        "name": "one",
        "horizon": {"start": "2027-01-04", "length": "30 days"},
        "reasons": {"one": {"rate": "4000 /day", "channels": {"phone": "100 %"}, "handle": {"mean": "1 min"}}},
        "channels": {"phone": {}},
        "teams": {"team": {"agents": 1, "serves": ["phone"]}},
    }
    assert abs(tape_of(document, seed).tickets - 120_000) < 3.5 * np.sqrt(120_000)


@EXAMPLES
@given(scenarios())
def test_drawing_in_blocks_gives_the_same_bytes(document):
    whole = tape_of(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contacts, "_BLOCK", 7)
        blocks = tape_of(document)
    assert same_bytes(whole, blocks)
