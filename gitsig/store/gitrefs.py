"""Refs read from their files (gitrepository-layout(5), git-pack-refs(1)), as `gitsig.engine` reads symbolic ones too.

`git for-each-ref` warns of a ref that it cannot read, passes it over and reports success; an audit that does not see a
branch would pass it over as well (R6). Repositories with another store of refs (reftable) are refused when opened.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import ObjectFault
from gitsig.store.directories import common_dir

__all__ = ["Ref", "RefFiles"]

_DEPTH = 5  # as git
_LONGEST = 4096
_TOP_LEVEL = re.compile(r"[A-Z][A-Z_]*")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|\.\Z")
_OF_THE_WORK_TREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
_MEND = "git fsck; git update-ref -d REF"


class Ref(NamedTuple):
    """What one ref holds."""

    symbolic: bool
    value: str
    """The name of another ref, or an object id."""


class RefFiles:
    """The refs of one repository. Nothing is kept: each question reads the files."""

    def __init__(self, git_dir: Path, digits: int) -> None:
        """`digits` is the length of an object id in hex."""
        self._own = git_dir
        self._common = common_dir(git_dir)
        oid = rb"[0-9a-fA-F]{%d}" % digits
        self._loose = re.compile(rb"(%b)(?![^\s\0])" % oid)
        self._packed = re.compile(rb"(%b) ([^\n]+)\n(?:\^%b\n)?|#[^\n]*\n" % (oid, oid))
        self._logged = re.compile(rb"%b (%b) " % (oid, oid))

    def ends(self) -> Iterator[tuple[str, str]]:
        """Give (full name, id at its end) of every ref but HEAD, by name; one that ends nowhere is left out.

        Raises ObjectFault for a ref that cannot be read, and where they cannot be listed.
        """
        loose = self._loose_names()
        packed = self._packed_refs()  # after the others: a ref may be packed meanwhile
        for name in sorted(loose.union(packed)):
            end = (name, packed[name]) if name not in loose else self.follow(name)
            if end is not None:
                yield name, end[1]

    def read(self, name: str) -> Ref | None:
        """Give what a ref holds, or None where there is none. Raises ObjectFault for one that cannot be read."""
        if not _is_name(name):
            return None
        path = self._base(name) / name
        try:
            target = os.readlink(path) if path.is_symlink() else ""  # noqa: PTH115 - Path would normalise the name
            if target.startswith("refs/"):
                return Ref(True, target)  # how git wrote symbolic refs at first, and still reads them
            with path.open("rb") as file:
                data = file.read(_LONGEST)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return self._read_packed(name)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise ObjectFault(f"the ref cannot be read: {error.strerror}", where=name, mend=_MEND) from error
        if data.startswith(b"ref:"):
            return Ref(True, os.fsdecode(data[4:].strip()))
        found = self._loose.match(data)
        if found is None:
            raise ObjectFault("the ref cannot be read: it names no object", where=name, mend=_MEND)
        return Ref(False, found[1].decode("ascii").lower())

    def follow(self, name: str) -> tuple[str, str] | None:
        """Give (name, id) at the end of a ref, or None where it ends nowhere. Raises as `read` does."""
        start = name
        for _ in range(_DEPTH + 1):
            ref = self.read(name)
            if ref is None:
                return None
            if not ref.symbolic:
                return name, ref.value
            name = ref.value
            if not _is_name(name):
                raise ObjectFault("the ref cannot be read: it leads to no name of a ref", where=start, mend=_MEND)
        raise ObjectFault("the ref cannot be read: it leads through too many others", where=start, mend=_MEND)

    def logged(self, name: str, back: int) -> str | None:
        """Give the id that a ref had `back` changes ago by its reflog, or None."""
        path = self._base(name) / "logs" / name
        try:
            lines = path.read_bytes().splitlines()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise ObjectFault(f"the reflog cannot be read: {error.strerror}", where=name) from error
        found = self._logged.match(lines[-1 - back]) if back < len(lines) else None
        return found[1].decode("ascii").lower() if found else None

    def _base(self, name: str) -> Path:
        shared = name.startswith("refs/") and not name.startswith(_OF_THE_WORK_TREE)
        return self._common if shared else self._own

    def _read_packed(self, name: str) -> Ref | None:
        if not name.startswith("refs/"):
            return None
        data = b"\n" + self._packed_file()
        place = data.find(b" %b\n" % os.fsencode(name))
        if place < 0:
            return None
        found = self._packed.match(data, data.rfind(b"\n", 0, place) + 1)
        if found is None or found.start(2) != place + 1:
            raise self._damaged()
        return Ref(False, found[1].decode("ascii").lower())

    def _loose_names(self) -> set[str]:
        roots = dict.fromkeys((self._common, self._own))
        return {name for root in roots for name in _files(root) if self._base(name) == root and _is_name(name)}

    def _packed_refs(self) -> dict[str, str]:
        data = self._packed_file()
        refs: dict[str, str] = {}
        position = 0
        while position < len(data):
            found = self._packed.match(data, position)
            name = os.fsdecode(found[2] or b"") if found else ""
            if found is None or (name and not _is_name(name)):
                raise self._damaged()
            if name:
                refs[name] = found[1].decode("ascii").lower()
            position = found.end()
        return refs

    def _packed_file(self) -> bytes:
        try:
            return (self._common / "packed-refs").read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ObjectFault(f"packed refs cannot be read: {error.strerror}", where=str(self._common)) from error

    def _damaged(self) -> ObjectFault:
        return ObjectFault("the file packed-refs is damaged", where=str(self._common), mend="git fsck")


def _is_name(name: str) -> bool:
    """Whether git allows the name (git-check-ref-format(1)), which never leads out of the git directory."""
    if not name.startswith("refs/"):
        return _TOP_LEVEL.fullmatch(name) is not None
    if _FORBIDDEN.search(name):
        return False
    return not any(part == "" or part.startswith(".") or part.endswith(".lock") for part in name.split("/"))


def _files(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root / "refs", onerror=_refuse):
        for each in folders:
            if Path(folder, each).is_symlink():
                raise ObjectFault("refs behind a symbolic link cannot be listed", where=str(Path(folder, each)))
        yield from (f"{Path(folder).relative_to(root).as_posix()}/{file}" for file in files)


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise ObjectFault(f"refs cannot be listed: {error.strerror}", where=str(error.filename)) from error
