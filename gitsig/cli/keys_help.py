"""What `gitsig keys --help` says."""

from __future__ import annotations

__all__ = ["ADD_HELP", "EXIT_CODES", "EXPIRE_HELP", "HELP", "LIST_HELP", "REFRESH_HELP", "REMOVE_HELP"]

HELP = "List and edit the keys of a policy; everything else in the file stays as it is."

EXIT_CODES = """\b
Exit codes:
  0    done, or there was nothing to do
  2    wrong usage; nothing was changed
  3    the policy or a key cannot be used, or not be written; nothing was changed
  130  interrupted
"""

LIST_HELP = """Show every signer with e-mails, roles and keys: state, windows, and where each stands.

\b
Examples:
  gitsig keys list
  gitsig keys list --policy /etc/gitsig/web.toml --now 2027-01-01
  gitsig keys list --format json
"""

ADD_HELP = """Give a signer more keys, e-mails or roles; a signer who is not there yet is made.

A KEY is a file (.asc, .gpg, .pub, allowed_signers lines, a forge's NAME.keys or NAME.gpg), the line of an SSH public
key in quotes, - for standard input, or the full fingerprint of a certificate in your own GnuPG keyring. Certificates
are written to keys/SIGNER.asc beside the policy. Nothing is fetched from a network.

\b
Examples:
  gitsig keys add ada ~/.ssh/id_ed25519.pub --email ada@example.org
  gitsig keys add bob bob.asc --email bob@example.org --role maintainer
  gitsig keys add bob 0123456789ABCDEF0123456789ABCDEF01234567
  curl -s https://github.com/ada.keys | gitsig keys add ada - --email ada@example.org
"""

REMOVE_HELP = """Take a key out, or a signer with all keys. Old signatures by it become unknown_key too.

For a contributor who leaves, or a key that was replaced, `gitsig keys expire` is the better choice. A signer whom a
rule names, or the last key of a signer, is removed with --force only.

\b
Examples:
  gitsig keys remove ada SHA256:Ho0lZPgWqjVqhWPkMRGlYgA4mKq3YtQOEKKxVtcHo6U
  gitsig keys remove mallory
"""

EXPIRE_HELP = """Let a key, or all keys of a signer, end at a time: valid-until is set.

Signatures from before stay good in the history. Later ones are refused, and from that time on every new object too,
whatever date it carries.

\b
Examples:
  gitsig keys expire ada                         now, all keys
  gitsig keys expire ada --at 2027-01-01
  gitsig keys expire ada keys/ada-old.asc --at 2026-06-30T12:00:00Z
"""

REFRESH_HELP = """Take newer copies of certificates that are listed already: new subkeys, expiry dates, revocations.

Only a certificate with the same primary fingerprint counts. It is merged with the listed one, so that nothing is lost:
an old copy cannot undo a revocation.

\b
Examples:
  gitsig keys refresh ada.asc bob.asc
  gitsig keys refresh --from-keyring
"""
