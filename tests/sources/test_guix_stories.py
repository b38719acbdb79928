"""Guix's way of judging: the authorizations of all parents, keys out of a branch, from an introduction on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitsig.errors import PolicyFault
from gitsig.sources import load_policy
from gitsig.store import open_store
from tests.sources.conftest import guix_authorizations
from tests.support.story import Story

FILE = ".guix-authorizations"


@pytest.fixture
def channel(story: Callable[..., Story]) -> Story:
    """A keyring with ada, bob and mallory; ada's introduction lists ada alone."""
    told = story()
    assert told.gnupg is not None
    files = {f"{name}.key": told.gnupg.export(_certificate(told, name)) for name in ("ada", "mallory")}
    files["old/bob.key"] = told.gnupg.export(_certificate(told, "bob"))
    told.commit(parents=[], branch="keyring", sign=False, files={**files, "README": b"keys\n"})
    told.commit(files={FILE: listing(told, "ada")})
    return told


def _certificate(told: Story, name: str) -> str:
    person = told.people[name]
    return person.certificate or person.openpgp or ""


def listing(told: Story, *names: str) -> bytes:
    """Authorizations of the keys that these people sign with."""
    return guix_authorizations(*(told.people[name].openpgp or "" for name in names))


def named(told: Story, **options: str) -> str:
    """The policy's name, by ada's introduction."""
    found = {"introduction": root_of(told), "signer": told.people["ada"].openpgp or ""} | options
    return "guix:?" + "&".join(f"{key}={value}" for key, value in found.items())


def root_of(told: Story) -> str:
    return told.git("rev-list", "--max-parents=0", "main").decode().strip()


def test_who_is_listed_in_the_parent_may_commit(channel, judged) -> None:
    root = channel.tip()
    by_ada = channel.commit(files={FILE: listing(channel, "ada", "bob")})
    by_bob = channel.commit(by="bob")
    by_mallory = channel.commit(by="mallory")
    after = channel.commit(by="bob")
    found = judged(channel, named(channel))
    assert found == {root: "good", by_ada: "good", by_bob: "good", by_mallory: "unknown_key", after: "good"}


def test_nobody_lists_himself(channel, judged) -> None:
    own = channel.commit(by="bob", files={FILE: listing(channel, "ada", "bob")})
    then = channel.commit(by="bob")
    found = judged(channel, named(channel))
    assert (found[own], found[then]) == ("unknown_key", "unknown_key")


def test_every_parent_must_list_the_signer(channel, judged) -> None:
    base = channel.commit(files={FILE: listing(channel, "ada", "bob")})
    channel.branch("side", base)
    side = channel.commit(by="bob", branch="side")
    main = channel.commit(files={FILE: listing(channel, "ada")})
    merged = channel.merge("side", by="bob")
    found = judged(channel, named(channel), "main")
    assert (found[side], found[main], found[merged]) == ("good", "good", "unknown_key")


def _with_tree(told: Story, tree: str) -> Callable[[bytes], bytes]:
    """An `edit` of a commit that puts another tree in it."""
    return lambda payload: b"tree " + tree.encode() + payload[payload.index(b"\n") :]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"(authorizations (version 1) ())",
        b'(authorizations (version 0) (("short")))',
        b"(authorizations (version 0) ())",
        b"\xff",
    ],
)
def test_a_file_that_gives_no_law_is_refused_with_the_commit_that_brings_it(channel, judged, content) -> None:
    broken = channel.commit(files={FILE: content})
    mended = channel.commit(by="ada", files={FILE: listing(channel, "ada")})
    found = judged(channel, named(channel))
    assert (found[broken], found[mended]) == ("rule_violation", "good")


def test_authorizations_are_never_taken_away(channel, judged) -> None:
    gone = channel.commit(edit=_with_tree(channel, channel.tree({"other": b""})))
    link = b"120000 %s\0%s" % (FILE.encode(), bytes.fromhex(channel.raw("blob", listing(channel, "ada", "bob"))))
    linked = channel.commit(edit=_with_tree(channel, channel.raw("tree", link)))
    found = judged(channel, named(channel))
    assert (found[gone], found[linked]) == ("rule_violation", "rule_violation")


def test_the_very_key_is_listed_and_no_other_of_its_certificate(channel, judged) -> None:
    primary = channel.people["ada"].certificate or ""
    assert channel.gnupg is not None
    listed = channel.commit(files={FILE: guix_authorizations(primary)})
    by_subkey = channel.commit()
    by_primary = channel.commit(sign=lambda payload: channel.gnupg.sign(payload, primary, at=channel.clock))
    found = judged(channel, named(channel))
    assert (found[listed], found[by_subkey], found[by_primary]) == ("good", "unknown_key", "good")


def test_the_introduction_must_be_signed_by_its_signer(channel, judged) -> None:
    above = channel.commit()
    for other in (channel.people["bob"].openpgp, channel.people["ada"].certificate):
        assert set(judged(channel, named(channel, signer=other or "")).values()) == {"rule_violation"}
    assert judged(channel, named(channel))[above] == "good"


def test_a_root_that_is_not_behind_it_makes_nothing_good(channel, judged) -> None:
    lone = channel.commit(parents=[], branch="lone", files={FILE: listing(channel, "ada")})
    found = judged(channel, named(channel), "lone")
    assert found[lone] != "good"


def test_the_keyring_branch_is_not_judged_and_needs_no_signature(channel, judged) -> None:
    store = open_store(str(channel.path))
    policy = load_policy(store, named(channel)).policy
    assert not policy.guards("refs/heads/keyring")
    assert policy.guards("refs/heads/keyring2")
    assert policy.guards("refs/heads/main")
    assert len(judged(channel, named(channel))) == 1


def test_the_repository_says_what_the_name_leaves_out(channel, judged) -> None:
    for key, value in {
        "introduction-commit": root_of(channel),
        "introduction-signer": channel.people["ada"].openpgp or "",
    }.items():
        channel.git("config", f"guix.authentication.{key}", value)
    assert set(judged(channel, "guix:").values()) == {"good"}
    channel.git("config", "guix.authentication-main.introduction-signer", channel.people["bob"].openpgp or "")
    assert set(judged(channel, "guix:").values()) == {"rule_violation"}


def test_the_channel_names_its_keyring(channel, judged) -> None:
    channel.branch("keys", channel.tip("keyring"))
    channel.git("update-ref", "-d", "refs/heads/keyring")
    tip = channel.commit(files={".guix-channel": b'(channel (version 0) (keyring-reference "keys"))'})
    assert judged(channel, named(channel), "main")[tip] == "good"
    channel.ref("refs/remotes/origin/mine", channel.tip("keys"))
    assert judged(channel, named(channel, keyring="origin/mine"), "main")[tip] == "good"


def test_no_commit_can_take_a_branch_out_of_judging(channel) -> None:
    """`.guix-channel` is for whoever commits to write, and pushes to the keyring's branch are judged by nobody."""
    assert channel.gnupg is not None
    files = {".guix-channel": b'(channel (version 0) (keyring-reference "main"))', "all.key": channel.gnupg.export()}
    channel.commit(files=files)
    policy = load_policy(open_store(str(channel.path)), named(channel)).policy
    assert policy.guards("refs/heads/main")
    assert policy.guards("refs/heads/keyring")


def test_copies_of_one_key_are_put_together(channel, judged) -> None:
    """The revocation of one copy counts, though another file has the key without it."""
    assert channel.gnupg is not None
    with channel.gnupg.clone() as twin:
        twin.revoke(channel.people["ada"].certificate or "", reason=2, at=channel.clock)
        revoked = twin.export(channel.people["ada"].certificate or "")
    channel.commit(branch="keyring", sign=False, files={"copy.key": revoked, "odd.key": b"no key"})
    found = judged(channel, named(channel), "main")
    assert set(found.values()) == {"key_revoked"}
    warnings = load_policy(open_store(str(channel.path)), named(channel)).warnings
    assert [each for each in warnings if "odd.key" in each]


def test_the_keyring_is_no_more_than_packets_and_has_a_size_that_can_be(channel, judged, monkeypatch) -> None:
    """Nobody authenticates its branch: no gpg reads a keybox out of it, and it must not fill the memory."""
    keybox = (channel.gnupg.path / "pubring.kbx").read_bytes()
    channel.commit(branch="keyring", sign=False, files={"box.key": keybox})
    assert judged(channel, named(channel), "main") == {channel.tip(): "good"}
    warnings = load_policy(open_store(str(channel.path)), named(channel)).warnings
    assert [each for each in warnings if "box.key gives no key" in each]
    monkeypatch.setattr("gitsig.sources.guix.KEYRING_SIZE", len(keybox))
    with pytest.raises(PolicyFault, match="larger than"):
        load_policy(open_store(str(channel.path)), named(channel))


def test_who_is_listed_and_has_no_key_does_no_harm(channel, judged) -> None:
    listed = channel.commit(files={FILE: guix_authorizations("0" * 40, channel.people["ada"].openpgp or "")})
    above = channel.commit()
    found = judged(channel, named(channel))
    assert (found[listed], found[above]) == ("good", "good")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"introduction": "main"}, "no full object id"),
        ({"signer": "1234"}, "no full fingerprint"),
        ({"keyring": "elsewhere"}, "no branch 'elsewhere'"),
        ({"keyring": "refs/heads/none"}, "no branch"),
        ({"keyring": "main"}, "holds no key"),
    ],
)
def test_what_the_name_says_must_hold(channel, options, words) -> None:
    with pytest.raises(PolicyFault, match=words):
        load_policy(open_store(str(channel.path)), named(channel, **options))


def test_nothing_says_where_to_begin(channel) -> None:
    store = open_store(str(channel.path))
    with pytest.raises(PolicyFault, match="what the introduction is"):
        load_policy(store, "guix:")
    channel.commit(files={".guix-channel": b"(channel (version 9))"})
    with pytest.raises(PolicyFault, match="not version 0"):
        load_policy(store, named(channel))


def test_a_repository_is_needed_and_the_one_at_hand(channel, story) -> None:
    store = open_store(str(channel.path))
    with pytest.raises(PolicyFault, match="none is at hand"):
        load_policy(None, named(channel))
    there = named(channel).replace("guix:", f"guix:{channel.path}")
    assert load_policy(None, there).digest == load_policy(store, there).digest
    with pytest.raises(PolicyFault, match="another repository"):
        load_policy(open_store(str(story().path)), there)


def test_a_push_is_judged_by_what_stood_before_it(channel) -> None:
    from gitsig.engine.updates import verify_updates
    from gitsig.engine.verifier import Verifier
    from gitsig.model import RefUpdate
    from tests.sources.conftest import NOW

    old = channel.tip()
    new = channel.commit(by="bob", files={FILE: listing(channel, "ada", "bob")}, branch=None, parents=[old])
    good = channel.commit(branch=None, parents=[old])
    store = open_store(str(channel.path))
    verifier = Verifier(store, load_policy(store, named(channel)), now=NOW)
    for oid, accepted in ((new, False), (good, True)):
        report = verify_updates(verifier, [RefUpdate(old, oid, "refs/heads/main")])
        assert report.accepted is accepted
    keys = RefUpdate(channel.tip("keyring"), channel.commit(branch=None, sign=False), "refs/heads/keyring")
    assert verify_updates(verifier, [keys]).accepted
