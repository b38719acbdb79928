"""OpenSSH's allowed_signers file as part of a policy: each line's principals become a signer.

A line whose principals include an address of a signer of the policy belongs to that signer; any other makes a signer of
its own, named by its principals. Lines for other namespaces than git's, and certificate authorities, give nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gitsig.errors import PolicyFault
from gitsig.keys.allowed_signers import AllowedSigner, usable_for_git
from gitsig.keys.store import OwnedKey
from gitsig.model import KeyOwner
from gitsig.policy.types import Policy, Signer

__all__ = ["merge_allowed_signers"]


def merge_allowed_signers(policy: Policy, entries: Sequence[AllowedSigner]) -> tuple[Policy, list[OwnedKey]]:
    """The policy with the signers of `entries`, and their keys. Raises PolicyFault where a name or key clashes."""
    signers = dict(policy.signers)
    by_email: dict[str, set[str]] = {}
    for owner, signer in policy.signers.items():
        for email in signer.emails:
            by_email.setdefault(email.lower(), set()).add(owner)
    warnings = list(policy.warnings)
    owned: list[OwnedKey] = []
    for entry in entries:
        if entry.cert_authority or not usable_for_git(entry):
            kind = "a certificate authority" if entry.cert_authority else "not for git's namespace"
            warnings.append(f"{entry.where}: {kind}, so the line gives no key")
            continue
        name = _signer_of(entry, by_email, policy.signers)
        if name not in policy.signers:
            signers[name] = Signer(name=name, patterns=(",".join(entry.principals),))
        until = entry.valid_before + 1 if entry.valid_before is not None else None  # OpenSSH includes that second
        owned.append(OwnedKey(entry.key, KeyOwner(name, entry.valid_after, until), entry.where))
    return policy._replace(signers=signers, warnings=tuple(warnings)), owned


def _signer_of(entry: AllowedSigner, by_email: Mapping[str, Collection[str]], named: Collection[str]) -> str:
    found = {name for each in entry.principals for name in by_email.get(each.lower(), ())}
    if len(found) > 1:
        raise PolicyFault(
            f"the line belongs to several signers of the policy ({', '.join(sorted(found))})",
            where=entry.where,
            mend="give each its own line, with an address that nobody else has",
        )
    if found:
        return found.pop()
    name = ",".join(entry.principals)
    if name in named:
        # Only an address makes a key somebody's; by the bare name it would come to that signer's roles.
        what = f"the line makes a signer of its own, and the policy has one called {name!r}"
        raise PolicyFault(what, where=entry.where, mend="write an address of that signer, or rename one of the two")
    return name
