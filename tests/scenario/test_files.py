"""A file is written whole or not at all, whoever else is at it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.scenario.files import write_whole


def test_a_file_is_replaced_with_its_rights_kept_and_a_link_is_followed(tmp_path):
    file, link = tmp_path / "plan.yaml", tmp_path / "link.yaml"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, "new ü")
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "new ü"
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.yaml", "plan.yaml"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "half of it, and then \ud800")
    assert file.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.yaml"]
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "nowhere" / "plan.yaml", "text")


def test_many_writers_of_one_file_leave_the_text_of_one(tmp_path):
    file = tmp_path / "plan.yaml"
    texts = [str(number) * 50_000 for number in range(8)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda text: write_whole(file, text), texts * 5))
    assert file.read_text(encoding="utf-8") in texts
    assert [each.name for each in tmp_path.iterdir()] == ["plan.yaml"]
