"""What each kind of server says of a push, and what the pusher and the administrator read there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from gitsig.hooks.server.surroundings import Surroundings, surroundings
from tests.hooks.server.guarded import NONE, Guarded

MAIN = "refs/heads/main"
Run = Callable[..., tuple[int, str]]

KINDS = {
    "gitea": (
        {"GITEA_REPO_USER_NAME": "team", "GITEA_REPO_NAME": "tool", "GITEA_PUSHER_NAME": "ada", "GITEA_PUSHER_ID": "1"},
        Surroundings("gitea", "ada", "team/tool"),
    ),
    "gitlab": (
        {"GL_ID": "user-7", "GL_USERNAME": "ada", "GL_REPOSITORY": "project-9", "GL_PROJECT_PATH": "team/tool"},
        Surroundings("gitlab", "ada", "team/tool", prefix="GL-HOOK-ERR: "),
    ),
    "gitlab, deploy key": (
        {"GL_ID": "key-7", "GL_REPOSITORY": "project-9"},
        Surroundings("gitlab", "key-7", "project-9", prefix="GL-HOOK-ERR: "),
    ),
    "github": (
        {"GITHUB_REPO_NAME": "team/tool", "GITHUB_USER_LOGIN": "ada", "GITHUB_USER_IP": "192.0.2.7"},
        Surroundings("github", "ada", "team/tool", "192.0.2.7"),
    ),
    "bitbucket": (
        {"BB_HOOK_TYPE": "PRE", "BB_PROJECT_KEY": "TEAM", "BB_REPO_SLUG": "tool", "BB_USER_NAME": "ada"},
        Surroundings("bitbucket", "ada", "TEAM/tool"),
    ),
    "gitolite": (
        {"GL_USER": "ada", "GL_REPO": "tool", "SSH_CONNECTION": "192.0.2.7 50000 192.0.2.1 22"},
        Surroundings("gitolite", "ada", "tool", "192.0.2.7"),
    ),
    "git over ssh": (
        {"SSH_CLIENT": "2001:db8::7 50000 22", "LOGNAME": "git"},
        Surroundings("git", "git", "", "2001:db8::7"),
    ),
    "git over http": ({"REMOTE_USER": "ada", "REMOTE_ADDR": "[::1]"}, Surroundings("git", "ada", "", "::1")),
    "nothing": ({}, Surroundings("git", "", "")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_pushes_by_each_servers_environment(kind: str) -> None:
    environ, expected = KINDS[kind]
    assert surroundings(environ) == expected


@pytest.mark.parametrize("kind", ["gitea", "gitlab", "github", "bitbucket"])
def test_a_real_push_in_each_servers_environment(guarded: Guarded, kind: str) -> None:
    environ, around = KINDS[kind]
    guarded.story.commit(sign=False)
    done = guarded.push("main", **environ)
    assert (done.returncode == 0, guarded.refs()) == (False, {})
    ours = [line for line in done.stderr.splitlines() if "remote:" in line]
    assert len(ours) == 4
    assert all(line.startswith(f"remote: {around.prefix}") for line in ours)
    (entry,) = guarded.decisions()
    assert (entry["user"]["name"], entry["gitsig"]["repository"]) == (around.user, around.repository)
    assert entry["gitsig"]["server"] == around.server


@pytest.fixture
def gerrit(guarded: Guarded) -> Guarded:
    """Gerrit runs its hook with the objects in place."""
    (guarded.git_dir / "objects" / "info").mkdir(exist_ok=True)
    (guarded.git_dir / "objects" / "info" / "alternates").write_text(f"{guarded.story.path / 'objects'}\n")
    return guarded


def test_gerrit(gerrit: Guarded, hook: Run) -> None:
    good, evil = gerrit.story.tip(), gerrit.story.commit(sign=False)

    def run(new: str, *more: str) -> tuple[int, str]:
        who = ("--uploader", "Ada <ada@example.org>", "--uploader-username", "ada")
        return hook(
            "ref-update", "--oldrev", NONE, "--project", "tool", *more, *who, "--refname", MAIN, "--newrev", new
        )

    assert run(good) == (0, "")
    assert run(good, "--cmdref", "--refname") == (0, "")
    code, words = run(evil)
    assert (code, "unsigned" in words) == (1, True)
    entry = gerrit.decisions()[-1]
    assert (entry["user"]["name"], entry["gitsig"]["repository"], entry["gitsig"]["server"]) == (
        "ada",
        "tool",
        "gerrit",
    )


def test_gerrit_options_that_are_none(gerrit: Guarded, hook: Run) -> None:
    good = gerrit.story.tip()
    whole = ["--refname", MAIN, "--oldrev", NONE, "--newrev", good]
    wrong = (whole[:4], [*whole, "--refname", "refs/wip/x"], [*whole, "--project"], [*whole, "word"], ["x", *whole])
    for arguments in wrong:
        assert hook("ref-update", *arguments)[0] == 2
    assert hook("ref-update", "--refname", "main", *whole[2:])[0] == 2


def test_gitolite_virtual_refs_have_seven_arguments_and_more(gerrit: Guarded, hook: Run) -> None:
    good, evil = gerrit.story.tip(), gerrit.story.commit(sign=False)
    rest = ("tree", "tree", "W", "VREF/gitsig", "parameter")
    assert hook("update", MAIN, NONE, good, *rest) == (0, "")
    assert hook("update", MAIN, NONE, evil, *rest)[0] == 1
    assert hook("update", MAIN, NONE, good, "extra")[0] == 2


def test_words_are_few_harmless_and_point_on(gerrit: Guarded, hook: Run) -> None:
    told = gerrit.story
    tip = told.tip()
    for _ in range(8):
        tip = told.commit(sign=False, parents=[tip], branch=None)
    gerrit.config("gitsig.docs", "https://git.example.org/signing \x1b[2J")
    ref = "refs/heads/\u202eniam\u2028#\u00e9"
    code, words = hook("pre-receive", stdin=[(NONE, tip, ref)], GL_ID="user-1")
    lines = words.splitlines()
    assert (code, len(lines), words.isascii()) == (1, 13, True)
    assert lines[0] == "GL-HOOK-ERR: gitsig: push refused: 8 of 9 objects"
    assert lines[11] == "GL-HOOK-ERR:   and 3 more"
    assert lines[12] == r"GL-HOOK-ERR: gitsig: not taken in; read on: https://git.example.org/signing \x1b[2J"
    assert all(line.isprintable() for line in lines)


def test_the_log_is_one_bounded_line_of_ascii_for_each_ref(gerrit: Guarded, hook: Run) -> None:
    told = gerrit.story
    evil = told.commit(sign=False)
    nasty = "\x1b\x07\n" * 2000
    stdin = [(NONE, evil, "refs/heads/\u202eevil"), (NONE, NONE, "refs/heads/gone"), (NONE, evil, "refs/wip/x")]
    assert hook("pre-receive", stdin=stdin, GL_USER=nasty, GL_REPO=nasty)[0] == 1
    raw = gerrit.log.read_bytes()
    assert raw.isascii()
    assert all(len(line) <= 8000 for line in raw.splitlines())
    assert gerrit.log.stat().st_mode & 0o777 == 0o640
    first, second, third = gerrit.decisions()
    assert (first["gitsig"]["ref"], first["gitsig"]["new"], first["gitsig"]["old"]) == (stdin[0][2], evil, NONE)
    assert first["gitsig"]["reasons"] == {"good": 1, "unsigned": 1}
    assert first["gitsig"]["policy"]["digest"].startswith("sha256:")
    assert first["event"]["duration"] > 0
    assert (second["gitsig"]["kind"], second["event"]["type"][0]) == ("delete", "deletion")
    assert (third["gitsig"]["verdict"], third["event"]["type"]) == ("unguarded", ["creation", "denied"])
    assert len(first["user"]["name"]) <= 503


def test_a_hook_imports_only_what_it_needs(gerrit: Guarded) -> None:
    """What is imported is most of the time that a push of one commit waits."""
    gerrit.config("gitsig.log", None)
    code = "import sys; from gitsig.hooks import run_hook; run_hook('pre-receive', []); print(*sys.modules)"
    line = f"{NONE} {gerrit.story.tip()} {MAIN}\n"
    warm = {**os.environ, "GIT_DIR": "."}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=gerrit.git_dir,
            input=line,
            capture_output=True,
            text=True,
            env=warm,
            check=True,
        )
        assert done.stderr == ""
    assert {"typer", "rich", "gnupg", "subprocess", "syslog"}.isdisjoint(done.stdout.split())


def test_syslog_takes_the_line(gerrit: Guarded, hook: Run) -> None:
    gerrit.config("gitsig.log", "syslog:local0")
    gerrit.config("gitsig.logRequired", "true")
    assert hook("pre-receive", stdin=[(NONE, gerrit.story.tip(), MAIN)]) == (0, "")
