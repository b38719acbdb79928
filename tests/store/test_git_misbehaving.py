"""A git that is asked too much, sees too much, runs too much, hangs, dies or lies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, GitsigError, ObjectFault, ObjectMissing, UsageFault
from gitsig.model import LIMITS
from gitsig.objects import hash_object
from gitsig.store import gitchild, gitprogram, open_store, walk
from gitsig.store.gitbatch import CatFile
from gitsig.store.gitcat import GitStore
from gitsig.store.gitcat import open_store as open_with_git

from .conftest import Git


def opened(git: Git) -> GitStore:
    return open_with_git(git.folder / ".git", git.folder, {})


# Questions


@pytest.mark.parametrize("junk", ["\n", "\ninfo HEAD", " ", "^{tree}", ":x"])
def test_a_question_cannot_be_smuggled_in(sha256: Git, junk: str) -> None:
    oid = sha256.commit("first")
    sha256.pack()
    store = opened(sha256)
    for name in (oid + junk, oid[: -len(junk)] + junk, "HEAD", "", "@"):
        with pytest.raises(ObjectMissing, match="no whole object id"):
            store.read(name)
        with pytest.raises(ObjectFault, match="no whole object id"):
            CatFile({}, sha256.folder).info(name)
    assert store.read(oid)[0] == "commit"


@pytest.mark.parametrize("key", ["", "x", "x.", ".x", "a.b\nc.d", "a.b\0", "core.1x", "-l"])
def test_no_configuration_keys(sha256: Git, key: str) -> None:
    with pytest.raises(UsageFault):
        opened(sha256).config(key)


def test_the_users_settings_count_for_settings_alone(
    sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oid = sha256.commit("first")
    user = tmp_path / "gitconfig"
    user.write_text("[gitsig]\n\tpolicy = mine\n\tlog = /user\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(user))
    sha256("config", "gitsig.log", "/repository")
    store = opened(sha256)
    assert (store.config("gitsig.policy"), store.config("gitsig.log")) == ("mine", "/repository")
    user.write_text("[core\n")
    assert store.read(oid)[0] == "commit"
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        store.config("gitsig.policy")


def test_variables_of_the_caller_do_not_reach_git(sha256: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = sha256.commit("first")
    second = sha256.commit("second")
    sha256.pack()
    trace = tmp_path / "trace"
    sha256("replace", second, first)
    for name, value in {
        "GIT_TRACE": str(trace),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "gitsig.policy",
        "GIT_CONFIG_VALUE_0": "injected",
        "GIT_SHALLOW_FILE": str(trace),
        "GIT_NAMESPACE": "x",
    }.items():
        monkeypatch.setenv(name, value)
    store = open_store(str(sha256.folder))
    assert b"second" in store.read(second)[1]
    assert store.config("gitsig.policy") is None
    assert list(walk(store, [second]).commits) == [first, second]
    assert not trace.exists()


# Nothing is run


def fake_git(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str, command: str = "cat-file") -> None:
    """A git on PATH that is the real one but for one command."""
    real = gitprogram.find_git()
    folder.mkdir()
    script = folder / "git"
    script.write_text(f'#!/bin/sh\ncase " $* " in *" {command} "*) {does} ;; esac\nexec "{real}" "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("way", ["ext", "ssh", "helper"])
def test_a_partial_clone_fetches_nothing(
    sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, old: bool
) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {trap}\nexit 1\n")
    script.chmod(0o755)
    sha256.commit("first")
    sha256("config", "extensions.partialClone", "origin")
    sha256("config", "remote.origin.promisor", "true")
    sha256("config", "remote.origin.url", {"ext": f"ext::{script}"}.get(way, "ssh://host/x"))
    sha256("config", "protocol.ext.allow", "always")
    sha256("config", "core.sshCommand", str(script))
    if way == "helper":
        sha256("config", "remote.origin.vcs", "ext")
    if old:
        fake_git(tmp_path / "bin", monkeypatch, "unset GIT_NO_LAZY_FETCH")
    store = opened(sha256)
    with pytest.raises(GitsigError if old else ObjectMissing):
        store.read(sha256.absent())
    assert not trap.exists()
    sha256("cat-file", "-e", sha256.absent(), check=False)
    assert trap.exists() or way == "helper", "git left to itself runs it"


# A git that misbehaves


@pytest.mark.parametrize(
    ("behaviour", "what"),
    [
        ("while read x; do :; done", "did not answer within"),
        ("exit 0", "ended before it answered"),
        ("kill -9 $$", "ended before it answered"),
        ("echo 'fatal: no memory' >&2; exit 128", "fatal: no memory"),
        ("exit 129", "too old"),
        ("read x; echo nonsense; while read x; do :; done", "none to the question"),
        ("read x oid; echo 1$oid missing; while read x; do :; done", "none to the question"),
        ("read x oid; echo $oid commit 5; echo more; while read x; do :; done", "none to the question"),
        ("read x oid; echo $oid commit -5; while read x; do :; done", "none to the question"),
        ("exec head -c 9999 /dev/zero", "none to the question"),
    ],
)
def test_a_git_that_misbehaves_is_a_fault_and_never_an_absence(
    sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, what: str
) -> None:
    oid = sha256.commit("first")
    sha256.pack()
    store = opened(sha256)
    with monkeypatch.context() as patch:
        if what.startswith("did not answer"):
            patch.setattr(gitchild, "LIMITS", LIMITS._replace(child_seconds=0.2))
        fake_git(tmp_path / "bin", patch, behaviour)
        with pytest.raises(EnvironmentFault, match=what):
            store.read(oid)
    assert store.read(oid)[0] == "commit", "the next question goes to another git"


@pytest.mark.parametrize(
    "answer",
    [
        "echo $oid commit 4; echo abc",
        "echo $oid commit 3; printf abcd",
        "echo $oid commit 3; printf abcd; echo",
    ],
)
def test_contents_that_are_not_as_long_as_git_said(
    sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    oid = sha256.commit("first")
    sha256.pack()
    store = opened(sha256)
    fake_git(
        tmp_path / "bin",
        monkeypatch,
        f"read x oid; read f; echo $oid commit 3; read x; read f; {answer}; while read x; do :; done",
    )
    with pytest.raises(EnvironmentFault, match="none to the question"):
        store.read(oid)


def test_contents_of_other_bytes(sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = sha256.commit("first")
    sha256.pack()
    both = "read x oid; read f; echo $oid commit 3; read x; read f; echo $oid {}; while read x; do :; done"
    for number, (answer, what) in enumerate(
        [("commit 3; echo abc", "do not hash"), ("blob 3; echo abc", "do not hash"), ("missing", "does not give")]
    ):
        with monkeypatch.context() as patch:
            fake_git(tmp_path / f"bin{number}", patch, both.format(answer))
            with pytest.raises(ObjectFault, match=what):
                opened(sha256).read(oid)


def test_a_git_that_is_not_there(sha256: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = sha256.commit("first")
    sha256.pack()
    store = opened(sha256)
    trap = sha256.folder / "git"
    trap.write_text("#!/bin/sh\nexit 0\n")
    trap.chmod(0o755)
    monkeypatch.chdir(sha256.folder)
    for path in ("/nonexistent", ".", ""):
        monkeypatch.setenv("PATH", path)
        for ask in (lambda: store.read(oid), lambda: store.config("x.y"), lambda: open_store(str(sha256.folder))):
            with pytest.raises(EnvironmentFault, match="git is not installed"):
                ask()


def test_an_interrupted_question_does_not_answer_the_next(sha256: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = sha256.commit("one"), sha256.commit("two")
    sha256.pack()
    store = opened(sha256)
    assert store.read(one)[0] == "commit"

    def interrupted(_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gitchild.Child, "read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.read(one)
    kind, raw = store.read(other)
    assert hash_object(kind, raw, store.object_format) == other


FORKED = """
import os, sys
from gitsig.store import open_store
store = open_store(sys.argv[1])
one, other = sys.argv[2:]
assert store.read(one)[0] == "commit"
child = os.fork()
raw = [store.read(oid) for oid in (one, other) * 200]
if not child:
    del store
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert store.read(other) == raw[1]
del store
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child is left")
again = open_store(sys.argv[1])
again.read(one)
"""


def test_forks_have_a_git_of_their_own_and_nothing_is_left_behind(sha256: Git) -> None:
    one, other = sha256.commit("one"), sha256.commit("two")
    sha256.pack()
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", FORKED, str(sha256.folder), one, other]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no child is left\n", "")


@pytest.mark.parametrize(
    ("command", "does", "what"),
    [
        ("rev-parse", "while :; do :; done", "did not answer within"),
        ("rev-parse", "echo true; echo sha512; echo $PWD/.git; exit 0", "'sha512' is unknown"),
        ("rev-parse", "exit 1", "git says nothing"),
        ("config", "echo 'fatal: bad config line 1' >&2; exit 128", "bad config line 1"),
        ("for-each-ref", "echo 'fatal: no' >&2; exit 128", "cannot name the upstream: fatal: no"),
        ("--disambiguate=abcd", "exit 128", "cannot look for 'abcd'"),
    ],
)
def test_a_command_that_fails_is_no_answer(
    sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, does: str, what: str
) -> None:
    sha256.commit("first")
    store = opened(sha256)
    if what.startswith("did not answer"):
        monkeypatch.setattr(gitprogram, "LIMITS", LIMITS._replace(child_seconds=0.2))
    fake_git(tmp_path / "bin", monkeypatch, does, command)
    ask = {"config": lambda: store.config("a.b"), "for-each-ref": store.upstream}
    ask["--disambiguate=abcd"] = lambda: store.resolve("abcd")
    with pytest.raises(EnvironmentFault, match=what):
        ask.get(command, lambda: opened(sha256))()


def test_a_git_that_cannot_be_started(sha256: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = sha256.commit("first")
    sha256.pack()
    store = opened(sha256)
    fake_git(tmp_path / "bin", monkeypatch, "exit 0")
    (tmp_path / "bin" / "git").write_text("#!/nonexistent\n")
    for ask in (lambda: store.read(oid), lambda: store.config("x.y")):
        with pytest.raises(EnvironmentFault, match="cannot be started"):
            ask()


def test_a_head_that_is_not_there(sha256: Git) -> None:
    store = opened(sha256)
    (sha256.folder / ".git/HEAD").unlink()
    with pytest.raises(ObjectFault, match="HEAD cannot be read: it is not there"):
        store.head()
