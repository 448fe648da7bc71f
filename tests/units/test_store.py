"""The store: one row a finished unit, shared, killed at any moment, damaged, full, read-only."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from sim.units.store import NAME, Store, StoreFull, StoreRefused
from sim.units.unit import Unit


def unit(number, digest="d" * 64):
    return Unit(digest, 1, "fast", False, number, 1)


def value(number):
    return bytes([number % 256]) * 2000


@pytest.fixture
def told():
    return []


@pytest.fixture
def store(tmp_path, told):
    with Store(tmp_path, "v1", told.append) as opened:
        yield opened


def keys(*numbers):
    return [unit(number).key for number in numbers]


def test_what_is_put_is_there_for_the_next_process(tmp_path, told):
    with Store(tmp_path, "v1", told.append) as first:
        first.put((unit(k), value(k)) for k in range(1500))
    with Store(tmp_path, "v1", told.append) as second:
        found = second.get(keys(*range(1600)))
    assert found == {unit(k).key: value(k) for k in range(1500)}
    assert told == []


def test_it_counts_how_often_a_unit_was_computed(store):
    store.put([(unit(1), value(1)), (unit(2), value(2))])
    store.put([(unit(1), b"other bytes")])
    with sqlite3.connect(store.path) as db:
        assert dict(db.execute("SELECT key, computed FROM units")) == {unit(1).key: 2, unit(2).key: 1}
    assert store.get(keys(1)) == {unit(1).key: value(1)}  # the first to finish is kept


def test_a_damaged_row_is_dropped_and_said(store, told):
    store.put([(unit(1), value(1)), (unit(2), value(2))])
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE units SET value = ? WHERE key = ?", (b"x" + value(1)[1:], unit(1).key))
    assert store.get(keys(1, 2)) == {unit(2).key: value(2)}
    assert "damaged" in told[0]
    assert len(told) == 1
    store.put([(unit(1), value(1))])
    assert store.get(keys(1)) == {unit(1).key: value(1)}


@pytest.mark.parametrize("how", ["garbage", "half", "header", "empty page"])
def test_a_damaged_file_is_set_aside_and_replaced(tmp_path, told, how):
    with Store(tmp_path, "v1", told.append) as first:
        first.put((unit(k), os.urandom(2000)) for k in range(300))
    path = tmp_path / NAME
    for suffix in ("-wal", "-shm"):
        path.with_name(NAME + suffix).unlink(missing_ok=True)
    whole = path.read_bytes()
    damaged = {
        "garbage": os.urandom(len(whole)),
        "half": whole[: len(whole) // 2],
        "header": b"\x00" * 100 + whole[100:],
        "empty page": whole[: 5 * 4096] + b"\xff" * 4096 * 20 + whole[25 * 4096 :],
    }[how]
    path.write_bytes(damaged)
    with Store(tmp_path, "v1", told.append) as second:
        assert second.get(keys(*range(300))) == {}
        second.put([(unit(1), value(1))])
        assert second.get(keys(1)) == {unit(1).key: value(1)}
    aside = list(tmp_path.glob("units-damaged-*.sqlite"))
    assert len(aside) == 1
    assert aside[0].stat().st_size == len(damaged)  # to open it may change its header
    assert aside[0].name in told[0]
    assert "computed again" in told[0]


def test_damage_that_comes_while_it_is_open_is_survived(tmp_path, told):
    with Store(tmp_path, "v1", told.append) as store:
        store.put((unit(k), os.urandom(5000)) for k in range(300))
        store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = store.path.stat().st_size
        with store.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (size - 4096))
        store._db.execute("PRAGMA cache_size = 0")
        store._db.execute("PRAGMA shrink_memory")
        found = store.get(keys(*range(300)))
        store.put([(unit(400), value(400))])
        assert store.get(keys(400)) == {unit(400).key: value(400)}
    assert found == {} or told
    assert told


def test_a_store_of_another_schema_is_set_aside(tmp_path, told):
    with sqlite3.connect(tmp_path / NAME) as db:
        db.execute("PRAGMA user_version = 99")
        db.execute("CREATE TABLE units (key TEXT)")
    db.close()
    with Store(tmp_path, "v1", told.append) as store:
        assert store.get(keys(1)) == {}
    assert "schema 99" in told[0]


def test_a_full_disk_is_told_in_words_and_loses_nothing(tmp_path, told):
    with Store(tmp_path, "v1", told.append) as store:
        store.put([(unit(1), value(1))])
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreFull, match="make room, and give the same command again"):
            store.put((unit(k), os.urandom(4000)) for k in range(2, 50))
        assert store.get(keys(1)) == {unit(1).key: value(1)}
    with Store(tmp_path, "v1", told.append) as again:
        assert again.get(keys(1)) == {unit(1).key: value(1)}


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path, told):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreRefused):
            Store(tmp_path, "v1", told.append)
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_the_place_of_the_store_is_refused(tmp_path, told):
    (tmp_path / NAME).mkdir()
    with pytest.raises(StoreRefused):
        Store(tmp_path, "v1", told.append)


def test_claims_keep_two_processes_apart(tmp_path, told):
    script = (
        "import sys; from pathlib import Path; from sim.units.store import Store\n"
        "store = Store(Path(sys.argv[1]), 'v1', print)\n"
        "print(sorted(store.claim(sys.argv[2:])), flush=True)\n"
        "sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), *keys(1, 2)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == f"{sorted(keys(1, 2))}\n"
    with Store(tmp_path, "v1", told.append) as store:
        assert store.claim(keys(1, 2, 3)) == set(keys(3))
        store.put([(unit(3), value(3))])
        assert store.claim(keys(3)) == set()  # finished: nobody need work on it
        other.kill()
        other.communicate()
        assert store.claim(keys(1, 2)) == set(keys(1, 2))  # its owner is dead


def test_a_store_locked_by_others_for_long_is_refused_and_not_set_aside(tmp_path, told, monkeypatch):
    monkeypatch.setattr("sim.units.store._BUSY_S", 0.05)
    with Store(tmp_path, "1", told.append) as mine, closing(sqlite3.connect(mine.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreRefused, match="locked"):
            mine.claim(["a"])
        other.execute("ROLLBACK")
        assert mine.claim(["a"]) == {"a"}
    assert told == []


def test_a_store_that_another_process_makes_at_the_same_moment_is_waited_for(tmp_path, told):
    """SQLite refuses at once, whatever time it is given, where two turn its write-ahead log on together."""
    with closing(sqlite3.connect(tmp_path / NAME, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        done.start()
        with Store(tmp_path, "v1", told.append) as store:
            assert store.claim(["a"]) == {"a"}
        done.join()
    assert told == []
