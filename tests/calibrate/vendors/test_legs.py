"""Legs of one contact: one contact, whatever became of them."""

from __future__ import annotations

import json
from typing import Any

from sim.calibrate.contacts import ContactLog
from sim.calibrate.vendors.read import read_log


def record(name: str, method: str, minute: int, first: str | None = None, **work: Any) -> dict[str, Any]:
    """A contact record of 13 April 2026, 10:`minute` UTC; `talk` and `hold` where an agent answered."""
    agent = {"Username": work.get("agent", "a"), "ConnectedToAgentTimestamp": f"2026-04-13T10:{minute:02d}:20Z",
             "AgentInteractionDuration": work["talk"], "CustomerHoldDuration": work.get("hold", 0),
             "AfterContactWorkDuration": work.get("wrap", 0)} if "talk" in work else None  # fmt: skip
    return {
        "ContactId": name, "InitialContactId": first, "Channel": "VOICE", "InitiationMethod": method,
        "InitiationTimestamp": f"2026-04-13T10:{minute:02d}:00Z",
        "DisconnectTimestamp": f"2026-04-13T10:{minute + 5:02d}:00Z",
        "LastUpdateTimestamp": f"2026-04-13T11:{minute:02d}:00Z", "Agent": agent,
        "Queue": {"Name": "q", "EnqueueTimestamp": f"2026-04-13T10:{minute:02d}:00Z", "Duration": work.get("wait", 20)},
    }  # fmt: skip


def read(tmp_path: Any, *records: dict[str, Any]) -> ContactLog:
    path = tmp_path / "records.json"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    log = read_log(path, timezone="UTC")
    assert isinstance(log, ContactLog)
    return log


def test_published_records_give_their_handle_time(tmp_path):
    """239 s of talk and 221 s of hold were 460 s connected; 2,257 and 1,021 were 3,278: interaction excludes hold."""
    log = read(tmp_path, record("1", "INBOUND", 1, talk=239, hold=221), record("2", "INBOUND", 2, talk=2257, hold=1021))
    assert list(log.rows["handle_s"]) == [460, 3278]


def test_a_transfer_adds_its_work_to_the_first_leg(tmp_path):
    log = read(
        tmp_path,
        record("1", "INBOUND", 1, talk=100, wait=30),
        record("2", "TRANSFER", 4, "1", talk=50, hold=10, wrap=20, wait=0, agent="b"),
        record("3", "TRANSFER", 7, "1", talk=5, wait=0),
    )
    assert len(log.rows) == 1
    row = log.rows.iloc[0]
    assert (row["handle_s"], row["wrap_s"], row["wait_s"], row["transfers"]) == (185, 20, 30, 2)
    assert log.left_out["leg of a contact that is counted already"] == 2


def test_who_is_called_back_has_not_abandoned(tmp_path):
    called = read(tmp_path, record("1", "INBOUND", 1), record("2", "CALLBACK", 9, "1", talk=60))
    assert list(called.rows["outcome"]) == ["callback"]
    missed = read(tmp_path, record("1", "INBOUND", 1))
    assert list(missed.rows["outcome"]) == ["abandoned"]


def test_a_leg_without_its_beginning_is_no_demand(tmp_path):
    log = read(tmp_path, record("1", "INBOUND", 1, talk=10), record("9", "TRANSFER", 4, "8", talk=50))
    assert len(log.rows) == 1
    assert log.left_out["outbound or internal"] == 1


def test_the_newest_version_of_a_leg_counts(tmp_path):
    old = record("1", "INBOUND", 1, talk=1) | {"LastUpdateTimestamp": "2026-04-13T09:00:00Z"}
    log = read(tmp_path, record("1", "INBOUND", 1, talk=100), old)
    assert list(log.rows["handle_s"]) == [100]
    assert log.left_out["repeated contact_id"] == 1
