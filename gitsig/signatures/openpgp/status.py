"""GnuPG's status output for one detached signature, read strictly (doc/DETAILS of GnuPG, on --status-fd).

Only whole lines that begin `[GNUPG:] ` and a keyword that belongs here are taken; anything else refuses, so that a line
break that slipped through from a notation or a file name (CVE-2018-12020, CVE-2022-34903) forges nothing (S1).
The exit code says nothing that is relied upon (S4).
"""

from __future__ import annotations

from dataclasses import dataclass

from gitsig.errors import EnvironmentFault

__all__ = ["Status", "read_status"]

_PREFIX = "[GNUPG:] "

_RESULTS = frozenset({"GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG"})

_HARMLESS = frozenset(
    {
        "NEWSIG", "SIG_ID", "KEY_CONSIDERED", "KEYEXPIRED", "SIGEXPIRED", "KEYREVOKED", "NO_PUBKEY", "FAILURE", "ERROR",
        "WARNING", "NOTATION_NAME", "NOTATION_FLAGS", "NOTATION_DATA", "POLICY_URL", "PROGRESS", "NODATA", "UNEXPECTED",
        "VERIFICATION_COMPLIANCE_MODE", "TRUST_UNDEFINED", "TRUST_NEVER", "TRUST_MARGINAL",
        "TRUST_FULLY", "TRUST_ULTIMATE",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
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
    lines = [_words(line) for line in output.decode("latin-1").split("\n")[:-1]]
    results = [words for words in lines if words[0] in _RESULTS]
    valid = [words for words in lines if words[0] == "VALIDSIG"]
    begun = sum(words[0] == "NEWSIG" for words in lines)
    if not results and not valid and any(words[0] == "NODATA" for words in lines):
        return Status("NODATA")
    if begun != 1 or len(results) != 1 or len(valid) > 1:
        counts = f"{begun} NEWSIG, {len(results)} results, {len(valid)} VALIDSIG"
        raise EnvironmentFault(f"gpg's status output is not of one signature ({counts})")
    return _status(results[0], valid[0] if valid else None)


def _words(line: str) -> list[str]:
    if not line.startswith(_PREFIX):
        raise EnvironmentFault("gpg's status output has a line that is no status line")
    words = line[len(_PREFIX) :].split(" ")
    if words[0] not in _RESULTS and words[0] not in _HARMLESS and words[0] != "VALIDSIG":
        raise EnvironmentFault(f"gpg's status output has a line that does not belong to a signature ({words[0][:40]})")
    return words


def _status(result: list[str], valid: list[str] | None) -> Status:
    good = result[0] not in ("BADSIG", "ERRSIG")
    if good != (valid is not None):
        raise EnvironmentFault(f"gpg says {result[0]} {'without' if good else 'with'} VALIDSIG")
    try:
        if result[0] == "ERRSIG":
            return Status("ERRSIG", error=int(result[6]))
        if valid is None:
            return Status(result[0])
        fingerprint, _, created, expires, _, _, _, digest, sig_class, primary = valid[1:11]
        if not fingerprint.endswith(result[1][-16:]):
            raise EnvironmentFault("gpg names two different keys for one signature")
        return Status(
            result[0],
            fingerprint=fingerprint.upper(),
            primary=primary.upper(),
            created=int(created),
            expires_at=int(expires) or None,
            digest=int(digest),
            sig_class=sig_class,
        )
    except (ValueError, IndexError) as error:
        raise EnvironmentFault(f"gpg's {result[0]} line cannot be read") from error
