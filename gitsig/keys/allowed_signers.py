"""OpenSSH's allowed signers file (ssh-keygen(1), ALLOWED SIGNERS), as sshsig.c of OpenSSH 9.2 reads it.

`principals [options] type base64 [comment]`, one entry per line. Every line must be readable: OpenSSH looks no
further into a line whose principals do not match, but an allowlist with a broken line is not what its author means.
Stricter than OpenSSH besides: quotes only around the whole principals field, days and seconds that exist, UTF-8,
no key that gitsig cannot use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gitsig.errors import PolicyFault
from gitsig.keys.ssh import SSHKey, parse_public_key
from gitsig.keys.ssh.line import looks_like_key_type

__all__ = ["AllowedSigner", "match_principals", "parse_allowed_signers", "usable_for_git"]

_FORM = "write it as: principals [options] type base64-key, see ALLOWED SIGNERS in ssh-keygen(1)"
_PRINCIPALS = re.compile(r'(?:"([^"]*)"|([^" \t]+))[ \t]+(?=[^ \t])')
# The loop is possessive: a backslash before the last quote must not be taken for a character of its own.
_OPTION = re.compile(
    r'(?:(cert-authority)|(namespaces|valid-after|valid-before)="((?:\\"|[^"])*+)")(?=[, \t]|\Z)', re.IGNORECASE
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:Z|UTC)?", re.IGNORECASE | re.ASCII)
_STAR, _ANY = b"*?"
_MAX_PATTERN = 1022
"""Bytes of one pattern: match_pattern_list() matches nothing at all with a longer one."""


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """One entry. It says who may sign with what; nothing of it is judged here."""

    principals: tuple[str, ...]
    """Patterns for `match_principals`, in the file's order."""
    key: SSHKey
    valid_after: int | None
    """First second (Unix time, UTC) at which the key counts; None without a bound."""
    valid_before: int | None
    """Last second at which the key counts: OpenSSH takes a signature of this very second."""
    namespaces: tuple[str, ...]
    """Patterns of signature namespaces; empty where the entry names none and all are allowed."""
    cert_authority: bool
    """The key signs certificates, and is itself no signer."""
    where: str
    """`file:line` for diagnostics."""


@dataclass(slots=True)
class _Options:
    namespaces: tuple[str, ...] = ()
    valid_after: int | None = None
    valid_before: int | None = None
    cert_authority: bool = False


def parse_allowed_signers(data: bytes, source: str) -> tuple[AllowedSigner, ...]:
    """The entries of an allowed signers file, in its order; `source` names it in errors.

    Times without `Z` or `UTC` are read as UTC. OpenSSH takes them for local time, which differs from one machine to
    the next; an allowlist must not. PolicyFault naming the line and the mend for anything outside the format.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        what = "a byte order mark would be part of the first principal"
        raise PolicyFault(what, where=source, mend="save the file as UTF-8 without one")
    entries = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        where = f"{source}:{number}"
        line = raw.strip(b" \t\r")
        if line and not line.startswith(b"#"):
            entries.append(_entry(_decode(line, where), where))
    return tuple(entries)


def match_principals(patterns: Sequence[str], identity: str) -> bool:
    """Whether an identity matches a pattern list, as match_pattern_list() of OpenSSH has it.

    `*` stands for any bytes, `?` for one byte of UTF-8; a match of a pattern after `!` refuses whatever else matches.
    Case counts.
    """
    found = False
    text = identity.encode("utf-8", "surrogateescape")
    for pattern in patterns:
        negated = pattern.startswith("!")
        plain = pattern.removeprefix("!").encode("utf-8", "surrogateescape")
        if len(plain) > _MAX_PATTERN:
            return False
        if _matches(plain, text):
            if negated:
                return False
            found = True
    return found


def usable_for_git(entry: AllowedSigner) -> bool:
    """Whether signatures of commits and tags by the entry's own key can count under it: namespace `git`, no CA."""
    if entry.cert_authority:
        return False
    return not entry.namespaces or match_principals(entry.namespaces, "git")


def _matches(pattern: bytes, text: bytes) -> bool:
    # Linear but for the last star: a pattern such as `*a*a*a*` must not take exponential time.
    p = t = 0
    star, resume = -1, 0
    while t < len(text):
        if p < len(pattern) and pattern[p] == _STAR:
            star, resume = p, t
            p += 1
        elif p < len(pattern) and pattern[p] in (_ANY, text[t]):
            p, t = p + 1, t + 1
        elif star >= 0:
            resume += 1
            p, t = star + 1, resume
        else:
            return False
    return not pattern[p:].strip(b"*")


def _decode(line: bytes, where: str) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyFault("the line is not UTF-8", where=where, mend="save the file as UTF-8") from error
    if "\0" in text:
        raise PolicyFault("a NUL in the line", where=where, mend=_FORM)
    return text


def _entry(line: str, where: str) -> AllowedSigner:
    found = _PRINCIPALS.match(line)
    principals = (found[1] or found[2]) if found else None
    if found is None or not principals:
        raise PolicyFault("no principals, or nothing behind them", where=where, mend=_FORM)
    rest = line[found.end() :]
    options = _Options()
    if not looks_like_key_type(re.split(r"[ \t]", rest, maxsplit=1)[0]):
        end = _read_options(rest, options, where)
        rest = rest[end:].lstrip(" \t")
        if not rest:
            raise PolicyFault("no key behind the options", where=where, mend=_FORM)
    return AllowedSigner(
        principals=tuple(principals.split(",")),
        key=parse_public_key(rest, where),
        valid_after=options.valid_after,
        valid_before=options.valid_before,
        namespaces=options.namespaces,
        cert_authority=options.cert_authority,
        where=where,
    )


def _read_options(text: str, options: _Options, where: str) -> int:
    at = 0
    seen: set[str] = set()
    while True:
        found = _OPTION.match(text, at)
        if found is None:
            word = re.split(r"[ \t,=]", text[at:], maxsplit=1)[0]
            mend = 'known are cert-authority, namespaces="…", valid-after="…" and valid-before="…", quotes included'
            raise PolicyFault(f"unreadable option {word[:40]!a}", where=where, mend=mend)
        name = (found[1] or found[2]).lower()
        if name in seen and name != "cert-authority":
            raise PolicyFault(f"option {name} given twice", where=where, mend="keep one of them")
        seen.add(name)
        _apply(name, (found[3] or "").replace('\\"', '"'), options, where)
        at = found.end()
        if not text.startswith(",", at):
            break
        at += 1
    _check_window(options, where)
    return at


def _apply(name: str, value: str, options: _Options, where: str) -> None:
    if name == "cert-authority":
        options.cert_authority = True
    elif name == "namespaces":
        options.namespaces = tuple(value.split(","))
    elif name == "valid-after":
        options.valid_after = _time(value, name, where)
    else:
        options.valid_before = _time(value, name, where)


def _check_window(options: _Options, where: str) -> None:
    after, before = options.valid_after, options.valid_before
    if after is not None and before is not None and before <= after:
        what = "valid-before is not later than valid-after"
        raise PolicyFault(what, where=where, mend="correct one of them, or drop the entry")


def _time(value: str, name: str, where: str) -> int:
    found = _TIME.fullmatch(value)
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()) if found else (0,) * 6
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        moment = None
    # OpenSSH refuses the epoch and what lies before it: zero stands for "no bound" there.
    if moment is None or moment.timestamp() <= 0:
        what = f"{name} is not a time: {value[:40]!a}"
        raise PolicyFault(what, where=where, mend="write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with Z for UTC")
    return int(moment.timestamp())
