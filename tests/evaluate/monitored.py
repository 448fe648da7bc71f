"""A small centre with a plan, and months that came otherwise."""

from __future__ import annotations

from pathlib import Path

from evaluate.monitor.plan import Measured
from evaluate.monitor.worlds import Worlds
from sim.scenario.vary import Sources

KPIS = (
    "contacts(order_status)",
    "contacts(return)",
    "handle_time(order_status)",
    "handle_time(return)",
    "fcr(order_status)",
    "fcr(return)",
    "service_level(phone)",
    "abandonment_rate(phone)",
)
PLAN = """\
schema: 1
name: small_centre
horizon: {start: 2027-01-01, months: 4}
experiment: {seed: 7, replications: 20}
customers: {active: 20000, orders: 1 /month}
demand: {busyness: {cv: 0.04, correlation: 0}}
reasons:
  order_status:
    per_order: 0.08
    channels: {phone: 100 %}
    handle: {mean: 4 min, cv: 0.8}
    resolved_first: 90 %
  return:
    per_order: 0.05
    channels: {phone: 100 %}
    handle: {mean: 7 min, cv: 0.8}
    resolved_first: 80 %
    unresolved: {share: 80 %, after: {mean: 2 days, cv: 0.7}}
channels:
  phone:
    patience: {mean: 4 min}
    retry: {share: 40 %, after: {mean: 30 min, cv: 1}}
    wrap_up: 30 s
    target: {share: 80 %, within: 20 s}
teams:
  desk: {agents: 2, serves: [phone]}
"""


def plan(folder: Path) -> Sources:
    """The plan as a file."""
    file = folder / "small_centre.yaml"
    file.write_text(PLAN, encoding="utf-8")
    return Sources(str(file))


def came(sources: Sources, changes: dict[str, str], months: tuple[int, ...], seed: int = 4711) -> list[Measured]:
    """One outcome of the plan under changes: another seed, one replication."""
    worlds = Worlds(sources, None, KPIS, months, seed, 1, None)
    found = worlds.of(changes)
    assert not isinstance(found, str), found
    return [Measured(kpi, month, found.value((kpi, month))) for kpi in KPIS for month in months]
