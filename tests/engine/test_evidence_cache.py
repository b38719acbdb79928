"""The evidence cache: time is saved, and every verdict is the one that a run without it gives."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import gitsig
from gitsig.engine.cachefile import cache_paths
from gitsig.engine.jobs import Job
from gitsig.model import Outcome
from tests.support.gnupg import GnupgHome
from tests.support.people import introduce
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

NOW = START + 30 * 86400
DAY = 86400


class Found(NamedTuple):
    """What an audit came to."""

    verdicts: list[gitsig.Verdict]
    summary: gitsig.Summary
    warnings: tuple[str, ...]

    @property
    def cached(self) -> int:
        return self.summary.cached

    @property
    def counts(self) -> gitsig.Summary:
        """The summary, but for what may differ."""
        return self.summary._replace(seconds=0, cached=0)

    @property
    def reasons(self) -> list[str]:
        return [str(each.reason) for each in self.verdicts]


class Lasting(Story):
    """Writes as git does: an object that is there is not written again, so that its file stays what it was."""

    def plant(self, oid: str, data: bytes) -> None:
        if not (self.path / "objects" / oid[:2] / oid[2:]).exists():
            super().plant(oid, data)


def verifier_of(
    told: Story, policy: Path | None = None, *, cache: bool = True, now: int = NOW, **rest: Any
) -> gitsig.Verifier:
    store = gitsig.open_repository(str(told.path))
    return gitsig.Verifier(store, gitsig.load_policy(store, str(policy or told.policy())), now=now, cache=cache, **rest)


def audited(told: Story, policy: Path | None = None, *, resume: bool = False, **rest: Any) -> Found:
    run = verifier_of(told, policy, **rest).audit(resume=resume)
    verdicts = list(run)
    return Found(verdicts, run.summary(), run.warnings)


def same(told: Story, policy: Path | None = None, **rest: Any) -> Found:
    """What is found with the cache, which is what is found without it."""
    policy = policy or told.policy()
    with_cache = audited(told, policy, **rest)
    without = audited(told, policy, **{**rest, "cache": False, "resume": False})
    if not rest.get("resume"):
        assert with_cache.verdicts == without.verdicts
    assert with_cache.counts == without.counts
    assert without.cached == 0
    return with_cache


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, gnupg: GnupgHome, ssh: SSHHome) -> Story:
    """Fourteen commits and a tag, good and bad ones, by keys of both kinds. Do not change it."""
    told = Story(tmp_path_factory.mktemp("kept"), gnupg=gnupg, ssh=ssh)
    introduce(told)
    turns: list[dict[str, Any]] = [
        {"by": "ada"},
        {"by": "bob"},
        {"by": "carol"},
        {"by": "ada", "sign": False},
        {"by": "mallory"},
        {"by": "mallory", "sign": "ssh"},
        {"by": "carol", "mutate": lambda raw: raw.replace(b"Change", b"Chance")},
    ]
    for number in range(14):
        told.commit(**turns[number % len(turns)])
    told.tag("v1", by="ada")
    return told


def copy_of(template: Story, folder: Path) -> Story:
    """The same story, to go on with."""
    told = Lasting(folder, gnupg=template.gnupg, ssh=template.ssh)
    shutil.rmtree(told.path)
    shutil.copytree(template.path, told.path)
    told.people, told.clock = dict(template.people), template.clock
    told._tips, told._files = dict(template._tips), dict(template._files)
    return told


@pytest.fixture
def told(template: Story, tmp_path: Path) -> Story:
    return copy_of(template, tmp_path)


@pytest.fixture
def warm(told: Story) -> Story:
    """What was found out about it is kept."""
    assert same(told).cached == 0
    return told


def kept_of(told: Story) -> Path:
    return told.path / "gitsig" / "evidence.sqlite3"


def test_the_second_run_takes_everything_from_the_cache(told: Story) -> None:
    first = audited(told)
    assert (first.cached, len(first.verdicts)) == (0, 15)
    assert set(first.reasons) == {"good", "unsigned", "unknown_key", "bad_signature"}
    second = same(told)
    assert second.verdicts == first.verdicts
    assert second.cached == second.summary.checked == 15
    assert second.warnings == ()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_both_object_formats(object_format: str, story: Callable[..., Story]) -> None:
    told = story(object_format)
    told.commit(by="ada", sign="ssh")
    told.branch("side", told.tip())
    told.commit(by="mallory", sign="ssh", branch="side")
    told.merge("side", by="carol")
    told.tag("v1", by="carol")
    first = same(told)
    second = same(told)
    assert (first.cached, second.cached) == (0, 4)


def test_it_is_private(warm: Story) -> None:
    assert kept_of(warm).stat().st_mode & 0o777 == 0o600
    assert kept_of(warm).parent.stat().st_mode & 0o777 == 0o700


OTHER_POLICIES: dict[str, dict[str, Any]] = {
    "a rule": {"rules": [{"refs": ["refs/heads/main"], "signers": ["ada"]}]},
    "a rule for tags": {"rules": [{"refs": ["refs/tags/*"], "signers": ["carol"]}]},
    "a signer who left": {"signers": {"carol": None}},
    "a signer's window": {"signers": {"ada": {"valid-until": datetime.fromtimestamp(START + 300, UTC)}}},
    "a clock": {"defaults": {"clock-skew": "0s"}},
    "other digests": {"defaults": {"reject-digests": ["md5", "sha1", "sha512"]}},
    "identity": {"defaults": {"identity": "off"}},
    "first parents": {"defaults": {"require": "first-parent"}},
    "merges": {"defaults": {"require": "merges"}},
    "tips": {"defaults": {"require": "tip"}},
    "tags": {"defaults": {"tags": "any"}},
    "another e-mail": {"signers": {"bob": {"emails": ["robert@example.org"]}}},
}


@pytest.mark.parametrize("changes", OTHER_POLICIES.values(), ids=OTHER_POLICIES.keys())
def test_another_policy_judges_what_is_kept(warm: Story, changes: dict[str, Any]) -> None:
    found = same(warm, warm.policy(**changes))
    assert found.cached > 0
    assert found.cached == len(found.verdicts) or "carol" in changes.get("signers", {})


def test_another_time(warm: Story) -> None:
    early = same(warm, now=START + 200)
    assert "future_dated" in early.reasons
    assert early.cached == 15


# Other keys


@pytest.mark.parametrize("kind", ["openpgp", "ssh"])
def test_an_unknown_key_that_became_known(warm: Story, kind: str) -> None:
    assert warm.gnupg is not None
    assert warm.ssh is not None
    keys = {"emails": ["mallory@example.net"]}
    if kind == "ssh":
        changed = warm.policy(signers={"mallory": {**keys, "ssh": [warm.ssh.public("mallory")]}})
    else:
        changed = warm.policy(signers={"mallory": {**keys, "openpgp": ["keys/mallory.asc"]}})
        certificate = warm.gnupg.export(warm.gnupg.fingerprint("mallory@example.net"))
        (changed.parent / "keys" / "mallory.asc").write_bytes(certificate)
    found = same(warm, changed)
    assert found.summary.by_signer["mallory"] == 2
    assert 0 < found.cached < 15
    assert same(warm, changed).cached == 15
    assert "mallory" not in same(warm, warm.policy()).summary.by_signer


@pytest.mark.parametrize("name", ["bob", "carol"])
def test_a_known_key_that_is_known_no_more(warm: Story, name: str) -> None:
    found = same(warm, warm.policy(signers={name: None}))
    assert found.summary.by_reason["unknown_key"] == 6 if name == "bob" else 8
    assert name not in found.summary.by_signer
    assert found.cached > 0
    assert name in same(warm).summary.by_signer


@pytest.fixture
def twin(gnupg: GnupgHome) -> Iterator[GnupgHome]:
    home = gnupg.clone()
    yield home
    home.close()


def replaced(told: Story, home: GnupgHome, name: str) -> Path:
    """The policy with the certificate as it is in another home."""
    policy = told.policy()
    certificate = home.export(home.fingerprint(f"{name}@example.org"))
    (policy.parent / "keys" / f"{name}.asc").write_bytes(certificate)
    return policy


@pytest.mark.parametrize(
    ("reason", "at", "revoked"),
    [(2, START + 9 * DAY, True), (0, START + 9 * DAY, True), (1, START + 9 * DAY, False), (3, START + 60, True)],
)
def test_a_certificate_that_was_revoked_meanwhile(
    warm: Story, twin: GnupgHome, reason: int, at: int, revoked: bool
) -> None:
    twin.revoke(twin.fingerprint("bob@example.org"), reason, at)
    found = same(warm, replaced(warm, twin, "bob"))
    assert ("key_revoked" in found.reasons) == revoked
    assert 0 < found.cached < 15


def test_a_certificate_that_expires_now(warm: Story, twin: GnupgHome) -> None:
    twin.set_expiry(twin.fingerprint("bob@example.org"), "seconds=100", at=START)
    found = same(warm, replaced(warm, twin, "bob"))
    assert "key_expired" in found.reasons
    assert 0 < found.cached < 15


def test_a_certificate_with_one_more_subkey(warm: Story, twin: GnupgHome) -> None:
    twin.add_subkey(twin.fingerprint("bob@example.org"), created=START)
    found = same(warm, replaced(warm, twin, "bob"))
    assert found.summary.by_signer["bob"] == 2
    assert 0 < found.cached < 15, "what rests on the certificate as it was is examined again"


def test_another_certificate_that_holds_the_same_key(warm: Story, gnupg: GnupgHome) -> None:
    """Bob's certificate stripped of nothing but given to somebody else."""
    policy = warm.policy(signers={"bob": {"openpgp": []}, "eve": {"emails": ["bob@example.org"]}})
    text = policy.read_text().replace("[signers.eve]", '[signers.eve]\nopenpgp = ["keys/bob.asc"]')
    policy.write_text(text)
    found = same(warm, policy)
    assert found.summary.by_signer["eve"] == 2
    assert found.cached == 15


def test_another_gpg_vouches_anew(warm: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which("gpg")
    assert real is not None
    folder = tmp_path / "bin"
    folder.mkdir()
    other = folder / "gpg"
    other.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    found = same(warm)
    assert 0 < found.cached < 15
    assert same(warm).cached == 15


def test_without_gpg_nothing_of_openpgp_is_taken_on_trust(
    warm: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = warm.policy()
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(tmp_path / "cold"))
    found = same(warm, policy)
    assert found.summary.by_reason["verifier_error"] > 0
    assert found.cached == 0, "the secret lies in the cache folder too"


def test_nothing_is_kept_of_what_could_not_be_checked(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = told.policy()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        broken = audited(told, policy)
    lost = broken.summary.by_reason["verifier_error"]
    assert lost > 0
    found = same(told, policy)
    assert "verifier_error" not in found.reasons
    assert found.cached == 15 - lost


def test_nothing_is_kept_of_what_gnupg_did_not_vouch_for(
    told: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This gpg lists keys, and finds every signature bad."""
    real = shutil.which("gpg")
    folder = tmp_path / "bin"
    folder.mkdir()
    fake = folder / "gpg"
    fake.write_text(f'#!/bin/sh\ncase "$*" in *--verify*) exit 1;; esac\nexec {real} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    policy = told.policy()
    assert audited(told, policy).summary.by_reason["verifier_error"] == 5
    again = same(told, policy)
    assert again.summary.by_reason["verifier_error"] == 5
    assert again.cached == 15 - 5


def test_evidence_that_rests_on_nothing_certain_has_no_binding(told: Story) -> None:
    verifier = verifier_of(told)
    keys = verifier.loaded.keys
    for verdict in list(verifier.audit()):
        evidence = verifier.question(Job(verdict.oid, verdict.type), False)[0].evidence
        assert keys.binding(evidence)
        assert not keys.binding(evidence._replace(vouched=False))
        assert not keys.binding(evidence._replace(outcome=Outcome.ERROR))


# What is not kept at all


@pytest.mark.parametrize("rest", [{"engine": "gnupg"}, {"cross_check": True}, {"cache": False}], ids=str)
def test_neither_read_nor_written(told: Story, rest: dict[str, Any]) -> None:
    same(told, **rest)
    assert not kept_of(told).exists()
    audited(told)
    before = kept_of(told).read_bytes()
    assert same(told, **rest).cached == 0
    assert kept_of(told).read_bytes() == before


def test_a_few_objects_do_not_open_it(told: Story) -> None:
    assert [str(each.reason) for each in verifier_of(told).verify(["main~1"])]
    assert not kept_of(told).exists()


def test_a_range_uses_what_an_audit_kept(warm: Story) -> None:
    for number in range(40):
        warm.commit(by="carol", sign=bool(number % 2))
    audited(warm)
    run = verifier_of(warm).verify(["main~50..main"])
    expected = list(verifier_of(warm, cache=False).verify(["main~50..main"]))
    assert list(run) == expected
    assert 0 < run.summary().cached < 50


def test_linked_work_trees_share_it(warm: Story, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    warm.git("worktree", "add", "-q", "--no-checkout", "--detach", str(linked), warm.tip())
    store = gitsig.open_repository(str(linked))
    assert cache_paths(store.git_dir)[0] == kept_of(warm)
    run = gitsig.Verifier(store, gitsig.load_policy(store, str(warm.policy())), now=NOW, cache=True).audit()
    assert [str(each.reason) for each in run] == audited(warm, cache=False).reasons
    assert run.summary().cached == 15


@pytest.mark.parametrize("resume", [False, True])
def test_a_tag_in_a_parents_place_is_no_commit_however_well_it_is_known(
    tmp_path: Path, gnupg: GnupgHome, ssh: SSHHome, resume: bool
) -> None:
    """What is behind it was never looked at, so no cache may make a root of it."""
    told = Lasting(tmp_path, gnupg=gnupg, ssh=ssh)
    introduce(told)
    base = told.commit(by="carol", sign="ssh")
    tag = told.tag("v1", by="carol")
    policy = told.policy()
    assert audited(told, policy).summary.exit_code == 0
    told.commit(by="carol", parents=[base, tag])
    for _ in range(2):
        found = same(told, policy, resume=resume)
        assert "verifier_error" in found.reasons
        assert found.summary.exit_code == 3


def test_what_was_examined_again_is_found_under_its_new_place(warm: Story) -> None:
    """Two policies with other keys take turns."""
    less = warm.policy(path=warm.folder / "less" / "policy.toml", signers={"bob": None, "carol": None})
    full = warm.policy()
    for _ in range(3):
        same(warm, less)
        same(warm, full)
    with sqlite3.connect(kept_of(warm)) as database:
        ((count,),) = database.execute("SELECT count(*) FROM places")
    database.close()
    assert count == 15
