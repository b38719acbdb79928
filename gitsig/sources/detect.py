"""Peers' policies found by the names of their files, where only a path is given."""

from __future__ import annotations

from pathlib import Path

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.folder import is_key_file
from gitsig.policy.adapters.named import KINDS_MEND, Kind, Named
from gitsig.sources.disk import file_names

__all__ = ["PUBRINGS", "detected"]

PUBRINGS = ("pubring.kbx", "pubring.gpg")
KEYBOXD = "public-keys.d"
_KEYRINGS = (".gpg", ".pgp", ".asc", ".kbx")
_GUIX = (".guix-authorizations", ".guix-channel")
_SQ_GIT = "openpgp-policy.toml"


def detected(file: Path) -> Named | None:
    """The peer's policy that `file` is, told by names alone; None for what can only be our own file.

    Raises PolicyFault for a folder that holds none, and for a file that says too little by itself.
    """
    name = file.name.lower()
    if file.is_dir():
        return _folder(file)
    if name.replace("-", "_").endswith("allowed_signers"):
        return _named(Kind.ALLOWED_SIGNERS, file)
    if name in _GUIX:
        raise PolicyFault(
            "Guix reads this file out of the commits' parents",
            where=str(file),
            mend="name the introduction: --policy 'guix:?introduction=COMMIT&signer=FINGERPRINT'",
        )
    if name == _SQ_GIT:
        return Named(Kind.SQ_GIT, "", {}, str(file))
    return _named(Kind.KEYRING, file) if name.endswith(_KEYRINGS) else None


def _folder(folder: Path) -> Named:
    names = file_names(folder)
    if "trusted-keys" in names:
        return _named(Kind.BITCOIN, folder)
    if any(name in names for name in (*PUBRINGS, KEYBOXD)):
        return _named(Kind.GNUPG_HOME, folder)
    if any(map(is_key_file, names)):
        return _named(Kind.KEYS, folder)
    own = folder / ".gitsig" / "policy.toml"
    inside = own if own.is_file() else folder / "policy.toml"
    mend = f"name the file: {inside}" if inside.is_file() else KINDS_MEND
    raise PolicyFault("a folder, and no policy of a known kind", where=str(folder), mend=mend)


def _named(kind: Kind, path: Path) -> Named:
    return Named(kind, str(path), {}, f"{kind}:{path}")
