"""Every single bit of a good signature and of its payload, flipped (ATTACKS K19).

Some flips leave a right signature, and may: they change neither what was signed nor what is reported of it, and
whatever remembers a verdict is keyed by the id of the whole object. They lie in

* the header of the packet, whose length can be written in several ways;
* the unhashed area, except where it names the issuer;
* the two octets that repeat the digest's beginning, which old forge signatures have wrong and GnuPG does not compare;
* the bit count of a number, as long as the number takes up the same bytes.

Not one may lie in the payload, in the hashed area, or in the numbers themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.keys.openpgp.packets import read_packets
from gitsig.model import Outcome
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from tests.keys.openpgp.handmade import armor
from tests.signatures.openpgp.conftest import PAYLOAD
from tests.support.gnupg import BIRTH, packets


class Signed:
    """A signature by GnuPG, with the offsets of its parts, and a warm engine that knows the key."""

    def __init__(self, home, algo: str, cache: Path) -> None:
        key = home.fingerprint(f"{algo}@example.org")
        self.data = packets(home.sign_cached(PAYLOAD, key, "--sig-notation", "a@example.org=b", at=BIRTH + 60))
        store = [KeySource(home.export(key), "", "key.asc")]
        self.engine = OpenPGPEngine(OpenPGPKeys(store, cache))
        self.gnupg = OpenPGPEngine(OpenPGPKeys(store, cache), gnupg_only=True)
        self.good = self.engine.examine(PAYLOAD, armor(self.data), None)
        (packet,) = read_packets(self.data)
        self.body = len(packet.raw) - len(packet.body)
        self.unhashed = self.body + 6 + int.from_bytes(packet.body[4:6])
        size = int.from_bytes(self.data[self.unhashed : self.unhashed + 2])
        self.left = self.unhashed + 2 + size
        self.numbers = self.left + 2

    def part(self, at: int) -> str:
        """The part of the packet in which a byte lies."""
        if at < self.body:
            return "header"
        if at < self.unhashed:
            return "hashed area"
        if at < self.left:
            return "unhashed area"
        return "digest's beginning" if at < self.numbers else self._number(at)

    def _number(self, at: int) -> str:
        start = self.numbers
        while at >= start + 2:
            stop = start + 2 + (int.from_bytes(self.data[start : start + 2]) + 7) // 8
            if at < stop:
                return "number"
            start = stop
        return "bit count"

    def survivors(self) -> Iterator[tuple[str, int, bytes]]:
        """Part, byte offset and packet of each flip that is still verified."""
        for at in range(len(self.data)):
            for bit in range(8):
                flipped = bytearray(self.data)
                flipped[at] ^= 1 << bit
                found = self.engine.examine(PAYLOAD, armor(bytes(flipped)), None)
                assert found.outcome != Outcome.ERROR
                if found.outcome == Outcome.VERIFIED:
                    assert found == self.good
                    yield self.part(at), at, bytes(flipped)


@pytest.fixture(params=["ed25519", "nistp256", "rsa2048"])
def signed(request, algorithms, tmp_path) -> Signed:
    return Signed(algorithms, request.param, tmp_path / "cache")


def test_no_flip_of_what_was_signed_is_verified(signed):
    assert signed.good.outcome == Outcome.VERIFIED
    survivors = {(part, at): data for part, at, data in signed.survivors()}
    parts = {part for part, _ in survivors}
    assert parts <= {"header", "unhashed area", "digest's beginning", "bit count"}
    assert "digest's beginning" in parts
    # One of each part and byte, and what GnuPG says of it.
    for (part, at), data in survivors.items():
        if part != "unhashed area" or at == signed.unhashed + 3:
            assert signed.gnupg.examine(PAYLOAD, armor(data), None) == signed.good


def test_no_flip_of_the_payload_is_verified(signed):
    for at in range(len(PAYLOAD)):
        for bit in range(8):
            flipped = bytearray(PAYLOAD)
            flipped[at] ^= 1 << bit
            assert signed.engine.examine(bytes(flipped), armor(signed.data), None).outcome == Outcome.BAD


def test_no_other_length_of_the_payload_is_verified(signed):
    """What follows the payload in the digest is of the same alphabet: it must not be moved across the border."""
    (packet,) = read_packets(signed.data)
    hashed = packet.body[: signed.unhashed - signed.body]
    trailer = hashed + b"\x04\xff" + len(hashed).to_bytes(4)
    others = [PAYLOAD[:size] for size in range(len(PAYLOAD))]
    others += [PAYLOAD + extra for extra in (b"\0", b"\n", b" ", PAYLOAD, trailer, hashed)]
    others += [PAYLOAD.replace(b"\n", b"\r\n"), PAYLOAD.rstrip(), b"\n" + PAYLOAD]
    for payload in others:
        assert signed.engine.examine(payload, armor(signed.data), None).outcome == Outcome.BAD
