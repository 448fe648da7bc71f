"""A copy of the packages and tests in which one file at a time is changed; the tree itself is only read."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutation.mutation import Mutation

ROOT = Path(__file__).parents[2]
COPIED = ("sim", "tests", "scenarios", "pyproject.toml")
DESK = Path("sim/engine/fast/desk.py")
# References to tables exist in machine code only; interpreted, the state does as well (see `guard`).
INTERPRETED_DESK = """
def addresses(state):
    return state


desk_at = addresses
"""
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
PASSED, TESTS_FAILED = 0, 1  # exit codes of pytest


class Workshop:
    """The copy."""

    def __init__(self, folder: Path) -> None:
        if folder.resolve().is_relative_to(ROOT):
            raise ValueError(f"{folder} lies in the tree that is to be left alone")
        self.folder = folder
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, folder / name)

    def write(self, file: Path, text: str) -> None:
        """Writes a file of the copy, and forgets what Python remembers of it."""
        path = self.folder / file
        path.write_text(text, encoding="utf-8")
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)

    @contextmanager
    def changed(self, mutation: Mutation) -> Iterator[None]:
        """Makes the change, and takes it back afterwards."""
        file = Path(mutation.file)
        before = (self.folder / file).read_text(encoding="utf-8")
        self.write(file, mutation.apply(before))
        try:
            yield
        finally:
            self.write(file, before)

    def first_failure(self, tests: Sequence[str], engine: str, compiled: bool, limit_s: float) -> str | None:
        """Runs tests of the copy under one engine: the node id of the first that fails, None where all pass.

        Interpreted, the compiled engine is as quick as the SimPy model for a handful of contacts, and needs no 20 s
        before. Raises RuntimeError where tests cannot be run at all.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment |= {
            "MUTATION_ENGINE": engine,
            "NUMBA_CACHE_DIR": str(self.folder / "machine_code"),
            "MUTATION_COMPILED": str(int(compiled)),
            "DESKPLAN_ORACLE_LENGTH": "0.1",
        }
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider"]
        command += ["-p", "tests.mutation.guard", *tests]
        desk = (self.folder / DESK).read_text(encoding="utf-8")
        if not compiled:
            self.write(DESK, INTERPRETED_DESK)
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=limit_s, check=False
            )
        except subprocess.TimeoutExpired:
            return f"no end within {limit_s:.0f} s: {' '.join(tests)}"
        finally:
            self.write(DESK, desk)
        failed = FAILED.search(done.stdout)
        if done.returncode == PASSED:
            return None
        if done.returncode == TESTS_FAILED and failed:
            return failed[1]
        if done.returncode < 0:
            return f"ended by signal {-done.returncode}: {' '.join(tests)}"
        raise RuntimeError(f"pytest cannot run {' '.join(tests)}:\n{done.stdout}\n{done.stderr}")
