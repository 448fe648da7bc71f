"""The vendors' part of docs/exports.md, from the mappings: `python -m sim.calibrate.vendors.docs docs/exports.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.calibrate.vendors.load import Named, vendors
from sim.calibrate.vendors.mapping import Column

MARK = "<!-- from here on written by python -m sim.calibrate.vendors.docs -->"


def source_text(column: Column) -> str:
    """Where a column comes from, in a few words."""
    unit = "" if column.unit == "s" else f" ({column.unit})"
    take = "" if column.take == "first" else f", {column.take}"
    if column.const is not None:
        return f"always {column.const}"
    if column.between is not None:
        return f"from {column.between[0]} to {column.between[1]}"
    if column.plus is not None:
        return f"{column.plus[0]} + {column.plus[1].removeprefix('_')}"
    if column.sum is not None:
        return " + ".join(f"`{p}`" for p in column.sum) + unit
    return ", else ".join(f"`{p}`" for p in column.from_ or []) + take + unit


def section(named: Named) -> str:
    """One vendor."""
    m = named.mapping
    zone = {
        "utc": "; times are UTC",
        "local": "; times without an offset are the centre's (or `export_time_zone`)",
    }.get(m.time_zone, f"; times are {m.time_zone}")
    if named.name == "contacts":
        zone = "; times carry their offset"
    lines = [f"### {m.title}", "", f"`--vendor {named.name}`; {_layout(named)}{zone}.", "",
             f"**How to get it.** {m.export.strip()}", "", f"**Fitted:** {'; '.join(m.fits)}."]  # fmt: skip
    if m.cannot:
        lines.append(f"**Not:** {'; '.join(m.cannot)}.")
    if m.unsure:
        lines += ["", "Taken on trust, worth a look:", "", *(f"- {text}" for text in m.unsure)]
    rows = [f"| {name} | {source_text(c)} |" for name, c in m.columns.items() if not name.startswith("_")]
    aside = [a.why for a in m.set_aside]
    words = {"spam": "spam", "merged": "merged into another", "bot_resolved": "met by the bot alone"}
    rules = [*dict.fromkeys(words[r.is_] for r in m.outcome if r.is_ in words), *aside]
    if any(r.is_ != "inbound" for r in m.direction):
        rules.append("outbound or internal")
    lines += ["", "| column | from |", "|---|---|", *rows]
    if rules:
        lines += ["", f"Left out and counted: {'; '.join(rules)}."]
    return "\n".join(lines)


def _layout(named: Named) -> str:
    layout = {"csv": "CSV", "json": "JSON", "either": "JSON or CSV"}[named.mapping.layout]
    return f"{layout}, known by {', '.join(f'`{h}`' for h in named.mapping.recognise)}"


def generated() -> str:
    """All vendors, by title."""
    return "\n\n".join(section(v) for v in sorted(vendors().values(), key=lambda v: v.mapping.title.casefold())) + "\n"


def with_vendors(text: str) -> str:
    """The page with its generated part renewed."""
    return text.partition(MARK)[0] + MARK + "\n\n" + generated()


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_vendors(page.read_text(encoding="utf-8")), encoding="utf-8")
