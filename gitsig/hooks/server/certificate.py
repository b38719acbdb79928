"""The certificate of a signed push (`git push --signed`): nobody can replay it, or use it for another push (R15).

Git gives the certificate's blob and what it thinks of the nonce in the environment (githooks(5), pre-receive). What it
thinks of the signature is not asked: that is judged by the policy. `git config gitsig.requireCertificate true` refuses
pushes without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitsig.engine.certificates import judge_certificate
from gitsig.engine.verifier import Verifier
from gitsig.errors import GitsigError
from gitsig.hooks.server.settings import certificate_required
from gitsig.model import RefUpdate
from gitsig.objects.pushcert import PushCertificate, parse_push_certificate
from gitsig.store.interface import Store

__all__ = ["certificate_fault", "doorway_fault"]

_FRESH = ("OK", "SLOP")
"""SLOP: within `receive.certNonceSlop`, which the administrator allows for HTTP."""
_SIGN = "git push --signed"
_WRONG_DOORWAY = (
    "certificates are demanded here, and only the pre-receive hook is given them; the administrator installs that"
)


def certificate_fault(verifier: Verifier, updates: Sequence[RefUpdate], environ: Mapping[str, str]) -> str:
    """What is wrong with the push's certificate, in words; empty if nothing is, or there is none and none is demanded.

    Raises PolicyFault for a setting that is neither true nor false.
    """
    oid = environ.get("GIT_PUSH_CERT", "")
    if not oid:
        return f"this repository demands a signed push: {_SIGN}" if certificate_required(verifier.store) else ""
    try:
        kind, raw = verifier.store.read(oid)
        if kind != "blob":
            return f"the push certificate is a {kind}"
        certificate = parse_push_certificate(raw, verifier.store.object_format)
    except GitsigError as error:
        return f"the push certificate cannot be read: {error.what}"
    return _stale(certificate, environ) or _other_push(certificate, updates) or _signature(verifier, oid, certificate)


def doorway_fault(store: Store) -> str:
    """Why a doorway that never sees a certificate must refuse; empty where none is demanded."""
    return _WRONG_DOORWAY if certificate_required(store) else ""


def _stale(certificate: PushCertificate, environ: Mapping[str, str]) -> str:
    status = environ.get("GIT_PUSH_CERT_NONCE_STATUS", "")
    if status not in _FRESH:
        mend = "the administrator sets receive.certNonceSeed" if status in ("", "UNSOLICITED") else f"again: {_SIGN}"
        return f"the push certificate is not fresh (nonce {status or 'not asked for'}), it may be replayed; {mend}"
    asked = environ.get("GIT_PUSH_CERT_NONCE", "").encode("utf-8", "surrogateescape")
    if status == "OK" and certificate.nonce != asked:
        return "the push certificate holds another nonce than this server asked for"
    return ""


def _other_push(certificate: PushCertificate, updates: Sequence[RefUpdate]) -> str:
    if sorted(certificate.updates) == sorted(updates):
        return ""
    return f"the push certificate was made for another push; again: {_SIGN}"


def _signature(verifier: Verifier, oid: str, certificate: PushCertificate) -> str:
    verdict = judge_certificate(verifier, oid, certificate)
    return "" if verdict.accepted else f"the push certificate is refused, {verdict.reason}: {verdict.detail}"
