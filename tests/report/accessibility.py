"""axe-core in a headless browser: what it finds on a page, light or dark, wide or as narrow as a phone."""

import html
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SERIOUS = ("serious", "critical")


def browser() -> str:
    for name in BROWSERS:
        if shutil.which(name):
            return name
    pytest.skip(f"no browser here ({', '.join(BROWSERS)})")


def axe_source() -> str:
    """The script of the package axe-core-python, a development dependency."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("axe-core-python is not installed")
    path = Path(next(iter(found.submodule_search_locations))) / "axe.min.js"
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")


def audited(page: str, folder: Path, width: int, dark: bool = False) -> list[dict]:
    """Violations of WCAG 2 A and AA and of best practice, with the rules that passed as the last entry."""
    script = (
        f"<script>{axe_source()}</script>"
        "<script>axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'best-practice'] })"
        ".then((found) => { const seen = found.violations.map((v) => ({ id: v.id, impact: v.impact,"
        " nodes: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)) }));"
        " seen.push({ id: 'passed', rules: found.passes.map((p) => p.id) });"
        ' document.title = "AUDIT" + JSON.stringify(seen); });</script></body>'
    )
    if dark:
        page = page.replace("@media (prefers-color-scheme: dark)", "@media all", 1)
    found: list[dict] = opened(page.replace("</body>", script, 1), folder, width, "AUDIT")
    return found


def opened(page: str, folder: Path, width: int, mark: str) -> Any:
    """What a script left in the page's title after the mark; narrower than a window can be, in a frame."""
    folder.mkdir(exist_ok=True)
    path = folder / f"page{width}.html"
    if width < 500:
        relay = f"document.title.startsWith('{mark}') && (parent.document.title = document.title)"
        page = page.replace("</body>", f"<script>setInterval(() => {relay}, 20);</script></body>", 1)
        page = (
            '<!doctype html><html lang="en"><head><title>frame</title></head><body style="margin:0">'
            f'<iframe title="page" style="border:0;width:{width}px;height:3000px" '
            f'srcdoc="{html.escape(page, quote=True)}"></iframe></body></html>'
        )
    path.write_text(page, encoding="utf-8")
    command = [
        browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={max(width, 600)},3000",
        f"--user-data-dir={folder / f'profile{width}'}", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=60000", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    found = re.search(rf"<title>{mark}(.*?)</title>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr[-500:]
    return json.loads(html.unescape(found[1]))
