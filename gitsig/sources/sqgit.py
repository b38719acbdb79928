"""sequoia-git: commits are judged by the `openpgp-policy.toml` of their parents, from a trust root on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from gitsig.errors import GitsigError, ObjectMissing, PolicyFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.keys.ssh import SSHKeys
from gitsig.keys.store import KeyStore
from gitsig.loading import LoadedPolicy, read_keys
from gitsig.model import LIMITS, Evidence, KeyFacts, Revocation
from gitsig.policy.adapters.amendment import forbidden
from gitsig.policy.adapters.certificates import joined
from gitsig.policy.adapters.keyring import Adapted
from gitsig.policy.adapters.named import Named
from gitsig.policy.adapters.sqgit import SqGitPolicy, anchor, certificates_in, law, parse_sq_git
from gitsig.sources.disk import GivenFiles, digest_of
from gitsig.sources.entries import identity_at, law_at, tree_of
from gitsig.store import peel, walk
from gitsig.store.interface import Store, mend_of_missing
from gitsig.store.trees import DIRECTORY, SUBMODULE, read_tree

__all__ = ["SqGitKeys", "SqGitLaws", "open_sq_git"]

POLICY = "openpgp-policy.toml"
_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REVOCATIONS = frozenset({0x20, 0x28})
"""Signature types that revoke a key or a subkey (RFC 9580 §5.2.1)."""

Revoked = Mapping[str, tuple[Revocation, ...]]
"""Hard revocations by the fingerprint of the signing key."""


class SqGitKeys(KeyStore):
    """The keys of one law, with the hard revocations that other commits of the history brought."""

    def __init__(self, keys: KeyStore, law: SqGitPolicy, revoked: Revoked) -> None:
        super().__init__(keys.openpgp, keys.ssh, keys.owners)
        self.law = law
        self._revoked = revoked

    def facts(self, evidence: Evidence) -> KeyFacts | None:
        """As `KeyStore.facts`."""
        found = super().facts(evidence)
        further = self._revoked.get(found.fingerprint) if found is not None else None
        if found is None or further is None:
            return found
        return found._replace(
            revocations=(*found.revocations, *(each for each in further if each not in found.revocations))
        )


class SqGitLaws:
    """See `engine.governance.laws.Laws`.

    A hard revocation refuses whatever the key ever signed, wherever in the history it was brought. So all policies are
    read before the first of them judges: those of everything that the refs reach, and of what `expect` is told of.
    """

    root_proof: Literal["named"] = "named"
    three_way = False

    def __init__(self, store: Store, root: str) -> None:
        self.store = store
        self._root = root
        self._tips: set[str] | None = None
        self._seen: set[str] = set()
        self._certificates: dict[str, Certificate] = {}
        self._revoked: dict[str, tuple[Revocation, ...]] = {}

    def identity(self, tree: str) -> str | None:
        """See `Laws`."""
        return identity_at(self.store, tree, POLICY.encode())

    def load(self, commit: str, identity: str) -> LoadedPolicy:  # noqa: ARG002 - the commit has what it names
        """See `Laws`."""
        if self._tips is None:
            self.expect(())
        found, adapted = self.read(commit)
        loaded = read_keys(adapted.policy, GivenFiles(adapted.files))
        return loaded._replace(keys=SqGitKeys(loaded.keys, found, self._revoked))

    def read(self, commit: str) -> tuple[SqGitPolicy, Adapted]:
        """The law in the tree of a commit, before its keys are made ready. Raises as `load`."""
        source = f"{commit[:12]}:{POLICY}"
        data = law_at(self.store, commit, POLICY, LIMITS.policy_size)
        found = parse_sq_git(data, source)
        return found, law(found, source, digest_of("sq-git", data))

    def amendment_fault(self, before: LoadedPolicy, after: LoadedPolicy | None, signer: str) -> str:
        """See `Laws`."""
        if after is None:
            return f"takes {POLICY} away, after which nobody could commit; put it back"
        if not isinstance(before.keys, SqGitKeys) or not isinstance(after.keys, SqGitKeys):
            return f"changes {POLICY}, and it is not known how"
        policy = before.keys.law
        owned = (fingerprint for fingerprint, owner in before.keys.owners.items() if owner.signer == signer)
        holding = sorted({name for fingerprint in owned for name in policy.holders(fingerprint)})
        wrong = forbidden(policy, after.keys.law, holding)
        return f"changes {POLICY} without the right to: {wrong}" if wrong else ""

    def expect(self, tips: Iterable[str]) -> None:
        """Learn what is revoked in the history of `tips`, which no ref need reach yet, and of all refs.

        What is there and no policy revokes nothing. Raises ObjectMissing for what is not there, EnvironmentFault where
        GnuPG is needed and fails.
        """
        if self._tips is None:
            self._tips = set()
            tips = [*tips, *(oid for _, oid in self.store.refs()), self.store.head()[1] or self._root, self._root]
        new = {oid for oid in map(self._commit, tips) if oid is not None} - self._tips
        known = [*self._tips, self._root]
        self._tips |= new
        before = dict(self._certificates)
        if new:
            history = walk(self.store, sorted(new), known)
            for each in history.missing:
                # A revocation may stand in what is not here.
                raise ObjectMissing("a parent is not here", where=each.oid, mend=mend_of_missing(self.store))
            for commit in [*history.commits, *sorted(new & {self._root})]:
                self._learn(commit)
        if self._certificates != before:
            self._find_revoked()

    def _commit(self, oid: str) -> str | None:
        try:
            return peel(self.store, oid, "commit").oid
        except ObjectMissing:
            raise
        except GitsigError:
            return None

    def _learn(self, commit: str) -> None:
        """Take the certificates of a commit's policy into those that are known."""
        try:
            entry = read_tree(self.store, tree_of(self.store, commit)).get(POLICY.encode())
            if entry is None or entry.oid in self._seen or entry.mode in (DIRECTORY, SUBMODULE):
                return
            self._seen.add(entry.oid)
            _, data = self.store.read(entry.oid)
        except ObjectMissing:
            raise  # a revocation may stand in what is not here
        except GitsigError:
            return
        for certificate in certificates_in(data):
            fingerprint = certificate.primary.fingerprint
            known = self._certificates.get(fingerprint)
            (self._certificates[fingerprint],) = joined([certificate] if known is None else [known, certificate])

    def _find_revoked(self) -> None:
        revoking = [each for _, each in sorted(self._certificates.items()) if _may_be_revoked(each)]
        if not revoking:
            return
        keys = OpenPGPKeys([KeySource(each.packets, "", each.primary.fingerprint) for each in revoking])
        for key in keys.all_keys():
            hard = tuple(each for each in key.facts.revocations if each.hard)
            if hard:
                self._revoked[key.facts.fingerprint] = hard


def _may_be_revoked(certificate: Certificate) -> bool:
    return any(signature.sig_class in _REVOCATIONS for each in certificate.components for signature in each.signatures)


def open_sq_git(named: Named, store: Store) -> LoadedPolicy:
    """The anchor that `named` or the repository's configuration gives. Raises PolicyFault."""
    given = named.options.get("root") or store.config("sequoia.trustRoot") or ""
    root = given.lower()
    mend = "write sq-git:?root=COMMIT, or git config sequoia.trustRoot COMMIT, with all 40 hex digits"
    if not root:
        raise PolicyFault("nothing says what the trust root is", where=named.text, mend=mend)
    if not _OBJECT_ID.fullmatch(root):
        raise PolicyFault(f"the trust root {given[:80]!r} is no full object id", where=named.text, mend=mend)
    digest = digest_of(f"sq-git {root}")
    policy = anchor(root, f"sq-git: trust root {root[:12]}", digest)
    keys = KeyStore(OpenPGPKeys(()), SSHKeys(()), {})
    return LoadedPolicy(policy, keys, digest.removeprefix("sha256:"), SqGitLaws(store, root))
