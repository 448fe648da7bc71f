"""`--no-feedback` reaches the scenario, is written down in the run's folder, and leaves the loop open."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from sim.scenario.emit import to_yaml
from tests.report.test_closed_loop import shop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    document = shop()
    document["horizon"] = {"start": "2027-01-01", "months": 2}
    path.write_text(to_yaml(document), encoding="utf-8")
    return path


def ran(file: Path, *options: str) -> tuple[dict, str]:
    """Manifest and standard output of a run."""
    out = file.parent / "out"
    done = CliRunner().invoke(main, ["run", str(file), "--reps", "1", "--jobs", "1", "--out", str(out), *options])
    assert done.exit_code == 0, done.output
    (folder,) = out.iterdir()
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8")), done.stdout


def test_the_loop_is_closed_by_default(file):
    manifest, text = ran(file)
    assert manifest["scenarios"][0]["closed_loop"].startswith("closed loop of customers: converged")
    assert "Closed loop of customers: shop" in text
    assert f"{manifest['scenarios'][0]['name']}" in text
    assert "customers.csv" in manifest["files"]


def test_no_feedback_leaves_it_open(file):
    manifest, text = ran(file, "--no-feedback")
    assert manifest["scenarios"][0]["closed_loop"] == "open"
    assert "Closed loop" not in text
    written = (next((file.parent / "out").iterdir()) / "scenarios" / "shop.yaml").read_text(encoding="utf-8")
    assert "customers: false" in written
    assert "customers.csv" in manifest["files"]  # they are counted all the same
