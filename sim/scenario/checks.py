"""Everything that must fit together in a scenario, one small check for each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.scenario.checking import Check, Context
from sim.scenario.checks_choose import check_choose
from sim.scenario.checks_judgement import check_judgement, kpi_parts
from sim.scenario.checks_names import (
    check_automation_names,
    check_channel_names,
    check_reason_names,
    check_reserved_names,
    check_served,
    check_team_names,
)
from sim.scenario.checks_options import check_decided, check_investments
from sim.scenario.checks_people import check_decided_people, check_team_people
from sim.scenario.checks_scheduling import check_scheduling
from sim.scenario.checks_time import check_events, check_horizon, check_hours, check_staffing
from sim.scenario.checks_values import (
    check_automation,
    check_chat,
    check_mixes,
    check_patience,
    check_profiles,
    check_rates,
    check_retention,
    check_returns,
    check_segments,
    check_shrinkage,
    check_speeds,
    check_spreads,
)
from sim.scenario.kpi_names import KPI_NAMES
from sim.scenario.kpi_text import named
from sim.scenario.limits import check_size
from sim.scenario.nodes import Node, Path
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.schema import Scenario
from sim.scenario.validate import Finding

_KPI = re.compile(r"^([a-z_0-9]+)(?:\((.+)\))?$")


def check_precision(context: Context) -> Iterator[Problem]:
    """`precision` names KPIs, or KPIs of a channel, that exist; the first number of replications is not the last."""
    experiment = context.scenario.experiment
    for text, width in experiment.precision.items():
        path: Path = ("experiment", "precision", text)
        match = _KPI.match(text)
        name, part = (match[1], match[2]) if match else (text, None)
        if name not in KPI_NAMES:
            wrong = f"there is no KPI '{name}'"
            yield context.problem(path, wrong, listed(KPI_NAMES), nearest(name, KPI_NAMES), key=True)
        elif part is not None:
            yield from kpi_parts(context, path, named(text))
        if width == 0:
            yield context.problem(path, "an interval of width 0 is never reached", "a share above 0, such as '1 %'")
    if experiment.replications > experiment.max_replications and experiment.precision:
        wrong = f"the first {experiment.replications} replications are more than max_replications"
        about: tuple[Path, ...] = (("experiment", "max_replications"),)
        allowed = f"up to {experiment.max_replications}, or a larger max_replications"
        yield context.problem(("experiment", "replications"), wrong, allowed, about=about)


CHECKS: tuple[Check, ...] = (
    check_horizon,
    check_precision,
    check_rates,
    check_retention,
    check_mixes,
    check_returns,
    check_segments,
    check_spreads,
    check_patience,
    check_chat,
    check_shrinkage,
    check_speeds,
    check_automation,
    check_profiles,
    check_reserved_names,
    check_reason_names,
    check_channel_names,
    check_team_names,
    check_automation_names,
    check_served,
    check_events,
    check_hours,
    check_staffing,
    check_decided_people,
    check_team_people,
    check_investments,
    check_decided,
    check_judgement,
    check_choose,
    check_scheduling,
    check_size,
)


def check(scenario: Scenario, document: Node, finding: Finding, dated: bool = False) -> list[Problem]:
    """Every finding of every check, but for those that rest on a value which is broken itself."""
    context = Context(scenario, document, dated)
    found = [problem for each in CHECKS for problem in each(context)]
    return [problem for problem in found if not any(finding.touches(path) for path in problem.about)]
