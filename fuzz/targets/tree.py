"""Raw trees: what is read is what git reads, to the byte, and nothing is read that `git fsck` finds wrong."""

from __future__ import annotations

from fuzz.references.trees import entries, faults, written
from gitsig.errors import ObjectFault
from gitsig.model import ObjectFormat
from gitsig.store.trees import parse_tree

__all__ = ["TOKENS", "one", "seeds"]

_OID = b"\x5b" * 20
_OLD = {b"040000": b"40000", b"100664": b"100644"}
"""Spellings of old histories, which are read as today's."""
TOKENS = (
    b"100644 ", b"100755 ", b"40000 ", b"120000 ", b"160000 ", b"100664 ", b"040000 ", b"0100644 ", b"100600 ",
    b"\0", b"a", b"a.b", b"a-b", b"a0", b"a/", b"..", b".", b".git", b"100644 a\0" + _OID, b"40000 a\0" + _OID,
    b"100644 a.b\0" + _OID, b"100644 \xff\0" + _OID, bytes(20), _OID + bytes(12), _OID,
)  # fmt: skip


def seeds() -> list[bytes]:
    """Trees with ids of 20 and of 32 bytes; in order, out of order, with a name twice."""
    names = (b"100644 a", b"100755 a-b", b"120000 a.b", b"40000 a0", b"160000 b")
    long = b"".join(name + b"\0" + _OID + bytes(12) for name in names)
    whole = b"".join(name + b"\0" + _OID for name in names)
    folder = [b"%b\0%b" % (name, _OID) for name in (b"100644 a", b"100644 a.b", b"40000 a", b"100644 a0")]
    old = b"".join(name + b"\0" + _OID for name in (b"100664 a", b"040000 b"))
    return [whole, long, b"".join(folder[1:]), b"".join(folder), b"".join(folder[::-1]), old, whole[:-1], b""]


def one(data: bytes) -> None:
    """Read with ids of either length."""
    for object_format in ObjectFormat:
        _read(data, object_format)


def _read(data: bytes, object_format: ObjectFormat) -> None:
    try:
        seen = entries(data, object_format.hex_length // 2)
    except ValueError:
        seen = None
    wrong = {"damaged"} if seen is None else faults(seen)
    if wrong == {"zeroPaddedFilemode"} and all(mode[:1] != b"0" or mode in _OLD for mode, _, _ in seen or ()):
        wrong = set()
    try:
        tree = parse_tree("the tree", data, object_format)
    except ObjectFault as fault:
        assert fault.where == "the tree"
        assert wrong, "refused, and git finds nothing wrong"
        return
    assert seen is not None
    assert not wrong, f"git says {wrong}"
    assert [(name, entry.mode, entry.oid) for name, entry in tree.items()] == [
        (name, _OLD.get(mode, mode), oid.hex()) for mode, name, oid in seen
    ], "other entries than git's"
    again = written([(entry.mode, name, bytes.fromhex(entry.oid)) for name, entry in tree.items()])
    assert again == data or any(mode in _OLD for mode, _, _ in seen), "other bytes than those that were read"
    assert parse_tree("the tree", again, object_format) == tree
