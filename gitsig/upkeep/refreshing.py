"""`gitsig keys refresh`: newer copies of the certificates that are listed already.

Only a certificate with the same primary fingerprint is taken, and it is merged with the listed one: a copy from before
a revocation must not undo it, nor one without an old subkey turn its signatures unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.model import KeyFacts, SignatureFormat
from gitsig.policy.times import iso
from gitsig.upkeep.certificates import armored, export_from_keyring, facts_of, merged
from gitsig.upkeep.document import Document
from gitsig.upkeep.entries import Entry, list_entries
from gitsig.upkeep.keyinput import GivenKey
from gitsig.upkeep.opened import Opened
from gitsig.upkeep.outcome import Outcome, settle

__all__ = ["refresh_keys"]


def refresh_keys(opened: Opened, given: Sequence[GivenKey], *, from_keyring: bool = False) -> Outcome:
    """Merge newer copies, from `given` or the user's own keyring, into the key files of the policy.

    Raises PolicyFault or EnvironmentFault where GnuPG does not take a certificate, or fails.
    """
    loaded = opened.load()
    newer = {each.fingerprint: each.certificate for each in given if each.certificate is not None}
    files: dict[str, tuple[bytes | None, bytes]] = {}
    told: list[str] = []
    listed: set[str] = set()
    for entry in list_entries(loaded, opened.files):
        if entry.spec.format is not SignatureFormat.OPENPGP:
            continue
        listed |= set(entry.fingerprints)
        if from_keyring:
            for fingerprint in entry.fingerprints:
                newer |= {each.primary.fingerprint: each for each in export_from_keyring(fingerprint)}
        told += _refresh(opened, entry, newer, files)
    told += [
        f"{each.fingerprint} is not listed, and left out ({each.origin})"
        for each in given
        if each.fingerprint not in listed
    ]
    outcome, _ = settle(
        opened, Document(opened.data, opened.source), files, told or ["nothing is newer than what is listed"]
    )
    return outcome


def _refresh(
    opened: Opened,
    entry: Entry,
    newer: Mapping[str, Certificate],
    files: dict[str, tuple[bytes | None, bytes]],
) -> Iterator[str]:
    wanted = [each for each in entry.fingerprints if each in newer]
    if not wanted:
        return
    if entry.spec.value.upper().replace(" ", "") in entry.fingerprints:
        yield f"{entry.spec.signer}: {wanted[0]} is picked from a keyring ({entry.spec.where}): refresh that file"
        return
    data = opened.files.read(entry.spec.value, entry.spec.where)
    old = read_certificates(data, entry.spec.value)
    new = [
        merged(each, newer[each.primary.fingerprint]) if each.primary.fingerprint in wanted else each for each in old
    ]
    before, after = facts_of(old), facts_of(new)
    for name in entry.fingerprints:
        _demand_whole(before[name], after[name], entry)
    said = [
        f"{entry.spec.signer}: {line}"
        for name in entry.fingerprints
        for line in _differences(before[name], after[name])
    ]
    if said or _grown(old, new):
        files[entry.spec.value] = (data, armored(new))
        yield from said or [f"{entry.spec.signer}: {entry.spec.value} has newer self-signatures or user IDs, same keys"]
    else:
        yield f"{entry.spec.signer}: {', '.join(wanted)} is up to date"


def _demand_whole(before: Sequence[KeyFacts], after: Sequence[KeyFacts], entry: Entry) -> None:
    """A merge that lost a key or a revocation would turn signatures unknown, or let a thief's pass."""
    held = {each.fingerprint: set(each.revocations) for each in after}
    for key in before:
        if key.fingerprint not in held or set(key.revocations) - held[key.fingerprint]:
            what = f"the merged certificate would lose {key.fingerprint}, or that it is revoked"
            raise PolicyFault(what, where=f"{entry.spec.where}: {entry.spec.value}", mend="merge it by hand with gpg")


def _grown(old: Sequence[Certificate], new: Sequence[Certificate]) -> bool:
    """Whether a packet is new: GnuPG may give the same ones back in another order."""
    return any(_signatures(after) - _signatures(before) for before, after in zip(old, new, strict=True))


def _signatures(certificate: Certificate) -> set[tuple[object, ...]]:
    return {
        (each.user_id, each.key.fingerprint if each.key else None, signature)
        for each in certificate.components
        for signature in (None, *each.signatures)
    }


def _differences(before: Sequence[KeyFacts], after: Sequence[KeyFacts]) -> Iterator[str]:
    known = {each.fingerprint: each for each in before}
    for key in after:
        old = known.get(key.fingerprint)
        if old is None:
            use = "signing subkey" if key.can_sign and not key.unbound else "subkey (does not sign)"
            yield f"new {use} {key.fingerprint}, {key.algorithm}, {_until(key.expires)}"
            continue
        if key.expires != old.expires:
            yield f"{key.fingerprint} now {_until(key.expires)}, before {_until(old.expires)}"
        for revocation in key.revocations:
            if revocation not in old.revocations:
                yield f"{key.fingerprint} is REVOKED since {iso(revocation.at)} ({revocation.reason})"


def _until(expires: int | None) -> str:
    return "never expires" if expires is None else f"expires {iso(expires)}"
