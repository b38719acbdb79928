"""GnuPG's colon listing: read field by field, and not led astray by names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import EnvironmentFault
from gitsig.keys.openpgp.listing import read_listing
from gitsig.model import Revocation

PRIMARY, SUB = "A" * 40, "B" * 40


def listing(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def key(kind: str = "pub", validity: str = "u", expires: str = "", flags: str = "scSC") -> str:
    return f"{kind}:{validity}:255:22:KEYID:1735689600:{expires}::u:::{flags}:::::ed25519:::0:"


def fpr(fingerprint: str) -> str:
    return f"fpr:::::::::{fingerprint}:"


def revocation(code: str, mark: str = "!", at: int = 1735689700) -> str:
    return f"rev:{mark}::22:KEYID:{at}::::name:{code}:::::8:"


def test_a_certificate():
    output = listing(
        "tru::1:1735689600:0:3:1:5",
        key(expires="1767225600"),
        fpr(PRIMARY),
        revocation("20x,01"),
        "uid:u::::1735689600::HASH::Ada <ada@example.org>::::::::::0:",
        "sig:!::22:KEYID:1735689600::::Ada:13x:::::10:",
        revocation("30x,20"),
        key("sub", flags="e"),
        fpr(SUB),
        revocation("28x,03", at=1735689800),
    )
    ((primary, sub),) = read_listing(output).values()
    assert (primary.fingerprint, primary.primary, primary.created) == (PRIMARY, PRIMARY, 1735689600)
    assert (primary.expires, primary.bits, primary.algorithm, primary.can_sign) == (1767225600, 255, 22, True)
    assert primary.names == ["Ada <ada@example.org>"]
    assert primary.revocations == [Revocation(1735689700, False, "superseded")]
    assert (sub.fingerprint, sub.primary, sub.expires, sub.can_sign) == (SUB, PRIMARY, None, False)
    assert sub.revocations == [Revocation(1735689800, False, "retired")]


def test_several_certificates():
    assert list(read_listing(listing(key(), fpr(PRIMARY), key(), fpr(SUB)))) == [PRIMARY, SUB]
    assert read_listing(b"") == {}


@pytest.mark.parametrize(
    ("code", "hard", "reason"),
    [
        ("20x,00", True, "no reason given"),
        ("20x,01", False, "superseded"),
        ("20x,02", True, "compromised"),
        ("20x,03", False, "retired"),
        ("20x,20", True, "reason code 32"),
        ("20x,6e", True, "reason code 110"),
        ("20x", True, "no reason given"),
    ],
)
def test_reasons_for_revocation(code, hard, reason):
    ((primary,),) = read_listing(listing(key(), fpr(PRIMARY), revocation(code))).values()
    assert primary.revocations == [Revocation(1735689700, hard, reason)]


@pytest.mark.parametrize("mark", ["-", "?", "%", ""])
def test_only_verified_revocations_count(mark):
    ((primary,),) = read_listing(listing(key(), fpr(PRIMARY), revocation("20x,02", mark))).values()
    assert primary.revocations == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_a_name_does_not_begin_a_record(separator):
    name = f"Ada{separator}pub{separator}sub{separator}fpr"
    ((primary,),) = read_listing(listing(key(), fpr(PRIMARY), f"uid:u::::1::HASH::{name}::")).values()
    assert primary.names == [name]


@pytest.mark.parametrize(
    "lines",
    [
        ["pub"],
        ["pub:u:255"],
        [key().replace("1735689600", "20250101T000000")],
        [key(expires="never")],
        [fpr(PRIMARY)],
        [key(), "fpr:"],
        ["uid:u::::1::HASH::Ada::"],
        [key(), fpr(PRIMARY), revocation("20x,zz")],
        [key(), fpr(PRIMARY), "rev:!"],
    ],
)
def test_a_listing_that_cannot_be_read_is_the_machines_fault(lines):
    with pytest.raises(EnvironmentFault):
        read_listing(listing(*lines))


@given(
    st.lists(st.sampled_from([key(), key("sub"), fpr(PRIMARY), fpr(SUB), revocation("20x,01"), "uid:", "rev:!", "x"]))
)
def test_nothing_else_is_raised(lines):
    try:
        found = read_listing(listing(*lines))
    except EnvironmentFault:
        return
    assert all(keys for keys in found.values())
