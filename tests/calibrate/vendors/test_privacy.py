"""Nothing personal that an export holds reaches any output: files, tables, JSON, messages, logs."""

from __future__ import annotations

import logging
import re

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.calibrate.contacts import ContactLog
from sim.calibrate.vendors.read import read_log
from tests.calibrate.vendors import centres, desks
from tests.calibrate.vendors.desks import ADA, BODY, GRACE, GRACE_MAIL, MAIL, SUBJECT, TEL
from tests.calibrate.vendors.world import Fact, call_centre, facts

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


@pytest.mark.parametrize("write", WRITERS, ids=lambda w: w.__name__)
def test_no_name_number_or_text_leaves_the_export(write, found, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "export"
    text = write(found, np.random.default_rng(1))
    assert leaks(text)  # the export does hold them
    path.write_text(text, encoding="utf-8")
    outputs = []
    for form in ("text", "json"):
        command = ["calibrate", str(path), "--out", str(tmp_path / "out.yaml"), "--timezone", "Europe/Berlin"]
        done = CliRunner().invoke(main, [*command, "--format", form])
        assert done.exit_code == 0, done.output
        outputs.append(done.output)
    outputs += [p.read_text(encoding="utf-8") for p in sorted(tmp_path.iterdir()) if p != path]
    assert len(outputs) >= 5
    assert not leaks("\n".join(outputs))
    assert not leaks(caplog.text)
    log = read_log(path, timezone="Europe/Berlin")
    assert isinstance(log, ContactLog)
    for frame in (log.raw, log.rows):
        assert not leaks(frame.to_csv())
        for key in ("contact_id", "case_id", "customer_key", "agent_key"):
            assert frame[key].dropna().str.fullmatch(r"[0-9a-f]{16}").all()


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
