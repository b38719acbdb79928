"""Object ids and the way back from a parsed object to its raw bytes."""

from __future__ import annotations

import hashlib

from gitsig.model import ObjectFormat, SignedObject

__all__ = ["hash_object", "join"]


def hash_object(object_type: str, raw: bytes, object_format: ObjectFormat) -> str:
    """Give the id, in lower-case hex, that git gives to `raw` as an object of `object_type`.

    SHA-1 is plain here, without git's collision detection, and names the object only; libgit2 detects collisions
    when it reads.
    """
    head = b"%s %d\0" % (object_type.encode("ascii"), len(raw))
    sha1 = object_format is ObjectFormat.SHA1
    digest = hashlib.sha1(head, usedforsecurity=False) if sha1 else hashlib.sha256(head)
    digest.update(raw)
    return digest.hexdigest()


def join(obj: SignedObject) -> bytes:
    """Give back the raw bytes of the object that `obj` was parsed from."""
    pieces: list[bytes] = []
    done = 0
    for offset, cut in obj.removed:
        pieces += (obj.payload[done:offset], cut)
        done = offset
    pieces.append(obj.payload[done:])
    return b"".join(pieces)
