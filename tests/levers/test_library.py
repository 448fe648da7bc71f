"""The files in scenarios/levers/ and docs/levers.md agree, and no figure stands without its evidence."""

import re

import pytest

from sim.scenario.layers import bundled
from sim.scenario.load import load
from tests.levers.library import BY_NAME, LEVERS, WORLDS
from tests.levers.page import BLOCK, COLUMNS, PAGE, with_blocks

ALL = (*LEVERS, *WORLDS)
each_file = pytest.mark.parametrize("lever", ALL, ids=lambda lever: lever.name)
HEADING = re.compile(r"^### (\w+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sections(page):
    """What the page says of each lever and world."""
    return {match[1]: match[2] for match in HEADING.finditer(page)}


@each_file
def test_no_figure_without_evidence(lever):
    assert lever.without_evidence() == []


@each_file
def test_evidence_is_about_something_and_complete(lever):
    for entry in lever.evidence:
        assert entry.figures, entry.path
        assert entry.level in ("measured", "benchmark", "assumed")
        assert min(len(entry.source), len(entry.date), len(entry.note)) >= 4, entry.path


def test_the_rule_sees_a_figure_without_evidence(tmp_path):
    from tests.levers.library import Lever

    bare = tmp_path / "bare.yaml"
    bare.write_text(
        "extends: ../baseline.yaml\nname: bare\nchanges: {teams.frontline.agents: + 1}\n"
        "decisions: {investments: {x: 2027-02}}\nevidence: {teams.frontline.wage: assumed}\n",
        encoding="utf-8",
    )
    assert Lever(bare).without_evidence() == ["changes.teams.frontline.agents"]


@each_file
def test_a_benchmark_names_who_published_it_and_when(lever):
    """A year in source or date; in another form than the plain words of an assumption."""
    for entry in lever.evidence:
        if entry.level == "benchmark":
            assert re.search(r"\b(19|20)\d\d\b|undated", f"{entry.source} {entry.date}"), entry.path


def test_benchmarks_come_from_the_collection(repo_root):
    """Each publisher named is one of those whose figures were collected, where that collection is at hand."""
    collected = repo_root.parent / "shared" / "research" / "benchmarks.yaml"
    if not collected.exists():
        pytest.skip("the collection of benchmarks is not beside the checkout")
    text = collected.read_text(encoding="utf-8").lower()
    for lever in ALL:
        for entry in lever.evidence:
            if entry.level == "benchmark":
                publisher = re.split(r"[ ,(']", entry.source)[0].lower()
                assert publisher in text, (lever.name, entry.source)


@each_file
def test_words_and_names(lever):
    assert lever.text("name") == lever.name
    assert lever.text("title")
    assert len(lever.text("because")) > 30
    assert lever.bundled in bundled()
    assert lever.base in bundled()
    assert load(lever.bundled).scenario.title == lever.text("title")


def test_every_lever_is_on_the_page_and_nothing_else(sections):
    assert sorted(sections) == sorted(each.name for each in ALL)


def test_every_section_says_what_it_costs_and_when_it_fails(sections):
    for lever in LEVERS:
        for word in ("**In the model.**", "**Costs.**", "**Fails when**"):
            assert word in " ".join(sections[lever.name].split()), (lever.name, word)


def test_every_section_names_the_paths_that_its_file_sets(sections):
    """Each group of the scenario that a lever touches is named in its words, not only in the table."""
    for lever in LEVERS:
        words = sections[lever.name].split("<details>")[0]
        assert f"`levers/{lever.name}`" in words
        assert words.count("`") >= 4, lever.name


def test_the_figures_on_the_page_are_those_of_the_files(page):
    """Every figure and every line of evidence, to the letter: `python -m tests.levers.page` writes them anew."""
    kinds = [(match[2], match[3]) for match in BLOCK.finditer(page)]
    assert sorted(kinds) == sorted([("measured", "effects"), *(("figures", each.name) for each in ALL)])
    assert with_blocks(page, None) == page


def test_every_lever_is_in_the_table_of_effects(page):
    table = next(match[4] for match in BLOCK.finditer(page) if match[2] == "measured")
    lines = [line for line in table.splitlines() if line.startswith("| [")]
    assert sorted(re.findall(r"\| \[(\w+)\]", table)) == sorted(BY_NAME)
    assert all(line.count("|") == len(COLUMNS) + 4 for line in lines)
    assert re.search(r"^\d+ replications, seed \d+", table)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["callbacks", "drop_off_points"])
def test_the_effects_on_the_page_are_those_that_are_simulated(page, name):
    """Measured again for two of them: the same line."""
    from tests.levers.measured import measure
    from tests.levers.page import effects_of

    table = next(match[4] for match in BLOCK.finditer(page) if match[2] == "measured")
    replications = int(table.split()[0])
    found = measure([BY_NAME[name]], replications)
    assert effects_of(BY_NAME[name], found) in table.splitlines()
