"""What two policies say differently of the past and of themselves: trusted roots, seals, governance."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.policy.types import Governance, Policy, Seals
from gitsig.upkeep.difference import Effect
from gitsig.upkeep.diffwords import Told, members, word

__all__ = ["governance_changes", "history_changes"]


def history_changes(old: Policy, new: Policy) -> Iterator[Told]:
    """Trusted roots and seals."""
    for oid in sorted(new.trusted_roots - old.trusted_roots):
        yield Told(Effect.WEAKER, f"{oid} and everything behind it are not judged any more")
    for oid in sorted(old.trusted_roots - new.trusted_roots):
        yield Told(Effect.STRICTER, f"{oid} and what is behind it are judged now")
    yield from _seals(old.seals, new.seals)


def _seals(old: Seals | None, new: Seals | None) -> Iterator[Told]:
    if old is None and new is not None:
        yield Told(
            Effect.WEAKER, f"{', '.join(sorted(new.signers))} may vouch for everything behind a commit: {_ways(new)}"
        )
    elif new is None and old is not None:
        yield Told(
            Effect.STRICTER, f"nobody may vouch for what is behind a commit, before {', '.join(sorted(old.signers))}"
        )
    elif old is not None and new is not None:
        yield from (Told(Effect.GAINS, f"{name} may seal") for name in sorted(new.signers - old.signers))
        yield from (Told(Effect.LOSES, f"{name} may not seal any more") for name in sorted(old.signers - new.signers))
        yield from members("sealing by the trailer", old.trailers, new.trailers, more_is_stricter=False)
        yield from members("sealing by tags", old.tags, new.tags, more_is_stricter=False)


def _ways(seals: Seals) -> str:
    return " or ".join((*(f"{trailer}:" for trailer in seals.trailers), *seals.tags))


def governance_changes(old: Policy, new: Policy) -> Iterator[Told]:
    """The root, whose policies count, and who may change them. Without a table nobody may."""
    was, now = old.governance or Governance(), new.governance or Governance()
    if old.governance is None and new.governance is not None:
        yield Told(Effect.CHANGED, "there is governance now")
    if new.governance is None and old.governance is not None:
        yield Told(Effect.CHANGED, "there is no governance any more")
    for name, before, after in (("root", was.root, now.root), ("root-signer", was.root_signer, now.root_signer)):
        if before != after:
            yield Told(Effect.CHANGED, f"{name} {before or '(none)'} becomes {after or '(none)'}")
    yield from word("parents", was.parents, now.parents)
    yield from (Told(Effect.GAINS, f"{name} may change the policy") for name in sorted(now.signers - was.signers))
    yield from (
        Told(Effect.LOSES, f"{name} may not change the policy any more") for name in sorted(was.signers - now.signers)
    )
