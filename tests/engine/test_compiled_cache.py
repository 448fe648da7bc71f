"""Where the compiled engine keeps its machine code, and what happens where it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.engine import fast


@pytest.fixture
def blocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place in which no folder can be made, since it is a file."""
    place = tmp_path / "file"
    place.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(place))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    return place


def test_the_users_cache_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    folder = fast.cache_folder()
    assert folder is not None
    assert folder.parent == tmp_path / "deskplan"


def test_where_the_cache_cannot_be_written_a_temporary_folder_serves(
    blocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = fast.cache_folder()
    assert folder is not None
    assert tmp_path in folder.parents
    assert blocked not in folder.parents


def test_without_any_folder_there_is_no_cache(blocked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(blocked))
    assert fast.cache_folder() is None


def test_the_name_of_the_cache_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba looks at one file only: a change of another must not find old machine code."""
    before = fast._digest()
    copy = tmp_path / "sim" / "engine" / "fast"
    copy.mkdir(parents=True)
    for source in fast.HERE.glob("*.py"):
        (copy / source.name).write_bytes(source.read_bytes())
    for name in ("outcomes.py", "plan.py", "roster.py"):
        (copy.parent / name).write_bytes((fast.HERE.parent / name).read_bytes())
    (tmp_path / "sim" / "demand").mkdir()
    (tmp_path / "sim" / "demand" / "tape.py").write_bytes((fast.HERE.parents[1] / "demand" / "tape.py").read_bytes())
    monkeypatch.setattr(fast, "HERE", copy)
    assert fast._digest() == before
    (copy / "agents.py").write_text((copy / "agents.py").read_text() + "\n# changed\n")
    assert fast._digest() != before


@pytest.mark.slow
def test_the_first_run_says_that_it_compiles(tmp_path: Path) -> None:
    """A new user waits for the compiler once, and is told so."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "NUMBA_CACHE_DIR": ""}
    scenario = Path(__file__).parents[2] / "scenarios" / "classic" / "erlang_b.yaml"
    command = [sys.executable, "-m", "cli", "run", str(scenario), "--reps", "2", "--out", str(tmp_path / "out")]
    first = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "Compiling the simulation engine" in first.stderr + first.stdout
    assert "Compiling" not in again.stderr + again.stdout
