"""`gitsig keys add`: more keys for a signer, or a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gitsig.errors import PolicyFault, UsageFault
from gitsig.loading import LoadedPolicy
from gitsig.model import KeyFacts, SignatureFormat
from gitsig.upkeep.certificates import armored, facts_of
from gitsig.upkeep.document import Document
from gitsig.upkeep.entries import with_window
from gitsig.upkeep.keyinput import GivenKey
from gitsig.upkeep.keystate import doubts
from gitsig.upkeep.opened import Opened
from gitsig.upkeep.outcome import Outcome, settle

__all__ = ["Wish", "add_keys", "file_stem", "key_line"]

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


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
    new, told = _not_yet_listed(loaded, wish.signer, keys)
    warnings = list(_examined(loaded, new, now))
    files: dict[str, tuple[bytes | None, bytes]] = {}
    values: dict[str, list[Any]] = {"openpgp": [], "ssh": []}
    for key in new:
        begin = key.valid_from if wish.valid_from is None else wish.valid_from
        end = key.valid_until if wish.valid_until is None else wish.valid_until
        values[key.format].append(with_window(_value(opened.folder, wish.signer, key, files), begin, end))
        told.append(f"{wish.signer} gains the {key.format} key {key.fingerprint} (from {key.origin})")
    told += _enter(document, wish, {name: each for name, each in values.items() if each})
    outcome, after = settle(opened, document, files, told, warnings)
    known = {*loaded.policy.warnings, *warnings}
    return outcome._replace(warnings=(*warnings, *(each for each in after.policy.warnings if each not in known)))


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


def _examined(loaded: LoadedPolicy, keys: Sequence[GivenKey], now: int) -> Iterator[str]:
    """Warnings about keys that are expired, revoked or weak; those that GnuPG does not take are refused."""
    bound = loaded.policy.defaults.min_rsa_bits
    facts = facts_of([each.certificate for each in keys if each.certificate is not None])
    for key in keys:
        if key.ssh is not None:
            known: tuple[KeyFacts, ...] = (
                KeyFacts(SignatureFormat.SSH, key.fingerprint, key.fingerprint, key.ssh.algorithm, key.ssh.bits),
            )
        else:
            known = facts[key.fingerprint]
        if not known:
            raise PolicyFault(
                f"GnuPG does not take the certificate {key.fingerprint}, so nobody could sign with it",
                where=key.origin,
                mend="see what gpg --import says of it, and export it anew",
            )
        yield from (f"{key.fingerprint}: {doubt}" for doubt in doubts(known, bound, now))


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
    """The line of an SSH key as a `.pub` file has it; a comment that a terminal could not show is left out."""
    if key.ssh is None:
        raise ValueError("no SSH key")
    from base64 import b64encode

    comment = key.ssh.comment if key.ssh.comment.isprintable() else ""
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
