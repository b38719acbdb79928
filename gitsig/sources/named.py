"""Opening a peer's policy that was named: its files are read here, what they mean the adapters know."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.loading import Files, LoadedPolicy, read_keys
from gitsig.policy import Policy
from gitsig.policy.adapters.named import Kind, Named, parse_named
from gitsig.policy.types import FileSpec
from gitsig.sources.disk import GivenFiles, digest_of, file_names, read_file
from gitsig.store.interface import Store

__all__ = ["Material", "check_governed", "material_of", "needs_repository", "open_named"]


class Material(NamedTuple):
    """What a policy is loaded from."""

    policy: Policy
    files: Files
    """Holds every file that the policy names."""


def needs_repository(name: str) -> bool:
    """Whether the policy of this name lies in the commits of a repository. Raises PolicyFault as `parse_named`."""
    named = parse_named(name)
    return named.governed if named is not None else Path(name).name.lower() == "openpgp-policy.toml"


def open_named(named: Named, store: Store | None) -> LoadedPolicy:
    """Read the policy that `named` says. Raises PolicyFault, EnvironmentFault where GnuPG is needed and fails."""
    if named.governed:
        return _governed(named, store)
    return read_keys(*material_of(named))


def check_governed(name: str, folder: str) -> None:
    """Read a policy that lies in the commits of the repository at `folder`, as far as it is there yet.

    A repository without refs still waits for its commits, and for the keys of Guix: then only the name is read, with
    what the repository's configuration adds. Raises as `open_named`.
    """
    from gitsig.store import open_store

    store = open_store(folder)
    named = parse_named(name) or Named(Kind.SQ_GIT, "", {}, name)
    if named.kind is not Kind.GUIX or any(True for _ in store.refs()):
        open_named(named, store)
        return
    from gitsig.sources.guix import introduced

    introduced(named, _repository(named, store))


def material_of(named: Named) -> Material:
    """What a policy that does not lie in commits is loaded from. Raises as `open_named`."""
    return _OPENERS[named.kind](named)


def _allowed_signers(named: Named) -> Material:
    """A policy of nothing but the defaults and an allowed_signers file."""
    file = Path(named.location)
    data = read_file(file)
    policy = Policy(
        signers={},
        allowed_signers=FileSpec(file.name, str(file)),
        revoked=_revoked(named),
        source=str(file),
        digest=digest_of("", data) if "revoked" in named.options else _plain_digest(data),
    )
    return Material(policy, GivenFiles({file.name: data, **_revocations(policy)}))


def _plain_digest(data: bytes) -> str:
    import hashlib

    return "sha256:" + hashlib.sha256(data).hexdigest()


def _revoked(named: Named) -> FileSpec | None:
    name = named.options.get("revoked")
    return None if name is None else FileSpec(str(Path(name).absolute()), named.text)


def _revocations(policy: Policy) -> dict[str, bytes]:
    """The revocation list, all of it: one that was cut off would let the rest pass (K12)."""
    return {} if policy.revoked is None else {policy.revoked.path: read_file(Path(policy.revoked.path))}


def _keyring(named: Named) -> Material:
    from gitsig.policy.adapters.keyring import keyring_policy
    from gitsig.sources.keyrings import read_keyring

    found = read_keyring(Path(named.location))
    policy, files = keyring_policy(found.certificates, named.text, found.digest, found.warnings)
    return Material(policy, GivenFiles(files))


def _gnupg_home(named: Named) -> Material:
    from gitsig.policy.adapters.keyring import keyring_policy
    from gitsig.sources.keyrings import read_home

    found = read_home(Path(named.location) if named.location else None)
    policy, files = keyring_policy(found.certificates, named.text, found.digest, found.warnings)
    return Material(policy, GivenFiles(files))


def _keys(named: Named) -> Material:
    from gitsig.policy.adapters.folder import folder_policy, is_key_file

    folder = Path(named.location)
    names = file_names(folder)
    files = {f"./{name}": read_file(folder / name) for name in names if is_key_file(name)}
    digest = digest_of("keys", *(part for name, data in files.items() for part in (os.fsencode(name), data)))
    policy = folder_policy(names, str(folder), digest, _revoked(named))
    return Material(policy, GivenFiles({**files, **_revocations(policy)}))


def _bitcoin(named: Named) -> Material:
    from gitsig.policy.adapters.bitcoin import FILES, bitcoin_policy, parse_lists
    from gitsig.sources.keyrings import read_home, read_keyring

    folder = Path(named.location)
    data = {name: read_file(folder / name) for name in FILES}
    lists = parse_lists(data, str(folder))
    keyring = named.options.get("keyring")
    found = read_home(None) if keyring is None else read_keyring(Path(keyring))
    # The rest of a person's keyring has no say, and must not change the digest.
    policy, files = bitcoin_policy(lists, found.certificates, named.text, digest_of("bitcoin", *data.values()))
    return Material(policy, GivenFiles(files))


def _governed(named: Named, store: Store | None) -> LoadedPolicy:
    store = _repository(named, store)
    if named.kind is Kind.GUIX:
        from gitsig.sources.guix import open_guix

        return open_guix(named, store)
    from gitsig.sources.sqgit import open_sq_git

    return open_sq_git(named, store)


def _repository(named: Named, store: Store | None) -> Store:
    if named.location:
        from gitsig.store import open_store

        meant = open_store(named.location)
        if store is not None and meant.git_dir.resolve() != store.git_dir.resolve():
            mend = f"name that one with --repo, or leave it out: {named.kind}:?…"
            raise PolicyFault(f"another repository than the one at hand, {store.path}", where=named.text, mend=mend)
        return store or meant
    if store is None:
        what = "the policy lies in a repository's commits, and none is at hand"
        raise PolicyFault(what, where=named.text, mend="run in one, or name it with --repo")
    return store


_OPENERS: Mapping[Kind, Callable[[Named], Material]] = {
    Kind.ALLOWED_SIGNERS: _allowed_signers,
    Kind.GNUPG_HOME: _gnupg_home,
    Kind.KEYRING: _keyring,
    Kind.KEYS: _keys,
    Kind.BITCOIN: _bitcoin,
}
