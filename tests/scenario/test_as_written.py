"""The layers of a scenario as files of one folder: read from there, they are the same scenario under the same draws."""

import pytest

from sim.scenario.as_written import as_written, given
from sim.scenario.vary import Sources

WEEK = "weight\n" + "".join(f"{1 + slot % 5}\n" for slot in range(336))
FLAT = "weight\n" + "1\n" * 336


@pytest.fixture
def sources(tmp_path):
    """An option beside a base in another folder, which extends a shipped one; an overlay and two `--set`."""
    for name in ("base", "option", "over"):
        (tmp_path / name).mkdir()
    (tmp_path / "base" / "week.csv").write_text(WEEK, encoding="utf-8")
    (tmp_path / "over" / "flat.csv").write_text(FLAT, encoding="utf-8")
    (tmp_path / "base" / "01_base.yaml").write_text(
        "extends: baseline\nname: base\ndemand: {week_profile: week.csv}\n"
        "uncertain: {teams.frontline.wage: {uniform: [18 EUR/h, 30 EUR/h], because: x, evidence: assumed}}\n",
        encoding="utf-8",
    )
    (tmp_path / "option" / "option.yaml").write_text(
        "extends: ../base/01_base.yaml\nname: option\nchanges: {teams.frontline.wage: +10 %}\n", encoding="utf-8"
    )
    (tmp_path / "over" / "over.yaml").write_text("demand: {week_profile: flat.csv}\n", encoding="utf-8")
    option, over = (str(tmp_path / name / f"{name}.yaml") for name in ("option", "over"))
    return Sources(option, (over,), ("teams.frontline.wage=+ 1 EUR/h", "experiment.seed=5"))


def test_the_copy_draws_as_the_scenario_does(sources, tmp_path):
    texts = as_written(sources)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name, text in texts.items():
        (copy / name).write_text(text, encoding="utf-8")
    layers = given(copy)
    assert layers is not None
    file, overlays = layers
    again = Sources(str(file), tuple(map(str, overlays)))
    draw = {"teams.frontline.wage": "20 EUR/h"}
    one, other = sources.resolved(draw), again.resolved(draw)
    assert one.digest == other.digest
    assert one.scenario.teams["frontline"].wage == other.scenario.teams["frontline"].wage
    assert one.scenario.experiment.seed == other.scenario.experiment.seed == 5
    assert list(one.profiles.values()) == list(other.profiles.values())
    assert as_written(again) == texts  # a copy of a copy is the copy


def test_every_file_is_there_once_and_names_only_files_beside_it(sources):
    texts = as_written(sources)
    scenarios = sorted(name for name in texts if name.endswith(".yaml"))
    assert scenarios == [
        "01_option.yaml", "02_base.yaml", "03_baseline.yaml",
        "overlay_001_over.yaml", "overlay_002_set.yaml", "overlay_003_set.yaml",
    ]  # fmt: skip
    assert texts["01_option.yaml"].startswith("extends: 02_base.yaml\n")
    assert not [name for name, text in texts.items() if "../" in text or "week.csv" in text]


def test_a_folder_without_layers_holds_none(tmp_path):
    assert given(tmp_path) is None
