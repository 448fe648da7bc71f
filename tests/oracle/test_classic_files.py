"""The classic scenario files run as they are and give the values that their comments state."""

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim.analytic import queue
from sim.kpis import estimate
from sim.kpis.interval import student
from sim.replicate import replicate
from sim.scenario.load import load
from tests.oracle.chain import Design, solve
from tests.oracle.classic import Claim, claims, files
from tests.oracle.compare import Comparison, Expected, z_score
from tests.oracle.expected import FOLDER, read
from tests.oracle.harness import LENGTH

ROOT = Path(__file__).resolve().parents[2]
WANTED = frozenset(
    {"erlang_b", "erlang_c", "erlang_a", "erlang_a_waiting_room", "priority", "md_c", "batch", "half_hourly_staffing"}
    | {f"{letter}_design" for letter in "vnmixw"}
    | {"pooling", "retrial", "chat_independent", "chat_slowed", "chat_processor_sharing"}
    | {f"contactcenters_{name}" for name in ("mmc", "mmcab", "mmcblocked", "mmcclrq", "callcc")}
)


def test_the_textbook_is_complete():
    assert {path.stem for path in files()} >= WANTED


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_classic_file_says_what_it_is(path: Path):
    """Title, reason and at least one claim; named like its file."""
    scenario = load(path).scenario
    assert scenario.name == path.stem
    assert scenario.title
    assert scenario.because
    assert scenario.horizon.at_end == "drain", "or waits at the end are cut short and the exact value is not comparable"
    assert claims(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_classic_file_gives_its_values(path: Path, engine, note):
    """As `deskplan run` computes them: the file's own seed and replications (times LENGTH), KPIs by their interval."""
    resolved = load(path)
    longer = None if LENGTH == 1 else max(5, round(LENGTH * resolved.scenario.experiment.replications))
    done = replicate(resolved, replications=longer, engine=engine)
    confidence, n = resolved.scenario.experiment.confidence, done.count
    rows = []
    for claim in claims(path):
        scope = "team" if claim.about in resolved.scenario.teams else "channel"
        found = estimate(resolved, done.tallies, claim.kpi, **{scope: claim.about})
        assert found.unit == "s" if claim.unit == "s" else found.unit != "s"
        error = found.half_width / student(confidence, n)
        expected = Expected.noisy(claim.value, claim.half_width)
        z = z_score(found.value - expected.value, math.hypot(error, expected.error), n)
        name = f"{claim.kpi}({claim.about})"
        rows.append(Comparison(f"classic/{path.stem}", name, claim.value, found.value, found.half_width, z))
    note(rows)


def numbers(value: object) -> Iterator[float]:
    """Every number in a JSON value."""
    if isinstance(value, dict):
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, list):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


@cache
def chains() -> dict[str, list[float]]:
    """Figures that no oracle file holds: solved here, by a chain that reproduces those which they do hold."""
    room = solve(Design([4.2], 0.5, [1.0], [10], [[0]], [[0]], [5]))
    x = solve(Design([1, 1], 0.5, [0.25] * 2, [2, 3], [[0, 1], [1, 0]], [[0, 1], [1, 0]], [30] * 2))
    w = solve(Design([0.8] * 3, 0.5, [0.25] * 3, [2, 3], [[0], [0, 1], [1]], [[0, 1], [2, 1]], [18] * 3))
    pooled = queue(3200 / 86_400, 1 / 360, 18, 20, 1 / 1200)
    return {
        "pooling": [pooled.service_level("a"), pooled.p_abandon, pooled.occupancy],
        "erlang_a_waiting_room": [*room.p_block, *room.p_abandon, *room.p_wait, *room.queue, *room.occupancy],
        "x_design": [*x.p_abandon, *x.occupancy],
        "w_design": [*w.p_abandon, *w.occupancy],
    }


def derived(path: Path, claim: Claim) -> float | None:
    """The value of a claim that follows from others by a line of arithmetic, or None."""
    skills = read("ctmc_skills_retrial_chat")
    if claim.kpi == "concurrency":
        case = next(c for c in skills["chat"] if c["name"].startswith(claim.source.split()[0]))
        exact = case["exact"]
        return float(exact["mean_open_chats"] / (case["agents"] * exact["agents_busy_fraction"]))
    if claim.kpi == "contacts_per_ticket":
        case = next(c for c in skills["retrial"] if c["name"].startswith(claim.source.split()[0]))
        return float(1 + case["exact"]["redials_per_fresh_call"])
    if claim.source.endswith("calls") and claim.kpi == "offered":
        days, rate = claim.source.split(" days of ")
        return int(days) * float(rate.split()[0].replace(",", ""))
    if path.stem == "contactcenters_mmcblocked":
        case = next(c for c in read("timevarying_exact") if "MMCBlocked" in c["name"])
        return float(case["exact_total"]["blocked"] / case["exact_total"]["arrivals"])
    if claim.kpi == "occupancy":
        scenario = load(path).scenario
        work = sum(reason.rate * reason.handle.mean for reason in scenario.reasons.values() if reason.rate) / 86_400_000
        blocking = next((c.value for c in claims(path) if c.kpi == "blocking_rate"), 0.0)
        group = sum(size * share for size, share in next(iter(scenario.reasons.values())).batch.items()) or 1
        return group * work * (1 - blocking) / scenario.teams[claim.about].agents
    return None


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_claims_are_the_carried_figures(path: Path):
    """Every exact value stands in an expected-values file (in minutes or seconds), is solved here, or follows."""
    carried = [value for name in FOLDER.glob("*.json") for value in numbers(read(name.stem))]
    solved = chains().get(path.stem, [])
    for claim in claims(path):
        if claim.kind == "published":
            continue
        candidates = solved or [*carried, *(60 * value for value in carried)]
        simple = derived(path, claim)
        near = any(math.isclose(claim.value, value, rel_tol=1e-9) for value in candidates)
        assert near or (simple is not None and math.isclose(claim.value, simple, rel_tol=1e-9)), claim


def test_the_guide_lists_every_file_and_value():
    """docs/classic_models.md has a row for every file, with its exact values as the file states them."""
    rows = {}
    for line in (ROOT / "docs" / "classic_models.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| ["):
            rows[line.split("[")[1].split("]")[0]] = line
    assert set(rows) == {path.stem for path in files()}
    for path in files():
        for claim in claims(path):
            unit = f" {claim.unit}" if claim.unit else ""
            assert f"`{claim.kpi}({claim.about})` {claim.value:.6g}{unit}" in rows[path.stem], (path.stem, claim)


def test_an_unreadable_claim_is_an_error(tmp_path: Path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("# exact: occupancy = 0.5\n", encoding="utf-8")
    with pytest.raises(ValueError, match="cannot read the claim"):
        claims(bad)
