"""The OpenPGP keys of a policy: certificates as GnuPG sees them, built once per set of certificates and kept.

The folder (`gitsig.keys.openpgp.kept`) is named by a digest over the key files and the gpg program, so whatever changes
makes a new one. On the warm path no GnuPG process runs and no certificate is parsed: `facts.json` holds all it takes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gitsig.errors import EnvironmentFault, GitsigError, PolicyFault
from gitsig.keys.openpgp.gpg import find_gpg
from gitsig.keys.openpgp.kept import build_of, folder_name, read_facts, sealed, settle, vouched_names
from gitsig.keys.openpgp.signingkey import SigningKey, from_json, signing_keys, to_json
from gitsig.keys.private import cache_root, is_private, make_private, temporary_private
from gitsig.model import LIMITS

if TYPE_CHECKING:
    from gitsig.keys.openpgp.certificate import Certificate

__all__ = ["KeySource", "OpenPGPKeys"]


class KeySource(NamedTuple):
    """A key file's bytes, and which certificates of it count."""

    data: bytes
    pick: str
    """Full primary fingerprint of the one certificate that counts; empty for all of the file."""
    where: str
    """For diagnostics."""


class OpenPGPKeys:
    """Signing keys of the allowlisted certificates, found by fingerprint or key id."""

    def __init__(self, sources: Sequence[KeySource], cache: Path | None = None) -> None:
        """Read `sources`; GnuPG is asked only when the first key is looked up and nothing is kept from before.

        Raises PolicyFault for a key file that is none and for a certificate that stands in two sources.
        """
        self.warnings: list[str] = []
        self._sources = tuple(sources)
        self._program = ""
        self._fault: GitsigError | None = None
        self._by_id: dict[str, list[SigningKey]] | None = None
        self._cache = cache if cache is not None else cache_root()
        self.digest = _digest(self._sources)
        self._folder: Path | None = None
        self._facts: dict[str, Any] | None = (
            self._read_kept() if self._sources else {"owners": [], "keys": [], "refused": []}
        )
        self._certificates = [] if self._facts else _parse(self._sources)
        self.owners: tuple[tuple[str, int], ...] = self._read_owners()
        """(primary fingerprint, index of its source)."""

    @property
    def program(self) -> str:
        """Path of gpg; raises EnvironmentFault if there is none."""
        if not self._program:
            self._program = find_gpg()
        return self._program

    def lookup(self, fingerprint: str | None, key_id: str | None) -> Sequence[SigningKey]:
        """Keys that a signature's issuer may mean: more than one where certificates share a key or a key id.

        Raises EnvironmentFault or PolicyFault where the key store cannot be built.
        """
        by_id = self._by_id if self._by_id is not None else self._load()
        if fingerprint is not None:
            return [each for each in by_id.get(fingerprint[-16:], ()) if each.facts.fingerprint == fingerprint]
        return by_id.get(key_id or "", ())

    def find(self, primary: str, fingerprint: str) -> SigningKey | None:
        """The key `fingerprint` of the certificate `primary`, or None."""
        for key in self.lookup(fingerprint, None):
            if key.facts.primary == primary:
                return key
        return None

    def all_keys(self) -> list[SigningKey]:
        """Every key of every certificate, in the order of the policy."""
        by_id = self._by_id if self._by_id is not None else self._load()
        return [key for keys in by_id.values() for key in keys]

    def binding(self, key_id: str) -> str:
        """A digest of everything that evidence on signatures by the keys with this id rests on.

        Those are their certificates, all of them, and the gpg that vouched. Raises EnvironmentFault or PolicyFault as
        `lookup` does.
        """
        certificates = sorted(f"{key.certificate} {key.name}" for key in self.lookup(None, key_id))
        return hashlib.sha256("\n".join([self.build, *certificates]).encode()).hexdigest()

    @property
    def build(self) -> str:
        """Which gpg vouches for these keys; empty if there are no keys, or no gpg."""
        program = shutil.which("gpg") if self._sources else None
        return build_of(program) if program is not None else ""

    def home(self, key: SigningKey) -> Path:
        """The GnuPG home that holds the certificate of `key`."""
        if self._folder is None:
            raise EnvironmentFault("the key store has no folder")
        return self._folder / f"ring{key.ring}"

    def remember_vouching(self, key: SigningKey) -> None:
        """Keep in mind that GnuPG vouched for `key` in this key store."""
        key.vouched = True
        if self._folder is not None:
            try:
                (self._folder / "vouched" / key.name).touch(mode=0o600)
            except OSError:
                self.warnings.append(f"{self._folder} cannot be written: GnuPG will be asked again next time")

    def _read_owners(self) -> tuple[tuple[str, int], ...]:
        if self._facts:
            return tuple((primary, index) for primary, index in self._facts["owners"])
        return tuple((each.primary.fingerprint, index) for each, index in self._certificates)

    def _read_kept(self) -> dict[str, Any] | None:
        """What an earlier run kept for these very files, or None. Never an error: it is then made anew."""
        program = shutil.which("gpg")
        if program is None:
            return None
        folder = self._cache / "keyrings" / folder_name(self.digest, program)
        if not (is_private(self._cache) and is_private(folder.parent)):
            return None
        facts = read_facts(folder, self.digest)
        if facts is not None:
            self._folder = folder
        return facts

    def _load(self) -> dict[str, list[SigningKey]]:
        if self._fault is not None:
            raise self._fault
        try:
            facts = self._facts or self._build()
            by_id = self._index(facts)
        except GitsigError as fault:
            self._fault = fault
            raise
        self._by_id = by_id
        return by_id

    def _index(self, facts: dict[str, Any]) -> dict[str, list[SigningKey]]:
        vouched = vouched_names(self._folder) if self._folder else frozenset()
        self.warnings += [
            f"GnuPG does not take the certificate {each} (no valid self-signature, or a kind of key that it does not "
            "know), so nobody can sign with it: see what gpg --import says of it, and export it anew"
            for each in facts["refused"]
        ]
        by_id: dict[str, list[SigningKey]] = {}
        for row in facts["keys"]:
            key = from_json(row)
            key.vouched = key.name in vouched
            by_id.setdefault(key.facts.fingerprint[-16:], []).append(key)
        return by_id

    def _build(self) -> dict[str, Any]:
        """Let GnuPG read the certificates, in a new folder that takes its place when it is whole."""
        program = self.program
        parent = self._parent()
        final = parent / folder_name(self.digest, program)
        try:
            with tempfile.TemporaryDirectory(prefix="new-", dir=parent, ignore_cleanup_errors=True) as name:
                made = Path(name)
                (made / "vouched").mkdir(mode=0o700)
                facts = self._ask(program, made)
                (made / "facts.json").write_bytes(sealed(facts, self.digest))
                settle(made, final, self.digest)
        except OSError as error:
            raise EnvironmentFault(
                f"the key store cannot be written ({error.strerror})",
                where=str(parent),
                mend="make room, or set GITSIG_CACHE_DIR to a folder that can be written",
            ) from error
        self._folder = final
        return facts

    def _parent(self) -> Path:
        parent = self._cache / "keyrings"
        if make_private(self._cache) and make_private(parent) and os.access(parent, os.W_OK):
            return parent
        self.warnings.append(f"{self._cache} is not a private folder that we can write: the key store is not kept")
        try:
            return temporary_private()
        except OSError as error:
            raise EnvironmentFault(
                f"no folder for the key store ({error.strerror})",
                mend="set GITSIG_CACHE_DIR to a folder that can be written",
            ) from error

    def _ask(self, program: str, folder: Path) -> dict[str, Any]:
        rows = []
        refused = []
        from gitsig.keys.openpgp.home import build_ring, partition

        rings = partition([each for each, _ in self._certificates])
        for number, ring in enumerate(rings):
            listed = build_ring(program, folder / f"ring{number}", ring)
            for certificate in ring:
                fingerprint = certificate.primary.fingerprint
                if fingerprint in listed:
                    rows += [to_json(key) for key in signing_keys(certificate, listed[fingerprint], number)]
                else:
                    refused.append(fingerprint)
        owners = [[each.primary.fingerprint, index] for each, index in self._certificates]
        return {"owners": owners, "keys": rows, "refused": refused}


def _digest(sources: Sequence[KeySource]) -> str:
    """SHA-256 (hex) over the sources, in their order."""
    whole = hashlib.sha256()
    for source in sources:
        whole.update(hashlib.sha256(source.data).digest() + source.pick.encode() + b"\n")
    return whole.hexdigest()


def _parse(sources: Sequence[KeySource]) -> list[tuple[Certificate, int]]:
    found: list[tuple[Certificate, int]] = []
    seen: dict[str, str] = {}
    for index, source in enumerate(sources):
        for certificate in _picked(source):
            fingerprint = certificate.primary.fingerprint
            if fingerprint in seen:
                raise PolicyFault(
                    f"the certificate {fingerprint} stands here and in {seen[fingerprint]}",
                    where=source.where,
                    mend="leave one of the two (gpg --import both and export the merged certificate)",
                )
            seen[fingerprint] = source.where
            found.append((certificate, index))
    if len(found) > LIMITS.certificate_count:
        raise PolicyFault(f"more than {LIMITS.certificate_count} OpenPGP certificates")
    return found


def _picked(source: KeySource) -> tuple[Certificate, ...]:
    from gitsig.keys.openpgp.certificate import read_certificates  # the warm path does without

    certificates = read_certificates(source.data, source.where)
    if not source.pick:
        return certificates
    picked = tuple(each for each in certificates if each.primary.fingerprint == source.pick)
    if not picked:
        raise PolicyFault(
            f"the keyring has no certificate {source.pick}",
            where=source.where,
            mend="add it to the keyring file, or name the primary key's full fingerprint",
        )
    return picked
