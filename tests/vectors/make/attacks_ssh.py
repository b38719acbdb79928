"""Families O13, K13, K14: SSH signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.story import START
from tests.vectors.make import sshsig
from tests.vectors.make.objects import commit
from tests.vectors.make.people import DAY, SSH
from tests.vectors.make.rows import ada_ssh, after, attack, before, replace, wrap
from tests.vectors.make.sshsig import armor, blob, by, string
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_SPEC = "PROTOCOL.sshsig"
_ADA, _BOB, _CAROL, _DORA, _ERIN = (SSH[name] for name in ("ada", "bob", "carol", "dora", "erin"))


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _fields()
    yield from _inner()
    yield from _armors()
    yield from _certificates()
    yield from _authenticators()


def _refused(name: str, why: str, sign: Callable[[bytes], bytes], expect: str = "malformed_signature") -> Vector:
    return attack("O13", name, expect, why, _SPEC, commit(f"Change o13 {name}\n", sign))


def _fields() -> Iterator[Vector]:
    rows: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("namespace-file", {"namespace": b"file"}, "made with `ssh-keygen -Y sign -n file`, for a file"),
        ("namespace-email", {"namespace": b"email"}, "made for an e-mail"),
        ("namespace-empty", {"namespace": b""}, "no namespace"),
        ("namespace-longer", {"namespace": b"git2"}, "a namespace that begins with git"),
        ("namespace-case", {"namespace": b"GIT"}, "a namespace in capitals"),
        ("namespace-nul", {"namespace": b"git\0"}, "git and a NUL, which OpenSSH reads over"),
        ("namespace-push", {"namespace": b"git-push-cert"}, "another namespace"),
        ("reserved", {"reserved": b"x"}, "reserved bytes, signed"),
        ("hash-nul", {"digest": b"sha512\0"}, "a NUL behind the hash's name"),
        ("hash-sha1", {"digest": b"sha1"}, "SHA-1 over the message"),
        ("hash-sha384", {"digest": b"sha384"}, "SHA-384, which the format does not allow"),
        ("hash-md5", {"digest": b"md5"}, "MD5 over the message"),
        ("version-2", {"magic": b"SSHSIG\0\0\0\2"}, "version 2"),
        ("version-0", {"magic": b"SSHSIG\0\0\0\0"}, "version 0"),
        ("magic", {"magic": b"SSHSIH\0\0\0\1"}, "another preamble"),
        ("trailing", {"tail": b"x"}, "one byte behind the signature"),
        ("trailing-signature", {"tail": string(b"ssh-ed25519", bytes(64))}, "a second signature behind the first"),
    )
    for name, parts, why in rows:
        yield _refused(name, why, by(_ADA, **parts))
    cut = wrap(ada_ssh, lambda _: armor(blob(_ADA.public, _ADA.sign, b"x")[:-8]))
    yield _refused("cut-off", "an SSHSIG that is cut off", cut)
    yield _refused("empty-blob", "an armor with nothing in it", lambda _: armor(b""))


def _inner() -> Iterator[Vector]:
    def altered(change: Callable[[bytes], bytes], key: sshsig.SSHKey = _ADA) -> Callable[[bytes], bytes]:
        return lambda payload: armor(blob(key.public, lambda data: change(key.sign(data)), payload))

    def numbers(r: bytes, s: bytes) -> Callable[[bytes], bytes]:
        return altered(lambda _: string(b"ecdsa-sha2-nistp256", string(r, s)), _CAROL)

    one = b"\x01" * 31
    rows = (
        (
            "inner-trailing",
            altered(lambda inner: inner + b"x"),
            "a byte behind the inner signature",
            "malformed_signature",
        ),
        ("inner-short", altered(lambda inner: string(b"ssh-ed25519", inner[-63:])), "63 bytes", "malformed_signature"),
        (
            "inner-long",
            altered(lambda inner: string(b"ssh-ed25519", inner[-64:] + b"x")),
            "65 bytes",
            "malformed_signature",
        ),
        (
            "inner-other-type",
            altered(lambda inner: string(b"rsa-sha2-512", inner[-64:])),
            "RSA by an Ed25519 key",
            "malformed_signature",
        ),
        ("inner-empty", altered(lambda _: b""), "no inner signature", "malformed_signature"),
        (
            "inner-unknown",
            altered(lambda inner: string(b"x@example.org", inner[-64:])),
            "an algorithm that nobody knows",
            "unsupported_format",
        ),
        ("ssh-rsa", by(_BOB, inner={"kind": b"ssh-rsa"}), "RSA with SHA-1", "unsupported_format"),
        ("ecdsa-negative", numbers(b"\xff" * 32, one), "an ECDSA number below zero", "malformed_signature"),
        ("ecdsa-padded", numbers(b"\0\0" + one, one), "an ECDSA number with spare zeros", "malformed_signature"),
        ("ecdsa-zero", numbers(b"", one), "an ECDSA number of zero (CVE-2022-21449)", "malformed_signature"),
        ("ecdsa-huge", numbers(b"\x01" * 200, one), "an ECDSA number of 1,600 bits", "malformed_signature"),
        ("ecdsa-wrong", numbers(one, one), "numbers that are wrong", "bad_signature"),
        (
            "rsa-longer",
            altered(lambda inner: string(b"rsa-sha2-512", b"\0" * 8 + inner[-256:]), _BOB),
            "an RSA signature longer than its modulus",
            "bad_signature",
        ),
        ("flipped", altered(lambda inner: inner[:-1] + bytes([inner[-1] ^ 1])), "one bit flipped", "bad_signature"),
        ("s-plus-order", altered(_s_plus_order), "S beyond the group's order (RFC 8032 5.1.7)", "bad_signature"),
        ("all-zero", altered(lambda _: string(b"ssh-ed25519", bytes(64))), "64 zeros", "bad_signature"),
        (
            "webauthn",
            altered(lambda inner: string(b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", inner[-64:])),
            "WebAuthn",
            "unsupported_format",
        ),
    )
    for name, sign, why, expect in rows:
        yield _refused(name, why, sign, expect)


def _s_plus_order(inner: bytes) -> bytes:
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(inner[-32:], "little") + order
    return inner[:-32] + s.to_bytes(32, "little")


def _armors() -> Iterator[Vector]:
    first, last = b"-----BEGIN SSH SIGNATURE-----\n", b"-----END SSH SIGNATURE-----\n"
    rows = (
        ("text-before", wrap(ada_ssh, before(b"text\n")), "text before the armor"),
        ("text-after", wrap(ada_ssh, after(b"text\n")), "text after the armor"),
        ("two-armors", lambda payload: ada_ssh(payload) * 2, "two armors"),
        ("empty-line", wrap(ada_ssh, replace(first, first + b"\n")), "an empty line inside"),
        ("header-line", wrap(ada_ssh, replace(first, first + b"Comment: x\n\n")), "an armor header, which SSH has not"),
        ("no-last-line", wrap(ada_ssh, replace(last, b"")), "no last line"),
        ("foreign-character", wrap(ada_ssh, replace(b"\nU", b"\n*U")), "a foreign character in the base64"),
        ("space-inside", wrap(ada_ssh, replace(b"\nU", b"\n U")), "a space in the base64"),
        ("loose-bits", wrap(by(_ADA, tail=b""), _loose_bits), "unused bits of the base64 set"),
        (
            "pgp-last-line",
            wrap(ada_ssh, replace(last, b"-----END PGP SIGNATURE-----\n")),
            "the last line of another armor",
        ),
    )
    for name, sign, why in rows:
        yield _refused(name, why, sign)
    content = commit("Change crlf\n", lambda payload: armor(blob(_ADA.public, _ADA.sign, payload), end="\r\n"))
    yield attack(
        "O13", "carriage-returns", "malformed_signature", "CRLF inside the armor, as OpenSSH has it", _SPEC, content
    )


def _loose_bits(text: bytes) -> bytes:
    """Another spelling of the same bytes: the last digit before the padding carries bits that nobody reads."""
    head, _, tail = text.rpartition(b"==\n") if b"==\n" in text else text.rpartition(b"=\n")
    pad = b"==\n" if b"==\n" in text else b"=\n"
    return head[:-1] + bytes([head[-1] + 1]) + pad + tail


def _certificates() -> Iterator[Vector]:
    authority, reference = SSH["authority"], "PROTOCOL.certkeys"
    rows: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("user", {}, "a user certificate by an authority that the policy does not name"),
        ("host", {"kind": 2}, "a host certificate"),
        ("critical-option", {"critical": string(b"x@example.org", b"")}, "an unknown critical option"),
        ("principal", {"principals": (b"bob@example.org",)}, "a certificate for another principal"),
        ("no-principal", {"principals": ()}, "a certificate for every principal"),
        ("over", {"window": (0, START - DAY)}, "a certificate whose time is over"),
        ("not-yet", {"window": (START + DAY, START + 2 * DAY)}, "a certificate whose time has not come"),
    )
    for name, options, why in rows:
        public = sshsig.certificate(_ADA, authority, **options)
        content = commit(f"Change k13 {name}\n", by(_ADA, public=public))
        yield attack("K13", name, "unsupported_format", f"{why}; the key itself is Ada's", reference, content)
    public = sshsig.certificate(SSH["mallory"], SSH["mallory"])
    content = commit("Change k13 own\n", by(SSH["mallory"], public=public))
    yield attack("K13", "own-authority", "unsupported_format", "a stranger certifies himself", reference, content)


def _authenticators() -> Iterator[Vector]:
    reference = "PROTOCOL.u2f; allowed_signers has no touch-required"
    rows = (
        ("no-touch", _DORA, {"flags": 0}, "touch", "made without touch"),
        ("no-touch-ecdsa", _ERIN, {"flags": 0}, "touch", "made without touch by an ECDSA authenticator"),
        ("pin-without-touch", _DORA, {"flags": 4}, "touch", "PIN, but no touch"),
        ("no-pin", _DORA, {"flags": 1}, "pin", "touch, where PIN or biometry is demanded too"),
        ("no-pin-ecdsa", _ERIN, {"flags": 1}, "pin", "the same by an ECDSA authenticator"),
        ("software-key", _ADA, {}, "touch", "a key that is in no authenticator"),
    )
    for name, key, inner, policy, why in rows:
        content = commit(f"Change k14 {name}\n", by(key, inner=inner), by=key.name)
        yield attack("K14", name, "rule_violation", why, reference, content, policy=policy)
    content = commit("Change k14 claimed\n", by(_DORA, inner={"flags": 0, "claimed": 1}), by="dora")
    why = "the touch flag set after signing"
    yield attack("K14", "claimed-touch", "bad_signature", why, reference, content, policy="touch")
    content = commit("Change k14 tail\n", by(_DORA, inner={"tail": b"\5"}), by="dora")
    why = "a second flags byte behind the counter"
    yield attack("K14", "trailing-flags", "malformed_signature", why, reference, content, policy="touch")
    content = commit("Change k14 openpgp\n", wrap(ada_ssh, after(b"")), by="dora")
    yield attack(
        "K14", "foreign-identity", "identity_mismatch", "Ada's key on Dora's commit", reference, content, policy="touch"
    )
