"""What a hostile repository holds: trees and loose objects."""

from __future__ import annotations

import hashlib
import zlib

from gitsig.errors import ObjectFault, UsageFault
from gitsig.model import ObjectFormat
from gitsig.store.interface import PathMissing
from gitsig.store.loose import LooseObjects
from gitsig.store.tree import read_path

__all__ = ["TOKENS", "one", "seeds"]

_BLOB = "b" * 40
TOKENS = (
    b"100644 ", b"100755 ", b"40000 ", b"120000 ", b"160000 ", b"100664 ", b"\0", b"policy.toml", b".gitsig",
    b"blob 5\0", b"commit 0\0", b"tree 18446744073709551616\0", b"tag ", b"..", b".", b"/", bytes.fromhex(_BLOB),
    b"040000 ",
)  # fmt: skip
_LIMIT = 4096


class _Tree:
    """A store of one tree, and a blob that every entry names."""

    object_format = ObjectFormat.SHA1

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def read(self, oid: str) -> tuple[str, bytes]:
        """The tree for its own id, a blob for any other."""
        return ("tree", self._raw) if oid == "a" * 40 else ("blob", b"content")


class _Loose(LooseObjects):
    """A loose object that need not lie on a disk."""

    data = b""

    def _bytes(self, _: str) -> bytes | None:
        return self.data


def seeds() -> list[bytes]:
    """Trees; loose objects, whole, cut off, too long."""
    entry = b"100644 policy.toml\0" + bytes.fromhex(_BLOB)
    loose = [zlib.compress(b"blob 5\0hello"), zlib.compress(b"commit 3\0abcd"), zlib.compress(b"tag 0\0")]
    return [
        entry,
        b"40000 .gitsig\0" + bytes(20) + entry,
        entry + entry,
        *loose,
        loose[0][:-3],
        loose[0] + b"x",
        b"blob 3\0abc",
    ]


def one(data: bytes) -> None:
    """Read as a tree, as a compressed loose object, and as the inside of one."""
    _tree(data)
    _loose(data)
    if len(data) < 2 * _LIMIT:
        _loose(zlib.compress(data, 1))


def _tree(data: bytes) -> None:
    entries = _entries(data)
    # A name with a slash can be asked for by nobody; git takes such a tree for damaged and finds nothing either.
    names = [name.decode("utf-8", "surrogateescape") for _, name in entries or [] if b"/" not in name]
    for name in {"policy.toml", *names[:8]}:
        fitting = [mode for mode, entry in entries or [] if entry == name.encode("utf-8", "surrogateescape")]
        regular = fitting in ([b"100644"], [b"100755"], [b"100664"])
        try:
            found = read_path(_Tree(data), "a" * 40, name)  # type: ignore[arg-type]  # no more of a store is needed
        except PathMissing:
            assert not fitting, "there is such an entry"
        except UsageFault:
            assert name in ("", ".", "..")
        except ObjectFault:
            assert not _in_order(entries) or not regular, "a regular file, and nothing is wrong with the tree"
        else:
            assert found == b"content"
            assert _in_order(entries), "the tree is no tree of git's"
            assert regular, "neither a regular file nor the only one of its name"


_DIRECTORIES = (b"40000", b"040000")
_MODES = (*_DIRECTORIES, b"100644", b"100755", b"100664", b"120000", b"160000")


def _in_order(entries: list[tuple[bytes, bytes]] | None) -> bool:
    """Whether git would write such a tree: known modes, possible names, each once and in order."""
    if entries is None or any(mode not in _MODES for mode, _ in entries):
        return False
    names = [name for _, name in entries]
    if len(set(names)) < len(names) or any(name in (b"", b".", b"..") or b"/" in name for name in names):
        return False
    keys = [name + b"/" if mode in _DIRECTORIES else name for mode, name in entries]
    return keys == sorted(keys)


def _entries(data: bytes) -> list[tuple[bytes, bytes]] | None:
    """Modes and names of a tree, None where it is damaged."""
    found = []
    while data:
        head, zero, rest = data.partition(b"\0")
        mode, space, name = head.partition(b" ")
        if not zero or not space or len(rest) < 20:
            return None
        found.append((mode, name))
        data = rest[20:]
    return found


def _loose(data: bytes) -> None:
    content = _inflated(data)
    oid = hashlib.sha1(content or b"", usedforsecurity=False).hexdigest()
    store = _Loose([], ObjectFormat.SHA1, _LIMIT)
    store.data = data
    try:
        found = store.read(oid)
    except ObjectFault as fault:
        assert fault.where == oid
        return
    assert found is not None
    kind, raw = found
    assert content == b"%s %d\0%s" % (kind.encode(), len(raw), raw), "other bytes than those that were hashed"
    assert store.type_and_size(oid) == (kind, len(raw))


def _inflated(data: bytes) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data, 4 * _LIMIT)
    except zlib.error:
        return None
    return content if stream.eof and not stream.unused_data else None
