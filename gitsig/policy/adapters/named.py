"""How a peer's policy is named: `KIND:LOCATION?key=value&key=value`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple, NoReturn

from gitsig.errors import PolicyFault
from gitsig.policy.fields import suggest

__all__ = ["KINDS_MEND", "OPTIONS", "Kind", "Named", "parse_named", "unknown_kind"]


class Kind(StrEnum):
    """Whose policy it is."""

    ALLOWED_SIGNERS = "allowed-signers"
    """OpenSSH's allowed signers file."""
    GNUPG_HOME = "gnupg-home"
    """The public keys of a GnuPG home."""
    KEYRING = "keyring"
    """A file of OpenPGP certificates."""
    KEYS = "keys"
    """A folder of key files."""
    GUIX = "guix"
    """Guix: `.guix-authorizations` in the parents, from an introduction on."""
    SQ_GIT = "sq-git"
    """sequoia-git: `openpgp-policy.toml` in the parents, from a trust root on."""
    BITCOIN = "bitcoin"
    """Bitcoin Core's `contrib/verify-commits` folder."""


KINDS_MEND = f"known are {', '.join(f'{kind}:' for kind in Kind)}"
OPTIONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ALLOWED_SIGNERS: ("revoked",),
    Kind.GNUPG_HOME: (),
    Kind.KEYRING: (),
    Kind.KEYS: ("revoked",),
    Kind.GUIX: ("introduction", "signer", "keyring"),
    Kind.SQ_GIT: ("root",),
    Kind.BITCOIN: ("keyring",),
}
"""What may stand behind the location."""
_FILES = {(Kind.ALLOWED_SIGNERS, "revoked"), (Kind.KEYS, "revoked"), (Kind.BITCOIN, "keyring")}
"""Options whose value is the name of a file."""
_QUERY = re.compile(r"[a-z-]+=.*")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]+")
_MEANT = {"ssh": Kind.ALLOWED_SIGNERS, "gpg": Kind.GNUPG_HOME, "sequoia": Kind.SQ_GIT, "folder": Kind.KEYS}
"""What people write who have not read which kinds there are."""
_GOVERNED = frozenset({Kind.GUIX, Kind.SQ_GIT})
_WITHOUT_LOCATION = _GOVERNED | {Kind.GNUPG_HOME}


class Named(NamedTuple):
    """A peer's policy, as it was named."""

    kind: Kind
    location: str
    """A file or folder; of a governed kind the repository. May be empty where a default serves."""
    options: Mapping[str, str]
    text: str
    """All of it, for people."""

    @property
    def governed(self) -> bool:
        """Whether the policy lies in the commits of the repository that it judges."""
        return self.kind in _GOVERNED

    def placed(self, place: Callable[[str], str]) -> Named:
        """The same with every file's name as `place` gives it."""
        location = place(self.location) if self.location else ""
        options = {key: place(value) if (self.kind, key) in _FILES else value for key, value in self.options.items()}
        query = "&".join(f"{key}={value}" for key, value in options.items())
        text = f"{self.kind}:{location}?{query}" if query else f"{self.kind}:{location}"
        return Named(self.kind, location, options, text)

    def spelled(self) -> str:
        """Give `text`, to be read again as a name. Raises PolicyFault where it would then name something else."""
        try:
            same = parse_named(self.text) == self
        except PolicyFault:
            same = False
        if not same:
            mend = "take a folder without ? and & in its name"
            _refuse(self.text, "the name of a file in it would be read as an option", mend)
        return self.text

    def files(self) -> tuple[str, ...]:
        """Every file or folder outside the repository that it names."""
        named = tuple(value for key, value in self.options.items() if (self.kind, key) in _FILES)
        return named if self.governed or not self.location else (self.location, *named)


def parse_named(text: str) -> Named | None:
    """What `text` names; None where it begins with no kind and so is the name of a file.

    Raises PolicyFault for an option that its kind does not have.
    """
    word, colon, rest = text.partition(":")
    if not colon or word not in list(Kind):
        return None
    kind = Kind(word)
    location, mark, query = rest.rpartition("?")
    if not mark or not _QUERY.fullmatch(query):
        location, query = rest, ""
    if not location and kind not in _WITHOUT_LOCATION:
        _refuse(kind, "names no file or folder", f"write {kind}:PATH")
    if "\0" in text:
        _refuse(kind, "the name holds a NUL", "write it without")
    return Named(kind, location, dict(_options(text, kind, query)), text)


def unknown_kind(text: str) -> str:
    """The mend for a name that begins like one with a kind, and with none that is known; empty for any other."""
    word, colon, _ = text.partition(":")
    if not colon or word in list(Kind) or not _WORD.fullmatch(word):
        return ""
    plain = word.lower().replace("_", "-")
    meant = _MEANT.get(plain)
    found = f"did you mean {meant.value!r}?" if meant else suggest(plain, tuple(kind.value for kind in Kind))
    return f"{found} {KINDS_MEND}" if found.startswith("did") else KINDS_MEND


def _options(text: str, kind: Kind, query: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for pair in query.split("&") if query else ():
        key, equals, value = pair.partition("=")
        if not equals or key not in OPTIONS[kind]:
            _refuse(text, f"unknown option {pair[:60]!r} of {kind}:", suggest(key, OPTIONS[kind]))
        if not value:
            _refuse(text, f"the option {key!r} is empty", f"write {key}=VALUE, or leave it out")
        if key in dict(found):
            _refuse(text, f"the option {key!r} is given twice", "leave one of the two")
        found.append((key, value))
    return found


def _refuse(where: str, what: str, mend: str) -> NoReturn:
    raise PolicyFault(what, where=where, mend=mend)
