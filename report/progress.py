"""How far a simulation is: a bar with the time left on a terminal, a plain line a scenario elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from evaluate.simulate import Progress

_EVERY_S = 10.0  # between plain lines of one scenario


def saying(stream: TextIO) -> Callable[[str], None]:
    """Writes a line at once."""

    def say(line: str) -> None:
        stream.write(f"{line}\n")
        stream.flush()

    return say


@contextmanager
def progress_on(stream: TextIO, names: Sequence[str], quiet: bool) -> Iterator[Progress | None]:
    """A callback for `simulate_all` while the block runs; None where nothing is to be said."""
    if quiet:
        yield None
    elif stream.isatty():
        with _bar(stream, names) as progress:
            yield progress
    else:
        yield _lines(stream)


@contextmanager
def _bar(stream: TextIO, names: Sequence[str]) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=Console(file=stream), transient=True) as bar:
        everything = bar.add_task("simulating", total=None)
        done_by: dict[str, int] = {}

        def progress(name: str, done: int, total: int) -> None:
            done_by[name] = done
            bar.update(
                everything, description=f"simulating {name}", total=total * len(names), completed=sum(done_by.values())
            )

        yield progress


def _lines(stream: TextIO) -> Progress:
    say = now_and_then(stream)
    return lambda name, done, total: say(f"{name}: {done} of {total} replications", done, total)


def now_and_then(stream: TextIO) -> Callable[[str, int, int], None]:
    """Prints a text with the time passed, every ten seconds and when all is done."""
    started = last = time.monotonic()

    def say(text: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - last < _EVERY_S:
            return
        last = now
        stream.write(f"{text} after {now - started:.0f} s\n")
        stream.flush()

    return say
