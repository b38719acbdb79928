"""What the developer's configuration, keyring and remotes are taken to say, beside git's and GnuPG's own word."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault
from gitsig.hooks.client.remotes import tracked
from gitsig.hooks.client.secretkeys import choose, read_secret_keys
from gitsig.hooks.client.settings import Settings
from gitsig.store import open_store
from tests.support.gnupg import GnupgHome
from tests.support.rawrepo import RawRepository


@pytest.mark.parametrize(
    "line",
    ["", "= ", "= true", "= YES", "= on", "= 1", "= 2k", "= -1", "= false", "= no", "= Off", "= 0", '= ""', "= maybe"],
)
def test_booleans_are_read_as_git_reads_them(tmp_path: Path, line: str) -> None:
    file = tmp_path / "config"
    file.write_text(f"[commit]\n\tgpgSign {line}\n")
    asked = ["git", "config", "--file", str(file)]
    listed = subprocess.run([*asked, "--null", "--list"], capture_output=True, check=True).stdout
    told = subprocess.run([*asked, "--type=bool", "commit.gpgsign"], capture_output=True, check=False)
    if told.returncode:
        with pytest.raises(EnvironmentFault, match="neither true nor false"):
            Settings(listed).flag("commit.gpgsign")
    else:
        assert Settings(listed).flag("commit.gpgsign") == (told.stdout == b"true\n")


def test_the_last_value_counts_and_none_is_false() -> None:
    settings = Settings(b"commit.gpgsign\ntrue\0commit.gpgsign\nfalse\0user.name\na\nb\0")
    assert not settings.flag("commit.gpgsign")
    assert not settings.flag("tag.gpgsign")
    assert settings.get("user.name") == "a\nb"


def signer(home: GnupgHome, wanted: str) -> str:
    """The key that gpg really signs with."""
    status = home.run("--batch", "--status-fd", "1", "--local-user", wanted, "--output", "/dev/null", "--yes", "-b")
    found = re.search(rb"\[GNUPG:\] SIG_CREATED .* ([0-9A-F]{40})", status)
    assert found is not None
    return found[1].decode()


def chosen(home: GnupgHome, wanted: str) -> str | None:
    listing = home.run("--batch", "--with-colons", "--list-secret-keys", "--", wanted)
    key = choose(read_secret_keys(listing), wanted)
    return key[1] if key else None


def test_the_key_is_the_one_that_gpg_signs_with(other_home: Callable[[], GnupgHome]) -> None:
    home = other_home()
    ada = home.fingerprint("ada@example.org")
    (first,) = home.subkeys(ada)
    names = ["ada@example.org", "ada <ada@example.org>", ada, ada[-16:], f"0x{ada}", f"{first}!", f"{ada}!"]
    assert [chosen(home, name) for name in names] == [signer(home, name) for name in names]
    now = int(time.time())
    newest = home.add_subkey(ada, created=now - 3600)
    home.add_subkey(ada, usage="encrypt", algo="cv25519", created=now - 1800)
    assert chosen(home, ada) == signer(home, ada) == newest
    home.revoke_subkey(ada, newest)
    assert chosen(home, ada) == signer(home, ada) == first
    home.revoke(ada)
    assert chosen(home, ada) is None


def test_a_stub_is_no_secret_key() -> None:
    rows = [
        ("sec", "u", 1, "cSC", "#", "A" * 40),
        ("ssb", "u", 2, "s", "+", "B" * 40),
        ("ssb", "u", 3, "s", "#", "C" * 40),
    ]
    lines = []
    for kind, state, made, use, card, fingerprint in rows:
        lines.append(f"{kind}:{state}:255:22:{fingerprint[:16]}:{made}::::::{use}:::{card}:::")
        lines.append(f"fpr:::::::::{fingerprint}:")
    assert choose(read_secret_keys("\n".join(lines).encode()), "a") == ("A" * 40, "B" * 40)
    assert choose(read_secret_keys(b"sec:u\nfpr:x\n"), "a") is None


@pytest.mark.parametrize(
    ("refspecs", "expected"),
    [
        (["+refs/heads/*:refs/remotes/origin/*"], ["refs/heads/a/b", "refs/heads/main"]),
        (["refs/heads/main:refs/remotes/origin/main"], ["refs/heads/main"]),
        (["refs/heads/*:refs/remotes/origin/*", "^refs/heads/a/*"], ["refs/heads/a/b", "refs/heads/main"]),
        (["refs/heads/release/*:refs/remotes/origin/a/*"], ["refs/heads/release/b"]),
        (["refs/heads/*:refs/heads/*"], []),
        (["refs/heads/main", "main:refs/remotes/origin/main", "+refs/*/x*:refs/remotes/origin/*"], []),
        ([], []),
    ],
)
def test_tracking_refs_get_the_names_that_they_have_there(
    tmp_path: Path, refspecs: list[str], expected: list[str]
) -> None:
    repository = RawRepository(tmp_path / "r.git")
    blob = repository.raw("blob", b"")
    for ref in ("refs/heads/main", "refs/remotes/origin/main", "refs/remotes/origin/a/b", "refs/remotes/other/main"):
        repository.ref(ref, blob)
    (repository.path / "refs/remotes/origin/HEAD").write_text("ref: refs/remotes/origin/main\n")
    listed = "".join(f"remote.origin.fetch\n{each}\0" for each in refspecs).encode()
    found = tracked(open_store(str(repository.path)), Settings(listed), "origin")
    assert sorted(name for name, _ in found) == expected


def test_the_client_hooks_stay_light() -> None:
    code = "import sys, gitsig.hooks.client as c; c.pre_push, c.preflight, c.head; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"typer", "rich", "gnupg", "subprocess"} & set(done.stdout.split()) == set()
