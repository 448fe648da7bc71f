"""The values among which is searched: from a lowest to a highest in equal steps, whole numbers where such stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from evaluate.sweep.values import Values, ValuesError, read_values
from sim.scenario.arithmetic import ChangeError, plain_decimal, quantity_of
from sim.scenario.points import Setting, Variable
from sim.scenario.problems import Origin, ScenarioProblems

REACH = 4
"""Without bounds: from a quarter of the present value to so many times that."""
PARTS = 200
"""Without a step: about so many values, of a round size."""
_PULLS = 12


class NoSteps(ValueError):
    """Values that cannot be searched; the message says why."""


@dataclass(frozen=True)
class Steps:
    """Values low, low + step, ... of one input."""

    path: str
    low: Decimal
    step: Decimal
    last: int
    """Number of the last step; the first is 0."""
    values: Values

    def text(self, place: int) -> str:
        """A value as a change."""
        return self.values.text(float(self.low + place * self.step))

    @property
    def step_text(self) -> str:
        """The size of a step."""
        return f"{plain_decimal(self.step)}{self.values.unit}"


def steps_of(variable: Variable, path: str, between: str | None, step: str | None) -> Steps:
    """The values of an input to search among. Raises NoSteps, and ScenarioProblems for a path that matches nothing."""
    targets = variable.places(path)
    if not targets:
        raise ScenarioProblems(variable.nowhere(Setting(path, "0", Origin("find"))))
    shapes = {(target.shape.main or target.shape).unit for target in targets}
    whole = shapes == {"whole number"}
    values = _between(between) if between is not None else _around(variable, path)
    assert values.bounds is not None
    low, high = (Decimal(f"{end:.12g}") for end in values.bounds)
    if whole and values.kind == "set":
        low, high = Decimal(math.ceil(low)), Decimal(math.floor(high))
    size = _step(step, values, whole) if step is not None else Decimal(1) if whole and values.kind == "set" else None
    size = _round_size((high - low) / PARTS) if size is None else size
    last = int((high - low) / size)
    if last < 1:
        raise NoSteps(
            f"there is nothing to search between {low} and {high} in steps of {size}: give --between and --step"
        )
    if between is not None:
        return Steps(path, low, size, last, values)
    return _pulled(variable, Steps(path, low, size, last, values), targets_now=_now(variable, path)[0])


def _between(text: str) -> Values:
    try:
        values = read_values(text)
    except ValuesError as wrong:
        raise NoSteps(f"--between {text}: {wrong}") from None
    if values.bounds is None:
        raise NoSteps(f"--between {text}: write 'low:high', such as 10:40 or '30 s:5 min', and the step apart")
    return values


def _around(variable: Variable, path: str) -> Values:
    number, unit = _now(variable, path)
    if number <= 0:
        raise NoSteps(f"{path} is {number}{unit} now: give --between low:high")
    low, high = float(number / REACH), float(number * REACH)
    if unit.strip() == "%":
        high = min(high, 100.0)
    return Values("set", (), bounds=(low, high), unit=unit)


def _now(variable: Variable, path: str) -> tuple[Decimal, str]:
    """The present value, where all that the path matches has the same."""
    nodes = [target.node for target in variable.places(path)]
    texts = list(dict.fromkeys(node.written() for node in nodes if node is not None))
    if len(texts) != 1:
        said = f"stands for different values ({', '.join(texts)})" if texts else "has no value now"
        raise NoSteps(f"{path} {said}: give --between low:high")
    try:
        return quantity_of(next(node for node in nodes if node is not None))
    except ChangeError:
        raise NoSteps(f"{path} is '{texts[0]}', which is no amount that could be raised or lowered") from None


def _step(text: str, values: Values, whole: bool) -> Decimal:
    try:
        both = read_values(f"0{values.unit}:{text}")
    except ValuesError as wrong:
        raise NoSteps(f"--step {text}: {wrong}") from None
    if both.bounds is None or both.kind != "set":
        raise NoSteps(f"--step {text}: an amount in the unit of the values, such as 1 or '5 s'")
    size = Decimal(f"{both.bounds[1]:.12g}")
    if whole and values.kind == "set" and size != size.to_integral_value():
        raise NoSteps(f"--step {text}: whole numbers stand there, and so a step is one")
    return size


def _round_size(size: Decimal) -> Decimal:
    """The next of 1, 2, 5 times a power of ten."""
    power = Decimal(10) ** math.floor(math.log10(size))
    return next(times * power for times in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)) if times * power >= size)


def _pulled(variable: Variable, steps: Steps, targets_now: Decimal) -> Steps:
    """Bounds drawn in, towards the present value, to what a scenario may hold."""
    now = min(max(round((targets_now - steps.low) / steps.step), 0), steps.last)
    low, high = 0, steps.last
    for _ in range(_PULLS):
        if _can_be(variable, steps, high) or high <= now:
            break
        high = now + (high - now) // 2
    for _ in range(_PULLS):
        if _can_be(variable, steps, low) or low >= now:
            break
        low = now - (now - low) // 2
    return Steps(steps.path, steps.low + low * steps.step, steps.step, max(high - low, 1), steps.values)


def _can_be(variable: Variable, steps: Steps, place: int) -> bool:
    try:
        variable.at((Setting(steps.path, steps.text(place), Origin("find")),))
    except ScenarioProblems:
        return False
    return True
