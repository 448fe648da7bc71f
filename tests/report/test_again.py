"""A run's folder renders again without simulating: the same bytes; report.md; the bridge in folder, page and text."""

import csv
import datetime as dt
import hashlib
import shutil
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from evaluate.bridge import NPV, bridge
from evaluate.compare import compare
from evaluate.headline import Line
from evaluate.simulate import simulate_all
from report.bridge_section import COLUMNS
from report.kept import bridge_of, plain_bridge
from report.manifest import Circumstances
from report.resolved_files import write_scenario
from report.stored import NotStored, restore
from report.write import render_again, write_run
from sim.scenario.load import load, resolve
from tests.report.worlds import tiny

NOON = dt.datetime(2027, 1, 4, 12, 0, 0, tzinfo=dt.UTC)
RETAINED: dict[str, Any] = {
    "horizon": {"start": "2027-01-04", "months": 2},
    "customers": {"active": 500, "orders": "1 /month", "order_value": "60 EUR", "margin": "30 %"},
    "retention": {"churn": {"unresolved": "3 points", "extra_contact": "0.5 points"}},
    "experiment": {"seed": 7, "replications": 2},
    "reasons": {"help": {"rate": "40 /day", "channels": {"phone": "100 %"}, "handle": {"mean": "6 min", "cv": 1}}},
    "evidence": {"channels.phone.target": {"level": "assumed", "source": "a block with defaults"}},
}


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def written(out, *documents, kept=None):
    found = compare(simulate_all([resolve(document) for document in documents]))
    more = {} if kept is None else {"bridge": plain_bridge(bridge(found, kept))}
    return write_run(found, out, Circumstances("compare", ("compare",), NOON, 1.5, 1), more)


@pytest.fixture(scope="module")
def bridged(tmp_path_factory):
    two = {"desk": {"agents": 2, "serves": ["phone"], "wage": "20 EUR/h"}}
    crm = {
        "tools": {"crm": {"cost": {"upfront": "100 EUR"}}},
        "sunk": {"pilot": {"amount": "500 EUR", "because": "gone"}},
    }
    folder = tmp_path_factory.mktemp("again")
    return written(folder, tiny(), tiny("other", teams=two, economics=crm), kept=[Line("service_level", "phone")])


@pytest.mark.parametrize(
    "documents", [(tiny(),), (tiny(**RETAINED), tiny("more", **RETAINED))], ids=["alone", "closed"]
)
def test_a_folder_renders_to_the_same_bytes(tmp_path, documents):
    folder = written(tmp_path, *documents)
    before = digests(folder)
    for name in ("report.html", "report.md", "kpis.csv", "appraisal.csv"):
        (folder / name).unlink()
    shutil.rmtree(folder / "charts")
    _, changed = render_again(folder)
    assert {"report.html", "report.md", "kpis.csv", "appraisal.csv"} <= set(changed)
    assert digests(folder) == before
    assert render_again(folder)[1] == []
    assert [path for path in tmp_path.iterdir() if path != folder] == []


def test_a_folder_with_a_bridge_renders_to_the_same_bytes(bridged):
    before = digests(bridged)
    (bridged / "bridge.csv").write_text("spoilt", encoding="utf-8")
    assert render_again(bridged)[1] == ["bridge.csv"]
    assert digests(bridged) == before


def test_a_scenario_that_is_read_from_a_folder_is_written_as_the_same_file(tmp_path):
    """Its evidence stood with a value, and is gathered in the file."""
    hourly = {"value": "20 EUR/h", "evidence": {"level": "assumed", "source": "the union"}}
    first = resolve(tiny(teams={"desk": {"agents": 3, "serves": ["phone"], "wage": hourly}}, evidence={}))
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_scenario(first, tmp_path / folder)
        first = load(tmp_path / folder / "tiny.yaml")
    one, other = ((tmp_path / folder / "tiny.yaml").read_bytes() for folder in ("one", "other"))
    assert b"the union" in one
    assert one == other


def test_what_is_kept_is_what_was_simulated(tmp_path):
    run = simulate_all([resolve(tiny(**RETAINED))])[0]
    folder = write_run(compare([run]), tmp_path, Circumstances("run", ("run",), NOON, 1.5, 1))
    again = restore(folder)[0][0]
    assert again.resolved.digest == run.resolved.digest
    assert again.resolved.document == run.resolved.document
    assert again.loop == run.loop
    assert run.loop is not None
    for one, other in zip(run.usage, again.usage, strict=True):
        assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))
    for tally, kept in zip(run.tallies, again.tallies, strict=True):
        for name, cells in tally.months.cells.items():
            assert cells.dtype == kept.months.cells[name].dtype
            assert np.array_equal(cells, kept.months.cells[name])


def test_a_folder_that_cannot_be_rendered_says_why(tmp_path, bridged):
    with pytest.raises(NotStored, match="is no folder of a run"):
        restore(tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(bridged, copy)
    file = copy / "scenarios" / "other.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("agents: 2", "agents: 5"), encoding="utf-8")
    with pytest.raises(NotStored, match="no longer what was simulated"):
        restore(copy)
    done = CliRunner().invoke(main, ["report", str(copy)])
    assert done.exit_code == 2


def test_the_command_renders(bridged):
    done = CliRunner().invoke(main, ["report", str(bridged)])
    assert done.exit_code == 0
    assert "every file is as it was" in done.output


def test_the_bridge_is_in_the_table_the_page_and_the_text(bridged):
    with (bridged / "bridge.csv").open(encoding="utf-8", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    assert tuple(head) == COLUMNS
    npv = [(row[4], float(row[5])) for row in rows if row[2] == "npv"]
    assert [step for step, _ in npv] == ["(base)", "teams", "economics", "(option)"]
    assert sum(value for _, value in npv[:-1]) == pytest.approx(npv[-1][1], abs=1e-6)
    for name in ("report.html", "report.md"):
        text = (bridged / name).read_text(encoding="utf-8")
        assert "From tiny to other" in text
        assert "Shapley" in text
        assert "teams.desk.agents" in text
    assert (bridged / "charts" / "bridge_npv.svg").is_file()


def test_the_bridge_survives_being_written_down(bridged):
    kept = restore(bridged)[1]["bridge"]
    assert plain_bridge(bridge_of(kept)) == kept
    assert bridge_of(kept).lines[0] == NPV


def test_the_text_says_what_the_page_says(bridged):
    text = (bridged / "report.md").read_text(encoding="utf-8")
    answer = text.split("\n")[2].strip("*")
    assert answer in (bridged / "report.html").read_text(encoding="utf-8")
    assert "Sunk cost, left out of everything above" in text
    assert "| other | economics.sunk.pilot | 500 | gone |" in text
    assert "Denominator:" in text
    for line in text.split("\n"):
        if line.startswith("![") or "](charts/" in line:
            assert (bridged / line.split("](")[1].rstrip(")")).is_file()
