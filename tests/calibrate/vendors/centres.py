"""What contact centres' exports look like: contact records, conversation details, aggregates, call logs."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any

import numpy as np

from tests.calibrate.vendors.desks import ADA, GRACE, MAIL, clock, extras, headings, local, table, zulu
from tests.calibrate.vendors.world import ZONE, Fact

AMAZON_CSV = headings(
    "ContactId,InitialContactId,PreviousContactId,NextContactId,Channel,InitiationMethod,"
    "InitiationTimestamp,ConnectedToSystemTimestamp,DisconnectTimestamp,LastUpdateTimestamp,"
    "CustomerEndpoint.Address,Queue.Name,Queue.EnqueueTimestamp,Queue.DequeueTimestamp,Queue.Duration,"
    "Agent.Username,Agent.ConnectedToAgentTimestamp,Agent.AgentInteractionDuration,"
    "Agent.CustomerHoldDuration,Agent.AfterContactWorkDuration"
)
CALL_LOG = headings(
    "CALL ID,TIMESTAMP,CAMPAIGN,CALL TYPE,AGENT,AGENT NAME,DISPOSITION,ANI,CUSTOMER NAME,DNIS,CALL TIME,"
    "BILL TIME (ROUNDED),COST,IVR TIME,QUEUE WAIT TIME,RING TIME,TALK TIME,HOLD TIME,PARK TIME,"
    "AFTER CALL WORK TIME,TRANSFERS,CONFERENCES,HOLDS,ABANDONED,RECORDINGS"
)
INBOUND_LOG = ["CALL ID", "TIMESTAMP", "DATE", "SKILL", "IVR PATH",
               *(h for h in CALL_LOG[2:] if h not in ("CALL TYPE", "COST"))]  # fmt: skip


def _legs(f: Fact) -> list[tuple[float, float, float]]:
    """(talk, hold, wrap) of each leg: one contact in eight was transferred, and its work is cut in two."""
    hold = round(f.talk_s * 0.1)
    talk = round(f.talk_s) - hold
    if f.number % 8 or not f.served:
        return [(talk, hold, round(f.wrap_s))]
    half = talk // 2
    return [(half, hold, 0), (talk - half, 0, round(f.wrap_s))]


def amazon_records(found: list[Fact], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Contact records: transfer legs, older versions of one record, outbound calls, calls that ended in the menu."""

    def record(f: Fact, name: str, leg: int, method: str, work: tuple[float, float, float]) -> dict[str, Any]:
        start = f.at if leg == 0 or f.answered is None else f.answered + dt.timedelta(seconds=_legs(f)[0][0])
        talk, hold, wrap = work
        agent = {"Username": f"{GRACE} {f.agent + 50 * leg}", "AgentInteractionDuration": talk,
                 "ConnectedToAgentTimestamp": zulu(f.answered if leg == 0 else start), "CustomerHoldDuration": hold,
                 "AfterContactWorkDuration": wrap}  # fmt: skip
        queue = {"Name": f.reason, "EnqueueTimestamp": zulu(start), "DequeueTimestamp": zulu(f.answered or f.ended),
                 "Duration": round(f.wait_s) if leg == 0 else 0}  # fmt: skip
        return {
            "ContactId": f"{name}-{leg}", "InitialContactId": f"{name}-0" if leg else None,
            "PreviousContactId": f"{name}-0" if leg else None, "NextContactId": None,
            "Channel": "CHAT" if f.channel == "chat" else "VOICE", "InitiationMethod": method,
            "InitiationTimestamp": zulu(start), "ConnectedToSystemTimestamp": zulu(start),
            "DisconnectTimestamp": zulu(f.done or f.ended),
            "LastUpdateTimestamp": zulu((f.done or f.at) + dt.timedelta(seconds=90)),
            "CustomerEndpoint": {"Address": f"+4930{f.customer:07d}", "Type": "TELEPHONE_NUMBER"},
            "Queue": queue, "Agent": agent if f.served else None, "Attributes": {"name": ADA}, "NewField": {"x": 1},
        }  # fmt: skip

    out = []
    for f in found:
        method = "API" if f.channel == "chat" else "INBOUND"
        for leg, work in enumerate(_legs(f)):
            out.append(record(f, f"r{f.number}", leg, method if leg == 0 else "TRANSFER", work))
    out += [dict(record(f, f"r{f.number}", 0, "API" if f.channel == "chat" else "INBOUND", (1, 0, 0)),
                 LastUpdateTimestamp=zulu(f.at)) for f in extras(found, 0.05, rng)]  # fmt: skip
    served = [f for f in found if f.served]
    out += [record(f, f"o{f.number}", 0, "OUTBOUND", (60, 0, 5)) for f in extras(served, 0.05, rng)]
    out += [
        dict(record(f, f"m{f.number}", 0, "INBOUND", (0, 0, 0)), Queue=None, Agent=None)
        for f in extras(found, 0.05, rng)
    ]
    return out


def amazon(found: list[Fact], rng: np.random.Generator) -> str:
    """As the stream writes it: one record after the other, without a line between them."""
    return "".join(json.dumps(r) for r in amazon_records(found, rng))


def amazon_csv(found: list[Fact], rng: np.random.Generator) -> str:
    """The same, flattened."""

    def cell(record: dict[str, Any], name: str) -> Any:
        outer, _, inner = name.partition(".")
        value = (record.get(outer) or {}).get(inner) if inner else record.get(outer)
        return "" if value is None else value

    return table(AMAZON_CSV, [[cell(r, h) for h in AMAZON_CSV] for r in amazon_records(found, rng)])


def genesys(found: list[Fact], rng: np.random.Generator) -> str:
    """Conversation details, indented: participants, sessions, metrics in ms; transfers as further agents."""

    def metric(name: str, seconds: float, at: dt.datetime | None) -> dict[str, Any]:
        return {"name": name, "value": round(1000 * seconds), "emitDate": zulu(at)}

    def conversation(f: Fact, name: str, direction: str = "inbound", menu: bool = False) -> dict[str, Any]:
        media = "chat" if f.channel == "chat" else "voice"
        people: list[dict[str, Any]] = [
            {"purpose": "customer", "participantName": ADA, "externalContactId": f"x{f.customer}",
             "sessions": [{"mediaType": media, "direction": direction, "ani": f"tel:+4930{f.customer:07d}",
                           "segments": [{"segmentStart": zulu(f.at), "segmentType": "interact"}]}]},
            {"purpose": "ivr", "sessions": [{"mediaType": media, "metrics": [metric("tIvr", 5, f.at)]}]},
        ]  # fmt: skip
        if not menu:
            waits = [metric("tAcd", f.wait_s, f.ended),
                     metric("tAnswered" if f.served else "tAbandon", f.wait_s, f.answered or f.ended)]  # fmt: skip
            people.append({"purpose": "acd", "participantName": "Support", "sessions": [{"mediaType": media,
                          "metrics": waits if f.served or f.left else [],
                          "segments": [{"segmentType": "interact", "queueId": f.reason}]}]})  # fmt: skip
        for leg, (talk, hold, wrap) in enumerate(_legs(f) if f.served and not menu else []):
            people.append({"purpose": "agent", "participantName": GRACE, "userId": f"a{f.agent + 50 * leg}",
                           "sessions": [{"mediaType": media, "direction": direction, "metrics": [
                    metric("tTalkComplete", talk, f.ended), metric("tHeldComplete", hold, f.ended),
                    metric("tAcw", wrap, f.done), metric("tHandle", talk + hold + wrap, f.done)],
                "segments": [{"segmentType": "wrapup", "wrapUpCode": "w1"}]}]})  # fmt: skip
        return {"conversationId": name, "conversationStart": f.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
                "conversationEnd": zulu(f.done or f.ended), "originatingDirection": direction,
                "participants": people}  # fmt: skip

    rows = [conversation(f, f"g{f.number}") for f in found]
    served = [f for f in found if f.served]
    rows += [conversation(f, f"o{f.number}", "outbound") for f in extras(served, 0.05, rng)]
    rows += [conversation(f, f"m{f.number}", menu=True) for f in extras(found, 0.05, rng)]
    rows += [conversation(f, f"g{f.number}") for f in extras(found, 0.02, rng)]
    return json.dumps({"totalHits": len(rows), "conversations": rows}, indent=1)


def half_hours(found: list[Fact]) -> dict[tuple[dt.datetime, str, str], dict[str, float]]:
    """Sums by half-hour of arrival, channel and reason."""
    cells: dict[tuple[dt.datetime, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for f in found:
        moment = f.at.replace(minute=f.at.minute // 30 * 30, second=0, microsecond=0)
        cell = cells[moment, f.channel, f.reason]
        cell["offered"] += 1
        cell["answered"] += f.served
        cell["abandoned"] += f.left
        for name, value in (("wait", f.wait_s), ("talk", f.talk_s), ("wrap", f.wrap_s)):
            cell[name] += value
    return cells


def genesys_intervals(found: list[Fact], rng: np.random.Generator) -> str:
    """Aggregates: one group for each queue and medium, its intervals inside."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for (moment, channel, reason), c in sorted(half_hours(found).items()):

        def stat(name: str, count: float, seconds: float | None = None) -> dict[str, Any]:
            stats: dict[str, Any] = {"count": int(count)}
            return {"metric": name, "stats": stats if seconds is None else stats | {"sum": 1000.0 * seconds}}

        left = c["wait"] * c["abandoned"] / max(c["offered"], 1)
        end = moment + dt.timedelta(minutes=30)
        groups[channel, reason].append({
            "interval": f"{moment.strftime('%Y-%m-%dT%H:%M:%S.000Z')}/{end.strftime('%Y-%m-%dT%H:%M:%S.000Z')}",
            "metrics": [stat("nOffered", c["offered"]), stat("tAnswered", c["answered"], c["wait"] - left),
                        stat("tAbandon", c["abandoned"], left), stat("tTalkComplete", c["answered"], c["talk"]),
                        stat("tAcw", c["answered"], c["wrap"])]})  # fmt: skip
    results = [{"group": {"mediaType": "voice" if channel == "phone" else channel, "queueId": reason}, "data": data}
               for (channel, reason), data in groups.items()]  # fmt: skip
    return json.dumps({"results": results}, indent=1)


def intervals(found: list[Fact], rng: np.random.Generator, waits: bool = True, staff: int = 4) -> str:
    """deskplan's own interval report: sums by half-hour and queue, local time with its offset."""
    heading = headings(
        "interval_start,interval_s,queue,channel,offered,answered,abandoned,short_abandoned,"
        "answered_in_threshold,threshold_s,wait_s_sum,talk_s_sum,hold_s_sum,wrap_s_sum,staffed_s"
    )
    rows = []
    queues: dict[tuple[dt.datetime, str], int] = defaultdict(int)
    cells = half_hours(found)
    for moment, channel, _ in cells:
        queues[moment, channel] += 1
    for (moment, channel, reason), c in sorted(cells.items()):
        share = staff * 1800 / queues[moment, channel]
        rows.append([moment.astimezone(ZONE).isoformat(), 1800, reason, channel, int(c["offered"]), int(c["answered"]),
                     int(c["abandoned"]), "", "", "", round(c["wait"], 1) if waits else "", round(c["talk"], 1), 0,
                     round(c["wrap"], 1), share])  # fmt: skip
    return table(heading, rows)


def _five9_cells(f: Fact, number: str, kind: str, disposition: str = "Answered") -> dict[str, Any]:
    talk, hold, wrap = round(f.talk_s) - round(f.talk_s * 0.1), round(f.talk_s * 0.1), round(f.wrap_s)
    ring = min(4, round(f.wait_s)) if f.served else 0
    blank = dict.fromkeys(CALL_LOG, "") | {"SKILL": f.reason, "IVR PATH": "1>2", "DATE": local(f.at, "%Y/%m/%d")}
    total = round(f.wait_s) + talk + hold
    return blank | {
        "CALL ID": number, "TIMESTAMP": local(f.at, "%a, %d %b %Y %H:%M:%S"), "CAMPAIGN": f.reason, "CALL TYPE": kind,
        "AGENT": f"agent{f.agent}@example.org" if f.served else "[None]", "AGENT NAME": GRACE if f.served else "[None]",
        "DISPOSITION": disposition if f.served else "Abandon", "ANI": f"+4930{f.customer:07d}", "CUSTOMER NAME": ADA,
        "CALL TIME": clock(total), "IVR TIME": "00:00:08", "QUEUE WAIT TIME": clock(f.wait_s - ring),
        "RING TIME": clock(ring),
        "TALK TIME": clock(talk) if f.served else "00:00:00", "HOLD TIME": clock(hold) if hold else "", "PARK TIME": "",
        "AFTER CALL WORK TIME": clock(wrap) if f.served else "", "TRANSFERS": "",
        "ABANDONED": 1 if f.left else 0 if f.served else "",
    }  # fmt: skip


def five9(found: list[Fact], rng: np.random.Generator) -> str:
    """Call log: H:MM:SS, no zone, blanks for zero, `[None]` for nobody, outbound calls among the rest."""
    rows = [_five9_cells(f, f"3000{f.number}_1", "Inbound") for f in found]
    served = [f for f in found if f.served]
    for kind in ("Outbound", "Autodial"):
        rows += [_five9_cells(f, f"{kind}{f.number}", kind) for f in extras(served, 0.05, rng)]
    menu = [_five9_cells(f, f"9{f.number}", "Inbound") | {"AGENT": "[None]", "ABANDONED": "", "QUEUE WAIT TIME": ""}
            for f in extras(found, 0.05, rng)]  # fmt: skip
    return table(CALL_LOG, [[r[h] for h in CALL_LOG] for r in rows + menu])


def five9_inbound(found: list[Fact], rng: np.random.Generator) -> str:
    """Inbound call log: with skill, without call type."""
    rows = [_five9_cells(f, f"3000{f.number}_1", "Inbound") for f in found]
    return table(INBOUND_LOG, [[r[h] for h in INBOUND_LOG] for r in rows])


def contacts(found: list[Fact], rng: np.random.Generator) -> str:
    """deskplan's own contact log, with a column too many."""
    heading = headings(
        "contact_id,arrived_at,channel,outcome,reason,wait_s,wait_basis,handle_s,wrap_s,handle_basis,"
        "customer_key,agent_key,customer_name,email"
    )
    rows = [[f.number, f.at.isoformat(), f.channel, "handled" if f.served else "abandoned" if f.left else "open",
             f.reason, f.wait_s if f.served or f.left else "", "calendar", f.talk_s + f.wrap_s if f.served else "",
             f.wrap_s if f.served else "", "measured", f.customer, f.agent, ADA, MAIL] for f in found]  # fmt: skip
    return table(heading, rows)
