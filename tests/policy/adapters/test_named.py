"""`KIND:LOCATION?key=value`."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.named import Kind, parse_named

READ = [
    ("keys:trusted", Kind.KEYS, "trusted", {}),
    ("keys:/a/b?revoked=/c", Kind.KEYS, "/a/b", {"revoked": "/c"}),
    ("keys:what?", Kind.KEYS, "what?", {}),
    ("keys:what?is this", Kind.KEYS, "what?is this", {}),
    ("keyring:a:b.gpg", Kind.KEYRING, "a:b.gpg", {}),
    ("gnupg-home:", Kind.GNUPG_HOME, "", {}),
    ("guix:", Kind.GUIX, "", {}),
    ("guix:?introduction=1&signer=A B", Kind.GUIX, "", {"introduction": "1", "signer": "A B"}),
    ("sq-git:../there?root=1", Kind.SQ_GIT, "../there", {"root": "1"}),
    ("bitcoin:a?keyring=b?c=d", Kind.BITCOIN, "a?keyring=b", None),
]


@pytest.mark.parametrize(("text", "kind", "location", "options"), READ[:-1])
def test_what_is_named(text, kind, location, options) -> None:
    found = parse_named(text)
    assert found is not None
    assert (found.kind, found.location, found.options, found.text) == (kind, location, options, text)


@pytest.mark.parametrize("text", ["policy.toml", "/a/keys:b", "Keys:a", "keys", "gix:a", "", "C:\\policy.toml"])
def test_anything_else_is_a_file(text) -> None:
    assert parse_named(text) is None


REFUSED = [
    ("keys:", "names no file"),
    ("bitcoin:?keyring=a", "names no file"),
    ("guix:?root=1", "unknown option"),
    ("guix:?signer=1&signer=2", "given twice"),
    ("guix:?signer=", "is empty"),
    ("guix:?signer=1&introduction", "unknown option"),
    ("guix:?signer=1&", "unknown option"),
    ("keyring:a?revoked=b", "unknown option"),
    ("bitcoin:a?keyring=b?c=d", "unknown option"),
    ("keys:a\0b", "NUL"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_an_option_must_be_the_kind_s_own(text, words) -> None:
    with pytest.raises(PolicyFault, match=words):
        parse_named(text)


def test_files_are_put_elsewhere() -> None:
    found = parse_named("bitcoin:verify-commits?keyring=all.gpg")
    assert found is not None
    there = found.placed("/srv/{}".format)
    assert there.files() == ("/srv/verify-commits", "/srv/all.gpg")
    assert parse_named(there.text) == there
    governed = parse_named("guix:?keyring=keys")
    assert governed is not None
    assert governed.placed("/srv/{}".format) == governed
    assert governed.files() == ()


@pytest.mark.parametrize(
    ("text", "folder"),
    [("keys:a", "/x?revoked=/y"), ("keys:a?revoked=b", "/R&D"), ("bitcoin:a", "/x?keyring=/y"), ("keys:a", "/x?y=z")],
)
def test_a_folder_never_becomes_an_option(text, folder) -> None:
    found = parse_named(text)
    assert found is not None
    assert found.spelled() == text
    there = found.placed(lambda name: f"{folder}/{name}")
    assert there.location == f"{folder}/a"
    with pytest.raises(PolicyFault, match="would be read as an option") as caught:
        there.spelled()
    assert caught.value.mend
