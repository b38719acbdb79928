"""The keys of a peer's policy as files and lines that our own policy names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gitsig.keys.allowed_signers import AllowedSigner, parse_allowed_signers, usable_for_git
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.keys.ssh import SSHKey, parse_public_key
from gitsig.loading import Files, key_lines
from gitsig.model import KeySpec, SignatureFormat
from gitsig.policy import Policy
from gitsig.policy.schema import ADDRESS
from gitsig.policy.types import FileSpec, Signer
from gitsig.upkeep.adding import file_stem, key_line
from gitsig.upkeep.certificates import armored
from gitsig.upkeep.converttext import Entry
from gitsig.upkeep.keyinput import GivenKey

__all__ = ["Collected", "collect"]

ALLOWED_SIGNERS = "allowed_signers"
REVOKED = "revoked_keys"
_WILD = frozenset("*?!")


class Collected(NamedTuple):
    """A policy whose keys all lie in `files`."""

    policy: Policy
    keys: dict[str, tuple[list[Entry], list[Entry]]]
    """Each signer's OpenPGP and SSH entries."""
    files: dict[str, bytes]
    """By the name that the policy gives them."""
    notes: list[str]


def collect(policy: Policy, files: Files) -> Collected:
    """Read what `policy` names. Raises PolicyFault as `read_keys`."""
    found = Collected(policy, {}, {}, [])
    for name in policy.signers:
        specs = [spec for spec in policy.key_specs if spec.signer == name]
        found.keys[name] = _openpgp(found, name, specs, files), _ssh(specs, files)
    if policy.revoked is not None:
        found.files[REVOKED] = files.read(policy.revoked.path, policy.revoked.where)
        found = found._replace(policy=found.policy._replace(revoked=FileSpec(REVOKED, "")))
    if policy.allowed_signers is not None:
        found = _allowed_signers(found, policy.allowed_signers, files)
    return found


def _openpgp(found: Collected, name: str, specs: Sequence[KeySpec], files: Files) -> list[Entry]:
    """One file for all certificates of a signer."""
    certificates: list[Certificate] = []
    for spec in specs:
        if spec.format is SignatureFormat.OPENPGP:
            certificates += read_certificates(files.read(spec.value, spec.where), spec.where)
    if not certificates:
        return []
    stem, number = file_stem(name), 2
    path = f"keys/{stem}.asc"
    while path.lower() in {each.lower() for each in found.files}:
        path, number = f"keys/{stem}-{number}.asc", number + 1
    found.files[path] = armored(certificates)
    return [Entry(path)]


def _ssh(specs: Sequence[KeySpec], files: Files) -> list[Entry]:
    """Each key once: a line that stands twice means the same, and our own file takes no key twice."""
    found = (
        Entry(_line(parse_public_key(line, spec.where)), spec.valid_from, spec.valid_until)
        for spec in specs
        if spec.format is SignatureFormat.SSH
        for line in key_lines(spec, files)
    )
    return list(dict.fromkeys(found))


def _line(key: SSHKey) -> str:
    return key_line(GivenKey(SignatureFormat.SSH, key.fingerprint, "", ssh=key))


def _allowed_signers(found: Collected, spec: FileSpec, files: Files) -> Collected:
    """Lines whose principals are plain addresses become signers; patterns only an allowed_signers file can say."""
    data = files.read(spec.path, spec.where)
    entries = [each for each in parse_allowed_signers(data, spec.path) if usable_for_git(each)]
    if not all(map(_is_plain, entries)):
        found.files[ALLOWED_SIGNERS] = data
        found.notes.append(
            f"patterns of principals cannot stand in [signers]: {ALLOWED_SIGNERS} is kept beside the policy"
        )
        return found._replace(policy=found.policy._replace(allowed_signers=FileSpec(ALLOWED_SIGNERS, "")))
    signers: dict[str, Signer] = {}
    for each in entries:
        name = ",".join(each.principals)
        signers[name] = Signer(name, each.principals)
        # OpenSSH takes a signature of the very last second; a policy's window ends before it.
        until = None if each.valid_before is None else each.valid_before + 1
        entry, listed = Entry(_line(each.key), each.valid_after, until), found.keys.setdefault(name, ([], []))[1]
        if entry not in listed:
            listed.append(entry)
    found.notes.append("OpenSSH compares principals with their case, [signers] compare addresses without")
    return found._replace(policy=found.policy._replace(signers=signers, allowed_signers=None))


def _is_plain(entry: AllowedSigner) -> bool:
    return all(
        ADDRESS.fullmatch(each) and each.isprintable() and not _WILD & set(each) and not each.startswith("role:")
        for each in entry.principals
    )
