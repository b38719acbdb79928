"""Audits that go on where an earlier one ended: what is counted and not judged again must be what would be accepted."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gitsig.engine.resume import finished_name
from tests.engine.test_evidence_cache import DAY, NOW, Found, Lasting, audited, copy_of, kept_of, same, verifier_of
from tests.support.gnupg import GnupgHome
from tests.support.people import introduce
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

MAIN = "refs/heads/main"
ONLY_CAROL = {"refs": [MAIN], "signers": ["carol"]}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, gnupg: GnupgHome, ssh: SSHHome) -> Story:
    """All accepted: five commits, one of them on a branch, and a tag. Do not change it."""
    told = Story(tmp_path_factory.mktemp("finished"), gnupg=gnupg, ssh=ssh)
    introduce(told)
    told.commit(by="ada")
    for by in ("bob", "carol", "carol"):
        told.commit(by=by, sign="ssh")
    told.branch("side", told.tip())
    told.commit(by="carol", branch="side")
    told.tag("v1", by="carol")
    return told


@pytest.fixture
def told(template: Story, tmp_path: Path) -> Story:
    return copy_of(template, tmp_path)


@pytest.fixture
def finished(told: Story) -> Story:
    """Audited, and everything accepted."""
    found = resumed(told)
    assert (found.summary.exit_code, len(found.verdicts)) == (0, 6)
    return told


def resumed(told: Story, policy: Path | None = None, **rest: Any) -> Found:
    """An audit that may resume, and whose counts are those of one that judges everything."""
    return same(told, policy, resume=True, **rest)


def listed(told: Story, policy: Path | None = None, **rest: Any) -> int:
    return len(resumed(told, policy, **rest).verdicts)


def test_nothing_new(finished: Story) -> None:
    for _ in range(2):
        found = resumed(finished)
        assert found.verdicts == []
        assert (found.summary.checked, found.cached) == (6, 6)


def test_programs_are_told_of_everything(finished: Story) -> None:
    found = same(finished)
    assert len(found.verdicts) == 6
    assert found.cached == 6


def test_only_an_audit_of_everything_is_resumed(finished: Story) -> None:
    for revs in (["main"], ["main", "side", "v1"]):
        run = verifier_of(finished).audit(revs, resume=True)
        assert len(list(run)) == run.summary().checked > 0


# What has come since


def test_commits_on_top(finished: Story) -> None:
    new = [finished.commit(by="carol"), finished.commit(by="ada", sign="ssh")]
    assert [each.oid for each in resumed(finished).verdicts] == new
    assert listed(finished) == 0


def test_a_refusal_on_top_is_told_each_time(finished: Story) -> None:
    finished.commit(by="carol", sign=False)
    assert resumed(finished).reasons == ["unsigned"]
    assert resumed(finished).reasons == ["unsigned"]
    finished.commit(by="carol")
    assert sorted(resumed(finished).reasons) == ["good", "unsigned"]


def test_after_a_refusal_nothing_is_resumed(told: Story) -> None:
    told.commit(by="mallory", sign="ssh")
    for _ in range(2):
        found = resumed(told)
        assert len(found.verdicts) == found.summary.checked == 7


def test_a_new_branch(finished: Story) -> None:
    finished.branch("topic", finished.tip("side"))
    assert listed(finished) == 0
    finished.branch("other", finished.tip())
    new = finished.commit(by="carol", branch="other")
    assert [each.oid for each in resumed(finished).verdicts] == [new]


def test_a_branch_that_is_merged(finished: Story) -> None:
    merge = finished.merge("side", by="carol")
    assert [each.oid for each in resumed(finished).verdicts] == [merge]


def test_a_new_tag(finished: Story) -> None:
    tag = finished.tag("v2", by="carol")
    assert [each.oid for each in resumed(finished).verdicts] == [tag]
    finished.tag("v3", by="mallory", sign="ssh")
    assert resumed(finished).reasons == ["unknown_key"]
    finished.ref("refs/tags/light", finished.tip())
    assert sorted(resumed(finished).reasons) == ["unknown_key", "unsigned"]


def test_a_tag_on_commits_that_no_branch_has(finished: Story) -> None:
    evil = finished.commit(by="mallory", branch=None, parents=[finished.tip()])
    finished.tag("v2", evil, by="carol")
    assert sorted(resumed(finished).reasons) == ["good", "unknown_key"]


def test_unsigned_tags_that_the_policy_allows(told: Story) -> None:
    policy = told.policy(defaults={"tags": "any"})
    told.ref("refs/tags/light", told.tip())
    assert listed(told, policy) == 6
    told.ref("refs/tags/other", told.tip("side"))
    run = verifier_of(told, policy).audit(resume=True)
    assert list(run) == []
    assert any(remark.startswith("2 unsigned tags") for remark in run.remarks)


# What makes everything be judged again


def _delete(told: Story) -> None:
    (told.path / "refs/heads/side").unlink()


def _rewind(told: Story) -> None:
    told.git("update-ref", MAIN, f"{told.tip()}~1")


def _diverge(told: Story) -> None:
    told.commit(by="carol", parents=[told.git("rev-parse", f"{told.tip()}~1").decode().strip()])


def _move_tag(told: Story) -> None:
    told.tag("v1", told.tip("side"), by="carol")


def _unpeel_tag(told: Story) -> None:
    told.ref("refs/tags/v1", told.tip())


@pytest.mark.parametrize("change", [_delete, _rewind, _diverge, _move_tag, _unpeel_tag])
def test_a_ref_that_is_not_ahead_of_where_it_was(finished: Story, change: Callable[[Story], None]) -> None:
    change(finished)
    found = resumed(finished)
    assert len(found.verdicts) == found.summary.checked


@pytest.mark.parametrize("change", [_rewind, _diverge])
def test_a_ref_that_was_rewound_and_its_commits_removed(told: Story, change: Callable[[Story], None]) -> None:
    """As `git gc` does in the end."""
    lost = told.commit(by="carol")
    resumed(told)
    change(told)
    (told.path / "objects" / lost[:2] / lost[2:]).unlink()
    found = resumed(told)
    assert len(found.verdicts) == found.summary.checked


def test_a_guarded_ref_outside_the_tags_that_moves_from_tag_to_tag(told: Story) -> None:
    """The first tag is not reached any more, so it is not counted any more."""
    policy = told.policy(defaults={"refs": ["refs/heads/*", "refs/releases/*"]})
    told.tag("now", by="carol", ref="refs/releases/now")
    resumed(told, policy)
    told.commit(by="carol")
    told.tag("now", by="carol", ref="refs/releases/now")
    assert resumed(told, policy).summary.by_type["tag"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": [ONLY_CAROL]},
        {"signers": {"bob": None}},
        {"signers": {"carol": {"valid-until": datetime.fromtimestamp(START, UTC)}}},
        {"defaults": {"reject-digests": ["sha512"]}},
        {"defaults": {"identity": "author"}},
    ],
    ids=str,
)
def test_another_policy(finished: Story, changes: dict[str, Any]) -> None:
    policy = finished.policy(path=finished.folder / "other" / "policy.toml", **changes)
    found = resumed(finished, policy)
    assert len(found.verdicts) == found.summary.checked
    assert listed(finished) == 0, "the first policy's audit is still there"


def test_other_keys(finished: Story, gnupg: GnupgHome) -> None:
    """The policy's text is the same; the file that it names is not."""
    policy = finished.policy()
    with gnupg.clone() as twin:
        twin.revoke(twin.fingerprint("ada@example.org"), 2, START + DAY)
        (policy.parent / "keys" / "ada.asc").write_bytes(twin.export(twin.fingerprint("ada@example.org")))
        found = resumed(finished, policy)
    assert "key_revoked" in found.reasons
    assert len(found.verdicts) == 6


def test_another_gpg(finished: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "gpg").write_text(f'#!/bin/sh\nexec {shutil.which("gpg")} "$@"\n')
    (folder / "gpg").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    assert listed(finished) == 6


def test_an_earlier_time(finished: Story) -> None:
    assert listed(finished, now=NOW - 1) == 6
    assert listed(finished, now=NOW + 5 * DAY) == 0, "the record is of that earlier time now"
    assert listed(finished, now=NOW) == 6
    found = resumed(finished, now=START - DAY)
    assert "future_dated" in found.reasons


def test_an_exception_that_ends(told: Story) -> None:
    bad = told.commit(by="carol", sign=False)
    entry = {
        "object": bad,
        "accept": ["unsigned"],
        "because": "an accident",
        "until": datetime.fromtimestamp(NOW + 9, UTC),
    }
    policy = told.policy(exceptions=[entry])
    assert listed(told, policy) == 7
    assert listed(told, policy, now=NOW + 8) == 0
    told.commit(by="carol")
    assert listed(told, policy, now=NOW + 8) == 1
    found = resumed(told, policy, now=NOW + 9)
    assert (found.summary.exit_code, len(found.verdicts)) == (1, 8)


@pytest.mark.parametrize("later", [False, True], ids=["from the beginning", "on top"])
def test_a_signature_that_expires(told: Story, gnupg: GnupgHome, later: bool) -> None:
    bob = gnupg.fingerprint("bob@example.org")
    seconds = 60 * DAY
    if later:
        resumed(told)
    told.commit(
        by="bob", sign=lambda payload: gnupg.sign(payload, bob, "--default-sig-expire", f"seconds={seconds}", at=START)
    )
    assert listed(told) == (1 if later else 7)
    told.commit(by="carol")
    assert listed(told, now=START + seconds - 1) == 1
    found = resumed(told, now=START + seconds)
    assert found.summary.by_reason == {"good": 7, "signature_expired": 1}


@pytest.mark.parametrize("require", ["first-parent", "merges", "tip"])
@pytest.mark.parametrize("where", ["defaults", "rule"])
def test_policies_that_look_at_less(told: Story, require: str, where: str) -> None:
    changes: dict[str, Any] = {"defaults": {"require": require}}
    if where == "rule":
        changes = {"rules": [{"refs": [MAIN], "signers": ["ada", "bob", "carol"], "require": require}]}
    policy = told.policy(**changes)
    resumed(told, policy)
    assert listed(told, policy) == 0
    told.branch("topic", told.tip())
    told.commit(by="mallory", sign="ssh", branch="topic")
    told.merge("topic", by="carol")
    resumed(told, policy)
    told.commit(by="carol")
    found = resumed(told, policy)
    assert len(found.verdicts) == found.summary.checked


# Rules


def test_a_ruled_branch_takes_over_what_another_branch_had(told: Story) -> None:
    """Bob's commits are good enough for `side`, and were counted; `main` is Carol's alone."""
    told.branch("free", told.tip())
    told.commit(by="bob", sign="ssh", branch="free")
    policy = told.policy(rules=[{"refs": [MAIN], "signers": ["ada", "carol"]}], exceptions=[_excused(told)])
    assert resumed(told, policy).summary.exit_code == 0
    assert listed(told, policy) == 0
    told.branch("main", told.tip("free"))
    found = resumed(told, policy)
    assert found.summary.by_reason["key_not_allowed"] == 2
    assert found.summary.exit_code == 1


def _excused(told: Story) -> dict[str, Any]:
    """Bob's early commit on main."""
    second = told.git("rev-list", "--reverse", MAIN).split()[1].decode()
    return {"object": second, "accept": ["key_not_allowed"], "because": "before the rule"}


def test_a_new_branch_to_which_a_rule_speaks(told: Story) -> None:
    policy = told.policy(rules=[{"refs": ["refs/heads/release/*"], "signers": ["carol"]}])
    assert resumed(told, policy).summary.exit_code == 0
    told.branch("release/1", told.tip())
    found = resumed(told, policy)
    assert found.summary.by_reason["key_not_allowed"] == 2


def test_a_merge_brings_a_known_branch_under_a_rule(told: Story) -> None:
    told.branch("free", told.tip())
    told.commit(by="bob", sign="ssh", branch="free")
    policy = told.policy(rules=[{"refs": [MAIN], "signers": ["ada", "carol"]}], exceptions=[_excused(told)])
    assert resumed(told, policy).summary.exit_code == 0
    told.merge("free", by="carol")
    assert resumed(told, policy).summary.by_reason["key_not_allowed"] == 2


def test_a_rule_for_new_tags(finished: Story) -> None:
    policy = finished.policy(rules=[{"refs": ["refs/tags/*"], "signers": ["carol"]}])
    assert resumed(finished, policy).summary.exit_code == 0
    finished.tag("v2", by="ada")
    assert resumed(finished, policy).reasons == ["key_not_allowed"]


def test_a_record_under_another_name_serves_nothing(told: Story) -> None:
    """An audit by a policy that accepts everybody, moved to where a strict one looks for its own."""
    told.commit(by="bob", sign="ssh")
    strict = told.policy(path=told.folder / "strict" / "policy.toml", signers={"bob": None})
    audited(told, strict, resume=True)
    resumed(told)
    with sqlite3.connect(kept_of(told)) as database:
        lax, wanted = (finished_name(verifier_of(told, each).loaded) for each in (told.policy(), strict))
        assert wanted != lax
        moved = database.execute("UPDATE verified SET name = ? WHERE name = ?", (wanted, lax))
        assert moved.rowcount == 1
    database.close()
    found = resumed(told, strict)
    assert found.summary.by_reason["unknown_key"] == 2
    assert len(found.verdicts) == found.summary.checked


def test_the_record_of_another_repository(finished: Story, tmp_path: Path, template: Story) -> None:
    """It speaks of other files, so everything is read and judged."""
    (tmp_path / "twin").mkdir()
    other = copy_of(template, tmp_path / "twin")
    policy = finished.policy()
    other.commit(by="mallory", sign="ssh")
    kept_of(other).parent.mkdir(mode=0o700)
    shutil.copy(kept_of(finished), kept_of(other))
    found = resumed(other, policy)
    assert found.summary.by_reason["unknown_key"] == 1
    assert len(found.verdicts) == found.summary.checked


# Random lives


_WHO = ("ada", "bob", "carol")
_POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"rules": [{"refs": [MAIN], "signers": ["ada", "carol"]}]},
    {"rules": [{"refs": ["refs/heads/*"], "signers": ["ada", "bob", "carol"]}, {"refs": [MAIN], "signers": ["carol"]}]},
    {"rules": [{"refs": ["refs/heads/a"], "signers": ["bob"], "require": "first-parent"}]},
    {"defaults": {"tags": "any"}},
    {"signers": {"bob": None}},
)


class Life:
    """A repository to which things happen; every audit that may resume is compared with one that does not."""

    def __init__(self, told: Story, seed: int) -> None:
        self.told = told
        self.luck = random.Random(seed)  # noqa: S311 - repeatable, not secret
        folder = told.folder
        self.policies = [
            told.policy(path=folder / f"policy{number}" / "policy.toml", **changes)
            for number, changes in enumerate(_POLICIES)
        ]
        self.policy = self.policies[0]
        self.now = NOW
        self.commits = [told.commit(by="carol", sign="ssh")]
        self.tags = 0
        self.resumed = 0

    @property
    def branches(self) -> list[str]:
        return sorted(each.name for each in (self.told.path / "refs" / "heads").iterdir())

    def commit(self) -> None:
        evil = self.luck.random() < 0.04
        branch = self.luck.choice(self.branches)
        who = "mallory" if evil else self.luck.choice(_WHO)
        self.commits.append(self.told.commit(by=who, sign="ssh", branch=branch))

    def merge(self) -> None:
        branch = self.luck.choice(self.branches)
        self.commits.append(
            self.told.merge(self.luck.choice(self.commits), by=self.luck.choice(_WHO), sign="ssh", branch=branch)
        )

    def point(self) -> None:
        """A branch is made, rewound, moved forward or to somewhere else."""
        self.told.branch(self.luck.choice(("main", "a", "b", "c")), self.luck.choice(self.commits[-8:]))

    def forward(self) -> None:
        one, other = self.luck.choice(self.branches), self.luck.choice(self.branches)
        self.told.branch(one, self.told.tip(other))

    def delete(self) -> None:
        if len(self.branches) > 1:
            (self.told.path / "refs" / "heads" / self.luck.choice(self.branches)).unlink()

    def tag(self) -> None:
        self.tags += 1
        name = f"v{self.luck.randrange(self.tags)}"
        target = self.luck.choice(self.commits)
        if self.luck.random() < 0.2:
            self.told.ref(f"refs/tags/{name}", target)
        else:
            self.told.tag(name, target, by=self.luck.choice(_WHO), sign="ssh")

    def edit(self) -> None:
        self.policy = self.luck.choice(self.policies)

    def wait(self) -> None:
        self.now += self.luck.choice((-DAY, 1, DAY, DAY))

    def audit(self) -> None:
        found = resumed(self.told, self.policy, now=self.now)
        self.resumed += len(found.verdicts) < found.summary.checked


_STEPS = (*[Life.commit] * 8, *[Life.merge] * 2, Life.point, *[Life.forward] * 3, Life.delete, *[Life.tag] * 2)
_STEPS = (*_STEPS, *[Life.edit] * 2, *[Life.wait] * 2)


@pytest.mark.parametrize("seed", range(6))
def test_a_life(tmp_path: Path, gnupg: GnupgHome, ssh: SSHHome, seed: int) -> None:
    told = Lasting(tmp_path, gnupg=gnupg, ssh=ssh)
    introduce(told)
    life = Life(told, seed)
    for _ in range(20):
        for _ in range(life.luck.randrange(4)):
            life.luck.choice(_STEPS)(life)
        life.audit()
    assert life.resumed > 0, "a life in which nothing is ever resumed says nothing"
