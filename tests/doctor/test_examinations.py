"""The doctor on sound and on broken installations."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gitsig.doctor import Check, Status, as_json, as_text, examine, exit_code
from gitsig.install import HOOKS, Layout, Settings, apply_settings, install_hook, open_repository, place, program_words
from tests.support.story import Story

NOW = 1780000000
OK, WARN, FAIL, UNKNOWN = Status


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def tale(story: Callable[..., Story]) -> Story:
    told = story()
    told.people["ada"] = replace(told.people["ada"], roles=())  # a role that no rule names is worth a warning
    return told


@pytest.fixture
def server(tale: Story, tmp_path: Path) -> Path:
    """A sound installation."""
    git(tmp_path, "init", "-q", "--bare", "--template=", "server.git")
    git(tmp_path / "server.git", "config", "receive.fsckObjects", "true")
    repository = open_repository(tmp_path / "server.git")
    apply_settings(repository, Settings(policy=str(tale.policy())), [HOOKS["pre-receive"]])
    install_hook(HOOKS["pre-receive"], place(repository, HOOKS["pre-receive"]), program_words())
    return tmp_path / "server.git"


def bad(path: Path, now: int = NOW) -> list[tuple[str, Status, str]]:
    return [(check.id, check.status, check.text) for check in examine(str(path), now) if check.status is not OK]


def only(path: Path, now: int = NOW) -> tuple[str, Status, str]:
    (found,) = bad(path, now)
    return found


def test_a_sound_installation(server: Path) -> None:
    checks = list(examine(str(server), NOW))
    assert bad(server) == []
    assert exit_code(checks) == 0
    assert {"git", "gpg", "ssh-keygen", "python", "pygit2", "cryptography", "hook", "policy", "keys", "cache"} <= {
        check.id for check in checks
    }


def test_a_repository_without_hooks(server: Path) -> None:
    (server / "hooks" / "pre-receive").unlink()
    assert only(server) == ("hook", FAIL, "no hook runs gitsig: nothing guards this repository")


def test_a_bare_repository_with_client_hooks_only(server: Path) -> None:
    (server / "hooks" / "pre-receive").rename(server / "hooks" / "moved")
    repository = open_repository(server)
    install_hook(HOOKS["pre-push"], place(repository, HOOKS["pre-push"]), program_words())
    assert only(server) == ("hook", FAIL, "no server hook runs gitsig: pushes are not judged")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.chmod(0o644), "is not executable"),
        (lambda path: path.chmod(0o757), "can be written by everybody"),
        (lambda path: path.write_text(path.read_text().replace("/gitsig", "/gone")), "which is gone"),
        (lambda path: path.write_text(path.read_text().replace("gitsig:pre-receive", "gitsig:update")), "for update"),
    ],
)
def test_a_hook_that_does_not_work(server: Path, change: Callable[[Path], object], words: str) -> None:
    change(server / "hooks" / "pre-receive")
    name, status, text = only(server)
    assert (name, status) == ("hook", FAIL)
    assert words in text


def test_a_hook_of_another_version(server: Path) -> None:
    path = server / "hooks" / "pre-receive"
    path.write_text(path.read_text() + "# changed\n")
    name, status, text = only(server)
    assert (name, status) == ("hook", WARN)
    assert "another version" in text


def test_a_chain_that_lost_its_other_half(server: Path) -> None:
    path = server / "hooks" / "update"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    repository = open_repository(server)
    install_hook(HOOKS["update"], place(repository, HOOKS["update"]), program_words())
    assert bad(server) == []
    path.with_name("update.before-gitsig").unlink()
    assert only(server)[1] is FAIL


def test_a_copied_hook_counts(server: Path) -> None:
    path = server / "hooks" / "pre-receive"
    path.write_text('#!/bin/sh\nexec gitsig hook pre-receive "$@"\n')
    assert bad(server) == []


def test_a_link_to_an_installed_hook_counts(server: Path, tmp_path: Path) -> None:
    """As gitolite makes them from its common folder."""
    path = server / "hooks" / "pre-receive"
    path.rename(tmp_path / "pre-receive")
    path.symlink_to(tmp_path / "pre-receive")
    assert bad(server) == []
    (tmp_path / "pre-receive").write_text(path.read_text().replace("/gitsig", "/gone"))
    assert "which is gone" in only(server)[2]


def test_update_alone(server: Path) -> None:
    (server / "hooks" / "pre-receive").unlink()
    repository = open_repository(server)
    install_hook(HOOKS["update"], place(repository, HOOKS["update"]), program_words())
    assert only(server)[1:] == (WARN, "update judges ref by ref: one may pass while another is refused")


@pytest.mark.parametrize("layout", [Layout.GITEA, Layout.GITLAB])
def test_hooks_of_forges_are_found(server: Path, layout: Layout) -> None:
    (server / "hooks" / "pre-receive").unlink()
    repository = open_repository(server)
    install_hook(HOOKS["pre-receive"], place(repository, HOOKS["pre-receive"], layout), program_words())
    assert bad(server) == []


def test_a_hook_where_git_does_not_look(server: Path) -> None:
    git(server, "config", "core.hooksPath", "elsewhere")
    found = [text for name, status, text in bad(server) if name == "hook" and status is FAIL]
    assert any("never runs: core.hooksPath is elsewhere" in text for text in found)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("gitsig.policy", None, "no policy is configured"),
        ("gitsig.policy", "/nonexistent/policy.toml", "/nonexistent/policy.toml"),
        ("gitsig.policy", "policy.toml", "no absolute path"),
        ("gitsig.mode", "quiet", "gitsig.mode is 'quiet'"),
    ],
)
def test_settings_that_refuse_every_push(server: Path, key: str, value: str | None, words: str) -> None:
    git(server, "config", *(("--unset", key) if value is None else (key, value)))
    _, status, text = only(server)
    assert status is FAIL
    assert words in text


def test_a_policy_in_a_ref_that_it_does_not_guard(server: Path, tale: Story) -> None:
    tale.commit("ada", sign="ssh", files=tale.policy_files())
    git(server, "fetch", "-q", str(tale.path), "main:refs/meta/policy", "main:refs/heads/main")
    git(server, "config", "--unset", "gitsig.policy")
    git(server, "config", "gitsig.policyRef", "refs/heads/main")
    assert bad(server) == []
    git(server, "config", "gitsig.policyRef", "refs/meta/policy")
    assert only(server) == (
        "policy",
        WARN,
        "refs/meta/policy holds the policy, which does not guard it: no push can change it",
    )


def test_a_broken_policy(server: Path, tale: Story) -> None:
    tale.policy().write_text("version = 1\n[signers.ada]\nopenpgp = ['absent.asc']\n")
    name, status, text = only(server)
    assert (name, status) == ("policy", FAIL)
    assert "absent.asc" in text


def test_a_policy_that_others_can_write(server: Path, tale: Story) -> None:
    tale.policy().chmod(0o646)
    assert only(server)[:2] == ("policy", FAIL)
    tale.policy().chmod(0o660)
    assert only(server)[:2] == ("policy", WARN)


def test_a_key_that_expires_soon(server: Path, tale: Story, gnupg) -> None:
    with gnupg.clone() as home:
        home.set_expiry(home.fingerprint("bob@example.org"), f"seconds={NOW + 86400 - 1735689700}", at=1735689700)
        path = tale.policy().parent / "keys" / "bob.asc"
        path.write_bytes(home.export(home.fingerprint("bob@example.org")))
    assert only(server)[:2] == ("keys", WARN)
    assert "expires" in only(server)[2]
    assert "expired" in only(server, NOW + 2 * 86400)[2]


def test_without_gpg(server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy has OpenPGP keys, so no push can be judged."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "ssh-keygen"):
        found = subprocess.run(["which", name], capture_output=True, check=True, text=True).stdout.strip()
        (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    found = bad(server)
    assert ("gpg", FAIL, "gpg is not installed") in found
    assert [status for name, status, _ in found if name == "keys"] == [FAIL]


def test_warn_mode_replace_refs_and_no_fsck(server: Path, tale: Story) -> None:
    git(server, "config", "gitsig.mode", "warn")
    git(server, "config", "receive.fsckObjects", "false")
    oid = git(server, "hash-object", "-w", "--stdin", "-t", "blob", "--no-filters", "/dev/null").split()[0]
    git(server, "update-ref", f"refs/replace/{oid}", oid)
    assert {(name, status) for name, status, _ in bad(server)} == {("mode", WARN), ("fsck", WARN), ("replace", WARN)}


def test_a_shallow_server(server: Path, tale: Story, tmp_path: Path) -> None:
    (server / "shallow").write_text("0" * 39 + "1\n")
    assert only(server)[:2] == ("shallow", FAIL)


@pytest.mark.parametrize(("required", "status"), [("false", WARN), ("true", FAIL)])
def test_a_log_that_cannot_be_written(server: Path, required: str, status: Status) -> None:
    git(server, "config", "gitsig.log", "/nonexistent/folder/gitsig.jsonl")
    git(server, "config", "gitsig.logRequired", required)
    assert only(server)[:2] == ("log", status)


def test_a_cache_that_is_not_private(server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(tmp_path / "cache"))
    assert bad(server) == []
    (tmp_path / "cache" / "keyrings").chmod(0o755)
    assert only(server)[:2] == ("cache", WARN)


def test_a_cache_that_is_no_folder(server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(tmp_path / "file"))
    assert ("cache", WARN) in {(name, status) for name, status, _ in bad(server)}


def test_no_repository(tmp_path: Path) -> None:
    checks = list(examine(str(tmp_path), NOW))
    assert checks[-1].id == "repository"
    assert exit_code(checks) == 3


def test_a_clone_of_a_developer(tale: Story, tmp_path: Path) -> None:
    tale.commit("ada", sign="ssh", files=tale.policy_files())
    git(tmp_path, "clone", "-q", "--template=", str(tale.path), "clone")
    assert bad(tmp_path / "clone") == [("hook", WARN, "no hook runs gitsig")]


CHECKS = (
    Check("git", OK, "2.40"),
    Check("policy", FAIL, "broken\x1b[31m", "mend it"),
    Check("keys", UNKNOWN, "könnte"),
)


def test_as_text() -> None:
    assert as_text(CHECKS) == (
        "ok    git     2.40\nFAIL  policy  broken\\x1b[31m  (mend it)\n????  keys    könnte\n1 ok, 1 FAIL, 1 ????\n"
    )
    assert "k\\xf6nnte" in as_text(CHECKS, "ascii")


def test_as_json() -> None:
    found = json.loads(as_json(CHECKS))
    assert found["schema"] == "gitsig/doctor/1"
    assert found["summary"] == {"ok": 1, "warn": 0, "fail": 1, "unknown": 1}
    assert found["exit_code"] == 1
    assert found["checks"][1] == {"id": "policy", "status": "fail", "text": "broken\x1b[31m", "mend": "mend it"}


@pytest.mark.parametrize(
    ("statuses", "code"), [([], 0), ([OK, WARN], 0), ([OK, UNKNOWN], 3), ([UNKNOWN, FAIL], 1), ([FAIL], 1)]
)
def test_exit_codes(statuses: list[Status], code: int) -> None:
    assert exit_code([Check("x", status, "") for status in statuses]) == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_policy_that_this_user_cannot_read(server: Path, tale: Story) -> None:
    tale.policy().chmod(0)
    assert only(server)[:2] == ("policy", FAIL)
