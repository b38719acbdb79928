"""Push certificates (`git push --signed`; gitprotocol-pack(5), "push-cert"): a signed list of ref updates.

certificate version 0.1 LF
pusher IDENT SP time SP zone LF
[pushee URL LF] [nonce NONCE LF] (push-option OPTION LF)* LF
(old SP new SP ref LF)+
signature
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitsig.errors import MalformedObject
from gitsig.model import LIMITS, ObjectFormat, RefUpdate

__all__ = ["PushCertificate", "parse_push_certificate"]


def _grammar(digits: int) -> re.Pattern[bytes]:
    return re.compile(
        rb"certificate version 0\.1\n"
        rb"pusher ([^\n]*) ([0-9]{1,18}) [+-][0-9]{4}\n"
        rb"(?:pushee ([^\n]*)\n)?"
        rb"(?:nonce ([^\n]*)\n)?"
        rb"((?:push-option [^\n]*\n)*+)"
        rb"\n"
        rb"((?:[0-9a-f]{%(n)d} [0-9a-f]{%(n)d} refs/[^\n]+\n)++)"
        rb"(-----BEGIN (?:PGP SIGNATURE|SSH SIGNATURE|SIGNED MESSAGE)-----\n.*)" % {b"n": digits},
        re.DOTALL,
    )


_GRAMMAR = {fmt: _grammar(fmt.hex_length) for fmt in ObjectFormat}


class PushCertificate(NamedTuple):
    """What a pusher signed."""

    payload: bytes
    signature: bytes
    pusher: bytes
    """As git has it: an identity or a key, not to be relied on; the signature says who it was."""
    time: int
    """Unix seconds, as claimed."""
    nonce: bytes | None
    updates: tuple[RefUpdate, ...]


def parse_push_certificate(raw: bytes, object_format: ObjectFormat) -> PushCertificate:
    """Split a certificate; raises MalformedObject for anything outside the grammar."""
    if len(raw) > LIMITS.object_size or b"\0" in raw:
        raise MalformedObject("the push certificate is too large, or holds a NUL byte")
    found = _GRAMMAR[object_format].fullmatch(raw)
    if found is None:
        raise MalformedObject("the push certificate is outside its grammar")
    pusher, time, _, nonce, _, lines, signature = found.groups()
    fields = (line.decode("utf-8", "surrogateescape").split(" ", 2) for line in lines[:-1].split(b"\n"))
    updates = tuple(RefUpdate(*field) for field in fields)
    return PushCertificate(raw[: found.start(7)], signature, pusher, int(time), nonce, updates)
