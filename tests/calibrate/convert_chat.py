"""The February 2021 chat log as a canonical contact log. Belongs to the tests: the engine knows nothing of this file.

Every chat starts with a bot; who was given an agent waited for one from the start of the chat until then. A score of 0
is no score. The log does not say its time zone; nothing here depends on it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def convert(source: Path, folder: Path) -> Path:
    """Write `contacts.csv` into `folder` and return its path."""
    log = pd.read_csv(source, parse_dates=["chat_start", "chat_end", "agent_assigned"])
    served = log["agent_assigned"].notna()
    out = pd.DataFrame(
        {
            "contact_id": log["room"],
            "arrived_at": log["chat_start"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "channel": np.where(served, "chat", "bot"),
            "outcome": np.where(served, "handled", "bot_resolved"),
            "wait_s": (log["agent_assigned"] - log["chat_start"]).dt.total_seconds(),
            "wait_basis": "calendar",
            "csat_raw": log["csat"].where(log["csat"] > 0).astype("Int64"),
            "csat_scale": "1_5",
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    contacts = folder / "contacts.csv"
    out.to_csv(contacts, index=False)
    return contacts
