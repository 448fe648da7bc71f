"""What is open or waiting at an instant."""

from sim.kpis.registry.base import H, Kpi

KPIS = (
    Kpi(
        name="backlog",
        group="Backlog",
        unit="tickets",
        good="lower",
        definition="Tickets open at the month's end; in total: at the horizon's end.",
        numerator="open tickets",
        denominator="replications (a mean number)",
        mistake="Adding up the months.",
        top=("open",),
        kind="instant",
    ),
    Kpi(
        name="backlog_age",
        group="Backlog",
        unit="h",
        good="lower",
        definition="Mean age, since the need, of tickets open at the month's end; in total: at the horizon's end.",
        numerator="ages of open tickets",
        denominator="open tickets",
        mistake="Reading it as the time to resolution.",
        top=("open_age_ms",),
        bottom=("open",),
        factor=H,
        kind="instant",
    ),
    Kpi(
        name="backlog_oldest",
        group="Backlog",
        unit="h",
        good="lower",
        definition=(
            "Age of the oldest ticket open at the month's end; in total: at the horizon's end; mean over "
            "replications with one."
        ),
        numerator="age of the oldest",
        denominator="replications with an open ticket",
        mistake="Averaging over months.",
        top=("open_oldest_ms",),
        bottom=("open_any",),
        factor=H,
        kind="oldest",
    ),
    Kpi(
        name="queue_backlog",
        group="Backlog",
        unit="contacts",
        good="lower",
        definition=(
            "Contacts waiting for an agent at the month's end; in total: at the horizon's end: of messages, the inbox."
        ),
        numerator="waiting contacts",
        denominator="replications (a mean number)",
        mistake="Looking at the share answered in time alone.",
        top=("in_queue",),
        kind="instant",
    ),
    Kpi(
        name="queue_age",
        group="Backlog",
        unit="h",
        good="lower",
        definition="Mean wait so far of contacts waiting at the month's end; in total: at the horizon's end.",
        numerator="waits so far",
        denominator="waiting contacts",
        mistake="Reading it as the mean wait.",
        top=("in_queue_age_ms",),
        bottom=("in_queue",),
        factor=H,
        kind="instant",
    ),
    Kpi(
        name="queue_oldest",
        group="Backlog",
        unit="h",
        good="lower",
        definition=(
            "Age of the oldest contact waiting at the month's end; in total: at the horizon's end; mean over "
            "replications with one."
        ),
        numerator="wait so far of the oldest",
        denominator="replications with a waiting contact",
        mistake="Reporting 0 where nothing waits: it is no data.",
        top=("in_queue_oldest_ms",),
        bottom=("in_queue_any",),
        factor=H,
        kind="oldest",
    ),
)
