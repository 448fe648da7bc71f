"""Nothing in the repository is about the machine that it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

# The forbidden words are put together here, so that this file needs no exemption from its own rule.
HOME_DIRS = "|".join(("work", "root", r"home/\w+", r"Users/\w+"))
HOSTED_INDEX = "|".join(("artifactory", "nexus", "devpi", r"(?:pypi|wheels?)-(?:proxy|mirror|cache)"))
FORBIDDEN = {
    # After a letter, dot, tilde, dollar or colon the slash belongs to an address or a relative path.
    "a path of one machine": re.compile(rf"(?<![\w.~$}})>*-])/(?:{HOME_DIRS})/"),
    "a package index": re.compile(
        rf"(?:extra-)?index-url\s*[=:\s]|/simple/?\s*$|\b(?:{HOSTED_INDEX})[./]", re.MULTILINE
    ),
}


def breaches(text: str) -> list[str]:
    """Name each rule that the text breaks, with the line that breaks it."""
    return [
        f"line {text.count(chr(10), 0, hit.start()) + 1}: {rule}: {hit.group().strip()}"
        for rule, pattern in FORBIDDEN.items()
        for hit in pattern.finditer(text)
    ]


def tracked_files(repo_root: Path) -> list[Path]:
    """The files that git would hand to others; skips where this is not a git checkout."""
    if not (repo_root / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "-C", str(repo_root), "ls-files", "-z"], capture_output=True, check=True, text=True)
    return [repo_root / name for name in listed.stdout.split("\0") if name]


def test_no_tracked_file_names_a_machine(repo_root):
    found = {}
    for path in tracked_files(repo_root):
        if path.is_file():
            lines = breaches(path.read_text(encoding="utf-8", errors="replace"))
            if lines:
                found[str(path.relative_to(repo_root))] = lines
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see " + "/wo" + "rk/notes.md",
        'open("' + "/ro" + 'ot/x")',
        "in " + "/ho" + "me/ann/deskplan",
        "--extra-index" + "-url https://x.example",
        "https://pypi.example/" + "simple",
        "https://x.example/arti" + "factory/api",
    ],
)
def test_the_rule_sees_a_breach(text):
    assert len(breaches(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/work/paper.pdf",
        "docs/work/notes.md",
        "the home/work split, root/shoot",
        "a simple/complex split",
        "$(HOME)/work/x",
        "square root/mean",
    ],
)
def test_the_rule_leaves_honest_text_alone(text):
    assert breaches(text) == []
