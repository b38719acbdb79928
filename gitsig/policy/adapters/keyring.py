"""A keyring as a policy: whoever has a certificate in it may sign everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.model import KeySpec, SignatureFormat
from gitsig.policy.adapters.certificates import file_of, joined, names_of
from gitsig.policy.types import Policy, Signer

__all__ = ["Adapted", "keyring_policy"]


class Adapted(NamedTuple):
    """A policy that an adapter made, and the key files that it names, by their names."""

    policy: Policy
    files: dict[str, bytes]


def keyring_policy(
    certificates: Sequence[Certificate], source: str, digest: str, warnings: Sequence[str] = ()
) -> Adapted:
    """Every certificate of a keyring makes a signer. `digest` is as in `Policy`. Raises PolicyFault for none at all."""
    whole = joined(certificates)
    if not whole:
        raise PolicyFault("the keyring has no certificate, so nothing could be accepted", where=source, mend="fill it")
    names = names_of(whole)
    specs = tuple(
        KeySpec(names[each.primary.fingerprint], SignatureFormat.OPENPGP, file_of(each), source) for each in whole
    )
    told = f"{source}: each of its {len(whole)} certificates may sign everything; GnuPG's ownertrust is not looked at"
    policy = Policy(
        signers={spec.signer: Signer(spec.signer) for spec in specs},
        key_specs=specs,
        source=source,
        digest=digest,
        warnings=(told, *warnings),
    )
    return Adapted(policy, {file_of(each): each.packets for each in whole})
