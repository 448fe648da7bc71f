"""What `deskplan options` prints: every investment in every level, with what it costs, needs and changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from report.csv_text import as_text
from sim.scenario.options_table import OptionRow
from sim.scenario.schema.base import Evidence

COST_WORDS = {
    "upfront": "once",
    "running": "once live",
    "per_minute": "per minute with contacts",
    "per_agent": "per agent",
}
HEADINGS = ("investment", "level", "part", "path", "today", "value")
_WIDEST = 44
_ASIDE = ("use", "hours_over")


def options_text(rows: Sequence[OptionRow]) -> str:
    """A block for each investment, in words."""
    if not rows:
        return "no investments are declared (`investments:` in a scenario file)"
    return "\n\n".join("\n".join(_block(row)) for row in rows)


def _block(row: OptionRow) -> Iterator[str]:
    yield f"{row.label}" + (f": {row.title}" if row.title else "")
    if row.because:
        yield f"  {row.because}"
    yield f"  {row.status}"
    costs = [_priced(key, text, row.cost) for key, text in row.cost.items() if key not in _ASIDE]
    yield f"  cost      {', '.join(costs) or 'none of its own'}"
    yield f"  live      {row.live_after if row.live_after == 'at once' else f'after {row.live_after}'}; ramp {row.ramp}"
    if row.requires:
        yield f"  requires  {', '.join(row.requires)}"
    if row.excludes:
        yield f"  excludes  {', '.join(row.excludes)}"
    for path, text in row.adds.items():
        yield f"  adds      {path}: {text}"
    width = min(_WIDEST, max((len(effect.path) for effect in row.effects), default=0))
    for place, effect in enumerate(row.effects):
        yield f"  {'effects' if place == 0 else '':<8}  {effect.path:<{width}}  {effect.today} -> {effect.full}"
    if not row.effects:
        yield "  effects   none declared"
    for path, evidence in row.evidence.items():
        inner = path.removeprefix(f"investments.{row.name}").removeprefix(".")
        yield f"  evidence  {_in_words(evidence)}" + (f"  [{inner}]" if inner else "")
    if not row.evidence:
        yield "  evidence  none given"


def _priced(key: str, text: str, cost: Mapping[str, str]) -> str:
    if key == "per_use":
        return f"{text} per {cost.get('use', 'contact')}"
    if key == "agent_hours":
        return f"{text} of each agent over the {cost['hours_over']} before it is live"
    return f"{text} {COST_WORDS[key]}" if key != "teams" else f"for {text.strip('[]')}"


def _in_words(evidence: Evidence) -> str:
    parts = [evidence.level, evidence.source, evidence.date]
    text = ", ".join(part for part in parts if part)
    return text + (f" ({evidence.note})" if evidence.note else "")


def options_csv(rows: Sequence[OptionRow]) -> str:
    """A long table: one line for each cost, condition, addition, effect and piece of evidence."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for row in rows:
        for line in _lines(row):
            writer.writerow((row.name, row.level or "", *map(as_text, line)))
    return text.getvalue()


def _lines(row: OptionRow) -> Iterator[tuple[str, str, str, str]]:
    yield "title", "", "", row.title
    yield "because", "", "", row.because
    yield "status", "", "", row.status
    for key, text in row.cost.items():
        yield "cost", key, "", text
    yield "live_after", "", "", row.live_after
    yield "ramp", "", "", row.ramp
    for name in row.requires:
        yield "requires", name, "", ""
    for name in row.excludes:
        yield "excludes", name, "", ""
    for path, text in row.adds.items():
        yield "adds", path, "", text
    for effect in row.effects:
        yield "effect", effect.path, effect.today, effect.full
    for path, evidence in row.evidence.items():
        yield "evidence", path, evidence.level, ", ".join(part for part in (evidence.source, evidence.date) if part)


def options_json(rows: Sequence[OptionRow]) -> list[dict[str, Any]]:
    """A map for each investment in each level."""
    return [
        {
            "investment": row.name,
            "level": row.level,
            "title": row.title,
            "because": row.because,
            "decided": _dates(row),
            "cost": row.cost,
            "live_after": row.live_after,
            "ramp": row.ramp,
            "requires": list(row.requires),
            "excludes": list(row.excludes),
            "adds": row.adds,
            "effects": [{"path": e.path, "today": e.today, "full": e.full} for e in row.effects],
            "evidence": {path: evidence.model_dump() for path, evidence in row.evidence.items()},
        }
        for row in rows
    ]


def _dates(row: OptionRow) -> dict[str, Any] | None:
    if row.decided is None:
        return None
    start, live, full = row.decided.start, row.decided.live, row.decided.full
    return {"start": start.isoformat(), "live": live.isoformat(), "full": full.isoformat(), "upfront_sunk": row.sunk}
