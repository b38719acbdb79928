"""What rules demand of an object beyond its signature: who may change what, two persons, thresholds, clean merges.

One function a demand, each total. `unfit` is the first to be asked: a fact that a rule needs and nobody gave refuses,
and is never taken for "nothing was changed". The others say nothing where a fact is missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from gitsig.model import SignedObject
from gitsig.policy.demands import Demands, answers_for_more, demands, kind_of, traits
from gitsig.policy.fido import fido_unmet
from gitsig.policy.paths import outside, touched
from gitsig.policy.question import NOT_ASKED, Case, Question, Surroundings
from gitsig.policy.types import FidoDemand, ObjectKind, Require, Rule, Signer

__all__ = ["barred", "beyond_its_kind", "broken", "listed", "matching", "missing", "speaks", "strayed", "unfit"]

_TAG = ObjectKind.TAG
_MERGE = ObjectKind.MERGE
_EVERY_COMMIT = Require.EVERY_COMMIT
_ANY_FIDO = FidoDemand.ANY
_SHOWN = 3
_LONGEST = 80
"""Characters of a path or name in a message."""
_OID_SHOWN = 12
_TWO = 2
_PLAIN = re.compile(r"[\w./+@~#=%…-]+")
_NOT_KNOWN = {
    "changed": "nothing says which paths it changes itself",
    "brought": "nothing says which paths it brings to the ref",
    "arrival": "nothing says how it came to the ref, and a rule wants two persons",
    "cosigners": "nothing says who else signed the release, and a rule wants several",
    "tree_sha512": "nothing says whether its Tree-SHA512 is right, and a rule wants it",
}


def unfit(case: Case) -> str:
    """What a rule or the signer's paths ask for and could not, or was not, found out, in words."""
    question, signer = case.question, case.signer
    around, rules = question.surroundings, question.rules
    confined = signer is not None and signer.paths
    if not rules and not confined and around is NOT_ASKED:
        return ""
    if around.fault:
        return around.fault
    if question.obj is None or not (confined or traits(rules).asking):
        return ""
    obj, require = question.obj, case.policy.defaults.require
    return missing(demands(rules, signer, kind_of(obj), oid=obj.oid, require=require), around)


def missing(asked: Demands, around: Surroundings) -> str:
    """The first fact that is asked for and not there, in words."""
    unknown = (field for field in _NOT_KNOWN if getattr(asked, field) and getattr(around, field) is None)
    return next((_NOT_KNOWN[field] for field in unknown), "")


def speaks(rule: Rule, obj: SignedObject, around: Surroundings) -> bool | None:
    """Whether the rule, whose scope holds `obj`, speaks of it; None where nothing says which paths it changes."""
    if beyond_its_kind(rule, kind_of(obj)) or obj.oid in rule.exempt:
        return False
    if not rule.paths:
        return True
    paths = _answered_for(rule, around)
    return None if paths is None else any(True for _ in touched(rule.paths, paths))


def beyond_its_kind(rule: Rule, kind: ObjectKind) -> bool:
    """Whether the rule never speaks of objects of this kind: a tag changes no path."""
    return bool(rule.kinds and kind not in rule.kinds) or bool(rule.paths and kind is _TAG)


def matching(rule: Rule, around: Surroundings) -> list[str]:
    """The paths for which the rule speaks, for people; none where it speaks whatever is changed."""
    return _shown(sorted(set(touched(rule.paths, _answered_for(rule, around) or ()))))


def barred(rule: Rule, question: Question, signer: Signer) -> str:
    """`signer` is not among those of the rule: why that refuses, or nothing where the rule does not speak."""
    obj, around = question.obj, question.surroundings
    limited = rule.paths or rule.kinds or rule.exempt
    if limited and (obj is None or not speaks(rule, obj, around)):
        return ""
    refused = f"{signer.name} is not among the signers of rule {rule.number} ({', '.join(rule.refs)})"
    if not rule.paths:
        return refused
    may = listed(sorted(rule.signers or ())) or "nobody"
    return f"{refused}, which speaks of {listed(matching(rule, around))}; {may} may change that"


def strayed(question: Question, signer: Signer, require: Require) -> str:
    """What the signer's commit changes beyond the paths that he is confined to. Tags change nothing.

    `require` is that of `[defaults]`: a merge that brings what nobody else looks at answers for that as well.
    """
    if question.obj is None or kind_of(question.obj) is _TAG:
        return ""
    around, more = question.surroundings, answers_for_more(kind_of(question.obj), require)
    paths = sorted({*(around.changed or ()), *(around.brought or ())}) if more else around.changed or ()
    found = _shown(outside(signer.paths, paths))
    if not found:
        return ""
    does = "brings" if more else "changes"
    return f"{signer.name} may change only {listed(signer.paths)}, and this {does} {listed(found)}"


def broken(rule: Rule, question: Question, signer: Signer | None, signers: Mapping[str, Signer]) -> str:
    """What the rule demands and the object does not keep. `signers` are the policy's."""
    obj, around = question.obj, question.surroundings
    if obj is None or not speaks(rule, obj, around):
        return ""
    unmet = fido_unmet(rule.fido, question.evidence) if rule.fido is not _ANY_FIDO else ""
    if unmet:
        return f"rule {rule.number} demands {unmet}"
    if kind_of(obj) is _TAG:
        return _too_few(rule, obj, around.cosigners, signer, signers) if rule.threshold > 1 else ""
    return (
        (_lone(rule, obj, around, signer) if rule.two_person else "")
        or (_altered(rule, obj, around) if rule.clean_merges else "")
        or (_octopus(rule, obj) if rule.no_octopus else "")
        or (_unhashed(rule, around) if rule.tree_sha512 else "")
    )


def _lone(rule: Rule, obj: SignedObject, around: Surroundings, signer: Signer | None) -> str:
    """A merge that adds changes of its own brings them to the ref by one person, as a commit on the line does.

    One that adds none needs no second person wherever it stands: what it merges answers for itself.
    """
    arrival, merging = around.arrival, kind_of(obj) is _MERGE
    if arrival is None:
        return ""
    wants = f"rule {rule.number} wants two persons"
    if arrival.merge is None and not merging:
        return f"{wants}, and this came without a merge by somebody else"
    if merging and _clean(rule, around):
        return ""
    if arrival.merge is None:
        return f"{wants}, and this merge changes {listed(_shown(around.changed or ()))} by itself; {_APART}"
    merge = arrival.merge[:_OID_SHOWN]
    if arrival.signer is None:
        return f"{wants}, and nobody known signed the merge {merge} that brought this"
    if signer is not None and arrival.signer == signer.name:
        return f"{wants}, and {signer.name} signed the merge {merge} that brought this as well"
    return ""


_APART = "merge the branch into the topic first, so that the resolution is a commit that somebody else merges"


def _clean(rule: Rule, around: Surroundings) -> bool:
    """Whether a merge changes nothing by itself.

    Where the rule speaks of paths, what git gives is no excuse: it follows renames, and so takes to a guarded path what
    anybody wrote at another one.
    """
    return not around.changed or (around.remade and not rule.paths)


def _altered(rule: Rule, obj: SignedObject, around: Surroundings) -> str:
    if kind_of(obj) is not _MERGE or _clean(rule, around):
        return ""
    own = listed(_shown(around.changed or ()))
    return f"rule {rule.number} wants clean merges, and this one changes {own} beyond what its parents give"


def _octopus(rule: Rule, obj: SignedObject) -> str:
    if len(obj.parents) <= _TWO:
        return ""
    return f"rule {rule.number} wants merges of two parents, and this one has {len(obj.parents)}"


def _unhashed(rule: Rule, around: Surroundings) -> str:
    if around.tree_sha512 is not False:
        return ""
    return f"rule {rule.number} wants the Tree-SHA512 of the files at the end of the message, and it is not there"


def _too_few(
    rule: Rule,
    obj: SignedObject,
    cosigners: frozenset[str] | None,
    signer: Signer | None,
    signers: Mapping[str, Signer],
) -> str:
    """Names are counted, not keys: one person's two keys are one signer."""
    if cosigners is None:
        return ""
    counting = signers.keys() if rule.signers is None else rule.signers & signers.keys()
    own = frozenset[str]() if signer is None else {signer.name}
    signed = (cosigners | own) & counting
    if len(signed) >= rule.threshold:
        return ""
    others = sorted(name for name in counting - signed if not signers[name].only or _TAG in signers[name].only)
    return (
        f"rule {rule.number} wants {rule.threshold} signers, and {_text(obj.tag_name or b'this tag')} has {len(signed)}"
        f" ({listed(sorted(signed)) or 'none that counts'}); still needed: {rule.threshold - len(signed)} of "
        f"{listed(others) or 'nobody, for no other signer may sign tags there'}"
    )


def _answered_for(rule: Rule, around: Surroundings) -> tuple[bytes, ...] | None:
    """Paths that decide whether the rule speaks: where it looks at less than every commit, of all that is brought."""
    if rule.require is _EVERY_COMMIT:
        return around.changed
    if around.changed is None or around.brought is None:
        return None
    return around.changed + around.brought


def listed(words: Collection[str]) -> str:
    """The first few, and how many more there are."""
    first = ", ".join(list(words)[:_SHOWN])
    return f"{first} and {len(words) - _SHOWN} more" if len(words) > _SHOWN else first


def _shown(paths: Iterable[bytes]) -> list[str]:
    return [_text(path) for path in paths]


def _text(name: bytes) -> str:
    """A name that could pass for words of the message stands in quotes."""
    text = name.decode("utf-8", "replace")
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return text if _PLAIN.fullmatch(text) else repr(text)
