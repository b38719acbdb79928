"""The entry into the grammar: limits, the rules for every kind of object, then commit or tag."""

from __future__ import annotations

from gitsig.errors import MalformedObject
from gitsig.model import LIMITS, Limits, ObjectFormat, SignedObject
from gitsig.objects.commit import parse_commit
from gitsig.objects.grammar import Source
from gitsig.objects.tag import parse_tag

__all__ = ["parse"]


def parse(object_type: str, raw: bytes, oid: str, object_format: ObjectFormat, limits: Limits = LIMITS) -> SignedObject:
    """Split a raw commit or tag into payload, signature and the facts that the policy asks for.

    Raises `MalformedObject` for whatever is outside the grammar, beyond `limits`, or neither commit nor tag. The bytes
    are not compared with `oid` here: that is `hash_object`'s work.
    """
    if len(raw) > limits.object_size:
        raise MalformedObject(f"larger than {limits.object_size} bytes", where=oid)
    if b"\0" in raw:
        # C readers, git's own among them, stop at the NUL; the hash and the signature do not.
        raise MalformedObject("a NUL byte", where=oid)
    source = Source(raw, oid, object_format, limits)
    if object_type == "commit":
        return parse_commit(source)
    if object_type == "tag":
        return parse_tag(source)
    raise MalformedObject(f"neither commit nor tag but {object_type}", where=oid)
