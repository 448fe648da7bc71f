"""Ctrl-C is heard whatever is under way: callbacks of a compiler or of the collector of garbage may swallow it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_S = 0.05


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises KeyboardInterrupt for a Ctrl-C that came meanwhile, also where it was swallowed or became another error.

    Does nothing in another thread than the main one, and where Ctrl-C is ignored (a command in the background).
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        yield
        return
    heard, inside = False, True
    before, ignored = signal.getsignal(signal.SIGINT), sys.unraisablehook

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        del number, frame
        heard = True
        raise KeyboardInterrupt

    def again() -> None:
        if inside:
            os.kill(os.getpid(), signal.SIGINT)

    def swallowed(what: sys.UnraisableHookArgs) -> None:
        """A callback cannot raise: the same again in a moment, when it is over."""
        if not issubclass(what.exc_type, KeyboardInterrupt):
            ignored(what)
        elif inside:
            later = threading.Timer(_AGAIN_S, again)
            later.daemon = True
            later.start()

    signal.signal(signal.SIGINT, hear)
    sys.unraisablehook = swallowed
    try:
        yield
    except Exception:
        if heard:  # such as a SystemError of what was interrupted
            raise KeyboardInterrupt from None
        raise
    finally:
        inside = False
        signal.signal(signal.SIGINT, before)
        sys.unraisablehook = ignored
    if heard:
        raise KeyboardInterrupt
