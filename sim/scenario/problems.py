"""What is wrong with a scenario, in the planner's words; all of it at once.

Imports nothing heavy: the command line catches ``ScenarioProblems`` without loading the schema.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written. Lines and columns count from 1; 0 means that there is none (a dict, ``--set``)."""

    source: str = ""
    """A file, ``--set``, or ``default``; empty for a document in memory."""
    line: int = 0
    column: int = 0
    via: str = ""
    """What wrote it there, where that is not the document itself: ``changes``, ``event strike``, or the text given
    to ``--set``."""

    def __str__(self) -> str:
        """``file:line:column``, as far as known."""
        if self.source == "--set":
            return f"--set {self.via}"
        if not self.line:
            return self.source
        return f"{self.source or 'document'}:{self.line}:{self.column}"


NOWHERE = Origin()
DEFAULT = Origin("default")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    path: str
    """Dotted path in the scenario; empty for the document as a whole."""
    wrong: str
    """What is wrong."""
    allowed: str = ""
    """What is allowed."""
    meant: str = ""
    """What was probably meant."""
    origin: Origin = NOWHERE
    about: tuple[tuple[str | int, ...], ...] = field(default=(), compare=False)
    """Paths on which the finding rests: where one of them is broken itself, the finding is left out."""

    def __str__(self) -> str:
        """The problem as it is printed: position and path, then indented lines."""
        lines = ["  ".join(part for part in (str(self.origin), self.path) if part) or "scenario"]
        lines.append(f"    {self.wrong}")
        if self.allowed:
            lines.append(f"    allowed: {self.allowed}")
        if self.meant:
            lines.append(f"    did you mean {self.meant}?")
        return "\n".join(lines)


class ScenarioProblems(Exception):
    """A scenario that cannot be used; carries every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems without repeats, in the order of their positions within each file."""
        unique = list(dict.fromkeys(problems))
        sources = list(dict.fromkeys(problem.origin.source for problem in unique))
        unique.sort(key=lambda p: (sources.index(p.origin.source), p.origin.line, p.origin.column))
        self.problems: tuple[Problem, ...] = tuple(unique)
        super().__init__("\n".join(str(problem) for problem in unique))

    def __reduce__(self) -> tuple[type[ScenarioProblems], tuple[tuple[Problem, ...]]]:
        """Problems survive the way back from a worker process."""
        return type(self), (self.problems,)


def counted(problems: Sequence[Problem]) -> str:
    """``'1 problem'``, ``'3 problems'``."""
    return f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"


def nearest(word: str, options: Iterable[str], quote: str = "'") -> str:
    """The option most like ``word``, quoted, or an empty string where none is like it."""
    choices = list(options)
    start = word.lower()
    begun = [
        c for c in choices if len(start) > 2 < len(c) and (start.startswith(c.lower()) or c.lower().startswith(start))
    ]
    folded = {choice.lower(): choice for choice in reversed(choices)}
    found = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    best = folded[found[0]] if found else begun[0] if len(begun) == 1 else ""
    return f"{quote}{best}{quote}" if best else ""


def listed(options: Iterable[str], limit: int = 12) -> str:
    """``'a, b, c'``, cut after ``limit`` entries."""
    words = list(options)
    more = f" and {len(words) - limit} more" if len(words) > limit else ""
    return ", ".join(words[:limit]) + more
