"""The seam between work and workers: submit pieces under a name, take results as they come.

A crew knows nothing about what it does. Work is a function of a parcel (an object that many pieces share, unpacked
once by each worker) and of plain arguments; results come back in any order, so whoever submits puts them in order.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

KEPT_PARCELS = 16
"""Unpacked parcels that a worker keeps."""
Work = Callable[..., Any]
"""Called with the parcel's content and the arguments; found by its name in the workers, so at the top of a module."""


class WorkerProblem(RuntimeError):
    """Workers that cannot be had, or that are lost again and again; the message says so in the user's words."""


class WorkerMissing(WorkerProblem):
    """What the workers need is not installed."""


@dataclass(frozen=True)
class Parcel:
    """An object on its way to the workers, packed once."""

    packed: bytes
    key: str
    """Names the content: equal content, equal key."""

    @staticmethod
    def of(content: object) -> Parcel:
        """Packs an object."""
        packed = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
        return Parcel(packed, hashlib.blake2b(packed, digest_size=16).hexdigest())


@lru_cache(maxsize=KEPT_PARCELS)
def _unpacked(key: str, opened: _Opened) -> object:  # noqa: ARG001  (the key is what the cache knows it by)
    return pickle.loads(opened.packed)


@dataclass(frozen=True)
class _Opened:
    """A parcel's bytes, which the cache does not compare."""

    packed: bytes = field(compare=False)


def call(work: Work, key: str, packed: bytes, arguments: tuple[Any, ...]) -> Any:
    """What a worker runs."""
    return work(_unpacked(key, _Opened(packed)), *arguments)


class Crew(ABC):
    """Workers; used in a `with` block, at whose end they are gone."""

    count: int = 1
    """Workers, as far as known."""
    here: bool = True
    """Whether they are of this machine."""

    @property
    @abstractmethod
    def in_flight(self) -> int:
        """Pieces submitted whose results have not been taken."""

    @abstractmethod
    def submit(self, tag: Hashable, work: Work, parcel: Parcel, *arguments: Any, shared: bool = False) -> None:
        """Gives a piece to the workers. ``shared``: more pieces with this parcel follow, so that it is worth sending it
        to a worker once."""

    @abstractmethod
    def take(self, timeout: float | None = None) -> tuple[Hashable, Any] | None:
        """The next result with its tag; None where the timeout (s) is over or nothing is in flight.

        Raises what the work raised, and WorkerProblem where workers are lost again and again.
        """

    def close(self) -> None:  # noqa: B027  (most need it, not all)
        """Lets the workers go, whatever they are doing."""

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Alone(Crew):
    """This process: a piece is worked on when its result is taken."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Hashable, Work, Parcel, tuple[Any, ...]]] = deque()

    @property
    def in_flight(self) -> int:
        """See Crew."""
        return len(self._waiting)

    def submit(self, tag: Hashable, work: Work, parcel: Parcel, *arguments: Any, shared: bool = False) -> None:  # noqa: ARG002
        """See Crew."""
        self._waiting.append((tag, work, parcel, arguments))

    def take(self, timeout: float | None = None) -> tuple[Hashable, Any] | None:  # noqa: ARG002
        """See Crew."""
        if not self._waiting:
            return None
        tag, work, parcel, arguments = self._waiting.popleft()
        return tag, call(work, parcel.key, parcel.packed, arguments)


def crew_of(jobs: int, cluster: str | None = None) -> Crew:
    """Workers as asked for: ``jobs`` processes (-1: a core each; 1: this one), or those of a cluster.

    ``cluster`` is a scheduler's address (`tcp://host:port`) or `local:N`. Raises WorkerMissing and WorkerProblem.
    """
    if cluster is not None:
        from sim.workers.cluster import Cluster

        return Cluster(cluster)
    jobs = cores() if jobs < 0 else jobs
    if jobs == 1:
        return Alone()
    from sim.workers.local import Processes

    return Processes(jobs)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
