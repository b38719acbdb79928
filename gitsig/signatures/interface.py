"""What every signature format implements: bytes in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gitsig.model import Evidence

__all__ = ["SignatureEngine", "Signed"]


class Signed(NamedTuple):
    """Something signed."""

    payload: bytes
    """What was signed."""
    armored: bytes
    """The signature as it stands in the object, header folding undone."""
    claimed_at: int | None
    """The committer's or tagger's date in Unix seconds, for formats whose signatures carry no time."""


class SignatureEngine(Protocol):
    """One signature format over one set of keys."""

    def examine_all(self, signed: Sequence[Signed]) -> list[Evidence]:
        """Say what is true of each signature, in their order.

        Whatever is wrong with a signature is an `Evidence`, not an exception. Several at a time, because the stages of
        one format are faster when each is done for all before the next begins.
        """
