"""Before a commit: what `git commit` is about to do, with real git, gpg and ssh-keygen."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.hooks.client.conftest import Desk
from tests.support.gnupg import GnupgHome


@pytest.fixture
def ready(begun: Desk) -> Desk:
    """A clone whose first commit is pushed, with the hooks that ask before a commit."""
    begun.install("pre-commit", "pre-merge-commit")
    return begun


def attempt(desk: Desk, *options: str, **env: str) -> tuple[bool, str]:
    """Whether `git commit` made a commit, and what was said."""
    before = desk.head()
    done = desk.run("git", *options, "commit", "-q", "--allow-empty", "-m", "Next", **env)
    made = desk.head() != before
    assert made == (done.returncode == 0)
    assert done.stderr.isascii()
    return made, done.stderr


def ask(desk: Desk, **env: str) -> tuple[bool, str]:
    """What the hook alone says, for what it is told by the environment; no commit is made."""
    done = desk.hook("preflight", **env)
    assert done.returncode in (0, 1, 3)
    return done.returncode == 0, done.stderr


def test_an_honest_commit_is_made_in_silence(ready: Desk) -> None:
    assert attempt(ready) == (True, "")


def test_with_openpgp_the_key_of_the_committer_is_found_without_user_signingkey(ready: Desk) -> None:
    ready.be("ada", kind="openpgp")
    ready.unset("user.signingKey")
    assert attempt(ready) == (True, "")


def test_signing_switched_off_on_the_command_line_is_seen(ready: Desk) -> None:
    made, said = attempt(ready, "-c", "commit.gpgsign=false")
    assert not made
    assert "REFUSED: git config commit.gpgSign true (commit.gpgSign is not true" in said


def test_signing_switched_off_in_the_environment_is_seen(ready: Desk) -> None:
    told = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "commit.gpgsign", "GIT_CONFIG_VALUE_0": "no"}
    assert not ask(ready, **told)[0]


def test_signing_never_switched_on_is_seen(ready: Desk) -> None:
    ready.git("config", "--unset", "commit.gpgSign")
    assert not ask(ready)[0]


def test_conditional_includes_count(ready: Desk) -> None:
    extra = ready.folder / "topic.config"
    extra.write_text("[commit]\n\tgpgSign = off\n")
    ready.config("includeIf.onbranch:topic.path", str(extra))
    assert attempt(ready)[0]
    ready.git("checkout", "-q", "-b", "topic")
    assert not attempt(ready)[0]


def test_a_linked_work_tree_is_judged_by_its_own_head(ready: Desk) -> None:
    ready.git("worktree", "add", "-q", "-b", "side", "../side")
    ready.path = ready.folder / "side"
    assert attempt(ready) == (True, "")
    made, said = attempt(ready, "-c", "commit.gpgsign=false")
    assert not made
    assert "commit.gpgSign" in said


def test_an_unlisted_key_is_refused_and_the_listed_ones_named(ready: Desk) -> None:
    ready.config("user.signingKey", str(ready.ssh.key("mallory")))
    made, said = ask(ready)
    assert not made
    listed = ready.gnupg.fingerprint("ada@example.org")
    assert f"git config user.signingKey {listed}, or have a maintainer add {ready.ssh.fingerprint('mallory')}" in said


def test_the_address_must_belong_to_the_key(ready: Desk) -> None:
    made, said = ask(ready, GIT_COMMITTER_EMAIL="ada@home.example")
    assert not made
    assert "REFUSED: git config user.email ada@example.org (identity_mismatch" in said


def test_the_author_counts_where_the_policy_says_so(desk: Desk) -> None:
    desk.begin(defaults={"identity": "author"})
    desk.install("pre-commit")
    assert ask(desk, GIT_COMMITTER_EMAIL="ada@home.example")[0]
    assert not ask(desk, GIT_AUTHOR_EMAIL="ada@home.example")[0]


@pytest.mark.parametrize("kind", ["literal", "private"])
def test_ssh_keys_may_be_literal_or_private_files(ready: Desk, kind: str) -> None:
    public = ready.ssh.public("ada")
    ready.config("user.signingKey", f"key::{public}" if kind == "literal" else str(ready.ssh.key("ada")))
    assert ready.hook("preflight").returncode == 0
    ready.config("user.signingKey", f"key::{ready.ssh.public('mallory')}")
    assert ready.hook("preflight").returncode == 1


@pytest.mark.parametrize("key", ["/nowhere/id.pub", "key::ssh-ed25519 AAAA", "-Y"])
def test_an_ssh_key_that_cannot_be_read_is_refused(ready: Desk, key: str) -> None:
    ready.config("user.signingKey", key)
    done = ready.hook("preflight")
    assert done.returncode == 1
    assert "git config user.signingKey" in done.stderr


def test_a_program_that_gives_the_key_is_never_run(ready: Desk) -> None:
    witness = ready.folder / "witness"
    ready.unset("user.signingKey")
    ready.config("gpg.ssh.defaultKeyCommand", f"touch {witness}")
    done = ready.hook("preflight")
    assert done.returncode == 0
    assert "warning: gpg.ssh.defaultKeyCommand is not run here" in done.stderr
    assert not witness.exists()


@pytest.mark.parametrize("kind", ["x509", "pgp"])
def test_a_format_that_no_policy_allows_is_refused(ready: Desk, kind: str) -> None:
    ready.config("gpg.format", kind)
    assert not ask(ready)[0]


def test_a_key_that_ends_soon_is_announced_and_one_that_ended_refused(desk: Desk) -> None:
    now = datetime.now(UTC)
    bob = {"emails": ["bob@example.org"], "ssh": [desk.ssh.public("bob")]}
    desk.begin(signers={"bob": {**bob, "valid-until": now + timedelta(days=10)}})
    desk.install("pre-commit")
    desk.be("bob")
    made, said = ask(desk)
    assert made
    assert "warning: in 14 days" in said
    desk.policy(signers={"bob": {**bob, "valid-until": now - timedelta(days=1)}})
    made, said = ask(desk)
    assert not made
    assert "key_expired" in said


def test_gpg_and_the_policy_must_have_the_same_subkey(ready: Desk, other_home: Callable[[], GnupgHome]) -> None:
    home = other_home()
    ada = home.fingerprint("ada@example.org")
    fresh = home.add_subkey(ada, created=int(time.time()) - 60)
    ready.be("ada", kind="openpgp")
    ready.env["GNUPGHOME"] = str(home.path)
    made, said = ask(ready)
    assert not made
    assert f"gpg --armor --export {ada}" in said
    assert fresh in said
    old = home.subkeys(ada)[0]
    assert attempt(ready, "-c", f"user.signingKey={old}!") == (True, "")


def test_a_secret_key_that_is_not_there_is_refused(ready: Desk) -> None:
    ready.be("ada", kind="openpgp")
    ready.config("user.signingKey", "0123456789ABCDEF0123456789ABCDEF01234567")
    done = ready.hook("preflight")
    assert done.returncode == 1
    assert "no usable secret key" in done.stderr


def test_without_gpg_nothing_is_let_pass(ready: Desk, tmp_path) -> None:
    ready.be("ada", kind="openpgp")
    tools = tmp_path / "tools"
    tools.mkdir()
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tools / "git").symlink_to(git)
    done = ready.hook("preflight", PATH=str(tools))
    assert done.returncode == 3
    assert "gpg" in done.stderr


def test_an_unsigned_head_is_refused_and_its_mend_works(ready: Desk) -> None:
    (ready.path / "file").write_text("text\n")
    ready.git("add", "file")
    ready.commit("--no-gpg-sign")
    made, said = attempt(ready)
    assert not made
    mend = said.partition("mend: sign it: ")[2].splitlines()[0]
    assert ready.run("sh", "-c", mend).returncode == 0
    assert attempt(ready) == (True, "")


def test_behind_a_trusted_root_nothing_is_judged(desk: Desk) -> None:
    root = desk.commit("--no-gpg-sign")
    desk.policy(history={"trusted-roots": [root]})
    desk.install("pre-commit")
    assert attempt(desk) == (True, "")


def test_an_unguarded_branch_is_named_and_passes(desk: Desk) -> None:
    desk.begin(defaults={"refs": ["refs/heads/main"]})
    desk.git("checkout", "-q", "-b", "scratch")
    desk.commit("--no-gpg-sign")
    desk.install("pre-commit")
    made, said = ask(desk)
    assert made
    assert "does not guard refs/heads/scratch" in said


def test_a_staged_policy_must_parse(ready: Desk) -> None:
    """The index counts: the work tree holds a whole policy again."""
    path = ready.policy()
    whole = path.read_text()
    path.write_text(whole + "[nonsense]\n")
    ready.git("add", ".gitsig")
    path.write_text(whole)
    made, said = ask(ready)
    assert not made
    assert "staged .gitsig/policy.toml" in said
    assert ready.hook("policy").returncode == 3


def test_a_staged_policy_without_its_key_file_is_refused(ready: Desk) -> None:
    ready.git("rm", "-q", "--cached", ".gitsig/keys/ada.asc")
    done = ready.hook("preflight")
    assert done.returncode == 3
    assert "git add .gitsig/keys/ada.asc" in done.stderr


def test_git_commit_of_some_files_is_judged_as_what_it_commits(ready: Desk) -> None:
    path = ready.policy()
    path.write_text("version = 2\n")
    ready.config("gitsig.policy", str(ready.folder / "outside.toml"))
    (ready.folder / "outside.toml").write_text(
        f'version = 1\n[signers.ada]\nemails = ["ada@example.org"]\nssh = ["{ready.ssh.public("ada")}"]\n'
    )
    before = ready.head()
    done = ready.run("git", "commit", "-q", "-m", "Policy", ".gitsig/policy.toml")
    assert done.returncode != 0
    assert ready.head() == before


def test_the_policy_lint_says_what_is_doubtful_and_passes(ready: Desk) -> None:
    ready.policy(signers={"forge": {"ssh": [ready.ssh.public("carol")]}})
    done = ready.hook("policy")
    assert done.returncode == 0
    assert "warning: " in done.stderr
    assert "'forge' has no emails" in done.stderr


def test_without_any_policy_nothing_passes(desk: Desk) -> None:
    desk.commit()
    desk.install("pre-commit")
    made, said = ask(desk)
    assert not made
    assert "no policy" in said
    assert desk.hook("policy").returncode == 3


def test_a_missing_program_refuses_in_one_line(ready: Desk) -> None:
    made, said = attempt(ready, GITSIG="/nowhere/gitsig")
    assert not made
    assert said == ("gitsig: commit refused: the program '/nowhere/gitsig' is not installed or not on the PATH\n")


def test_the_rules_of_the_branch_are_a_warning(desk: Desk) -> None:
    """Where a local branch is going to be pushed to is not known yet."""
    desk.begin(rules=[{"refs": ["refs/heads/main"], "signers": ["bob"]}])
    desk.install("pre-commit")
    made, said = ask(desk)
    assert made
    assert "warning: fit for another branch only: ada is not among the signers of rule 1" in said
