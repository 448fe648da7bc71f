"""What `deskplan find` does and prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from evaluate.find.condition import NoCondition, read_condition
from evaluate.find.search import FEWEST, Found, Search, Tried
from evaluate.find.steps import NoSteps, steps_of
from report import format as fmt
from report.given import Refused, check_given, with_loops
from report.progress import saying
from report.sweep.words import shown
from report.working import working
from sim.engine import DEFAULT_ENGINE, prepare
from sim.scenario.points import Variable
from sim.scenario.units import QuantityError, parse_share


def find(
    path: str,
    file: str,
    condition: str,
    out: Path,
    progress_to: TextIO,
    quiet: bool,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    between: str | None = None,
    step: str | None = None,
    largest: bool = False,
    confidence: str = "95 %",
    reps: int | None = None,
    most: int = 128,
    seed: int | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    engine: str | None = None,
    feedback: bool = True,
    use_store: bool = True,
) -> Found:
    """The value of the input at which the condition begins (``largest``: ends) to hold for sure.

    Raises ScenarioProblems, Refused, and Stopped after Ctrl-C, what is finished being kept.
    """
    check_given(engine, jobs)
    say = saying(progress_to)
    sure = _confidence(confidence)
    variable = Variable.read(file, overlays, with_loops(sets, feedback))
    first = min(reps or FEWEST, most)
    if first < 2:
        raise Refused("an interval needs at least two replications")
    try:
        wanted = read_condition(variable.declared, condition)
        steps = steps_of(variable, path, between, step)
    except (NoCondition, NoSteps) as wrong:
        raise Refused(str(wrong)) from None
    hush: Callable[[str], None] | None = None if quiet else say
    engine = engine or DEFAULT_ENGINE
    seed = variable.declared.scenario.experiment.seed if seed is None else seed
    prepare(engine, hush)
    with working(out, jobs, cluster, use_store, say, "a part of the search") as work:
        return Search(variable, steps, wanted, work.desk, seed, engine, sure, most, first, largest, hush).run()


def _confidence(text: str) -> float:
    try:
        share = parse_share(text)
    except QuantityError as wrong:
        raise Refused(f"--confidence {text}: {wrong}") from None
    if not 0.5 < share < 1:
        raise Refused(f"--confidence {text}: above 50 % and below 100 %")
    return share


def as_text(found: Found) -> str:
    """The answer in words."""
    what = f"{found.condition.text} holds with {fmt.percent(found.confidence, 0)} confidence"
    span = f"between {found.bounds[0]} and {found.bounds[1]} in steps of {found.step}"
    kind, end = ("largest", "highest") if found.largest else ("smallest", "lowest")
    lines = []
    if found.at is None:
        best = max(found.tried, key=lambda each: _goodness(found, each))
        lines.append(
            f"{found.condition.text} never holds for sure for {found.path} {span}; nearest at {best.text}: "
            f"{_figure(found, best)}."
        )
    elif found.verdict == "at the first":
        lines.append(
            f"{found.path} = {found.at.text}, the {end} value looked at, is enough already: {what}, at "
            f"{_figure(found, found.at)}. Look further with --between, or ask for the other side "
            f"{'without' if found.largest else 'with'} --largest."
        )
    else:
        lines.append(f"{found.path} = {found.at.text} is the {kind} value {span} at which {what}: "
                     f"{_figure(found, found.at)}.")  # fmt: skip
        if found.before is not None:
            verdict = "it is not sure" if found.before.holds is None else "it fails"
            step = "further" if found.largest else "before"
            lines.append(f"One step {step}, at {found.before.text}, {verdict}: {_figure(found, found.before)}.")
    if found.verdict == "inside only":
        lines.append("It holds at neither end: it begins to hold and ceases again, so there may be other such values.")
    twisted = found.not_monotone
    if twisted is not None and found.verdict != "inside only":
        lines.append(
            f"Beware: it holds at {twisted[0].text} and fails at {twisted[1].text}, so it does not begin to hold once "
            "and for all; sweep the range to see how it runs."
        )
    return fmt.plain("\n".join(lines))


def _figure(found: Found, tried: Tried) -> str:
    figure = tried.figure
    text = shown(figure.value, found.unit)
    if found.condition.wanted.is_money and figure.value is not None:
        text += f" {found.unit}"
    if figure.low is not None and figure.high is not None:
        text += f" ({fmt.span(shown(figure.low, found.unit), shown(figure.high, found.unit))})"
    return f"{text}, {tried.replications} replications"


def _goodness(found: Found, tried: Tried) -> float:
    value = tried.figure.value
    return float("-inf") if value is None else value if found.condition.sign == ">=" else -value


def as_json(found: Found) -> dict[str, Any]:
    """The same as data."""

    def plain(tried: Tried | None) -> dict[str, Any] | None:
        if tried is None:
            return None
        figure = tried.figure
        return {
            "value": tried.text, "figure": figure.value, "low": figure.low, "high": figure.high,
            "replications": tried.replications, "holds": tried.holds,
        }  # fmt: skip

    return {
        "schema": 1,
        "answer": as_text(found),
        "path": found.path,
        "condition": found.condition.text,
        "confidence": found.confidence,
        "largest": found.largest,
        "verdict": found.verdict,
        "found": plain(found.at),
        "one_step_before": plain(found.before),
        "monotone": found.not_monotone is None and found.verdict != "inside only",
        "unit": found.unit,
        "between": list(found.bounds),
        "step": found.step,
        "tried": [plain(each) for each in found.tried],
    }
