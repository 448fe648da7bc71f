"""The whole scenario: world, options and decisions in one frozen document."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.schema.base import Block, Evidence
from sim.scenario.schema.choose import Choose
from sim.scenario.schema.demand import Customers, Demand, Experiment, Horizon, Reason
from sim.scenario.schema.judgement import Benchmarks, Goal, Stakeholder
from sim.scenario.schema.money import Economics, Satisfaction
from sim.scenario.schema.options import Investment
from sim.scenario.schema.people import Decisions, Team
from sim.scenario.schema.retention import Loops, Retention
from sim.scenario.schema.returns import Returns
from sim.scenario.schema.scheduling import Scheduling
from sim.scenario.schema.segments import Segment
from sim.scenario.schema.service import Bot, Channel, SelfService
from sim.scenario.schema.uncertain import Uncertain
from sim.scenario.units import Duration


class Kpis(Block):
    """Conventions of the KPIs."""

    fcr_window: Duration = Field(default="7 days")  # type: ignore[assignment]
    """First contact resolution: no second contact within this window."""
    handle_booked: Literal["end", "start"] = "end"
    """Handle time counts in the period in which wrap-up ends, or in which it starts."""


class Scenario(Block):
    """Everything that one simulation needs."""

    schema_: Literal[1] = Field(alias="schema")
    """Version of this format."""
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    """Short name, used in tables and file names."""
    title: str = ""
    because: str = ""
    """Why one would do this, in a sentence."""
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    horizon: Horizon
    experiment: Experiment = Experiment()
    customers: Customers = Customers()
    segments: dict[str, Segment] = Field(default_factory=dict)
    """Kinds of customers; left out: all are alike."""
    demand: Demand = Demand()
    reasons: dict[str, Reason] = Field(min_length=1)
    channels: dict[str, Channel] = Field(min_length=1)
    teams: dict[str, Team] = Field(default_factory=dict)
    self_service: dict[str, SelfService] = Field(default_factory=dict)
    """Tried in the order declared: the first that reaches the customer is used."""
    bots: dict[str, Bot] = Field(default_factory=dict)
    returns: Returns = Returns()
    satisfaction: Satisfaction = Satisfaction()
    retention: Retention = Retention()
    feedback: Loops = Loops()
    economics: Economics = Economics()
    kpis: Kpis = Kpis()
    investments: dict[str, Investment] = Field(default_factory=dict)
    """What could be bought or done, by name; nothing happens until `decisions.investments` starts it."""
    decisions: Decisions = Decisions()
    choose: Choose = Choose()
    """What the optimiser may choose, and under which limits; nothing else reads it."""
    scheduling: dict[str, Scheduling] = Field(default_factory=dict)
    """What weekly schedules may look like, by team (`deskplan schedule`); nothing else reads it."""
    benchmarks: Benchmarks = Benchmarks()
    goals: dict[str, Goal] = Field(default_factory=dict)
    """What is aimed at by when, by name; the simulation says whether, when and how surely each is reached."""
    stakeholders: dict[str, Stakeholder] = Field(default_factory=dict)
    """Whom support matters to, by name."""
    uncertain: dict[str, Uncertain] = Field(default_factory=dict)
    """What is not known for sure: path -> how it may turn out (`deskplan uncertainty`, `deskplan tornado`)."""
    evidence: dict[str, Evidence] = Field(default_factory=dict)
    """Evidence by path; also written beside a value as `{value: ..., evidence: {...}}`."""
