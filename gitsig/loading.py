"""From a policy's bytes to a policy that can judge: the files that it names are read, and its keys made ready.

Files come from where the policy came from: beside it on disk, or out of the same tree. Policy and keys rooms stay pure;
reading is done here.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gitsig.errors import GitsigError, PolicyFault
from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.keys.ssh import SSHKeys, parse_public_key
from gitsig.keys.store import KeyStore, OwnedKey
from gitsig.model import LIMITS, KeyOwner, KeySpec, SignatureFormat
from gitsig.policy import Policy
from gitsig.policy.keyentries import names_key_file
from gitsig.policy.types import FileSpec
from gitsig.store.interface import Store

if TYPE_CHECKING:
    from gitsig.keys.ssh_revocation import RevokedKeys

__all__ = ["DiskFiles", "Files", "LoadedPolicy", "TreeFiles", "key_lines", "read_keys"]

_FINGERPRINT = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")


class Files(Protocol):
    """Where the files beside a policy come from."""

    def read(self, path: str, where: str) -> bytes:
        """The bytes of the file at `path`, relative to the policy; raises PolicyFault naming `where`."""


class DiskFiles:
    """Files on disk, relative to a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, where: str) -> bytes:
        """As `Files.read`."""
        full = self._folder / path
        try:
            with full.open("rb") as file:
                data = file.read(LIMITS.certificate_size + 1)
        except OSError as error:
            raise PolicyFault(
                f"{full} cannot be read ({error.strerror})",
                where=where,
                mend="mend the path, or the file's permissions",
            ) from error
        # Cut off, a revocation list would be a shorter one.
        if len(data) > LIMITS.certificate_size:
            what = f"{full} is larger than {LIMITS.certificate_size} bytes"
            raise PolicyFault(what, where=where, mend="leave out what no signer needs")
        return data


class TreeFiles:
    """Files in the tree of a commit, relative to a folder in it; absolute paths and `..` lead nowhere."""

    def __init__(self, store: Store, commit: str, folder: str) -> None:
        self._store = store
        self._commit = commit
        self._folder = folder

    def read(self, path: str, where: str) -> bytes:
        """As `Files.read`."""
        full = posixpath.normpath(posixpath.join(self._folder, path))
        if full.startswith(("/", "../")):
            raise PolicyFault(
                f"{path!r} lies outside the repository", where=where, mend="a policy in a tree names files of that tree"
            )
        try:
            return self._store.read_path(self._commit, full)
        except GitsigError as error:
            raise PolicyFault(f"{self._commit[:12]}:{full}: {error.what}", where=where, mend=error.mend) from error


class _Hashed:
    """Other `Files`; what is read goes into a hash as well."""

    def __init__(self, files: Files, material: hashlib._Hash) -> None:
        self._files = files
        self._material = material

    def read(self, path: str, where: str) -> bytes:
        data = self._files.read(path, where)
        self._material.update(hashlib.sha256(path.encode("utf-8", "surrogateescape")).digest())
        self._material.update(hashlib.sha256(data).digest())
        return data


class LoadedPolicy(NamedTuple):
    """A policy with its keys: all that judging needs besides the objects and the time."""

    policy: Policy
    keys: KeyStore
    material: str = ""
    """SHA-256 in hex over the policy and every file that it names: while it stays the same, so does the judgement."""
    laws: object | None = None
    """Where governance finds the policies in trees (an `engine.governance.laws.Laws`); None: our own format."""

    @property
    def source(self) -> str:
        """Where the policy came from, for people."""
        return self.policy.source

    @property
    def digest(self) -> str:
        """`sha256:` and hex, of the policy file's bytes."""
        return self.policy.digest

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its author should think twice about."""
        return (*self.policy.warnings, *self.keys.openpgp.warnings)


def read_keys(policy: Policy, files: Files, cache: Path | None = None) -> LoadedPolicy:
    """Read the key files that `policy` names. Raises PolicyFault for one that is missing or no key file.

    `cache` is where built OpenPGP key stores are kept, by default the user's cache folder.
    """
    material = hashlib.sha256(policy.digest.encode())
    files = _Hashed(files, material)
    policy, listed = _allowed_signers(policy, files)
    ssh = _ssh_keys(policy.key_specs, files) + listed
    openpgp, specs = _openpgp_keys(policy, files, cache)
    owners: dict[str, KeyOwner] = {}
    for fingerprint, index in openpgp.owners:
        spec = specs[index]
        owners[fingerprint] = KeyOwner(spec.signer, spec.valid_from, spec.valid_until)
    seen: dict[str, OwnedKey] = {}
    for each in ssh:
        earlier = seen.setdefault(each.key.fingerprint, each)
        if earlier.owner != each.owner:
            raise PolicyFault(
                f"the key {each.key.fingerprint} stands here and at {earlier.where}, for another signer or time",
                where=each.where,
                mend="a key belongs to one signer: leave one of the two",
            )
        owners[each.key.fingerprint] = each.owner
    keys = KeyStore(openpgp, SSHKeys((each.key for each in ssh), _revoked(policy, files)), owners)
    return LoadedPolicy(policy, keys, material.hexdigest())


def _revoked(policy: Policy, files: Files) -> RevokedKeys | None:
    """The revocation list, if the policy names one; one that cannot be read refuses everything (K12)."""
    if policy.revoked is None:
        return None
    from gitsig.keys.ssh_revocation import parse_revocations

    return parse_revocations(_file(files, policy.revoked), policy.revoked.path)


def _file(files: Files, spec: FileSpec) -> bytes:
    return files.read(spec.path, spec.where)


def _allowed_signers(policy: Policy, files: Files) -> tuple[Policy, list[OwnedKey]]:
    if policy.allowed_signers is None:
        return policy, []
    from gitsig.keys.allowed_signers import parse_allowed_signers
    from gitsig.policy.adapters.allowed_signers import merge_allowed_signers

    entries = parse_allowed_signers(_file(files, policy.allowed_signers), policy.allowed_signers.path)
    merged, owned = merge_allowed_signers(policy, entries)
    if not merged.signers:
        raise PolicyFault("no line gives a key for git", where=policy.allowed_signers.path, mend="add a signer")
    return merged, owned


def _ssh_keys(specs: Sequence[KeySpec], files: Files) -> list[OwnedKey]:
    found = []
    for spec in specs:
        if spec.format is not SignatureFormat.SSH:
            continue
        for line in key_lines(spec, files):
            key = parse_public_key(line, spec.where)
            found.append(OwnedKey(key, KeyOwner(spec.signer, spec.valid_from, spec.valid_until), spec.where))
    return found


def key_lines(spec: KeySpec, files: Files) -> list[str]:
    """The key lines of one `ssh` entry: itself, or those of the file that it names. Raises PolicyFault."""
    if not names_key_file(spec.value):
        return [spec.value]
    text = files.read(spec.value, spec.where).decode("utf-8", "replace")
    # Not splitlines: a form feed or U+2028 would begin a line that nobody sees, with a key of its own.
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    if not lines:
        raise PolicyFault(
            f"{spec.value} holds no key", where=spec.where, mend="paste the line of the .pub file into it"
        )
    return lines


def _openpgp_keys(policy: Policy, files: Files, cache: Path | None) -> tuple[OpenPGPKeys, list[KeySpec]]:
    specs = [spec for spec in policy.key_specs if spec.format is SignatureFormat.OPENPGP]
    keyrings: bytes | None = None
    sources = []
    for spec in specs:
        if not _FINGERPRINT.fullmatch(spec.value):
            sources.append(KeySource(files.read(spec.value, spec.where), "", _called(spec)))
            continue
        if keyrings is None:
            keyrings = _joined([_file(files, each) for each in policy.keyrings])
        sources.append(KeySource(keyrings, spec.value, spec.where))
    return OpenPGPKeys(sources, cache), specs


def _called(spec: KeySpec) -> str:
    """The name of a key file in messages. In a folder of keys, where it stands is the file itself."""
    itself = spec.where.endswith(spec.value.removeprefix("."))
    return spec.where if itself else f"{spec.where}: {spec.value}"


def _joined(keyrings: Sequence[bytes]) -> bytes:
    """Several keyring files as one. Armored ones may stand behind each other, binary ones too, but not mixed."""
    armored = [each for each in keyrings if each[:1] and not each[0] & 0x80]
    if armored and len(armored) != len(keyrings):
        raise PolicyFault("some keyring files are armored and some are not", mend="export them all with gpg --armor")
    return b"\n".join(keyrings) if armored else b"".join(keyrings)
