"""Fixtures that every test shares. The environment is cut off from the user's before anything is imported.

libgit2 reads HOME when pygit2 is first imported, which a test module does while it is collected: hence the hooks
and not a fixture.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.gnupg import GnupgHome
from tests.support.people import introduce, make_openpgp_keys, make_ssh_keys
from tests.support.sshkeys import SSHHome
from tests.support.story import Story

_UNWANTED = {"CI", "COLUMNS", "DISPLAY", "EMAIL", "FORCE_COLOR", "GITHUB_ACTIONS", "LANGUAGE", "NO_COLOR"} | {
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
}
_FOLDERS = {"HOME": "", "XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache", "GNUPGHOME": "g"}
_isolation = pytest.StashKey[tuple[pytest.MonkeyPatch, Path]]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a home of its own, without the user's or the system's settings."""
    patch = pytest.MonkeyPatch()
    home = Path(tempfile.mkdtemp(prefix="gs", dir="/tmp"))
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITSIG_", "LC_")) or name in _UNWANTED]:
        patch.delenv(name)
    for name, folder in _FOLDERS.items():
        (home / folder).mkdir(mode=0o700, exist_ok=True)
        patch.setenv(name, str(home / folder))
    patch.setenv("GITSIG_CACHE_DIR", str(home / "cache"))
    patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.setenv("LC_ALL", "C")
    patch.setenv("TZ", "UTC")
    config.stash[_isolation] = (patch, home)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started in the run's home, remove it and put the environment back."""
    patch, home = config.stash[_isolation]
    subprocess.run(["gpgconf", "--homedir", str(home / "g"), "--kill", "all"], capture_output=True, check=False)
    patch.undo()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def gnupg() -> Iterator[GnupgHome]:
    """Ada (Ed25519 with a signing subkey), Bob (RSA-2048) and the stranger Mallory (Ed25519), made at `BIRTH`.

    Shared by the whole session: tests that revoke keys or change their expiry do so in `gnupg.clone()`.
    """
    with GnupgHome() as home:
        make_openpgp_keys(home)
        yield home


@pytest.fixture(scope="session")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> SSHHome:
    """Ed25519 keys of ada, bob and mallory, and the ECDSA key of carol."""
    home = SSHHome(tmp_path_factory.mktemp("ssh"))
    make_ssh_keys(home)
    return home


@pytest.fixture
def story(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Story]:
    """Make a repository: `story(object_format="sha1", people=True)`.

    With `people` it knows ada, bob, carol and the unlisted mallory with the keys of `gnupg` and `ssh`.
    """
    made: list[Story] = []

    def make(object_format: str = "sha1", *, people: bool = True) -> Story:
        homes = {name: request.getfixturevalue(name) for name in ("gnupg", "ssh")} if people else {}
        name = f"repo{len(made) + 1 if made else ''}.git"
        made.append(Story(tmp_path, object_format, name=name, **homes))
        if people:
            introduce(made[-1])
        return made[-1]

    return make
