"""What every test may ask for, and the settings that make a test run the same everywhere."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# Examples are drawn from the test itself and not from the clock: a red run is red again.
settings.register_profile("deskplan", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("deskplan")

ROOT = Path(__file__).resolve().parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the oracle tests recorded (see tests/oracle): simulated beside expected, wherever they ran."""
    from tests.oracle.summary import show

    show(terminalreporter, config)


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def scenarios_dir(repo_root: Path) -> Path:
    """The library of scenarios."""
    return repo_root / "scenarios"
