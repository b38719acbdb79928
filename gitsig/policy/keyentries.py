"""The `openpgp` and `ssh` entries of a signer, as text: what can be said of them before any file is read.

Only full fingerprints and whole public keys authorise (S6): a 64-bit key id can be imitated in minutes, a user ID by
anybody at once.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from gitsig.model import KeySpec, SignatureFormat
from gitsig.policy.fields import Place, Table
from gitsig.policy.locate import Path
from gitsig.policy.types import FileSpec

__all__ = ["KeyEntries", "file_spec", "names_key_file"]

_FINGERPRINT = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")
_HEX = re.compile(r"(?:0X)?[0-9A-F]{8,}")
_SSH_TYPES = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
_EXPORT = "gpg --export --armor FINGERPRINT > keys/NAME.asc, and name that file"


class _Entry(NamedTuple):
    value: str
    identity: str
    """What two entries for the same key have in common."""


class KeyEntries:
    """Collects the keys of all signers and refuses a key that is listed twice."""

    def __init__(self, has_keyring: bool) -> None:
        self._has_keyring = has_keyring
        self._specs: list[KeySpec] = []
        self._seen: dict[str, KeySpec] = {}

    @property
    def specs(self) -> tuple[KeySpec, ...]:
        """Everything collected, in the file's order."""
        return tuple(self._specs)

    def collect(self, signer: str, table: Table) -> int:
        """Take the keys of one signer's table; how many there are. Raises PolicyFault."""
        before = len(self._specs)
        for key, kind in (("openpgp", SignatureFormat.OPENPGP), ("ssh", SignatureFormat.SSH)):
            for item, path in table.items(key):
                self._add(signer, kind, item, table, path)
        return len(self._specs) - before

    def _add(self, signer: str, kind: SignatureFormat, item: object, table: Table, path: Path) -> None:
        text, begin, end = _entry_fields(item, table, path)
        entry = self._openpgp(text, table, path) if kind is SignatureFormat.OPENPGP else _ssh(text, table, path)
        spec = KeySpec(signer, kind, entry.value, table.place.where(path), begin, end)
        earlier = self._seen.setdefault(f"{kind} {entry.identity}", spec)
        if earlier is not spec:
            what = f"this key is listed twice, first for {earlier.signer!r} at {earlier.where}"
            table.place.fault(path, what, "a key belongs to one signer: take one of the two out")
        self._specs.append(spec)

    def _openpgp(self, text: str, table: Table, path: Path) -> _Entry:
        digits = text.replace(" ", "").upper() if text.isascii() else text  # a ligature's capitals are digits
        if _FINGERPRINT.fullmatch(digits):
            if not self._has_keyring:
                table.place.fault(
                    path, "a fingerprint needs a keyring to pick from", 'write keyring = "FILE" at the top'
                )
            return _Entry(digits, digits)
        if _HEX.fullmatch(digits):
            what = f"{text!r} is no full fingerprint; a shorter key id can be imitated"
            table.place.fault(path, what, "write all 40 or 64 digits: gpg --list-keys --with-subkey-fingerprint")
        if _is_user_id(text):
            what = f"{text!r} is a user ID; anybody can make a key with that name"
            table.place.fault(path, what, _EXPORT)
        if "/" not in text and "." not in text:
            table.place.fault(path, f"{text!r} is neither a file nor a full fingerprint", _EXPORT)
        return _file_entry(text, table, path)


def names_key_file(text: str) -> bool:
    """Whether an entry of `ssh` names a `.pub` file, and is no key line itself."""
    return text.endswith(".pub") and not _looks_like_type(text.partition(" ")[0])


def file_spec(name: str, place: Place, path: Path) -> FileSpec:
    """The file `name` that stands at `path`. Raises PolicyFault for what cannot name a file beside the policy."""
    wrong = _file_fault(name)
    if wrong:
        place.fault(path, wrong, "name a file, absolute or relative to the policy")
    return FileSpec(name, place.where(path))


def _file_fault(name: str) -> str:
    if not name:
        return "the file name is empty"
    if not name.isprintable():
        return "the file name holds control characters"
    if "://" in name:
        return "keys are never fetched from the network"
    if name.startswith("~"):
        return "~ is not expanded"
    return "this is the name of a directory" if name.endswith("/") else ""


def _entry_fields(item: object, table: Table, path: Path) -> tuple[str, int | None, int | None]:
    if isinstance(item, str):
        return item.strip(), None, None
    if not isinstance(item, dict):
        table.place.fault(path, "a key entry is neither a string nor a table", 'write "…" or {key = "…"}')
    entry = Table(item, path, table.place)
    entry.only("key", "valid-from", "valid-until")
    text = entry.text("key")
    if text is None:
        entry.fault("key", "a key entry without its key", 'write {key = "…", valid-until = …}')
    begin, end = entry.window()
    return text.strip(), begin, end


def _file_entry(text: str, table: Table, path: Path) -> _Entry:
    name = file_spec(text, table.place, path).path
    return _Entry(name, name.removeprefix("./"))


def _is_user_id(text: str) -> bool:
    return "<" in text or ("@" in text and "/" not in text and not text.endswith((".asc", ".gpg", ".pgp", ".key")))


def _ssh(text: str, table: Table, path: Path) -> _Entry:
    kind, _, rest = text.partition(" ")
    if names_key_file(text):
        return _file_entry(text, table, path)
    blob = rest.strip().partition(" ")[0]
    wrong = _ssh_fault(text, kind, blob)
    if wrong is not None:
        table.place.fault(path, *wrong)
    return _Entry(text, blob.rstrip("="))


def _ssh_fault(text: str, kind: str, blob: str) -> tuple[str, str] | None:
    """What is wrong with a public key line, and the mend."""
    if "PRIVATE KEY" in text:
        return "this is a private key", "replace that key, it is no secret any more; list its .pub file"
    if not blob:
        return f"{text!r} is no SSH public key", 'write the line "ssh-ed25519 AAAA…" or name a .pub file'
    if kind not in _SSH_TYPES:
        return f"{kind!r} is no type of SSH key that signs objects", "known are " + ", ".join(_SSH_TYPES)
    if not text.isprintable() or not _is_blob(kind, blob):
        return "this SSH public key is damaged", "copy the whole line of the .pub file"
    return None


def _looks_like_type(kind: str) -> bool:
    return kind.startswith(("ssh-", "ecdsa-", "sk-")) and "/" not in kind and not kind.endswith(".pub")


def _is_blob(kind: str, text: str) -> bool:
    """Whether the base64 of a key line names the same type inside (RFC 4253 §6.6)."""
    try:
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        # binascii.Error, or text beyond ASCII
        return False
    name = kind.encode()
    return blob.startswith(len(name).to_bytes(4, "big") + name) and len(blob) > len(name) + 4
