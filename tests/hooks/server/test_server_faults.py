"""What bad input gets: refused, one line for the pusher, one for the administrator, and the refs as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hooks.server.guarded import NONE, Guarded

MAIN = "refs/heads/main"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def held(guarded: Guarded) -> Guarded:
    """The objects are on the server already, so that a hook can be run without a push."""
    guarded.story.commit()
    guarded.config("gitsig.mode", "enforce")
    (guarded.git_dir / "objects" / "info").mkdir(exist_ok=True)
    (guarded.git_dir / "objects" / "info" / "alternates").write_text(f"{guarded.story.path / 'objects'}\n")
    return guarded


def good(guarded: Guarded) -> list[tuple[str, str, str]]:
    return [(NONE, guarded.story.tip(), MAIN)]


def one_line(answer: tuple[int, str], code: int, *words: str) -> None:
    assert answer[0] == code
    assert answer[1].count("\n") == 1
    assert answer[1].startswith("gitsig: push refused: ")
    assert all(word in answer[1] for word in words), answer[1]


ONE, TWO = b"0" * 40, b"1" * 40
BAD_REFS = (b"HEAD", b"refs/", b"refs", b"x/refs/heads/a", b"refs/heads/\xff")
BAD_NAMES = (
    b".a",
    b"a.lock",
    b"a..b",
    b"a/",
    b"a.",
    b"a@{b",
    b"a*",
    b"a~",
    b"/a",
    b"\x1b[2J",
    b"a\\b",
    b"a.lock/b",
    b"\0",
)
GARBAGE = [
    b"",
    b"\n",
    b"nonsense\n",
    b"%b %b refs/heads/main" % (ONE, TWO),
    b"%b %b refs/heads/main\r\n" % (ONE, TWO),
    b"%b  %b refs/heads/main\n" % (ONE, TWO),
    b"%b %b refs/heads/main\n\n" % (ONE, TWO),
    b"%b %b refs/heads/main\n" % (ONE, TWO[1:]),
    b"%b %b refs/heads/main\n" % (ONE, b"A" * 40),
    b"%b %b refs/heads/main\n" % (b"0" * 64, b"1" * 64),
    b"%b %b refs/heads/main\n" % (ONE, TWO) * 2,
    *(b"%b %b %b\n" % (ONE, TWO, ref) for ref in BAD_REFS),
    *(b"%b %b refs/heads/%b\n" % (ONE, TWO, name) for name in BAD_NAMES),
]


def test_garbage_on_standard_input_is_refused_even_in_warn_mode(held: Guarded, hook: Run) -> None:
    held.config("gitsig.mode", "warn")
    for garbage in GARBAGE:
        one_line(hook("pre-receive", stdin=garbage), 2)
    found = {(entry["gitsig"]["verdict"], entry["event"]["outcome"]) for entry in held.decisions()}
    assert (found, len(held.decisions())) == ({("error", "failure")}, len(GARBAGE))


def test_names_that_git_allows_are_taken(held: Guarded, hook: Run) -> None:
    names = ["refs/heads/\u00e9", "refs/heads/a@b", "refs/heads/-x", "refs/heads/a.b", "refs/heads/@", "refs/stash"]
    answer = hook("pre-receive", stdin=[(NONE, held.story.tip(), name) for name in names])
    assert answer == (0, "")


def test_too_much_on_standard_input(held: Guarded, hook: Run) -> None:
    line = b"%b %b refs/heads/" % (b"0" * 40, b"1" * 40)
    code, words = hook("pre-receive", stdin=line + b"a" * (16 * 1024 * 1024))
    assert (code, "16777216 bytes" in words) == (2, True)


def test_by_hand_outside_a_push(held: Guarded, hook: Run) -> None:
    for name, arguments in (("pre-receive", []), ("update", [MAIN, NONE, held.story.tip()])):
        code, words = hook(name, *arguments, GIT_DIR="")
        assert (code, words.count("\n"), "GIT_DIR is not set" in words) == (2, 1, True)
    assert hook("pre-receive", "argument")[0] == 2
    assert hook("update", MAIN, NONE)[0] == 2


def test_no_repository(held: Guarded, hook: Run, tmp_path: Path) -> None:
    assert hook("pre-receive", stdin=good(held), GIT_DIR=str(tmp_path))[0] == 3


def test_policy_missing_unreadable_or_broken(held: Guarded, hook: Run) -> None:
    policy = held.story.folder / "policy" / "policy.toml"
    held.config("gitsig.policy", str(policy.with_name("nowhere.toml")))
    one_line(hook("pre-receive", stdin=good(held)), 3, "cannot be read")
    held.config("gitsig.policy", str(policy.parent))
    one_line(hook("pre-receive", stdin=good(held)), 3, "a folder, and no policy of a known kind; name the file")
    broken = policy.with_name("broken.toml")
    broken.write_text("version = 1\n[signers.ada\n")
    held.config("gitsig.policy", str(broken))
    one_line(hook("pre-receive", stdin=good(held)), 3, "broken.toml")
    held.config("gitsig.policy", "policy.toml")
    one_line(hook("pre-receive", stdin=good(held)), 3, "no absolute path")
    held.config("gitsig.policy", None)
    one_line(hook("pre-receive", stdin=good(held)), 3, "no policy is configured", "git config gitsig.policy")
    assert hook("pre-receive", stdin=good(held), GITSIG_POLICY=str(policy)) == (0, "")
    assert [entry["gitsig"]["verdict"] for entry in held.decisions()] == ["error"] * 5 + ["accepted"]


def test_settings_that_mean_nothing_refuse(held: Guarded, hook: Run) -> None:
    for key, value in (("gitsig.mode", "warning"), ("gitsig.mode", "WARN"), ("gitsig.logRequired", "perhaps")):
        held.config(key, value)
        one_line(hook("pre-receive", stdin=good(held)), 3, "takes")


def test_what_cannot_be_judged_passes_in_warn_mode_and_is_told(held: Guarded, hook: Run) -> None:
    held.config("gitsig.mode", "warn")
    held.config("gitsig.policy", "/nowhere/policy.toml")
    code, words = hook("pre-receive", stdin=good(held))
    assert (code, words.count("\n")) == (0, 2)
    assert "WARNING: this push would be refused: /nowhere/policy.toml" in words


def test_objects_missing(held: Guarded, hook: Run) -> None:
    code, words = hook("pre-receive", stdin=[(NONE, "1" * 40, MAIN)])
    assert (code, "verifier_error" in words) == (3, True)


def test_refs_that_cannot_be_read(held: Guarded, hook: Run) -> None:
    (held.git_dir / "refs" / "heads" / "broken").write_text("nonsense\n")
    one_line(hook("pre-receive", stdin=good(held)), 3, "refs/heads/broken")


def test_a_bug_refuses_in_warn_mode_too_and_is_logged(
    held: Guarded, hook: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.config("gitsig.mode", "warn")
    monkeypatch.delattr("gitsig.engine.updates.Novelty")
    code, words = hook("pre-receive", stdin=good(held))
    assert (code, "internal error: NameError" in words) == (3, True)
    assert held.decisions()[-1]["event"]["outcome"] == "failure"


@pytest.mark.parametrize("log", ["/dev/full", "/nowhere/log", "relative.log", "syslog:nonsense"])
def test_a_log_that_cannot_be_written_warns_or_refuses_as_the_administrator_says(
    held: Guarded, hook: Run, log: str
) -> None:
    held.config("gitsig.log", log)
    code, words = hook("pre-receive", stdin=good(held))
    assert (code, words.count("\n"), "warning for the administrator" in words) == (0, 1, True)
    held.config("gitsig.logRequired", "true")
    one_line(hook("pre-receive", stdin=good(held)), 3)
    held.config("gitsig.mode", "warn")
    one_line(hook("pre-receive", stdin=good(held)), 3)


def test_a_cache_that_cannot_be_written_costs_time_only(held: Guarded, hook: Run) -> None:
    file = held.story.folder / "file"
    file.write_text("")
    assert hook("pre-receive", stdin=good(held), GITSIG_CACHE_DIR=str(file / "cache"))[0] == 0
    held.story.commit(sign=False)
    assert hook("pre-receive", stdin=good(held), GITSIG_CACHE_DIR=str(file / "cache"))[0] == 1


def test_gpg_missing_and_the_disk_full(held: Guarded) -> None:
    """Both in real pushes, with nothing learned of the keys before."""
    fresh = f'GITSIG_CACHE_DIR="{held.story.folder}/cold"; export GITSIG_CACHE_DIR'
    for trouble in ("PATH=/nowhere", "ulimit -f 0"):
        held.install("pre-receive", before=f"{fresh}; {trouble}")
        done = held.push("main")
        assert (done.returncode == 0, held.refs()) == (False, {})
        assert "gitsig: " in done.stderr
    held.install("pre-receive", before=fresh)
    assert held.push("main").returncode == 0


def test_the_program_missing(guarded: Guarded) -> None:
    guarded.install("pre-receive", program="/nowhere/gitsig")
    done = guarded.push("main")
    assert (done.returncode == 0, guarded.refs()) == (False, {})
    assert "'/nowhere/gitsig' is not installed on this server" in done.stderr
