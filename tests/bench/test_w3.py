"""The models whose speed is compared on W3 say the same of the centre, by their own standard errors over the days."""

from math import sqrt
from statistics import mean, variance

import numpy as np
import pytest

from benchmarks import w3
from sim.demand.draw import draw_tape
from sim.engine import ENGINES, play
from sim.engine import outcomes as out
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from sim.scenario.load import resolve

DAYS = 16
PHONE = "phone"


def measures_of_peer(seed: int) -> dict[str, float]:
    contacts, summary = w3.peer(seed)
    phone = summary.channels[PHONE]
    return {
        "contacts": contacts,
        "mean wait": phone.mean_wait,
        "abandonment": phone.abandon_share,
        "wait for mail": summary.channels["email"].mean_wait,
    }


@pytest.fixture(scope="module")
def peer_days() -> list[dict[str, float]]:
    return [measures_of_peer(seed) for seed in range(DAYS)]


def measures_of_outcomes(happened: out.Outcomes) -> dict[str, float]:
    """Waits of those who left the queue, in minutes, as the peer counts them."""

    def waits(channel: int) -> tuple[np.ndarray, np.ndarray]:
        here = (happened.kind >= 0) & (happened.channel == channel)
        answered = here & (happened.answer_ms >= 0)
        gone = here & (happened.result == out.ABANDONED)
        ends = np.where(answered, happened.answer_ms, happened.leave_ms)
        return (ends - happened.queue_ms)[answered | gone] / 60_000, gone[answered | gone]

    phone, gone = waits(0)
    return {
        "contacts": float((happened.kind >= 0).sum()),
        "mean wait": float(phone.mean()),
        "abandonment": float(gone.mean()),
        "wait for mail": float(waits(2)[0].mean()),
    }


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_the_models_of_w3_agree(engine, peer_days):
    resolved = resolve(w3.scenario())
    assert list(resolved.scenario.channels) == [PHONE, "chat", "email"]
    plan = make_plan(resolved)
    days = []
    for day in range(DAYS):
        tape, roster = draw_tape(resolved, 1, day), draw_roster(resolved, 1, day)
        days.append(measures_of_outcomes(play(plan, tape, roster, engine)))
    for name in peer_days[0]:
        theirs, ours = [d[name] for d in peer_days], [d[name] for d in days]
        error = sqrt((variance(theirs) + variance(ours)) / DAYS)
        z = (mean(ours) - mean(theirs)) / error
        assert abs(z) < 3.5, f"{name}: {mean(ours)} here, {mean(theirs)} there, z = {z:.1f}"
        assert error < 0.2 * mean(theirs), f"{name}: too noisy to say anything"
