"""Which server runs the hook, and what it says of the pusher: one thin adapter for each, by its environment.

Nothing here authorises anybody: names and addresses go to the log, and the prefix to the lines that are shown.
Sources: githooks(5); Gitea's and Forgejo's `GITEA_*`; GitLab, "Git server hooks"; GitHub Enterprise Server, "Creating a
pre-receive hook script"; Bitbucket Data Center, "Write hook scripts"; gitolite, "environment variables".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

__all__ = ["Surroundings", "surroundings"]

Environment = Mapping[str, str]


class Surroundings(NamedTuple):
    """What the server says of a push."""

    server: str
    """`git`, `gitea`, `gitlab`, `github`, `bitbucket`, `gitolite` or `gerrit`."""
    user: str
    """Who pushes, as the server names him; empty where it does not say."""
    repository: str
    """What the server calls the repository; empty where it does not say."""
    address: str = ""
    """Where the push comes from; empty where nothing says so."""
    prefix: str = ""
    """Stands before each line to the pusher, so that the server shows it on its pages too."""


def surroundings(environ: Environment = os.environ) -> Surroundings:
    """What the environment tells; plain git where nothing does."""
    for marker, adapter in _ADAPTERS.items():
        if environ.get(marker):
            return adapter(environ)
    return Surroundings("git", _first(environ, "REMOTE_USER", "LOGNAME", "USER"), "", _address(environ))


def _gitea(environ: Environment) -> Surroundings:
    repository = _joined(environ, "GITEA_REPO_USER_NAME", "GITEA_REPO_NAME")
    return Surroundings("gitea", _first(environ, "GITEA_PUSHER_NAME"), repository, _address(environ))


def _gitlab(environ: Environment) -> Surroundings:
    repository = _first(environ, "GL_PROJECT_PATH", "GL_REPOSITORY")
    user = _first(environ, "GL_USERNAME", "GL_ID")
    return Surroundings("gitlab", user, repository, _address(environ), "GL-HOOK-ERR: ")


def _github(environ: Environment) -> Surroundings:
    address = environ.get("GITHUB_USER_IP") or _address(environ)
    return Surroundings("github", _first(environ, "GITHUB_USER_LOGIN"), _first(environ, "GITHUB_REPO_NAME"), address)


def _bitbucket(environ: Environment) -> Surroundings:
    repository = _joined(environ, "BB_PROJECT_KEY", "BB_REPO_SLUG")
    return Surroundings("bitbucket", _first(environ, "BB_USER_NAME"), repository, _address(environ))


def _gitolite(environ: Environment) -> Surroundings:
    return Surroundings("gitolite", _first(environ, "GL_USER"), _first(environ, "GL_REPO"), _address(environ))


_ADAPTERS: Mapping[str, Callable[[Environment], Surroundings]] = {
    "BB_HOOK_TYPE": _bitbucket,
    "BB_REPO_SLUG": _bitbucket,
    "GITHUB_REPO_NAME": _github,
    "GITEA_REPO_NAME": _gitea,
    "GL_ID": _gitlab,
    "GL_REPOSITORY": _gitlab,
    "GL_REPO": _gitolite,
}
"""A variable that only this server sets, and its adapter."""


def _first(environ: Environment, *names: str) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _joined(environ: Environment, *names: str) -> str:
    return "/".join(environ[name] for name in names if environ.get(name))


def _address(environ: Environment) -> str:
    """The client's address, from ssh(1), git-daemon(1) or the CGI of git-http-backend(1)."""
    connection = _first(environ, "SSH_CONNECTION", "SSH_CLIENT").split(" ")[0]
    return connection or environ.get("REMOTE_ADDR", "").strip("[]")
