"""The governance root: the commit that is trusted because whoever runs gitsig names it, and names its signer."""

from __future__ import annotations

from gitsig.engine.governance.bench import Bench, Seat
from gitsig.engine.governance.laws import RootProof
from gitsig.engine.governance.rows import NOTHING, UNREADABLE, LawRows
from gitsig.engine.jobs import Job
from gitsig.errors import ObjectMissing, PolicyFault
from gitsig.model import Outcome, Reason, Verdict
from gitsig.policy import Governance, Policy, Require, examine_checks, judge
from gitsig.store.interface import Store

__all__ = ["Founding", "check_anchor"]


def check_anchor(store: Store, policy: Policy, proof: RootProof) -> str:
    """The full id of the governance root, which is there and a commit.

    Raises PolicyFault for an anchor that names none, or one that is not here, or says what cannot hold together with
    governance; ObjectFault where that cannot be told.
    """
    governance = policy.governance
    if governance is None or governance.root is None:
        raise PolicyFault("[governance] names no root", where=policy.source, mend='write root = "<full id>"')
    if governance.root_signer is None and proof != "named":
        mend = 'write root-signer = "<full fingerprint>"'
        raise PolicyFault("[governance] names no signer of its root", where=policy.source, mend=mend)
    if policy.defaults.require is not Require.EVERY_COMMIT:
        what = f"governance judges every commit, and [defaults] say {policy.defaults.require}: a gap would break it"
        raise PolicyFault(what, where=policy.source, mend='write require = "every-commit"')
    if policy.trusted_roots or policy.seals is not None:
        what = "[history] and the root of [governance] are two answers to where judging begins"
        mend = "take trusted-roots and seals out: what is behind the governance root is not judged"
        raise PolicyFault(what, where=policy.source, mend=mend)
    try:
        found = store.resolve(governance.root)
    except ObjectMissing as error:
        what = f"the governance root {governance.root} is not in the repository"
        raise PolicyFault(what, where=policy.source, mend="fetch it, or name a commit that is here") from error
    if found.oid != governance.root or found.type != "commit":
        what = f"the governance root {governance.root} is a {found.type}"
        raise PolicyFault(what, where=policy.source, mend="name the full id of a commit")
    return found.oid


class Founding:
    """Judges the root commit, which has no law before it: by its own, and by the signer that was named."""

    def __init__(self, rows: LawRows, bench: Bench, governance: Governance, oid: str, proof: RootProof) -> None:
        self._rows, self._bench, self._governance, self._proof = rows, bench, governance, proof
        self.oid = oid
        self.row = rows.number(oid)
        self._kept: dict[bool, Verdict] = {}

    def verdict(self, *, new: bool) -> Verdict:
        """What is to be said of the root. Raises PolicyFault, EnvironmentFault where its law cannot be read."""
        if new not in self._kept:
            self._kept[new] = self._judge(new=new)
        return self._kept[new]

    def _judge(self, *, new: bool) -> Verdict:
        own = self._rows.own(self.row)
        if own == UNREADABLE:
            raise self._rows.fault(self.row)
        if own == NOTHING:
            words = "the governance root holds no policy; name a commit that does"
            return Verdict(self.oid, "commit", False, Reason.RULE_VIOLATION, new=new, detail=words)
        seat = self._bench.seat(own)
        if self._proof == "named":
            words = "the governance root, trusted because it was named"
            return Verdict(self.oid, "commit", True, Reason.GOOD, new=new, detail=words)
        return self._signed(seat, new=new)

    def _signed(self, seat: Seat, *, new: bool) -> Verdict:
        verifier = seat.verifier
        policy, now = verifier.loaded.policy, verifier.now
        question = verifier.question(Job(self.oid, "commit"), new)[1]
        verdict = judge(policy, question, now)
        checks = list(examine_checks(policy, question, now))
        if self._proof == "key" and question.evidence.outcome is Outcome.VERIFIED:
            # Whoever introduced the repository need not be among those who may go on with it.
            checks = [check for check in checks if check.reason is not Reason.UNKNOWN_KEY]
        failed = next((check for check in checks if check.passed is False), None)
        if failed is not None:
            detail = f"{failed.words} (the governance root, by its own policy)"
            return verdict._replace(accepted=False, reason=failed.reason, exception=None, detail=detail)
        if question.evidence.outcome is not Outcome.VERIFIED:
            return verdict._replace(accepted=False, reason=Reason.VERIFIER_ERROR, exception=None)
        wanted = _plain(self._governance.root_signer or "")
        # Who names the very key means it: another key of its certificate would be somebody else's word.
        names = [verdict.key_fingerprint, *([verdict.fingerprint] if self._proof == "law" else ())]
        if not wanted or wanted not in [_plain(name or "") for name in names]:
            words = f"the governance root is signed by {verdict.key_fingerprint}, not by its named signer {wanted}"
            return verdict._replace(accepted=False, reason=Reason.RULE_VIOLATION, detail=words)
        return verdict._replace(accepted=True, reason=Reason.GOOD, exception=None, detail="")


def _plain(fingerprint: str) -> str:
    """OpenPGP fingerprints are written in groups and either case; SSH's are exact."""
    return fingerprint if fingerprint.startswith("SHA256:") else "".join(fingerprint.split()).upper()
