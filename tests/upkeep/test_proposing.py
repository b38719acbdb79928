"""`gitsig init`: what a history claims, what of it is proposed, and what is not."""

from __future__ import annotations

import tomllib
from base64 import b64encode
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from gitsig.loading import LoadedPolicy
from gitsig.model import SignatureFormat
from gitsig.sources import load_policy
from gitsig.upkeep import history, proposal
from gitsig.upkeep.forges import forge_of
from gitsig.upkeep.history import KeyUse, Seen
from gitsig.upkeep.proposal import propose
from tests.support.gnupg import packets
from tests.support.sshkeys import SSHHome
from tests.support.story import START
from tests.upkeep.commands import Done, call

NOW = "2026-06-01"


@pytest.fixture
def init(tmp_path, gnupg):
    """`init(story, …)`: everybody's certificate at hand unless `keys=False`; gives how it ended and the file."""
    target = tmp_path / "out" / "policy.toml"
    certificates = tmp_path / "everybody.asc"
    certificates.write_bytes(gnupg.export())

    def run(tale, *words: object, keys: bool = True) -> SimpleNamespace:
        at_hand = ("--keys", certificates) if keys else ()
        done = call("init", "--repo", tale.path, "--output", target, "--now", NOW, *at_hand, *words)
        return SimpleNamespace(done=done, path=target, text=target.read_text() if target.exists() else "")

    return run


def plain(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def test_a_signed_history_is_accepted_by_its_proposal(story, init, gnupg, ssh) -> None:
    tale = story()
    tale.commit(by="ada")
    tale.commit(by="bob", sign="ssh")
    tale.tag("v1.0", by="ada")
    ended = init(tale)
    assert (ended.done.code, ended.done.err) == (0, "")
    assert "the proposed policy would refuse 0 of 3 objects" in ended.done.out
    said = plain(ended.text)
    assert said["signers"]["ada"] == {"emails": ["ada@example.org"], "openpgp": ["keys/ada.asc"]}
    assert said["signers"]["bob"]["ssh"] == [ssh.public("bob").rsplit(" ", 1)[0]]
    assert "history" not in said
    loaded = load_policy(None, str(ended.path))
    assert isinstance(loaded, LoadedPolicy)
    ada = gnupg.fingerprint("ada@example.org")
    assert f"# openpgp {ada}" in ended.text
    assert "# ada: 1 commit, 1 tag, 66.7 % of what is signed, 2026-01-01 to 2026-01-01" in ended.text
    assert "TRUST ON FIRST USE" in ended.text


def test_a_certificate_that_is_not_at_hand_is_a_comment(story, init, gnupg) -> None:
    tale = story()
    tale.commit(by="ada")
    tale.commit(by="bob", sign="ssh")
    ended = init(tale, keys=False)
    assert ended.done.code == 0
    assert list(plain(ended.text)["signers"]) == ["bob"]
    (subkey,) = gnupg.subkeys(gnupg.fingerprint("ada@example.org"))
    assert f"# NOT PROPOSED: its certificate is not at hand: gpg --export --armor {subkey}" in ended.text
    assert "# [signers.ada]" in ended.text
    assert "  unknown_key 1" in ended.done.out


def test_certificates_from_the_users_own_keyring(story, init, gnupg, monkeypatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(gnupg.path))
    tale = story()
    tale.commit(by="ada")
    ended = init(tale, "--keyring", keys=False)
    assert list(plain(ended.text)["signers"]) == ["ada"]
    assert (ended.path.parent / "keys" / "ada.asc").exists()


def test_nothing_at_hand_writes_nothing_and_says_what_to_do(story, init, gnupg) -> None:
    tale = story()
    tale.commit(by="ada")
    ended = init(tale, keys=False)
    assert (ended.done.code, ended.text) == (3, "")
    assert "gitsig init --keys keys.asc" in ended.done.err
    assert gnupg.subkeys(gnupg.fingerprint("ada@example.org"))[0] in ended.done.out


def test_a_history_without_signatures(story, init) -> None:
    tale = story()
    tale.commit(by="ada", sign=False)
    ended = init(tale)
    assert (ended.done.code, ended.text) == (3, "")
    assert "nothing in the history is signed" in ended.done.err


def test_an_empty_repository(story, init) -> None:
    ended = init(story())
    assert ended.done.code == 2
    assert "no branch and no tag" in ended.done.err


def test_the_unsigned_past_ends_where_a_signature_builds_on_it(story, init) -> None:
    tale = story()
    tale.commit(by="ada", sign=False)
    last = tale.commit(by="bob", sign=False)
    tale.commit(by="ada")
    tale.commit(by="bob", sign=False)
    ended = init(tale)
    assert plain(ended.text)["history"]["trusted-roots"] == [last]
    assert "would refuse 1 of 2 objects\n  unsigned 1" in ended.done.out


def test_a_made_up_signature_puts_nothing_into_the_past_and_nobody_on_the_list(story, init, ssh) -> None:
    tale = story()
    honest = tale.commit(by="ada")
    tale.commit(by="mallory", sign=False, branch="evil", parents=[])
    borrowed = ssh.sign(b"something else", "mallory")
    tale.commit(by="mallory", sign=borrowed, branch="evil")
    ended = init(tale)
    assert list(plain(ended.text)["signers"]) == ["ada"]
    assert "history" not in plain(ended.text)
    assert "# NOT PROPOSED: no signature that names this key is by it" in ended.text
    assert "would refuse 2 of 3 objects" in ended.done.out
    assert honest not in ended.text


def test_since_takes_what_is_older_for_past(story, init) -> None:
    tale = story()
    tale.commit(by="ada", at=START)
    old = tale.commit(by="mallory", at=START + 86400)
    tale.commit(by="ada", at=START + 3 * 86400)
    ended = init(tale, "--since", "2026-01-03")
    assert list(plain(ended.text)["signers"]) == ["ada"]
    assert plain(ended.text)["history"]["trusted-roots"] == [old]
    assert "would refuse 0 of 1 object" in ended.done.out


def test_a_forges_key_is_proposed_for_merges_only(story, init, gnupg) -> None:
    tale = story()
    tale.person("GitLab", "noreply@gitlab.example.org", openpgp=gnupg.fingerprint("mallory@example.net"))
    tale.commit(by="ada")
    tale.commit(by="ada", branch="topic", parents=[tale.tip()])
    tale.merge("topic", by="GitLab")
    tale.commit(by="GitLab")
    ended = init(tale)
    assert plain(ended.text)["signers"]["gitlab"]["only"] == ["merge"]
    assert "# LOOK: seems to be a key of gitlab" in ended.text
    assert "# LOOK: 1 of its commits are no merges" in ended.text
    assert "would refuse 1 of 4 objects\n  key_not_allowed 1" in ended.done.out


def test_shared_and_many_addresses_are_flagged(story, init) -> None:
    tale = story()
    tale.person("stranger", "ada@example.org", ssh="mallory")
    for number in range(4):
        tale.person(f"bob{number}", f"bob{number}@example.org", ssh="bob")
        tale.commit(by=f"bob{number}")
    tale.commit(by="ada")
    tale.commit(by="stranger")
    ended = init(tale)
    assert ended.text.count("# LOOK: another key uses the same address: ada@example.org") == 2
    assert "# LOOK: 4 addresses under one key" in ended.text


def test_hostile_names_stay_comments_and_are_escaped(story, init) -> None:
    tale = story()
    name, email = 'x\x1b[31m]\u202e"', 'a\u202e*"@b'
    tale.person(name, email, ssh="mallory")
    tale.commit(by=name)
    ended = init(tale)
    assert ended.done.code == 0
    (signer,) = plain(ended.text)["signers"]
    assert signer == "x-31m"
    assert "emails" not in plain(ended.text)["signers"][signer]
    for text in (ended.text, ended.done.out):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_malformed_commit_is_no_obstacle(story, init) -> None:
    tale = story()
    tale.commit(by="ada")
    tale.commit(by="ada", mutate=lambda raw: raw.replace(b"\nauthor ", b"\nauthor  \0", 1), branch="odd")
    ended = init(tale)
    assert ended.done.code == 0
    assert "malformed_object 1" in ended.done.out


def test_unsigned_tags_are_counted(story, init) -> None:
    tale = story()
    oid = tale.commit(by="ada")
    tale.ref("refs/tags/light", oid)
    tale.tag("bare", sign=False)
    ended = init(tale)
    assert "# 2 tags without a signature: refused, unless" in ended.text
    assert "  unsigned 2" in ended.done.out


def test_nothing_is_overwritten_without_force(story, init, gnupg) -> None:
    tale = story()
    tale.commit(by="ada")
    first = init(tale)
    mine = first.path.parent / "keys" / "ada.asc"
    again: Done = init(tale).done
    assert again.code == 2
    assert "is there already" in again.err
    first.path.unlink()
    mine.write_text("mine\n")
    assert init(tale).done.code == 2
    assert mine.read_text() == "mine\n"
    assert not first.path.exists()
    assert init(tale, "--force").done.code == 0
    assert mine.read_text() != "mine\n"


def test_a_sha256_repository(story, init) -> None:
    tale = story("sha256")
    tale.commit(by="ada")
    assert "would refuse 0 of 1 object" in init(tale).done.out


def without_fingerprint(gnupg, payload: bytes, key: str) -> bytes:
    """A signature as old programs wrote it, with a key id alone; it does not verify any more."""
    packet = packets(gnupg.sign(payload, key, at=START + 60))
    fingerprint = b"\x16\x21\x04" + bytes.fromhex(key)
    assert fingerprint in packet
    text = b64encode(packet.replace(fingerprint, b"\x16\x65\x04" + bytes.fromhex(key))).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN PGP SIGNATURE-----\n\n{lines}\n-----END PGP SIGNATURE-----\n".encode()


def test_a_key_known_by_its_id_alone_is_joined_with_its_certificate(story, init, gnupg) -> None:
    tale = story()
    bob = gnupg.fingerprint("bob@example.org")
    tale.commit(by="bob", sign=lambda payload: without_fingerprint(gnupg, payload, bob))
    tale.commit(by="bob")
    ended = init(tale)
    assert list(plain(ended.text)["signers"]) == ["bob"]
    assert "# bob: 2 commits" in ended.text
    assert "  bad_signature 1" in ended.done.out


def test_a_key_id_picks_nothing(story, init, gnupg) -> None:
    tale = story()
    bob = gnupg.fingerprint("bob@example.org")
    tale.commit(by="bob", sign=lambda payload: without_fingerprint(gnupg, payload, bob))
    tale.commit(by="ada", sign="ssh")
    ended = init(tale, "--keyring", keys=False)
    assert list(plain(ended.text)["signers"]) == ["ada"]
    assert f"# openpgp {bob[-16:]}\n" in ended.text
    assert "# NOT PROPOSED: only its key id is known, which can be imitated" in ended.text


def test_what_cannot_be_read_is_counted_and_left_to_the_audit(story, init) -> None:
    tale = story()
    tale.commit(by="ada")
    tale.commit(by="ada", sign=b"-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----\n")
    tale.commit(by="ada", sign=b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n")
    ended = init(tale)
    assert "read: 3 commits, 0 tags, 3 of them signed" in ended.done.out
    assert "would refuse 2 of 3 objects" in ended.done.out
    assert list(plain(ended.text)["signers"]) == ["ada"]


def test_the_known_keys_of_github_are_recognised_by_their_fingerprints() -> None:
    for name in ("968479A1AFF927E37D1A566BB5690EEEBB952194", "4AEE18F83AFDEB23"):
        assert forge_of(KeyUse(SignatureFormat.OPENPGP, name)) == "github"
    assert forge_of(KeyUse(SignatureFormat.OPENPGP, "A" * 40)) == ""


def test_a_name_under_another_address_is_flagged(story, init) -> None:
    """Whoever has a key can call himself Ada; with more commits than she he would even get her name in the policy."""
    tale = story()
    tale.person("Ada ", "ada@evil.example", ssh="mallory")
    tale.commit(by="ada")
    tale.commit(by="Ada ")
    tale.commit(by="Ada ")
    ended = init(tale)
    assert set(plain(ended.text)["signers"]) == {"ada", "ada-2"}
    assert ended.text.count("# LOOK: another key uses the same name under another address: ") == 2


def test_letters_that_look_like_others_are_flagged(story, init) -> None:
    tale = story()
    tale.person("bob", "b\u043eb@example.org", ssh="mallory")
    tale.commit(by="bob")
    assert "# LOOK: letters beyond ASCII, which can look like others: 'b\\u043eb@example.org'" in init(tale).text


def test_a_weak_key_is_flagged(story, init, tmp_path) -> None:
    tale = story()
    tale.person("weak", ssh=SSHHome(tmp_path / "weak").generate("weak", "rsa", 1024))
    tale.commit(by="weak")
    ended = init(tale)
    assert "# LOOK: the key is RSA of 1024 bits, under 2048: its signatures are refused" in ended.text


def test_names_that_are_the_same_once_they_are_cut_name_different_files(story, init, gnupg) -> None:
    tale = story()
    for name, email in (("x" * 39 + " one", "ada@example.org"), ("x" * 39, "bob@example.org")):
        tale.person(name, openpgp=gnupg.fingerprint(email))
        tale.commit(by=name)
    ended = init(tale)
    assert ended.done.code == 0, ended.done.err
    stem = "x" * 39
    assert set(plain(ended.text)["signers"]) == {stem, f"{stem}-2"}
    assert sorted(path.name for path in (ended.path.parent / "keys").iterdir()) == [f"{stem}-2.asc", f"{stem}.asc"]


@pytest.mark.parametrize(("module", "limit"), [(proposal, "_SIGNERS"), (history, "_KEYS")])
def test_more_keys_than_anybody_reviews_are_counted(story, init, monkeypatch, module, limit: str) -> None:
    tale = story()
    tale.commit(by="ada", sign="ssh")
    tale.commit(by="ada", sign="ssh")
    tale.commit(by="bob", sign="ssh")
    tale.commit(by="carol")
    monkeypatch.setattr(module, limit, 1)
    ended = init(tale)
    assert list(plain(ended.text)["signers"]) == ["ada"]
    assert "# 2 more keys, used less than these, not proposed: refused." in ended.text
    assert "not proposed: 2 more keys, used less than these" in ended.done.out
    assert "unknown_key 2" in ended.done.out


@pytest.mark.parametrize(
    ("names", "joined"),
    [
        (["A" * 24 + "0123456789ABCDEF", "0123456789ABCDEF"], 1),
        (["0123456789ABCDEF" + "A" * 24, "0123456789ABCDEF"], 2),
        (["0123456789ABCDEF" + "A" * 48, "0123456789ABCDEF"], 1),
        (["A" * 48 + "0123456789ABCDEF", "0123456789ABCDEF"], 2),
        (["A" * 24 + "0123456789ABCDEF", "B" * 24 + "0123456789ABCDEF", "0123456789ABCDEF"], 3),
    ],
)
def test_a_key_id_belongs_to_the_one_fingerprint_that_gives_it(names: list[str], joined: int) -> None:
    """The last digits of a fingerprint of version 4, the first of one of version 6 (RFC 9580)."""
    uses = tuple(KeyUse(SignatureFormat.OPENPGP, name) for name in names)
    assert len(propose(Seen(uses, Counter(), None), [], {}, 0).signers) == joined
