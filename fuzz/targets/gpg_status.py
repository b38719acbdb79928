"""GnuPG's status lines and colon listings: forged lines must never add up to a good signature or to a better key."""

from __future__ import annotations

import re

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.listing import read_listing
from gitsig.signatures.openpgp.status import read_status

__all__ = ["TOKENS", "one", "seeds"]

_KEY = b"A" * 40
_VALID = b"[GNUPG:] VALIDSIG " + _KEY + b" 2026-01-01 1767225600 0 4 0 22 10 00 " + _KEY + b"\n"
_GOOD = b"[GNUPG:] GOODSIG " + _KEY[:16] + b" Ada <ada@example.org>\n"
_NEW = b"[GNUPG:] NEWSIG\n"
TOKENS = (
    b"[GNUPG:] ", _VALID, _GOOD, _NEW, b"[GNUPG:] BADSIG ", b"[GNUPG:] EXPKEYSIG ", b"[GNUPG:] REVKEYSIG ",
    b"[GNUPG:] EXPSIG ", b"[GNUPG:] ERRSIG AAAAAAAAAAAAAAAA 22 10 00 1767225600 9 -\n", b"[GNUPG:] NODATA 1\n",
    b"[GNUPG:] NOTATION_DATA ", b"\r\n", b"\x85", b"\x0b", b"[GNUPG:] FAILURE gpg-exit 33554433\n",
    b"[GNUPG:] TRUST_ULTIMATE 0 always\n", b"%0A", b"\xe2\x80\xa8", b"gpg: ",
    b"pub:u:255:22:AAAAAAAAAAAAAAAA:1735689600:::u:::scSC::::::::0:\n", b"sub:r:255:22:B:1:2:::::s:\n",
    b"rev:!::22:A:1:::::28x,01:\n", b"fpr:::::::::" + _KEY + b":\n", b"uid:u::::1::X::Ada:\n", b":",
    b"rev:-::22:A:1:::::20x,00:\n",
)  # fmt: skip


def seeds() -> list[bytes]:
    """One answer of each kind, and a listing."""
    error = b"[GNUPG:] ERRSIG " + _KEY[:16] + b" 22 10 00 1767225600 9 -\n[GNUPG:] NO_PUBKEY " + _KEY[:16] + b"\n"
    listing = (
        b"tru::1:1:0:3:1:5\npub:u:255:22:AAAAAAAAAAAAAAAA:1735689600:::u:::scSC::::::::0:\nfpr:::::::::" + _KEY + b":\n"
    )
    subkey = b"sub:e:255:22:BBBBBBBBBBBBBBBB:1735689600:1767225600:::::s::::::23:\nfpr:::::::::" + b"B" * 40 + b":\n"
    return [
        _NEW + b"[GNUPG:] KEY_CONSIDERED " + _KEY + b" 0\n[GNUPG:] SIG_ID x 2026-01-01 1\n" + _GOOD + _VALID,
        _NEW + _GOOD.replace(b"GOODSIG", b"EXPKEYSIG") + _VALID,
        _NEW + _GOOD.replace(b"GOODSIG", b"BADSIG"),
        _NEW + error,
        b"[GNUPG:] NODATA 4\n",
        listing + b"rev:!::22:A:1750000000:::::20x,02:\nuid:u::::1::X::Ada <a@b>:\nsig:!::22:A:1::::x:13x:\n" + subkey,
    ]


def one(data: bytes) -> None:
    """Read as status output and as a listing."""
    _status(data)
    try:
        found = read_listing(data)
    except EnvironmentFault:
        return
    text = data.decode("utf-8", "replace").split("\n")
    keys = [key for certificate in found.values() for key in certificate]
    assert len(keys) <= sum(line.startswith(("pub:", "sub:")) or line in ("pub", "sub") for line in text)
    assert sum(len(key.revocations) for key in keys) <= sum(line.startswith("rev:!:") for line in text)
    assert all(certificate[0].primary == name for name, certificate in found.items())


def _status(data: bytes) -> None:
    try:
        status = read_status(data)
    except EnvironmentFault:
        return
    lines = data.split(b"\n")
    assert lines[-1] == b""
    assert all(line.startswith(b"[GNUPG:] ") for line in lines[:-1])
    words = [line.split(b" ")[1] for line in lines[:-1]]
    results = [word for word in words if re.fullmatch(rb"(GOOD|BAD|ERR|EXP|EXPKEY|REVKEY)SIG", word)]
    if not status.valid:
        return
    assert results == [status.result.encode()], "valid, and another result beside it"
    assert (words.count(b"NEWSIG"), words.count(b"VALIDSIG")) == (1, 1)
    fields = next(line for line in lines if line.split(b" ")[1:2] == [b"VALIDSIG"]).decode().split(" ")
    assert (status.fingerprint, status.primary) == (fields[2], fields[11])
    assert (status.created, status.expires_at or 0) == (int(fields[4]), int(fields[5]))
    assert (status.digest, status.sig_class) == (int(fields[9]), fields[10])
