"""A folder of key files as a policy: the stem of a file's name is the signer's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from gitsig.errors import PolicyFault
from gitsig.model import KeySpec, SignatureFormat
from gitsig.policy.types import FileSpec, Policy, Signer

__all__ = ["OPENPGP_SUFFIXES", "SSH_SUFFIX", "folder_policy", "is_key_file"]

OPENPGP_SUFFIXES = (".asc", ".gpg", ".pgp", ".key")
SSH_SUFFIX = ".pub"


def is_key_file(name: str) -> bool:
    """Whether a file of this name is read as a key file."""
    return _format(name) is not None


def _format(name: str) -> SignatureFormat | None:
    suffix = PurePath(name).suffix.lower()
    if name.startswith("."):
        return None
    if suffix in OPENPGP_SUFFIXES:
        return SignatureFormat.OPENPGP
    return SignatureFormat.SSH if name.endswith(SSH_SUFFIX) else None


def folder_policy(names: Iterable[str], source: str, digest: str, revoked: FileSpec | None = None) -> Policy:
    """The policy of a folder whose files have these `names`. Files with one stem belong to one signer.

    What is no key file by its name gives nothing, and a warning. Raises PolicyFault where there is none.
    """
    specs: list[KeySpec] = []
    warnings: list[str] = []
    for name in sorted(names):
        kind, where = _format(name), f"{source}/{name}"
        if kind is None:
            if not name.startswith("."):
                warnings.append(f"{where}: no key file by its name, so it gives no key")
            continue
        signer = PurePath(name).stem
        if not signer.isprintable() or signer.startswith("role:"):
            raise PolicyFault(f"{signer!r} cannot name a signer", where=where, mend="take a printable name")
        # A file `sk-laptop.pub` must not be taken for the line of a key of type sk-….
        specs.append(KeySpec(signer, kind, f"./{name}", where))
    if not specs:
        suffixes = ", ".join((*OPENPGP_SUFFIXES, SSH_SUFFIX))
        raise PolicyFault("the folder holds no key file", where=source, mend=f"known are {suffixes}")
    return Policy(
        signers={spec.signer: Signer(spec.signer) for spec in specs},
        key_specs=tuple(specs),
        revoked=revoked,
        source=source,
        digest=digest,
        warnings=tuple(warnings),
    )
