"""Every single bit of a good commit, flipped: one commit for each kind of key, the object and not its signature alone.

No flip is accepted of a commit with an SSH signature, or with an OpenPGP signature as GnuPG writes it: the armor's
checksum sees what the arithmetic does not. Where the armor has no checksum (RFC 9580 leaves it out), a few flips leave
a right signature of the same payload. They lie where nobody signed: header of the packet, unhashed area, the two octets
of the digest, a number's bit count. The object has another id then, and whatever remembers a verdict is keyed by that
(ATTACKS K19). `tests/signatures/openpgp/test_bit_flips.py` does the same for bare packets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import gitsig
from fuzz.references.packets import packets, signature_parts, subpackets
from gitsig.engine.examine import Examined, Examiner
from gitsig.model import ObjectFormat
from gitsig.objects import hash_object
from gitsig.policy import Question, judge
from gitsig.signatures.armor import dearmor_openpgp
from tests.support.gnupg import BIRTH, GnupgHome
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

FORMAT = ObjectFormat.SHA1
OPENPGP = ("ed25519", "nistp256", "rsa2048")


@pytest.fixture(scope="module")
def home() -> Iterator[GnupgHome]:
    with GnupgHome() as made:
        for algo in OPENPGP:
            made.generate(algo, f"{algo}@example.org", algo=algo, created=BIRTH)
        yield made


class Good:
    """An accepted commit, and the library's opinion of other bytes in its place."""

    def __init__(self, tale: Story, policy: Path, oid: str) -> None:
        store = gitsig.open_repository(str(tale.path))
        self.loaded = gitsig.load_policy(store, str(policy))
        self.examiner = Examiner(FORMAT, self.loaded.keys)
        self.raw = store.read(oid)[1]
        self.first = self.verdict(self.raw)[0]

    def verdict(self, raw: bytes) -> tuple[gitsig.Verdict, Examined]:
        """The verdict on a commit of these bytes under their own id, and the facts."""
        oid = hash_object("commit", raw, FORMAT)
        (found,) = self.examiner.examine_all([(oid, "commit", raw)])
        keys = self.loaded.keys
        question = Question(
            oid, found.type, found.obj, found.evidence, keys.facts(found.evidence), keys.owner(found.evidence)
        )
        return judge(self.loaded.policy, question, START + 3600), found

    def accepted_flips(self) -> Iterator[tuple[bytes, gitsig.Verdict, Examined]]:
        for at in range(len(self.raw)):
            for bit in range(8):
                flipped = bytearray(self.raw)
                flipped[at] ^= 1 << bit
                verdict, found = self.verdict(bytes(flipped))
                if verdict.accepted:
                    yield bytes(flipped), verdict, found


Make = Callable[..., Good]


@pytest.fixture
def make(home: GnupgHome, ssh: SSHHome, tmp_path: Path) -> Make:
    """`make(key, mutate=…)`: an accepted commit signed with a key of `OPENPGP`, or with an SSH key."""

    def made(key: str, mutate: Callable[[bytes], bytes] | None = None) -> Good:
        tale = Story(tmp_path, gnupg=home, ssh=ssh)
        if key == "ssh":
            tale.person("ada", ssh="ada")
        else:
            tale.person("ada", openpgp=home.fingerprint(f"{key}@example.org"))
        oid = tale.commit(by="ada", at=START, mutate=mutate)
        # A policy that asks for the e-mail would hide flips that reach the signature's arithmetic.
        return Good(tale, tale.policy(defaults={"identity": "off"}), oid)

    return made


@pytest.mark.parametrize("key", [*OPENPGP, "ssh"])
def test_no_flip_is_accepted(make: Make, key: str) -> None:
    good = make(key)
    assert good.first.accepted
    assert [(verdict.oid, raw) for raw, verdict, _ in good.accepted_flips()] == []


@pytest.mark.parametrize("key", OPENPGP)
def test_without_a_checksum_only_what_nobody_signed_can_change(make: Make, key: str) -> None:
    good = make(key, mutate=lambda raw: re.sub(rb"\n =[A-Za-z0-9+/]{4}\n", b"\n", raw))
    assert good.first.accepted
    assert b"\n =" not in good.raw
    signed = _signed(good.verdict(good.raw)[1])
    survivors = 0
    for raw, verdict, found in good.accepted_flips():
        survivors += 1
        assert _signed(found) == signed, "accepted, and something else was signed"
        assert verdict.oid != good.first.oid
        told = ("reason", "signer", "fingerprint", "key_fingerprint", "signed_at", "digest")
        assert [getattr(verdict, name) for name in told] == [getattr(good.first, name) for name in told], raw
    assert survivors, "the octets of the digest are not compared"


def _signed(found: Examined) -> tuple[object, ...]:
    """What the arithmetic speaks of: the payload, the hashed part of the signature, its numbers."""
    assert found.obj is not None
    ((_, body),) = packets(dearmor_openpgp(found.obj.signature or b"").data)
    hashed, _, numbers = signature_parts(body)
    return (found.obj.payload, hashed, subpackets(hashed[6:]), _numbers(numbers))


def _numbers(data: bytes) -> list[int]:
    found = []
    while data:
        size = (int.from_bytes(data[:2]) + 7) // 8
        found.append(int.from_bytes(data[2 : 2 + size]))
        data = data[2 + size :]
    return found
