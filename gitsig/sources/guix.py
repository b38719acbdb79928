"""Guix: commits are judged by the `.guix-authorizations` of their parents, from an introduction on.

The keys come from a branch of the repository that nothing authenticates. It need not be: a key in it signs for nobody
whom the authorizations do not list by full fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from gitsig.errors import GitsigError, ObjectFault, ObjectMissing, PolicyFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.keys.ssh import SSHKeys
from gitsig.keys.store import KeyStore
from gitsig.loading import LoadedPolicy
from gitsig.model import LIMITS, Evidence, KeyOwner
from gitsig.policy import Policy
from gitsig.policy.adapters.certificates import KEYRING_SIZE, joined
from gitsig.policy.adapters.guix import (
    anchor,
    authorized_policy,
    fingerprint_of,
    parse_authorizations,
    parse_keyring_reference,
)
from gitsig.policy.adapters.named import Named
from gitsig.sources.disk import digest_of
from gitsig.sources.entries import identity_at, law_at, tree_of
from gitsig.sources.keyrings import packets_in
from gitsig.store.interface import PathMissing, Store
from gitsig.store.trees import DIRECTORY, REGULAR, Entry, read_tree

__all__ = ["GuixLaws", "ListedKeys", "introduced", "open_guix"]

AUTHORIZATIONS = ".guix-authorizations"
CHANNEL = ".guix-channel"
_KEYRING = "keyring"
_SUFFIX = b".key"
_ENTRIES = 100_000
"""Files and folders of the keyring's branch that are looked at."""
_DEPTH = 32
_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class ListedKeys(KeyStore):
    """The keys of a keyring, of which those count whose own fingerprint is listed: `owners` is keyed by it."""

    def owner(self, evidence: Evidence) -> KeyOwner | None:
        """Whom the very key that signed belongs to."""
        return self.owners.get(evidence.key_fingerprint) if evidence.key_fingerprint else None


class GuixLaws:
    """See `engine.governance.laws.Laws`."""

    root_proof: Literal["key"] = "key"
    three_way = False

    def __init__(self, store: Store, openpgp: OpenPGPKeys, certificates: Sequence[Certificate]) -> None:
        """`openpgp` are the keys of the keyring's `certificates`."""
        self.store = store
        self._openpgp = openpgp
        self.certificates = certificates

    def identity(self, tree: str) -> str | None:
        """See `Laws`."""
        return identity_at(self.store, tree, AUTHORIZATIONS.encode())

    def load(self, commit: str, identity: str) -> LoadedPolicy:  # noqa: ARG002 - the commit has what it names
        """See `Laws`. Who is listed and not in the keyring cannot sign, and does no harm."""
        policy, signers = self.read(commit)
        owners = {fingerprint: KeyOwner(name) for fingerprint, name in signers.items()}
        return LoadedPolicy(policy, ListedKeys(self._openpgp, SSHKeys(()), owners))

    def read(self, commit: str) -> tuple[Policy, dict[str, str]]:
        """The law in the tree of a commit, and the signer of each fingerprint in it. Raises as `load`."""
        source = f"{commit[:12]}:{AUTHORIZATIONS}"
        data = law_at(self.store, commit, AUTHORIZATIONS, LIMITS.policy_size)
        return authorized_policy(parse_authorizations(data, source), source, digest_of("guix", data))

    def amendment_fault(self, before: LoadedPolicy, after: LoadedPolicy | None, signer: str) -> str:  # noqa: ARG002 - whoever may sign may change it
        """See `Laws`."""
        return "" if after is not None else f"takes {AUTHORIZATIONS} away, which nobody may; put it back"


def introduced(named: Named, store: Store) -> tuple[str, str]:
    """The full id of the introduction's commit and the fingerprint of its signer. Raises PolicyFault."""
    introduction = _option(named, store, "introduction", "introduction-commit")
    signer = fingerprint_of(_option(named, store, "signer", "introduction-signer"))
    if not _OBJECT_ID.fullmatch(introduction.lower()):
        mend = "write all 40 hex digits of the commit: git rev-parse REV"
        raise PolicyFault(f"{introduction[:80]!r} is no full object id", where=named.text, mend=mend)
    if signer is None:
        raise PolicyFault(
            "the introduction's signer is no full fingerprint", where=named.text, mend="write 40 hex digits"
        )
    return introduction.lower(), signer


def open_guix(named: Named, store: Store) -> LoadedPolicy:
    """The anchor that `named` and the repository's configuration give. Raises PolicyFault."""
    introduction, signer = introduced(named, store)
    ref, tip, free = _keyring_ref(named, store)
    certificates, warnings, material = _read_keyring(store, ref, tip)
    openpgp = OpenPGPKeys([KeySource(each.packets, "", f"{ref}: {each.primary.fingerprint}") for each in certificates])
    source = f"guix: introduction {introduction[:12]}, keyring {ref} ({tip[:12]})"
    digest = digest_of(f"guix {introduction} {signer} {ref}", *material.values())
    policy = anchor(introduction, signer, ref if free else None, source, digest)._replace(warnings=tuple(warnings))
    keys = ListedKeys(openpgp, SSHKeys(()), {})
    return LoadedPolicy(policy, keys, digest.removeprefix("sha256:"), GuixLaws(store, openpgp, certificates))


def _option(named: Named, store: Store, key: str, configured: str) -> str:
    found = named.options.get(key) or _configured(store, configured)
    if not found:
        mend = f"write guix:?introduction=COMMIT&signer=FINGERPRINT, or set guix.authentication.{configured}"
        raise PolicyFault(f"nothing says what the {key} is", where=named.text, mend=mend)
    return found


def _configured(store: Store, key: str) -> str | None:
    """As Guix: what is set for the current branch, and then what is set for all."""
    branch = (store.head()[0] or "").removeprefix("refs/heads/")
    own = store.config(f"guix.authentication-{branch}.{key}") if branch else None
    return own or store.config(f"guix.authentication.{key}")


def _keyring_ref(named: Named, store: Store) -> tuple[str, str, bool]:
    """Full name and id of the branch that holds the keyring, and whether pushes may choose it freely.

    One that only `.guix-channel` names is judged as any other: whoever commits there could name the main branch.
    """
    given = named.options.get("keyring") or _configured(store, "keyring")
    channel = None if given else _of_channel(store)
    name = given or channel or _KEYRING
    refs = dict(store.refs())
    for ref in (name,) if name.startswith("refs/") else (f"refs/heads/{name}", f"refs/remotes/{name}"):
        if ref in refs:
            return ref, refs[ref], channel in (None, _KEYRING)
    mend = f"git fetch REMOTE {name}:{name}, or name it with keyring=BRANCH"
    raise PolicyFault(f"no branch {name!r} holds the keyring", where=named.text, mend=mend)


def _of_channel(store: Store) -> str | None:
    """What `.guix-channel` of HEAD says. Whoever commits can change it: no more may rest on it than where keys lie."""
    head = store.head()[1]
    if head is None:
        return None
    try:
        data = store.read_path(head, CHANNEL)
    except PathMissing:
        return None
    except GitsigError as error:
        raise PolicyFault(error.what, where=f"HEAD:{CHANNEL}", mend="name the branch: guix:?keyring=…") from error
    return parse_keyring_reference(data, f"HEAD:{CHANNEL}")


def _read_keyring(store: Store, ref: str, tip: str) -> tuple[list[Certificate], list[str], Mapping[str, bytes]]:
    """The certificates in the `.key` files of the branch's tree, in folders too, and the files."""
    found: list[Certificate] = []
    warnings: list[str] = []
    files: dict[str, bytes] = {}
    size = 0
    for name, entry in _key_files(store, tree_of(store, tip), ref):
        shown = f"{ref}:{name.decode('utf-8', 'replace')}"
        if entry.mode not in REGULAR:
            warnings.append(f"{shown} is no regular file, and gives no key")
            continue
        files[shown] = data = _blob(store, entry.oid, shown)
        size += len(data)
        if size > KEYRING_SIZE:
            raise PolicyFault(f"the keyring is larger than {KEYRING_SIZE} bytes", where=ref, mend="keep the keys apart")
        try:
            certificates, told = packets_in(data, shown)
        except PolicyFault as fault:
            # One odd file must not block the others (K4); whoever signs with its key is unknown.
            certificates, told = [], [f"{shown} gives no key: {fault.what}"]
        found += certificates
        warnings += told
    whole = joined(found)
    if not whole:
        raise PolicyFault("the keyring holds no key", where=ref, mend="keys are its *.key files")
    return whole, warnings, files


def _key_files(store: Store, tree: str, ref: str) -> Iterator[tuple[bytes, Entry]]:
    """Path and entry of everything that ends in `.key`. Raises PolicyFault for more than a keyring can hold."""
    waiting, number = [(b"", tree)], 0
    while waiting:
        folder, oid = waiting.pop()
        for name, entry in read_tree(store, oid).items():
            number += 1
            if number > _ENTRIES or folder.count(b"/") > _DEPTH:
                raise PolicyFault("too many files and folders for a keyring", where=ref, mend="keep the keys apart")
            if entry.mode == DIRECTORY:
                waiting.append((folder + name + b"/", entry.oid))
            elif name.endswith(_SUFFIX):
                yield folder + name, entry


def _blob(store: Store, oid: str, where: str) -> bytes:
    try:
        kind, data = store.read(oid)
    except ObjectMissing as error:
        raise PolicyFault(error.what, where=where, mend=error.mend) from error
    if kind != "blob":
        raise ObjectFault(f"a {kind} where a file should be", where=where)
    return data
