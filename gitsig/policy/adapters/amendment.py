"""Who may change a sequoia-git policy, and how: each change asks for rights of the policy before it.

All the rights must be those of one authorization that holds the signer's certificate; those of several are not united.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from gitsig.keys.openpgp import packets as p
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.keys.openpgp.packets import read_packets
from gitsig.policy.adapters.sqgit import Authorization, Right, SqGitPolicy

__all__ = ["Change", "changes", "forbidden"]

_NOBODY = Authorization(frozenset(), {})


class Change(NamedTuple):
    """One difference between two policies."""

    words: str
    needs: frozenset[Right]


def forbidden(before: SqGitPolicy, after: SqGitPolicy, holding: Collection[str]) -> str:
    """Why a signer whose certificate the authorizations `holding` of `before` have may not make it `after`.

    Empty if he may.
    """
    found = list(changes(before, after))
    told = ""
    for name in holding:
        rights = before.authorizations[name].rights
        lacking = [(each, each.needs - rights) for each in found if not each.needs <= rights]
        if Right.SIGN_COMMIT in rights and not lacking:
            return ""
        if lacking and not told:
            change, lacks = lacking[0]
            told = f"it {change.words}, for which {name!r} lacks {' and '.join(sorted(lacks))}"
    return told or "its signer may not sign commits"


def changes(before: SqGitPolicy, after: SqGitPolicy) -> Iterator[Change]:
    """Every difference that needs a right."""
    for oid in sorted(before.goodlist ^ after.goodlist):
        word = "puts" if oid in after.goodlist else "takes"
        place = "on" if oid in after.goodlist else "off"
        yield _change(f"{word} {oid[:12]} {place} commit_goodlist", Right.AUDIT)
    names = sorted(before.authorizations.keys() | after.authorizations.keys())
    for name in names:
        old, new = before.authorizations.get(name), after.authorizations.get(name)
        if old is None:
            yield _change(f"adds {name!r}", Right.ADD_USER)
        if new is None:
            yield _change(f"retires {name!r}", Right.RETIRE_USER)
        yield from _within(name, old or _NOBODY, new or _NOBODY)


def _change(words: str, *needs: Right) -> Change:
    return Change(words, frozenset(needs))


def _within(name: str, old: Authorization, new: Authorization) -> Iterator[Change]:
    for right in sorted(old.rights - new.rights):
        yield _change(f"takes {right} from {name!r}", Right.RETIRE_USER, right)
    for right in sorted(new.rights - old.rights):
        yield _change(f"gives {right} to {name!r}", Right.ADD_USER, right)
    for fingerprint in sorted(old.certificates.keys() - new.certificates.keys()):
        yield _change(f"takes the certificate {fingerprint} from {name!r}", Right.RETIRE_USER)
    for fingerprint in sorted(new.certificates.keys() - old.certificates.keys()):
        yield _change(f"gives the certificate {fingerprint} to {name!r}", Right.ADD_USER)
    for fingerprint in sorted(old.certificates.keys() & new.certificates.keys()):
        # Whoever commits may bring new signatures of a certificate; to take one away could undo a revocation.
        if _signatures(old.certificates[fingerprint]) - _signatures(new.certificates[fingerprint]):
            yield _change(f"takes signatures out of the certificate {fingerprint}", Right.RETIRE_USER)


def _signatures(certificate: Certificate) -> set[tuple[bytes, bytes]]:
    """Each signature packet with the key or user ID that it stands on."""
    found: set[tuple[bytes, bytes]] = set()
    component = b""
    for packet in read_packets(certificate.packets):
        if packet.tag == p.SIGNATURE:
            found.add((component, packet.body))
        else:
            component = bytes([packet.tag]) + packet.body
    return found
