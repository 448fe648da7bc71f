"""What every simulating command is given: an engine, processes, a folder to write in, loops open or closed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from sim.engine import ENGINES

OPEN_LOOPS = ("feedback.customers=false", "feedback.workforce=false")


class Refused(ValueError):
    """A request that cannot be met; the message says why, in the user's words."""


def check_given(engine: str | None, jobs: int) -> None:
    """Raises Refused for an engine that is not there, and for no processes."""
    if engine is not None and engine not in ENGINES:
        raise Refused(f"there is no engine '{engine}' in this version; there are: {', '.join(ENGINES)}")
    if jobs == 0:
        raise Refused("--jobs 0 does no work: give a number of processes, or -1 for all cores")


def with_loops(sets: Sequence[str], feedback: bool) -> tuple[str, ...]:
    """The `--set` of a command; without ``feedback`` no loop over the months is closed."""
    return tuple(sets) if feedback else (*sets, *OPEN_LOOPS)


def check_writable(out: Path) -> None:
    """Refuses before minutes of work what would fail after them."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):  # without a name that another run could be at
            pass
    except OSError as problem:
        raise Refused(f"cannot write in {out}: {problem.strerror}") from None
