"""The file of the evidence cache: where it is, whether it is ours, and the database in it."""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sqlite3
import stat
import sys
from pathlib import Path

from gitsig._version import __version__
from gitsig.engine.records import RECORDS_FORMAT
from gitsig.engine.secret import Seal, open_seal
from gitsig.keys.private import cache_root, make_private
from gitsig.model import ObjectFormat
from gitsig.store.directories import common_dir

__all__ = ["CacheFile", "CacheUnfit", "cache_paths", "open_file"]

_BUSY = 2.0
"""Seconds to wait for another gitsig that is writing."""
_BESIDE = ("-journal", "-wal", "-shm")
_COUNTS = ("SELECT count(*) FROM places", "SELECT count(*) FROM verified WHERE length(name) = 64")
"""Audits are named by a SHA-256 in hex (`finished_name`)."""
_SUPER = bytes.fromhex("d9d505f920a163d7")
"""What a journal with the name of a super-journal ends with (sqlite.org/fileformat2.html §3 and pager.c)."""
_PRAGMAS = ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = OFF", "cache_size = -16384")
"""Ids come in no order: without 16 MiB of pages at hand each would be written and read again."""
_TABLES = (
    "CREATE TABLE about (id INTEGER PRIMARY KEY CHECK (id = 0), context TEXT NOT NULL, mac BLOB NOT NULL)",
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY, mac BLOB NOT NULL, body BLOB NOT NULL)",
    "CREATE TABLE places (oid BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE verified (name TEXT PRIMARY KEY, mac BLOB NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
)


class CacheUnfit(Exception):
    """Raised, with words, for a cache that must not be used."""


class CacheFile:
    """An open database and the seal of its contents."""

    def __init__(self, path: Path, database: sqlite3.Connection, seal: Seal) -> None:
        self.path = path
        self.database = database
        self.seal = seal

    def counts(self) -> tuple[int, int]:
        """Objects with evidence, and audits that accepted everything. Raises CacheUnfit for a damaged database."""
        try:
            objects, audits = (self.database.execute(query).fetchone()[0] for query in _COUNTS)
        except sqlite3.Error as error:
            raise CacheUnfit(f"{self.path} is damaged ({error})") from error
        return objects, audits


def cache_paths(git_dir: Path) -> tuple[Path, Path]:
    """Where the cache of a repository may be: inside its git directory, else in the user's cache folder."""
    common = common_dir(git_dir)
    name = hashlib.sha256(os.fsencode(common.resolve())).hexdigest()[:32]
    return common / "gitsig" / "evidence.sqlite3", cache_root() / "evidence" / f"{name}.sqlite3"


def open_file(git_dir: Path, object_format: ObjectFormat) -> CacheFile:
    """Open the cache of a repository, made anew if need be. Raises CacheUnfit."""
    # Python's own version is part of it, because it alone says what `marshal` means.
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {marshal.version}"
    context = f"gitsig {__version__} records {RECORDS_FORMAT} {object_format} {python}"
    seal = open_seal(context)
    if seal is None:
        raise CacheUnfit(f"{cache_root()} is no private folder, so there is no secret to know our own evidence by")
    inside, outside = cache_paths(git_dir)
    path = inside if _make_folder(inside.parent) else outside
    if path is outside and not (make_private(cache_root()) and make_private(outside.parent)):
        raise CacheUnfit(f"neither {inside.parent} nor {outside.parent} can be written")
    try:
        return CacheFile(path, _database(path, context, seal), seal)
    except (OSError, sqlite3.Error) as error:
        raise CacheUnfit(f"{path}: {error}") from error


def _make_folder(folder: Path) -> bool:
    """Whether the folder in the git directory is ours to write in; one of somebody else's is left alone."""
    with contextlib.suppress(OSError):
        if folder.parent.stat().st_uid != os.geteuid():
            return False
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022
        return ours and os.access(folder, os.W_OK)
    return False


def _database(path: Path, context: str, seal: Seal) -> sqlite3.Connection:
    """The database at `path`; one of another version makes room. Raises CacheUnfit, OSError or sqlite3.Error."""
    for _ in range(2):
        new = _make_file(path)
        database = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                database.execute(f"PRAGMA {pragma}")
            if new or _is_empty(database):
                _set_up(database, context, seal)
            if _is_ours(database, context, seal):
                return database
        except BaseException:
            database.close()
            raise
        database.close()
        path.unlink()
    raise CacheUnfit(f"{path} cannot be made anew")


def _make_file(path: Path) -> bool:
    """Make the file, private from the start; True if it was not there. Raises CacheUnfit for one that is not ours."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        new = False
    else:
        new = True
    for each in (path, *(Path(f"{path}{ending}") for ending in _BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            if not _is_private(each):
                raise CacheUnfit(f"{each} is not a private file of ours (mode 0600); remove it")
    return new


def _is_private(path: Path) -> bool:
    """Whether it is a file of ours alone, and no journal that names another one. Raises OSError."""
    status = path.lstat()
    private = stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and not status.st_mode & 0o077
    if not private or status.st_uid != os.geteuid():
        return False
    # A journal that came with a repository may name a super-journal, which SQLite removes when it has rolled back:
    # any file that we may remove. Ours never do, as no transaction spans two databases.
    return not path.name.endswith("-journal") or _tail(path, len(_SUPER)) != _SUPER


def _tail(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - size))
        return file.read(size)


def _is_empty(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _set_up(database: sqlite3.Connection, context: str, seal: Seal) -> None:
    database.execute("BEGIN IMMEDIATE")
    if _is_empty(database):
        for table in _TABLES:
            database.execute(table)
        database.execute("INSERT INTO about VALUES (0, ?, ?)", (context, seal.mac(b"about", context.encode())))
    database.execute("COMMIT")


def _is_ours(database: sqlite3.Connection, context: str, seal: Seal) -> bool:
    """Whether this very version wrote it, with the user's secret, and nothing else stands in its schema."""
    tables = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    if tables != [(table,) for table in _TABLES]:
        return False
    about: list[tuple[str, bytes]] = database.execute("SELECT context, mac FROM about").fetchall()
    return about == [(context, seal.mac(b"about", context.encode()))]
