"""The sections of report.md on goals, gaps and stakeholders: the sentences of the terminal as lists."""

from __future__ import annotations

from collections.abc import Iterable

from evaluate.compare import Comparison
from evaluate.gaps import gap_rows
from evaluate.stakeholders import judge
from report import gaps, goals, stakeholders


def sections(comparison: Comparison) -> list[str]:
    """Those that there is something to say about, each with its heading."""
    found = []
    said = goals.sentences(comparison)
    if said:
        found += ["## Goals", _listed(said)]
    rows = [list(gaps.lines(comparison, row)) for row in gap_rows(comparison)]
    if rows:
        found += ["## Gaps to targets and to others", *(f"{head}\n\n{_listed(rest)}" for head, *rest in rows)]
    if comparison.base.resolved.scenario.stakeholders:
        judged = judge(comparison)
        lines = [*stakeholders.grid_lines(comparison), stakeholders.SCALES]
        if judged is not None:
            lines = [stakeholders.said(comparison, one) for one in judged.outcomes] + lines
            lines = [*stakeholders.verdict_lines(judged), *lines]
        found += ["## Stakeholders", _listed(lines)]
    return found


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
