"""`.guix-authorizations` and `.guix-channel`."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.guix import (
    anchor,
    authorized_policy,
    fingerprint_of,
    parse_authorizations,
    parse_keyring_reference,
)
from gitsig.policy.types import Parents

ADA = "3CE464558A84FDC69DB40CFB090B11993D9AEBB5"


def _file(entries: str, head: str = "(version 0)", tail: str = "") -> bytes:
    return f"; who may commit\n(authorizations\n {head}\n ({entries}){tail})\n".encode()


READ = [
    ("", {}),
    (f'("{ADA}")', {ADA: ""}),
    ('("3ce4 6455 8A84 FDC6 9DB4\n0CFB 090B 1199 3D9A EBB5" (name "ada"))', {ADA: "ada"}),
    (f'("{ADA}" (since "2020") (name 7) (name "ada" "lee"))', {ADA: ""}),
    (f'("{ADA}" (name "first") (name "second"))', {ADA: "first"}),
]


@pytest.mark.parametrize(("entries", "found"), READ)
def test_who_is_listed(entries, found) -> None:
    assert parse_authorizations(_file(entries), "f") == found
    assert parse_authorizations(_file(entries, tail="(more (to come))"), "f") == found


REFUSED = [
    (b"(authorisations (version 0) ())", "no authorizations"),
    (b"(authorizations (version 0))", "no authorizations"),
    (b'"authorizations"', "no authorizations"),
    (b'("authorizations" (version 0) ())', "no authorizations"),
    (b'(authorizations ("version" 0) ())', "not version 0"),
    (_file("", head="(version 1)"), "not version 0"),
    (_file("", head='(version "0")'), "not version 0"),
    (_file("", head="(version 0 1)"), "not version 0"),
    (b'(authorizations (version 0) "x")', "no list"),
    (_file(ADA), "does not begin with a fingerprint"),
    (_file(f"({ADA})"), "does not begin with a fingerprint"),
    (_file("()"), "does not begin with a fingerprint"),
    (_file('("")'), "no full fingerprint"),
    (_file(f'("{ADA[-16:]}")'), "no full fingerprint"),
    (_file(f'("{ADA}0")'), "no full fingerprint"),
    (_file(f'("{ADA[:-1]}G")'), "no full fingerprint"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_is_no_list(data, words) -> None:
    with pytest.raises(PolicyFault, match=words) as caught:
        parse_authorizations(data, "f")
    assert caught.value.mend


@pytest.mark.parametrize("name", ["", " ", "role:x", "a\x1b[2J"])
def test_a_name_that_cannot_be_shown_is_the_fingerprint(name) -> None:
    policy, signers = authorized_policy({ADA: name}, "f", "d")
    assert signers == {ADA: ADA}
    assert set(policy.signers) == {ADA}


def test_two_keys_of_one_name_are_one_signer() -> None:
    policy, signers = authorized_policy({ADA: "ada", ADA[::-1]: "ada"}, "f", "d")
    assert set(policy.signers) == {"ada"}
    assert set(signers.values()) == {"ada"}


def test_the_anchor_judges_every_parent() -> None:
    found = anchor("1" * 40, ADA, "refs/heads/keyring", "s", "d")
    assert found.governance is not None
    assert (found.governance.root, found.governance.root_signer, found.governance.parents) == (
        "1" * 40,
        ADA,
        Parents.ALL,
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [(ADA.lower(), ADA), ("", None), ("0x" + ADA, None), (ADA + "\n", ADA), ("\ufb00" + ADA[2:], None)],
)
def test_fingerprints(text, found) -> None:
    assert fingerprint_of(text) == found


CHANNELS = [
    (b"(channel (version 0))", None),
    (b'(channel (version 0) (keyring-reference "my-keys") (news-file "n"))', "my-keys"),
]


@pytest.mark.parametrize(("data", "found"), CHANNELS)
def test_a_channel_may_name_its_keyring(data, found) -> None:
    assert parse_keyring_reference(data, "f") == found


@pytest.mark.parametrize(
    "data",
    [
        b"(chanel (version 0))",
        b"(channel (version 1))",
        b"(channel (version 0) (keyring-reference keys))",
        b'(channel (version 0) (keyring-reference "a") (keyring-reference "b"))',
        b'(channel (version 0) (keyring-reference "--upload-pack=x"))',
        b'(channel (version 0) (keyring-reference "a b"))',
    ],
)
def test_a_channel_that_is_none(data) -> None:
    with pytest.raises(PolicyFault):
        parse_keyring_reference(data, "f")
