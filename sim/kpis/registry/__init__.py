"""Every KPI, once: what it is called, what divides what, and the usual mistake. docs/definitions.md is made of it."""

from sim.kpis.registry import backlog, contacts, outcomes, satisfaction, times, waiting, work
from sim.kpis.registry.base import PERIOD, REPLICATIONS, Kpi, Scope

KPIS: dict[str, Kpi] = {
    kpi.name: kpi for module in (contacts, waiting, work, outcomes, times, backlog, satisfaction) for kpi in module.KPIS
}
"""By name, in the order in which reports show them."""

__all__ = ["KPIS", "PERIOD", "REPLICATIONS", "Kpi", "Scope"]
