"""Where a command's units are worked on and kept: workers and store for a `with` block, and what is said at its end."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from evaluate.compare import NotComparable
from evaluate.simulate import Progress
from report.given import Refused
from sim.code_version import code_version
from sim.feedback import Unbounded
from sim.interrupts import interruptible
from sim.scenario.problems import ScenarioProblems
from sim.units.desk import Desk
from sim.units.journal import Finished, Journal
from sim.units.store import NAME, Store, StoreFull, StoreRefused, remove
from sim.workers import Crew, WorkerProblem, crew_of

Say = Callable[[str], None]
Tell = Callable[[int, int], None]
PREFIX = ".unfinished-"
"""Begins the name of the file of one run."""
_LEAST_BYTES = 64 * 2**20
_ROW_BYTES = 2_000
"""Of disk for the rows of one case, and for its units, at least."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C in the middle of the work; says how to go on."""


class Done:
    """How far the work is: a `Tell` that remembers what it was told."""

    def __init__(self, things: str, tell: Tell | None = None, planned: int = 0) -> None:
        self.things, self.done, self.planned, self._tell = things, 0, planned, tell

    def __call__(self, done: int, planned: int) -> None:
        self.done, self.planned = done, planned
        if self._tell is not None:
            self._tell(done, planned)

    def of(self, progress: Progress | None) -> Progress:
        """The callback of `simulate_all` that tells this too."""

        def tell(name: str, done: int, planned: int) -> None:
            self.things = f"replications of {name}"
            self(done, planned)
            if progress is not None:
                progress(name, done, planned)

        return tell

    def __str__(self) -> str:
        return f"{self.done} of {self.planned} {self.things}" if self.planned else f"0 {self.things}"


class Work:
    """The workers of one command, and the file in which what they finish is kept."""

    def __init__(self, crew: Crew, path: Path | None, say: Say) -> None:
        self._path = path
        self.store = None if path is None else opened(path, say)
        if self.store is None:
            self._remove()
        self.desk = Desk(crew, self.store)
        """For totals of replications."""
        self.finished = Finished(self.store, say)
        self.journal = Journal(crew, self.finished)
        """For whole replications."""

    @property
    def kept(self) -> Path | None:
        """The file, where it holds anything."""
        done = self.desk.computed + self.desk.stored + self.finished.computed + self.finished.stored
        return self._path if done and self.store is not None and self.finished.store is not None else None

    def close(self) -> None:
        """Closes the file and leaves it there, but for one that could not keep everything."""
        self._shut()
        if self.finished.store is None:
            self._remove()

    def forget(self) -> None:
        """Removes the file, if it is this run's alone: what it held is in the run's folder."""
        self._shut()
        self._remove()

    def _shut(self) -> None:
        store, self.store = self.store, None
        if store is not None:
            store.close()

    def _remove(self) -> None:
        if self._path is not None and self._path.name != NAME:
            remove(self._path)


@contextmanager
def working(
    out: Path,
    jobs: int,
    cluster: str | None,
    use_store: bool,
    say: Say,
    so_far: object,
    purpose: str = "",
    answers: tuple[type[Exception], ...] = (),
) -> Iterator[Work]:
    """Workers, with a file in ``out`` that keeps what they finish, where that is wanted and can be.

    With a ``purpose``, which says what is simulated, it is a file of this run alone: the same purpose finds it again,
    and it goes when the block is left in peace or with one of the ``answers``. Otherwise it is the folder's store, and
    stays. Raises Stopped for Ctrl-C, with ``so_far`` in its words as it reads then, and Refused for what work or store
    cannot do.
    """
    path = out / (f"{PREFIX}{_name(purpose)}.sqlite" if purpose else NAME)
    with ExitStack() as stack:
        crew = stack.enter_context(_crew(jobs, cluster))
        work = Work(crew, path if use_store else None, say)
        stack.callback(work.close)
        try:
            with interruptible():
                yield work
        except KeyboardInterrupt:
            kept = work.kept
            if kept is None:
                work.forget()
            raise Stopped(_how_to_go_on(str(so_far), kept, use_store)) from None
        except (StoreFull, StoreRefused, WorkerProblem) as problem:
            raise Refused(str(problem)) from None
        except Refused as problem:  # by the disk, in the end
            again = f"; what is finished is kept in {work.kept}: give the same command again when that is mended"
            raise Refused(f"{problem}{again if work.kept else ''}") from None
        except Unbounded as problem:
            work.forget()  # the same command would end in the same words
            raise Refused(str(problem)) from None
        except Exception as problem:
            if isinstance(problem, (ScenarioProblems, NotComparable, *answers)):
                work.forget()
            raise
        work.forget()


def _crew(jobs: int, cluster: str | None) -> Crew:
    try:
        return crew_of(jobs, cluster)
    except WorkerProblem as problem:
        raise Refused(str(problem)) from None


def _name(purpose: str) -> str:
    return hashlib.blake2b(f"{purpose} {code_version()}".encode(), digest_size=8).hexdigest()


def opened(path: Path, say: Say) -> Store | None:
    """The store in a file; None, and said, where none can be kept there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Store(path.parent, code_version(), say, path.name)
    except (StoreRefused, OSError) as problem:
        say(f"Finished work cannot be kept ({problem}); going on without. If this stops, it starts from the beginning.")
        return None


def check_room(out: Path, cases: int) -> None:
    """Refuses before the work what a full disk would end in the middle of it."""
    free, needed = shutil.disk_usage(out).free, _LEAST_BYTES + cases * _ROW_BYTES
    if free < needed:
        raise Refused(f"{out} has {free / 1e6:,.0f} MB left, and this needs about {needed / 1e6:,.0f} MB: make room")


def _how_to_go_on(so_far: str, kept: Path | None, asked: bool) -> str:
    if kept is None:
        return (
            "Stopped. Nothing was written." if asked else f"Stopped after {so_far}; nothing is kept under --no-store."
        )
    return (
        f"Stopped after {so_far}; no folder was written. What is finished is kept in {kept}: give the same command "
        "again, and it goes on from there."
    )


def finished_before(count: int) -> str:
    """What is said where an earlier run of the same command was stopped."""
    return f"{count} replications were finished by an earlier run of this command."
