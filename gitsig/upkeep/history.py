"""Who signs with what, read off a history without trusting any of it: what signatures claim, not what they prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gitsig.engine.tips import all_tips
from gitsig.errors import GitsigError, ObjectFault, UsageFault
from gitsig.keys.ssh import SSHKey, read_public_key_blob
from gitsig.model import SignatureFormat, SignedObject
from gitsig.objects import parse
from gitsig.policy import Policy
from gitsig.signatures.armor import dearmor_openpgp, format_of
from gitsig.signatures.openpgp.packet import read_signature
from gitsig.signatures.ssh.armor import dearmor
from gitsig.signatures.ssh.sshsig import split_sshsig
from gitsig.store import walk
from gitsig.store.interface import Store
from gitsig.upkeep.past import Past

__all__ = ["KeyUse", "Seen", "read_history"]

_DISTINCT = 200
"""So many different names or addresses of one key are counted."""
_KEYS = 10_000
"""So many different keys are looked at: a signature names whatever key its author likes."""


class KeyUse:
    """What one key is said to have signed."""

    def __init__(self, format: SignatureFormat, name: str, ssh: SSHKey | None = None) -> None:  # noqa: A002  field
        self.format = format
        self.name = name
        """Full fingerprint; for old OpenPGP signatures the key id (16 digits)."""
        self.ssh = ssh
        self.kinds: Counter[str] = Counter()
        """`commit`, `merge` and `tag`, as a policy's `only` has them."""
        self.emails: Counter[str] = Counter()
        self.people: Counter[str] = Counter()
        self.first: int | None = None
        """By the committer's date."""
        self.last: int | None = None

    @property
    def total(self) -> int:
        """Objects that carry a signature by it."""
        return self.kinds.total()

    def add(self, obj: SignedObject) -> None:
        """Count one object."""
        merge = len(obj.parents) > 1
        self.kinds["tag" if obj.type == "tag" else "merge" if merge else "commit"] += 1
        if obj.committer is None:
            return
        at = obj.committer.time
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)
        for counter, word in ((self.emails, obj.committer.email), (self.people, obj.committer.name)):
            text = word.decode("utf-8", "replace")
            if text in counter or len(counter) < _DISTINCT:
                counter[text] += 1

    def join(self, other: KeyUse) -> None:
        """Take over the counts of another key of the same signer."""
        self.kinds += other.kinds
        self.emails += other.emails
        self.people += other.people
        times = [each for each in (self.first, other.first) if each is not None]
        self.first = min(times, default=None)
        self.last = max((each for each in (self.last, other.last) if each is not None), default=None)


class Seen(NamedTuple):
    """What a history holds."""

    uses: tuple[KeyUse, ...]
    """Most used first."""
    counts: Counter[str]
    """`commits`, `tags`, and of these `signed`, `unsigned`, `x509` and `unreadable`; `unsigned tags`; `missing`; and
    `other keys`, signatures by more keys than are looked at.
    """
    past: Past


def read_history(store: Store, since: int | None = None) -> Seen:
    """Read every commit of all branches and tags, and the tag objects.

    With `since` (Unix seconds) older commits are taken for past. Raises UsageFault where there is nothing to read.
    """
    try:
        tips = all_tips(store, Policy(signers={}))
    except UsageFault as fault:
        raise UsageFault("no branch and no tag to read", where=store.path, mend="commit first") from fault
    counts: Counter[str] = Counter()
    uses: dict[str, KeyUse] = {}
    history = walk(store, [tip.commit for tip in tips if tip.commit is not None])
    past = Past(history.commits.lineages, since)
    counts["missing"] = len(history.missing)
    for obj in _objects(store, history.commits, counts):
        signed = obj.signature is not None
        if past.add(obj.oid, signed, obj.committer.time if obj.committer is not None else 0):
            counts["commits"] += 1
            _count(obj, uses, counts)
    jobs = [job for tip in tips for job in tip.jobs if job.type == "tag"]
    counts["unsigned tags"] = sum(job.lightweight for job in jobs)
    for obj in _objects(store, dict.fromkeys(job.oid for job in jobs if not job.lightweight), counts):
        counts["tags"] += 1
        counts["unsigned tags"] += obj.signature is None
        _count(obj, uses, counts)
    ordered = sorted(uses.values(), key=lambda use: (-use.total, use.name))
    return Seen(tuple(ordered), counts, past)


def _objects(store: Store, oids: Sequence[str] | dict[str, None], counts: Counter[str]) -> Iterator[SignedObject]:
    for oid in oids:
        try:
            yield parse(*store.read(oid), oid, store.object_format)
        except ObjectFault:
            counts["unreadable"] += 1


def _count(obj: SignedObject, uses: dict[str, KeyUse], counts: Counter[str]) -> None:
    if obj.signature is None:
        counts["unsigned"] += 1
        return
    counts["signed"] += 1
    try:
        use = _claimed(obj.signature)
    except GitsigError:
        counts["unreadable"] += 1
        return
    if use is None:
        counts["x509"] += 1
        return
    if use.name not in uses and len(uses) >= _KEYS:
        counts["other keys"] += 1
        return
    uses.setdefault(use.name, use).add(obj)


def _claimed(signature: bytes) -> KeyUse | None:
    """The key that a signature says it was made by; None for X.509. Raises GitsigError outside the grammar."""
    kind = format_of(signature)
    if kind is SignatureFormat.X509:
        return None
    if kind is SignatureFormat.SSH:
        # The public key stands in the signature itself (PROTOCOL.sshsig).
        key = read_public_key_blob(split_sshsig(dearmor(signature)).public_key)
        return KeyUse(kind, key.fingerprint, key)
    packet = read_signature(dearmor_openpgp(signature).data)
    name = packet.issuer_fingerprint or packet.issuer_key_id
    if name is None:
        raise ObjectFault("the signature names no key")
    return KeyUse(kind, name)
