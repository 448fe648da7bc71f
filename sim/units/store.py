"""Finished units on disk, in one SQLite file: written at once, shared by processes, and never trusted blindly.

Every write is one transaction of a write-ahead log, so that a process that is killed at any moment leaves either all of
it or nothing. A row carries a checksum of its bytes. A row that fails it is dropped and computed again; a file that is
no database any more is set aside under another name, and a new one takes its place. The store can be deleted at any
time at the cost of computing again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sim.units.unit import Unit

NAME = "units.sqlite"
SCHEMA = 1
CLAIM_S = 30.0
"""A claim that is not renewed for so long is void."""
_BUSY_S = 60.0
_PAUSE_S = 0.01
_MOST_ASKED = 500
_TABLES = (
    "CREATE TABLE IF NOT EXISTS units (key TEXT PRIMARY KEY, digest TEXT NOT NULL, version TEXT NOT NULL, "
    "checksum BLOB NOT NULL, value BLOB NOT NULL, computed INTEGER NOT NULL, at REAL NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {SCHEMA}",
)
Tell = Callable[[str], None]
Found = TypeVar("Found")


class StoreFull(RuntimeError):
    """There is no room for what has been computed; the message says what to do."""


class StoreRefused(RuntimeError):
    """No store can be kept here; the message says why."""


def parts(path: Path) -> list[Path]:
    """A store's file and, as long as they are there, those of its log."""
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]


def remove(path: Path) -> None:
    """Removes a store, its log and its lock. Raises OSError."""
    for part in (*parts(path), path.with_name(f"{path.name}.lock")):
        part.unlink(missing_ok=True)


class Store:
    """Finished units of one folder of runs. Use from one thread; any number of processes may share the file."""

    def __init__(self, folder: Path, version: str, tell: Tell, name: str = NAME) -> None:
        """Opens the store, made if need be. Raises StoreRefused where it cannot be written."""
        self.path = folder / name
        self._version, self._tell = version, tell
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._renewed = 0.0
        self._db = self._opened()

    # Opening, and what to do about damage

    def _opened(self) -> sqlite3.Connection:
        for _ in range(3):
            try:
                return self._connected()
            except sqlite3.OperationalError as problem:
                if not _is_damage(problem):
                    raise StoreRefused(f"{self.path}: {problem}") from None
                self._set_aside(problem)
            except sqlite3.DatabaseError as problem:
                self._set_aside(problem)
        raise StoreRefused(f"{self.path}: it was damaged again at once")

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)
        try:
            _write_ahead(db)
            db.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing; a power cut the last moments
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, SCHEMA):
                raise sqlite3.DatabaseError(f"it has schema {found}, and this version of deskplan knows {SCHEMA}")
            with _transaction(db):
                for table in _TABLES:
                    db.execute(table)
            said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                raise sqlite3.DatabaseError(" ".join(said.replace("*** in database main ***", "").split()))
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self, problem: Exception) -> None:
        """Renames the damaged file; by one process only, where several see the damage."""
        with (self.path.parent / f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                self._connected().close()
                return  # another process has set it aside meanwhile
            except sqlite3.DatabaseError as still:
                if not _is_damage(still):  # busy, or not to be written: a new one that somebody else is at
                    raise StoreRefused(f"{self.path}: {still}") from None
            aside = self.path.with_name(f"units-damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.sqlite")
            while aside.exists():
                aside = aside.with_name(f"{aside.stem}-2.sqlite")
            for part, place in zip(parts(self.path), parts(aside), strict=True):
                if part.exists():
                    part.rename(place)
        self._tell(
            f"The store of finished work, {self.path}, is damaged ({problem}). It is set aside as {aside.name}, and "
            "what it held is computed again."
        )

    def _tried(self, work: Callable[[sqlite3.Connection], Found]) -> Found:
        """Does something with the database; once more with a new one, where it turns out damaged."""
        try:
            return work(self._db)
        except sqlite3.DatabaseError as problem:
            if _is_full(problem):
                raise StoreFull(
                    f"{self.path} cannot grow: {problem}. What is finished so far is kept; make room, and give the "
                    "same command again"
                ) from None
            if isinstance(problem, sqlite3.OperationalError) and not _is_damage(problem):
                raise StoreRefused(f"{self.path}: {problem}") from None
            self._db.close()
            self._set_aside(problem)
            self._db = self._opened()
            return work(self._db)

    # Units

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Those of the units that are finished, by key."""
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), _MOST_ASKED):
            some = keys[start : start + _MOST_ASKED]
            marks = ",".join("?" * len(some))
            asked = f"SELECT key, checksum, value FROM units WHERE key IN ({marks})"
            for key, checksum, value in self._tried(lambda db, a=asked, s=some: db.execute(a, s).fetchall()):  # type: ignore[misc]
                if checksum == _checksum(key, value):
                    found[key] = value
                else:
                    self.drop(key)
        return found

    def drop(self, key: str) -> None:
        """Forgets a unit whose bytes are not what was written."""
        self._tell(f"A finished unit in {self.path} is damaged ({key[:8]}); it is dropped and computed again.")
        self._write([("DELETE FROM units WHERE key = ?", (key,))])

    def put(self, done: Iterable[tuple[Unit, bytes]]) -> None:
        """Keeps finished units, all of them or none. Raises StoreFull."""
        now = time.time()
        writes: list[tuple[str, tuple[object, ...]]] = []
        for unit, value in done:
            row = (unit.key, unit.digest, self._version, _checksum(unit.key, value), value, now)
            writes.append((
                "INSERT INTO units (key, digest, version, checksum, value, computed, at) VALUES (?, ?, ?, ?, ?, 1, ?) "
                "ON CONFLICT (key) DO UPDATE SET computed = computed + 1", row))  # fmt: skip
            writes.append(("DELETE FROM claims WHERE key = ?", (unit.key,)))
        self._write(writes)

    def _write(self, writes: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        def work(db: sqlite3.Connection) -> None:
            with _transaction(db):
                for statement, values in writes:
                    db.execute(statement, values)

        self._tried(work)

    # Who is at work on what

    def claim(self, keys: Sequence[str]) -> set[str]:
        """Says that this process works on units; those that it may have: no other living process is at work on them,
        and they are not finished."""
        now = time.time()

        def work(db: sqlite3.Connection) -> set[str]:
            mine: set[str] = set()
            with _transaction(db):
                for key in keys:
                    held = db.execute("SELECT owner, until FROM claims WHERE key = ?", (key,)).fetchone()
                    if held is not None and held[0] != self._owner and held[1] > now and _lives(held[0]):
                        continue
                    if db.execute("SELECT 1 FROM units WHERE key = ?", (key,)).fetchone():
                        continue
                    db.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", (key, self._owner, now + CLAIM_S))
                    mine.add(key)
            return mine

        return self._tried(work)

    def renew(self) -> None:
        """Keeps this process's claims; to be called now and then."""
        now = time.time()
        if now - self._renewed > CLAIM_S / 3:
            self._renewed = now
            self._write([("UPDATE claims SET until = ? WHERE owner = ?", (now + CLAIM_S, self._owner))])

    def close(self) -> None:
        """Gives up this process's claims."""
        with suppress(StoreFull, StoreRefused, sqlite3.Error):  # they run out by themselves
            self._write([("DELETE FROM claims WHERE owner = ?", (self._owner,))])
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _write_ahead(db: sqlite3.Connection) -> None:
    """Turns the write-ahead log on. SQLite asks no busy handler here: where two processes make the file at once, one is
    told at once that it is locked."""
    deadline = time.monotonic() + _BUSY_S
    while db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":  # it stays in the file
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as problem:
            if not _is_busy(problem) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_S)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _checksum(key: str, value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=16, key=key.encode()).digest()


def _is_damage(problem: sqlite3.Error) -> bool:
    name = getattr(problem, "sqlite_errorname", "")
    return not isinstance(problem, sqlite3.OperationalError) or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _is_busy(problem: sqlite3.Error) -> bool:
    return getattr(problem, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _is_full(problem: sqlite3.Error) -> bool:
    return getattr(problem, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR"))


def _lives(owner: str) -> bool:
    """Whether the process that claims something may still be there; of another machine nobody knows."""
    host, _, number = owner.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return True
