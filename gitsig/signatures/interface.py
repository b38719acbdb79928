"""What every signature format implements: bytes in, facts out."""

from __future__ import annotations

from typing import Protocol

from gitsig.model import Evidence

__all__ = ["SignatureEngine"]


class SignatureEngine(Protocol):
    """One signature format over one set of keys."""

    def examine(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        """Say what is true of a signature.

        `payload` is what was signed, `armored` the signature as it stands in the object with header folding undone,
        `claimed_at` the committer's or tagger's date in Unix seconds, for formats whose signatures carry no time.
        Whatever is wrong with the signature is an `Evidence`, not an exception.
        """
