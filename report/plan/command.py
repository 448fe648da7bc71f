"""What `optimize` does: read, choose, set beside each other, write the folder."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from evaluate.bridge import bridge
from evaluate.compare import NotComparable, compare
from evaluate.uncertain import NothingUncertain
from optimize.plan.ask import Ask
from optimize.plan.asked import NotAsked, as_sets, budgets_of
from optimize.plan.choose import Choice, choose
from optimize.plan.holding import Wish
from optimize.plan.outcome import Infeasible, NothingFound, Unbounded, Unmeasured
from optimize.plan.simulating import Tell
from optimize.solver import SOLVERS, SolverMissing, SolverName, available
from report.given import Refused, check_given, check_writable, with_loops
from report.kept import plain_bridge
from report.lean import Clock
from report.plan import Plain, words
from report.plan.plain import plain
from report.working import finished_before, working
from report.write import write_run
from sim.engine import DEFAULT_ENGINE, prepare
from sim.feedback import Unbounded as LoopUnbounded
from sim.replicate import Replications
from sim.scenario.emit import to_yaml
from sim.scenario.vary import Sources

BRIDGED = 3
"""Replications of the worlds between the runner-up and the plan."""
ALL_ORDERS_UP_TO = 2
"""Changes between them for which every order is simulated: a plan has up to a dozen, and six would be 64 worlds."""

_ANSWERS = (NotAsked, NothingUncertain, SolverMissing, Unmeasured, Infeasible, Unbounded, NothingFound)
"""Ends of a search that the same command would come to again."""


class NoPlan(Exception):
    """There is no plan; the lines say why, and what would have to give way."""

    def __init__(self, status: str, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.status, self.lines = status, tuple(lines)


def optimize(
    file: str,
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    budget: str | None = None,
    objective: str | None = None,
    targets: Sequence[str] = (),
    indifference: str | None = None,
    frontier: str | None = None,
    uncertain: bool = False,
    draws: int = 16,
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = 0.005,
    proposals: int = 4,
    reps: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    feedback: bool = True,
    use_store: bool = True,
) -> tuple[Plain, Path]:
    """The plan as plain data and its folder. Raises ScenarioProblems, Refused and NoPlan."""
    clock = Clock.start()
    check_given(engine, jobs)
    if not available(solver):  # before minutes of learning
        other = next(name for name in SOLVERS if name != solver)
        raise Refused(f"the solver {solver} is not installed; --solver {other} may be")
    tell = _teller(progress_to, quiet)
    try:
        budgets = budgets_of(frontier) if frontier else ()
        sources = asked(file, overlays, with_loops(sets, feedback), budget, objective, targets,
                        indifference)  # fmt: skip
        base = sources.declared()
        check_writable(out)
        wish = Wish(
            solver=solver,
            time_limit=time_limit,
            gap=gap,
            proposals=proposals,
            frontier=budgets,
            uncertain=uncertain,
            draws=draws,
            seed=seed,
            jobs=jobs,
            engine=engine,
            indifference=base.scenario.choose.indifference,
        )
        if reps is not None:
            wish = replace(wish, replications=reps, most=max(wish.most, reps))
        prepare(engine or DEFAULT_ENGINE, None if quiet else tell)
        purpose = f"optimize {base.digest} {seed} {engine}"
        with working(out, jobs, None, use_store, tell, "a part of the search", purpose, _ANSWERS) as work:
            choice = choose(sources, Ask.of(base), wish, tell, work.finished)
            if work.finished.stored:
                tell(finished_before(work.finished.stored))
            return _written(choice, file, out, arguments, jobs, clock, tell)
    except NotAsked as problem:
        raise Refused(str(problem)) from None
    except (NotComparable, NothingUncertain, LoopUnbounded, SolverMissing, Unmeasured) as problem:
        raise Refused(str(problem)) from None
    except Infeasible as problem:
        raise NoPlan("infeasible", words.refused(problem)) from None
    except Unbounded as problem:
        raise NoPlan("unbounded", [f"The plan could be improved without end: {problem}.",
                                   "Give a limit, such as `choose.budget` or `choose.teams`."]) from None  # fmt: skip
    except NothingFound as problem:
        raise NoPlan("time_limit", [f"The time limit came before the first plan: {problem}."]) from None


def _written(
    choice: Choice, file: str, out: Path, arguments: Sequence[str], jobs: int, clock: Clock, tell: Tell
) -> tuple[Plain, Path]:
    """The plan's folder."""
    comparison = compare(choice.runs, chosen="plan")
    kept: dict[str, Any] = {"plan": plain(choice)}
    if choice.runner_up is not None:
        tell("why the runner-up lost")
        kept["bridge"] = _bridge(choice, jobs)
    circumstances = clock.circumstances("optimize", arguments, jobs)
    texts = {
        "decisions.yaml": decisions_text(file, choice),
        "data/plan.json": json.dumps(kept["plan"], indent=1, ensure_ascii=False) + "\n",
    }
    return kept["plan"], write_run(comparison, out, circumstances, kept, texts, by_day=False)


def asked(
    file: str,
    overlays: Sequence[str],
    sets: Sequence[str],
    budget: str | None,
    objective: str | None,
    targets: Sequence[str],
    indifference: str | None = None,
) -> Sources:
    """Where the scenario is written, with what the command line asks for laid over it. Raises NotAsked."""
    sources = Sources(file, tuple(overlays), tuple(sets))
    more = as_sets(sources.declared(), budget, objective, targets, indifference)
    return Sources(file, tuple(overlays), (*sets, *more))


def decisions_text(file: str, choice: Choice) -> str:
    """`decisions.yaml`: an overlay that runs like any other."""
    lines = (
        f"# What to decide, as an overlay: deskplan run {Path(file).name} --overlay decisions.yaml",
        f"# {words.headline(plain_headline(choice))}",
    )
    return "\n".join(lines) + "\n" + to_yaml(choice.plan.decisions)


def plain_headline(choice: Choice) -> Plain:
    """As little of the plain data as the headline needs."""
    from optimize.plan.choose import words_of

    problem = choice.learned.problem
    return {
        "mix": words_of(choice.solution),
        "fresh": {"chosen_on": float(choice.fresh.chosen_on.mean())},
        "objective": problem.objective,
        "currency": problem.currency,
        "today": choice.base.scenario.name,
        "months": list(problem.months),
    }


def _bridge(choice: Choice, jobs: int) -> dict[str, Any]:
    """From the runner-up to the plan, on the first replications of the choice."""
    plan, runner = (_first(run, BRIDGED) for run in choice.runs[1:3])
    return plain_bridge(bridge(compare([runner, plan]), (), jobs, shapley_up_to=ALL_ORDERS_UP_TO))


def _first(run: Replications, count: int) -> Replications:
    return replace(run, tallies=run.tallies[:count], usage=run.usage[:count])


def _teller(stream: TextIO, quiet: bool) -> Tell:
    started = time.monotonic()

    def tell(line: str) -> None:
        if not quiet:
            stream.write(f"{time.monotonic() - started:4.0f} s  {line}\n")
            stream.flush()

    return tell
