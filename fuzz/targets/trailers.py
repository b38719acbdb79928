"""Seals in messages: what counts as a trailer here git takes for one, of the same value, and no seal is overlooked."""

from __future__ import annotations

from fuzz.references.trailers import trailers
from gitsig.engine.trailers import Marks, grounds_of

__all__ = ["TOKENS", "one", "seeds"]

_HEAD = b"tree x\nauthor Ada <ada@example.org> 0 +0000\ncommitter Ada <ada@example.org> 0 +0000\n"
_NAMES = ("Gitsig-Seal", "Argocd-gpg-seal")
_SCISSORS = b"# ------------------------ >8 ------------------------\n"
TOKENS = (
    b"Gitsig-Seal: read\n", b"gitsig-seal :", b"Argocd-gpg-seal: x\n", b"\n\n", b"\n", b" ", b"\t", b"\r\n", b"\r",
    b"\f", b"\v", b"#", b"# x\n", b":", b"Reviewed-by: Bob\n", b"Signed-off-by: Ada\n",
    b"(cherry picked from commit 1)\n", b"Conflicts:\n",
    b"\tsrc/x\n", _SCISSORS, b"---\n", b"\xc3\xa4", b"\xff", b"encoding latin1", b"Seal",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Messages that seal, messages that only look like it."""
    return [
        b"Import\n\nGitsig-Seal: read by hand\n",
        b"Import\n\nReviewed-by: Bob\nGITSIG-SEAL : read\n  by hand\n\t\nSigned-off-by: Ada\n",
        b"Gitsig-Seal: read\n",
        b"# x\n\nGitsig-Seal: read\r\n\r\n",
        b"Import\n" + _SCISSORS + b"\nGitsig-Seal: read\n",
        b"Import\n\nwords\nGitsig-Seal: read\n",
        b"Import\n\nGitsig-Seal: read\n# comment\n",
        b"Import\n\nGitsig-Seal: read\nConflicts:\n\tsrc/x\n",
        b"Import\n\nGitsig-Seal:\n read\n\nArgocd-gpg-seal: x",
        b"\n\nImport\n \t\nArgocd-gpg-seal: x\nArgocd-gpg-seal:\n",
    ]


def one(data: bytes) -> None:
    """Take the input for a message."""
    message = data.replace(b"\0", b"")  # the grammar of commits has none
    marks = Marks(_NAMES)
    grounds, why = grounds_of(_HEAD + b"\n" + message, marks.names)
    assert bool(grounds) != bool(why)
    if not grounds:
        return
    values = [value for name, value in trailers(message) if name.lower() in marks.names]
    assert _plain(grounds) == _plain("; ".join(value for each in values if (value := _text(each)))), "git sees others"
    marks.see("1" * 40, _HEAD + b"\n" + message)
    assert list(marks.oids) == ["1" * 40], "a seal that nobody would look at"


def _text(value: bytes) -> str:
    return value.decode("utf-8").strip()


def _plain(text: str) -> list[str]:
    """White space where lines were joined may differ."""
    return text.split()
