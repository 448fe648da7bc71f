"""A plugin of pytest for the copy: one engine, interpreted where that is quicker; no test of the tree or for ever."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numba
import pytest

LIMIT_S = 150.0
"""A test that takes longer is in a loop; the first that draws a tape compiles the draws, 15 s on a free machine."""


def pytest_configure() -> None:
    """Imports the compiled engine as plain Python, unless it is to be compiled; the draws are compiled as ever."""
    if os.environ["MUTATION_COMPILED"] == "1":
        return
    importlib.import_module("sim.machine_code")
    # what is compiled is the same under every change, and so is where it is kept
    numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]  # type: ignore[attr-defined]
    importlib.import_module("sim.engine")
    compiled: Any = numba.njit
    numba.njit = _plain  # type: ignore[assignment]
    try:
        importlib.import_module("sim.engine.fast.model")
    finally:
        numba.njit = compiled


def _plain(function: Callable[..., Any] | None = None, **_: object) -> Callable[..., Any]:
    """What `njit` would be without a compiler."""
    return function if function is not None else _plain


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuses to test anything but the copy."""
    import sim

    if not Path(sim.__file__ or "").resolve().is_relative_to(session.config.rootpath.resolve()):
        pytest.exit(f"{sim.__file__} is not of the copy in {session.config.rootpath}", returncode=3)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the tests of the other engine."""
    engine = os.environ["MUTATION_ENGINE"]
    other = [item for item in items if _engine(item) not in (None, engine)]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in other]


def _engine(item: pytest.Item) -> object:
    call = getattr(item, "callspec", None)
    return call.params.get("engine") if call is not None else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Ends a test that takes too long."""
    if os.environ["MUTATION_COMPILED"] == "1" or not hasattr(signal, "setitimer"):
        return (yield)  # machine code does not hear the alarm; the limit of the whole run ends it

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"{item.nodeid} did not end within {LIMIT_S:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S, LIMIT_S)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
