"""The 2016 incident log of an IT service desk as a canonical contact log. Belongs to the tests.

An incident is a contact that waits until its first update. The log has no hands-on time, and resolution time is none.
Use 29 February to 20 May: later rows are stragglers. The log does not say its time zone.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

EXTRACT = """\
vendor: incidents of an IT service desk, 2016
window_start: 2016-02-29T00:00:00+00:00
window_end: 2016-05-21T00:00:00+00:00
time_zone: UTC
abandons: absent
"""


def convert(source: Path, folder: Path) -> tuple[Path, Path]:
    """Write `contacts.csv` and `extract.yaml` into `folder` and return their paths."""
    log = pd.read_csv(source, dtype=str)
    opened, updated = pd.to_datetime(log["opened_at"]), pd.to_datetime(log["first_update"])
    out = pd.DataFrame(
        {
            "contact_id": log["number"],
            "arrived_at": opened.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "channel": "other",
            "outcome": "handled",
            "reason": "incident",
            "wait_s": (updated - opened).dt.total_seconds(),
            "wait_basis": "calendar",
            "agent_key": log["resolved_by"].where(log["resolved_by"] != "?"),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    contacts, extract = folder / "contacts.csv", folder / "extract.yaml"
    out.to_csv(contacts, index=False)
    extract.write_text(EXTRACT, encoding="utf-8")
    return contacts, extract
