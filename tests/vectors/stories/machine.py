"""S7: what stands in the user's own settings, keyring and environment."""

from __future__ import annotations

import subprocess

from tests.vectors.stories.scene import Scene
from tests.vectors.stories.steps import (
    commit,
    do,
    environment,
    plain_verify,
    push,
)
from tests.vectors.stories.telling import AttackStory

__all__ = ["STORIES"]

_MAIN = "refs/heads/main"
_GPG_CONF = "gpg(1), gpg.conf"
_COLD = environment(GITSIG_CACHE_DIR="{folder}/cold")
"""The key store is not built yet, so that GnuPG is asked."""
_BEGIN = (commit("base"), push(f"base:{_MAIN}"))


def _users_home(scene: Scene, settings: str, *, with_strangers: bool = False) -> None:
    """A GNUPGHOME of the user's own, with a gpg.conf, which git's gpg and every child would inherit."""
    home = scene.story.folder / "user"
    home.mkdir(mode=0o700)
    keyrings = scene.keyrings
    known = keyrings.everybody.export() if with_strangers else keyrings.plain().export()
    subprocess.run(
        ["gpg", "--batch", "--quiet", "--no-autostart", "--homedir", home, "--import"], input=known, check=True
    )
    (home / "gpg.conf").write_text(settings)
    scene.keyring = home
    scene.patch.setenv("GNUPGHOME", str(home))


STORIES = (
    AttackStory(
        "s7-trust-in-the-users-keyring",
        "S7",
        "the user's own keyring holds the stranger's key and trusts everybody",
        "gpg says good of whatever is in the keyring.",
        _GPG_CONF,
        (
            _COLD,
            do("the user trusts all keys", lambda s: _users_home(s, "trust-model always\n", with_strangers=True)),
            *_BEGIN,
            commit("evil", sign="mallory"),
            plain_verify("evil", "accepts"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
        ),
    ),
    AttackStory(
        "s7-options-that-refuse-what-is-good",
        "S7",
        "the user's gpg.conf calls SHA-512 weak and sends the status elsewhere",
        "Settings of a person must neither open nor close the door.",
        _GPG_CONF,
        (
            _COLD,
            do("odd settings", lambda s: _users_home(s, "weak-digest SHA512\nstatus-file /dev/null\nno-verbose\n")),
            commit("base"),
            plain_verify("base", "refuses"),
            push(f"base:{_MAIN}", checked=1),
        ),
    ),
    AttackStory(
        "s7-broken-options-file",
        "S7",
        "the user's gpg.conf has an option that gpg does not understand",
        "gpg then refuses to run at all, and gitsig's has no options file.",
        _GPG_CONF,
        (
            _COLD,
            do("a broken file", lambda s: _users_home(s, "list-options nonsense\n")),
            commit("base"),
            plain_verify("base", "refuses"),
            push(f"base:{_MAIN}", checked=1),
            commit("evil", by="mallory"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
        ),
    ),
    AttackStory(
        "s7-locale-agent-and-time-zone",
        "S7",
        "another language, another time zone, an agent that is none, a home that is not there",
        "Nothing of the caller's environment reaches gpg but PATH.",
        "gpg(1), ENVIRONMENT",
        (
            _COLD,
            environment(LC_ALL="de_DE.UTF-8", LANGUAGE="de", TZ="Pacific/Kiritimati", HOME="/nonexistent"),
            environment(GPG_AGENT_INFO="/nonexistent:1:1", GNUPGHOME="/nonexistent", GPG_TTY="/nonexistent"),
            commit("base"),
            plain_verify("base", "accepts"),
            push(f"base:{_MAIN}", checked=1),
            commit("evil", by="mallory"),
            plain_verify("evil", "refuses"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
        ),
    ),
)
