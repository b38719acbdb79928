"""Who takes part in the demonstration, and with which keys."""

from __future__ import annotations

from pathlib import Path

from tests.support.gnupg import BIRTH, GnupgHome
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

__all__ = ["EXPIRY", "REVOKED", "end_keys", "gather"]

EXPIRY = START + 86400
"""When Erin's key expires, and Walt says that his was compromised (Unix seconds)."""
REVOKED = EXPIRY


def gather(folder: Path, gnupg: GnupgHome) -> Story:
    """An empty repository and the keys of everybody."""
    ssh = SSHHome(folder / "ssh")
    story = Story(folder, gnupg=gnupg, ssh=ssh)
    ada = gnupg.generate("ada", "ada@example.org", usage="cert,sign")
    story.person("ada", openpgp=gnupg.add_subkey(ada), certificate=ada, roles=("maintainer",))
    for name in ("erin", "walt"):
        story.person(name, openpgp=gnupg.generate(name, f"{name}@example.org"))
    for name, roles in [("bob", ()), ("rita", ("release-manager",))]:
        ssh.generate(name)
        story.person(name, ssh=name, roles=roles)
    ssh.generate("mallory")
    stranger = gnupg.generate("mallory", "mallory@example.net")
    story.person("mallory", "mallory@example.net", openpgp=stranger, ssh="mallory", listed=False)
    return story


def end_keys(story: Story, gnupg: GnupgHome) -> None:
    """Let Erin's key expire and Walt revoke his, after all signatures are made: GnuPG would make none later."""
    erin, walt = story.people["erin"].openpgp, story.people["walt"].openpgp
    if erin and walt:
        renewed = BIRTH + 60
        gnupg.set_expiry(erin, f"seconds={EXPIRY - renewed}", at=renewed)
        gnupg.revoke(walt, reason=2, at=REVOKED)
