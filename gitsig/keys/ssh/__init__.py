"""SSH public keys: the strict wire form, the text line, and the store that signatures are held against."""

from gitsig.keys.ssh.line import parse_public_key
from gitsig.keys.ssh.public_key import SSHKey, fingerprint_of, read_public_key_blob
from gitsig.keys.ssh.store import SSHKeys

__all__ = ["SSHKey", "SSHKeys", "fingerprint_of", "parse_public_key", "read_public_key_blob"]
