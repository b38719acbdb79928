"""A policy out of what a history claims: trust on first use, for a person to review."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from gitsig.keys.openpgp.certificate import Certificate
from gitsig.keys.ssh.store import facts_of_key
from gitsig.model import KeyFacts, SignatureFormat
from gitsig.policy.keystate import doubts
from gitsig.policy.schema import ADDRESS
from gitsig.policy.types import Defaults
from gitsig.upkeep.adding import file_stem, key_line
from gitsig.upkeep.certificates import armored
from gitsig.upkeep.forges import forge_of
from gitsig.upkeep.history import KeyUse, Seen
from gitsig.upkeep.keyinput import GivenKey
from gitsig.upkeep.naming import Names, Shared

__all__ = ["Proposal", "ProposedSigner", "propose"]

_EMAILS = 8
"""More addresses than that under one key are not proposed without a look."""
_SIGNERS = 1000
"""More than that nobody reviews, and a policy has a limit too."""
_KEY_ID = 16


class ProposedSigner(NamedTuple):
    """One signer, or one key that cannot be proposed."""

    name: str
    use: KeyUse
    fingerprint: str
    openpgp: str = ""
    """Name of the certificate's file; empty without one."""
    ssh: str = ""
    """The public key's line; empty without one."""
    emails: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """What the reviewer must look at. Not escaped."""
    held_back: str = ""
    """Why it is proposed as a comment only."""


class Proposal(NamedTuple):
    """Signers, most used first, and the certificates' files by the name that the policy gives them."""

    signers: tuple[ProposedSigner, ...]
    files: dict[str, bytes]
    seen: Seen
    roots: tuple[str, ...] = ()
    """Where the unsigned past ends."""
    left_out: int = 0
    """Keys that are used least, beyond the number that can be proposed."""

    def without(self, names: Collection[str]) -> Proposal:
        """The same with these signers held back: no signature by their keys proved right."""
        held = tuple(
            each._replace(held_back="no signature that names this key is by it: somebody made it up")
            if each.name in names
            else each
            for each in self.signers
        )
        gone = {each.openpgp for each in held if each.held_back}
        return self._replace(signers=held, files={name: data for name, data in self.files.items() if name not in gone})


def propose(
    seen: Seen, certificates: Sequence[Certificate], facts: dict[str, tuple[KeyFacts, ...]], now: int
) -> Proposal:
    """A proposal; `certificates` are those at hand, with what GnuPG says of them. `now` is in Unix seconds."""
    owners = _joined(seen.uses, facts)
    shared, names, at_hand = Shared(owners), Names(), {each.primary.fingerprint: each for each in certificates}
    signers, files = [], dict[str, bytes]()
    for fingerprint, use in owners[:_SIGNERS]:
        signer, certificate = _signer(names.name(use), fingerprint, use), at_hand.get(fingerprint)
        if certificate is not None:
            signer = signer._replace(openpgp=f"keys/{file_stem(signer.name)}.asc")
            files[signer.openpgp] = armored([certificate])
        known = (facts_of_key(use.ssh),) if use.ssh is not None else facts.get(fingerprint, ())
        flags = tuple(_flags(use, shared, known, now))
        signers.append(signer._replace(flags=flags, held_back=_missing(use, certificate)))
    left_out = max(len(owners) - _SIGNERS, 0) + seen.counts["other keys"]
    return Proposal(tuple(signers), files, seen, left_out=left_out)


def _signer(name: str, fingerprint: str, use: KeyUse) -> ProposedSigner:
    emails = sorted((each for each in use.emails if _fits(each)), key=lambda each: (-use.emails[each], each))
    line = key_line(GivenKey(use.format, use.name, "the history", ssh=use.ssh)) if use.ssh is not None else ""
    only = ("merge",) if forge_of(use) else ()
    return ProposedSigner(name, use, fingerprint, ssh=line, emails=tuple(emails[:_EMAILS]), only=only)


def _joined(uses: Iterable[KeyUse], facts: dict[str, tuple[KeyFacts, ...]]) -> list[tuple[str, KeyUse]]:
    """Uses by primary fingerprint: the subkeys of a certificate are one signer, and so is a key known by its id."""
    primary = {
        key.fingerprint: key.primary for keys in facts.values() for key in keys if key.can_sign and not key.unbound
    }
    by_id: dict[str, set[str]] = {}
    for whole in {*primary, *(use.name for use in uses if use.format is SignatureFormat.OPENPGP)}:
        by_id.setdefault(_key_id(whole), set()).add(whole)
    found: dict[str, KeyUse] = {}
    for use in uses:
        longer = by_id.get(use.name, set()) - {use.name}
        name = min(longer) if len(longer) == 1 else use.name
        owner = primary.get(name, name)
        into = found.setdefault(owner, KeyUse(use.format, owner, use.ssh))
        into.join(use)
    return sorted(found.items(), key=lambda item: (-item[1].total, item[0]))


def _key_id(name: str) -> str:
    """Of version 4 the last digits of the fingerprint, of version 6 the first (RFC 9580 §5.5.4)."""
    return name[:_KEY_ID] if len(name) > 40 else name[-_KEY_ID:]


def _fits(email: str) -> bool:
    """Whether a policy can name the address, and a reviewer see all of it."""
    return ADDRESS.fullmatch(email) is not None and email.isprintable()


def _missing(use: KeyUse, certificate: Certificate | None) -> str:
    if use.format is SignatureFormat.SSH or certificate is not None:
        return ""
    if len(use.name) == _KEY_ID:
        return "only its key id is known, which can be imitated: ask the owner for the certificate"
    return f"its certificate is not at hand: gpg --export --armor {use.name}, and run again with --keys FILE"


def _flags(use: KeyUse, shared: Shared, facts: Sequence[KeyFacts], now: int) -> Iterable[str]:
    forge = forge_of(use)
    if forge:
        yield f"seems to be a key of {forge}, which signs for whoever clicks: proposed for merges only"
        if use.kinds["commit"]:
            yield f"{use.kinds['commit']} of its commits are no merges, and refused unless only holds commit too"
    if emails := shared.emails(use):
        yield f"another key uses the same address: {', '.join(emails[:_EMAILS])}"
    elif people := shared.people(use):
        yield f"another key uses the same name under another address: {', '.join(people[:_EMAILS])}"
    foreign = sorted(each for each in use.emails if _fits(each) and not each.isascii())
    if foreign:
        shown = ", ".join(ascii(each) for each in foreign[:_EMAILS])
        yield f"letters beyond ASCII, which can look like others: {shown}"
    if len(use.emails) > 3 and not forge:
        yield f"{len(use.emails)} addresses under one key: are they all the owner's?"
    odd = [each for each in use.emails if not _fits(each)]
    if odd:
        yield f"not proposed as an address: {', '.join(odd[:_EMAILS])}"
    if len(use.emails) - len(odd) > _EMAILS:
        yield f"only the {_EMAILS} addresses that it uses most are proposed"
    if facts:
        yield from doubts(facts, Defaults().min_rsa_bits, now)
