"""Copies of certificates put together, and names that authorise nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Component, read_certificates
from gitsig.keys.openpgp.packets import SIGNATURE, read_packets
from gitsig.policy.adapters.certificates import joined, names_of, read_binary_keyring
from gitsig.policy.adapters.folder import folder_policy, is_key_file
from gitsig.policy.adapters.keyring import keyring_policy
from tests.support.gnupg import GnupgHome, packets


def _read(data: bytes):
    return read_certificates(data, "f")


def test_nothing_that_one_copy_has_is_lost(gnupg) -> None:
    fingerprint = gnupg.fingerprint("ada@example.org")
    with gnupg.clone() as one, gnupg.clone() as other:
        one.revoke(fingerprint, reason=2)
        subkey = other.add_subkey(fingerprint)
        copies = _read(one.export(fingerprint)) + _read(other.export(fingerprint))
    for order in (copies, copies[::-1]):
        (whole,) = joined(order)
        assert subkey in [each.key.fingerprint for each in whole.keys if each.key]
        assert 0x20 in [each.sig_class for each in whole.components[0].signatures]
        with GnupgHome() as home:
            home.load(whole.packets)
            assert b"\npub:r:" in b"\n" + home.run("--batch", "--with-colons", "--list-keys")
    assert joined(copies[:1] * 3) == [copies[0]]


def test_an_expired_subkey_is_kept(gnupg) -> None:
    fingerprint = gnupg.fingerprint("ada@example.org")
    with gnupg.clone() as home:
        old = home.add_subkey(fingerprint, expire="seconds=3600")
        found, warnings = read_binary_keyring(packets(home.export(fingerprint)), "f")
    assert not warnings
    assert old in [each.key.fingerprint for each in found[0].keys if each.key]


@pytest.mark.parametrize("data", [b"junk", b"\xc6", b"\x99\xff\xff"])
def test_bytes_that_are_no_packets(data) -> None:
    with pytest.raises(PolicyFault, match="no OpenPGP keyring"):
        read_binary_keyring(data, "f")


def test_a_signature_that_stands_before_all_keys_is_not_passed_over(gnupg) -> None:
    """It may be a revocation of one of them, and nothing says so to whoever leaves it out."""
    data = packets(gnupg.export())
    signature = next(each for each in read_packets(data) if each.tag == SIGNATURE)
    with pytest.raises(PolicyFault, match="begins with a signature"):
        read_binary_keyring(signature.raw + data, "f")


@pytest.mark.parametrize(
    ("user_id", "name"),
    [
        ("Eve <eve@example.org>", "eve@example.org"),
        ("eve@example.org", "eve@example.org"),
        ("Eve", None),
        ("Eve <a@b> <c@d>", None),
        ("Eve <role:x@y>", None),
        ("Eve <a@b@c> ", "a@b@c"),
        ("Eve <@b>", None),
    ],
)
def test_a_signer_is_named_by_the_address(user_id, name) -> None:
    with GnupgHome() as home:
        home.run("--batch", "--allow-freeform-uid", "--quick-generate-key", user_id, "ed25519", "sign", "0")
        (certificate,) = _read(home.export())
    fingerprint = certificate.primary.fingerprint
    assert names_of([certificate]) == {fingerprint: name or fingerprint}


def test_a_user_id_of_any_length_is_read_in_linear_time(gnupg) -> None:
    """Whoever has a key chooses what stands in it; gpg itself would write nothing as long as that."""
    (whole,) = _read(gnupg.export(gnupg.fingerprint("ada@example.org")))
    long = Component(None, b"a@" * 20_000 + b" <", ())
    names = names_of([replace(whole, components=(whole.components[0], long))])
    assert list(names.values()) == [whole.primary.fingerprint]


def test_an_empty_keyring_is_no_policy() -> None:
    with pytest.raises(PolicyFault, match="no certificate"):
        keyring_policy([], "f", "d")


def test_which_files_are_keys() -> None:
    yes = ["a.asc", "a.GPG", "a.b.pgp", "a.key", "sk-a.pub"]
    no = ["a", ".a.asc", "a.PUB", "a.asc~", "README.md", "a.pub.bak"]
    assert [name for name in yes + no if is_key_file(name)] == yes
    policy = folder_policy(yes + no, "d", "digest")
    assert set(policy.signers) == {"a", "a.b", "sk-a"}
    assert len(policy.warnings) == len(no) - 1
    assert all(spec.value.startswith("./") for spec in policy.key_specs)


@pytest.mark.parametrize("name", ["role:x.asc", "a\n.asc"])
def test_a_stem_that_cannot_name_a_signer(name) -> None:
    with pytest.raises(PolicyFault, match="cannot name a signer"):
        folder_policy([name], "d", "digest")
