"""The tables of a staffing: the need that `deskplan schedule` reads, its figures, the load, and what was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.requirement.decided import Simulated
from optimize.requirement.result import Requirement
from sim.scenario.calendar import DAY_NAMES

if TYPE_CHECKING:
    import pandas as pd

NEED_COLUMNS = ("team", "weekday", "start", "agents")


def clock(slot: int) -> tuple[str, str]:
    """Weekday and local time of a half-hour of the week.

    >>> clock(49)
    ('tue', '00:30')
    """
    return DAY_NAMES[slot // 48], f"{slot % 48 // 2:02d}:{slot % 2 * 30:02d}"


def need(found: Requirement) -> pd.DataFrame:
    """What `deskplan schedule --need` reads: half-hours in which somebody is needed."""
    import pandas as pd

    rows = [
        (team, *clock(int(slot)), int(found.agents[t, slot]))
        for t, team in enumerate(found.teams)
        for slot in np.flatnonzero(found.agents[t])
    ]
    return pd.DataFrame(rows, columns=list(NEED_COLUMNS))


def staffing(found: Requirement) -> pd.DataFrame:
    """Need, heads to schedule for it, and who is on duty today, by team and half-hour."""
    import pandas as pd

    rows = [
        (team, *clock(slot), int(found.agents[t, slot]), round(float(found.scheduled[t, slot]), 4),
         round(float(found.present[t, slot]), 4))
        for t, team in enumerate(found.teams)
        for slot in range(336)
        if found.agents[t, slot] or found.present[t, slot] > 0
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["team", "weekday", "start", "agents", "scheduled", "on_duty_today"])


def load(found: Requirement) -> pd.DataFrame:
    """Contacts, erlangs and the predicted service level by channel and half-hour."""
    import pandas as pd

    rows = [
        (channel, *clock(slot), found.contacts[c, slot], found.load[c, slot], found.service_level[c, slot])
        for c, channel in enumerate(found.channels)
        for slot in range(336)
        if found.contacts[c, slot] > 0
    ]
    return pd.DataFrame(rows, columns=["channel", "weekday", "start", "contacts", "erlangs", "service_level"])


def tried(found: Simulated) -> pd.DataFrame:
    """Every staffing that was simulated, in order: a line for each figure of it."""
    import pandas as pd

    teams = [lever.team for lever in found.levers.levers]
    rows = [
        (*decision.numbers, decision.verdict, decision.replications, figure.what, figure.value, figure.low,
         figure.high, figure.target.amount)
        for decision in found.tried
        for figure in decision.figures
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*teams, "verdict", "replications", "figure", "value", "low", "high", "target"])
