"""Priorities, service times of any distribution, patience of any distribution, and arrivals in groups."""

from typing import Any

import pytest

from tests.oracle.build import Document, document, duration, exponential, per, single_queue
from tests.oracle.expected import read
from tests.oracle.harness import Steady, relaxation, watch_steady
from tests.oracle.measure import Observed, queue_measures

pytestmark = pytest.mark.slow

TABLES = read("priority_mg1_mdc_mmnG")


def label(case: dict[str, Any]) -> str:
    """A readable name of a case."""
    load = case.get("lam", case.get("lambdas", case.get("batch_rate")))
    model = case.get("model", "M/M/c priority" if "lambdas" in case else "M/D/c")
    return f"{model} {load}/{case.get('c', case.get('n', 1))}"


@pytest.mark.parametrize("case", TABLES["priority"], ids=label)
def test_non_preemptive_priority(case: dict[str, Any], engine, verify):
    """Cobham and Kella-Yechiali: the mean wait of every class; the team serves the classes in order."""
    lambdas = case["lambdas"]
    means = [1.0, 3.0] if "mu" not in case else [1 / case["mu"]] * len(lambdas)
    agents = case.get("c", 1)
    classes: dict[str, tuple[Document, Document]] = {
        f"class{k}": ({"rate": per(lam), "handle": exponential(1 / mean)}, {})
        for k, (lam, mean) in enumerate(zip(lambdas, means, strict=True))
    }
    made = document("priority", classes, {"agents": {"agents": agents, "serves": list(classes)}})
    lam = sum(lambdas)
    work = sum(rate * mean for rate, mean in zip(lambdas, means, strict=True))
    second = sum(rate * 2 * mean**2 for rate, mean in zip(lambdas, means, strict=True)) / lam
    mean = work / lam
    # The lowest class sees the server through the higher ones: its own relaxation is that of the whole work.
    tau = relaxation(lam, 1 / mean, agents, scv=second / mean**2 - 1)

    def measure(seen: Observed):
        return {
            "occupancy": (seen.busy(), agents * seen.time),
            **{f"EW[{k}]": queue_measures(seen, agents, of=seen.channel == k)["EW_all"] for k in range(len(lambdas))},
        }

    expected = {f"EW[{k}]": value for k, value in enumerate(case["EW"])} | {"occupancy": work / agents}
    name = label(case)
    verify(name, expected, watch_steady(name, made, Steady(lam, tau, 400_000), measure, engine))


def service(model: str, mean: float, scv: float) -> Document:
    """The handle time that a model's name stands for."""
    family = {
        "M/M": "exponential",
        "M/D": "constant",
        "M/U": "uniform",
        "M/E2": "gamma",
        "M/lognormal": "lognormal",
        "M/H2": "hyperexponential",
        "M/gamma": "gamma",
    }
    kind = next(value for key, value in sorted(family.items(), key=lambda pair: -len(pair[0])) if model.startswith(key))
    block: Document = {"mean": duration(mean), "distribution": kind}
    return block if kind in ("exponential", "constant") else {**block, "cv": scv**0.5}


@pytest.mark.parametrize("case", TABLES["mg1"], ids=label)
def test_pollaczek_khinchine(case: dict[str, Any], engine, verify):
    """M/G/1: the mean wait depends on the service time through its mean and variance alone."""
    lam, mean, scv = case["lam"], case["mean_service"], case["scv"]
    made = single_queue(lam, service(case["model"], mean, scv), 1)
    expected = {"EW_all": case["EW"], "P_wait": case["P_wait"], "Lq": case["Lq"], "occupancy": lam * mean}
    plan = Steady(lam, relaxation(lam, 1 / mean, 1, scv=scv))
    verify(label(case), expected, watch_steady(label(case), made, plan, lambda seen: queue_measures(seen, 1), engine))


@pytest.mark.parametrize("case", TABLES["mdc"], ids=label)
def test_constant_service(case: dict[str, Any], engine, verify):
    """M/D/c, several servers."""
    lam, c = case["lam"], case["c"]
    made = single_queue(lam, service("M/D", case["D"], 0.0), c)
    expected = {"EW_all": case["EW"], "P_wait": case["P_all_servers_busy_at_arrival"], "occupancy": lam / c}
    plan = Steady(lam, relaxation(lam, 1 / case["D"], c, scv=0.0))
    verify(label(case), expected, watch_steady(label(case), made, plan, lambda seen: queue_measures(seen, c), engine))


@pytest.mark.parametrize("case", TABLES["mec"], ids=label)
def test_erlang_service_several_servers(case: dict[str, Any], engine, verify):
    """M/E2/c."""
    lam, c = case["lam"], case["c"]
    made = single_queue(lam, service("M/E2", case["mean_service"], 0.5), c)
    plan = Steady(lam, relaxation(lam, 1 / case["mean_service"], c, scv=0.5))
    expected = {"EW_all": case["EW"], "Lq": lam * case["EW"], "occupancy": lam * case["mean_service"] / c}
    verify(label(case), expected, watch_steady(label(case), made, plan, lambda seen: queue_measures(seen, c), engine))


PATIENCE: dict[str, Any] = {
    "patience constant 1": {"distribution": "constant", "mean": "1 min"},
    "lognormal patience mean 2 cv 1": {"distribution": "lognormal", "mean": "2 min", "cv": 1},
    "Erlang-2 patience mean 2": {"distribution": "gamma", "mean": "2 min", "shape": 2},
}


@pytest.mark.parametrize("case", TABLES["mmn_plus_g"], ids=label)
def test_patience_of_any_distribution(case: dict[str, Any], engine, verify):
    """M/M/n+G: what abandonment depends on is the patience at the times that customers do wait."""
    lam, mu, n = case["lam"], case["mu"], case["n"]
    made = single_queue(lam, exponential(mu), n, PATIENCE[case["model"].removeprefix("M/M/n+G, ")])
    expected = {
        "P_wait": case["P_offered_wait_positive"],
        "P_abandon": case["P_abandon"],
        "SL_served_within_T_of_offered": case["SL_served_within_T_of_offered"],
        "EW_all": case["EW_all"],
        "Lq": lam * case["EW_all"],
        "occupancy": lam * (1 - case["P_abandon"]) / (mu * n),
    }
    plan = Steady(lam, relaxation(lam, mu, n, leaving_rate=0.5))
    name = label(case)
    verify(name, expected, watch_steady(name, made, plan, lambda seen: queue_measures(seen, n, case["T"]), engine))


@pytest.mark.parametrize("case", TABLES["batch"], ids=label)
def test_arrivals_in_groups(case: dict[str, Any], engine, verify):
    """M^X/M/1: ``rate`` is of groups, ``batch`` their sizes."""
    sizes = {int(size): share for size, share in case["batch_sizes"].items()}
    lam = case["batch_rate"] * sum(size * share for size, share in sizes.items())
    made = single_queue(case["batch_rate"], exponential(case["mu"]), 1)
    made["reasons"]["calls"]["batch"] = sizes

    def measure(seen: Observed):
        found = queue_measures(seen, 1)
        in_system = found["Lq"][0] + found["occupancy"][0]
        return {**found, "L": (in_system, seen.time), "arrivals": (seen.count(seen.used >= 0), seen.time)}

    expected = {"EW_all": case["EW_queue"], "L": case["L"], "occupancy": case["rho"], "arrivals": lam}
    plan = Steady(lam, relaxation(lam, case["mu"], 1, scv=4.0))
    verify(label(case), expected, watch_steady(label(case), made, plan, measure, engine))
