"""Any export -> a cleaned log: recognise, convert, make anonymous."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sim.calibrate.contacts import ContactLog, assemble, read_contacts
from sim.calibrate.extract import CalibrationError, Extract
from sim.calibrate.intervals import IntervalLog, interval_log
from sim.calibrate.vendors.convert import convert, reading
from sim.calibrate.vendors.load import vendors
from sim.calibrate.vendors.recognise import choose, opened
from sim.scenario.problems import Problem, nearest


def zone_named(name: str | None, option: str) -> ZoneInfo | None:
    """A zone by its IANA name; raises CalibrationError."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        from zoneinfo import available_timezones

        meant = nearest(name, sorted(available_timezones()))
        wrong = f"time zone {name!r} is not known"
        raise CalibrationError([Problem(option, wrong, "IANA names such as Europe/Berlin", meant)]) from error


def read_log(
    path: Path,
    extract: Extract | None = None,
    timezone: str | None = None,
    vendor: str | None = None,
    mapping: Path | None = None,
    salt: bytes | None = None,
    now: dt.datetime | None = None,
) -> ContactLog | IntervalLog:
    """Read an export of a known vendor, or by the planner's own mapping; contacts or intervals.

    Raises CalibrationError with everything that is wrong.
    """
    extract = extract or Extract()
    file = opened(path)
    said = vendors().get(extract.vendor.lower())
    if vendor is None and mapping is None and said is not None and file.fits(said.mapping.layout):
        vendor = said.name
    if vendor is None and mapping is None and file.table is not None and "contact_id" in file.table.names:
        vendor = "contacts"  # a canonical log that lacks something is told so in its own words
    named = choose(file, vendor, mapping)
    if named.name == "contacts" and mapping is None:
        return read_contacts(path, extract, timezone, salt, now)
    zone = zone_named(timezone or extract.time_zone, "--timezone")
    export_zone = zone_named(extract.export_time_zone, "export_time_zone")
    raw = file.raw(named)
    if zone is None:
        wrong = "the zone in which the centre works is needed to tell its days and hours"
        allowed = "IANA names such as Europe/Berlin, here or as time_zone in the extract file"
        raise CalibrationError([Problem("--timezone", wrong, allowed)])
    if named.mapping.kind == "intervals":
        return interval_log(named.name, convert(named, raw, zone, export_zone), extract, zone, now)
    return assemble(reading(named, raw, zone, export_zone), extract, zone, salt, now)
