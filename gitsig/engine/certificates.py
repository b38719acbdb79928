"""Who signed a push certificate, and whether he is one of the policy's signers."""

from __future__ import annotations

from gitsig.engine.verifier import Verifier
from gitsig.model import ObjectType, Reason, SignedObject, Verdict
from gitsig.objects.pushcert import PushCertificate
from gitsig.policy import Identity, Question, judge

__all__ = ["judge_certificate"]


def judge_certificate(verifier: Verifier, oid: str, certificate: PushCertificate) -> Verdict:
    """Judge the certificate that the blob `oid` holds, as a new object; keys, times and strength count as for a tag.

    Names are left out: git writes a key or an identity into a certificate, as it pleases. Under governance each policy
    must accept it that is in force where the pushed refs are; raises ObjectFault, PolicyFault where one cannot be read.
    """
    if verifier.governed is None:
        return _judge(verifier, oid, certificate)
    verdict = Verdict(oid, "tag", False, Reason.RULE_VIOLATION, new=True, detail="no policy is in force for it")
    for each in verifier.governed.pushes.judges(certificate.updates):
        verdict = _judge(each, oid, certificate)
        if not verdict.accepted:
            break
    return verdict


def _judge(verifier: Verifier, oid: str, certificate: PushCertificate) -> Verdict:
    loaded = verifier.loaded
    policy = loaded.policy._replace(defaults=loaded.policy.defaults._replace(identity=Identity.OFF))
    evidence = verifier.examine_signature(certificate.payload, certificate.signature, certificate.time)
    document = SignedObject(
        oid, ObjectType.TAG, verifier.store.object_format, certificate.payload, certificate.signature
    )
    question = Question(
        oid, "tag", document, evidence, loaded.keys.facts(evidence), loaded.keys.owner(evidence), new=True
    )
    return judge(policy, question, verifier.now)
