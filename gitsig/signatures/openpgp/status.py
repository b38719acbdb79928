"""GnuPG's status output for one detached signature, read strictly (doc/DETAILS of GnuPG, on --status-fd).

Only whole lines that begin `[GNUPG:] ` and a keyword that belongs here are taken; anything else refuses, so that a line
break that slipped through from a notation or a file name (CVE-2018-12020, CVE-2022-34903) forges nothing (S1).
The exit code says nothing that is relied upon (S4).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitsig.errors import EnvironmentFault

__all__ = ["Status", "read_status"]

_PREFIX = "[GNUPG:] "

_KEY = "([0-9A-F]{16}|[0-9A-F]{40})"
"""A key id, or a version 4 fingerprint where GnuPG knows it."""
_NO_KEY_ID = "0" * 16
"""Of a signature that names its key by fingerprint alone, in GnuPG 2.2; VALIDSIG has the whole fingerprint."""
_RESULTS = frozenset({"GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG"})
_GRAMMAR = {
    # The user ID stands last; GnuPG escapes what could end the line.
    **{keyword: re.compile(f"{keyword} {_KEY}(?: .*)?") for keyword in _RESULTS - {"ERRSIG"}},
    "ERRSIG": re.compile(
        f"ERRSIG {_KEY} [0-9]+ [0-9]+ [0-9A-Fa-f]{{2}} [0-9T]+ ([0-9]{{1,5}})(?: (?:-|[0-9A-F]{{40}}))?"
    ),
    "VALIDSIG": re.compile(
        "VALIDSIG ([0-9A-F]{40}) [0-9]{4}-[0-9]{2}-[0-9]{2} ([0-9]{1,10}) ([0-9]{1,10}) [0-9]+ [0-9]+ [0-9]+ "
        "([0-9]{1,3}) ([0-9A-Fa-f]{2}) ([0-9A-F]{40})"
    ),
}
"""The lines that decide, each as a whole (doc/DETAILS of GnuPG)."""

_HARMLESS = frozenset(
    {
        "NEWSIG", "SIG_ID", "KEY_CONSIDERED", "KEYEXPIRED", "SIGEXPIRED", "KEYREVOKED", "NO_PUBKEY", "FAILURE", "ERROR",
        "WARNING", "NOTATION_NAME", "NOTATION_FLAGS", "NOTATION_DATA", "POLICY_URL", "PROGRESS", "NODATA", "UNEXPECTED",
        "SIG_SUBPACKET", "VERIFICATION_COMPLIANCE_MODE", "TRUST_UNDEFINED", "TRUST_NEVER", "TRUST_MARGINAL",
        "TRUST_FULLY", "TRUST_ULTIMATE",
    }
)  # fmt: skip


class Status(NamedTuple):
    """What GnuPG says of one signature."""

    result: str
    """GOODSIG, EXPSIG, EXPKEYSIG, REVKEYSIG: the arithmetic is right; BADSIG; ERRSIG; NODATA."""
    error: int = 0
    """The code of ERRSIG: 9 no key, 4 algorithm, others."""
    fingerprint: str | None = None
    """Of VALIDSIG, upper-case hex."""
    primary: str | None = None
    created: int | None = None
    expires_at: int | None = None
    digest: int | None = None
    """Hash algorithm id."""
    sig_class: str | None = None

    @property
    def valid(self) -> bool:
        """Whether GnuPG finds the arithmetic right, whatever it thinks of the key's or signature's time."""
        return self.result in ("GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG") and self.fingerprint is not None


def read_status(output: bytes) -> Status:
    """Read the whole status output of one `gpg --verify`; raises EnvironmentFault where it is not as it must be."""
    if output and not output.endswith(b"\n"):
        raise EnvironmentFault("gpg's status output breaks off")
    lines = [_status_line(line) for line in output.decode("latin-1").split("\n")[:-1]]
    results = [line for keyword, line in lines if keyword in _RESULTS]
    valid = [line for keyword, line in lines if keyword == "VALIDSIG"]
    begun = [at for at, (keyword, _) in enumerate(lines) if keyword == "NEWSIG"]
    if not results and not valid and any(keyword == "NODATA" for keyword, _ in lines):
        return Status("NODATA")
    if begun != [0] or len(results) != 1 or len(valid) > 1:
        counts = f"{len(begun)} NEWSIG, {len(results)} results, {len(valid)} VALIDSIG"
        raise EnvironmentFault(f"gpg's status output is not of one signature ({counts})")
    return _status(results[0], valid[0] if valid else None)


def _status_line(line: str) -> tuple[str, str]:
    """The keyword and the line without its prefix."""
    if not line.startswith(_PREFIX):
        raise EnvironmentFault("gpg's status output has a line that is no status line")
    text = line[len(_PREFIX) :]
    keyword = text.partition(" ")[0]
    if keyword not in _GRAMMAR and keyword not in _HARMLESS:
        raise EnvironmentFault(f"gpg's status output has a line that does not belong to a signature ({keyword[:40]})")
    return keyword, text


def _status(result: str, valid: str | None) -> Status:
    keyword, key, *rest = _fields(result)
    good = keyword not in ("BADSIG", "ERRSIG")
    if good != (valid is not None):
        raise EnvironmentFault(f"gpg says {keyword} {'without' if good else 'with'} VALIDSIG")
    if valid is None:
        return Status(keyword, error=int(rest[0]) if rest else 0)
    _, fingerprint, created, expires, digest, sig_class, primary = _fields(valid)
    if key != _NO_KEY_ID and not fingerprint.endswith(key):
        raise EnvironmentFault("gpg names two different keys for one signature")
    return Status(
        keyword,
        fingerprint=fingerprint,
        primary=primary,
        created=int(created),
        expires_at=int(expires) or None,
        digest=int(digest),
        sig_class=sig_class,
    )


def _fields(line: str) -> tuple[str, ...]:
    """The keyword and the fields that matter of a line that decides."""
    keyword = line.partition(" ")[0]
    found = _GRAMMAR[keyword].fullmatch(line)
    if found is None:
        raise EnvironmentFault(f"gpg's {keyword} line cannot be read")
    return (keyword, *found.groups())
