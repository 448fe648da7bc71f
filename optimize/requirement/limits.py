"""What must hold: targets that the scenario declares or the planner gives, as limits on one queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.analytic import Queue
from sim.scenario.kpi_names import BY_CHANNEL, BY_TEAM
from sim.scenario.kpi_text import Named, Target, named, target
from sim.scenario.problems import nearest
from sim.scenario.schema import Scenario
from sim.scenario.units import MS_PER_SECOND, QuantityError

_WRITTEN = re.compile(r"^\s*([^<>=]+?)\s*((?:<=|>=).+)$")
OF_A_QUEUE = (
    "service_level", "service_level_a", "service_level_b", "service_level_c", "service_level_d", "abandonment_rate",
    "waited_share", "average_speed_of_answer", "mean_wait", "occupancy",
)  # fmt: skip
"""KPIs for which there is a formula."""


class BadTarget(ValueError):
    """A target that cannot be read or that nothing here can answer."""


@dataclass(frozen=True)
class Limit:
    """A KPI of a channel or of a team that must reach an amount."""

    what: Named
    target: Target
    channel: str | None
    """None: of every channel (or team)."""
    team: str | None = None
    within_s: float = 0.0
    """Target wait of a service level."""
    contract: str = "a"

    @property
    def text(self) -> str:
        """As written: ``service_level(phone) >= 0.8``."""
        return f"{self.what.text} {self.target.sign} {self.target.amount:g}"

    def met(self, queue: Queue) -> bool:
        """Whether a queue in steady state (times in seconds) holds it."""
        kpi = self.what.kpi
        if kpi.startswith("service_level"):
            value = queue.service_level(self.contract)
        else:
            value = {
                "abandonment_rate": queue.p_abandon,
                "waited_share": queue.p_wait,
                "average_speed_of_answer": queue.mean_wait_served,
                "mean_wait": queue.mean_wait,
                "occupancy": queue.occupancy,
            }[kpi]
        return bool(self.target.met(value))


def declared_limits(scenario: Scenario) -> list[Limit]:
    """The service level that each channel promises, in its contract."""
    return [
        Limit(
            Named("service_level", (name,)),
            Target(">=", channel.target.share),
            name,
            within_s=channel.target.within / MS_PER_SECOND,
            contract=channel.target.contract,
        )
        for name, channel in scenario.channels.items()
        if channel.target is not None
    ]


def limits_of(scenario: Scenario, texts: Sequence[str]) -> list[Limit]:
    """What is asked for: the texts (``service_level(phone)>=85 %``) in place of what the scenario declares of the same
    KPI and channel, and all else that it declares. Raises BadTarget with everything that is wrong."""
    found, wrong = [], []
    for text in texts:
        try:
            found += _read(scenario, text)
        except (BadTarget, QuantityError) as problem:
            wrong.append(f"--target {text!r}: {problem}")
    if wrong:
        raise BadTarget("\n".join(wrong))
    taken = {(limit.channel, limit.what.kpi.startswith("service_level")) for limit in found}
    return [limit for limit in declared_limits(scenario) if (limit.channel, True) not in taken] + found


def _read(scenario: Scenario, text: str) -> list[Limit]:
    """One written target, of each channel or team that it is about."""
    match = _WRITTEN.match(text)
    if match is None:
        raise BadTarget("write it as 'service_level(phone)>=85 %'")
    what = named(match[1])
    if what.kpi not in OF_A_QUEUE:
        known = what.kpi in BY_CHANNEL or what.kpi in BY_TEAM
        hint = "" if known else _hint(what.kpi, OF_A_QUEUE)
        raise BadTarget(f"staffing does not move {what.kpi} in a known way{hint}; there are: {', '.join(OF_A_QUEUE)}")
    aim = target(what.kpi, match[2])
    names = list(scenario.teams) if what.kpi == "occupancy" else list(scenario.channels)
    kind = "team" if what.kpi == "occupancy" else "channel"
    if len(what.parts) > 1 or (what.parts and what.parts[0] not in names):
        hint = _hint(what.parts[0], names)
        raise BadTarget(f"{what.text} names no {kind}{hint}; there are: {', '.join(names)}")
    if aim.sign != (">=" if what.kpi.startswith("service_level") else "<="):
        raise BadTarget(f"{what.kpi} is good on the other side: more agents cannot bring it there")
    if what.kpi.startswith("service_level") and aim.amount >= 1.0:
        raise BadTarget("a share below 100 % is needed: no number of agents is enough for everybody")
    if kind == "team":
        return [Limit(what, aim, None, team) for team in what.parts or names]
    limits = []
    for name in what.parts or names:
        declared = scenario.channels[name].target
        if what.kpi.startswith("service_level") and declared is None:
            if what.parts:
                raise BadTarget(f"{name} declares no `target`, so nothing says within which time: give it with --set")
            continue
        contract = what.kpi[-1] if what.kpi != "service_level" else (declared.contract if declared else "a")
        within = declared.within / MS_PER_SECOND if declared else 0.0
        limits.append(Limit(Named(what.kpi, (name,)), aim, name, within_s=within, contract=contract))
    return limits


def _hint(word: str, names: Sequence[str]) -> str:
    like = nearest(word, names)
    return f" (did you mean {like}?)" if like else ""
