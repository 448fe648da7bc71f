"""Whether the tests notice a change: those asked first, then wider ones, until one fails."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutation import Mutation
from tests.mutation.workshop import ROOT, Workshop

NAMED, HAND, BYTES, WORLDS, ORACLES = "named", "worked by hand", "same bytes", "rules of every world", "oracles"
LIMIT_S = {NAMED: 200.0, HAND: 300.0, BYTES: 400.0, WORLDS: 400.0, ORACLES: 900.0}
NOT_BY_HAND = {"test_same_bytes.py", "test_blocks.py", "test_properties.py", "test_compiled_cache.py"}


@dataclass(frozen=True)
class Verdict:
    """What became of a change."""

    mutation: Mutation
    stage: str
    """The kind of tests that noticed, or were asked last."""
    caught_by: str | None
    """Node id of the test that failed, None where none did."""
    seconds: float


def tests_of(stage: str, mutations: Sequence[Mutation]) -> list[str]:
    """Arguments of pytest for a stage of these changes."""
    if stage == NAMED:
        return sorted({mutation.test for mutation in mutations})
    if stage == HAND:
        files = sorted((ROOT / "tests" / "engine").glob("test_*.py"))
        return [file.relative_to(ROOT).as_posix() for file in files if file.name not in NOT_BY_HAND]
    if stage == BYTES:
        return ["tests/mutation/small_worlds.py"]
    if stage == WORLDS:
        return ["tests/engine/test_properties.py", "-m", "not slow"]
    return ["tests/oracle/test_priority_and_service.py", "tests/oracle/test_skills_retrial_chat.py"]


def stages(mutation: Mutation) -> list[str]:
    """Kinds of tests in the order asked. What both engines read alike is not seen by comparing them."""
    return [NAMED, HAND, WORLDS, ORACLES] if mutation.shared else [NAMED, HAND, BYTES, WORLDS, ORACLES]


def check(mutations: Sequence[Mutation], folder: Path, only_named: bool = False) -> Iterator[Verdict]:
    """A verdict on each change, made one at a time to a copy in `folder`.

    Raises RuntimeError where the tests fail without any change: then they would show nothing.
    """
    workshop = Workshop(folder)
    sound: set[tuple[str, str]] = set()
    for mutation in mutations:
        began = time.perf_counter()
        stage, caught_by = NAMED, None
        for stage in [NAMED] if only_named else stages(mutation):
            engine, limit_s = mutation.engine, LIMIT_S[stage]
            compiled = stage == ORACLES  # long runs, too long for an engine that is interpreted
            if (stage, engine) not in sound:
                alike = [m for m in mutations if m.engine == engine]
                wrong = workshop.first_failure(tests_of(stage, alike), engine, compiled, limit_s)
                if wrong:
                    raise RuntimeError(f"fails without any change: {wrong}")
                sound.add((stage, engine))
            with workshop.changed(mutation):
                caught_by = workshop.first_failure(tests_of(stage, [mutation]), engine, compiled, limit_s)
            if caught_by:
                break
        yield Verdict(mutation, stage, caught_by, time.perf_counter() - began)
