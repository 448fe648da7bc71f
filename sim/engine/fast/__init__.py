"""The compiled engine: the rules of the SimPy model at the machine's speed.

Numba compiles it once and keeps the result in a cache of this user's. The cache is named after the sources of this
folder, since Numba itself looks only at the file in which a cached function stands, and not at those that it calls.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numba

from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.plan import Plan
from sim.engine.roster import Roster

HERE = Path(__file__).parent


def _digest() -> str:
    """Names everything that the machine code depends on: sources with their constants, and Numba's version."""
    seen = hashlib.sha256(numba.__version__.encode())
    for source in [
        *sorted(HERE.glob("*.py")),
        *(HERE.parent / f"{name}.py" for name in ("outcomes", "plan", "roster")),
    ]:
        seen.update(source.read_bytes())
    seen.update((HERE.parents[1] / "demand" / "tape.py").read_bytes())
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
if FOLDER is not None:
    numba.config.CACHE_DIR = str(FOLDER)  # type: ignore[attr-defined]
else:
    warnings.warn("no folder can be written: the engine is compiled anew at every start", stacklevel=2)


def is_compiled() -> bool:
    """Whether machine code of these sources is at hand, so that the first run starts at once."""
    return FOLDER is not None and any(FOLDER.rglob("*.nbc"))


def run(plan: Plan, tape: Tape, roster: Roster) -> Outcomes:
    """Outcomes of one replication under the compiled engine; the same bytes as the SimPy model's."""
    from sim.engine.fast.model import run as run_compiled

    return run_compiled(plan, tape, roster)
