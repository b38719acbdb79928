"""SSH public keys in the text form of a `.pub` file: `type base64 [comment]` (sshd(8), without options)."""

from __future__ import annotations

import re

from gitsig.errors import PolicyFault
from gitsig.keys.ssh.public_key import SSHKey, read_public_key_blob
from gitsig.keys.ssh.wire import WireError, decode_base64, read_string, show

__all__ = ["looks_like_key_type", "parse_public_key", "split_key_line"]

_PASTE = "paste the whole line of the .pub file"
_TYPE = re.compile(r"(?:ssh|sk-ssh|ecdsa-sha2|sk-ecdsa-sha2)-[A-Za-z0-9@.-]+")
_SPACE = re.compile(r"[ \t]+")
_FOREIGN = (
    (
        re.compile(r"PRIVATE KEY-----|PuTTY-User-Key-File|SSH2 ENCRYPTED PRIVATE"),
        "this is a private key",
        "take it out of here at once and replace it; paste the .pub file instead",
    ),
    (
        re.compile(r"BEGIN SSH2 PUBLIC KEY|BEGIN (?:RSA )?PUBLIC KEY"),
        "a public key in another format than OpenSSH's",
        "convert it with `ssh-keygen -i -f FILE` (PEM: add `-m PKCS8`)",
    ),
    (
        re.compile(r"\A(?:SHA256:|MD5:)"),
        "a fingerprint stands where an SSH public key belongs",
        _PASTE,
    ),
)


def looks_like_key_type(word: str) -> bool:
    """Whether a word is, or imitates, the name of an SSH key type."""
    return _TYPE.fullmatch(word) is not None


def parse_public_key(line: str, where: str) -> SSHKey:
    """The key of a line `type base64 [comment]`. PolicyFault naming what is wrong and the mend, at `where`."""
    blob, comment = split_key_line(line, where)
    return read_public_key_blob(blob, comment, where=where)


def split_key_line(line: str, where: str) -> tuple[bytes, str]:
    """Blob and comment of a key line. The type is compared with the blob's own; the rest of the blob is not read.

    PolicyFault, at `where`, for anything but one public key line without options.
    """
    text = line.strip(" \t\r\n")
    _refuse_foreign(text, where)
    words = _SPACE.split(text, maxsplit=2)
    if not looks_like_key_type(words[0]):
        what = "a line of an SSH public key begins with its type, such as ssh-ed25519; options are not read here"
        raise PolicyFault(what, where=where, mend=_PASTE)
    if len(words) == 1:
        raise PolicyFault(f"nothing follows the key type {words[0]}", where=where, mend=_PASTE)
    return _decode(words[0], words[1], where), words[2] if len(words) > 2 else ""


def _refuse_foreign(text: str, where: str) -> None:
    for pattern, what, mend in _FOREIGN:
        if pattern.search(text):
            raise PolicyFault(what, where=where, mend=mend)
    if "\n" in text or "\r" in text or "\0" in text:
        raise PolicyFault("more than one line where one SSH public key belongs", where=where, mend=_PASTE)


def _decode(name: str, text: str, where: str) -> bytes:
    try:
        blob = decode_base64(text.encode("utf-8", "surrogateescape"))
        own, _ = read_string(blob, 0)
    except WireError as error:
        what = f"the base64 of the SSH public key is cut short or damaged ({error})"
        raise PolicyFault(what, where=where, mend=_PASTE) from error
    if own != name.encode():
        what = f"the line says {name}, the key in it says {show(own)}"
        raise PolicyFault(what, where=where, mend=_PASTE)
    return blob
