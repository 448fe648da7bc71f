"""Ctrl-C is heard also where it is swallowed or becomes another error, and stays ignored where it was."""

import os
import signal

import pytest

from sim.interrupts import interruptible


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_what_the_interrupt_became_is_an_interrupt_again():
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            interrupt()
        except KeyboardInterrupt as problem:
            raise SystemError("returned a result with an exception set") from problem
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_one_that_was_swallowed_is_raised_in_the_end():
    done = []
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            interrupt()
        except KeyboardInterrupt:
            done.append("swallowed")
    assert done == ["swallowed"]


def test_without_one_errors_are_what_they_are():
    with pytest.raises(ValueError, match="mine"), interruptible():
        raise ValueError("mine")


def test_where_it_is_ignored_it_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            interrupt()
    finally:
        signal.signal(signal.SIGINT, before)
