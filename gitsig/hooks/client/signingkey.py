"""Which key `git commit` is going to sign with (`gpg-interface.c` of git: get_signing_key, sign_buffer_ssh)."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitsig.errors import EnvironmentFault, GitsigError
from gitsig.hooks.client.process import start
from gitsig.hooks.client.secretkeys import choose, read_secret_keys
from gitsig.hooks.client.settings import Settings
from gitsig.model import Ident, SignatureFormat

__all__ = ["NoKey", "OwnKey", "find_own_key"]

_FINGERPRINT = re.compile(rb"[0-9]+ (SHA256:[A-Za-z0-9+/]{43}) .*\(([A-Za-z0-9-]+)\)\n?")

_LIST = ("ssh-keygen", "-l", "-E", "sha256", "-f")


class OwnKey(NamedTuple):
    """The developer's signing key."""

    format: SignatureFormat
    primary: str
    """Fingerprint of the certificate; for SSH of the key."""
    fingerprint: str


class NoKey(GitsigError):
    """No key can be named; `what` says why and `mend` what to do, without any fault of the machine."""

    exit_code = 1


def find_own_key(settings: Settings, committer: Ident) -> OwnKey | None:
    """The key that the configuration resolves to; None if only a program of the configuration could tell.

    Raises NoKey, or EnvironmentFault where gpg or ssh-keygen cannot be asked.
    """
    kind = settings.get("gpg.format") or "openpgp"
    if kind == "openpgp":
        return _openpgp(settings.get("user.signingkey"), committer)
    if kind == "ssh":
        return _ssh(settings)
    if kind == "x509":
        raise NoKey("gpg.format is x509, which no policy can allow yet", mend="git config gpg.format openpgp (or ssh)")
    raise NoKey(f"git knows no gpg.format {kind!r}", mend="git config gpg.format openpgp (or ssh)")


def _openpgp(wanted: str, committer: Ident) -> OwnKey:
    name = wanted or f"{_text(committer.name)} <{_text(committer.email)}>"
    answer = start(
        "gpg", "--batch", "--no-tty", "--no-auto-check-trustdb", "--with-colons", "--list-secret-keys", "--", name
    )
    key = choose(read_secret_keys(answer.out), name)
    if key is not None:
        return OwnKey(SignatureFormat.OPENPGP, *key)
    what = "user.signingKey names" if wanted else "user.signingKey is not set, and the committer has"
    raise NoKey(
        f"{what} no usable secret key in gpg: {name}",
        mend="git config user.signingKey FINGERPRINT (gpg --list-secret-keys shows yours)",
    )


def _ssh(settings: Settings) -> OwnKey | None:
    wanted = settings.get("user.signingkey")
    if not wanted:
        if settings.get("gpg.ssh.defaultkeycommand"):
            return None
        raise NoKey("gpg.format is ssh, and no key is named", mend="git config user.signingKey ~/.ssh/id_ed25519.pub")
    if wanted.startswith(("key::", "ssh-")):
        literal = wanted.removeprefix("key::").encode("utf-8", "surrogateescape")
        answer = start(*_LIST, "-", stdin=literal + b"\n")
    else:
        # -l reads the public half also of an encrypted private key, and asks for no passphrase.
        answer = start(*_LIST, str(settings.path("user.signingkey")))
    told = _FINGERPRINT.fullmatch(answer.out)
    if answer.code or told is None:
        raise NoKey(
            f"user.signingKey is no SSH key that can be read: {wanted}",
            mend="git config user.signingKey PATH-OF-THE-.pub-FILE",
        )
    if told[2].endswith(b"-CERT"):
        raise NoKey(
            f"user.signingKey is an OpenSSH certificate, which is not supported: {wanted}",
            mend="git config user.signingKey PATH-OF-THE-PLAIN-.pub-FILE",
        )
    fingerprint = told[1].decode("ascii")
    return OwnKey(SignatureFormat.SSH, fingerprint, fingerprint)


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")
    if "\0" in text:
        raise EnvironmentFault("the committer's name holds a NUL", mend='git config user.name "..."')
    return text
