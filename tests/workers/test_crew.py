"""Crews: the same results whoever works, parcels unpacked once, lost workers replaced, problems handed on."""

import os
import signal
import time
from pathlib import Path

import pytest

from sim.workers import Parcel, WorkerMissing, WorkerProblem, crew_of
from sim.workers.crew import Alone


def add(offset, number):
    """Some work."""
    return offset + number


def slowly(offset, number):
    """Work that takes a while."""
    time.sleep(0.2)
    return offset + number


def fail(_offset, _number):
    """Work that cannot be done."""
    raise LookupError("no such thing")


def identity(content):
    """Which object the parcel is in this process."""
    return id(content)


def die_once(folder, number):
    """Kills its worker the first time."""
    mark = Path(folder) / f"{number}"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(_content):
    """Kills its worker each time."""
    os.kill(os.getpid(), signal.SIGKILL)


def all_of(crew, work, content, numbers):
    parcel = Parcel.of(content)
    for number in numbers:
        crew.submit(number, work, parcel, number, shared=True)
    found = {}
    while crew.in_flight:
        tag, result = crew.take()
        found[tag] = result
    return found


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_piece_comes_back_under_its_name(jobs):
    with crew_of(jobs) as crew:
        assert all_of(crew, add, 100, range(20)) == {k: 100 + k for k in range(20)}
        assert crew.take() is None
        assert all_of(crew, add, 200, range(5)) == {k: 200 + k for k in range(5)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_work_raises_comes_to_whoever_asked(jobs):
    with crew_of(jobs) as crew:
        crew.submit("a", fail, Parcel.of(1), 2)
        with pytest.raises(LookupError, match="no such thing"):
            crew.take()


def test_a_parcel_is_unpacked_once_in_a_worker():
    with Alone() as crew:
        parcel = Parcel.of(list(range(1000)))
        for number in range(3):
            crew.submit(number, identity, parcel)
        assert len({taken[1] for _ in range(3) if (taken := crew.take()) is not None}) == 1


def test_nothing_is_waited_for_longer_than_asked():
    with crew_of(2) as crew:
        crew.submit("a", slowly, Parcel.of(1), 1)
        began = time.monotonic()
        assert crew.take(timeout=0.0) is None
        assert time.monotonic() - began < 0.15
        assert crew.take() == ("a", 2)


def test_work_of_a_worker_that_dies_is_done_by_another(tmp_path):
    with crew_of(2) as crew:
        assert all_of(crew, die_once, str(tmp_path), range(8)) == {k: k for k in range(8)}


def test_work_that_kills_every_worker_is_given_up_in_words():
    with crew_of(2) as crew:
        crew.submit("a", die, Parcel.of(1))
        with pytest.raises(WorkerProblem, match="worker processes died 5 times"):
            crew.take()


def test_a_cluster_without_its_library_is_said(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkerMissing, match=r"pip install 'deskplan\[cluster\]'"):
        crew_of(1, "tcp://127.0.0.1:9")


@pytest.mark.parametrize("address", ["local:0", "local:x", "local:8786", "locale", "ftp://host:1", "tcp://host", "a:0"])
def test_a_cluster_that_cannot_be_is_said(address):
    pytest.importorskip("distributed")
    with pytest.raises(WorkerProblem, match="local:4"):
        crew_of(1, address)


@pytest.mark.parametrize("scheme", ["tcp://127.0.0.1", "localhost"])
def test_an_address_where_nobody_answers_is_said_at_once(scheme):
    import socket

    pytest.importorskip("distributed")
    with socket.socket() as held:  # bound and not listening: nobody else gets the port, and nobody answers
        held.bind(("127.0.0.1", 0))
        with pytest.raises(WorkerProblem, match="no scheduler answers there"):
            crew_of(1, f"{scheme}:{held.getsockname()[1]}")
