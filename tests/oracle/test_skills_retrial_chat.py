"""Routing over skills, customers who try again, and several chats in the hands of one agent, against exact chains."""

from typing import Any

import numpy as np
import pytest

from sim.demand.tape import NO_CHANNEL
from sim.engine import outcomes as o
from tests.oracle.build import document, exponential, patience, per, single_queue
from tests.oracle.compare import Expected, Ratio
from tests.oracle.expected import read
from tests.oracle.harness import Steady, relaxation, watch_steady
from tests.oracle.measure import Observed, queue_measures

pytestmark = pytest.mark.slow

TABLES = read("ctmc_skills_retrial_chat")
THIRD = 1 / 3


def short(case: dict[str, Any]) -> str:
    """The first word or two of a case's name."""
    return str(case["name"]).split(":")[0].split(" ")[0]


def skills_document(case: dict[str, Any]):
    """Class i -> channel, group g -> team; TG is the channel's order of teams, GT the team's order of channels."""
    rates = case["mu"]
    base = [next(mu for mu in row if mu) for row in rates]
    classes = {
        f"class{i}": (
            {"rate": per(lam), "handle": exponential(base[i])},
            {"patience": patience(case["theta"][i]), "teams": [f"group{g}" for g in case["TG"][i]]},
        )
        for i, lam in enumerate(case["lam"])
    }
    teams = {
        f"group{g}": {
            "agents": agents,
            "serves": [f"class{i}" for i in case["GT"][g]],
            "speed": {f"class{i}": rates[i][g] / base[i] for i in case["GT"][g]},
        }
        for g, agents in enumerate(case["n"])
    }
    return document("skills", classes, teams)


@pytest.mark.parametrize("case", TABLES["skills"], ids=short)
def test_skills_routing(case: dict[str, Any], engine, verify):
    """V, N, M and I designs (X and W where listed): per class and per group."""
    groups = range(len(case["n"]))
    expected: dict[str, Expected | float] = {}
    for i, exact in enumerate(case["exact"]["per_class"]):
        expected |= {f"{name}[{i}]": exact[name] for name in ("P_wait", "P_abandon", "Lq", "EW_all")}
        expected[f"SL 1/3 [{i}]"] = Expected.noisy(*case["sim_check_mean_and_95hw"][i]["SL_within_third_of_offered"])
        for g in groups:
            expected[f"served by {g} of [{i}]"] = case["exact"]["share_served_by_group"][i][g]
    expected |= {f"occupancy[{g}]": value for g, value in enumerate(case["exact"]["occupancy"])}

    def measure(seen: Observed) -> dict[str, Ratio]:
        found: dict[str, Ratio] = {
            f"occupancy[{g}]": (seen.busy(g), agents * seen.time) for g, agents in enumerate(case["n"])
        }
        for i in range(len(case["lam"])):
            mine = seen.channel == i
            single = queue_measures(seen, 1, THIRD, mine)
            found |= {f"{name}[{i}]": single[name] for name in ("P_wait", "P_abandon", "Lq", "EW_all")}
            found[f"SL 1/3 [{i}]"] = single["SL_served_within_T_of_offered"]
            for g in groups:
                found[f"served by {g} of [{i}]"] = (seen.count(mine & seen.served & (seen.team == g)), seen.count(mine))
        return found

    lam = sum(case["lam"])
    plan = Steady(lam, 1 / min(case["theta"]), 400_000)
    verify(
        case["name"].split(":")[0], expected, watch_steady(case["name"], skills_document(case), plan, measure, engine)
    )


def orbit(seen: Observed) -> np.ndarray:
    """Integral of the number of customers who have left and will try again."""
    tape, out = seen.run.tape, seen.run.outcomes
    left = np.flatnonzero(np.isin(out.result, (o.ABANDONED, o.BLOCKED)) & (out.kind >= 0))
    left = left[(tape.retry_channel[0, left] != NO_CHANNEL) & (tape.next_row[left] >= 0)]
    again = tape.next_row[left]
    left, again = left[out.kind[again] >= 0], again[out.kind[again] >= 0]
    return seen.during(out.leave_ms[left], out.arrive_ms[again])


def retrial_measures(seen: Observed, agents: int) -> dict[str, Ratio]:
    """Per attempt, per fresh call, and of the orbit."""
    fresh, again = seen.kind == o.FIRST, seen.kind == o.RETRY
    everyone = np.ones(len(fresh), dtype=bool)
    single = queue_measures(seen, agents)
    out = seen.run.outcomes
    met = out.state[seen.run.tape.ticket[seen.used]] == o.BY_AGENT
    return {
        "P_abandon_per_attempt": single["P_abandon"],
        "EW_per_attempt": single["EW_all"],
        "Lq": single["Lq"],
        "P_wait_fresh": queue_measures(seen, agents, of=fresh)["P_wait"],
        "P_block_fresh": (seen.count(fresh & seen.blocked), seen.count(fresh)),
        "P_block_any": (seen.count(seen.blocked), seen.count(everyone)),
        "redials_per_fresh_call": (seen.count(again), seen.count(fresh)),
        "total_attempt_rate": (seen.count(everyone), seen.time),
        "mean_orbit": (orbit(seen), seen.time),
        "occupancy": single["occupancy"],
        "served_fraction_of_fresh": (seen.count(fresh & met), seen.count(fresh)),
    }


# Attempts after which a ticket gives up, so large that it never matters; and how long the system remembers (minutes):
# R1 forgets like its orbit; R3 loses nobody, so it is as slow as M/M/12 at load 0.83, and its orbit; R7 likewise.
RETRIAL = {"R1": (40, 20.0, 400_000), "R3": (24, 45.0, 400_000), "R7": (60, 45.0, 250_000)}


@pytest.mark.parametrize("case", TABLES["retrial"], ids=short)
def test_customers_who_try_again(case: dict[str, Any], engine, verify):
    """R1, R3: abandoned customers redial with a new patience. R7: no waiting, the blocked come back until served."""
    attempts, tau, contacts = RETRIAL[short(case)]
    n, theta = case["n"], case.get("theta")
    made = single_queue(
        case["lam"],
        exponential(case["mu"]),
        n,
        patience(theta) if theta else "never",
        None if theta else 0,
        retry={"share": case["p"], "after": exponential(case["eta"])},
    )
    made["reasons"]["calls"]["attempts"] = attempts
    skipped = {"states", "residual", "trunc"}
    expected = {name: value for name, value in case["exact"].items() if name not in skipped}
    plan = Steady(case["exact"]["total_attempt_rate"], tau, contacts, rows=4.0)
    simulated = watch_steady(case["name"], made, plan, lambda seen: retrial_measures(seen, n), engine)
    assert case["exact"]["mean_orbit"] == pytest.approx(case.get("closed_form_mean_orbit", case["exact"]["mean_orbit"]))
    verify(case["name"], expected, simulated)


@pytest.mark.parametrize("case", TABLES["chat"], ids=short)
def test_chats_in_parallel(case: dict[str, Any], engine, verify):
    """Independent slots (the Erlang-A of as many servers), chats that slow each other, and processor sharing."""
    agents, slots, totals = case["agents"], case["slots"], case["agent_total_rate_with_j_chats"]
    made = single_queue(
        case["lam"],
        exponential(totals[0]),
        agents,
        patience(case["theta"]),
        parallel=slots,
        speed=[total / (j * totals[0]) for j, total in enumerate(totals, start=1)],
    )

    def measure(seen: Observed) -> dict[str, Ratio]:
        single = queue_measures(seen, agents)
        leave = seen.run.outcomes.leave_ms[seen.used]
        open_chats = seen.during(seen.wait_end[seen.served], leave[seen.served])
        served = seen.served
        return {
            **{name: single[name] for name in ("P_wait", "Lq", "EW_all", "P_abandon")},
            "mean_open_chats": (open_chats, seen.time),
            "mean_chat_duration": (seen.summed((leave - seen.wait_end) / seen.unit_ms, served), seen.count(served)),
            "agents_busy_fraction": (seen.busy(), agents * seen.time),
            "slot_occupancy": (open_chats, agents * slots * seen.time),
        }

    skipped = {"states", "truncation", "residual"}
    expected = {name: value for name, value in case["exact"].items() if name not in skipped}
    tau = relaxation(case["lam"], totals[0] if case["theta"] else totals[-1], agents, case["theta"])
    simulated = watch_steady(case["name"], made, Steady(case["lam"], tau, 400_000), measure, engine)
    verify(case["name"], expected, simulated)
