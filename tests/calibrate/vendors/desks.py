"""What the help desks' exports look like: their columns, their quirks, rows that are no demand, and people's names."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import numpy as np

from tests.calibrate.vendors.world import ZONE, Fact

ADA, MAIL, TEL, SUBJECT, GRACE, GRACE_MAIL, BODY = (
    "Ada Lovelace", "ada@example.org", "+49 30 901820", "My parcel is lost", "Grace Hopper", "grace@example.org",
    "Please call my mother",
)  # fmt: skip


def headings(text: str) -> list[str]:
    """A heading as the file has it."""
    return text.split(",")


ZENDESK = headings(
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,"
    "Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,"
    "Assigned at,Organization,Due date,Initially assigned at,Solved at,Resolution time,"
    "Satisfaction Score,Group stations,Assignee stations,Reopens,Replies,First reply time in minutes,"
    "First reply time in minutes within business hours,First resolution time in minutes,"
    "First resolution time in minutes within business hours,Full resolution time in minutes,"
    "Full resolution time in minutes within business hours,Agent wait time in minutes,"
    "Agent wait time in minutes within business hours,Requester wait time in minutes,"
    "Requester wait time in minutes within business hours,On hold time in minutes,"
    "On hold time in minutes within business hours,Contact reason [list]"
)
FRESHDESK = headings(
    "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,"
    "Closed time,Last update time,Initial response time,Time tracked,First response time (in hrs),"
    "Resolution time (in hrs),Agent interactions,Customer interactions,Resolution status,"
    "First response status,Tags,Survey results,Association type,Product,Every response status,Full name,"
    "Email,Contact ID,Resolution time (in hrs)"
)
FRESHSERVICE = headings(
    "Ticket Id,Subject,Status,Priority,Source,Type,Agent,Group,Created Time,Resolved Time,Closed Time,"
    "Last Update Time,Time Tracked,First Response Time (in Hrs),Resolution Time (in Hrs),"
    "Agent interactions,Tags,Merged,Requester Name,Requester Email,Requester ID"
)


def table(heading: list[str], rows: list[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return out.getvalue()


def lines(records: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(r) for r in records) + "\n"


def local(moment: dt.datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return moment.astimezone(ZONE).strftime(form) if moment else ""


def zulu(moment: dt.datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def minutes(seconds: float) -> int:
    return round(seconds / 60)


def extras(found: list[Fact], share: float, rng: np.random.Generator) -> list[Fact]:
    """Facts to be written again as something that is no demand."""
    return [found[int(k)] for k in rng.choice(len(found), int(share * len(found)), replace=False)]


def _zendesk_row(f: Fact, number: int, tags: str = "", via: str | None = None, updated: float = 0.0) -> dict[str, Any]:
    solved = f.ended if f.served else None
    replies = int(f.served)
    wait = minutes(f.wait_s) if f.served else 0
    resolution = minutes((solved - f.at).total_seconds()) if solved else ""
    return dict.fromkeys(ZENDESK, "") | {
        "Summation column": 1, "Id": number, "Requester": ADA, "Requester id": 9000 + f.customer,
        "Requester email": MAIL, "Requester domain": "example.org", "Submitter": ADA,
        "Assignee": f"{GRACE} {f.agent}" if f.served else "", "Group": "Support", "Subject": SUBJECT, "Tags": tags,
        "Status": "Closed" if f.served else "New", "Priority": "Normal",
        "Via": via or ("Chat" if f.channel == "chat" else "Mail"), "Ticket type": "Question",
        "Created at": local(f.at, "%Y-%m-%d %H:%M"),
        "Updated at": local((solved or f.at) + dt.timedelta(hours=updated), "%Y-%m-%d %H:%M"),
        "Solved at": local(solved, "%Y-%m-%d %H:%M"),
        "Resolution time": round((solved - f.at).total_seconds() / 3600) if solved else "",
        "Satisfaction Score": ("Good", "Bad", "Offered", "Not Offered")[number % 4], "Replies": replies,
        "Reopens": 0, "First reply time in minutes": wait,
        "First reply time in minutes within business hours": wait, "Full resolution time in minutes": resolution,
        "First resolution time in minutes": resolution, "Contact reason [list]": f.reason,
    }  # fmt: skip


def zendesk(found: list[Fact], rng: np.random.Generator) -> str:
    """CSV: whole minutes, the account's zone, older versions, merged, spam, outbound and side conversations."""
    rows = [_zendesk_row(f, f.number) for f in found]
    rows[:0] = [_zendesk_row(f, f.number, updated=-0.1) | {"Status": "Open"} for f in extras(found, 0.05, rng)]
    noise = (("closed_by_merge vip", None), ("spam", None), ("proactive_ticket", None), ("", "Phone call (outbound)"))
    for k, (tags, via) in enumerate(noise):
        rows += [_zendesk_row(f, 10**6 * (k + 1) + f.number, tags, via) for f in extras(found, 0.04, rng)]
    return table(ZENDESK, [list(r.values()) for r in rows])


def _metrics(f: Fact) -> dict[str, Any]:
    wait = minutes(f.wait_s) if f.served else 0
    return {"reply_time_in_minutes": {"calendar": wait, "business": wait}, "replies": int(f.served), "reopens": 0,
            "assignee_stations": 1, "group_stations": 1, "solved_at": zulu(f.ended if f.served else None),
            "created_at": zulu(f.at), "updated_at": zulu(f.ended or f.at)}  # fmt: skip


def zendesk_json(found: list[Fact], rng: np.random.Generator) -> str:
    """NDJSON, one ticket a line, re-sent when it was updated."""

    def ticket(f: Fact, number: int, tags: list[str], status: str | None = None) -> dict[str, Any]:
        return {"ticket": {
            "id": number, "subject": SUBJECT, "description": BODY, "requester_id": 9000 + f.customer,
            "assignee_id": f.agent if f.served else None, "group_id": 7, "type": f.reason, "tags": tags,
            "status": status or ("closed" if f.served else "new"), "created_at": zulu(f.at),
            "via": {"channel": f.channel, "source": {"from": {"address": MAIL}, "rel": None}},
            "updated_at": zulu(f.at if status else f.ended or f.at), "satisfaction_rating": {"score": "offered"},
            "metric_set": _metrics(f)}}  # fmt: skip

    rows = [ticket(f, f.number, ["vip"], "open") for f in extras(found, 0.05, rng)]
    rows += [ticket(f, f.number, ["vip"]) for f in found]
    for k, tag in enumerate(("closed_by_merge", "spam", "proactive_ticket")):
        rows += [ticket(f, 10**6 * (k + 1) + f.number, [tag, "x"]) for f in extras(found, 0.04, rng)]
    return lines(rows)


def zendesk_metrics(found: list[Fact], rng: np.random.Generator) -> str:
    """The API's list in pages, which says neither channel nor reason."""
    rows = [_metrics(f) | {"ticket_id": f.number, "id": 5 * f.number} for f in found]
    pages = [{"ticket_metrics": rows[k : k + 100], "next_page": "https://example.org/page", "count": len(rows)}
             for k in range(0, len(rows), 100)]  # fmt: skip
    return lines(pages)


def freshdesk(found: list[Fact], rng: np.random.Generator) -> str:
    """CSV with one heading twice, empty hour columns, time tracked as HH:MM:SS by most agents, local time."""

    def row(f: Fact, number: int, **other: Any) -> list[Any]:
        tracked = clock(f.talk_s + f.wrap_s) if f.served and number % 4 else "00:00:00"
        cells = dict.fromkeys(FRESHDESK, "") | {
            "Ticket ID": number, "Subject": SUBJECT, "Status": "Closed" if f.served else "Open", "Priority": "Low",
            "Source": "Chat" if f.channel == "chat" else "Email", "Type": f.reason.title(),
            "Agent": f"{GRACE} {f.agent}" if f.served else "No Agent", "Group": "Support", "Created time": local(f.at),
            "Resolved time": local(f.ended if f.served else None), "Closed time": local(f.ended if f.served else None),
            "Last update time": local(f.ended or f.at), "Initial response time": local(f.answered),
            "Time tracked": tracked, "First response time (in hrs)": "" if number % 3 else clock(f.wait_s),
            "Agent interactions": int(f.served), "Customer interactions": 1,
            "Survey results": "5" if number % 9 == 0 else "", "Full name": ADA, "Email": MAIL,
            "Contact ID": 9000 + f.customer,
        } | other  # fmt: skip
        return [*list(cells.values())[: len(FRESHDESK) - 1], "999:00:00"]

    rows = [row(f, f.number) for f in found]
    for k, other in enumerate(
        ({"Type": "Spam"}, {"Source": "Outbound Email"}, {"Type": "Marketing"}, {"Tags": "merged"})
    ):
        rows += [row(f, 10**6 * (k + 1) + f.number, **other) for f in extras(found, 0.04, rng)]
    return table(FRESHDESK, rows)


def freshservice(found: list[Fact], rng: np.random.Generator) -> str:
    """Freshdesk's relative: other capitals, first response in business hours as H:MM:SS, a column of merged tickets."""

    def row(f: Fact, number: int, **other: Any) -> list[Any]:
        cells = dict.fromkeys(FRESHSERVICE, "") | {
            "Ticket Id": number, "Subject": SUBJECT, "Status": "Closed" if f.served else "Open",
            "Source": "Chat" if f.channel == "chat" else "Portal", "Type": f.reason, "Agent": f"{GRACE} {f.agent}",
            "Created Time": local(f.at), "Resolved Time": local(f.ended if f.served else None),
            "Last Update Time": local(f.ended or f.at), "Time Tracked": "",
            "First Response Time (in Hrs)": clock(f.wait_s) if f.served else "", "Agent interactions": int(f.served),
            "Merged": "false", "Requester Name": ADA, "Requester Email": MAIL, "Requester ID": 9000 + f.customer,
        } | other  # fmt: skip
        return list(cells.values())

    rows = [row(f, f.number) for f in found]
    rows += [row(f, 10**6 + f.number, Merged="true") for f in extras(found, 0.04, rng)]
    return table(FRESHSERVICE, rows)


def intercom(found: list[Fact], rng: np.random.Generator) -> str:
    """Conversations page by page: Unix seconds, bot-only ones, campaigns; a clock that starts with the customer."""

    def unix(moment: dt.datetime | None) -> int | None:
        return int(moment.timestamp()) if moment else None

    def conversation(f: Fact, number: int, by: str = "customer_initiated", bot: bool = False) -> dict[str, Any]:
        human = f.served and not bot
        return {
            "type": "conversation", "id": str(number), "created_at": unix(f.at), "title": SUBJECT,
            "updated_at": unix(f.ended or f.at), "state": "closed" if f.served else "open", "open": not f.served,
            "source": {"type": "conversation" if f.channel == "chat" else "email", "delivered_as": by,
                       "subject": SUBJECT, "body": BODY,
                       "author": {"id": f"u{f.customer}", "name": ADA, "email": MAIL}},
            "contacts": {"type": "contact.list", "contacts": [{"id": f"c{f.customer}", "external_id": MAIL}]},
            "admin_assignee_id": 100 + f.agent if human else None, "custom_attributes": {"Reason": f.reason},
            "conversation_rating": {"rating": 5, "remark": BODY} if number % 9 == 0 else None,
            "statistics": {"type": "conversation_statistics", "first_contact_reply_at": unix(f.at),
                           "time_to_admin_reply": round(f.wait_s) if human else None,
                           "first_admin_reply_at": unix(f.answered) if human else None,
                           "last_close_at": unix(f.ended) if f.served else None, "count_conversation_parts": 4},
            "tags": {"type": "tag.list", "tags": []},
        }  # fmt: skip

    rows = [conversation(f, f.number) for f in found]
    rows += [conversation(f, 10**6 + f.number, bot=True) for f in extras([f for f in found if f.served], 0.1, rng)]
    rows += [conversation(f, 2 * 10**6 + f.number, "campaigns_initiated") for f in extras(found, 0.04, rng)]
    rows += [conversation(f, f.number) for f in extras(found, 0.02, rng)]
    return lines([{"type": "conversation.list", "conversations": rows[k : k + 150]} for k in range(0, len(rows), 150)])


def gorgias(found: list[Fact], rng: np.random.Generator) -> str:
    """Tickets with their messages; spam and trash are told by fields of their own."""

    def ticket(f: Fact, number: int, **other: Any) -> dict[str, Any]:
        messages = [{"from_agent": False, "created_datetime": zulu(f.at), "body_text": BODY}]
        if f.served:
            messages.insert(0, {"from_agent": True, "created_datetime": zulu(f.ended), "body_text": BODY})
            messages.append({"from_agent": True, "created_datetime": zulu(f.answered), "body_text": BODY})
        return {
            "id": number, "status": "closed" if f.served else "open", "channel": f.channel, "via": f.channel,
            "from_agent": False, "customer": {"id": 9000 + f.customer, "name": ADA, "email": MAIL},
            "assignee_user": {"id": f.agent, "name": GRACE, "email": GRACE_MAIL} if f.served else None,
            "subject": SUBJECT, "excerpt": BODY, "tags": [{"name": "vip"}], "messages_count": len(messages),
            "created_datetime": zulu(f.at), "updated_datetime": zulu(f.ended or f.at),
            "closed_datetime": zulu(f.ended if f.served else None), "spam": False, "trashed_datetime": None,
            "messages": messages, "custom_fields": [{"name": "Contact reason", "value": f.reason}],
        } | other  # fmt: skip

    rows = [ticket(f, f.number) for f in found]
    noise: tuple[dict[str, Any], ...] = (
        {"spam": True},
        {"trashed_datetime": "2026-05-01T00:00:00Z"},
        {"from_agent": True},
    )
    for k, other in enumerate(noise):
        rows += [ticket(f, 10**6 * (k + 1) + f.number, **other) for f in extras(found, 0.04, rng)]
    return json.dumps(rows, indent=1)


def help_scout(found: list[Fact], rng: np.random.Generator) -> str:
    """Pages of conversations with their threads, newest first; notes are no replies; spam is a status."""

    def conversation(f: Fact, number: int, **other: Any) -> dict[str, Any]:
        threads = [{"type": "customer", "body": BODY, "createdAt": zulu(f.at), "createdBy": {"type": "customer"}},
                   {"type": "note", "body": BODY, "createdAt": zulu(f.at + dt.timedelta(seconds=1)),
                    "createdBy": {"type": "user", "email": GRACE_MAIL}}]  # fmt: skip
        if f.served:
            threads.insert(0, {"type": "message", "body": BODY, "createdAt": zulu(f.answered),
                               "createdBy": {"type": "user", "email": GRACE_MAIL}})  # fmt: skip
        return {
            "id": number, "number": number, "type": f.channel, "status": "closed" if f.served else "active",
            "state": "published", "subject": SUBJECT, "preview": BODY, "mailboxId": 11,
            "assignee": {"id": f.agent, "first": "Grace", "last": "Hopper", "email": GRACE_MAIL} if f.served else None,
            "createdBy": {"type": "customer", "id": 9000 + f.customer, "email": MAIL}, "createdAt": zulu(f.at),
            "closedAt": zulu(f.ended if f.served else None), "userUpdatedAt": zulu(f.ended or f.at),
            "customerWaitingSince": {} if f.served else {"time": zulu(f.at), "friendly": "1 h"},
            "source": {"type": "web", "via": "customer"}, "tags": [],
            "primaryCustomer": {"id": 9000 + f.customer, "first": "Ada", "last": "Lovelace", "email": MAIL},
            "customFields": [{"id": 1, "name": "Reason", "value": "17", "text": f.reason}],
            "_embedded": {"threads": threads},
        } | other  # fmt: skip

    rows = [conversation(f, f.number) for f in found]
    noise: tuple[dict[str, Any], ...] = (
        {"status": "spam"},
        {"state": "deleted"},
        {"createdBy": {"type": "user", "email": GRACE_MAIL}},
    )
    for k, other in enumerate(noise):
        rows += [conversation(f, 10**6 * (k + 1) + f.number, **other) for f in extras(found, 0.04, rng)]
    return lines([{"_embedded": {"conversations": rows[k : k + 50]}, "page": {"number": k // 50 + 1}}
                  for k in range(0, len(rows), 50)])  # fmt: skip
