"""Workers of a Dask cluster: one that runs at an address, or one that is started here (`local:N`).

Dask is imported here alone, and the network is touched by nothing else. A worker that is lost takes its work along:
the scheduler gives it out again, and what the scheduler gives up is submitted anew.
"""

from __future__ import annotations

import queue
import re
import socket
import time
from collections.abc import Hashable
from contextlib import suppress
from functools import partial
from typing import Any

from sim.code_version import code_version
from sim.workers.crew import Crew, Parcel, Work, WorkerMissing, WorkerProblem, call, cores

TRIES = 5
"""How often the scheduler may give up one piece before we do."""
_WAIT_S = 30
_KNOCK_S = 10
MOST_OWN = 512
"""Processes that `local:N` starts at most."""
_ADDRESS = re.compile(r"^(?:(?:tcp|tls|wss?)://)?(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):(\d{1,5})/?$")
_ALLOWED = "write 'local:4' for four processes, or a scheduler's address such as tcp://host:8786"
_MISSING = (
    "--cluster needs Dask's `distributed`, which is not installed: pip install 'deskplan[cluster]' "
    "(without --cluster the processes of this machine do the work)"
)
Piece = tuple[Work, Parcel, tuple[Any, ...], bool]


class Cluster(Crew):
    """Workers behind a scheduler."""

    here = False

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise WorkerMissing(_MISSING) from None
        self._dask = distributed
        _check_address(address)
        self._own = _started(distributed, address) if _is_own(address) else None
        try:
            self._client = distributed.Client(self._own or address, timeout=_WAIT_S, set_as_default=False)
            if self._own is None:
                self._client.wait_for_workers(1, timeout=_WAIT_S)
        except (OSError, ValueError, TimeoutError) as problem:
            self._end()
            raise WorkerProblem(f"--cluster {address}: no workers there ({_first_line(problem)})") from None
        try:
            self.count = self._checked(address)
        except WorkerProblem:
            self.close()
            raise
        self._pieces: dict[Hashable, Piece] = {}
        self._losses: dict[Hashable, int] = {}
        self._sent: dict[str, Any] = {}
        self._futures: dict[Hashable, Any] = {}
        self._done: queue.SimpleQueue[tuple[Hashable, Any]] = queue.SimpleQueue()

    def _checked(self, address: str) -> int:
        """Number of threads of work; the same version everywhere, or results would not be the same bytes."""
        here = code_version()
        try:
            versions = self._client.run(code_version)
        except Exception as problem:  # noqa: BLE001  (whatever the workers lack)
            raise WorkerProblem(
                f"--cluster {address}: its workers cannot run deskplan ({_first_line(problem)})"
            ) from None
        other = sorted(where for where, version in versions.items() if version != here)
        if other:
            raise WorkerProblem(f"--cluster {address}: another version of deskplan runs on {', '.join(other[:5])}")
        threads: list[int] = list(self._client.nthreads().values())
        return max(1, sum(threads))

    @property
    def in_flight(self) -> int:
        """See Crew."""
        return len(self._pieces)

    def submit(self, tag: Hashable, work: Work, parcel: Parcel, *arguments: Any, shared: bool = False) -> None:
        """See Crew."""
        self._pieces[tag] = (work, parcel, arguments, shared)
        self._start(tag)

    def _start(self, tag: Hashable) -> None:
        work, parcel, arguments, shared = self._pieces[tag]
        packed: Any = parcel.packed
        if shared:
            packed = self._sent.get(parcel.key)
            if packed is None:
                packed = self._scattered(parcel)
        future = self._client.submit(call, work, parcel.key, packed, arguments, pure=False, retries=0)
        self._futures[tag] = future
        future.add_done_callback(partial(_put, self._done, tag))

    def _scattered(self, parcel: Parcel) -> Any:
        """A scenario sent ahead, once; itself, to go along with the piece, where a lost worker spoils the sending."""
        try:
            sent = self._client.scatter(parcel.packed, hash=False)
        except self._gone:
            return parcel.packed
        self._sent[parcel.key] = sent
        while len(self._sent) > 2 * KEPT_SCATTERED:
            self._sent.pop(next(iter(self._sent)))
        return sent

    def take(self, timeout: float | None = None) -> tuple[Hashable, Any] | None:
        """See Crew."""
        until = None if timeout is None else time.monotonic() + timeout
        while self._pieces:
            try:
                left = None if until is None else max(0.0, until - time.monotonic())
                tag, future = self._done.get(timeout=left)
            except queue.Empty:
                return None
            if future is None or self._futures.get(tag) is not future:  # an earlier try of the same piece
                continue
            try:
                result: Any = future.result(timeout=_WAIT_S)  # type: ignore[union-attr]
            except self._gone as lost:  # its worker died, maybe before the result was fetched
                self._again(tag, lost)
                continue
            del self._pieces[tag], self._futures[tag]
            return tag, result
        return None

    @property
    def _gone(self) -> tuple[type[BaseException], ...]:
        from concurrent.futures import CancelledError

        return (self._dask.KilledWorker, self._dask.CancelledError, CancelledError, OSError, TimeoutError)

    def _again(self, tag: Hashable, lost: BaseException | None) -> None:
        self._losses[tag] = self._losses.get(tag, 0) + 1
        if self._losses[tag] >= TRIES:
            raise WorkerProblem(f"workers of the cluster were lost {TRIES} times at the same work") from lost
        self._sent.pop(self._pieces[tag][1].key, None)  # it may have been lost with the worker
        self._start(tag)

    def close(self) -> None:
        """See Crew."""
        self._pieces, self._futures, self._sent = {}, {}, {}
        with suppress(
            OSError, TimeoutError
        ):  # all results are here; who does not answer any more need not be waited for
            self._client.close(timeout=5)
        self._end()

    def _end(self) -> None:
        if self._own is not None:
            with suppress(OSError, TimeoutError):
                self._own.close(timeout=5)


KEPT_SCATTERED = 64


def _put(done: queue.SimpleQueue[tuple[Hashable, Any]], tag: Hashable, future: Any) -> None:
    done.put((tag, future))


def _is_own(address: str) -> bool:
    """Whether the workers are started here; `localhost:8786` is an address."""
    return address == "local" or address.startswith("local:")


def _check_address(address: str) -> None:
    """Raises WorkerProblem where nobody answers, before Dask tries for long and leaves its own words behind."""
    if _is_own(address):
        wanted = address.removeprefix("local").removeprefix(":")
        if address != "local" and not (wanted.isdecimal() and 0 < int(wanted) <= MOST_OWN):
            raise WorkerProblem(f"--cluster {address}: {_ALLOWED} (up to {MOST_OWN} processes)")
        return
    match = _ADDRESS.match(address)
    if match is None or not 0 < int(match[2]) < 65536:
        raise WorkerProblem(f"--cluster {address} is no address: {_ALLOWED}")
    try:
        socket.create_connection((match[1].strip("[]"), int(match[2])), timeout=_KNOCK_S).close()
    except OSError as problem:
        said = problem.strerror or _first_line(problem)
        raise WorkerProblem(f"--cluster {address}: no scheduler answers there ({said}); {_ALLOWED}") from None


def _started(distributed: Any, address: str) -> Any:
    """`local:4`: four worker processes of this machine, behind a scheduler that only it can reach."""
    _, _, wanted = address.partition(":")
    return distributed.LocalCluster(
        n_workers=int(wanted) if wanted else cores(),
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs="CRITICAL",
    )


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]
