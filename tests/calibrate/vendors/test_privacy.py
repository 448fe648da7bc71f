"""Nothing personal that an export holds reaches any output: files, tables, JSON, messages, logs."""

from __future__ import annotations

import io
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.calibrate.contacts import ContactLog
from sim.calibrate.vendors.read import read_log
from tests.calibrate.vendors import centres, desks
from tests.calibrate.vendors.desks import ADA, BODY, GRACE, GRACE_MAIL, MAIL, SUBJECT, TEL
from tests.calibrate.vendors.world import Fact, call_centre, facts

pytestmark = pytest.mark.slow
WRITERS = (
    desks.zendesk, desks.zendesk_json, desks.freshdesk, desks.freshservice, desks.intercom, desks.gorgias,
    desks.help_scout, centres.amazon, centres.amazon_csv, centres.genesys, centres.five9, centres.five9_inbound,
    centres.contacts,
)  # fmt: skip
PERSONAL = (ADA, "Lovelace", GRACE, "Hopper", MAIL, GRACE_MAIL, "@example", TEL, SUBJECT, BODY, "vip")
NUMBER = re.compile(r"\+4930\d")


@pytest.fixture(scope="module")
def found() -> list[Fact]:
    return facts(call_centre()[0], 5)[:600]


def leaks(text: str) -> list[str]:
    return [word for word in PERSONAL if word in text] + NUMBER.findall(text)


@dataclass(frozen=True)
class Ran:
    """An export, calibrated by the command in both forms."""

    source: str
    text: str
    json: str
    written: str
    logged: str
    path: Path


@pytest.fixture(
    scope="module", params=[*WRITERS, centres.intervals, centres.genesys_intervals], ids=lambda w: w.__name__
)
def ran(request, found, tmp_path_factory) -> Ran:
    folder = tmp_path_factory.mktemp("export")
    path, records = folder / "export", io.StringIO()
    source = request.param(found, np.random.default_rng(1))
    path.write_text(source, encoding="utf-8")
    handler = logging.StreamHandler(records)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    shown = []
    for form in ("text", "json"):
        command = ["calibrate", str(path), "--out", str(folder / "out.yaml"), "--timezone", "Europe/Berlin"]
        done = CliRunner().invoke(main, [*command, "--format", form])
        assert done.exit_code == 0, done.output
        shown.append(done.output)
    logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    files = [p for p in sorted(folder.iterdir()) if p != path]
    assert len(files) >= 3
    written = "\n".join(p.read_text(encoding="utf-8") for p in files)
    return Ran(source, shown[0], shown[1], written, records.getvalue(), path)


def test_no_name_number_or_text_leaves_the_export(ran):
    for output in (ran.text, ran.json, ran.written, ran.logged):
        assert not leaks(output)
    log = read_log(ran.path, timezone="Europe/Berlin")
    if not isinstance(log, ContactLog):
        return  # an interval report holds nobody
    assert leaks(ran.source)  # the export does hold them
    for frame in (log.raw, log.rows):
        assert not leaks(frame.to_csv())
        for key in ("contact_id", "case_id", "customer_key", "agent_key"):
            assert frame[key].dropna().str.fullmatch(r"[0-9a-f]{16}").all()


def test_all_fifteen_checks_are_shown_with_their_counts(ran):
    data = json.loads(ran.json)
    assert [check["number"] for check in data["checks"]] == list(range(1, 16))
    assert all(
        isinstance(check["count"], int) and check["level"] in ("ok", "note", "warning") for check in data["checks"]
    )
    shown = [line.split("│") for line in ran.text.splitlines() if line.startswith("│")]
    counted = {cells[1].strip(): cells[4].strip() for cells in shown if len(cells) == 7 and cells[1].strip().isdigit()}
    assert counted == {str(check["number"]): f"{check['count']:,}" for check in data["checks"]}


@pytest.mark.parametrize("write", WRITERS, ids=lambda w: w.__name__)
def test_no_message_about_bad_input_quotes_it(write, found, tmp_path):
    """The columns mixed up, so that names stand where times and channels should: what is said quotes none of them."""
    text = write(found, np.random.default_rng(1))
    swapped = re.sub(r"2026-04-(\d\d)", ADA + r" \1", text).replace("Apr 2026", ADA)
    path = tmp_path / "export"
    path.write_text(swapped, encoding="utf-8")
    done = CliRunner().invoke(main, ["calibrate", str(path), "--out", str(tmp_path / "out.yaml"), "--timezone", "UTC"])
    assert done.exit_code in (0, 2)
    assert not leaks(done.output)


def test_strange_values_are_named_only_where_they_are_words(found, tmp_path):
    """A channel column that holds names: counted, not shown; one that holds a word many times: shown."""
    path = tmp_path / "export.csv"
    text = desks.zendesk(found, np.random.default_rng(1))
    path.write_text(text.replace(",Mail,", ",Pigeon,", 60).replace(",Mail,", f",{ADA},", 5), encoding="utf-8")
    log = read_log(path, timezone="UTC")
    said = " ".join(map(str, log.problems))
    assert "pigeon" in said
    assert not leaks(said)
    assert "lovelace" not in said.lower()


def test_two_runs_share_no_key(found, tmp_path):
    path = tmp_path / "export"
    path.write_text(desks.zendesk(found, np.random.default_rng(1)), encoding="utf-8")
    one, two = (read_log(path, timezone="UTC") for _ in range(2))
    assert isinstance(one, ContactLog)
    assert isinstance(two, ContactLog)
    assert not set(one.rows["customer_key"].dropna()) & set(two.rows["customer_key"].dropna())
