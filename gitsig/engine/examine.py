"""One object: raw bytes, id, grammar, signature. Facts come out, whatever is wrong with it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import NamedTuple

from gitsig.errors import GitsigError, MalformedObject, MalformedSignature, UnsupportedSignature
from gitsig.keys.store import KeyStore
from gitsig.model import Evidence, ObjectFormat, Outcome, SignatureFormat, SignedObject
from gitsig.objects import hash_object, parse
from gitsig.signatures.armor import format_of
from gitsig.signatures.interface import SignatureEngine, Signed
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from gitsig.signatures.ssh import SSHEngine
from gitsig.signatures.x509 import X509Engine

__all__ = ["PENDING", "Examined", "Examiner", "Raw", "unread"]

PENDING = Evidence(Outcome.ERROR, detail="the signature was not examined")
"""Of a signature that was parsed and not examined yet; were it ever judged, it would refuse."""

_UNSIGNED = Evidence(Outcome.UNSIGNED)


class Examined(NamedTuple):
    """What is true of one object."""

    type: str
    obj: SignedObject | None
    """None where it could not be read, is outside the grammar, or is neither commit nor tag."""
    evidence: Evidence


Raw = tuple[str, str, bytes]
"""An object as the store gives it: id, type, raw bytes."""


class Examiner:
    """Examines objects with the keys of one policy."""

    def __init__(
        self, object_format: ObjectFormat, keys: KeyStore, *, engine: str = "auto", cross_check: bool = False
    ) -> None:
        """`engine` is `auto` or `gnupg`; see `OpenPGPEngine`."""
        self._format = object_format
        self._keys = keys
        self._engines: dict[SignatureFormat, SignatureEngine] = {
            SignatureFormat.OPENPGP: OpenPGPEngine(keys.openpgp, gnupg_only=engine == "gnupg", cross_check=cross_check),
            SignatureFormat.SSH: SSHEngine(keys.ssh),
            SignatureFormat.X509: X509Engine(),
        }

    def examine_all(self, raws: Sequence[Raw]) -> list[Examined]:
        """What is true of each object, in their order; never raises for what is wrong with one."""
        opened = [self.open(*each) for each in raws]
        signed = [_signed(each.obj) for each in opened if each.evidence is PENDING and each.obj is not None]
        found = iter(self.signatures(signed))
        return [each if each.evidence is not PENDING else each._replace(evidence=next(found)) for each in opened]

    def prepare(self) -> None:
        """Have the key store built here, before processes are forked that would each build one of their own."""
        with contextlib.suppress(GitsigError):  # told again, as evidence, of every signature that needs it
            self._keys.openpgp.lookup(None, None)

    def open(self, oid: str, kind: str, raw: bytes) -> Examined:
        """Compare an object with its id and parse it. What is signed has `PENDING` evidence until it is examined."""
        if hash_object(kind, raw, self._format) != oid:
            return Examined(kind, None, Evidence(Outcome.ERROR, detail="the object's bytes do not hash to its id"))
        if kind not in ("commit", "tag"):
            return Examined(kind, None, Evidence(Outcome.UNSIGNED, detail=f"a {kind} carries no signature"))
        try:
            obj = parse(kind, raw, oid, self._format)
        except MalformedObject as fault:
            return Examined(kind, None, Evidence(Outcome.MALFORMED_OBJECT, detail=fault.what))
        if obj.signature is not None:
            return Examined(kind, obj, PENDING)
        if obj.foreign_signature:
            return Examined(kind, obj, Evidence(Outcome.UNSIGNED, detail="signed for the other object format only"))
        return Examined(kind, obj, _UNSIGNED)

    def signatures(self, signed: Sequence[Signed]) -> list[Evidence]:
        """What is true of armored signatures, of whichever format each is, in their order."""
        found: list[Evidence] = [PENDING] * len(signed)
        places: dict[SignatureFormat, list[int]] = {}
        for place, each in enumerate(signed):
            try:
                places.setdefault(format_of(each.armored), []).append(place)
            except MalformedSignature as fault:
                found[place] = Evidence(Outcome.MALFORMED, SignatureFormat.UNKNOWN, detail=fault.what)
            except UnsupportedSignature as fault:
                found[place] = Evidence(Outcome.UNSUPPORTED, SignatureFormat.UNKNOWN, detail=fault.what)
        for kind, where in places.items():
            made = self._engines[kind].examine_all([signed[place] for place in where])
            for place, evidence in zip(where, made, strict=True):
                found[place] = evidence
        return found


def _signed(obj: SignedObject) -> Signed:
    claimed_at = obj.committer.time if obj.committer is not None else None
    return Signed(obj.payload, obj.signature or b"", claimed_at)


def unread(fault: GitsigError) -> Examined:
    """What is true of an object that the store could not give."""
    if isinstance(fault, MalformedObject):
        return Examined("commit", None, Evidence(Outcome.MALFORMED_OBJECT, detail=fault.what))
    words = f"{fault.what}; {fault.mend}" if fault.mend else fault.what
    return Examined("commit", None, Evidence(Outcome.ERROR, detail=words))
