"""The manifest that comes with an export: what window it covers, in which zone, and what was left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sim.scenario.problems import Origin, Problem


class CalibrationError(ValueError):
    """A log that cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: Sequence[str | Problem]) -> None:
        """Keep the problems, one line each."""
        super().__init__("\n".join(map(_one_line, problems)))
        self.problems = tuple(problems)

    def located(self, source: Path) -> list[Problem]:
        """As problems of a file; those that know their own place keep it."""
        origin = Origin(str(source))
        return [p if isinstance(p, Problem) else Problem("", p, origin=origin) for p in self.problems]


def _one_line(problem: str | Problem) -> str:
    if isinstance(problem, str):
        return problem
    where = "  ".join(part for part in (str(problem.origin), problem.path) if part)
    meant = f" (is it {problem.meant}?)" if problem.meant else ""
    allowed = f"; allowed: {problem.allowed}" if problem.allowed else ""
    return f"{where}: {problem.wrong}{meant}{allowed}" if where else f"{problem.wrong}{meant}{allowed}"


class Extract(BaseModel):
    """`extract.yaml`. Every field may be left out; what is known makes the fit more certain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: str = ""
    exported_at: dt.datetime | None = None
    """When the file was made: nothing in it can be later."""
    window_start: dt.datetime | None = None
    window_end: dt.datetime | None = None
    """The end of the window, at which open contacts are cut off."""
    time_zone: str | None = None
    """IANA name of the zone in which the centre works."""
    export_time_zone: str | None = None
    """IANA name of the zone of times that the export writes without an offset, where it is another one."""
    business_hours: str | list[str] | None = None
    """Such as `mon-fri 08:00-18:00`."""
    filters_applied: str | list[str] = ""
    abandons: Literal["present", "absent", "unknown"] = "unknown"
    short_abandon_s: float | None = None
    """Who left sooner than this was not recorded, or does not count."""
    duplicates_removed: int | None = None
    orders_in_window: int | None = None

    def first_day(self, zone: ZoneInfo) -> dt.date | None:
        """Local date on which the window starts."""
        return _aware(self.window_start).astimezone(zone).date() if self.window_start else None

    def last_day(self, zone: ZoneInfo) -> dt.date | None:
        """Local date of the last instant inside the window (its end is not part of it)."""
        if self.window_end is None:
            return None
        return (_aware(self.window_end) - dt.timedelta(microseconds=1)).astimezone(zone).date()


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def read_extract(path: Path) -> Extract:
    """Read `extract.yaml`. Raises CalibrationError with one line for each thing that is wrong."""
    try:
        document: Any = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise CalibrationError([f"{path.name}: {' '.join(str(error).split())}"]) from error
    try:
        found = Extract.model_validate(document or {})
    except ValidationError as error:
        lines = [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise CalibrationError(lines) from error
    moments = {name: getattr(found, name) for name in ("exported_at", "window_start", "window_end")}
    return found.model_copy(update={name: _aware(value) for name, value in moments.items() if value})
