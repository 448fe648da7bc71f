"""Which input moves the NPV most, in words: what `deskplan tornado` prints, as text, JSON and a table."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluate.tornado import Bar, Tornado, rests_on
from report import format as fmt
from report.uncertainty import WIDTH, plain, table

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("input", "declared", "low_change", "high_change", "npv_low", "npv_low_low", "npv_low_high", "npv_high",
           "npv_high_low", "npv_high_high", "swing", "swing_low", "swing_high", "elasticity", "evidence", "source",
           "impossible")  # fmt: skip


def answer(found: Tornado) -> str:
    """The longest bar, and whether any turns the sign."""
    base, option = (resolved.scenario for resolved in found.resolveds)
    middle = fmt.money(found.middle.value, base.currency, signed=True)
    said = f"{option.name} against {base.name}: NPV {middle} in the middle. "
    if not found.bars or not found.bars[0].size:
        return said + "None of the inputs moves it."
    first = found.bars[0]
    ends = " and ".join(fmt.money(end.value, base.currency, signed=True) for end in _ends(first, found))
    said += f"{first.path} moves it most, to {ends}. "
    turning = rests_on(found)
    if not turning:
        return said + "No single input turns its sign."
    unmeasured = [bar.path for bar in turning if bar.level != "measured"]
    said += f"Its sign turns with {', '.join(bar.path for bar in turning)}"
    return said + (f"; nobody measured {', '.join(unmeasured)}." if unmeasured else ", measured.")


def short(change: str) -> str:
    """A change with at most four digits of its numbers, for a label.

    >>> short("17.4368968689 EUR/h"), short("x 0.75 rounded")
    ('17.44 EUR/h', 'x 0.75')
    """
    words = []
    for word in change.split(" "):
        try:
            words.append(f"{float(word):.4g}")
        except ValueError:
            words.append(word)
    return " ".join(words).removesuffix(" rounded")


def _ends(bar: Bar, found: Tornado) -> tuple[Any, Any]:
    return (bar.low if bar.low.value is not None else found.middle,
            bar.high if bar.high.value is not None else found.middle)  # fmt: skip


def as_text(found: Tornado, folder: Path) -> str:
    """What is printed."""
    currency = found.resolveds[0].scenario.currency
    rows: list[tuple[str, ...]] = [
        ("input", "low", "high", f"NPV at low ({currency})", "NPV at high", "elasticity", "evidence")
    ]
    for bar in found.bars:
        mark = "" if bar.declared else "*"
        percent = "-" if bar.elasticity is None else fmt.number(bar.elasticity, 2)
        ends = [fmt.number(e.value) if e.value is not None else "not possible" for e in (bar.low, bar.high)]
        evidence = ", ".join(filter(None, (bar.level, bar.source)))
        rows.append((bar.path + mark, short(bar.low_change), short(bar.high_change), *ends, percent, evidence))
    notes = [
        "Low and high: 10th and 90th percentile, all others at their medians"
        + ("; * not declared uncertain: 10 % either way." if any(not bar.declared for bar in found.bars) else ".")
        + " Elasticity: per cent of NPV for one per cent of the input.",
        *(f"{bar.path}: {bar.impossible}." for bar in found.bars if bar.impossible),
        f"{found.replications} replications, seed {found.seed}, the same customers throughout.",
    ]
    lines = [*textwrap.wrap(answer(found), WIDTH), "", *table(rows, right=(3, 4, 5)), ""]
    for note in notes:
        lines += textwrap.wrap(note, WIDTH)
    return fmt.plain("\n".join([*lines, f"Table and chart: {folder.as_posix()}", ""]))


def as_json(found: Tornado, folder: Path) -> dict[str, Any]:
    """The same as plain data."""
    base, option = (resolved.scenario for resolved in found.resolveds)
    return {
        "schema": 1,
        "answer": fmt.plain(answer(found)),
        "base": base.name,
        "option": option.name,
        "currency": base.currency,
        "replications": found.replications,
        "seed": found.seed,
        "middle": plain(found.middle),
        "bars": [
            {
                "input": bar.path,
                "declared": bar.declared,
                "low": {"change": bar.low_change, **plain(bar.low)},
                "high": {"change": bar.high_change, **plain(bar.high)},
                "swing": plain(bar.swing),
                "elasticity": bar.elasticity,
                "evidence": bar.level,
                "source": bar.source,
                "impossible": bar.impossible,
            }
            for bar in found.bars
        ],
        "folder": folder.as_posix(),
    }


def as_table(found: Tornado) -> pd.DataFrame:
    """`tornado.csv`: one row an input, the longest bar first."""
    import pandas as pd

    rows = []
    for bar in found.bars:
        figures = [x for f in (bar.low, bar.high, bar.swing) for x in (f.value, f.low, f.high)]
        declared = "true" if bar.declared else "false"
        rest = (bar.elasticity, bar.level, bar.source, bar.impossible)
        rows.append((bar.path, declared, bar.low_change, bar.high_change, *figures, *rest))
    return pd.DataFrame(rows, columns=list(COLUMNS))
