"""A run's folder, written whole: tables, scenarios, charts, the page and the manifest."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from evaluate.compare import Comparison
from report.charts import style
from report.draw import charts
from report.folder import folder_name, write_folder
from report.manifest import Circumstances, manifest
from report.page import page
from report.resolved_files import write_scenario
from report.tables import all_tables, to_csv


def write_run(comparison: Comparison, out: Path, circumstances: Circumstances) -> Path:
    """Writes the folder inside ``out`` and returns it."""
    names = [one.name for one in comparison.scenarios]

    def fill(folder: Path) -> None:
        for name, table in all_tables(comparison).items():
            data = to_csv(table).encode()
            (folder / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        (folder / "scenarios").mkdir()
        for one in comparison.scenarios:
            write_scenario(one.resolved, folder / "scenarios")
        drawn = charts(comparison)
        (folder / "charts").mkdir()
        for chart in drawn:
            figure = chart.draw(style.WIDE)
            (folder / "charts" / f"{chart.key}.png").write_bytes(style.png(figure))
            (folder / "charts" / f"{chart.key}.svg").write_text(style.svg(figure, chart.key), encoding="utf-8")
        (folder / "report.html").write_text(page(comparison, drawn), encoding="utf-8")
        files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        text = json.dumps(manifest(comparison, circumstances, [*files, "manifest.json"]), indent=2, ensure_ascii=False)
        (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")

    return write_folder(out, folder_name(circumstances.command, names, circumstances.started), fill)
