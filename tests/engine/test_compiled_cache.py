"""Where compiled loops keep their machine code, and what happens where it cannot."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from sim import machine_code
from sim.engine import prepare


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


def test_the_first_run_says_that_it_compiles_and_the_next_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new user waits for the compiler once, and is told so."""
    used: list[bool] = []
    said: list[str] = []
    monkeypatch.setattr(machine_code, "FOLDER", tmp_path)
    monkeypatch.setattr(machine_code, "helped_by", lambda _module: nullcontext())
    monkeypatch.setattr(machine_code, "_USES", [lambda: used.append(machine_code.is_compiled())])
    for _ in range(2):
        prepare("fast", said.append)
    assert used == [False]
    assert len(said) == 2
    assert said[0].startswith("Compiling the simulation engine")
    assert said[1].startswith("... compiled in ")


MISSES = """
import gc, sys
import cli
from numba.core.dispatcher import Dispatcher
cli.main(sys.argv[1:], prog_name="deskplan", standalone_mode=False)
every = [each for each in gc.get_objects() if isinstance(each, Dispatcher)]
found = [each for each in every if each.py_func.__module__.startswith("sim.")]
print(sum(sum(each.stats.cache_hits.values()) for each in found),
      [each.py_func.__name__ for each in found if each.stats.cache_misses], file=sys.stderr)
"""


@pytest.mark.slow
def test_once_all_is_compiled_a_run_compiles_nothing(repo_root: Path, tmp_path: Path) -> None:
    """What `compile_all` forgot would be compiled in every process that needs it, or at least in the next."""
    prepare("fast")
    command = [sys.executable, "-c", MISSES, "run", "baseline", "--reps", "1", "--jobs", "1", "--quiet"]
    ran = subprocess.run(
        [*command, "--out", str(tmp_path)], cwd=repo_root, capture_output=True, text=True, check=True
    )  # fmt: skip
    taken, compiled = ran.stderr.strip().split(" ", 1)
    assert int(taken) > 20
    assert compiled == "[]"
