"""Keys that belong to a forge, which signs merges and edits in its web pages in the name of whoever clicks."""

from __future__ import annotations

import re

from gitsig.upkeep.history import KeyUse

__all__ = ["forge_of"]

_KNOWN = {
    "968479A1AFF927E37D1A566BB5690EEEBB952194": "github",
    "5DE3E0509C47EA3CF04A42D34AEE18F83AFDEB23": "github",
}
"""GitHub's web-flow keys, since 2024 and before (https://github.com/web-flow.gpg)."""
_NO_REPLY = re.compile(r"(?:no-?reply|gitlab|gitea|forgejo)@(?:[^@]*)", re.IGNORECASE)
_NAMES = ("github", "gitlab", "gitea", "forgejo", "codeberg", "bitbucket", "gerrit")


def forge_of(use: KeyUse) -> str:
    """The forge that a key seems to belong to; empty for a person's key.

    The name tells nothing for sure: anybody can commit as noreply. It only narrows what the key is proposed for.
    """
    for fingerprint, forge in _KNOWN.items():
        if use.name == fingerprint or (len(use.name) == 16 and fingerprint.endswith(use.name)):
            return forge
    if use.emails and all(_NO_REPLY.fullmatch(each) for each in use.emails):
        words = f"{' '.join(use.people)} {' '.join(use.emails)}".lower()
        return next((name for name in _NAMES if name in words), "forge")
    return ""
