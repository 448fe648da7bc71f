"""The table of a workload: contacts a CPU second of each model, events only and with the draws, beside each other."""

from __future__ import annotations

from statistics import median
from types import ModuleType

from benchmarks import w1, w2, w3
from benchmarks.goals import Goal
from benchmarks.measure import CIW, CPP, OURS, PEER, Times, measure, measure_ours, ratio
from sim.scenario.load import load

WORKLOADS: dict[str, ModuleType] = {"w1": w1, "w2": w2, "w3": w3}
SIMPY_AT_LEAST, FAST_AT_LEAST, CPP_AT_MOST, REST_AT_MOST = 3.0, 45.0, 1.5, 1.0


def main(name: str, runs: int) -> list[Goal]:
    """Print the table of one workload; goals are those of W3 and of the scenario of the demo."""
    if name == "baseline":
        return _shares(name, measure_ours(load(name), runs))
    workload = WORKLOADS[name]
    models = measure(workload, runs)
    peer = models[PEER]
    print(f"{workload.TITLE}: contacts a CPU second, medians of {runs} alternating runs; times as fast as the first")
    print(f"    {'':26s} {'events only':>12s} {'times as fast':>19s}   {'with draws':>12s} {'times as fast':>19s}")
    for model, times in models.items():
        row = f"    {model:26s}"
        for ours, theirs in ((times.events, peer.events), (times.total, peer.total)):
            row += f" {1e6 / median(ours):12,.0f} {ratio(theirs, ours)!s:>19s}  "
        note = workload.CIW_NOTE if model == CIW else ""
        print(f"{row}{note}".rstrip(), flush=True)
    if CPP not in models:
        print("    no C++ compiler was found: nothing to say of a C++ program")
    if CIW not in models:
        print("    Ciw is not installed: pip install ciw")
    print()
    if name != "w3":
        return []
    fast, simpy = models[OURS["fast"]], models[OURS["simpy"]]
    return [*_ratios(peer, simpy, fast, models.get(CPP)), *_shares("W3", fast)]


def _ratios(peer: Times, simpy: Times, fast: Times, cpp: Times | None) -> list[Goal]:
    at_simpy, at_fast = ratio(peer.total, simpy.total), ratio(peer.events, fast.events)
    whole = ratio(peer.total, fast.total)
    goals = [
        Goal(
            f"the SimPy model on W3 {SIMPY_AT_LEAST:g} times the process model, draws included",
            str(at_simpy),
            at_simpy.middle >= SIMPY_AT_LEAST,
        ),
        Goal(
            f"the compiled engine on W3 {FAST_AT_LEAST:g} times the process model, events only",
            f"{at_fast}; with draws {whole}",
            at_fast.middle >= FAST_AT_LEAST,
        ),
    ]
    wanted = f"the compiled engine on W3 within {CPP_AT_MOST:g} times the C++ program's time, events only"
    if cpp is None:
        return [*goals, Goal(wanted, "no C++ compiler", None)]
    beside = ratio(fast.events, cpp.events)
    drawn = ratio(fast.total, cpp.total)
    return [*goals, Goal(wanted, f"{beside}; with draws {drawn}", beside.middle <= CPP_AT_MOST)]


def _shares(name: str, times: Times) -> list[Goal]:
    rest = [d + k for d, k in zip(times.draws, times.kpis, strict=True)]
    beside = ratio(rest, times.events)
    print(
        f"{name}, engine fast, microseconds a contact: tape and roster {median(times.draws):.3f},"
        f" engine {median(times.events):.3f}, KPIs {median(times.kpis):.3f}\n"
    )
    wanted = f"tape and KPIs together cost no more than the engine, {name}"
    return [Goal(wanted, f"{beside} times", beside.middle <= REST_AT_MOST)]
