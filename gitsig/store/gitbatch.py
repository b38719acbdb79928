"""Questions to one `git cat-file --batch-command` (git 2.36 or newer), an object at a time.

Its answers are not believed: whoever reads hashes the bytes. What must hold here is that an answer belongs to its
question, that a large object is never asked for, and that a git that hangs or dies is a fault and not an absence (R6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gitsig.errors import EnvironmentFault, GitsigError, ObjectFault
from gitsig.store.gitchild import Child

__all__ = ["CatFile"]

_COMMAND = ("cat-file", "--batch-command", "--buffer")
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEADER = re.compile(rb"([0-9a-f]+) (?:missing|(commit|tree|blob|tag) (0|[1-9][0-9]{0,18}))")
_LONGEST = 4096
_USAGE = 129
"""Git's exit code for an option that it does not know."""
_HARMLESS = re.compile(r"error: (?:object directory|unable to normalize alternate|.*ignoring alternate)")
"""What git says of alternates that are not there, and goes on."""


class CatFile:
    """Types, sizes and contents of objects. A forked process gets a git of its own; not for several threads at once."""

    def __init__(self, environment: Mapping[str, str], cwd: Path) -> None:
        """`environment` is all that git sees. It is started with the first question."""
        self._environment = environment
        self._cwd = cwd
        self._child: Child | None = None
        self._asking = False

    def info(self, oid: str) -> tuple[str, int] | None:
        """Give type and size in bytes, or None where git does not find the object.

        Raises ObjectFault where git found it damaged, EnvironmentFault where git cannot be asked, hangs or dies.
        """
        child = self._ask("info", oid)
        kind, size, rest = self._header(child, oid)
        if rest:
            raise self._confused(oid)
        self._asking = False
        if kind:
            return kind, size
        # Git passes over a damaged pack, complains, and says that the object is missing.
        damage = [line for line in child.complaints() if line.startswith("error: ") and not _HARMLESS.match(line)]
        if damage:
            raise _damaged(oid, damage[0])
        return None

    def contents(self, oid: str, size: int) -> tuple[str, bytes]:
        """Give type and raw bytes of an object that has `size` bytes, as `info` said. Raises as `info` does."""
        child = self._ask("contents", oid)
        kind, length, rest = self._header(child, oid)
        if not kind and not rest:
            self._asking = False
            raise _damaged(oid, "git does not give its bytes")
        if length != size:
            raise self._confused(oid)
        parts, have = [rest], len(rest)
        while have <= size:
            parts.append(self._read(child, oid))
            have += len(parts[-1])
        data = b"".join(parts)
        if have != size + 1 or not data.endswith(b"\n"):
            raise self._confused(oid)
        self._asking = False
        return kind, data[:-1]

    def close(self) -> None:
        """Stop git. The next question starts another."""
        if self._child is not None:
            self._child.close()
        self._child, self._asking = None, False

    def _ask(self, command: str, oid: str) -> Child:
        if not _ID.fullmatch(oid):
            # A line feed would be a further question, a name an expression to resolve.
            raise ObjectFault("no whole object id", where=oid)
        if self._asking or self._child is None or not self._child.usable:
            self.close()  # after a question that an exception cut short, as its answer may still come
            self._child = Child(_COMMAND, self._environment, self._cwd)
        self._asking = True
        self._child.ask(b"%b %b\nflush\n" % (command.encode("ascii"), oid.encode("ascii")))
        return self._child

    def _header(self, child: Child, oid: str) -> tuple[str, int, bytes]:
        """Read the first line of the answer: type ("" where the object is missing), size, and what follows."""
        data = self._read(child, oid)
        while b"\n" not in data and len(data) < _LONGEST:
            data += self._read(child, oid)
        line, _, rest = data.partition(b"\n")
        found = _HEADER.fullmatch(line)
        if found is None or found[1] != oid.encode("ascii"):
            raise self._confused(oid)
        return (found[2] or b"").decode("ascii"), int(found[3] or 0), rest

    def _read(self, child: Child, oid: str) -> bytes:
        data = child.read()
        if not data:
            raise self._ended(child, oid)
        return data

    def _ended(self, child: Child, oid: str) -> GitsigError:
        """The fault for a git that has closed its output."""
        code, said = child.wait(), child.complaints()
        self.close()
        if code == _USAGE:
            return EnvironmentFault("git is too old to read a SHA-256 repository", mend="install git 2.36 or newer")
        about = next((line for line in said if line.startswith("fatal: ") and oid in line), None)
        if about is not None:
            return _damaged(oid, about)
        return EnvironmentFault(f"git ended before it answered: {said[-1] if said else f'exit code {code}'}", where=oid)

    def _confused(self, oid: str) -> EnvironmentFault:
        self.close()
        return EnvironmentFault("git's answer is none to the question", where=oid)


def _damaged(oid: str, said: str) -> ObjectFault:
    text = said.removeprefix("fatal: ").removeprefix("error: ")
    return ObjectFault(f"the object is damaged: {text}", where=oid, mend="git fsck")
