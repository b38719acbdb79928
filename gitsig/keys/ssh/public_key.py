"""SSH public keys in the wire form: RFC 4253 §6.6 (RSA), RFC 5656 §3.1 (ECDSA), RFC 8709 §4 (Ed25519), PROTOCOL.u2f.

`split_public_key` looks at the structure alone, which is all that a signature by an unknown key needs;
`read_public_key_blob` also makes the key object that verifies. DSS keys and certificates are recognised
and refused.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from gitsig.errors import PolicyFault
from gitsig.keys.ssh.wire import WireError, is_positive_mpint, read_string, show

__all__ = [
    "PublicKey",
    "SSHKey",
    "UnsupportedKey",
    "fingerprint_of",
    "read_public_key_blob",
    "split_public_key",
]

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

_MIN_RSA_BITS = 1024
"""OpenSSH reads no RSA key below it (SSH_RSA_MINIMUM_MODULUS_SIZE); the policy's own bound is usually higher."""
_MAX_MPINT_SIZE = 2049
"""Bytes of a 16384-bit number with its sign byte (SSHBUF_MAX_BIGNUM)."""

_CURVES: dict[bytes, EllipticCurve] = {
    b"nistp256": SECP256R1(),
    b"nistp384": SECP384R1(),
    b"nistp521": SECP521R1(),
}

_Check = Callable[[bytes], str]
"""Looks at one field and says what is wrong with it; empty if nothing is."""


class UnsupportedKey(WireError):
    """A key of a kind that is never accepted: DSS, a certificate, or a type unknown here."""


class SSHKey(NamedTuple):
    """One SSH public key. Equal when the wire bytes and the comment are; can be pickled."""

    blob: bytes
    """The wire form, as in an `authorized_keys` line after base64."""
    type: str
    """`ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, `sk-ssh-ed25519@openssh.com` …"""
    algorithm: str
    """`ed25519`, `ecdsa`, `rsa`, `sk-ed25519` or `sk-ecdsa`, as in `KeyFacts`."""
    bits: int
    """Size of the modulus or of the curve's field."""
    fingerprint: str
    """`SHA256:…` without padding, as `ssh-keygen -l` prints it."""
    comment: str
    application: bytes
    """The FIDO application (`ssh:` as a rule); empty for keys without an authenticator."""
    public: PublicKey

    def __reduce__(self) -> tuple[object, ...]:
        # Key objects of `cryptography` cannot be pickled, and worker processes may be started by spawning.
        return (read_public_key_blob, (self.blob, self.comment))


def fingerprint_of(blob: bytes) -> str:
    """`SHA256:…` of a key blob, whatever it holds."""
    return "SHA256:" + b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()


def split_public_key(blob: bytes) -> tuple[str, tuple[bytes, ...]]:
    """Type and fields of a key blob, its structure checked to the last byte; numbers and points are not.

    WireError where it is malformed, UnsupportedKey where the type is not accepted here.
    """
    name, at = read_string(blob, 0)
    kind = _KINDS.get(name)
    if kind is None:
        raise _unsupported(name)
    fields = []
    for check in kind.checks:
        value, at = read_string(blob, at)
        if problem := check(value):
            raise WireError(problem)
        fields.append(value)
    if at != len(blob):
        raise WireError(f"{len(blob) - at} bytes behind its end")
    return name.decode(), tuple(fields)


def read_public_key_blob(blob: bytes, comment: str = "", *, where: str = "") -> SSHKey:
    """The key of a wire blob, ready to verify. PolicyFault naming what is wrong with it, at `where`."""
    try:
        name, fields = split_public_key(blob)
        public = _load(name, fields)
    except UnsupportedKey as error:
        raise PolicyFault(str(error), where=where, mend="use an Ed25519, ECDSA, RSA or FIDO public key") from error
    except WireError as error:
        mend = "paste the whole line of the .pub file"
        raise PolicyFault(f"the SSH public key is malformed: {error}", where=where, mend=mend) from error
    kind = _KINDS[name.encode()]
    bits = public.key_size if not isinstance(public, Ed25519PublicKey) else 256
    application = fields[-1] if kind.algorithm.startswith("sk-") else b""
    return SSHKey(blob, name, kind.algorithm, bits, fingerprint_of(blob), comment, application, public)


def _unsupported(name: bytes) -> WireError:
    if not name or not name.isascii() or not name.decode().isprintable():
        return WireError(f"{show(name)} is no key type")
    if name.endswith((b"-cert-v00@openssh.com", b"-cert-v01@openssh.com")):
        return UnsupportedKey(f"OpenSSH certificates are not supported ({show(name)})")
    if name == b"ssh-dss":
        return UnsupportedKey("DSS keys are not supported")
    return UnsupportedKey(f"unknown SSH key type {show(name)}")


def _load(name: str, fields: tuple[bytes, ...]) -> PublicKey:
    try:
        if name == "ssh-rsa":
            return _load_rsa(int.from_bytes(fields[0]), int.from_bytes(fields[1]))
        if fields[0] in _CURVES:
            return EllipticCurvePublicKey.from_encoded_point(_CURVES[fields[0]], fields[1])
        return Ed25519PublicKey.from_public_bytes(fields[0])
    except WireError:
        raise
    except (ValueError, UnsupportedAlgorithm) as error:
        what = "the point is not on its curve" if fields[0] in _CURVES else str(error).rstrip(".")
        raise WireError(what) from error


def _load_rsa(exponent: int, modulus: int) -> RSAPublicKey:
    if modulus.bit_length() < _MIN_RSA_BITS:
        raise WireError(f"RSA with {modulus.bit_length()} bits, below {_MIN_RSA_BITS}")
    if not (modulus & 1 and exponent & 1):
        raise WireError("an even RSA modulus or exponent")
    return RSAPublicNumbers(exponent, modulus).public_key()


def _ed25519(value: bytes) -> str:
    return "" if len(value) == 32 else f"an Ed25519 key of {len(value)} bytes instead of 32"


def _mpint(value: bytes) -> str:
    if len(value) > _MAX_MPINT_SIZE:
        return "an RSA number of more than 16384 bits"
    return "" if is_positive_mpint(value) else "an RSA number that is not positive or not minimal"


def _application(value: bytes) -> str:
    return "a NUL in the FIDO application" if b"\0" in value else ""


def _curve(name: bytes) -> _Check:
    return lambda value: "" if value == name else f"curve {show(value)} in a key of type {name.decode()}"


def _point(size: int) -> _Check:
    # RFC 5656 §3.1 allows compressed points, OpenSSH reads none: one key, one encoding.
    return lambda value: "" if len(value) == size and value[0] == 4 else "not an uncompressed point of its curve"


class _Kind(NamedTuple):
    algorithm: str
    checks: tuple[_Check, ...]


_KINDS = {
    b"ssh-ed25519": _Kind("ed25519", (_ed25519,)),
    b"ssh-rsa": _Kind("rsa", (_mpint, _mpint)),
    b"ecdsa-sha2-nistp256": _Kind("ecdsa", (_curve(b"nistp256"), _point(65))),
    b"ecdsa-sha2-nistp384": _Kind("ecdsa", (_curve(b"nistp384"), _point(97))),
    b"ecdsa-sha2-nistp521": _Kind("ecdsa", (_curve(b"nistp521"), _point(133))),
    b"sk-ssh-ed25519@openssh.com": _Kind("sk-ed25519", (_ed25519, _application)),
    b"sk-ecdsa-sha2-nistp256@openssh.com": _Kind("sk-ecdsa", (_curve(b"nistp256"), _point(65), _application)),
}
