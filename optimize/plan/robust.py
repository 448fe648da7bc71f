"""Plans under what is not known: each candidate simulated under draws of the declared uncertain inputs.

Every draw is one world in which all candidates meet the same tapes; a plan's value there is its objective against
today under the same draw. The regret of a plan in a draw is how much less it is worth there than the candidate that is
best there (Savage 1951). Doing nothing is a candidate where today keeps its promises, and none where it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from evaluate.distribution import quantiles
from evaluate.intervals import Figure, mean_figure
from evaluate.uncertain import Drawn, draw_all
from optimize.plan.holding import Candidate, Wish
from optimize.plan.simulating import Tell
from sim.engine import DEFAULT_ENGINE
from sim.scenario.emit import to_yaml
from sim.scenario.vary import Sources
from sim.units.desk import Desk
from sim.workers import crew_of

Risk = Literal["mean", "p10"]
TAPES = 2
"""Replications of each draw."""


@dataclass(frozen=True)
class Row:
    """One plan over all draws."""

    name: str
    mean: Figure
    p10: Figure
    """Tenth percentile over draws and tapes."""
    below_zero: float
    """Share of draws in which it is worth less than today."""
    mean_regret: float
    max_regret: float
    best_in: float
    """Share of draws in which no candidate is worth more."""


@dataclass(frozen=True)
class Robust:
    """What the draws say."""

    rows: tuple[Row, ...]
    """In the order of the candidates; today first, where it keeps its promises."""
    risk: Risk
    draws: int
    tapes: int
    inputs: tuple[str, ...]
    chosen: str

    def row(self, name: str) -> Row:
        """One plan's."""
        return next(row for row in self.rows if row.name == name)

    def ranked(self) -> list[Row]:
        """Best first, by the declared risk."""
        return sorted(self.rows, key=lambda row: -(getattr(row, self.risk).value or 0.0))

    def best_by(self, risk: Risk) -> str:
        """The plan with the highest mean, or the highest tenth percentile."""
        return max(self.rows, key=lambda row: getattr(row, risk).value or 0.0).name


def robust(
    sources: Sources, today: str | None, plans: Sequence[Candidate], wish: Wish, risk: Risk, seed: int, tell: Tell
) -> Robust:
    """Every plan, and today where it is named, under every draw.

    Raises NothingUncertain, and ScenarioProblems for a draw that makes no scenario.
    """
    drawn = _drawn(sources, plans, wish, seed, tell)
    values = {name: drawn.values(name, "npv") for name in drawn.options}
    none = {} if today is None else {today: np.zeros_like(next(iter(values.values())))}
    return judged({**none, **values}, risk, drawn.confidence, [i.path for i in drawn.inputs])


def judged(values: dict[str, np.ndarray], risk: Risk, confidence: float, inputs: Sequence[str]) -> Robust:
    """Rows from values against today by plan, float64 (cubes, draws, tapes) each."""
    stacked = np.stack([each.mean(axis=2).ravel() for each in values.values()])  # plans x draws
    regret = stacked.max(axis=0) - stacked
    count = stacked.shape[1]
    rows = []
    for place, (name, each) in enumerate(values.items()):
        rows.append(
            Row(
                name,
                mean_figure(each.mean(axis=(1, 2)), confidence),
                quantiles(each, count, confidence)[0.10],
                float((stacked[place] < 0).mean()),
                float(regret[place].mean()),
                float(regret[place].max()),
                float((regret[place] <= 1e-9).mean()),
            )
        )
    tapes = next(iter(values.values())).shape[2]
    found = Robust(tuple(rows), risk, count, tapes, tuple(inputs), "")
    return Robust(found.rows, risk, count, tapes, found.inputs, found.best_by(risk))


def _drawn(sources: Sources, plans: Sequence[Candidate], wish: Wish, seed: int, tell: Tell) -> Drawn:
    with TemporaryDirectory(prefix="deskplan-") as folder:
        written = []
        for plan in plans:
            path = Path(folder) / f"{plan.name}.yaml"
            path.write_text(to_yaml(plan.decisions), encoding="utf-8")
            written.append(Sources(sources.file, (*sources.overlays, str(path)), sources.sets))
        every = [sources, *written]
        resolveds = [each.declared() for each in every]

        def progress(done: int, total: int) -> None:
            if done == total or done % 8 == 0:
                tell(f"{done} of {total} draws")

        engine = wish.engine or DEFAULT_ENGINE
        with crew_of(wish.jobs) as crew:
            return draw_all(every, resolveds, wish.draws, TAPES, engine, Desk(crew, None), seed, progress)
