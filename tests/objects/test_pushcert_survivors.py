"""The grammar of push certificates, line by line, without a server."""

from __future__ import annotations

import pytest

from gitsig.errors import MalformedObject
from gitsig.model import LIMITS, ObjectFormat, RefUpdate
from gitsig.objects.pushcert import parse_push_certificate

OLD, NEW = "0" * 40, "a1" * 20
HEAD = b"certificate version 0.1\npusher ada <ada@example.org> 1600000000 -0130\n"
PUSHEE = b"pushee ../server.git\n"
NONCE = b"nonce 1600000000-cafe\n"
OPTIONS = b"push-option one\npush-option \n"
MAIN = f"{OLD} {NEW} refs/heads/main\n".encode()
OTHER = f"{NEW} {OLD} refs/heads/a b\n".encode()
SIGNATURE = b"-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n"
WHOLE = HEAD + PUSHEE + NONCE + OPTIONS + b"\n" + MAIN + OTHER + SIGNATURE


def test_every_part_of_a_certificate() -> None:
    found = parse_push_certificate(WHOLE, ObjectFormat.SHA1)
    assert found.payload == WHOLE[: -len(SIGNATURE)]
    assert found.signature == SIGNATURE
    assert found.pusher == b"ada <ada@example.org>"
    assert found.time == 1_600_000_000
    assert found.nonce == b"1600000000-cafe"
    assert found.updates == (RefUpdate(OLD, NEW, "refs/heads/main"), RefUpdate(NEW, OLD, "refs/heads/a b"))


@pytest.mark.parametrize("middle", [b"", PUSHEE, NONCE, OPTIONS, PUSHEE + OPTIONS, b"pushee \n", b"nonce \n"])
def test_every_line_between_pusher_and_updates_may_be_missing_or_empty(middle: bytes) -> None:
    found = parse_push_certificate(HEAD + middle + b"\n" + MAIN + SIGNATURE, ObjectFormat.SHA1)
    nonce = {NONCE: b"1600000000-cafe", b"nonce \n": b""}.get(middle)
    assert found.nonce == nonce
    assert found.updates == (RefUpdate(OLD, NEW, "refs/heads/main"),)


def test_a_pusher_without_a_name_and_the_longest_date() -> None:
    raw = WHOLE.replace(b"ada <ada@example.org> 1600000000", b" 999999999999999999")
    found = parse_push_certificate(raw, ObjectFormat.SHA1)
    assert (found.pusher, found.time) == (b"", 999_999_999_999_999_999)


def test_the_shortest_certificate() -> None:
    signature = b"-----BEGIN PGP SIGNATURE-----\n"
    raw = HEAD.replace(b"1600000000 -0130", b"7 +0000") + b"\n" + MAIN + signature
    found = parse_push_certificate(raw, ObjectFormat.SHA1)
    assert (found.time, found.signature) == (7, signature)


@pytest.mark.parametrize("label", [b"PGP SIGNATURE", b"SSH SIGNATURE", b"SIGNED MESSAGE"])
def test_the_signature_is_everything_from_its_first_line(label: bytes) -> None:
    signature = b"-----BEGIN %s-----\nabc" % label
    found = parse_push_certificate(HEAD + b"\n" + MAIN + signature, ObjectFormat.SHA1)
    assert found.payload == HEAD + b"\n" + MAIN
    assert found.signature == signature


def test_bytes_that_are_no_utf8_stay_in_a_ref_s_name() -> None:
    raw = HEAD + b"\n" + MAIN.replace(b"main", b"\xff") + SIGNATURE
    (update,) = parse_push_certificate(raw, ObjectFormat.SHA1).updates
    assert update.ref.encode("utf-8", "surrogateescape") == b"refs/heads/\xff"


def test_ids_of_the_other_hash_are_outside_the_grammar() -> None:
    long = WHOLE.replace(OLD.encode(), b"0" * 64).replace(NEW.encode(), b"a1" * 32)
    assert parse_push_certificate(long, ObjectFormat.SHA256).updates[0].new == "a1" * 32
    for raw, fmt in ((long, ObjectFormat.SHA1), (WHOLE, ObjectFormat.SHA256)):
        with pytest.raises(MalformedObject):
            parse_push_certificate(raw, fmt)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"certificate version 0.1", b"certificate version 0x1"),
        (b"certificate ", b"certificate"),
        (b"certificate", b"text\ncertificate"),
        (b"0.1\n", b"0.1"),
        (b"pusher ", b"pusher"),
        (b"> 1600000000", b">1600000000"),
        (b"1600000000 -", b"1600000000-"),
        (b"1600000000 -", b" -"),
        (b"1600000000 -", b"1234567890123456789 -"),
        (b"1600000000 -", b"160000000a -"),
        (b"-0130", b"0130"),
        (b"-0130", b"-013"),
        (b"-0130", b"-01300"),
        (b"-0130", b"-013a"),
        (b"-0130\n", b"-0130"),
        (b"pushee ", b"pushee"),
        (b"nonce ", b"nonce"),
        (b"push-option ", b"push-option"),
        (PUSHEE, PUSHEE * 2),
        (NONCE, NONCE * 2),
        (PUSHEE + NONCE, NONCE + PUSHEE),
        (NONCE + OPTIONS, OPTIONS + NONCE),
        (b"\n\n", b"\n"),
        (b"\n\n", b"\n\n\n"),
        (MAIN + OTHER, b""),
        (b"a1a1 refs", b"a1a1a refs"),
        (b"a1a1 refs", b"a1a1  refs"),
        (b"a1a1 refs", b"a1A1 refs"),
        (b"a1a1 refs", b"a1g1 refs"),
        (b"0000 a1", b"0000  a1"),
        (b"0000 a1", b"000A a1"),
        (b"0000 a1", b"000g a1"),
        (b"0000 a1", b"00000 a1"),
        (b"refs/heads/main", b"heads/main"),
        (b"refs/heads/main", b"refs/"),
        (b"-----BEGIN", b"text\n-----BEGIN"),
        (b"SSH SIGNATURE-----\n", b"SSH MESSAGE-----\n"),
        (b"SSH SIGNATURE-----\n", b"SSH SIGNATURE----- \n"),
        (b"\nabc\n", b"\na\0c\n"),
        (SIGNATURE, b""),
    ],
)
def test_what_is_outside_the_grammar(old: bytes, new: bytes) -> None:
    assert old in WHOLE
    with pytest.raises(MalformedObject) as refused:
        parse_push_certificate(WHOLE.replace(old, new, 1), ObjectFormat.SHA1)
    assert "push certificate" in str(refused.value)


def test_the_limit_is_inclusive() -> None:
    largest = WHOLE + b"x" * (LIMITS.object_size - len(WHOLE))
    assert parse_push_certificate(largest, ObjectFormat.SHA1).signature.startswith(SIGNATURE)
    with pytest.raises(MalformedObject, match="too large"):
        parse_push_certificate(largest + b"x", ObjectFormat.SHA1)


def test_many_lines_take_no_stack_and_no_second_way() -> None:
    raw = HEAD + b"push-option x\n" * 50_000 + b"\n" + MAIN * 50_000 + b"no signature"
    with pytest.raises(MalformedObject):
        parse_push_certificate(raw, ObjectFormat.SHA1)
