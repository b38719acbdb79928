"""Names of peers' policies: what is named is what was written, from every folder, and no option appears or is lost."""

from __future__ import annotations

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.named import OPTIONS, Kind, Named, parse_named

__all__ = ["TOKENS", "one", "seeds"]

TOKENS = (
    *(f"{kind}:".encode() for kind in Kind), b"?", b"&", b"=", b":", b"?revoked=", b"?keyring=", b"&signer=", b"?root=",
    b"introduction=", b"/", b"\n", b"\0", b"/srv/keys", b"%3f", b"Keys:", b"\xff",
)  # fmt: skip


def seeds() -> list[bytes]:
    """A name, LF, and a folder."""
    return [
        b"keys:trusted?revoked=krl\n/srv",
        b"guix:?introduction=1&signer=A B&keyring=refs/heads/keyring\n/srv",
        b"sq-git:../there?root=1\n/srv",
        b"bitcoin:verify-commits\n/srv?keyring=/x",
        b"keys:a?revoked=b\n/R&D",
        b"allowed-signers:what?is this\n/",
        b"gnupg-home:\n/srv",
        b"policy.toml\n/srv",
    ]


def one(data: bytes) -> None:
    """The first line is the name."""
    text, _, folder = data.decode("utf-8", "surrogateescape").partition("\n")
    word = text.partition(":")[0]
    try:
        found = parse_named(text)
    except PolicyFault as fault:
        assert fault.what
        assert word in list(Kind)
        return
    assert (found is not None) == (":" in text and word in list(Kind))
    if found is None:
        return
    query = "&".join(f"{key}={value}" for key, value in found.options.items())
    assert text == found.text == f"{found.kind}:{found.location}" + (f"?{query}" if query else ""), "a piece is lost"
    assert set(found.options) <= set(OPTIONS[found.kind])
    assert all(found.options.values())
    assert set(found.files()) <= {found.location, *found.options.values()} - {""}
    assert found.placed(lambda name: name) == found
    assert found.spelled() == text
    _placed(found, folder)


def _placed(found: Named, folder: str) -> None:
    there = found.placed(lambda name: f"{folder}/{name}")
    assert there.kind == found.kind
    assert there.location == (f"{folder}/{found.location}" if found.location else "")
    if not found.governed:
        assert there.files() == tuple(f"{folder}/{name}" for name in found.files())
    try:
        again = parse_named(there.spelled())
    except PolicyFault:
        assert {"?", "&", "\0", "\n"} & set(folder), "refused for no reason"
        return
    assert again == there, "another policy"
