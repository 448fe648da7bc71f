"""docs/demo.md explains the numbers that the demo prints, and no others."""

import shlex

import pytest

from tests.docs.demo_numbers import ARGUMENTS, BLOCK, BLOCKS, SCENARIOS, Demo, with_numbers


def test_the_demo_is_the_command_that_is_explained(repo_root):
    recipe = (repo_root / "Makefile").read_text(encoding="utf-8")
    listed = recipe.split("SCENARIOS := ")[1].split("\n\n")[0].replace("\\\n", " ").split()[: len(SCENARIOS)]
    assert [path.removeprefix("scenarios/").removesuffix(".yaml") for path in listed] == list(SCENARIOS)
    demo = next(line for line in recipe.splitlines() if "deskplan compare" in line)
    assert shlex.split(demo)[-2:] == list(ARGUMENTS[-2:])


def test_every_block_is_known_and_used(repo_root):
    text = (repo_root / "docs" / "demo.md").read_text(encoding="utf-8")
    assert sorted(match[2] for match in BLOCK.finditer(text)) == sorted(BLOCKS)


@pytest.mark.slow
def test_the_numbers_are_those_that_the_demo_prints(repo_root, tmp_path):
    import io

    from report.command import compute_and_write

    folder = compute_and_write("compare", SCENARIOS, tmp_path, ARGUMENTS, io.StringIO(), quiet=True, reps=4, jobs=1)[1]
    text = (repo_root / "docs" / "demo.md").read_text(encoding="utf-8")
    assert with_numbers(text, Demo(folder)) == text
