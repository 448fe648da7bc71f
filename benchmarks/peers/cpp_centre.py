"""W1, W2 and W3 as a C++ program: `centre.cpp` is built where there is a compiler, and told its numbers in a file.

It can also play a tape and a roster that deskplan drew; its contacts are then the same, one by one (`play`).
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.peers import simpy_queues as queues
from benchmarks.peers.simpy_centre import W3, Numbers
from benchmarks.peers.summary import Summary, Tally
from sim.demand.tape import NEVER, NO_CHANNEL, Tape
from sim.engine.plan import PPM, Plan
from sim.engine.roster import CHANNEL_OPENS, SET_PRESENT, Roster

SOURCE = Path(__file__).parent / "centre.cpp"
BUILT = Path(__file__).parents[2] / ".benchmarks"
FLAGS = ("-O3", "-march=native", "-std=c++17")
COMPILERS = ("g++", "clang++", "c++")
FOR_EVER_MS = 2**62
MS_PER_MIN = 60_000
WEEK_MIN = 7 * 24 * 60
KINDS = {"staff": 1 << 48, "arrives": 2 << 48}  # as in the program


@dataclass(frozen=True)
class Played:
    """What a call of the program came to; seconds are of the processor, all runs together."""

    contacts: int
    draw_s: float
    events_s: float
    summary: Summary


def compiler() -> str | None:
    """A C++ compiler of this machine, if there is one."""
    return next((found for name in COMPILERS if (found := shutil.which(name))), None)


@lru_cache(maxsize=1)
def program() -> Path:
    """The program, built unless it has been. Raises RuntimeError without a compiler or where it fails."""
    found = compiler()
    if found is None:
        raise RuntimeError(f"no C++ compiler: none of {', '.join(COMPILERS)}")
    digest = hashlib.sha256(SOURCE.read_bytes() + " ".join((found, *FLAGS)).encode()).hexdigest()[:12]
    target = BUILT / f"centre-{digest}"
    if not target.exists():
        BUILT.mkdir(exist_ok=True)
        partial = target.with_suffix(".partial")
        built = subprocess.run([found, *FLAGS, "-o", partial, SOURCE], capture_output=True, text=True, check=False)
        if built.returncode:
            raise RuntimeError(f"{found} cannot build {SOURCE.name}:\n{built.stderr}")
        partial.replace(target)
    return target


def w1(runs: int, seed: int) -> Played:
    """Weeks of M/M/50: everyone is served, if need be after the week."""
    return _drawn(queue_numbers(queues.W1_SERVERS, None), FOR_EVER_MS, runs, seed)


def w2(runs: int, seed: int) -> Played:
    """Weeks of M/M/42+M."""
    return _drawn(queue_numbers(queues.W2_SERVERS, queues.W2_PATIENCE_MEAN_MIN), FOR_EVER_MS, runs, seed)


def w3(runs: int, seed: int, numbers: Numbers = W3) -> Played:
    """Days of the centre."""
    until = round(numbers.interval * MS_PER_MIN) * max(len(plan) for plan in numbers.staff.values())
    return _drawn(numbers, until, runs, seed)


def queue_numbers(servers: int, patience_min: float | None) -> Numbers:
    """A week of one queue, as a centre with one channel and one team."""
    return Numbers(
        interval=WEEK_MIN,
        arrivals={"phone": [queues.ARRIVALS_PER_MIN * WEEK_MIN]},
        staff={"agents": [servers]},
        serves={"agents": ["phone"]},
        routes={"phone": ["agents"]},
        handle={"phone": (queues.SERVICE_MEAN_MIN, None)},
        patience={} if patience_min is None else {"phone": patience_min},
        speeds={"phone": (1.0,)},
        comes_back_share=0.0,
        comes_back_after=1.0,
    )


def play(plan: Plan, tape: Tape, roster: Roster, numbers: Numbers = W3, repeats: int = 1) -> tuple[Played, np.ndarray]:
    """A day that deskplan drew, played `repeats` times, and its contacts.

    Contacts are int64 (rows, 5): queued, started, done, agent, phase; times are -1 where there is none, and
    `done` is the end of a wait as well. Raises ValueError for scenarios that need more than the rules of W3.
    """
    at = BUILT / f"tape-{hashlib.sha256(tape.work_ms.tobytes()).hexdigest()[:12]}"
    program()
    try:
        at.with_suffix(".numbers").write_text(as_text(numbers, FOR_EVER_MS if plan.drain else plan.end_ms))
        at.write_bytes(tape_as_bytes(plan, tape, roster))
        said = _run("--tape", at.with_suffix(".numbers"), at, repeats)
        contacts = np.fromfile(f"{at}.out", dtype=np.int64).reshape(-1, 5)
    finally:
        for file in (at, at.with_suffix(".numbers"), Path(f"{at}.out")):
            file.unlink(missing_ok=True)
    return _read(said, numbers), contacts


def tape_as_bytes(plan: Plan, tape: Tape, roster: Roster) -> bytes:
    """Known events, rows and staff, each behind its number of items."""
    thresholds = np.unique(plan.resolve)
    others = (roster.event_what != SET_PRESENT) & ((roster.event_what != CHANNEL_OPENS) | (roster.event_ms > 0))
    if len(thresholds) != 1 or tape.wide or (tape.wrap_ms > 0).any() or others.any():
        raise ValueError("the C++ program knows the rules of W3 only")
    comes_back = (tape.resolve_u >= thresholds[0]) & (tape.next_row >= 0) & (tape.return_channel[0] != NO_CHANNEL)
    columns = (("work", "<i8"), ("patience", "<i8"), ("back", "<i8"), ("channel", "<i4"), ("next", "<i4"))
    rows = np.empty(tape.rows, dtype=list(columns))
    rows["work"] = tape.work_ms[0]
    rows["patience"] = np.where(tape.patience_ms[0] < NEVER, tape.patience_ms[0], -1)
    rows["back"] = np.where(comes_back, tape.return_ms[0], -1)
    rows["channel"] = tape.channel[tape.ticket]
    rows["next"] = np.where(comes_back, tape.next_row, -1)
    staff = np.stack([roster.event_ms, roster.event_who, roster.event_value], axis=1).astype("<i8")
    staff = staff[roster.event_what == SET_PRESENT]
    first = np.stack([tape.first_ms[tape.first_order], KINDS["arrives"] + tape.first_order], axis=1)
    changes = np.stack([staff[:, 0], KINDS["staff"] + np.arange(len(staff))], axis=1)
    known = np.concatenate([first, changes]).astype("<i8")
    known = known[np.lexsort((known[:, 1], known[:, 0]))]
    return b"".join(
        np.int64(len(part)).tobytes() + np.ascontiguousarray(part).tobytes() for part in (known, rows, staff)
    )


def as_text(numbers: Numbers, until_ms: int) -> str:
    """The figures of a centre as the program reads them; channels and teams become their numbers."""
    channel_at = {name: i for i, name in enumerate(numbers.routes)}
    team_at = {name: i for i, name in enumerate(numbers.serves)}
    lines = [
        f"{round(numbers.interval * MS_PER_MIN)} {until_ms} {numbers.comes_back_share}"
        f" {numbers.comes_back_after * MS_PER_MIN} {len(channel_at)} {len(team_at)}"
    ]
    for name in channel_at:
        mean, cv = numbers.handle[name]
        sigma = -1.0 if cv is None else math.sqrt(math.log1p(cv**2))
        patience = numbers.patience[name] * MS_PER_MIN if name in numbers.patience else -1.0
        lines += [
            f"{mean * MS_PER_MIN!r} {sigma!r} {patience!r}",
            _list(round(speed * PPM) for speed in numbers.speeds[name]),
            _list(team_at[team] for team in numbers.routes[name]),
            _list(numbers.arrivals[name]),
        ]
    for name in team_at:
        lines += [_list(channel_at[channel] for channel in numbers.serves[name]), _list(numbers.staff[name])]
    return "\n".join(lines) + "\n"


def _list(values: Iterable[float]) -> str:
    words = [repr(value) for value in values]
    return " ".join([str(len(words)), *words])


def _drawn(numbers: Numbers, until_ms: int, runs: int, seed: int) -> Played:
    text = as_text(numbers, until_ms)
    at = BUILT / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.numbers"
    program()
    at.write_text(text)
    return _read(_run(at, runs, seed), numbers)


def _run(*arguments: object) -> str:
    return subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def _read(said: str, numbers: Numbers) -> Played:
    found = json.loads(said)
    tallies = {name: _tally(row) for name, row in zip(numbers.routes, found["channels"], strict=True)}
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    by_channel = {name: tally.summary() for name, tally in tallies.items()}
    summary = total.summary(found["busy_ms"] / found["agent_ms"], by_channel)
    return Played(total.contacts, found["draw_s"], found["events_s"], summary)


def _tally(row: Sequence[int]) -> Tally:
    contacts, answered, served, abandoned, waited_ms = row
    return Tally(contacts, served, answered, abandoned, waited_ms / MS_PER_MIN)
