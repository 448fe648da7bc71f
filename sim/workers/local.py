"""Processes of this machine, by joblib's loky. What a process that dies was at is given out again."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Hashable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from joblib.externals.loky import ProcessPoolExecutor  # type: ignore[import-untyped]
from joblib.externals.loky.process_executor import ShutdownExecutorError  # type: ignore[import-untyped]

from sim.workers.crew import Crew, Parcel, Work, WorkerProblem, call

TRIES = 5
"""How often one piece may be at hand when processes die."""
_LOOK_S = 1.0
LOST = (BrokenProcessPool, ShutdownExecutorError)

Piece = tuple[Work, Parcel, tuple[Any, ...]]


class Processes(Crew):
    """As many processes as asked for; they end with this one, however it ends."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pieces: dict[Hashable, Piece] = {}
        self._losses: dict[Hashable, int] = {}
        self._done: queue.SimpleQueue[tuple[Hashable, int, Future[Any]]] = queue.SimpleQueue()
        self._pool: ProcessPoolExecutor | None = None
        self._pools = 0

    @property
    def in_flight(self) -> int:
        """See Crew."""
        return len(self._pieces)

    def submit(self, tag: Hashable, work: Work, parcel: Parcel, *arguments: Any, shared: bool = False) -> None:  # noqa: ARG002
        """See Crew."""
        self._pieces[tag] = (work, parcel, arguments)
        self._start(tag)

    def _start(self, tag: Hashable) -> None:
        work, parcel, arguments = self._pieces[tag]
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.count, initializer=_initialise, initargs=(os.getpid(),))
            self._pools += 1
        number = self._pools
        try:
            future = self._pool.submit(call, work, parcel.key, parcel.packed, arguments)
        except LOST as lost:  # since the last result came
            future = Future()
            future.set_exception(lost)
        future.add_done_callback(lambda done: self._done.put((tag, number, done)))

    def take(self, timeout: float | None = None) -> tuple[Hashable, Any] | None:
        """See Crew."""
        until = None if timeout is None else time.monotonic() + timeout
        while self._pieces:
            try:
                left = None if until is None else max(0.0, until - time.monotonic())
                tag, number, future = self._done.get(timeout=left)
            except queue.Empty:
                return None
            lost = future.exception()
            if isinstance(lost, LOST):  # so does every other piece of that pool, each by itself
                self._again(tag, number, lost)
                continue
            del self._pieces[tag]
            return tag, future.result()
        return None

    def _again(self, tag: Hashable, number: int, lost: BaseException) -> None:
        if number == self._pools:
            self._let_go()
        self._losses[tag] = self._losses.get(tag, 0) + 1
        if self._losses[tag] >= TRIES:
            said = f"worker processes died {TRIES} times at the same work: too little memory? Try fewer --jobs"
            raise WorkerProblem(said) from lost
        self._start(tag)

    def _let_go(self) -> None:
        if self._pool is not None:
            _hush(self._pool)
            self._pool.shutdown(wait=False, kill_workers=True)
            self._pool = None

    def close(self) -> None:
        """See Crew."""
        self._pieces.clear()
        self._let_go()


def _hush(pool: ProcessPoolExecutor) -> None:
    """What a pool's own thread stumbles over while its workers are killed is of no interest to anybody."""
    thread, before = pool._executor_manager_thread, threading.excepthook

    def hook(what: threading.ExceptHookArgs) -> None:
        if what.thread is not thread:
            before(what)

    if thread is not None:
        threading.excepthook = hook


def _initialise(parent: int) -> None:
    """A worker leaves Ctrl-C to the process that it works for, and ends when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
