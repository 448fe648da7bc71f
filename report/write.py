"""A run's folder, written whole: tables, scenarios, charts, the page, its text, the data behind it, the manifest."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluate.compare import Comparison, compare
from report.charts import style
from report.draw import charts
from report.extra import Extra
from report.folder import folder_name, write_folder
from report.kept import extras
from report.manifest import Circumstances, digests, manifest
from report.markdown import report_markdown
from report.page import page
from report.resolved_files import write_scenario, write_texts
from report.stored import restore, store
from report.tables import all_tables, to_csv
from report.workbook.write import workbook


def write_run(
    comparison: Comparison,
    out: Path,
    circumstances: Circumstances,
    kept: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    by_day: bool = True,
) -> Path:
    """Writes the folder inside ``out`` and returns it.

    ``kept`` is plain data of the command (see `kept`), ``texts`` are further files by their name in the folder;
    ``by_day``: with the large table of every day.
    """
    names = [one.name for one in comparison.scenarios]

    def fill(folder: Path) -> None:
        (folder / "scenarios").mkdir()
        for one in comparison.scenarios:
            write_scenario(one.resolved, folder / "scenarios")
        store([one.replications for one in comparison.scenarios], folder, kept or {})
        write_texts(folder, texts or {})
        render(comparison, folder, extras(comparison, kept or {}), by_day)
        files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        said = manifest(comparison, circumstances, [*files, "manifest.json"]) | {"sha256": digests(folder)}
        text = json.dumps(said, indent=2, ensure_ascii=False)
        (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")

    return write_folder(out, folder_name(circumstances.command, names, circumstances.started), fill)


def render(comparison: Comparison, folder: Path, more: Sequence[Extra] = (), by_day: bool = True) -> None:
    """Writes tables, charts, the page and its text into a folder."""
    tables = dict(all_tables(comparison, by_day))
    for extra in more:
        tables |= extra.files
    for name, table in tables.items():
        data = to_csv(table).encode()
        (folder / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    drawn = charts(comparison)
    (folder / "charts").mkdir()
    for chart in (*drawn, *(chart for extra in more for chart in extra.charts)):
        style.save(chart.wide, folder / "charts", chart.key)
    (folder / "report.html").write_text(page(comparison, drawn, more), encoding="utf-8")
    (folder / "report.md").write_text(report_markdown(comparison, drawn, more), encoding="utf-8")
    sheets = workbook(comparison)
    if sheets is not None:
        (folder / "report.xlsx").write_bytes(sheets)


def render_again(folder: Path) -> tuple[Comparison, list[str]]:
    """Renders a run's folder again from what it keeps; returns the comparison and the names of the files that changed.

    `kpis_by_day.csv.gz`, the scenarios, the data and the manifest stay as they are. Raises NotStored.
    """
    runs, kept = restore(folder)
    comparison = compare(runs, chosen="plan" if "plan" in kept else "")
    changed = []
    with tempfile.TemporaryDirectory(prefix=".rendering-", dir=folder.parent) as draft:
        render(comparison, Path(draft), extras(comparison, kept), by_day=False)
        for path in sorted(Path(draft).rglob("*")):
            if not path.is_file():
                continue
            name = path.relative_to(draft)
            target = folder / name
            if not target.is_file() or target.read_bytes() != path.read_bytes():
                changed.append(name.as_posix())
                target.parent.mkdir(exist_ok=True)
                shutil.move(path, target)
    return comparison, changed
