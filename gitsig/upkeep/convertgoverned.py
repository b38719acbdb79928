"""A law of Guix or sequoia-git, as it is in a commit's tree, made ready to become our own policy in that tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.loading import Files, LoadedPolicy
from gitsig.model import KeySpec, SignatureFormat
from gitsig.policy import Policy
from gitsig.policy.adapters.certificates import file_of
from gitsig.policy.adapters.sqgit import Right, SqGitPolicy
from gitsig.policy.types import Governance
from gitsig.sources.disk import GivenFiles
from gitsig.sources.guix import GuixLaws
from gitsig.sources.sqgit import SqGitLaws
from gitsig.store.interface import Store

__all__ = ["Law", "law_at_head"]


class Law(NamedTuple):
    """A law with what is lost when our own file says it."""

    policy: Policy
    files: Files
    notes: list[str]


def law_at_head(anchor: LoadedPolicy) -> Law:
    """The law in the tree of HEAD. Raises PolicyFault where there is none."""
    laws = anchor.laws
    if isinstance(laws, GuixLaws):
        return _guix(laws, _head(laws.store))
    if isinstance(laws, SqGitLaws):
        return _sq_git(laws, _head(laws.store))
    raise PolicyFault("the policy in the repository is gitsig's own already", where=anchor.source)


def _head(store: Store) -> str:
    head = store.head()[1]
    if head is None:
        raise PolicyFault("HEAD is at no commit, so there is no policy to convert", where=store.path)
    return head


def _guix(laws: GuixLaws, head: str) -> Law:
    policy, signers = laws.read(head)
    specs: list[KeySpec] = []
    files: dict[str, bytes] = {}
    notes: list[str] = []
    held = set()
    for certificate in laws.certificates:
        keys = [each.key.fingerprint for each in certificate.keys if each.key is not None]
        listed = [each for each in keys if each in signers]
        held |= set(listed)
        if not listed:
            continue
        owner, file = signers[listed[0]], file_of(certificate)
        specs.append(KeySpec(owner, SignatureFormat.OPENPGP, file, policy.source))
        files[file] = certificate.packets
        if len(listed) < len(keys):
            notes.append(f"{owner}: every signing key of {keys[0]} counts from now on, not only {', '.join(listed)}")
    notes += [
        f"{signers[each]}: the keyring has no key {each}, so it is left out" for each in sorted(signers.keys() - held)
    ]
    owners = {spec.signer for spec in specs}
    kept = {name: signer for name, signer in policy.signers.items() if name in owners}
    governance = Governance(signers=frozenset(kept))
    return Law(policy._replace(signers=kept, key_specs=tuple(specs), governance=governance), GivenFiles(files), notes)


def _sq_git(laws: SqGitLaws, head: str) -> Law:
    found, (policy, files) = laws.read(head)
    able = frozenset(spec.signer for spec in policy.key_specs if _may_amend(found, spec.value.removesuffix(".pgp")))
    notes = ["add_user, retire_user and audit are one right here: who has all three may change the policy"]
    if not able:
        notes.append("nobody has all three, so nobody may change the policy: name somebody in [governance] signers")
    if found.goodlist:
        notes.append(f"commit_goodlist is left out ({len(found.goodlist)} commits): see [[exceptions]]")
    without = sorted(found.authorizations.keys() - _named(found, policy))
    notes += [f"{name!r} may sign neither commits nor tags, and is left out" for name in without]
    governance = Governance(signers=able) if able else None
    return Law(policy._replace(governance=governance), GivenFiles(files), notes)


def _may_amend(found: SqGitPolicy, fingerprint: str) -> bool:
    wanted = {Right.SIGN_COMMIT, Right.ADD_USER, Right.RETIRE_USER, Right.AUDIT}
    return any(wanted <= found.authorizations[name].rights for name in found.holders(fingerprint))


def _named(found: SqGitPolicy, policy: Policy) -> set[str]:
    kept: Sequence[str] = [spec.value.removesuffix(".pgp") for spec in policy.key_specs]
    return {name for fingerprint in kept for name in found.holders(fingerprint)}
