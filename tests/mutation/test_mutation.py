"""The mutation check: its list does not rot, it can fail, and a few of its changes are tried in every run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.mutation.check import check
from tests.mutation.choice import MUTATIONS, named, sample
from tests.mutation.mutation import Mutation

A_DAY = 3
"""Changes tried in a run of the tests."""


def test_every_change_finds_its_place_once(repo_root: Path) -> None:
    wrong = []
    texts = {file: (repo_root / file).read_text(encoding="utf-8") for file in {m.file for m in MUTATIONS}}
    for mutation in MUTATIONS:
        try:
            assert mutation.apply(texts[mutation.file]) != texts[mutation.file]
        except ValueError as error:
            wrong.append(str(error))
    assert wrong == []


def test_every_change_has_a_name_of_its_own_and_a_test_that_exists(repo_root: Path) -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
    assert len({(mutation.file, mutation.old, mutation.new) for mutation in MUTATIONS}) == len(MUTATIONS)
    missing = []
    for file, name in {tuple(mutation.test.split("::")) for mutation in MUTATIONS}:
        if not re.search(rf"^def {name}\(", (repo_root / file).read_text(encoding="utf-8"), re.MULTILINE):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_the_list_covers_both_engines_and_the_tables() -> None:
    shared = [mutation for mutation in MUTATIONS if mutation.shared]
    by_engine = [sum(m.engine == engine and not m.shared for m in MUTATIONS) for engine in ("simpy", "fast")]
    assert len(shared) >= 6
    assert min(by_engine) >= 15
    assert max(by_engine) <= 1.2 * min(by_engine)


def test_every_change_comes_up_in_time() -> None:
    seen = {mutation.name for seed in range(2 * len(MUTATIONS)) for mutation in sample(A_DAY, seed)}
    assert seen == {mutation.name for mutation in MUTATIONS}


def test_a_change_without_a_place_is_an_error() -> None:
    mutation = Mutation("none", "sim/engine/plan.py", "x = 1", "x = 2", "", "")
    for text in ("x = 3", "x = 1; x = 1"):
        with pytest.raises(ValueError, match="not once"):
            mutation.apply(text)
    with pytest.raises(ValueError, match="there are"):
        named("no such change")


@pytest.mark.slow
def test_what_changes_nothing_is_not_caught(tmp_path: Path) -> None:
    of = "sim/engine/reference/tickets.py"
    test = "tests/engine/test_waiting.py::test_blocked_when_all_places_are_taken_5_4"
    harmless = Mutation("simpy: harmless", of, "Rules of tickets", "Rules of needs", "a word of a comment", test)
    (verdict,) = check([harmless], tmp_path, only_named=True)
    assert verdict.caught_by is None


@pytest.mark.slow
def test_todays_changes_are_caught(tmp_path: Path) -> None:
    seed = datetime.now(tz=UTC).toordinal()  # others every day, the whole list within some weeks
    missed = [verdict.mutation.name for verdict in check(sample(A_DAY, seed), tmp_path) if verdict.caught_by is None]
    assert missed == [], f"nobody notices; again: python -m tests.mutation --sample {A_DAY} --seed {seed}"
