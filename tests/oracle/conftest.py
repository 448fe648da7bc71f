"""Fixtures of the oracle suite: the engines, the expected values, and the check that fills the table."""

from collections.abc import Callable, Mapping

import pytest

from sim.engine import ENGINES
from tests.oracle.compare import Comparison, Expected, Ratio, compare_all, table


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Every comparison holds under every engine."""
    return str(request.param)


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Callable[[list[Comparison]], None]:
    """Put comparisons into the table at the end of the run, and fail if any is out."""

    def add(rows: list[Comparison]) -> None:
        for row in rows:
            record_property("oracle", [row.case, row.measure, row.expected, row.simulated, row.half_width, row.z])
        out = [row for row in rows if not row.within]
        assert not out, "\n" + "\n".join(table(out))

    return add


@pytest.fixture
def verify(note: Callable[[list[Comparison]], None]) -> Callable[..., None]:
    """Compare every expected measure of a case with its simulation."""

    def check(case: str, expected: Mapping[str, Expected | float], simulated: Mapping[str, Ratio]) -> None:
        note(compare_all(case, expected, simulated))

    return check
