"""`deskplan staff`: read, work out the need, simulate where asked, write the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from optimize.requirement import Requirement, requirement
from optimize.requirement.cover import NotCoverable
from optimize.requirement.decided import REPLICATIONS, Simulated, simulated, with_numbers
from optimize.requirement.limits import BadTarget
from optimize.requirement.quick import agent_costs
from optimize.requirement.response import Prices
from optimize.requirement.search import NotEnough
from optimize.solver import SolverMissing
from report.charts import staffing as chart
from report.given import Refused, check_given, check_writable
from report.lean import Clock, save_chart, save_tables, write_lean
from report.progress import saying
from report.staff import tables
from report.working import finished_before, working
from sim.engine import DEFAULT_ENGINE
from sim.feedback import Unbounded
from sim.scenario.emit import to_yaml
from sim.scenario.load import load
from sim.scenario.problems import nearest
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError, parse_duration, parse_money, parse_money_rate, parse_share

MS_PER_HOUR = 3_600_000
S_PER_HOUR = 3600.0


class Infeasible(Exception):
    """There is no such staffing; the message says why."""


@dataclass(frozen=True)
class Staffed:
    """What was found."""

    resolved: Resolved
    need: Requirement
    """By half-hour: the Erlang answer, or its simulated size where the answer is by half-hour."""
    simulated: Simulated | None
    objective: str
    folder: Path


def staff(
    file: str,
    method: str,
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    month: str | None = None,
    targets: Sequence[str] = (),
    objective: str = "service",
    costs: Mapping[str, str | None] | None = None,
    each: str | None = None,
    chance: str | None = None,
    confidence: str = "95 %",
    by: str = "heads",
    full_time: str = "40 h",
    reps: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    solver: str = "highs",
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    use_store: bool = True,
) -> Staffed:
    """The need and its folder. Raises ScenarioProblems, Refused (bad input), and Infeasible."""
    clock = Clock.start()
    check_given(engine, jobs)
    check_writable(out)
    resolved = load(file, overlays, sets)
    options = _Options.read(resolved, method, month, objective, costs or {}, each, chance, confidence, full_time)
    found: Simulated | None = None
    say = saying(progress_to)
    try:
        need = requirement(resolved, "erlang", month, targets, options.prices, options.full_time, solver)  # type: ignore[arg-type]
        if method == "simulation":
            purpose, answers = f"staff {resolved.digest} {seed} {engine}", (BadTarget, NotEnough)
            with working(out, jobs, None, use_store, say, "a part of the search", purpose, answers) as work:
                found = simulated(
                    resolved,
                    need,
                    agent_costs(resolved.scenario),
                    month,
                    targets,
                    options.each,  # type: ignore[arg-type]
                    options.chance,
                    options.confidence,
                    reps or REPLICATIONS,
                    seed,
                    jobs,
                    engine,
                    by_half_hour=by == "half-hour",
                    tell=None if quiet else say,
                    finished=work.finished,
                )
            if work.finished.stored and not quiet:
                say(finished_before(work.finished.stored))
            need = replace(with_numbers(found), full_time=options.full_time)
    except (BadTarget, SolverMissing, Unbounded) as problem:
        raise Refused(str(problem)) from None
    except (NotCoverable, NotEnough) as problem:
        raise Infeasible(str(problem)) from None
    asked = {
        "method": method,
        "month": need.period,
        "targets": list(targets),
        "objective": objective,
        "solver": solver,
        **({} if found is None else _facts(found, engine)),
    }
    circumstances = clock.circumstances("staff", arguments, jobs)
    folder = write_lean(out, circumstances, [resolved], lambda folder: _fill(folder, need, found), asked)
    return Staffed(resolved, need, found, objective, folder)


def _facts(found: Simulated, engine: str | None) -> dict[str, Any]:
    return {
        "engine": engine or DEFAULT_ENGINE,
        "seed": found.seed,
        "replications": found.replications,
        "confidence": found.confidence,
        "in": found.aim.each,
        "chance": found.aim.chance if found.aim.each else None,
    }


def _fill(folder: Path, need: Requirement, found: Simulated | None) -> None:
    save_tables(folder, {"need.csv": tables.need(need), "staffing.csv": tables.staffing(need),
                         "load.csv": tables.load(need)})  # fmt: skip
    save_chart(folder, "need", lambda size: chart.week(need, size))
    if found is not None:
        save_tables(folder, {"tried.csv": tables.tried(found)})
        text = to_yaml(found.levers.overlay(found.best.numbers))
        (folder / "decisions.yaml").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class _Options:
    """What was written on the command line, read."""

    prices: Prices | None
    each: str | None
    chance: float
    confidence: float
    full_time: float

    @staticmethod
    def read(
        resolved: Resolved,
        method: str,
        month: str | None,
        objective: str,
        costs: Mapping[str, str | None],
        each: str | None,
        chance: str | None,
        confidence: str,
        full_time: str,
    ) -> _Options:
        """Raises Refused with everything that is wrong."""
        wrong: list[str] = []
        labels = resolved.calendar.month_labels
        if month is not None and month != "busiest" and month not in labels:
            like = nearest(month, [*labels, "busiest"])
            hint = f"; did you mean {like}?" if like else ""
            wrong.append(f"--month {month!r}: the horizon has {labels[0]} to {labels[-1]}, and 'busiest'{hint}")
        if each is None and chance is not None:
            wrong.append("--chance says in how many periods the target must hold: say which with --in day|week|month")
        if method == "erlang" and each is not None:
            wrong.append("--in asks for the chance that a period meets the target: that takes --method simulation")
        if method == "simulation" and objective == "cost":
            wrong.append("--objective cost is worked out by --method erlang")
        given = {name: text for name, text in costs.items() if text is not None}
        if given and objective != "cost":
            wrong.append(f"--cost-{min(given)} goes with --objective cost")

        def share(name: str, text: str) -> float:
            try:
                value = parse_share(text)
            except QuantityError as problem:
                wrong.append(f"--{name} {text!r}: {problem}")
                return 0.5
            if not 0.0 < value < 1.0:
                wrong.append(f"--{name} {text!r}: a share between 0 % and 100 % is needed, such as '95 %'")
            return value

        hours = 40.0
        try:
            hours = parse_duration(full_time) / MS_PER_HOUR
        except QuantityError as problem:
            wrong.append(f"--full-time {full_time!r}: {problem}")
        if hours <= 0:
            wrong.append("--full-time is the paid time of a full-time agent in a week, such as '40 h'")
        prices = _prices(resolved, given, wrong) if objective == "cost" else None
        read = _Options(prices, each, share("chance", chance or "90 %"), share("confidence", confidence), hours)
        if wrong:
            raise Refused("\n".join(wrong))
        return read


def _prices(resolved: Resolved, given: Mapping[str, str], wrong: list[str]) -> Prices | None:
    """Prices in money and seconds; problems are added to ``wrong``."""
    amounts: dict[str, float] = {}
    for name, text in given.items():
        try:
            amounts[name] = parse_money(text) if name == "abandoned" else parse_money_rate(text) / S_PER_HOUR
        except QuantityError as problem:
            wrong.append(f"--cost-{name} {text!r}: {problem}")
    if wrong:
        return None
    if not amounts.get("abandoned") and not amounts.get("waiting"):
        wrong.append("--objective cost needs --cost-abandoned, --cost-waiting or both: else nobody is the cheapest")
    agent = amounts.get("agent")
    priced = any(team.wage > 0 or team.outsourced for team in resolved.scenario.teams.values())
    if agent is not None and agent <= 0:
        wrong.append("--cost-agent must be above 0")
    if agent is None and not priced:
        wrong.append("no team has a wage: say with --cost-agent what one on duty costs, such as '30 EUR/h'")
    return Prices(agent, amounts.get("abandoned", 0.0), amounts.get("waiting", 0.0))
