"""A real gitolite 3: gitsig as a pre-receive hook of all its repositories, and as a virtual ref."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hooks.server.guarded import PROGRAM, Guarded, git

SHELL = Path("/usr/share/gitolite3/gitolite-shell")
MAIN = "refs/heads/main"

pytestmark = pytest.mark.skipif(
    shutil.which("gitolite") is None or not SHELL.exists(), reason="gitolite3 is not installed: .ci/install-servers"
)


class Gitolite:
    """A home with gitolite in it; `ada` may push to `testing`. Its shell is started directly instead of by sshd."""

    def __init__(self, guarded: Guarded, home: Path) -> None:
        self.guarded, self.home = guarded, home
        home.mkdir()
        self.env = {**os.environ, "HOME": str(home), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "init.defaultBranch"}
        self.env["GIT_CONFIG_VALUE_0"] = "main"
        self.run("setup", "-a", "ada")
        guarded.path = guarded.git_dir = home / "repositories" / "testing.git"
        guarded.config("gitsig.policy", str(guarded.story.policy()))
        guarded.config("gitsig.log", str(guarded.log))
        self.ssh = home / "ssh"
        self.ssh.write_text(
            f'#!/bin/sh\nHOME="{home}" SSH_ORIGINAL_COMMAND="$2" SSH_CONNECTION="192.0.2.7 50000 192.0.2.1 22"\n'
            f"export HOME SSH_ORIGINAL_COMMAND SSH_CONNECTION\nexec {SHELL} ada\n"
        )
        self.ssh.chmod(0o755)

    def run(self, *args: str) -> None:
        subprocess.run(["gitolite", *args], env=self.env, capture_output=True, check=True)

    def script(self, path: Path, hook: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\nexec "{PROGRAM}" hook {hook} "$@"\n')
        path.chmod(0o755)

    def push(self, *refspecs: str) -> subprocess.CompletedProcess[str]:
        way = {"GIT_SSH_COMMAND": str(self.ssh), "GIT_SSH_VARIANT": "simple"}
        return git("-C", self.guarded.story.path, "push", "server:testing", *refspecs, env=way)


@pytest.fixture
def gitolite(guarded: Guarded, tmp_path: Path) -> Gitolite:
    return Gitolite(guarded, tmp_path / "gitolite")


def judge(gitolite: Gitolite, doorway: str) -> None:
    guarded = gitolite.guarded
    told = guarded.story
    good = told.tip()
    done = gitolite.push("main")
    assert done.returncode == 0, done.stderr
    told.commit(by="mallory")
    done = gitolite.push("main")
    assert (done.returncode == 0, guarded.refs()) == (False, {MAIN: good})
    assert "unknown_key" in done.stderr
    entry = guarded.decisions()[-1]
    assert (entry["event"]["action"], entry["gitsig"]["server"]) == (doorway, "gitolite")
    assert (entry["user"]["name"], entry["source"]["ip"], entry["gitsig"]["repository"]) == (
        "ada",
        "192.0.2.7",
        "testing",
    )


def test_as_the_pre_receive_hook_of_all_repositories(gitolite: Gitolite) -> None:
    gitolite.script(gitolite.home / ".gitolite" / "hooks" / "common" / "pre-receive", "pre-receive")
    gitolite.run("setup", "--hooks-only")
    judge(gitolite, "pre-receive")


def test_as_a_virtual_ref(gitolite: Gitolite) -> None:
    gitolite.script(gitolite.home / "local" / "VREF" / "gitsig", "update")
    rc = gitolite.home / ".gitolite.rc"
    rc.write_text(
        rc.read_text().replace('# LOCAL_CODE                =>  "$ENV{HOME}/local"', 'LOCAL_CODE => "$ENV{HOME}/local"')
    )
    conf = gitolite.home / ".gitolite" / "conf" / "gitolite.conf"
    conf.write_text(conf.read_text() + "    -   VREF/gitsig =   @all\n")
    gitolite.run("compile")
    gitolite.run("trigger", "POST_COMPILE")
    judge(gitolite, "update")
