"""`openpgp-policy.toml`: who may sign what, and who may change it."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.policy.adapters.amendment import forbidden
from gitsig.policy.adapters.sqgit import Authorization, Right, SqGitPolicy, anchor, certificates_in, law, parse_sq_git
from gitsig.policy.types import Parents
from tests.sources.conftest import sq_git_policy

ALL = "sign_commit sign_tag sign_archive add_user retire_user audit"


@pytest.fixture(scope="module")
def certificates(gnupg) -> dict[str, bytes]:
    names = {"ada": "ada@example.org", "bob": "bob@example.org", "mallory": "mallory@example.net"}
    return {name: gnupg.export(gnupg.fingerprint(email)) for name, email in names.items()}


@pytest.fixture
def policy(certificates):
    """`policy(name=(rights, "ada bob"), …)`: authorizations with these people's certificates."""

    def make(*goodlist: str, **people: tuple[str, str]) -> SqGitPolicy:
        found = {
            name: (rights, b"".join(certificates[each] for each in keys.split()))
            for name, (rights, keys) in people.items()
        }
        return parse_sq_git(sq_git_policy(found, goodlist), "f")

    return make


def test_the_least_that_is_a_policy() -> None:
    assert parse_sq_git(b"", "f") == SqGitPolicy({})
    assert parse_sq_git(b"version = 0\ncommit_goodlist = []\n", "f") == SqGitPolicy({})
    assert parse_sq_git(b'[authorization.x]\nkeyring = ""\n', "f").authorizations["x"].certificates == {}


REFUSED = [
    (b"\nversion = 1\n", "f:2", "unknown version"),
    (b"version = true\n", "f:1", "not an integer"),
    (b"verzion = 0\n", "f:1", "unknown key"),
    (b"version =\n", "f:1", "not TOML"),
    (b"\xff", "f", "not UTF-8"),
    (b'commit_goodlist = [\n  "1234"]\n', "f:2", "no full object id"),
    (b'[authorization.x]\nkeyring = ""\nsign_commits = true\n', "f:3", "unknown key"),
    (b"[authorization.x]\nsign_commit = true\n", "f:1", "without its keyring"),
    (b'[authorization.x]\nkeyring = ""\nsign_commit = 1\n', "f:3", "not a boolean"),
    (b'[authorization.x]\nkeyring = "junk"\n', "f:2", "no OpenPGP"),
    (b"authorization = 1\n", "f:1", "not a table"),
    (b"x = " + b"[" * 5000, "f", ""),
    (b"#" * (5 << 20), "f", "larger than"),
]


@pytest.mark.parametrize(("data", "where", "words"), REFUSED)
def test_what_is_refused(data, where, words) -> None:
    with pytest.raises(PolicyFault) as caught:
        parse_sq_git(data, "f")
    assert caught.value.where.startswith(where)
    assert words in caught.value.diagnostics()
    assert caught.value.mend


def test_rights_say_what_may_be_signed(policy) -> None:
    found, _ = law(policy(ada=("sign_commit", "ada"), bob=("sign_tag", "bob"), mallory=("audit", "mallory")), "s", "d")
    assert {name: set(map(str, signer.only)) for name, signer in found.signers.items()} == {
        "ada": {"commit", "merge"},
        "bob": {"tag"},
    }


def test_a_certificate_of_several_entries_belongs_to_all_of_them(policy, gnupg) -> None:
    """One that allows a commit is enough; for a tag each must."""
    fingerprint = gnupg.fingerprint("ada@example.org")
    found, _ = law(policy(a=("sign_commit sign_tag", "ada bob"), b=("sign_archive", "ada")), "s", "d")
    together = found.signers[f"a + b ({fingerprint})"]
    assert set(map(str, together.only)) == {"commit", "merge"}
    assert set(map(str, found.signers["a"].only)) == {"commit", "merge", "tag"}


def test_no_name_can_pass_for_another(certificates, gnupg) -> None:
    fingerprint = gnupg.fingerprint("ada@example.org")
    named = {
        f"a + b ({fingerprint})": ("sign_commit", certificates["bob"]),
        "role:x": ("sign_tag", certificates["mallory"]),
    }
    both = {"a": ("sign_commit", certificates["ada"]), "b": ("sign_tag", certificates["ada"])}
    found, _ = law(parse_sq_git(sq_git_policy(named | both), "f"), "s", "d")
    assert len(found.signers) == 3
    assert f"({gnupg.fingerprint('mallory@example.net')})" in found.signers
    assert {spec.signer for spec in found.key_specs} == set(found.signers)


def test_certificates_are_found_in_whatever_stands_around_them(certificates, gnupg) -> None:
    """In time linear in the size: what is looked through here is any commit's, before it is judged."""
    ada, bob = (certificates[name].decode() for name in ("ada", "bob"))
    begun = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
    keyring = f"words {ada} more\n{bob}{begun * 10_000}"
    data = f'version = 9\n[authorization.x]\nfree = 1\nkeyring = """\n{keyring}"""\n'.encode()
    found = {each.primary.fingerprint for each in certificates_in(data)}
    assert found == {gnupg.fingerprint("ada@example.org"), gnupg.fingerprint("bob@example.org")}
    assert certificates_in(f'[authorization]\nx = {{keyring = """{begun}"""}}\n'.encode()) == []


def test_the_anchor_is_content_with_one_parent() -> None:
    found = anchor("1" * 40, "s", "d")
    assert found.governance is not None
    assert (found.governance.root_signer, found.governance.parents) == (None, Parents.ANY)


OID = "1" * 40
BEFORE = {"ada": (ALL, "ada"), "bob": ("sign_commit", "bob")}
AMENDMENTS = [
    (BEFORE, (), ""),
    (BEFORE | {"new": ("", "mallory")}, (), "add_user"),
    (BEFORE | {"new": ("sign_tag", "mallory")}, (), "add_user sign_tag"),
    ({"ada": (ALL, "ada")}, (), "retire_user"),
    (BEFORE | {"bob": ("sign_commit", "bob mallory")}, (), "add_user"),
    (BEFORE | {"bob": ("sign_commit", "")}, (), "retire_user"),
    (BEFORE | {"bob": ("sign_commit audit", "bob")}, (), "add_user audit"),
    (BEFORE | {"bob": ("", "bob")}, (), "retire_user"),
    (BEFORE, (OID,), "audit"),
]


def _joined_by(policy: SqGitPolicy, rights: set[str]) -> SqGitPolicy:
    """The same with an authorization `me`."""
    me = Authorization(frozenset(map(Right, rights)), {})
    return policy._replace(authorizations={**policy.authorizations, "me": me})


@pytest.mark.parametrize(("after", "goodlist", "needs"), AMENDMENTS)
def test_a_change_needs_all_its_rights(policy, after, goodlist, needs) -> None:
    before, new, enough = policy(**BEFORE), policy(*goodlist, **after), {*needs.split(), "sign_commit"}
    assert forbidden(_joined_by(before, enough), _joined_by(new, enough), ["me"]) == ""
    for right in enough:
        less = enough - {right}
        words = forbidden(_joined_by(before, less), _joined_by(new, less), ["me"])
        assert right in words or words == "its signer may not sign commits"


def test_rights_of_two_entries_are_not_united(policy) -> None:
    both = {"a": ("sign_commit", "ada"), "b": ("add_user", "ada")}
    before, after = policy(**both), policy(**both, new=("", "bob"))
    assert "add_user" in forbidden(before, after, ["a", "b"])
    assert forbidden(before, after, ["b"])
    assert forbidden(before, after, []) == "its signer may not sign commits"


def test_signatures_may_be_brought_and_not_taken(certificates, gnupg) -> None:
    """To take one away could undo a revocation."""
    with gnupg.clone() as twin:
        twin.revoke(twin.fingerprint("bob@example.org"), reason=2)
        revoked = twin.export(twin.fingerprint("bob@example.org"))
    plain, told = (
        parse_sq_git(sq_git_policy({"me": ("sign_commit", certificates["ada"]), "bob": ("sign_commit", data)}), "f")
        for data in (certificates["bob"], revoked)
    )
    assert forbidden(plain, told, ["me"]) == ""
    assert "retire_user" in forbidden(told, plain, ["me"])
