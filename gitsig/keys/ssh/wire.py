"""The data types of the SSH wire format (RFC 4251 §5), read without any lenience.

OpenSSH forgives a NUL at the end of a text string and zeros in front of a number. Here one value has one
encoding: keys are compared and revoked by their bytes, so a second spelling of a revoked key must not exist.
"""

from __future__ import annotations

import binascii

__all__ = ["WireError", "decode_base64", "is_positive_mpint", "read_string", "show", "write_string"]

_SHOWN = 64


class WireError(ValueError):
    """Bytes outside the wire grammar; the text says which part, without a final full stop."""


def read_string(data: bytes, at: int) -> tuple[bytes, int]:
    """The `string` at offset `at` and the offset behind it; WireError where it is cut short."""
    start = at + 4
    end = start + int.from_bytes(data[at:start])
    if end > len(data) or start > len(data):
        raise WireError("cut short")
    return data[start:end], end


def write_string(value: bytes) -> bytes:
    """A `string`: the length in four bytes, then the bytes."""
    return len(value).to_bytes(4) + value


def is_positive_mpint(value: bytes) -> bool:
    """Whether the content of an `mpint` is a number above zero in its only encoding: no sign bit, no spare zero."""
    if not value or value[0] & 0x80:
        return False
    return value[0] != 0 or (len(value) > 1 and value[1] >= 0x80)


def decode_base64(text: bytes) -> bytes:
    """Bytes of canonical base64 (RFC 4648 §3.5): alphabet, padding and unused bits exact; WireError otherwise."""
    try:
        raw = binascii.a2b_base64(text)
    except binascii.Error as error:
        raise WireError("not whole base64") from error
    # The decoder of the standard library skips foreign characters and unused bits; encoding again shows them.
    if binascii.b2a_base64(raw, newline=False) != text:
        raise WireError("not canonical base64")
    return raw


def show(value: bytes) -> str:
    """Foreign bytes, shortened and in ASCII, for a message."""
    return ascii(value[:_SHOWN].decode("latin-1")) + ("…" if len(value) > _SHOWN else "")
