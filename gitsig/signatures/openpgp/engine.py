"""OpenPGP signatures: GnuPG vouches for each signing key once, the arithmetic of all further ones is done here.

A key that GnuPG has not vouched for is never accepted, and so GnuPG checks the binding, the back-signature and the
flags of every subkey. What the strict reader does not fully understand goes to GnuPG, one signature at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitsig.errors import EnvironmentFault, GitsigError, MalformedSignature, ObjectFault, UnsupportedSignature
from gitsig.keys.openpgp.keyring import OpenPGPKeys
from gitsig.keys.openpgp.signingkey import SigningKey
from gitsig.model import Evidence, Outcome, SignatureFormat
from gitsig.signatures.armor import dearmor_openpgp
from gitsig.signatures.interface import Signed
from gitsig.signatures.openpgp.arithmetic import Beyond, check
from gitsig.signatures.openpgp.gnupg import addressed, ask
from gitsig.signatures.openpgp.packet import DIGESTS, SignaturePacket, read_signature
from gitsig.signatures.openpgp.status import Status

__all__ = ["OpenPGPEngine"]

_STRONG = frozenset({"sha256", "sha384", "sha512"})
"""Digests for whose sake GnuPG refuses nothing: its refusal is about the key."""
_REFUSALS = 3
"""So often GnuPG is asked about a key that it does not vouch for; more would let a pusher start processes at will."""

_MISMATCH = "the signature does not match the object"

_FAILURES = 3
"""So often gpg may fail to answer in one run."""

# until Python 3.12 an enum member costs ten times the look-up of a global
_VERIFIED = Outcome.VERIFIED
_OPENPGP = SignatureFormat.OPENPGP

_NO_KEY, _ALGORITHMS = 9, (4, 5)
"""Codes of GnuPG's ERRSIG."""


class OpenPGPEngine:
    """Examines OpenPGP signatures; see `gitsig.signatures.interface`."""

    def __init__(self, keys: OpenPGPKeys, *, gnupg_only: bool = False, cross_check: bool = False) -> None:
        """`gnupg_only` sends every signature to GnuPG; `cross_check` asks both and holds them against each other."""
        self._keys = keys
        self._gnupg_only = gnupg_only
        self._cross_check = cross_check
        self._failures: list[EnvironmentFault] = []

    def examine(self, payload: bytes, armored: bytes, claimed_at: int | None) -> Evidence:
        """`examine_all` for one signature."""
        return self.examine_all([Signed(payload, armored, claimed_at)])[0]

    def examine_all(self, signed: Sequence[Signed]) -> list[Evidence]:
        """Say what is true of OpenPGP signatures; never raises for what is wrong with one."""
        # All are read before the first is verified: code and data of one stage stay in the processor's caches.
        cases = [_read(each) for each in signed]
        return [each if isinstance(each, Evidence) else self._verified(each) for each in cases]

    def _verified(self, case: _Case) -> Evidence:
        try:
            return self._examine(case)
        except (MalformedSignature, UnsupportedSignature) as fault:
            return _not_read(fault)

    def _examine(self, case: _Case) -> Evidence:
        packet = case.packet
        try:
            candidates = self._keys.lookup(packet.issuer_fingerprint, packet.issuer_key_id)
            return self._by_engines(case, candidates) if candidates else _unknown(packet, case.notes)
        except ObjectFault:
            raise
        except GitsigError as fault:
            return _failed(packet, fault.diagnostics())

    def _by_engines(self, case: _Case, candidates: Sequence[SigningKey]) -> Evidence:
        if self._gnupg_only or case.packet.beyond:
            return self._by_gnupg(case, candidates)
        try:
            evidence = self._in_process(case, candidates)
        except Beyond as beyond:
            return self._by_gnupg(case, candidates, str(beyond))
        if self._cross_check and evidence.vouched:
            return self._compare(evidence, self._by_gnupg(case, candidates))
        return evidence

    def _in_process(self, case: _Case, candidates: Sequence[SigningKey]) -> Evidence:
        """Arithmetic for each key that may be meant; where certificates share a key, the vouched one counts."""
        right = [key for key in candidates if check(case.packet, key, case.payload)]
        if not right:
            return case.evidence(candidates[0], Outcome.BAD, detail=_MISMATCH)
        refusal = ""
        for key in right:
            refusal = self._vouch(key, case)
            if not refusal:
                return case.evidence(key, _VERIFIED)
        return case.evidence(right[-1], _VERIFIED, vouched=False, detail=refusal)

    def _vouch(self, key: SigningKey, case: _Case) -> str:
        """Empty if GnuPG vouches for `key`, else why not. The arithmetic has said good before this is called."""
        if key.vouched:
            return ""
        if no_signer := _no_signer(key):
            return no_signer
        refusals = key.refusals[case.packet.digest in _STRONG]
        if len(refusals) >= _REFUSALS:
            return refusals[-1]
        status = self._ask(key, case)
        if status.valid and (status.primary, status.fingerprint) == (key.facts.primary, key.facts.fingerprint):
            self._keys.remember_vouching(key)
            return ""
        if status.result == "BADSIG" or status.valid:
            raise GitsigError("the engines disagree: the arithmetic says good, GnuPG does not")
        refusal = f"GnuPG does not vouch for the key ({_said(status)})"
        refusals.append(refusal)
        return refusal

    def _ask(self, key: SigningKey, case: _Case) -> Status:
        """GnuPG's answer. A gpg that fails or hangs again and again is not started any more: each time costs 30 s."""
        if len(self._failures) >= _FAILURES:
            raise self._failures[-1]
        try:
            return ask(self._keys.program, self._keys.home(key), case.payload, case.named(key))
        except EnvironmentFault as fault:
            self._failures.append(fault)
            raise

    def _by_gnupg(self, case: _Case, candidates: Sequence[SigningKey], why: str = "") -> Evidence:
        """GnuPG's answer, from each ring that holds a key that may be meant; the first that vouches counts."""
        status, refused = Status("NODATA"), None
        for key in _one_per_ring(candidates):
            status = self._ask(key, case)
            if status.valid:
                refused = self._valid(case, candidates, status)
                if refused.vouched:
                    return refused
        if refused is not None:
            return refused
        if status.result == "BADSIG":
            return case.evidence(candidates[0], Outcome.BAD, detail=_MISMATCH)
        return self._not_judged(case, candidates, status, why or case.packet.beyond)

    def _valid(self, case: _Case, candidates: Sequence[SigningKey], status: Status) -> Evidence:
        names = (status.primary, status.fingerprint)
        key = next((each for each in candidates if (each.facts.primary, each.facts.fingerprint) == names), None)
        if key is None:
            raise GitsigError("GnuPG names another key than those that the signature may mean")
        said = (status.created, status.expires_at, DIGESTS.get(status.digest or 0), status.sig_class)
        read = (case.packet.created, case.packet.expires_at, case.packet.digest, "00")
        if said != read:
            raise GitsigError(f"the engines disagree about the signature's facts: GnuPG {said}, gitsig {read}")
        # GnuPG refuses such keys itself; were it to change its mind, the packets of the certificate still say no (K4).
        no_signer = _no_signer(key)
        return case.evidence(key, _VERIFIED, vouched=not no_signer, detail=no_signer)

    def _not_judged(self, case: _Case, candidates: Sequence[SigningKey], status: Status, why: str) -> Evidence:
        """GnuPG has not come to the arithmetic: for the key's sake, or for lack of the algorithm."""
        if status.result == "NODATA":
            return Evidence(Outcome.MALFORMED, _OPENPGP, detail="GnuPG finds no signature in it")
        said = f"GnuPG does not vouch for the key ({_said(status)})"
        checked = [(key, _checked(case, key)) for key in candidates]
        for key, right in checked:
            no_signer = _no_signer(key)
            if right or (right is None and no_signer):
                return case.evidence(key, _VERIFIED, vouched=False, detail=no_signer or said)
        if all(right is False for _, right in checked):
            return case.evidence(candidates[0], Outcome.BAD, detail=_MISMATCH)
        outcome = Outcome.UNSUPPORTED if status.error in _ALGORITHMS else Outcome.ERROR
        detail = f"{why}, and GnuPG does not judge it ({_said(status)})" if why else f"GnuPG: {_said(status)}"
        return case.evidence(candidates[0], outcome, detail=detail)

    def _compare(self, ours: Evidence, theirs: Evidence) -> Evidence:
        """Both engines must tell the same facts; which words they use does not matter."""
        if _facts(ours) == _facts(theirs):
            return ours
        if ours.digest not in _STRONG and _facts(ours)[:-1] == _facts(theirs)[:-1]:
            return theirs  # GnuPG refuses the digest (MD5), not the facts
        raise GitsigError(
            f"the engines disagree: in process {ours.outcome} {ours.key_fingerprint}, GnuPG {theirs.outcome} "
            f"{theirs.key_fingerprint} {theirs.detail}".rstrip()
        )


class _Case:
    """One signature on its way through the engine."""

    __slots__ = ("data", "notes", "packet", "payload")

    def __init__(self, packet: SignaturePacket, data: bytes, payload: bytes, notes: tuple[str, ...]) -> None:
        self.packet = packet
        self.data = data
        self.payload = payload
        self.notes = notes

    def named(self, key: SigningKey) -> bytes:
        """The packet as GnuPG is given it: with the key id of `key`, where it has none."""
        if self.packet.issuer_key_id is not None or self.packet.beyond:
            return self.data
        return addressed(self.data, key.facts.fingerprint[-16:])

    def evidence(self, key: SigningKey, outcome: Outcome, *, vouched: bool = True, detail: str = "") -> Evidence:
        """What is known of the signature, made by `key` (or said to be, where `outcome` is not VERIFIED)."""
        packet = self.packet
        fingerprint = key.facts.fingerprint
        return Evidence(
            outcome,
            _OPENPGP,
            key.facts.primary,
            fingerprint,
            fingerprint[-16:],  # not what the packet names, for that need not be signed
            packet.created,
            False,
            packet.expires_at,
            packet.digest,
            vouched,
            None,
            self.notes,
            detail,
        )


def _no_signer(key: SigningKey) -> str:
    """Why the key may sign nothing, whatever GnuPG says of a signature; empty if it may."""
    return key.facts.unbound or ("" if key.facts.can_sign else "the key has no signing capability")


def _checked(case: _Case, key: SigningKey) -> bool | None:
    """What the arithmetic here says; None where it cannot say."""
    if case.packet.beyond:
        return None
    try:
        return check(case.packet, key, case.payload)
    except Beyond:
        return None


def _read(signed: Signed) -> _Case | Evidence:
    try:
        data, notes = dearmor_openpgp(signed.armored)
        return _Case(read_signature(data), data, signed.payload, notes)
    except (MalformedSignature, UnsupportedSignature) as fault:
        return _not_read(fault)


def _not_read(fault: MalformedSignature | UnsupportedSignature) -> Evidence:
    outcome = Outcome.MALFORMED if isinstance(fault, MalformedSignature) else Outcome.UNSUPPORTED
    return Evidence(outcome, _OPENPGP, detail=fault.what)


def _unknown(packet: SignaturePacket, notes: tuple[str, ...]) -> Evidence:
    claims = packet.issuer_fingerprint or packet.issuer_key_id
    return Evidence(
        Outcome.UNKNOWN_KEY,
        _OPENPGP,
        key_fingerprint=packet.issuer_fingerprint,
        key_id=packet.issuer_key_id,
        signed_at=packet.created,
        expires_at=packet.expires_at,
        digest=packet.digest,
        notes=notes,
        detail=f"made by {claims}, as it says" if claims else "it names no key",
    )


def _failed(packet: SignaturePacket, detail: str) -> Evidence:
    return Evidence(
        Outcome.ERROR,
        _OPENPGP,
        key_id=packet.issuer_key_id,
        signed_at=packet.created,
        digest=packet.digest,
        detail=detail,
    )


def _facts(evidence: Evidence) -> tuple[object, ...]:
    return (
        evidence.outcome,
        evidence.fingerprint,
        evidence.key_fingerprint,
        evidence.signed_at,
        evidence.expires_at,
        evidence.digest,
        evidence.vouched,
    )


def _one_per_ring(keys: Sequence[SigningKey]) -> list[SigningKey]:
    return list({key.ring: key for key in reversed(keys)}.values())[::-1]


def _said(status: Status) -> str:
    if status.result != "ERRSIG":
        return status.result
    return "it finds no usable key" if status.error == _NO_KEY else f"ERRSIG, code {status.error}"
