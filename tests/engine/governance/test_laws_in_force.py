"""Who may do what from when on: stories on one branch, and what a refused commit leaves as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.governance.law_scene import POLICY, Realm, refusals

BOB_MAY_NOT = "rule_violation: this commit changes the policy, which bob may not; have it signed by ada"
KEEPS = "rule_violation: this commit keeps the policy of its parent, which was refused, and so it changes the policy, "


def test_a_signer_counts_from_the_commit_after_the_one_that_adds_him(realm: Realm) -> None:
    early = realm.change("bob", branch="early", parents=[realm.root])
    added = realm.change("ada", "ada", "bob")
    good = realm.change("bob")
    removed = realm.change("ada", "ada")
    late = realm.change("bob")
    verdicts = realm.audit()
    assert {oid for oid, verdict in verdicts.items() if verdict.accepted} == {realm.root, added, good, removed}
    assert verdicts[good].signer == "bob"
    found = refusals(verdicts)
    assert found.keys() == {early, late}
    assert all(words.startswith("unknown_key: ") for words in found.values())
    assert f"(by the policy in its parent {removed[:12]})" in found[late]


def test_nobody_adds_himself(realm: Realm) -> None:
    bold = realm.change("bob", "ada", "bob")
    again = realm.change("bob")
    assert {oid: words.split(":")[0] for oid, words in refusals(realm.audit()).items()} == {
        bold: "unknown_key",
        again: "unknown_key",
    }


def test_a_refused_change_leaves_the_law_as_it_was(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    evil = realm.change("bob", "ada", "bob", "mallory")
    guest = realm.change("mallory")
    honest = realm.change("bob")
    mended = realm.change("bob", "ada", "bob")
    after = realm.change("bob")
    verdicts = realm.audit()
    found = refusals(verdicts)
    assert found.keys() == {evil, guest, honest}
    assert found[evil] == BOB_MAY_NOT
    assert found[guest].startswith("unknown_key: ")
    assert found[honest] == f"{KEEPS}which bob may not; have it signed by ada"
    assert verdicts[mended].accepted
    assert verdicts[after].accepted


def test_who_may_change_the_law_makes_a_refused_one_good(realm: Realm) -> None:
    realm.change("ada", "ada", "bob")
    evil = realm.change("bob", "ada", "bob", "carol")
    ratified = realm.change("ada")
    welcome = realm.change("carol")
    verdicts = realm.audit()
    assert refusals(verdicts).keys() == {evil}
    assert verdicts[ratified].accepted
    assert verdicts[welcome].signer == "carol"


def test_the_right_to_change_the_law_is_handed_on(realm: Realm) -> None:
    realm.change("ada", "ada", "bob", owners=("bob",))
    refused = realm.change("ada", "ada", owners=("ada",))
    good = realm.change("bob", "bob", owners=("bob",))
    verdicts = realm.audit()
    assert refusals(verdicts) == {
        refused: "rule_violation: this commit changes the policy, which ada may not; have it signed by bob"
    }
    assert verdicts[good].accepted


@pytest.mark.parametrize("sign", [False, "mallory"])
def test_unsigned_and_foreign_commits_change_nothing(realm: Realm, sign: bool | str) -> None:
    evil = realm.change("ada", "ada", "mallory", owners=("ada", "mallory"), sign=sign)
    guest = realm.change("mallory")
    kept = realm.change("ada", "ada")
    verdicts = realm.audit()
    assert refusals(verdicts).keys() == {evil, guest}
    assert verdicts[kept].accepted


def test_a_refused_commit_that_leaves_the_law_alone_spoils_nothing(realm: Realm) -> None:
    bad = realm.change("ada", sign=False)
    good = realm.change("ada")
    assert refusals(realm.audit()) == {bad: "unsigned: there is no signature"}
    assert realm.verify(good)[good].accepted


@pytest.mark.parametrize(
    ("owners", "words"),
    [
        ((), "changes the policy, which names nobody who may ([governance] signers); take the change out"),
        (("ada",), "brings a policy that nobody could ever change; name somebody in [governance] signers"),
    ],
)
def test_a_law_that_nobody_may_change(make_realm: Callable[..., Realm], owners: tuple[str, ...], words: str) -> None:
    """The root may hold one, since it was named; a change to one is refused, and every change of one."""
    realm = make_realm()
    if not owners:
        realm.root = realm.told.commit("ada", branch="frozen", parents=[], files=realm.law("ada", owners=()))
        realm.told.branch("main", realm.root)
        realm.told.git("update-ref", "-d", "refs/heads/frozen")
    change = realm.change("ada", "ada", "bob", owners=())
    good = realm.change("ada", files=realm.law("ada", owners=owners))
    verdicts = realm.audit()
    assert refusals(verdicts) == {change: f"rule_violation: this commit {words}"}
    assert verdicts[good].accepted


def test_the_folder_counts_as_a_whole(realm: Realm) -> None:
    """A key file beside the policy is the law too."""
    realm.change("ada", "ada", "bob")
    found = refusals(realm.audit())
    swapped = realm.change("bob", files={".gitsig/notes": b"hello"})
    assert not found
    assert refusals(realm.audit()) == {swapped: BOB_MAY_NOT}


def test_keys_may_lie_beside_the_policy(realm: Realm) -> None:
    law = realm.law("ada", more='[signers.bob]\nssh = ["keys/bob.pub"]')
    law[".gitsig/keys/bob.pub"] = realm.ssh.public("bob").encode()
    realm.change("ada", files=law)
    realm.change("bob")
    evil = realm.change("bob", files={".gitsig/keys/bob.pub": realm.ssh.public("mallory").encode()})
    realm.change("bob", files={".gitsig/keys/bob.pub": realm.ssh.public("bob").encode()})
    assert refusals(realm.audit()).keys() == {evil}


def odd(realm: Realm, kind: str) -> str:
    """A commit by Ada that has something odd in the place of the law."""
    told = realm.told
    policy = told.raw("blob", realm.law("ada")[POLICY])
    link = told.raw("blob", b"elsewhere")
    folder = told.raw("tree", b"100644 policy.toml\0" + bytes.fromhex(policy))
    linked = told.raw("tree", b"120000 policy.toml\0" + bytes.fromhex(link))
    huge = told.raw("tree", b"100644 policy.toml\0" + bytes.fromhex(told.raw("blob", b"#" * (4 * 1024 * 1024 + 1))))
    other = told.raw("tree", b"100644 other\0" + bytes.fromhex(policy))
    entries = {
        "nothing": [(b"100644", b"a", link)],
        "no policy.toml": [(b"40000", b".gitsig", other)],
        "link for the folder": [(b"120000", b".gitsig", link)],
        "link for the file": [(b"40000", b".gitsig", linked)],
        "submodule": [(b"160000", b".gitsig", realm.root)],
        "file": [(b"100644", b".gitsig", policy)],
        "huge": [(b"40000", b".gitsig", huge)],
        "two cases": [(b"40000", b".GITSIG", other), (b"40000", b".gitsig", folder)],
        "other case": [(b"40000", b".Gitsig", folder)],
        "twice": [(b"40000", b".gitsig", folder), (b"40000", b".gitsig", folder)],
    }
    return realm.raw_tree("ada", entries[kind])


ODD = {
    "nothing": "rule_violation: this commit removes the policy, which nobody may; put it back: ",
    "no policy.toml": "brings a policy that cannot be read: there is no policy.toml in .gitsig",
    "link for the folder": "a symbolic link stands where the folder .gitsig should",
    "link for the file": ".gitsig/policy.toml: a symbolic link, not a regular file",
    "submodule": "a submodule stands where the folder .gitsig should",
    "file": "a file stands where the folder .gitsig should",
    "huge": "brings a policy that cannot be read: the policy is larger than 4194304 bytes",
    "two cases": "several entries are called .gitsig but for upper and lower case",
    "other case": ".Gitsig stands where the folder .gitsig should",
    "twice": "verifier_error: ",
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_law_is_refused_even_from_owners(realm: Realm, kind: str) -> None:
    bad = odd(realm, kind)
    good = realm.change("ada", parents=[bad], files=realm.law("ada"))
    verdicts = realm.audit()
    found = refusals(verdicts)
    assert found.keys() == {bad}
    assert ODD[kind] in found[bad]
    assert verdicts[good].accepted


BROKEN = {
    "not TOML": (b"version = 1\nx = ?\n", ".gitsig/policy.toml:2); mend the syntax"),
    "other version": (b"version = 2\n", "unknown version 2"),
    "nobody": (b"version = 1\n", "the policy names no signer"),
    "file outside": (b'version = 1\n[signers.ada]\nssh = ["../ada.pub"]\n', "'../ada.pub' lies outside .gitsig"),
    "absolute file": (b'version = 1\n[signers.ada]\nssh = ["/etc/ada.pub"]\n', "'/etc/ada.pub' lies outside .gitsig"),
    "file missing": (b'version = 1\n[signers.ada]\nssh = ["ada.pub"]\n', "there is no ada.pub in .gitsig"),
    "key garbled": (b'version = 1\n[signers.ada]\nssh = ["ssh-ed25519 AAAA"]\n', "brings a policy that cannot be read"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_law_that_cannot_be_read_is_refused(realm: Realm, kind: str) -> None:
    text, words = BROKEN[kind]
    bad = realm.change("ada", files={POLICY: text, "ada.pub": realm.ssh.public("ada").encode()})
    good = realm.change("ada", files=realm.law("ada"))
    verdicts = realm.audit()
    found = refusals(verdicts)
    assert found.keys() == {bad}
    assert found[bad].startswith("rule_violation: this commit brings a policy that cannot be read: ")
    assert words in found[bad]
    assert verdicts[good].accepted


def test_what_a_law_says_of_history_and_of_roots_is_ignored(realm: Realm) -> None:
    evil = realm.change("mallory", branch="evil", parents=[realm.root])
    more = f'[history]\ntrusted-roots = ["{evil}"]\nseals = ["ada"]'
    realm.change("ada", "ada", more=more)
    sealed = realm.change("mallory")
    realm.change("ada", message="Seal\n\nGitsig-Seal: all is well\n")
    assert refusals(realm.audit()).keys() == {evil, sealed}


def test_exceptions_of_the_anchor_count_but_change_no_law(realm: Realm) -> None:
    unsigned = realm.change("ada", sign=False)
    evil = realm.change("ada", "ada", "mallory", sign=False)
    entries = (f'[[exceptions]]\nobject = "{oid}"\naccept = ["unsigned"]\nbecause = "x"\n' for oid in (unsigned, evil))
    found = refusals(realm.audit(more="".join(entries)))
    assert found == {
        evil: "rule_violation: this commit changes the policy, which its signer may not; have it signed by ada"
    }


def test_a_long_branch_with_changes_in_between(realm: Realm) -> None:
    """Beyond the window in which commits are judged together, and with what is foreseen turning out otherwise."""
    expected: dict[str, bool] = {realm.root: True}
    for number in range(70):
        by = ("ada", "bob", "carol")[number % 3]
        if number == 30:
            expected[realm.change("bob", "ada", "bob", "carol")] = False
            expected[realm.change("ada", "ada")] = True
        elif number in (10, 50):
            expected[realm.change("ada", "ada", "bob")] = True
        else:
            expected[realm.change(by)] = by == "ada" or (by == "bob" and (10 < number < 30 or number > 50))
    verdicts = realm.audit()
    assert {oid: verdict.accepted for oid, verdict in verdicts.items()} == expected
    tip = realm.told.tip()
    assert realm.verify(tip)[tip] == verdicts[tip]
    pushed = realm.push(realm.none, tip)
    assert {verdict.oid for verdict in pushed.refused} <= {oid for oid, good in expected.items() if not good}
    assert pushed.summary.refused == list(expected.values()).count(False)


def test_sha256_repositories(make_realm: Callable[..., Realm]) -> None:
    realm = make_realm(object_format="sha256")
    realm.change("ada", "ada", "bob")
    realm.change("bob")
    evil = realm.change("bob", "bob", owners=("bob",))
    realm.topic("side", realm.root)
    side = realm.change("bob", branch="side")
    assert refusals(realm.audit()).keys() == {evil, side}
