"""`gitsig keys add`: more keys for a signer, or a new one."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gitsig.errors import PolicyFault, UsageFault
from gitsig.loading import LoadedPolicy
from gitsig.model import KeyFacts
from gitsig.policy.keystate import doubts
from gitsig.policy.types import Signer
from gitsig.upkeep.certificates import armored
from gitsig.upkeep.document import Document
from gitsig.upkeep.entries import with_window
from gitsig.upkeep.keyinput import GivenKey
from gitsig.upkeep.opened import Opened
from gitsig.upkeep.outcome import Outcome, settle

__all__ = ["Wish", "add_keys", "file_stem", "key_line"]

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_COMMENT = 200
"""Characters of a key's comment that are worth a place in the policy."""
_NAMES = 3
"""User IDs that are shown; a key may have hundreds."""
_Facts = Mapping[str, Sequence[KeyFacts]]


class Wish(NamedTuple):
    """What `keys add` was asked for, besides the keys."""

    signer: str
    emails: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    valid_from: int | None = None
    """Unix seconds; a window for the added keys."""
    valid_until: int | None = None


def add_keys(opened: Opened, wish: Wish, keys: Sequence[GivenKey], now: int) -> Outcome:
    """Add `keys` to the signer's, who is made if need be; `now` (Unix seconds) is for warnings.

    Raises UsageFault for a key that belongs to somebody else, PolicyFault for one that can never sign.
    """
    loaded = opened.load()
    document = Document(opened.data, opened.source)
    new, listed = _not_yet_listed(loaded, wish.signer, keys)
    files: dict[str, tuple[bytes | None, bytes]] = {}
    values: dict[str, list[Any]] = {"openpgp": [], "ssh": []}
    for key in new:
        begin = key.valid_from if wish.valid_from is None else wish.valid_from
        end = key.valid_until if wish.valid_until is None else wish.valid_until
        values[key.format].append(with_window(_value(opened.folder, wish.signer, key, files), begin, end))
    entered = list(_enter(document, wish, {name: each for name, each in values.items() if each}))
    outcome, after = settle(opened, document, files)
    facts = _facts(after, new)
    warnings = [*_doubtful(after, new, facts, now), *_surprising(after.policy.signers[wish.signer], new, facts)]
    warnings += [each for each in after.policy.warnings if each not in loaded.policy.warnings]
    told = (*listed, *(_gained(wish.signer, key, facts) for key in new), *entered)
    return outcome._replace(told=told, warnings=tuple(dict.fromkeys(warnings)))


def _gained(signer: str, key: GivenKey, facts: _Facts) -> str:
    names = ", ".join(facts[key.fingerprint][0].names[:_NAMES])
    return f"{signer} gains the {key.format} key {key.fingerprint}{f', {names}' if names else ''} (from {key.origin})"


def _not_yet_listed(loaded: LoadedPolicy, signer: str, keys: Sequence[GivenKey]) -> tuple[list[GivenKey], list[str]]:
    new, told = [], []
    for key in keys:
        owner = loaded.keys.owners.get(key.fingerprint)
        if owner is None:
            new.append(key)
        elif owner.signer == signer:
            told.append(f"{signer} has the key {key.fingerprint} already")
        else:
            raise UsageFault(
                f"the key {key.fingerprint} belongs to {owner.signer!r}",
                where=key.origin,
                mend=f"a key belongs to one signer: gitsig keys remove {owner.signer} {key.fingerprint}",
            )
    return new, told


def _facts(loaded: LoadedPolicy, keys: Sequence[GivenKey]) -> _Facts:
    """What is known of the keys, by primary fingerprint. Raises PolicyFault for one that GnuPG does not take."""
    found: dict[str, list[KeyFacts]] = {key.fingerprint: [] for key in keys}
    for facts in loaded.keys.all_facts() if keys else ():
        if facts.primary in found:
            found[facts.primary].append(facts)
    for key in keys:
        if not found[key.fingerprint]:
            raise PolicyFault(
                f"GnuPG does not take the certificate {key.fingerprint}, so nobody could sign with it",
                where=key.origin,
                mend="see what gpg --import says of it, and export it anew",
            )
    return found


def _doubtful(loaded: LoadedPolicy, keys: Sequence[GivenKey], facts: _Facts, now: int) -> Iterator[str]:
    """Keys that are expired, revoked or weak."""
    bound = loaded.policy.defaults.min_rsa_bits
    for key in keys:
        yield from (f"{key.fingerprint}: {doubt}" for doubt in doubts(facts[key.fingerprint], bound, now))


def _surprising(signer: Signer, keys: Sequence[GivenKey], facts: _Facts) -> Iterator[str]:
    """Keys that may be somebody else's: whoever wrote the file chose what is in it."""
    for file, number in Counter(key.file for key in keys if key.file).items():
        if number > 1:
            yield f"{file} gives {number} keys, and each of them may sign as {signer.name}"
    for key in keys:
        names = facts[key.fingerprint][0].names
        own = any(f"<{email}>".lower() in name.lower() or email == name for email in signer.emails for name in names)
        if key.certificate is not None and signer.emails and not own:
            yield f"{key.fingerprint}: no user ID has an address of {signer.name}: {', '.join(names[:_NAMES])}"


def _value(folder: Path, signer: str, key: GivenKey, files: dict[str, tuple[bytes | None, bytes]]) -> str:
    """How the policy names the key; a certificate's file is put among `files`."""
    if key.certificate is None:
        return key_line(key)
    content = armored([key.certificate])
    stem = file_stem(signer)
    for name in (f"keys/{stem}.asc", f"keys/{stem}-{key.fingerprint[-16:]}.asc"):
        if name in files:
            continue
        try:
            there = (folder / name).read_bytes()
        except FileNotFoundError:
            files[name] = (None, content)
            return name
        except OSError as error:
            raise PolicyFault(f"{name} cannot be read ({error.strerror})", where=str(folder)) from error
        if there == content:
            return name
    raise PolicyFault(
        f"{name} is there already, with other content",
        where=str(folder),
        mend="move that file away, or name it yourself",
    )


def file_stem(signer: str) -> str:
    """A signer's name as the stem of a file name."""
    return _NOT_IN_NAMES.sub("-", signer).strip("-.")[:100] or "key"


def key_line(key: GivenKey) -> str:
    """The line of an SSH key as a `.pub` file has it; a comment that nobody could read is left out."""
    if key.ssh is None:
        raise ValueError("no SSH key")
    comment = key.ssh.comment if key.ssh.comment.isprintable() and len(key.ssh.comment) <= _COMMENT else ""
    return f"{key.ssh.type} {b64encode(key.ssh.blob).decode()} {comment}".strip()


def _enter(document: Document, wish: Wish, values: dict[str, list[Any]]) -> Iterator[str]:
    """Write keys, e-mails and roles into the text; says what besides the keys is new."""
    table = document.plain.get("signers", {}).get(wish.signer)
    words = {"emails": list(dict.fromkeys(wish.emails)), "roles": list(dict.fromkeys(wish.roles))}
    wanted: dict[str, list[Any]] = {name: each for name, each in words.items() if each}
    if table is None:
        if not values:
            raise UsageFault(f"{wish.signer!r} would be a signer without a key", mend="give a key")
        document.add_signer(wish.signer, {**wanted, **values})
        yield f"{wish.signer} is a new signer"
        yield from (f"{wish.signer} gains {name}: {', '.join(each)}" for name, each in wanted.items())
        return
    for name, each in wanted.items():
        more = [word for word in each if word not in table.get(name, [])]
        if more:
            document.extend(("signers", wish.signer, name), more)
            yield f"{wish.signer} gains {name}: {', '.join(more)}"
    for name, items in values.items():
        document.extend(("signers", wish.signer, name), items)
