"""How planning ends without a plan, each way in words of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimize.plan.problem import Mix


@dataclass(frozen=True)
class Shortfall:
    """One requirement that would have to give way, over all months concerned."""

    name: str
    """Of the pool, budget, goal, investment that has to be made, or team."""
    words: str
    amount: float
    """Most of it in a month, in `unit`."""
    unit: str
    months: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relaxation:
    """Why no plan is possible."""

    shortfalls: tuple[Shortfall, ...]
    """The smallest relaxation that makes a plan possible: each requirement's shortfall as a share of what it asks."""
    conflict: tuple[str, ...]
    """Names of requirements that cannot hold together, none of which can be left out of the conflict."""
    conflict_words: tuple[str, ...]
    alternatives: tuple[Shortfall, ...]
    """Of the conflict's requirements: by how much one alone would have to give way, where that is enough."""
    mix: Mix
    """The investments of the plan that comes closest."""
    proven: bool
    """Whether no smaller relaxation exists (within the gap asked for), and the conflict cannot be made smaller."""

    def sentences(self) -> list[str]:
        """One sentence each."""
        said = [s.words for s in self.shortfalls]
        if len(self.conflict_words) > 1:
            said.append("these cannot hold together: " + "; ".join(self.conflict_words))
        elif self.conflict_words:
            said.append(f"this cannot hold, whatever else is given up: {self.conflict_words[0]}")
        said += [f"enough by itself: {s.words}" for s in self.alternatives]
        return said


class Infeasible(Exception):
    """No plan meets all requirements."""

    def __init__(self, reasons: Relaxation | None = None, words: str = "no plan meets all requirements") -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons.sentences()) if reasons else words)


class Unbounded(Exception):
    """The objective grows without end: something earns more than it costs and nothing limits it."""


class NothingFound(Exception):
    """The time limit came before the first plan."""

    def __init__(self, seconds: float, bound: float | None) -> None:
        self.seconds = seconds
        self.bound = bound
        best = "" if bound is None else f"; no plan is better than {bound:,.0f}"
        super().__init__(f"no plan found in {seconds:.0f} s{best}: allow more time or decide less at once")


class Unmeasured(ValueError):
    """A goal's KPI is not measured by the scenario, so that nothing can be held to it."""


def spans(months: Sequence[str], indices: Sequence[int]) -> str:
    """Months in words, runs of them as `2027-03 to 2027-05`; `indices` in order."""
    runs: list[list[int]] = []
    for m in indices:
        if runs and m == runs[-1][1] + 1:
            runs[-1][1] = m
        else:
            runs.append([m, m])
    return ", ".join(months[a] if a == b else f"{months[a]} to {months[b]}" for a, b in runs)
