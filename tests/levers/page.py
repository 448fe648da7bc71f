"""The marked blocks in docs/levers.md: figures from the files, effects from a measurement.

``python -m tests.levers.page`` writes the figures anew, ``python -m tests.levers.page levers.json`` the measured
effects as well (see ``measured``).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from report import format as fmt
from tests.levers.library import BY_NAME, LEVERS, WORLDS, Entry, Lever

PAGE = Path(__file__).parents[2] / "docs" / "levers.md"
BLOCK = re.compile(r"(<!-- (\w+): (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
COLUMNS = (
    ("needs", "needs all all", "relative"),
    ("by agents", "handled all all", "relative"),
    ("agents busy", "agents_busy all all", "relative"),
    ("phone in 20 s", "service_level phone all", "points"),
    ("chat in 60 s", "service_level chat all", "points"),
    ("e-mail in 24 h", "service_level email all", "points"),
    ("first contact", "fcr all all", "points"),
    ("lost", "share_lost all all", "points"),
    ("CSAT", "csat all all", "points"),
)


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def figures(lever: Lever) -> str:
    """Every figure of a file with its evidence, one line for each line of evidence."""
    lines = [row("sets", "to", "evidence"), row("---", "---", "---")]
    lines += [row(f"`{entry.path}`", _values(entry), _evidence(entry)) for entry in lever.evidence]
    return "\n".join(lines) + "\n"


def _values(entry: Entry) -> str:
    """The value, or `name: value` for each of several, without what all of them begin with."""
    parts = [path.split(".") for path, _ in entry.figures]
    same = 0
    while len(parts) > 1 and len({tuple(part[: same + 1]) for part in parts}) == 1:
        same += 1
    if len(parts) == 1:
        return _cell(entry.figures[0][1])
    return "; ".join(
        f"{'.'.join(part[same:])}: {_cell(value)}" for part, (_, value) in zip(parts, entry.figures, strict=True)
    )


def _evidence(entry: Entry) -> str:
    return _cell(f"**{entry.level}**, {entry.source}, {entry.date}: {' '.join(entry.note.split())}")


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("*.", r"\*.")


def effects(measured: dict[str, Any]) -> str:
    """Levels of every base, and differences of every lever from its base."""
    heads = ("lever", *(title for title, _, _ in COLUMNS), "EUR a month", "NPV, EUR")
    lines = [
        f"{measured['replications']} replications, seed {measured['seed']}, 24 months, the same customers.\n",
        row(*heads),
        row(*["---"] * len(heads)),
    ]
    for base in dict.fromkeys(lever.base for lever in LEVERS):
        levels = measured["kpis"][base.split("/")[-1]]
        lines.append(row(f"*{base}*", *(_level(levels[key], how) for _, key, how in COLUMNS), "", ""))
        lines += [effects_of(lever, measured) for lever in LEVERS if lever.base == base]
    return "\n".join(lines) + "\n"


def effects_of(lever: Lever, measured: dict[str, Any]) -> str:
    """The line of one lever."""
    base, mine = measured["kpis"][lever.base.split("/")[-1]], measured["kpis"][lever.name]
    money = measured["money"][lever.name]
    return row(
        f"[{lever.name}](#{lever.name})",
        *(_change(base[key], mine[key], how) for _, key, how in COLUMNS),
        fmt.plain(fmt.number(money["monthly"], signed=True)),
        fmt.plain(fmt.number(money["npv"], signed=True)),
    )


def _level(value: float, how: str) -> str:
    return fmt.plain(fmt.percent(value)) if how == "points" else fmt.plain(fmt.number(value, 2 if value < 100 else 0))


def _change(old: float, new: float, how: str) -> str:
    if how == "points":
        return fmt.plain(fmt.number(100 * (new - old), 1, signed=True)) if abs(new - old) >= 0.0005 else "0"
    return fmt.plain(fmt.percent(new / old - 1, signed=True)) if abs(new / old - 1) >= 0.0005 else "0"


def with_blocks(text: str, measured: dict[str, Any] | None) -> str:
    """The page with its figures, and its effects where they are measured, written anew."""

    def made(match: re.Match[str]) -> str:
        kind, name = match[2], match[3]
        if kind == "figures":
            lever = BY_NAME.get(name) or next(each for each in WORLDS if each.name == name)
            return match[1] + figures(lever) + match[5]
        if kind == "measured" and measured is not None:
            return match[1] + effects(measured) + match[5]
        return match[0]

    return BLOCK.sub(made, text)


def main(arguments: Sequence[str]) -> None:
    measured = json.loads(Path(arguments[0]).read_text(encoding="utf-8")) if arguments else None
    PAGE.write_text(with_blocks(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
