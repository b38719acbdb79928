"""`gitsig policy diff`: who gains and who loses what between two policies, with their keys as GnuPG sees them.

Each change is said with its direction. What could be either, such as another identity to match, is `changed`: nobody
should read it as harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitsig.loading import LoadedPolicy
from gitsig.model import KeyFacts, KeyOwner
from gitsig.policy.times import iso
from gitsig.policy.types import ObjectKind, Signer
from gitsig.upkeep.difference import Difference, Effect

__all__ = ["signer_changes"]


class _Keys(NamedTuple):
    """The keys of one policy, by the signer that they belong to."""

    owned: Mapping[str, Mapping[str, KeyOwner]]
    facts: Mapping[str, Mapping[str, KeyFacts]]
    """By primary fingerprint, then by the key's own."""


def signer_changes(old: LoadedPolicy, new: LoadedPolicy) -> Iterator[Difference]:
    """Signers, their keys, addresses, roles and windows. Raises EnvironmentFault where GnuPG is needed and missing."""
    before, after = _keys(old), _keys(new)
    for name in sorted({*old.policy.signers, *new.policy.signers}):
        changes = _signer(old.policy.signers.get(name), new.policy.signers.get(name))
        yield from (Difference(f"signer {name}", effect, text) for effect, text in changes)
        for effect, text in _owned_keys(name, before, after):
            yield Difference(f"signer {name}", effect, text)


def _keys(loaded: LoadedPolicy) -> _Keys:
    owned: dict[str, dict[str, KeyOwner]] = {}
    for fingerprint, owner in loaded.keys.owners.items():
        owned.setdefault(owner.signer, {})[fingerprint] = owner
    facts: dict[str, dict[str, KeyFacts]] = {}
    for each in loaded.keys.all_facts():
        facts.setdefault(each.primary, {})[each.fingerprint] = each
    return _Keys(owned, facts)


def _signer(old: Signer | None, new: Signer | None) -> Iterator[tuple[Effect, str]]:
    if old is None or new is None:
        one = new or old
        effect = Effect.GAINS if old is None else Effect.LOSES
        yield effect, "may sign from now on" if old is None else "may not sign any more: all signatures become unknown"
        if one is not None and new is not None:
            yield from _described(one)
        return
    yield from _addresses(old, new)
    yield from _words("the role", old.roles, new.roles)
    yield from _kinds(old.only, new.only)
    yield from _paths(old.paths, new.paths)
    yield from _window(old, new, "")


def _described(signer: Signer) -> Iterator[tuple[Effect, str]]:
    if not signer.bound:
        yield Effect.GAINS, "is bound to no address"
    yield from _words("the address", (), (*signer.emails, *signer.patterns))
    yield from _words("the role", (), signer.roles)
    if signer.only:
        yield Effect.CHANGED, f"may sign {_listed(signer.only)} only"
    if signer.paths:
        yield Effect.CHANGED, f"may change {_listed(signer.paths)} only"
    yield from ((Effect.CHANGED, f"all keys {text}") for text in _bounds(signer.valid_from, signer.valid_until))


def _addresses(old: Signer, new: Signer) -> Iterator[tuple[Effect, str]]:
    if old.bound and not new.bound:
        yield Effect.GAINS, "is bound to no address any more, and may sign under anybody's"
        return
    if new.bound and not old.bound:
        yield Effect.LOSES, f"was bound to no address, and is now to {_listed((*new.emails, *new.patterns))}"
        return
    before = {each.lower() for each in (*old.emails, *old.patterns)}
    after = {each.lower() for each in (*new.emails, *new.patterns)}
    yield from _words("the address", before, after)


def _words(noun: str, old: Any, new: Any) -> Iterator[tuple[Effect, str]]:
    yield from ((Effect.GAINS, f"{noun} {each}") for each in sorted(set(new) - set(old)))
    yield from ((Effect.LOSES, f"{noun} {each}") for each in sorted(set(old) - set(new)))


def _kinds(old: frozenset[ObjectKind], new: frozenset[ObjectKind]) -> Iterator[tuple[Effect, str]]:
    every = frozenset(ObjectKind)
    before, after = old or every, new or every
    if after - before:
        yield Effect.GAINS, f"may sign {_listed(after - before)} as well"
    if before - after:
        yield Effect.LOSES, f"may not sign {_listed(before - after)} any more"


def _paths(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[tuple[Effect, str]]:
    """None at all mean every path."""
    if old and not new:
        yield Effect.GAINS, f"may change every path, before {_listed(old)} only"
    elif new and not old:
        yield Effect.LOSES, f"may change {_listed(new)} only, before every path"
    else:
        yield from _words("the paths", old, new)


def _window(old: Signer | KeyOwner, new: Signer | KeyOwner, what: str) -> Iterator[tuple[Effect, str]]:
    begin, end = "valid-from", "valid-until"
    if old.valid_from != new.valid_from:
        wider = new.valid_from is None or (old.valid_from is not None and new.valid_from < old.valid_from)
        effect = Effect.GAINS if wider else Effect.LOSES
        yield effect, f"{what}{begin} {_moment(old.valid_from)} becomes {_moment(new.valid_from)}"
    if old.valid_until != new.valid_until:
        wider = new.valid_until is None or (old.valid_until is not None and new.valid_until > old.valid_until)
        effect = Effect.GAINS if wider else Effect.LOSES
        yield effect, f"{what}{end} {_moment(old.valid_until)} becomes {_moment(new.valid_until)}"


def _owned_keys(name: str, before: _Keys, after: _Keys) -> Iterator[tuple[Effect, str]]:
    old, new = before.owned.get(name, {}), after.owned.get(name, {})
    for fingerprint in sorted({*old, *new}):
        was, now = before.facts.get(fingerprint, {}), after.facts.get(fingerprint, {})
        if fingerprint not in old:
            bounds = _bounds(new[fingerprint].valid_from, new[fingerprint].valid_until)
            yield Effect.GAINS, f"the key {_key(fingerprint, now)}" + "".join(f", {each}" for each in bounds)
        elif fingerprint not in new:
            yield Effect.LOSES, f"the key {_key(fingerprint, was)}"
        else:
            yield from _window(old[fingerprint], new[fingerprint], f"the key {fingerprint}: ")
            yield from _certificate(was, now)


def _certificate(old: Mapping[str, KeyFacts], new: Mapping[str, KeyFacts]) -> Iterator[tuple[Effect, str]]:
    for fingerprint in sorted({*old, *new}):
        was, now = old.get(fingerprint), new.get(fingerprint)
        if was is None and now is not None:
            effect = Effect.GAINS if _signs(now) else Effect.CHANGED
            yield effect, f"the {'signing ' if _signs(now) else ''}subkey {_key(fingerprint, new)} of {now.primary}"
        elif now is None and was is not None:
            effect = Effect.LOSES if _signs(was) else Effect.CHANGED
            yield effect, f"the subkey {_key(fingerprint, old)} of {was.primary}"
        elif was is not None and now is not None:
            yield from ((effect, f"the key {fingerprint} {text}") for effect, text in _state(was, now))


def _signs(key: KeyFacts) -> bool:
    return key.can_sign and not key.unbound


def _state(old: KeyFacts, new: KeyFacts) -> Iterator[tuple[Effect, str]]:
    """What is different about one key that both policies have."""
    for each in new.revocations:
        if each not in old.revocations:
            yield Effect.LOSES, f"is revoked{f' {iso(each.at)}' if each.at else ''} ({each.reason})"
    for each in old.revocations:
        if each not in new.revocations:
            yield Effect.GAINS, f"is not revoked any more (was: {each.reason})"
    if old.expires != new.expires:
        longer = new.expires is None or (old.expires is not None and new.expires > old.expires)
        yield (
            Effect.GAINS if longer else Effect.LOSES,
            f"expires {_moment(new.expires, 'never')}, before {_moment(old.expires, 'never')}",
        )
    if _signs(old) != _signs(new):
        yield (Effect.GAINS, "can sign now") if _signs(new) else (Effect.LOSES, "cannot sign any more")
    if old.weak_self_signatures != new.weak_self_signatures:
        yield Effect.CHANGED, f"has other self-signatures: {_listed(new.weak_self_signatures) or 'none weak'}"


def _key(fingerprint: str, facts: Mapping[str, KeyFacts]) -> str:
    key = facts.get(fingerprint)
    return f"{fingerprint} ({key.format} {key.algorithm})" if key is not None else fingerprint


def _bounds(begin: int | None, end: int | None) -> list[str]:
    found = [] if begin is None else [f"valid from {iso(begin)}"]
    return found if end is None else [*found, f"valid until {iso(end)}"]


def _moment(at: int | None, none: str = "(none)") -> str:
    return none if at is None else iso(at)


def _listed(words: Any) -> str:
    return ", ".join(sorted(str(each) for each in words))
