"""Where compiled loops keep their machine code, and what happens where it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import machine_code


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
    folder = machine_code.cache_folder()
    assert folder is not None
    assert folder.parent == tmp_path / "deskplan"


def test_where_the_cache_cannot_be_written_a_temporary_folder_serves(
    blocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = machine_code.cache_folder()
    assert folder is not None
    assert tmp_path in folder.parents
    assert blocked not in folder.parents


def test_without_any_folder_there_is_no_cache(blocked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(blocked))
    assert machine_code.cache_folder() is None


def test_the_name_of_the_cache_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba looks at one file only: a change of another must not find old machine code."""
    before = machine_code._digest()
    for pattern in machine_code._SOURCES:
        for source in machine_code.HERE.glob(pattern):
            copy = tmp_path / source.relative_to(machine_code.HERE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    monkeypatch.setattr(machine_code, "HERE", tmp_path)
    assert machine_code._digest() == before
    agents = tmp_path / "engine" / "fast" / "agents.py"
    agents.write_text(agents.read_text() + "\n# changed\n")
    assert machine_code._digest() != before


def test_every_compiled_loop_is_among_the_sources() -> None:
    """A loop in a file that does not name the cache would be found there after a change of what it calls."""
    named = {source for pattern in machine_code._SOURCES for source in machine_code.HERE.glob(pattern)}
    compiled = {source for source in machine_code.HERE.rglob("*.py") if "njit" in source.read_text()}
    assert len(compiled) > 5
    assert compiled <= named


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
