"""The February 1999 call log as a canonical contact log. Belongs to the tests: the engine knows nothing of this file.

A call that left in the voice menu never asked for an agent (self-service). Who waited was put in the queue at the end
of the menu. `PHANTOM` rows are no calls. Times are Israeli winter time, two hours ahead of UTC.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

EXTRACT = """\
vendor: call log of a bank, February 1999
window_start: 1999-02-01T00:00:00+02:00
window_end: 1999-03-01T00:00:00+02:00
exported_at: 1999-03-01T00:00:00+02:00
time_zone: Asia/Jerusalem
abandons: present
"""


def convert(source: Path, folder: Path) -> tuple[Path, Path]:
    """Write `contacts.csv` and `extract.yaml` into `folder` and return their paths."""
    log = pd.read_csv(source, dtype=str)
    log = log[log["outcome"] != "PHANTOM"]
    wait = log["q_time"].astype(int)
    served = log["outcome"] == "AGENT"
    left_menu = ~served & (wait <= 0)
    talk = log["ser_time"].astype(int)
    at = pd.to_datetime(log["date"] + " " + log["vru_exit"], format="%Y-%m-%d %H:%M:%S")
    out = pd.DataFrame(
        {
            "contact_id": np.arange(len(log)),
            "arrived_at": at.dt.strftime("%Y-%m-%dT%H:%M:%S+02:00"),
            "channel": np.where(left_menu, "self_service", "phone"),
            "outcome": np.select([left_menu, served], ["self_served", "handled"], "abandoned"),
            "reason": log["type"].str.lower(),
            "wait_s": wait.where(~left_menu),
            "wait_basis": "calendar",
            "handle_s": talk.where(served),
            "handle_basis": "measured",
            "customer_key": log["customer_id"].where(log["customer_id"] != "0"),
            "agent_key": log["server"].where(served & (log["server"] != "NO_SERVER")),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    contacts, extract = folder / "contacts.csv", folder / "extract.yaml"
    out.to_csv(contacts, index=False)
    extract.write_text(EXTRACT, encoding="utf-8")
    return contacts, extract
