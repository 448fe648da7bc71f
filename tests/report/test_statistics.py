"""What people are told about the warm-up and about where intervals come from."""

from pathlib import Path

from evaluate.compare import compare
from evaluate.simulate import simulate_all
from report.answer import remarks, warnings
from report.as_json import as_json
from report.page import page
from report.terminal import as_text, basis
from sim.scenario.load import resolve
from tests.report.worlds import tiny

FOLDER = Path("results/x")


def desk(rate: str, replications: int, length: str = "6 days"):
    """One agent who can do ten an hour."""
    document = tiny(
        horizon={"start": "2027-01-04", "length": length},
        reasons={"help": {"rate": rate, "channels": {"phone": "100 %"}, "handle": {"mean": "6 min", "cv": 1}}},
        channels={"phone": {"patience": "never"}},
        teams={"desk": {"agents": 1, "serves": ["phone"]}},
    )
    return compare(simulate_all([resolve(document)], replications=replications))


def test_a_queue_that_grows_is_told_everywhere():
    found = desk("14 /h", 6)
    (line,) = warnings(found)
    assert line.startswith("tiny: the phone queue keeps growing over the first 6 days")
    assert line in remarks(found)
    assert as_json(found, FOLDER)["warnings"] == [line]
    assert as_json(found, FOLDER)["scenarios"][0]["warm_up"][0]["verdict"] == "growing"
    assert "the phone queue keeps growing" in " ".join(as_text(found, FOLDER).split())
    assert page(found, []).split("<h3>Caveats</h3>")[1].count("keeps growing") == 1


def test_a_warm_up_that_is_long_enough_is_told_only_in_the_method():
    found = desk("5 /h", 6)
    assert warnings(found) == []
    assert "the warm-up is long enough for phone, judged by the first 6.0 days after it" in page(found, [])


def test_it_is_said_which_intervals_there_are():
    assert "intervals 95 % from means of" in basis(desk("6 /h", 1, "30 days"))
    assert as_json(desk("6 /h", 1, "30 days"), FOLDER)["intervals_from"] == "batch means"
    assert basis(desk("5 /h", 1, "1 day")).endswith("no intervals.")
    assert as_json(desk("5 /h", 2, "1 day"), FOLDER)["intervals_from"] == "replications"
