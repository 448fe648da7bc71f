"""Names of the KPIs that a scenario may ask to be precise about.

The KPIs themselves are registered in `sim.kpis`, which this room may not read; a test holds the two together.
"""

BY_CHANNEL = (
    "needs", "contacts", "offered", "answered", "abandoned", "balked", "blocked", "closed", "disconnected",
    "unreached", "superseded", "still_waiting", "retries", "returns", "chasers", "handled", "transfers",
    "abandonment_rate", "abandonment_of_queued", "balking_rate", "blocking_rate", "closed_rate", "service_level",
    "service_level_a", "service_level_b", "service_level_c", "service_level_d", "average_speed_of_answer",
    "mean_wait", "mean_wait_joined", "waited_share", "wait_p50", "wait_p90", "patience_estimate", "true_patience",
    "transfer_wait", "transfer_abandonment", "handle_time", "wasted_work", "load_offered", "fcr", "fcr_true",
    "deflection", "self_service_tried", "self_service_success", "containment", "bot_resolution", "false_resolution",
    "contacts_per_ticket", "repeat_rate", "transfer_rate", "resolution_rate", "share_by_self_service",
    "share_by_bot", "share_by_agent", "share_lost", "share_open", "time_to_first_response",
    "time_to_first_response_p50", "time_to_first_response_p90", "time_to_first_response_from_contact",
    "time_to_first_response_open_hours", "time_to_resolution", "time_to_resolution_p50", "time_to_resolution_p90",
    "time_to_resolution_from_contact", "time_to_resolution_open_hours", "backlog", "backlog_age", "backlog_oldest",
    "queue_backlog", "queue_age", "queue_oldest", "csat", "nps", "churn_points", "customers_lost", "referrals",
    "queue_length", "load_carried", "concurrency", "service_level_daily_mean",
)  # fmt: skip
"""Kept by channel, and by reason but for NOT_BY_REASON: `service_level(phone)`, `fcr(return)`, `fcr(phone, return)`."""
NOT_BY_REASON = (
    "service_level_daily_mean",
    "wait_p50",
    "wait_p90",
    "queue_length",
    "load_carried",
    "concurrency",
    "time_to_first_response_p50",
    "time_to_first_response_p90",
    "time_to_resolution_p50",
    "time_to_resolution_p90",
)

BY_TEAM = (
    "handled", "transfers", "handle_time", "wasted_work", "occupancy", "agents_busy", "agents_on_duty",
    "utilisation", "shrinkage", "contacts_per_agent_hour", "transfer_rate",
)  # fmt: skip
"""Kept by team: `occupancy(frontline)`."""
KPI_NAMES = tuple(dict.fromkeys((*BY_CHANNEL, *BY_TEAM)))
UNIT_COSTS = ("cost_per_contact", "cost_per_resolution", "cost_per_order")
"""Money by something, known by month and in total; no channel or team has its own."""
VALUES = ("present_value", "total", "total_support")
"""Money of a whole scenario, known in total only; money out is negative."""
_UNITS = {
    "share": (
        "abandonment_rate", "abandonment_of_queued", "balking_rate", "blocking_rate", "closed_rate",
        "service_level", "service_level_a", "service_level_b", "service_level_c", "service_level_d",
        "service_level_daily_mean", "waited_share", "transfer_abandonment", "wasted_work", "occupancy",
        "utilisation", "shrinkage", "fcr", "fcr_true", "deflection", "self_service_tried",
        "self_service_success", "containment", "bot_resolution", "false_resolution", "repeat_rate",
        "transfer_rate", "resolution_rate", "share_by_self_service", "share_by_bot", "share_by_agent",
        "share_lost", "share_open", "csat",
    ),
    "s": (
        "average_speed_of_answer", "mean_wait", "mean_wait_joined", "wait_p50", "wait_p90", "patience_estimate",
        "true_patience", "transfer_wait", "handle_time",
    ),
    "h": (
        "time_to_first_response", "time_to_first_response_p50", "time_to_first_response_p90",
        "time_to_first_response_from_contact", "time_to_first_response_open_hours", "time_to_resolution",
        "time_to_resolution_p50", "time_to_resolution_p90", "time_to_resolution_from_contact",
        "time_to_resolution_open_hours", "backlog_age", "backlog_oldest", "queue_age", "queue_oldest",
    ),
    "points": (
        "nps", "churn_points",
    ),
}  # fmt: skip
UNIT_OF_KPI = {name: unit for unit, names in _UNITS.items() for name in names}
"""Units in which KPIs are written; what is not here is a plain number."""
