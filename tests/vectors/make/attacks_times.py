"""Families K5 to K11: expiry, revocation, and the time of signing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.keys.openpgp.handmade import subpacket
from tests.support.gnupg import BIRTH
from tests.support.story import START
from tests.vectors.make import sshsig
from tests.vectors.make.objects import commit
from tests.vectors.make.odd import LATER, SOON
from tests.vectors.make.openpgp import by
from tests.vectors.make.people import ADA_SUB, BOB, DAY, NOW, SSH
from tests.vectors.make.rows import ada, ada_ssh, attack, odd
from tests.vectors.reader import Vector

__all__ = ["vectors"]

_TIME = "the time rule (docs/verdicts.md)"
_2040 = 2208988800


def vectors() -> Iterator[Vector]:
    """All of them."""
    yield from _expiry()
    yield from _revocations()
    yield from _signature_times()
    yield from _windows()


def _expiry() -> Iterator[Vector]:
    rows = (
        ("expired", False, "the key"),
        ("subkey-expired", True, "the subkey"),
        ("primary-expired", True, "the primary key"),
    )
    for name, subkey, whose in rows:
        inside = commit(f"Change {name}\n", odd(name, subkey=subkey), by=name)
        why = f"{whose} expired after it signed"
        yield attack(
            "K5", f"{name}-history", "good", f"{why}: good in history", _TIME, inside, policy="odd", signer=name
        )
        yield attack(
            "K5", f"{name}-new", "key_expired", f"{why}, and the object is new", _TIME, inside, policy="odd", new=True
        )
        late = commit(f"Change {name} late\n", odd(name, subkey=subkey, at=LATER), by=name, at=LATER)
        yield attack(
            "K6",
            name,
            "key_expired",
            f"signed ten days after {whose} expired",
            "git 2.54: EXPKEYSIG is good",
            late,
            policy="odd",
        )
        edge = commit(f"Change {name} edge\n", odd(name, subkey=subkey, at=SOON), by=name, at=SOON)
        yield attack(
            "K6",
            f"{name}-edge",
            "key_expired",
            f"signed in the second in which {whose} ended",
            _TIME,
            edge,
            policy="odd",
        )
    last = commit("Change last second\n", odd("expired", at=SOON - 1), by="expired", at=SOON - 1)
    yield attack(
        "K5", "last-second", "good", "signed in the last second of the key", _TIME, last, policy="odd", signer="expired"
    )
    third = commit("Change version 3\n", odd("expired", at=LATER, version=3), by="expired", at=LATER)
    yield attack("K6", "version-3", "key_expired", "the same, judged by GnuPG", _TIME, third, policy="odd")
    back = commit("Change back-dated commit\n", odd("expired", at=LATER), by="expired", at=START)
    why = "the commit's dates lie inside the key's life, the signature's time does not"
    yield attack("K6", "commit-dated-back", "key_expired", why, _TIME, back, policy="odd")


def _revocations() -> Iterator[Vector]:
    hard = (
        ("compromised", "compromised"),
        ("unexplained", "revoked, reason 0"),
        ("reasonless", "revoked without a reason"),
        ("strange-reason", "revoked for a reason that no standard knows"),
    )
    for name, words in hard:
        content = commit(f"Change {name}\n", odd(name), by=name)
        yield attack(
            "K7",
            f"{name}-before",
            "key_revoked",
            f"{words}, ten days after it signed: hard",
            _TIME,
            content,
            policy="odd",
        )
    content = commit("Change subkey\n", odd("subkey-compromised", subkey=True), by="subkey-compromised")
    yield attack("K7", "subkey-compromised", "key_revoked", "the subkey is compromised", _TIME, content, policy="odd")
    for name, subkey in (
        ("superseded", False),
        ("retired", False),
        ("subkey-superseded", True),
        ("subkey-retired", True),
    ):
        early = commit(f"Change {name}\n", odd(name, subkey=subkey), by=name)
        late = commit(f"Change {name} late\n", odd(name, subkey=subkey, at=LATER), by=name, at=LATER)
        at = commit(f"Change {name} edge\n", odd(name, subkey=subkey, at=SOON), by=name, at=SOON)
        yield attack(
            "K7",
            f"{name}-history",
            "good",
            "a soft revocation after the signature",
            _TIME,
            early,
            policy="odd",
            signer=name,
        )
        yield attack(
            "K7",
            f"{name}-new",
            "key_revoked",
            "a soft revocation, and the object is new",
            _TIME,
            early,
            policy="odd",
            new=True,
        )
        yield attack("K7", f"{name}-after", "key_revoked", "signed after a soft revocation", _TIME, late, policy="odd")
        yield attack(
            "K7", f"{name}-edge", "key_revoked", "signed in the second of the revocation", _TIME, at, policy="odd"
        )
    content = commit("Change primary of revoked subkey\n", odd("subkey-compromised"), by="subkey-compromised")
    why = "only a subkey is compromised, and the primary key signed"
    yield attack(
        "K7", "primary-of-compromised-subkey", "good", why, _TIME, content, policy="odd", signer="subkey-compromised"
    )


def _lasts(seconds: int) -> bytes:
    return subpacket(3, seconds.to_bytes(4))


def _signature_times() -> Iterator[Vector]:
    reference = "RFC 9580 5.2.3.18"
    for name, seconds in (("a-day", DAY), ("to-the-second", NOW - START), ("a-second", 1)):
        content = commit(f"Change lasts {name}\n", by(ADA_SUB, more=[_lasts(seconds)]))
        yield attack(
            "K8", name, "signature_expired", f"the signature lasted {name.replace('-', ' ')}", reference, content
        )
    content = commit("Change critical expiry\n", by(ADA_SUB, more=[subpacket(3, DAY.to_bytes(4), critical=True)]))
    yield attack("K8", "critical", "signature_expired", "the same, marked critical", reference, content)
    content = commit("Change unsigned expiry\n", by(ADA_SUB, unhashed=[_lasts(DAY)]))
    why = "an expiry that nobody signed says nothing"
    yield attack("K8", "unhashed", "good", why, reference, content, signer="ada")
    for name, at in (("from-2040", _2040), ("beyond-skew", NOW + 601), ("tomorrow", NOW + DAY)):
        content = commit(f"Change {name}\n", by(ADA_SUB, at=at))
        yield attack("K9", name, "future_dated", f"a signature {name.replace('-', ' ')}", _TIME, content)
    for name, at in (("ssh-from-2040", _2040), ("ssh-beyond-skew", NOW + 601)):
        content = commit(f"Change {name}\n", ada_ssh, at=at)
        yield attack("K9", name, "future_dated", "an SSH signature has its time from the committer", _TIME, content)
    for name, at in (("a-second", BIRTH - 1), ("a-year", BIRTH - 365 * DAY), ("from-1970", 0)):
        content = commit(f"Change older {name}\n", by(ADA_SUB, at=at), at=max(at, 1))
        yield attack("K10", name, "key_predated", "signed before the key was made", _TIME, content)
    content = commit("Change young\n", odd("young-subkey", subkey=True, at=SOON - 1), by="young-subkey")
    why = "after the primary key was made, before the subkey was"
    yield attack("K10", "subkey", "key_predated", why, _TIME, content, policy="odd")


def _windows() -> Iterator[Vector]:
    """Policy `windows`: Ada from SOON on, Bob until SOON, Carol's SSH key from SOON to LATER."""
    ssh = sshsig.by(SSH["carol"])
    rows = (
        ("K10", "ada-before-window", "key_predated", ada, "ada", START, "before the signer's valid-from"),
        ("K6", "bob-after-window", "key_expired", by(BOB, at=LATER), "bob", LATER, "after the signer's valid-until"),
        ("K10", "ssh-before-window", "key_predated", ssh, "carol", START, "an SSH key before its valid-from"),
        ("K6", "ssh-after-window", "key_expired", ssh, "carol", LATER, "an SSH key after its valid-until"),
        (
            "K11",
            "ssh-dated-back",
            "key_expired",
            ssh,
            "carol",
            SOON + DAY,
            "an SSH commit dated into the key's window, and new",
        ),
        ("K5", "ssh-in-window", "good", ssh, "carol", SOON + DAY, "the same object in history"),
    )
    for attack_id, name, expect, sign, who, at, why in rows:
        content = commit(f"Change {name.removesuffix('-back')}\n", sign, by=who, at=at)
        extra = {"new": True} if attack_id == "K11" else {}
        signer = who if expect == "good" else ""
        yield attack(attack_id, name, expect, why, _TIME, content, policy="windows", signer=signer, **extra)
