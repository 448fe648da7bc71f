"""Broken and strange scenario files, made from good ones: the n-th is always the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NOT_SCENARIOS = ("benchmarks", "stakeholders", "profiles")
ODD = (
    "0", "-1", "1e308", "1e-320", "-0.0", ".nan", ".inf", "999999999999999999999", "0x10", "010", "1_000", "null",
    "~", "true", "no", "''", "'", '"', "[]", "{}", "[[]]", "{a: b}", "[1, 2, 3]", "x 1.2", "-35 %", "+ 2 min",
    "x -3", "x", "%", "120 %", "-5 %", "0 %", "1e30 EUR", "-3 EUR", "5 USD/fortnight", "3 min", "0 s", "-3 min",
    "1e12 days", "2 days/month", "12 /month", "0 /month", "1e18 /month", "0.5", "2027-02-30", "2027-13",
    "9999-12-31", "0001-01-01", "2027-01-04", "mon-fri", "mon-sun 25:00-26:00", "fri-mon 08:00-07:00",
    "mon-fri 08:00-08:00", "always", "never", "exponential", "move 40 % to chat", "move 40 % to nowhere",
    "*anchor", "&anchor 3", "!!python/object/apply:os.system [ls]", "!!binary aGk=", "<<: *x", "? a", "\ufeff",
    "\u202e", "\x00", "\x07", "ü", "名前", "👩‍💻", "a" * 5000, "- " * 50, "{" * 60, "[" * 200, "=1+1", "@SUM(A1)",
    "Europe/Nowhere", "Africa/Casablanca", "EUR", "eur", "baseline", "../../../etc/passwd", "/dev/zero",
    "teams.*.agents", "{mean: 3 min, cv: -1}", "{mean: 0 s}", "{mean: 3 min, cv: 1e9}", "{mean: 1e9 days, cv: 3}",
    "{share: 200 %, within: 20 s}", "{value: 3, evidence: {level: measured}}", "[phone, phone]",
    "{after: 1 s, share: 100 %}", "3.7", "1.0e+3",
)  # fmt: skip
KEYS = (
    "agents", "serves", "hours", "patience", "retry", "handle", "channels", "per_order", "rate", "extends",
    "investments", "decisions", "uncertain", "goals", "segments", "experiment", "horizon", "schema", "name", "'*'",
    "''", "a.b", "evidence",
)  # fmt: skip
SETS = ("=x 2", "=", "=null", "=-1", "=x 0", "=+ 5 %", "={}", "=1e300")
Mutation = Callable[[random.Random, list[str]], list[str]]


@lru_cache(maxsize=1)
def seeds() -> tuple[tuple[Path, str], ...]:
    """Every scenario that ships, with its text."""
    files = sorted(path for path in SCENARIOS.rglob("*.yaml") if path.parent.name not in NOT_SCENARIOS)
    return tuple((path, path.read_text(encoding="utf-8")) for path in files)


def _line(rng: random.Random, lines: list[str]) -> int:
    return rng.randrange(len(lines)) if lines else 0


def _odd_value(rng: random.Random, lines: list[str]) -> list[str]:
    """The value after some colon becomes another one."""
    at = _line(rng, lines)
    places = list(re.finditer(r":(?= |$)", lines[at]))
    if places:
        place = rng.choice(places)
        rest = lines[at][place.end() :]
        end = re.search(r"[,}\]]", rest)
        tail = rest[end.start() :] if end and rng.random() < 0.8 else ""
        lines[at] = f"{lines[at][: place.end()]} {rng.choice(ODD)}{tail}"
    return lines


def _number(rng: random.Random, lines: list[str]) -> list[str]:
    at = _line(rng, lines)
    found = list(re.finditer(r"\d+(\.\d+)?", lines[at]))
    if found:
        place = rng.choice(found)
        new = rng.choice(("0", "-1", "1e9", "0.5", "100", "7", "99999999", "1e-9", str(rng.randrange(1000))))
        lines[at] = lines[at][: place.start()] + new + lines[at][place.end() :]
    return lines


def _key(rng: random.Random, lines: list[str]) -> list[str]:
    at = _line(rng, lines)
    found = list(re.finditer(r"[A-Za-z_]\w*(?=:)", lines[at]))
    if found:
        place = rng.choice(found)
        word = place.group()
        cut = rng.randrange(len(word))
        new = rng.choice((rng.choice(KEYS), word[:cut] + word[cut + 1 :], word + "s", word.upper(), word[::-1]))
        lines[at] = lines[at][: place.start()] + new + lines[at][place.end() :]
    return lines


def _drop(rng: random.Random, lines: list[str]) -> list[str]:
    at = _line(rng, lines)
    return lines[:at] + lines[at + rng.randrange(1, 4) :]


def _twice(rng: random.Random, lines: list[str]) -> list[str]:
    at = _line(rng, lines)
    return lines[: at + 1] + lines[at : at + rng.randrange(1, 4)] + lines[at + 1 :]


def _indent(rng: random.Random, lines: list[str]) -> list[str]:
    at = _line(rng, lines)
    if lines:
        lines[at] = rng.choice((" ", "  ", "\t", "      ")) + lines[at] if rng.random() < 0.5 else lines[at].lstrip()
    return lines


def _from_elsewhere(rng: random.Random, lines: list[str]) -> list[str]:
    """Some lines of another scenario."""
    other = rng.choice(seeds())[1].split("\n")
    at, start = _line(rng, lines), rng.randrange(len(other))
    return lines[:at] + other[start : start + rng.randrange(1, 12)] + lines[at:]


def _characters(rng: random.Random, lines: list[str]) -> list[str]:
    at = _line(rng, lines)
    if lines and lines[at]:
        text, place = lines[at], rng.randrange(len(lines[at]))
        new = rng.choice(("", ":", "{", "}", "[", "]", "'", '"', "#", "&", "*", "|", ">", "%", "\r", "\x1b", "\ud7ff"))
        lines[at] = text[:place] + new + text[place + rng.randrange(2) :]
    return lines


def _cut(rng: random.Random, lines: list[str]) -> list[str]:
    return lines[: _line(rng, lines)]


def _block(rng: random.Random, lines: list[str]) -> list[str]:
    """A whole top-level block goes."""
    tops = [at for at, line in enumerate(lines) if re.match(r"\w+:", line)]
    if not tops:
        return lines
    at = rng.randrange(len(tops))
    end = tops[at + 1] if at + 1 < len(tops) else len(lines)
    return lines[: tops[at]] + lines[end:]


MUTATIONS: tuple[tuple[Mutation, int], ...] = (
    (_odd_value, 30), (_number, 25), (_key, 12), (_drop, 8), (_twice, 5), (_indent, 4), (_from_elsewhere, 5),
    (_characters, 6), (_cut, 2), (_block, 4),
)  # fmt: skip


def mutant(seed: int, number: int) -> tuple[Path, bytes, tuple[str, ...]]:
    """The file whose folder it belongs in, its bytes, and `--set` texts that go with it."""
    rng = random.Random(f"{seed}/{number}")
    files = seeds()
    small = [entry for entry in files if entry[0].parent.name == "classic"]
    path, text = rng.choice(small if rng.random() < 0.6 else files)
    lines = text.split("\n")
    kinds, weights = zip(*MUTATIONS, strict=True)
    for kind in rng.choices(kinds, weights, k=rng.choice((1, 1, 1, 2, 2, 3, 5))):
        lines = kind(rng, lines or [""])
    data = "\n".join(lines).encode("utf-8", errors="surrogatepass")
    if rng.random() < 0.02:
        data = bytes(byte ^ (rng.random() < 0.01) for byte in data)
    words = re.findall(r"^(\w+):", text, flags=re.M)
    sets = []
    if rng.random() < 0.15:
        sets.append(rng.choice([*words, "*"]) + rng.choice(("", ".x", ".*", "[0]", ".*.*")) + rng.choice(SETS))
    return path, data, tuple(sets)
