"""Who appears in the tests and in the demonstration, and with which keys."""

from __future__ import annotations

from tests.support.gnupg import GnupgHome
from tests.support.sshkeys import SSHHome
from tests.support.story import Story

__all__ = ["introduce", "make_openpgp_keys", "make_ssh_keys"]


def make_openpgp_keys(home: GnupgHome) -> None:
    """Ada: Ed25519 with a signing subkey. Bob: an RSA-2048 primary key that signs. Mallory: Ed25519, on no list."""
    ada = home.generate("ada", "ada@example.org", usage="cert,sign")
    home.add_subkey(ada)
    home.generate("bob", "bob@example.org", algo="rsa2048")
    home.generate("mallory", "mallory@example.net")


def make_ssh_keys(home: SSHHome) -> None:
    """An Ed25519 key for each of the three, and an ECDSA key for Carol."""
    for name in ("ada", "bob", "mallory"):
        home.generate(name)
    home.generate("carol", "ecdsa", 256)


def introduce(story: Story) -> None:
    """Let Ada, Bob, Carol and the unlisted Mallory take part in a story. Ada signs with her subkey."""
    gnupg = story.gnupg
    assert gnupg is not None
    ada, bob = gnupg.fingerprint("ada@example.org"), gnupg.fingerprint("bob@example.org")
    story.person("ada", openpgp=gnupg.subkeys(ada)[0], certificate=ada, ssh="ada", roles=("maintainer",))
    story.person("bob", openpgp=bob, ssh="bob")
    story.person("carol", ssh="carol")
    mallory = gnupg.fingerprint("mallory@example.net")
    story.person("mallory", "mallory@example.net", openpgp=mallory, ssh="mallory", listed=False)
