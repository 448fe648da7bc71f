"""KPIs: tallies of replications, and the long table made of them. docs/definitions.md explains every one."""

from sim.kpis import first_use as first_use  # registers itself
from sim.kpis.checks import ConservationError, check_conservation, littles_law
from sim.kpis.columns import contact_columns
from sim.kpis.registry import KPIS, Kpi
from sim.kpis.residual import residual_handle_time
from sim.kpis.table import Estimate, estimate, kpi_table, period_labels
from sim.kpis.tally import Grid, Tally, tally
from sim.kpis.usage import Usage, usage

__all__ = [
    "KPIS",
    "ConservationError",
    "Estimate",
    "Grid",
    "Kpi",
    "Tally",
    "Usage",
    "check_conservation",
    "contact_columns",
    "estimate",
    "kpi_table",
    "littles_law",
    "period_labels",
    "residual_handle_time",
    "tally",
    "usage",
]
