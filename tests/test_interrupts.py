"""Ctrl-C is heard also where it is swallowed or becomes another error, and stays ignored where it was."""

import os
import signal
import time

import pytest

from sim.interrupts import interruptible


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


@interruptible()
def becomes_another_error():
    try:
        interrupt()
    except KeyboardInterrupt as problem:
        raise SystemError("returned a result with an exception set") from problem


@interruptible()
def swallows(done):
    try:
        interrupt()
    except KeyboardInterrupt:
        done.append("swallowed")


class Interrupts:
    """Is interrupted while it is thrown away, where nothing can be raised."""

    def __del__(self):
        interrupt()


@interruptible()
def is_interrupted_in_a_callback(seconds):
    Interrupts()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


@interruptible()
def fails():
    raise ValueError("mine")


def test_what_the_interrupt_became_is_an_interrupt_again():
    with pytest.raises(KeyboardInterrupt):
        becomes_another_error()
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_one_that_was_swallowed_is_raised_in_the_end():
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        swallows(done)
    assert done == ["swallowed"]


def test_one_that_a_callback_swallowed_comes_again_in_a_moment(capsys):
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        is_interrupted_in_a_callback(20)
    assert time.monotonic() < began + 10
    assert "KeyboardInterrupt" not in capsys.readouterr().err


def test_without_one_errors_are_what_they_are():
    with pytest.raises(ValueError, match="mine"):
        fails()


def test_where_it_is_ignored_it_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            interrupt()
    finally:
        signal.signal(signal.SIGINT, before)
