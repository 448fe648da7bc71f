"""Where compiled loops keep their machine code: one folder for those of demand, engine and KPIs.

Numba compiles a loop once and keeps the result in a cache of this user's. The folder is named after the sources, since
Numba itself looks only at the file in which a cached function stands, and not at those that it calls.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# mypy: disable-error-code="no-untyped-def"

HERE = Path(__file__).parent
_SOURCES = (
    "machine_code.py",
    *("demand/compiled*.py", "demand/keys.py", "demand/tape.py"),
    *("engine/fast/*.py", "engine/outcomes.py", "engine/plan.py", "engine/roster.py"),
    "kpis/compiled*.py",
)
"""Everything with a compiled loop, or with a constant that one reads."""


def _digest() -> str:
    """Names everything that the machine code depends on: sources with their constants, and Numba's version."""
    seen = hashlib.sha256(numba.__version__.encode())
    for pattern in _SOURCES:
        for source in sorted(HERE.glob(pattern)):
            seen.update(source.read_bytes())
    return seen.hexdigest()[:16]


def _folders() -> Iterator[Path]:
    """Where machine code may be kept, the best first."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "deskplan"
    yield Path(tempfile.gettempdir()) / f"deskplan-{os.getuid() if hasattr(os, 'getuid') else 'cache'}"


def cache_folder() -> Path | None:
    """The first folder that can be written, made if need be; None where there is none."""
    for folder in _folders():
        folder = folder / f"engine-{_digest()}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


FOLDER = cache_folder()
CACHE = FOLDER is not None
"""What `njit(cache=...)` is told by every compiled loop that Python calls."""
if FOLDER is not None:
    numba.config.CACHE_DIR = str(FOLDER)  # type: ignore[attr-defined]
else:
    warnings.warn("no folder can be written: the engine is compiled anew at every start", stacklevel=2)


Use = TypeVar("Use", bound=Callable[..., object])
_USES: list[Callable[..., object]] = []
_MARK = "all"


def compiles(use: Use) -> Use:
    """Registers a function that runs the compiled loops of a room once, for `compile_all`."""
    _USES.append(use)
    return use


def is_compiled() -> bool:
    """Whether all machine code of these sources is at hand, so that the first run starts at once."""
    return FOLDER is not None and (FOLDER / _MARK).exists()


def compile_all() -> None:
    """Runs the loops of the rooms above the engine, as far as imported, and notes that all are there."""
    for use in _USES:
        use()
    if FOLDER is not None:
        (FOLDER / _MARK).touch()


@contextmanager
def helped_by(module: str) -> Iterator[None]:
    """Meanwhile a second process runs a module, whose machine code lands in the same folder; what it does not manage
    is compiled here. Alone where there is no folder to share, or no second core."""
    if FOLDER is None or (os.cpu_count() or 1) < 2:
        yield
        return
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as helper:
        try:
            yield
        except BaseException:
            helper.kill()
            raise


@intrinsic
def borrowed(typingctx, tables):
    """The same array, or named tuple of arrays and figures, without owners: nothing counts references to it.

    For tables that the caller keeps alive; counting takes nine tenths of the time of a loop that hands them on.
    """
    del typingctx

    def one(context, builder, kind, value):
        if not isinstance(kind, types.Array):
            return value
        view = context.make_array(kind)(context, builder, value)
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()

    def codegen(context, builder, signature, args):
        kind = signature.args[0]
        if not isinstance(kind, types.BaseTuple):
            return one(context, builder, kind, args[0])
        parts = cgutils.unpack_tuple(builder, args[0])
        parts = [one(context, builder, kind[i], part) for i, part in enumerate(parts)]  # type: ignore[index]
        return context.make_tuple(builder, kind, parts)

    return tables(tables), codegen
