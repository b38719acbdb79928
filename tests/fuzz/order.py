"""What is worse than what, field by field, for the property that worse evidence never gives a better verdict.

`WORSE[kind][field]` gives values that are worse than the one at hand, or an empty tuple where that is the worst.
`INDIFFERENT` holds the fields on which no acceptance may depend. Together they name every field: a new one has to be
decided upon here before its first test passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gitsig.model import Evidence, Fido, KeyFacts, KeyOwner, Outcome, Revocation, SignatureFormat
from gitsig.policy import Arrival, FidoDemand, Question, Rule, Surroundings

__all__ = ["INDIFFERENT", "WORSE", "Worsening"]

Worsening = Callable[[Any], Iterable[Any]]

_DIGESTS = (("sha256", "sha512"), ("sha1", "md5"), ("md4", None))
"""Strong; rejected unless the policy says otherwise; never accepted."""
_TIMES = (-1, 0, 10, 29, 30, 31, 49, 50, 51, 70)


def _only(*worst: Any) -> Worsening:
    return lambda value: () if value in worst else worst


def _earlier(value: int | None) -> list[int]:
    """For ends: none is best, and the sooner the worse."""
    return [each for each in _TIMES if value is None or each < value]


def _later(value: int | None) -> list[int]:
    """For beginnings."""
    return [each for each in _TIMES if value is None or each > value]


def _digest(value: str | None) -> list[str | None]:
    rank = next((at for at, names in enumerate(_DIGESTS) if value in names), len(_DIGESTS))
    return [name for names in _DIGESTS[rank + 1 :] for name in names]


def _fido(value: Fido | None) -> list[Fido | None]:
    if value is None:
        return []
    less = [Fido(False, value.verified, value.counter), Fido(value.touch, False, value.counter)]
    return [None, *(each for each in less if each != value)]


def _revocations(value: tuple[Revocation, ...]) -> list[tuple[Revocation, ...]]:
    more = [(*value, Revocation(at, hard, "retired")) for at in (0, 31, 99) for hard in (True, False)]
    hard = [tuple(each._replace(hard=True) for each in value)] if value else []
    sooner = [tuple(each._replace(at=each.at - 20) for each in value)] if value else []
    return more + hard + sooner


def _owner(value: KeyOwner | None) -> list[KeyOwner | None]:
    if value is None:
        return []
    ends = [value._replace(valid_until=end) for end in _earlier(value.valid_until)]
    return [None, *ends, *(value._replace(valid_from=begin) for begin in _later(value.valid_from))]


def _rules(value: tuple[Rule, ...]) -> list[tuple[Rule, ...]]:
    nobody = Rule(8, ("refs/*",), frozenset({"bob"}))
    return [(*value, nobody), (*value, Rule(9, ("refs/*",), fido=FidoDemand.VERIFY))]


def _surroundings(value: Any) -> list[Surroundings]:
    """What is unknown is worst; of what is known, more changes, fewer signers, and a merge that nobody signed."""
    known = [field for field in value._fields[:-1] if getattr(value, field) is not None]
    unknown = [value._replace(**{field: None}) for field in known]
    more = [] if value.changed is None else [value._replace(changed=(*value.changed, b"ci/x", b"src/y"))]
    nobody = [] if value.arrival is None else [value._replace(arrival=Arrival("m"))]
    alone = [] if value.cosigners is None else [value._replace(cosigners=frozenset())]
    other = [] if value.tree_sha512 is None else [value._replace(tree_sha512=False)]
    return [value._replace(fault="the tree is missing"), *unknown, *more, *nobody, *alone, *other]


WORSE: dict[type, dict[str, Worsening]] = {
    Evidence: {
        "outcome": lambda value: [each for each in Outcome if each is not value] if value is Outcome.VERIFIED else (),
        "format": lambda value: (None, SignatureFormat.OPENPGP) if value is SignatureFormat.SSH else (),
        "key_fingerprint": _only(None, "D" * 40),
        "signed_at": _only(None),
        "expires_at": _earlier,
        "digest": _digest,
        "vouched": _only(False),
        "fido": _fido,
    },
    KeyFacts: {
        "fingerprint": _only("E" * 40),
        "algorithm": _only("dsa", "unknown:99"),
        "bits": lambda value: sorted({0, value // 4, value // 2} - {value}),
        "created": _later,
        "expires": _earlier,
        "revocations": _revocations,
        "can_sign": _only(False),
        "unbound": _only("no back-signature"),
        "weak_self_signatures": _only(("SHA-1",)),
    },
    Question: {
        "oid": _only("c3" * 20),
        "type": _only("blob"),
        "obj": _only(None),
        "key": _only(None),
        "owner": _owner,
        "rules": _rules,
        "new": _only(True),
        "target_lies": _only("it lies"),
        "ref_tag_name": _only(b"v9"),
        "surroundings": _surroundings,
    },
}

INDIFFERENT: dict[type, dict[str, tuple[Any, ...]]] = {
    Evidence: {
        "fingerprint": (None, "F" * 40),
        "key_id": (None, "F" * 16),
        "claimed": (True, False),
        "notes": ((), ("an oddity",)),
        "detail": ("", "words"),
    },
    KeyFacts: {
        "format": tuple(SignatureFormat),
        "primary": ("F" * 40,),
        "names": ((), ("Ada",)),
    },
    Question: {"ref": (None, "refs/heads/main")},
}
"""The fields on which no acceptance depends, with some of their values. `evidence` is a kind of its own."""
