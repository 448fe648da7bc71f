"""Small simulated comparisons for the tests of what people see."""

from functools import cache
from typing import Any

from evaluate.compare import Comparison, compare
from evaluate.simulate import simulate_all
from sim.scenario.load import resolve


def tiny(name: str = "tiny", **changes: Any) -> dict[str, Any]:
    """A desk of three for six hours, with a target, prices and a tool."""
    world: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "title": "Three at a desk",
        "horizon": {"start": "2027-01-04", "length": "6 h"},
        "experiment": {"seed": 7, "replications": 3},
        "reasons": {"help": {"rate": "20 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "6 min", "cv": 1}}},
        "channels": {"phone": {"patience": "3 min", "target": {"share": "60 %", "within": "30 s"}}},
        "teams": {"desk": {"agents": 3, "serves": ["phone"], "wage": "20 EUR/h"}},
        "evidence": {"reasons.help.handle.mean": {"level": "measured", "source": "own log <2026>", "date": "2026-11"}},
    }
    world.update(changes)
    return world


@cache
def comparison(options: int = 2) -> Comparison:
    """A base, and as options one agent more, and a tool that does nothing."""
    more = tiny("one_more", teams={"desk": {"agents": 4, "serves": ["phone"], "wage": "20 EUR/h"}})
    tool = tiny("a_tool", economics={"tools": {"crm": {"cost": {"upfront": "100 EUR"}}}})
    return compare(simulate_all([resolve(document) for document in (tiny(), more, tool)[: options + 1]]))
