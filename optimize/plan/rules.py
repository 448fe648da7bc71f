"""What a choice of investments must keep to: requirements with their lead, and goals as functions of the starts."""

from __future__ import annotations

from optimize.plan.ask import Ask
from optimize.plan.goals import reached
from optimize.plan.problem import Goal
from optimize.plan.versions import Versions
from sim.replicate import Replications
from sim.scenario.checks_judgement import month_of
from sim.scenario.nodes import Node
from sim.scenario.options import Decided, in_every_level, start_date
from sim.scenario.resolved import Resolved


def prerequisites_of(versions: Versions) -> dict[str, dict[str, int]]:
    """Investment -> what it requires and is not decided -> months from the start of that until it is surely live."""
    scenario = versions.base.scenario
    found: dict[str, dict[str, int]] = {}
    for name, investment in scenario.investments.items():
        needed = [other for other in investment.requires if other not in scenario.decisions.investments]
        if name not in scenario.decisions.investments and needed:
            found[name] = {other: _lead(versions.base, other) for other in needed}
    return found


def _lead(base: Resolved, name: str) -> int:
    """Months after whose start any level of an investment is live, whichever month it starts in."""
    labels, horizon, lead = base.calendar.month_labels, base.scenario.horizon, 0
    days = [start_date(label, horizon) for label in labels]
    for option in in_every_level(base.scenario, Node({}), name):
        for month, day in enumerate(days):
            live = Decided(option, day, horizon).live
            later = [k - month for k in range(month, len(days)) if days[k] >= live]
            lead = max(lead, later[0] if later else len(days) - month if month == 0 else 0)
    return lead


def goals_of(base: Resolved, ask: Ask, held: Replications) -> tuple[Goal, ...]:
    """The goals that a choice must reach, with the KPI as it is where targets hold. Raises Unmeasured."""
    found = []
    for each in reached(ask, held):
        month = month_of(base.calendar, each.month)
        assert month is not None  # else it is not measured
        assert each.value.value is not None
        found.append(Goal(each.name, each.words, month, each.at_least, each.bound, each.value.value))
    return tuple(found)
