"""The scenario under a change of inputs, from the month on in which the actual figures left the plan."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evaluate.monitor.plan import Outcomes, simulated
from sim.feedback import Unbounded
from sim.scenario.problems import ScenarioProblems
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources

EVENT = "change_that_is_tried"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Worlds:
    """Where changed versions come from, and how each is simulated."""

    sources: Sources
    since: dt.date | None
    """First day of the changes; None: they hold from the start."""
    kpis: tuple[str, ...]
    months: tuple[int, ...]
    seed: int
    replications: int
    engine: str | None
    jobs: int = 1

    def of(self, changes: Mapping[str, str]) -> Outcomes | str:
        """Figures under the changes, or why the scenario cannot have them."""
        try:
            return simulated(self.resolved(changes), self.kpis, self.months, self.seed, self.replications, self.engine)
        except (ScenarioProblems, Unbounded) as problem:
            return str(problem)

    def resolved(self, changes: Mapping[str, str]) -> Resolved:
        """The scenario under the changes. Raises ScenarioProblems."""
        if self.since is None:
            return self.sources.resolved(changes)
        event = {"from": self.since.isoformat(), "until": self.until.isoformat(), "changes": dict(changes)}
        with tempfile.TemporaryDirectory(prefix="deskplan-") as folder:
            overlay = Path(folder) / "change.yaml"
            overlay.write_text(json.dumps({"demand": {"events": {EVENT: event}}}), encoding="utf-8")
            return replace(self.sources, overlays=(*self.sources.overlays, str(overlay))).resolved()

    @cached_property
    def until(self) -> dt.date:
        """Last day of the changes, which is the horizon's."""
        calendar = self.sources.declared().calendar
        return calendar.start + dt.timedelta(days=calendar.days - 1)

    def all_of(self, tries: Sequence[Mapping[str, str]], tell: Tell | None, what: str) -> list[Outcomes | str]:
        """Several, in parallel, in the order given."""
        from joblib import Parallel, delayed

        found: list[Outcomes | str] = []
        if self.since is not None:
            _ = self.until  # read once, before there are workers

        def results() -> Iterator[Outcomes | str]:
            with Parallel(n_jobs=self.jobs, return_as="generator") as pool:
                yield from pool(delayed(self.of)(changes) for changes in tries)

        for one in results():
            found.append(one)
            if tell is not None:
                tell(what, len(found), len(tries))
        return found


def shortened(sources: Sources, last_month: int) -> Sources:
    """The scenario with no more months than are compared, and one beyond: later months change nothing in earlier ones.

    Events that lie beyond go; where the scenario cannot be shortened otherwise, it stays as it is.
    """
    resolved = sources.declared()
    calendar, horizon = resolved.calendar, resolved.scenario.horizon
    wanted = last_month + 2
    if horizon.months is None or wanted >= horizon.months:
        return sources
    end = calendar.start + dt.timedelta(milliseconds=calendar.month_edges_ms[wanted])
    gone = [
        name for name, event in resolved.scenario.demand.events.items() if event.from_ >= end - dt.timedelta(days=1)
    ]
    sets = (*sources.sets, f"horizon.months={wanted}", *(f"demand.events.{name}=null" for name in gone))
    shorter = replace(sources, sets=sets)
    try:
        shorter.declared()
    except ScenarioProblems:
        return sources
    return shorter
