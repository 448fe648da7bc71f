"""extends < file < overlays < --set: what wins, where every value comes from, and what cannot be read at all."""

from pathlib import Path

import pytest

from sim.scenario.load import load, resolve
from sim.scenario.problems import Origin, ScenarioProblems
from sim.scenario.show import difference, origin_lines, rows

GOOD = (Path(__file__).parent / "good.yaml").read_text(encoding="utf-8")
WEEK = (Path(__file__).parent / "week.csv").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the good scenario in it, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "week.csv").write_text(WEEK, encoding="utf-8")
    return tmp_path


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return name


def problems(path, overlays=(), sets=()) -> str:
    with pytest.raises(ScenarioProblems) as found:
        load(path, overlays, sets)
    return str(found.value)


def test_each_layer_wins_over_the_one_below(folder):
    write(folder, "more.yaml", "extends: good.yaml\nname: more\nteams: {frontline: {agents: 30}}\n")
    write(folder, "over.yaml", "teams: {frontline: {agents: 40, wage: 20 EUR/h}}\n")
    write(folder, "last.yaml", "teams: {frontline: {agents: 50}}\n")
    agents = [
        load("good.yaml"),
        load("more.yaml"),
        load("more.yaml", ["over.yaml"]),
        load("more.yaml", ["over.yaml", "last.yaml"]),
        load("more.yaml", ["last.yaml", "over.yaml"]),
        load("more.yaml", ["over.yaml", "last.yaml"], ["teams.frontline.agents=60"]),
    ]
    assert [each.scenario.teams["frontline"].agents for each in agents] == [26, 30, 40, 50, 40, 60]
    assert agents[-1].layers == ("good.yaml", "more.yaml", "over.yaml", "last.yaml", "--set teams.frontline.agents=60")


def test_every_override_is_kept_old_and_new(folder):
    write(folder, "more.yaml", "extends: good.yaml\nname: more\nteams: {frontline: {agents: 30}}\n")
    made = load("more.yaml", sets=["teams.frontline.agents=x 2"])
    seen = [(o.path, o.old, o.new, str(o.origin)) for o in made.overrides]
    assert seen == [
        ("teams.frontline.agents", "26", "30", "more.yaml:3:29"),
        ("teams.frontline.agents", "30", "60", "--set teams.frontline.agents=x 2"),
    ]


def test_every_value_knows_where_it_was_written(folder):
    write(folder, "over.yaml", "changes:\n  reasons.return.handle.mean: x 2\nteams: {frontline: {wage: 20 EUR/h}}\n")
    made = load("good.yaml", ["over.yaml"], ["demand.growth=1 %/year"])
    assert made.origin["customers.new"] == Origin("good.yaml", 17, 8)
    assert made.origin["channels.chat.speed"] == Origin("good.yaml", 61, 12)
    assert made.origin["reasons.return.handle.mean"] == Origin("over.yaml", 2, 31, "changes")
    assert made.origin["teams.frontline.wage"] == Origin("over.yaml", 3, 27)
    assert made.origin["demand.growth"] == Origin("--set", via="demand.growth=1 %/year")
    by_path = {row.path: row for row in rows(made)}
    assert by_path["channels.phone.notice"].is_default
    assert by_path["channels.phone.notice"].value == "1 min"
    assert by_path["channels.phone.notice"].unit == "a duration"
    lines = "\n".join(origin_lines(made))
    assert "default, a duration" in lines
    assert "over.yaml:2:31 (changes)" in lines
    assert "[measured: ticket log]" in lines


def test_maps_merge_lists_and_values_replace_and_null_removes(folder):
    write(
        folder,
        "over.yaml",
        "channels:\n  chat: {speed: [1.0, 0.9]}\n  phone: {callback: null, retry: {share: 10 %}}\n"
        "demand: {season: {nov: 2}}\n",
    )
    made = load("good.yaml", ["over.yaml"]).scenario
    assert made.channels["chat"].speed == [1.0, 0.9]
    assert made.channels["phone"].callback is None
    retry = made.channels["phone"].retry
    assert retry is not None
    assert (retry.share, retry.after.mean) == (0.1, 1_200_000)
    assert made.demand.season == {"nov": 2.0, "dec": 1.9}


def test_a_map_laid_on_a_short_form_keeps_its_value(folder):
    write(folder, "over.yaml", "reasons: {order_status: {lag: {cv: 0.5}}}\n")
    lag = load("good.yaml", ["over.yaml"]).scenario.reasons["order_status"].lag
    assert (lag.mean, lag.cv) == (3 * 86_400_000, 0.5)


def test_removing_what_is_not_there_is_a_problem(folder):
    write(folder, "over.yaml", "channels:\n  chat:\n    callback: null\n")
    assert problems("good.yaml", ["over.yaml"]) == (
        "over.yaml:3:5  channels.chat.callback\n"
        "    null (or nothing) removes what an earlier layer gave, and no earlier layer gave this"
    )


def test_a_file_has_its_own_name_and_an_overlay_may_have_one(folder):
    write(folder, "more.yaml", "extends: good.yaml\nteams: {frontline: {agents: 30}}\n")
    assert "'name' is missing" in problems("more.yaml")
    write(folder, "over.yaml", "name: renamed\nbecause: to see\n")
    assert load("good.yaml", ["over.yaml"]).scenario.name == "renamed"
    write(folder, "named.yaml", "extends: good.yaml\nname: named\n")
    assert load("named.yaml").scenario.title == ""  # a title is about its own file


def test_extends_is_relative_to_the_file_and_profiles_to_theirs(folder):
    write(folder, "deep/more.yaml", "extends: ../good.yaml\nname: more\n")
    made = load("deep/more.yaml")
    assert made.origin["customers.new"].source == "good.yaml"
    assert len(made.profiles["week.csv"]) == 336


def test_a_bundled_scenario_is_found_by_its_name(folder):
    write(folder, "mine.yaml", "extends: baseline\nname: mine\n")
    assert load("mine.yaml").digest == load("baseline").digest
    assert load("classic/erlang_c").scenario.name == "erlang_c"


def test_files_that_extend_each_other_are_refused(folder):
    write(folder, "a.yaml", "name: a\nextends: b.yaml\n")
    write(folder, "b.yaml", "name: b\nextends: a.yaml\n")
    assert problems("a.yaml") == (
        "b.yaml:2:10  extends\n    the files extend each other in a circle: a.yaml -> b.yaml -> a.yaml"
    )


def test_an_overlay_extends_nothing(folder):
    write(folder, "over.yaml", "extends: good.yaml\n")
    assert "an overlay extends nothing" in problems("good.yaml", ["over.yaml"])


def test_a_file_that_is_not_there_names_its_neighbour(folder):
    assert "there is no file 'goood.yaml'" in problems("goood.yaml")
    assert "did you mean 'good.yaml'?" in problems("goood.yaml")
    assert "did you mean 'good.yaml'?" in problems("good.yaml", ["gud.yaml"])
    write(folder, "more.yaml", "name: more\nextends: godo.yaml\n")
    assert problems("more.yaml").startswith("more.yaml:2:10  extends\n    there is no file 'godo.yaml'")


def test_a_folder_is_no_file(folder):
    assert "is a folder" in problems(str(folder))


def test_a_file_that_is_too_large_is_refused_unread(folder):
    write(folder, "big.yaml", "a: " + "x" * 1_000_001)
    assert problems("big.yaml") == (
        "big.yaml\n    the file has 1.0 MB\n    allowed: up to 1 MB; long profiles belong in a CSV"
    )


def test_aliases_that_multiply_are_refused(folder):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 9)]
    write(folder, "bomb.yaml", "\n".join(lines))
    assert "too large once its aliases are written out" in problems("bomb.yaml")


def test_an_alias_stands_for_its_anchor(folder):
    text = GOOD.replace("after: 20 min", "after: &twenty 20 min").replace("patience: 4 min", "patience: *twenty")
    write(folder, "alias.yaml", text)
    assert load("alias.yaml").scenario.channels["chat"].patience.mean == 1_200_000


def test_deep_nesting_is_refused_in_words(folder):
    write(folder, "deep.yaml", "a: " + "[" * 60 + "]" * 60)
    assert "nested too deeply" in problems("deep.yaml")


def test_times_and_small_words_stay_text(folder):
    text = GOOD.replace("order_status", "no").replace("helper", "on")
    made = load(write(folder, "words.yaml", text)).scenario
    assert "no" in made.reasons
    assert "on" in made.bots


def test_names_with_dots_are_found_with_and_without_quotes(folder):
    write(folder, "dots.yaml", GOOD.replace("order_status", "order.status"))
    assert load("dots.yaml", sets=["reasons.order.status.per_order=1"]).scenario.reasons["order.status"].per_order == 1
    made = load("dots.yaml", sets=['reasons."order.status".handle.mean=x 2'])
    assert made.scenario.reasons["order.status"].handle.mean == 480_000
    assert 'reasons."order.status".handle.mean' in made.origin


def test_evidence_beside_a_value_in_a_block_and_by_path(folder):
    write(
        folder,
        "over.yaml",
        "reasons: {return: {evidence: {level: benchmark, source: a study}}}\n"
        "channels: {phone: {retry: {share: {value: 45 %, evidence: assumed}}}}\n"
        "evidence:\n  teams.*.wage: {level: measured}\n  channels.phone.notice: {level: assumed}\n",
    )
    evidence = load("good.yaml", ["over.yaml"]).scenario.evidence
    assert {path: each.level for path, each in evidence.items()} == {
        "reasons.return": "benchmark",
        "reasons.technical.resolved_first": "measured",
        "channels.phone.retry.share": "assumed",
        "teams.frontline.wage": "measured",
        "teams.experts.wage": "measured",
        "channels.phone.notice": "assumed",
    }


def test_evidence_goes_with_the_value_that_it_was_about(folder):
    made = load("good.yaml", sets=["reasons.technical.resolved_first=70 %"])
    assert "reasons.technical.resolved_first" not in made.scenario.evidence


def test_evidence_about_nothing_is_a_problem(folder):
    write(folder, "over.yaml", "evidence: {teams.frontlin.wage: {level: measured}}\n")
    found = problems("good.yaml", ["over.yaml"])
    assert "nothing matches 'frontlin'" in found
    assert "did you mean 'teams.frontline'?" in found


def test_the_digest_is_the_worlds_and_not_its_names(folder):
    base = load("good.yaml").digest
    same = (
        ["name=other", "title=Other", "experiment.seed=1", "experiment.replications=3"],
        ["channels.chat.patience=240 s"],
        ["channels.phone.notice=1 min"],
    )
    assert {load("good.yaml", sets=sets).digest for sets in same} == {base}
    other = ("teams.frontline.agents=27", "demand.events.strike.until=2027-10-09", "horizon.months=11")
    digests = {load("good.yaml", sets=[change]).digest for change in other}
    assert len(digests | {base}) == 4
    write(folder, "week.csv", WEEK.replace("1", "2", 1))
    assert load("good.yaml").digest != base


def test_a_document_in_memory_needs_no_file():
    document = load(Path(__file__).parent / "good.yaml").document
    again = resolve(document, Path(__file__).parent)
    assert again.digest == load(Path(__file__).parent / "good.yaml").digest
    with pytest.raises(ScenarioProblems) as found:
        resolve({**document, "name": 7.5, "frills": {}}, Path(__file__).parent)
    assert [problem.path for problem in found.value.problems] == ["frills", "name"]
    assert all(problem.origin.line == 0 for problem in found.value.problems)


def test_a_difference_shows_what_changed_and_where(folder):
    write(
        folder,
        "more.yaml",
        "extends: good.yaml\nname: good\ntitle: A shop with a bot\nteams: {frontline: {agents: 30}}\n"
        "channels: {chat: {patience: 240 s}, phone: {callback: null}}\ndemand: {season: {jan: 0.5}}\n",
    )
    found = difference(load("good.yaml"), load("more.yaml"))
    assert [(d.path, d.old, d.new, d.kind, str(d.origin)) for d in found] == [
        ("demand.season.jan", "(none)", "0.5", "added", "more.yaml:6:24"),
        ("teams.frontline.agents", "26", "30", "changed", "more.yaml:4:29"),
        ("channels.phone.callback.when_wait_over", "2 min", "(none)", "removed", "good.yaml:55:32"),
        ("channels.phone.callback.accepted", "50 %", "(none)", "removed", "good.yaml:55:49"),
    ]
