"""What can go wrong besides a refused object, one class for each party at fault.

Every error carries what a person needs in one line: what is wrong, where, and the mend.
None of them ever ends in acceptance: the doorways turn each into a refusal and exit code 3 (2 for usage).
"""

from __future__ import annotations

__all__ = [
    "EnvironmentFault",
    "GitsigError",
    "MalformedObject",
    "MalformedSignature",
    "ObjectFault",
    "ObjectMissing",
    "PolicyFault",
    "UnsupportedSignature",
    "UsageFault",
]


class GitsigError(Exception):
    """Root of all errors that gitsig raises on purpose.

    `what` is one sentence without a final full stop; `where` names the file, line or object;
    `mend` says what to do about it, as a command where there is one.
    """

    exit_code = 3

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.mend))

    def diagnostics(self) -> str:
        """One line for standard error: `where: what; mend`. Not yet escaped for a terminal."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.mend}" if self.mend else text


def _rebuild(kind: type[GitsigError], what: str, where: str, mend: str) -> GitsigError:
    return kind(what, where=where, mend=mend)


class ObjectFault(GitsigError):
    """The object is at fault: it cannot be read, or its bytes are outside a grammar."""


class ObjectMissing(ObjectFault):
    """The repository does not hold the object (shallow, partial or damaged)."""


class MalformedObject(ObjectFault):
    """A commit or tag outside the strict grammar (verdict `malformed_object`)."""


class MalformedSignature(ObjectFault):
    """Armor, packet, SSHSIG or CMS outside its grammar (verdict `malformed_signature`)."""


class UnsupportedSignature(ObjectFault):
    """A well-formed signature of a kind that no engine handles (verdict `unsupported_format`)."""


class PolicyFault(GitsigError):
    """The policy, or a key file that it names, is at fault."""


class EnvironmentFault(GitsigError):
    """The machine is at fault: a missing program, an unreadable repository, a full disk."""


class UsageFault(GitsigError):
    """The command line is at fault."""

    exit_code = 2
