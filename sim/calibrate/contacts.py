"""The canonical contact log: read, made anonymous, cleaned, and every row that is left out accounted for.

Privacy comes first: only the columns named below are read at all, and every key is replaced by a hash whose salt is
drawn for this run and kept nowhere, so that nothing that is stored or printed leads back to a person.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from sim.calibrate.extract import CalibrationError, Extract
from sim.calibrate.vendors.table import Raw, folded, missing_heading, open_table
from sim.scenario.problems import Problem as Located

CHANNELS = ("phone", "chat", "email", "social", "in_store", "messaging", "bot", "self_service", "other")
OUTCOMES = ("handled", "abandoned", "bot_resolved", "self_served", "callback", "merged", "spam", "open")
DIRECTIONS = ("inbound", "outbound", "internal")
REQUIRED = ("contact_id", "arrived_at", "channel")
KEYS = ("contact_id", "case_id", "customer_key", "agent_key", "merged_into")
TIMES = ("arrived_at", "first_response_at", "resolved_at")
DURATIONS = ("wait_s", "handle_s", "talk_s", "hold_s", "wrap_s")
COUNTS = ("concurrency", "replies", "transfers")
CATEGORIES = ("outcome", "direction", "reason", "wait_basis", "handle_basis", "csat_raw", "csat_scale")
READ = (*KEYS, *TIMES, "channel", *DURATIONS, *COUNTS, *CATEGORIES)
KNOWN = (*READ, "queue", "reopens", "order_key")  # canonical, some not needed
SCALES: Mapping[str, tuple[str, ...]] = {
    "1_5": tuple(str(k) for k in range(1, 6)),
    "1_7": tuple(str(k) for k in range(1, 8)),
    "1_10": tuple(str(k) for k in range(1, 11)),
    "good_bad": ("bad", "good"),
}
"""Answers of each scale of satisfaction, the worst first."""
SCORES = (*SCALES["1_10"], *SCALES["good_bad"])
AGENTLESS = ("bot", "self_service")  # channels that never ask for an agent
MAX_REASONS = 200  # more distinct texts than this are free text, not contact reasons: dropped
SHOWN_LINES = 5  # line numbers quoted for each kind of problem
FEW, FEW_SHARE = 5, 0.05  # of one column more values that cannot be read than these are no slips: the format is wrong

_RFC_3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True)
class Problem:
    """One kind of trouble with rows: how many, and the line numbers of the first few (the heading is line 1)."""

    what: str
    count: int
    lines: tuple[int, ...]

    def __str__(self) -> str:
        more = ", ..." if self.count > len(self.lines) else ""
        return f"{self.what}: {self.count} (line {', '.join(map(str, self.lines))}{more})"


@dataclass(frozen=True)
class ContactLog:
    """A cleaned log. `raw` holds every row that could be read, `rows` the demand: inbound, not spam or merged, once.

    Columns of both frames: those of the canonical log with keys hashed, and ``line``, ``utc_s`` (float seconds),
    ``day`` (local day number, 0 is `first_day`), ``second`` (of the local day, wall time), ``weekday`` (Monday 0),
    ``slot`` (half-hour of the local day, 0 to 47). Durations are float seconds, NaN where missing.
    """

    raw: pd.DataFrame
    rows: pd.DataFrame
    first_day: dt.date
    days: int
    timezone: str
    extract: Extract
    problems: tuple[Problem, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Why rows are not demand -> how many."""
    ignored_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """How the file was read."""
    vendor: str = "contacts"
    """Name of the mapping that read it."""

    @property
    def contacts(self) -> int:
        """Contacts that are demand."""
        return len(self.rows)

    @property
    def read(self) -> int:
        """Rows that could be read."""
        return len(self.raw)

    def date(self, day: int) -> dt.date:
        """Date of a local day number."""
        return self.first_day + dt.timedelta(days=int(day))


def hash_keys(values: pd.Series, salt: bytes) -> pd.Series:
    """Replace each distinct text by 16 hex digits of a salted BLAKE2b; missing stays missing."""
    names = {
        text: hashlib.blake2b(text.encode(), key=salt, digest_size=8).hexdigest() for text in values.dropna().unique()
    }
    return values.map(names)


class _Reader:
    """Gathers problems while columns are converted; a column that is wrong throughout stops the reading."""

    def __init__(self, raw: Raw | None = None) -> None:
        self.problems: list[Problem] = []
        self.raw = raw

    def note(self, what: str, bad: pd.Series, lines: pd.Series, column: str = "") -> None:
        if bad.any():
            at = lines[bad]
            if self.raw is not None and column and len(at) > max(FEW, FEW_SHARE * len(bad)):
                raise throughout(self.raw, column, what, np.flatnonzero(bad.to_numpy()))
            self.problems.append(Problem(what, len(at), tuple(int(x) for x in at.head(SHOWN_LINES))))


def throughout(raw: Raw, column: str, what: str, rows: np.ndarray) -> CalibrationError:
    """The error of a column of which too much cannot be read, with the first places."""
    shown = [Located("", f"{what}: {len(rows):,} rows", origin=raw.at(int(rows[0]), column))]
    shown += [Located("", what, origin=raw.at(int(row), column)) for row in rows[1:SHOWN_LINES]]
    return CalibrationError(shown)


def _read_csv(path: Path) -> tuple[pd.DataFrame, tuple[str, ...], Raw]:
    """The known columns as text, the names of those that were not read, and what was read."""
    table = open_table(path)
    missing = [name for name in REQUIRED if folded(name) not in table.names]
    if missing:
        raise CalibrationError([missing_heading(table, name) for name in missing])
    raw = table.read(READ)
    frame = pd.DataFrame({name: pd.Series(texts, dtype="str") for name, texts in raw.columns.items()})
    frame.insert(0, "line", raw.lines)
    return frame, tuple(h for h in table.headings if folded(h) not in KNOWN), raw


def _times(frame: pd.DataFrame, reader: _Reader) -> None:
    """Turn each time column into float UTC seconds; text without its offset is a problem and becomes missing."""
    for name in TIMES:
        if name not in frame:
            frame[name] = np.nan
            continue
        text = frame[name]
        good = text.str.match(_RFC_3339).fillna(False).astype(bool)
        reader.note(
            f"{name} is not RFC 3339 with an offset, such as 2026-03-01T09:30:00+01:00",
            text.notna() & ~good,
            frame["line"],
            name,
        )
        parsed = pd.to_datetime(text.where(good), format="ISO8601", utc=True, errors="coerce")
        reader.note(f"{name} is not a date that exists", good & parsed.isna(), frame["line"])
        seconds = (parsed - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
        frame[name] = seconds.astype(float)


def _numbers(frame: pd.DataFrame, reader: _Reader) -> None:
    """Turn duration and count columns into floats; what is no finite number is a problem and becomes missing."""
    for name in (*DURATIONS, *COUNTS):
        if name not in frame:
            frame[name] = np.nan
            continue
        values = pd.to_numeric(frame[name], errors="coerce").astype(float)
        bad = frame[name].notna() & ~np.isfinite(values)
        reader.note(f"{name} is not a number", bad, frame["line"], name)
        frame[name] = values.where(~bad)


def _categories(frame: pd.DataFrame, reader: _Reader) -> None:
    """Lower-case the fixed vocabularies and report what is not in them; free text never passes as a category."""
    for name in CATEGORIES:
        if name not in frame:
            frame[name] = pd.Series(pd.NA, index=frame.index, dtype="str")
    for name, allowed in (("channel", CHANNELS), ("outcome", OUTCOMES), ("direction", DIRECTIONS)):
        text = frame[name].str.lower()
        bad = text.notna() & ~text.isin(allowed)
        for value in sorted(text[bad].unique())[:SHOWN_LINES]:
            close = difflib.get_close_matches(value, allowed, 1)
            hint = f", did you mean {close[0]!r}?" if close else f" (allowed: {', '.join(allowed)})"
            reader.note(f"{name} {value!r} is not known{hint}", bad & (text == value), frame["line"])
        frame[name] = text.where(~bad)
    scales: tuple[str, ...] = tuple(SCALES)
    for name, known in (("csat_raw", SCORES), ("csat_scale", scales)):  # a comment is no score
        text = frame[name].str.lower().str.replace(r"\.0$", "", regex=True)
        bad = text.notna() & ~text.isin(known)
        reader.note(f"{name} is none of {', '.join(known)}", bad, frame["line"])
        frame[name] = text.where(~bad)
    if frame["reason"].nunique() > MAX_REASONS:
        what = f"reason holds more than {MAX_REASONS} different texts: free text, dropped"
        reader.note(what, frame["reason"].notna(), frame["line"])
        frame["reason"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    frame["direction"] = frame["direction"].fillna("inbound")


def _derive(frame: pd.DataFrame) -> None:
    """Fill what may be derived: the outcome from what is there, the handle time from its parts, case from contact."""
    served = (frame["handle_s"] > 0) | frame["first_response_at"].notna() | frame["resolved_at"].notna()
    frame["outcome"] = frame["outcome"].where(frame["outcome"].notna(), np.where(served, "handled", "open"))
    parts = frame[["talk_s", "hold_s", "wrap_s"]]
    frame["handle_s"] = frame["handle_s"].fillna(parts.sum(axis=1, min_count=1))
    frame["wait_s"] = frame["wait_s"].fillna(frame["first_response_at"] - frame["arrived_at"])
    for key in KEYS:
        if key not in frame:
            frame[key] = pd.Series(pd.NA, index=frame.index, dtype="str")
    frame["case_id"] = frame["case_id"].fillna(frame["contact_id"])
    if "no_reply" not in frame:
        frame["no_reply"] = (frame["wait_s"] == 0) & (frame["replies"] == 0)
    if "set_aside" not in frame:
        frame["set_aside"] = pd.Series(pd.NA, index=frame.index, dtype="str")


def _zone(name: str | None, extract: Extract, offsets: pd.Series) -> ZoneInfo:
    """The local zone: as asked, else the extract's, else the file's own offset where it is a single whole hour."""
    wanted = name or extract.time_zone
    if wanted is None:
        found = offsets.dropna().unique()
        single = found[0] if len(found) == 1 else ""
        match = re.fullmatch(r"([+-])(\d\d):?00", single)
        if single in ("Z", "z") or (match and match[2] == "00"):
            wanted = "UTC"
        elif match:
            wanted = f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}"
        else:
            raise CalibrationError(
                ["say the local time zone: --timezone Europe/Berlin, or time_zone in the extract file"]
            )
    try:
        return ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalibrationError([f"time zone {wanted!r} is not known; IANA names are such as Europe/Berlin"]) from error


def _local(frame: pd.DataFrame, zone: ZoneInfo, first: dt.date | None) -> dt.date:
    """Add the local clock columns; returns the first local day."""
    local = pd.to_datetime(frame["utc_s"], unit="s", utc=True).dt.tz_convert(zone)
    wall = local.dt.tz_localize(None)
    start = first or wall.min().date()
    frame["day"] = (wall.dt.normalize() - pd.Timestamp(start)).dt.days.astype(int)
    frame["second"] = (wall - wall.dt.normalize()).dt.total_seconds().astype(float)
    frame["weekday"] = wall.dt.day_of_week.astype(int)
    frame["slot"] = (frame["second"] // 1800).astype(int)
    return start


def read_contacts(
    path: Path,
    extract: Extract | None = None,
    timezone: str | None = None,
    salt: bytes | None = None,
    now: dt.datetime | None = None,
) -> ContactLog:
    """Read a canonical contact log (CSV) and clean it.

    `salt` is drawn anew where it is not given; `now` bounds what counts as the future where the extract does not say
    when it was made. Raises CalibrationError where nothing usable is left.
    """

    frame, ignored, raw = _read_csv(Path(path))
    reader = _Reader(raw)
    offsets = frame["arrived_at"].str.extract(r"([Zz]|[+-]\d\d:?\d\d)$")[0]
    _times(frame, reader)
    _numbers(frame, reader)
    extract = extract or Extract()
    zone = _zone(timezone, extract, offsets)
    reading = Reading(str(path), frame, tuple(reader.problems), ignored, raw.notes, "contacts")
    return assemble(reading, extract, zone, salt, now)


@dataclass(frozen=True)
class Reading:
    """Rows of any export in the columns of the canonical log, before they are cleaned.

    Times are float UTC seconds, durations and counts floats; `line` is where each row stands. Optional columns:
    ``again`` (an older version of a row), ``set_aside`` (why a row is no demand), ``no_reply`` (a reply time without
    a reply).
    """

    source: str
    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    vendor: str
    abandons: str = "unknown"


def assemble(
    reading: Reading, extract: Extract, zone: ZoneInfo, salt: bytes | None = None, now: dt.datetime | None = None
) -> ContactLog:
    """Check vocabularies, make anonymous, and tell demand from the rest.

    `salt` is drawn anew where it is not given; `now` bounds what counts as the future where the extract does not say
    when it was made. Raises CalibrationError where nothing usable is left.
    """
    import secrets

    salt = secrets.token_bytes(16) if salt is None else salt
    if extract.abandons == "unknown":
        extract = extract.model_copy(update={"abandons": reading.abandons})
    frame, name = reading.frame, Path(reading.source).name
    reader = _Reader()
    reader.problems += reading.problems
    _categories(frame, reader)
    _derive(frame)
    for key in KEYS:
        frame[key] = hash_keys(frame[key], salt)
    usable = frame["arrived_at"].notna() & frame["channel"].notna() & frame["contact_id"].notna()
    reader.note("contact_id is missing", frame["contact_id"].isna(), frame["line"])
    left_out = {"no usable time, channel or id": int((~usable).sum())}
    frame = frame[usable].rename(columns={"arrived_at": "utc_s"}).sort_values("utc_s", kind="stable")
    if frame.empty:
        raise CalibrationError([f"{name}: no row can be used", *map(str, reader.problems)])
    if "again" not in frame:
        frame["again"] = frame.duplicated("contact_id", keep="last")
    frame = frame.reset_index(drop=True)
    first = _local(frame, zone, extract.first_day(zone))
    rows, why = _demand(frame, extract, now or dt.datetime.now(dt.UTC))
    if rows.empty:
        left = "; ".join(f"{count:,} {reason}" for reason, count in {**left_out, **why}.items() if count)
        raise CalibrationError([f"{name}: no inbound contact is left of {len(frame):,} ({left})",
                                *map(str, reader.problems)])  # fmt: skip
    if extract.window_start is None:  # the window starts where the demand does, not at a stray row
        shift = int(rows["day"].min())
        first += dt.timedelta(days=shift)
        frame["day"] -= shift
        rows["day"] -= shift
    last = extract.last_day(zone)
    days = (last - first).days + 1 if last else int(rows["day"].max()) + 1
    return ContactLog(
        frame, rows.reset_index(drop=True), first, days, zone.key, extract, tuple(reader.problems), left_out | why,
        reading.ignored, reading.notes, reading.vendor,
    )  # fmt: skip


def outside_window(frame: pd.DataFrame, extract: Extract, now: dt.datetime) -> pd.Series:
    """Rows before the extract's window, after it, or in the future."""
    end = min(x.timestamp() for x in (extract.window_end, extract.exported_at, now) if x is not None)
    start = extract.window_start.timestamp() if extract.window_start else -np.inf
    return (frame["utc_s"] < start) | (frame["utc_s"] > end)


def _demand(frame: pd.DataFrame, extract: Extract, now: dt.datetime) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows that are demand for agents, and why the others are not: each row counted once, first reason wins."""
    reasons = {
        "repeated contact_id": frame["again"],
        "outside the window or in the future": outside_window(frame, extract, now),
    }
    for text in sorted(frame["set_aside"].dropna().unique()):
        reasons[str(text)] = frame["set_aside"] == text
    reasons |= {
        "outbound or internal": frame["direction"] != "inbound",
        "spam": frame["outcome"] == "spam",
        "merged into another": (frame["outcome"] == "merged") | frame["merged_into"].notna(),
        "self-service or bot, no agent asked for": frame["channel"].isin(AGENTLESS)
        | frame["outcome"].isin(("bot_resolved", "self_served")),
    }
    left = pd.Series(True, index=frame.index)
    why = {}
    for name, hit in reasons.items():
        why[name] = int((left & hit).sum())
        left &= ~hit
    rows = frame[left].copy()
    for name in DURATIONS:  # a negative duration is a fault of the record, never a fact
        rows[name] = rows[name].where(~(rows[name] < 0))
    rows["wait_s"] = rows["wait_s"].where(~rows["no_reply"])
    rows["reason"] = rows["reason"].where(rows["reason"].notna(), "contact")
    return rows, why
