"""sequoia-git's way of judging: the policy of one accepted parent, certificates and all, from a trust root on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gitsig.engine.updates import verify_updates
from gitsig.engine.verifier import Verifier
from gitsig.errors import ObjectMissing, PolicyFault
from gitsig.model import RefUpdate
from gitsig.sources import load_policy
from gitsig.store import open_store
from tests.sources.conftest import MAINTAINER, NOW, sq_git_policy
from tests.support.gnupg import GnupgHome
from tests.support.story import Story

FILE = "openpgp-policy.toml"
Law = Callable[..., dict[str, bytes]]


@pytest.fixture
def project(story: Callable[..., Story]) -> Story:
    """Ada is the maintainer; the root is hers."""
    told = story()
    told.commit(files=_law(told, ada=MAINTAINER))
    return told


def _law(told: Story, home: GnupgHome | None = None, **rights: str) -> dict[str, bytes]:
    """The policy file with these people's certificates, out of `home` if it is given."""
    keys = home or told.gnupg
    assert keys is not None
    people = {}
    for name, words in rights.items():
        person = told.people[name]
        people[name] = (words, keys.export(person.certificate or person.openpgp or ""))
    return {FILE: sq_git_policy(people)}


@pytest.fixture
def twin(project: Story) -> Iterator[GnupgHome]:
    """The same keys, to be revoked."""
    assert project.gnupg is not None
    with project.gnupg.clone() as home:
        yield home


def root_of(told: Story) -> str:
    return told.git("rev-list", "--max-parents=0", "main").decode().strip()


def named(told: Story) -> str:
    return f"sq-git:?root={root_of(told)}"


def test_the_parent_s_policy_judges(project, judged) -> None:
    root = project.tip()
    added = project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    by_bob = project.commit(by="bob")
    own = project.commit(by="mallory", files=_law(project, ada=MAINTAINER, mallory="sign_commit"))
    good = project.commit(parents=[by_bob])
    found = judged(project, named(project))
    assert found == {root: "good", added: "good", by_bob: "good", good: "good"}
    assert judged(project, named(project), own)[own] == "unknown_key"


def test_the_root_is_trusted_by_its_id_alone(project, judged) -> None:
    unsigned = project.commit(parents=[], sign=False, branch="new", files=_law(project, ada=MAINTAINER))
    above = project.commit(branch="new")
    assert judged(project, f"sq-git:?root={unsigned}", "new") == {unsigned: "good", above: "good"}
    assert judged(project, f"sq-git:?root={unsigned}", "main")[project.tip()] != "good"


def test_one_accepted_parent_is_enough(project, judged) -> None:
    base = project.tip()
    project.branch("side", base)
    side = project.commit(by="mallory", branch="side")
    merged = project.merge("side")
    above = project.commit()
    found = judged(project, named(project), "main")
    assert (found[side], found[merged], found[above]) == ("unknown_key", "good", "good")


CHANGES = [
    ("sign_commit", {"bob": "sign_commit", "mallory": "sign_commit"}, "add_user"),
    ("sign_commit add_user", {"bob": "sign_commit add_user", "mallory": "sign_commit"}, ""),
    ("sign_commit add_user", {"bob": "sign_commit add_user", "mallory": "sign_tag"}, "sign_tag"),
    ("sign_commit add_user", {"bob": "sign_commit add_user audit"}, "audit"),
    ("sign_commit add_user", {"bob": "sign_commit"}, "retire_user"),
    ("sign_commit retire_user", {"bob": "sign_commit"}, ""),
]


@pytest.mark.parametrize(("bob", "after", "lacks"), CHANGES)
def test_each_change_needs_its_rights(project, bob, after, lacks) -> None:
    before = project.commit(files=_law(project, ada=MAINTAINER, bob=bob))
    changed = project.commit(by="bob", files=_law(project, ada=MAINTAINER, **after))
    store = open_store(str(project.path))
    verifier = Verifier(store, load_policy(store, named(project)), now=NOW)
    verdict = {each.oid: each for each in verifier.verify([f"{before}..{changed}"])}[changed]
    assert verdict.accepted is not lacks
    assert verdict.accepted is (not lacks)
    assert lacks in verdict.detail


def test_the_policy_is_never_taken_away(project, judged) -> None:
    tree = project.tree({"other": b""}).encode()
    gone = project.commit(edit=lambda payload: b"tree " + tree + payload[payload.index(b"\n") :])
    broken = project.commit(files={FILE: b"version = 1\n"})
    good = project.commit(parents=[root_of(project)], branch="beside")
    found = judged(project, named(project))
    assert (found[gone], found[broken], found[good]) == ("rule_violation", "rule_violation", "good")


def test_tags_need_a_right_of_their_own(project, judged) -> None:
    project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    tip = project.commit(by="bob")
    hers, his = project.tag("v1", tip), project.tag("v2", tip, by="bob")
    found = judged(project, named(project))
    assert (found[hers], found[his]) == ("good", "key_not_allowed")


def test_a_hard_revocation_reaches_back(project, judged, twin) -> None:
    """Whoever stole the key may have signed at any time; that it is said only later changes nothing."""
    project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    by_bob = project.commit(by="bob")
    twin.revoke(project.people["bob"].openpgp or "", reason=2, at=project.clock)
    told = project.commit(files=_law(project, twin, ada=MAINTAINER, bob="sign_commit"))
    found = judged(project, named(project), told)
    assert (found[by_bob], found[told]) == ("key_revoked", "rule_violation")
    retired = project.commit(files=_law(project, ada=MAINTAINER))
    assert judged(project, named(project), retired)[by_bob] == "key_revoked"


@pytest.mark.parametrize("odd", [b"version = 1\n", b'colour = "blue"\n', b"# " + b"x" * 5_000_000 + b"\n"])
def test_a_hard_revocation_counts_in_a_policy_that_is_no_law(project, judged, twin, odd) -> None:
    project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    by_bob = project.commit(by="bob")
    twin.revoke(project.people["bob"].openpgp or "", reason=2, at=project.clock)
    text = _law(project, twin, bob="sign_commit")[FILE].replace(b"version = 0\n", b"")
    side = project.commit(branch=None, parents=[by_bob], sign=False, files={FILE: odd + text})
    merged = project.merge(side)
    found = judged(project, named(project), merged)
    assert (found[by_bob], found[side]) == ("key_revoked", "rule_violation")


@pytest.mark.parametrize("tip", [True, False])
def test_what_is_not_here_may_revoke(project, judged, twin, tip) -> None:
    """Beside an accepted parent, and in a ref that nobody judges: nothing says that it revokes nobody."""
    project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    by_bob = project.commit(by="bob")
    twin.revoke(project.people["bob"].openpgp or "", reason=2, at=project.clock)
    files = _law(project, twin, ada=MAINTAINER, bob="sign_commit")
    side = project.commit(branch="side" if tip else None, parents=[by_bob], sign=False, files=files)
    judging = by_bob if tip else project.merge(side)
    policy = named(project)
    (project.path / "objects" / side[:2] / side[2:]).unlink()
    with pytest.raises(ObjectMissing):
        judged(project, policy, judging)


def test_a_soft_revocation_does_not(project, judged, twin) -> None:
    project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    by_bob = project.commit(by="bob")
    twin.revoke(project.people["bob"].openpgp or "", reason=1, at=project.clock + 30)
    project.commit(files=_law(project, twin, ada=MAINTAINER, bob="sign_commit"))
    late = project.commit(by="bob")
    found = judged(project, named(project))
    assert (found[by_bob], found[late]) == ("good", "key_revoked")


def test_a_push_that_revokes_is_believed_at_once(project, twin) -> None:
    old = project.commit(files=_law(project, ada=MAINTAINER, bob="sign_commit"))
    by_bob = project.commit(by="bob", branch=None, parents=[old])
    twin.revoke(project.people["bob"].openpgp or "", reason=2, at=project.clock)
    revoking = project.commit(
        branch=None, parents=[by_bob], files=_law(project, twin, ada=MAINTAINER, bob="sign_commit")
    )
    store = open_store(str(project.path))
    verifier = Verifier(store, load_policy(store, named(project)), now=NOW)
    assert not verify_updates(verifier, [RefUpdate(old, revoking, "refs/heads/main")]).accepted


def test_the_repository_may_say_the_root(project, judged) -> None:
    project.git("config", "sequoia.trustRoot", root_of(project))
    assert set(judged(project, "sq-git:").values()) == {"good"}
    assert set(judged(project, "anywhere/openpgp-policy.toml").values()) == {"good"}


@pytest.mark.parametrize(("name", "words"), [("sq-git:", "what the trust root is"), ("sq-git:?root=main", "no full")])
def test_a_root_must_be_named_whole(project, name, words) -> None:
    with pytest.raises(PolicyFault, match=words):
        load_policy(open_store(str(project.path)), name)
