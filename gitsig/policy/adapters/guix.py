"""Guix's `.guix-authorizations` and `.guix-channel` (the Guix manual, "Specifying Channel Authorizations").

Who is listed may sign, with the very key whose fingerprint it is: a certificate's primary key does not stand for its
subkeys, nor the other way round. Names are comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.sexp import Sexp, Symbol, parse_sexp
from gitsig.policy.types import Defaults, Governance, Identity, Parents, Policy, Signer

__all__ = ["anchor", "authorized_policy", "fingerprint_of", "parse_authorizations", "parse_keyring_reference"]

_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")
_BLANKS = re.compile(r"\s+")
_FORM = 'write (authorizations (version 0) (("FINGERPRINT" (name "NAME")) …)), see the Guix manual'
_CHANNEL_FORM = 'write (channel (version 0) (keyring-reference "BRANCH")), see the Guix manual'
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_LAW = Defaults(identity=Identity.OFF)


def parse_authorizations(data: bytes, source: str) -> dict[str, str]:
    """Full fingerprint (upper-case) of each key that may sign, to its owner's name; empty where none is given.

    As in Guix, further properties are left alone. Raises PolicyFault for what Guix does not read, and for trailing
    text, a fingerprint that is not whole, and syntax beyond `sexp`.
    """
    found = parse_sexp(data, source)
    if not isinstance(found, list) or len(found) < 3 or found[0] != Symbol("authorizations"):
        raise PolicyFault("these are no authorizations", where=source, mend=_FORM)
    _demand_version(found[1], source, _FORM)
    entries = found[2]
    if not isinstance(entries, list):
        raise PolicyFault("the authorizations are no list", where=source, mend=_FORM)
    return dict(_entry(each, source) for each in entries)


def _demand_version(found: Sexp, source: str, form: str) -> None:
    if found != [Symbol("version"), 0]:
        raise PolicyFault("no version, or not version 0, which is all that is known", where=source, mend=form)


def _entry(entry: Sexp, source: str) -> tuple[str, str]:
    if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
        raise PolicyFault("an entry does not begin with a fingerprint in quotes", where=source, mend=_FORM)
    fingerprint = fingerprint_of(entry[0])
    if fingerprint is None:
        raise PolicyFault(f"{entry[0][:60]!a} is no full fingerprint", where=source, mend="write all 40 hex digits")
    names = [value for value in _properties(entry[1:], "name") if value]
    return fingerprint, names[0] if names else ""


def _properties(entries: list[Sexp], key: str) -> Iterator[str]:
    for each in entries:
        if isinstance(each, list) and len(each) == 2 and each[0] == Symbol(key) and isinstance(each[1], str):
            yield each[1]


def fingerprint_of(text: str) -> str | None:
    """A full fingerprint however it is spaced, in upper case; None for anything else."""
    digits = _BLANKS.sub("", text)
    # In capitals only then: a ligature's capitals are digits too.
    return digits.upper() if _FINGERPRINT.fullmatch(digits) else None


def parse_keyring_reference(data: bytes, source: str) -> str | None:
    """The branch that a `.guix-channel` names as its keyring; None where it names none. Raises PolicyFault."""
    found = parse_sexp(data, source)
    if not isinstance(found, list) or len(found) < 2 or found[0] != Symbol("channel"):
        raise PolicyFault("this describes no channel", where=source, mend=_CHANNEL_FORM)
    _demand_version(found[1], source, _CHANNEL_FORM)
    named = [each for each in found[2:] if isinstance(each, list) and each[:1] == [Symbol("keyring-reference")]]
    if not named:
        return None
    values = list(_properties(list(named), "keyring-reference"))
    if len(named) > 1 or len(values) != 1 or not _BRANCH.fullmatch(values[0]):
        raise PolicyFault("keyring-reference names no branch", where=source, mend=_CHANNEL_FORM)
    return values[0]


def authorized_policy(authorizations: Mapping[str, str], source: str, digest: str) -> tuple[Policy, dict[str, str]]:
    """The policy of one file of authorizations, and the signer of each fingerprint."""
    signers = {
        fingerprint: name if name.isprintable() and name.strip() and not name.startswith("role:") else fingerprint
        for fingerprint, name in authorizations.items()
    }
    names = sorted(set(signers.values()))
    policy = Policy({name: Signer(name) for name in names}, defaults=_LAW, source=source, digest=digest)
    return policy, signers


def anchor(introduction: str, signer: str, keyring: str | None, source: str, digest: str) -> Policy:
    """Where Guix begins: a commit (full id) signed by a key (full fingerprint).

    `keyring` is the full name of the ref that holds the keyring, if it need not be judged: nothing authenticates it but
    the fingerprints that the authorizations list. It must not come from what somebody can push, or he could name any.
    """
    governance = Governance(root=introduction, root_signer=signer, parents=Parents.ALL)
    defaults = _LAW if keyring is None else _LAW._replace(except_refs=(keyring,))
    return Policy({}, defaults=defaults, governance=governance, source=source, digest=digest)
