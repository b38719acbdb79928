"""Programs and libraries: there, and new enough."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from gitsig._version import __version__
from gitsig.doctor.check import Check, Status
from gitsig.errors import EnvironmentFault
from gitsig.install.git import run_program

__all__ = ["programs"]

_QUARANTINE = (2, 11)
"""Git: pushed objects stay in quarantine until the hook has accepted (git-receive-pack(1))."""
_GPG = (2, 2)
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def programs(openpgp: bool | None) -> Iterator[Check]:
    """`openpgp`: whether the policy has OpenPGP keys; None where that is not known."""
    yield Check("gitsig", Status.OK, __version__)
    yield Check("python", Status.OK, platform.python_version())
    yield _program("git", "--version", _QUARANTINE, "older ones show a push to everybody before the hook has judged it")
    if openpgp is False and shutil.which("gpg") is None:
        yield Check("gpg", Status.OK, "not installed, and the policy has no OpenPGP keys")
    else:
        yield _program("gpg", "--version", _GPG, "older ones do not check all that gitsig relies on")
    yield _ssh_keygen()
    yield from _libraries()


def _program(name: str, option: str, least: tuple[int, int], why: str) -> Check:
    try:
        done = run_program(name, option)
    except EnvironmentFault as error:
        return Check(name, Status.FAIL, error.what, error.mend)
    found = _VERSION.search(done.stdout)
    if done.returncode or found is None:
        return Check(name, Status.UNKNOWN, f"{name} {option} tells no version")
    number = tuple(int(part) for part in found[0].split(".")[:2])
    if number < least:
        return Check(name, Status.FAIL, f"{found[0]}: {why}", f"install {name} {'.'.join(map(str, least))} or later")
    return Check(name, Status.OK, found[0])


def _ssh_keygen() -> Check:
    if shutil.which("ssh-keygen") is None:
        text = "not installed: SSH signatures are verified without it, but git makes none"
        return Check("ssh-keygen", Status.WARN, text, "install OpenSSH where commits are signed")
    try:
        said = run_program("ssh", "-V").stderr
    except EnvironmentFault:
        said = ""
    return Check("ssh-keygen", Status.OK, said.split(",")[0].strip() or "installed")


def _libraries() -> Iterator[Check]:
    for name in ("pygit2", "cryptography", "python-gnupg"):
        try:
            text = version(name)
        except PackageNotFoundError:
            yield Check(name, Status.FAIL, "not installed", "install gitsig again")
            continue
        if name == "pygit2":
            # Asked for its version only: objects are read by the store.
            text += f" (libgit2 {getattr(import_module('pygit2'), 'LIBGIT2_VERSION', 'unknown')})"
        yield Check(name, Status.OK, text)
