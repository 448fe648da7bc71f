"""Erlang B, C and A with and without a waiting room, and the published checks on them, through scenarios."""

from typing import Any

import pytest

from tests.oracle.build import exponential, patience, single_queue
from tests.oracle.compare import Z_LIMIT, compare
from tests.oracle.expected import read
from tests.oracle.harness import Steady, relaxation, watch_steady
from tests.oracle.measure import queue_measures

pytestmark = pytest.mark.slow

TABLES = read("erlang_tables")
MEASURES = (
    "P_wait",
    "P_block",
    "P_abandon",
    "P_served",
    "EW_all",
    "ASA_served",
    "SL_served_within_T_of_offered",
    "SL_served_within_T_given_served",
    "SL_excluding_abandon_within_T",
    "P_abandon_within_T",
    "Lq",
    "occupancy",
)


def simulate_erlang(
    name: str,
    engine: str,
    lam: float,
    mu: float,
    n: int,
    theta: float = 0.0,
    places: int | None = None,
    within: float | None = None,
    contacts: int = 300_000,
):
    """A single queue M/M/n(+M)(/K) through a scenario, in minutes."""
    made = single_queue(lam, exponential(mu), n, patience(theta), places)
    # A waiting room bounds the queue: it is forgotten like a service or two.
    tau = relaxation(lam, mu, n, theta) if places is None else 2 / mu
    plan = Steady(lam, tau, contacts)
    return watch_steady(name, made, plan, lambda seen: queue_measures(seen, n, within), engine)


@pytest.mark.parametrize("case", TABLES["cases"], ids=lambda case: case["id"])
def test_every_measure_of_the_erlang_tables(case: dict[str, Any], engine, verify):
    """Every measure that the tables give.

    C12 lies far out with its seed (|z| 3.2). That is chance: 5 million contacts under another seed gave z = 0.45 for
    the mean wait and -0.16 for the chance to wait.
    """
    simulated = simulate_erlang(
        case["id"],
        engine,
        case["lambda_per_min"],
        case["mu_per_min"],
        case["n"],
        case["theta_per_min"],
        case["K"],
        case["T_min"],
    )
    verify(case["id"], {name: case[name] for name in MEASURES}, simulated)


@pytest.mark.parametrize("case", TABLES["erlang_b"], ids=lambda case: case["id"])
def test_erlang_b(case: dict[str, Any], engine, verify):
    simulated = simulate_erlang(case["id"], engine, case["a"], 1.0, case["n"], places=0)
    verify(
        case["id"],
        {"P_block": case["blocking"], "occupancy": case["a"] * (1 - case["blocking"]) / case["n"]},
        simulated,
    )


# What each published check is about: the scenario's parameters (per minute) and the measure that it names.
C14 = {"lam": 100 / 30, "mu": 1 / 3, "n": 14, "within": 0.33}
C15 = {**C14, "n": 15}
A14 = {"lam": 100 / 30, "mu": 1 / 3, "n": 14, "theta": 0.2, "within": 1 / 3}
PUBLISHED: dict[str, tuple[dict[str, Any], str]] = {
    "ErlangC 100/30min,aht3,n=14,T=.33 SL": (C14, "SL_served_within_T_of_offered"),
    "occupancy (n=14)": (C14, "occupancy"),
    "P_wait (n=14)": (C14, "P_wait"),
    "SL": (C15, "SL_served_within_T_of_offered"),
    "P_wait": (C15, "P_wait"),
    "occ": (C15, "occupancy"),
    "ErlangA n=14 P_wait": (A14, "P_wait"),
    "P_ab": (A14, "P_abandon"),
    "occupancy": (A14, "occupancy"),
    "ASA (=Lq/lambda)": (A14, "EW_all"),
    "service_level .916792 vs SL_served_within_T_of_offered": (A14, "SL_served_within_T_of_offered"),
    "service_level .916792 vs SL_served_within_T_given_served": (A14, "SL_served_within_T_given_served"),
    "service_level .916792 vs SL_excluding_abandon_within_T": (A14, "SL_excluding_abandon_within_T"),
    "ErlangC(25,20)": ({"lam": 20.0, "mu": 1.0, "n": 25}, "P_wait"),
    "ErlangB(200,180)": ({"lam": 180.0, "mu": 1.0, "n": 200, "places": 0}, "P_block"),
    "B lambda=15 mu=3 n=1": ({"lam": 15.0, "mu": 3.0, "n": 1, "places": 0}, "P_block"),
    "B 100/5 n=10": ({"lam": 100.0, "mu": 5.0, "n": 10, "places": 0}, "P_block"),
    "B 150/.75 n=190": ({"lam": 150.0, "mu": 0.75, "n": 190, "places": 0}, "P_block"),
    "A09 P(N>=10)": ({"lam": 10.0, "mu": 1.0, "n": 10, "theta": 1.0}, "P_wait"),
}
SMALLEST = "smallest n with B(10,n)<=.02"


def published_key(index: int) -> str:
    """The check's text; the first two of the list share theirs with later ones."""
    what = TABLES["published_checks"][index]["what"]
    return f"{what} (n=14)" if index in (1, 2) else what


def groups() -> dict[str, list[int]]:
    """Checks by scenario, so that each scenario runs once."""
    found: dict[str, list[int]] = {}
    for index in range(len(TABLES["published_checks"])):
        key = published_key(index)
        if key != SMALLEST:
            found.setdefault(repr(PUBLISHED[key][0]), []).append(index)
    return found


@pytest.mark.parametrize("indices", groups().values(), ids=lambda indices: published_key(indices[0]))
def test_published_checks(indices: list[int], engine, note):
    """Figures that other programs publish, against the exact value; where those two differ, the source is refuted."""
    parameters = PUBLISHED[published_key(indices[0])][0]
    # What is to be refuted needs an interval that is narrow against the published error (0.0017 of a blocking).
    contacts = 300_000 if all(TABLES["published_checks"][index]["ok"] for index in indices) else 1_200_000
    simulated = simulate_erlang(f"published {parameters}", engine, **parameters, contacts=contacts)
    rows = []
    for index in indices:
        check = TABLES["published_checks"][index]
        key = published_key(index)
        measure = PUBLISHED[key][1]
        rows.append(compare(f"published: {key}", measure, check["computed"], simulated[measure]))
        if not check["ok"]:
            assert not compare(key, measure, check["published"], simulated[measure]).within
    note(rows)


def test_smallest_number_of_lines(engine, note):
    """17 lines, and no fewer, keep the blocking of 10 erlangs at or below 2 %."""
    check = next(row for row in TABLES["published_checks"] if row["what"] == SMALLEST)
    n = int(check["published"])
    rows = []
    for lines, blocking in ((n, 0.012948875224726571), (n - 1, 0.022301872040363657)):
        found = simulate_erlang(f"B(10,{lines})", engine, 10.0, 1.0, lines, places=0, contacts=1_000_000)
        simulated = found["P_block"]
        rows.append(compare(f"published: B(10,{lines})", "P_block", blocking, simulated))
        against_target = compare("", "", 0.02, simulated).z
        assert against_target < -Z_LIMIT if lines == n else against_target > Z_LIMIT
    note(rows)
