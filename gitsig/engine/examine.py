"""One object: raw bytes, id, grammar, signature. Facts come out, whatever is wrong with it."""

from __future__ import annotations

from typing import NamedTuple

from gitsig.errors import GitsigError, MalformedObject, MalformedSignature, UnsupportedSignature
from gitsig.keys.store import KeyStore
from gitsig.model import Evidence, Outcome, SignatureFormat, SignedObject
from gitsig.objects import hash_object, parse
from gitsig.signatures.armor import format_of
from gitsig.signatures.interface import SignatureEngine
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from gitsig.signatures.ssh import SSHEngine
from gitsig.signatures.x509 import X509Engine
from gitsig.store.interface import Store

__all__ = ["Examined", "Examiner"]

_UNSIGNED = Evidence(Outcome.UNSIGNED)


class Examined(NamedTuple):
    """What is true of one object."""

    type: str
    obj: SignedObject | None
    """None where it could not be read, is outside the grammar, or is neither commit nor tag."""
    evidence: Evidence


class Examiner:
    """Examines objects of one repository with the keys of one policy."""

    def __init__(self, store: Store, keys: KeyStore, *, engine: str = "auto", cross_check: bool = False) -> None:
        """`engine` is `auto` or `gnupg`; see `OpenPGPEngine`."""
        self._store = store
        self._format = store.object_format
        self._engines: dict[SignatureFormat, SignatureEngine] = {
            SignatureFormat.OPENPGP: OpenPGPEngine(keys.openpgp, gnupg_only=engine == "gnupg", cross_check=cross_check),
            SignatureFormat.SSH: SSHEngine(keys.ssh),
            SignatureFormat.X509: X509Engine(),
        }

    def examine(self, oid: str) -> Examined:
        """Read and examine the object `oid`; never raises for what is wrong with it."""
        try:
            kind, raw = self._store.read(oid)
        except MalformedObject as fault:
            return Examined("commit", None, Evidence(Outcome.MALFORMED_OBJECT, detail=fault.what))
        except GitsigError as fault:
            return Examined("commit", None, Evidence(Outcome.ERROR, detail=_words(fault)))
        if hash_object(kind, raw, self._format) != oid:
            return Examined(kind, None, Evidence(Outcome.ERROR, detail="the object's bytes do not hash to its id"))
        if kind not in ("commit", "tag"):
            return Examined(kind, None, Evidence(Outcome.UNSIGNED, detail=f"a {kind} carries no signature"))
        try:
            obj = parse(kind, raw, oid, self._format)
        except MalformedObject as fault:
            return Examined(kind, None, Evidence(Outcome.MALFORMED_OBJECT, detail=fault.what))
        return Examined(kind, obj, self._signature(obj))

    def _signature(self, obj: SignedObject) -> Evidence:
        if obj.signature is None:
            if obj.foreign_signature:
                return Evidence(Outcome.UNSIGNED, detail="signed for the other object format only")
            return _UNSIGNED
        return self.signature(obj.payload, obj.signature, obj.committer.time if obj.committer is not None else None)

    def signature(self, payload: bytes, signature: bytes, claimed_at: int | None) -> Evidence:
        """What is true of an armored signature, of whichever format it is; see `SignatureEngine.examine`."""
        try:
            kind = format_of(signature)
        except MalformedSignature as fault:
            return Evidence(Outcome.MALFORMED, SignatureFormat.UNKNOWN, detail=fault.what)
        except UnsupportedSignature as fault:
            return Evidence(Outcome.UNSUPPORTED, SignatureFormat.UNKNOWN, detail=fault.what)
        return self._engines[kind].examine(payload, signature, claimed_at)


def _words(fault: GitsigError) -> str:
    return f"{fault.what}; {fault.mend}" if fault.mend else fault.what
