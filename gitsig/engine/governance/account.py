"""How the verdict on a governed commit came about: which laws were asked, what each said, and who may change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitsig.engine.governance.court import Court, Hearing, Opinion
from gitsig.engine.governance.rows import NOTHING
from gitsig.errors import GitsigError
from gitsig.model import Explanation, RunInfo, Step

__all__ = ["account"]

_TOPIC = "governance"


def account(court: Court, oid: str, info: RunInfo, *, new: bool) -> Explanation:
    """All steps from the commit to the verdict: those of the law that decided, then what governance adds."""
    realm = court.realm
    row = realm.rows.number(oid)
    hearing = court.hear(row, new=new)
    verdict = hearing.verdict
    steps: list[Step] = []
    details: Mapping[str, object] = {}
    law = _decisive(court, row, hearing)
    if law > NOTHING:
        told = realm.bench.seat(law).verifier.explain_job(court.opinions.job(law, oid), info, new=new)
        steps += told.steps[:-1]
        details = told.details
    steps += _hearing(court, row, hearing)
    words = f"{verdict.reason}, {'accepted' if verdict.accepted else 'refused'}"
    words += f" by a written exception: {verdict.exception}" if verdict.exception is not None else ""
    return Explanation(info, verdict, (*steps, Step("verdict", verdict.accepted, words)), details)


def _decisive(court: Court, row: int, hearing: Hearing) -> int:
    """The law whose steps are told: the first that refuses, or that accepts; the root's own."""
    if row == court.realm.founding.row:
        return court.realm.rows.own(row)
    refusing = (each.law for each in hearing.opinions if not each.verdict.accepted)
    return next(refusing, hearing.opinions[0].law if hearing.opinions else NOTHING)


def _hearing(court: Court, row: int, hearing: Hearing) -> Iterator[Step]:
    verdict = hearing.verdict
    if row == court.realm.founding.row:
        words = "the governance root, judged by its own policy" if verdict.accepted else verdict.detail
        yield Step(_TOPIC, verdict.accepted, words)
        return
    for opinion in hearing.opinions:
        yield Step(_TOPIC, opinion.verdict.accepted, _opinion(court, opinion))
    for voice in hearing.changed:
        name = court.realm.rows.lineages.oid(voice.parent)[:12]
        words = f"changes the policy in force after its parent {name}; {_who_may(court, voice.law)}"
        yield Step(_TOPIC, None, words)
    if hearing.opinions and not hearing.changed and verdict.accepted:
        yield Step(_TOPIC, None, "leaves the policy as its parents have it")
    if not verdict.accepted and all(opinion.verdict.accepted for opinion in hearing.opinions):
        yield Step(_TOPIC, False, verdict.detail)


def _opinion(court: Court, opinion: Opinion) -> str:
    name = court.realm.rows.lineages.oid(opinion.parent)[:12]
    what = "accepts it" if opinion.verdict.accepted else f"refuses it, {opinion.verdict.reason}"
    who = f", signed by {opinion.verdict.signer}" if opinion.verdict.signer else ""
    return f"the policy in force after its parent {name} ({_source(court, opinion.law)}) {what}{who}"


def _source(court: Court, law: int) -> str:
    try:
        return court.realm.bench.seat(law).loaded.source
    except GitsigError:
        return court.realm.rows.where(law)[0][:12]


def _who_may(court: Court, law: int) -> str:
    governance = court.realm.bench.seat(law).loaded.policy.governance
    signers = sorted(governance.signers) if governance is not None else []
    return f"who may: {', '.join(signers) or 'nobody'}"
