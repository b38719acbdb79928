"""Rules on paths, two persons, thresholds and merges: what each refuses, in which words, and where it is silent."""

from __future__ import annotations

from typing import Any

import pytest

from gitsig.model import Fido, Outcome, Reason, SignatureFormat
from gitsig.policy import Arrival, FidoDemand, ObjectKind, Require, Rule, Signer, Surroundings
from gitsig.policy.question import NOT_ASKED
from tests.policy.conftest import Scene

REFS = ("refs/heads/*",)
GOOD, BARRED, BROKEN, UNKNOWN = Reason.GOOD, Reason.KEY_NOT_ALLOWED, Reason.RULE_VIOLATION, Reason.VERIFIER_ERROR
MERGE = {"obj": {"parents": ("c3" * 20, "e5" * 20)}}
BOB = frozenset({"bob"})
ADA = frozenset({"ada"})
EVERYBODY = {name: Signer(name) for name in ("ada", "bob", "carol", "dan", "eve")}
BOT = {"robot": Signer("robot", only=frozenset({ObjectKind.COMMIT}))}


def rule(**fields: Any) -> Rule:
    return Rule(2, REFS, **fields)


def around(**facts: Any) -> Surroundings:
    return Surroundings(**facts)


def changed(*paths: bytes) -> Surroundings:
    return Surroundings(changed=paths)


def judged(scene: Scene, *rules: Rule, **changes: Any) -> tuple[Reason, str]:
    signers = {**EVERYBODY, **BOT, **scene.policy.signers}
    verdict = scene.having(policy={"signers": signers}, rules=rules, **changes).judge()
    assert verdict.accepted is (verdict.reason is GOOD)
    return verdict.reason, verdict.detail


CI = rule(paths=("ci/**",), signers=BOB)
LINE = CI._replace(require=Require.FIRST_PARENT)


@pytest.mark.parametrize(
    ("rules", "facts", "reason", "words"),
    [
        (CI, changed(b"src/x"), GOOD, ""),
        (CI, changed(), GOOD, ""),
        (CI, changed(b"ci/x"), BARRED, "not among the signers of rule 2 (refs/heads/*), which speaks of ci/x; bob may"),
        (CI, changed(b"CI/x", b"src/x"), BARRED, "which speaks of CI/x; bob"),
        (CI, changed(b"ci"), BARRED, "which speaks of ci; bob"),
        (CI, changed(*(b"ci/%d" % at for at in range(9))), BARRED, "ci/0, ci/1, ci/2 and 6 more; bob"),
        (CI, changed(b"ci/a, b; eve may"), BARRED, "speaks of 'ci/a, b; eve may'; bob may change that"),
        (CI, changed(b"ci/\xff"), BARRED, "ci/"),
        (CI, changed(b"ci/" + b"x" * 500), BARRED, "x\u2026; bob"),
        (CI._replace(signers=frozenset()), changed(b"ci/x"), BARRED, "; nobody may change that"),
        (CI._replace(signers=ADA), changed(b"ci/x"), GOOD, ""),
        # what is not known is never taken for nothing
        (CI, Surroundings(), UNKNOWN, "nothing says which paths it changes"),
        (CI, NOT_ASKED, UNKNOWN, "nothing says which paths it changes"),
        (CI._replace(signers=ADA), Surroundings(), UNKNOWN, "nothing says which paths it changes"),
        (CI, Surroundings(brought=()), UNKNOWN, "nothing says which paths it changes"),
        (LINE, Surroundings(changed=()), UNKNOWN, "nothing says which paths it brings"),
        (LINE, Surroundings(brought=()), UNKNOWN, "nothing says which paths it changes"),
        # where the rule looks at less than every commit, a commit answers for all that it brings
        (LINE, around(changed=(), brought=(b"ci/x",)), BARRED, "which speaks of ci/x"),
        (LINE, around(changed=(b"ci/x",), brought=()), BARRED, "which speaks of ci/x"),
        (LINE, around(changed=(b"ci/x",), brought=(b"ci/x",)), BARRED, "which speaks of ci/x; bob"),
        (LINE, around(changed=(b"src/x",), brought=(b"src/x",)), GOOD, ""),
        (CI, around(changed=(), brought=(b"ci/x",)), GOOD, ""),
        (CI, around(changed=(), fault="the tree is missing"), UNKNOWN, "the tree is missing"),
        (CI._replace(exempt=frozenset({"a1" * 20})), changed(b"ci/x"), GOOD, ""),
        (CI._replace(exempt=frozenset({"b2" * 20})), changed(b"ci/x"), BARRED, "rule 2"),
    ],
)
def test_paths(commit, rules, facts, reason, words) -> None:
    assert judged(commit, rules, surroundings=facts)[0] is reason
    assert words in judged(commit, rules, surroundings=facts)[1]


def test_a_silent_rule_hides_no_other(commit) -> None:
    for silent in (CI, rule(kinds=frozenset({ObjectKind.TAG}), signers=BOB)):
        assert judged(commit, silent, rule(signers=BOB), surroundings=changed(b"src/x"))[0] is BARRED
        assert judged(commit, silent, rule(no_octopus=True), surroundings=changed(b"src/x"))[0] is GOOD
        found = judged(commit, silent, signer={"paths": ("deps/**",)}, surroundings=changed(b"src/x"))
        assert found[1] == "ada may change only deps/**, and this changes src/x"


def test_who_may_instead_is_named_in_order(commit) -> None:
    names = frozenset({"eve", "dan", "bob", "carol", "zoe"})
    found = judged(commit, CI._replace(signers=names), surroundings=changed(b"ci/x"))
    assert found[1].endswith("; bob, carol, dan and 2 more may change that")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"ci/a" + b"x" * 76, "ci/a" + "x" * 76),
        (b"ci/a" + b"x" * 77, "ci/a" + "x" * 75 + "\u2026"),
        *((b"ci/%cx" % char, f"ci/{char:c}x") for char in b"._+@~#=%-/"),
        ("ci/\u00e9".encode(), "ci/\u00e9"),
        *((b"ci/%cx" % char, f"'ci/{char:c}x'") for char in b" ,;:()"),
        (b"ci/\n", "'ci/\\n'"),
        (b"ci/'", '"ci/\'"'),
    ],
)
def test_paths_in_words(commit, path, shown) -> None:
    assert f"speaks of {shown}; bob" in judged(commit, CI, surroundings=changed(path))[1]


def test_an_exempt_object_is_spared_everything(commit) -> None:
    strict = rule(signers=BOB, fido=FidoDemand.TOUCH, no_octopus=True, exempt=frozenset({"a1" * 20}))
    many = {"parents": ("c3" * 20,) * 3}
    assert judged(commit, strict, obj=many)[0] is GOOD
    assert judged(commit, strict._replace(exempt=frozenset()), obj=many)[0] is BARRED


ALL_BAD = around(changed=(b"x",), brought=(b"x",), arrival=Arrival(None), cosigners=frozenset(), tree_sha512=False)


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        ("two_person", "rule 2 wants two persons"),
        ("clean_merges", "rule 2 wants clean merges"),
        ("no_octopus", "rule 2 wants merges of two parents"),
        ("tree_sha512", "rule 2 wants the Tree-SHA512"),
    ],
)
def test_each_demand_alone(commit, demand, words) -> None:
    octopus = commit.having(obj={"parents": ("c3" * 20, "e5" * 20, "f6" * 20)}, surroundings=ALL_BAD)
    found = judged(octopus, rule(**{demand: True}))
    assert found[0] is BROKEN
    assert found[1].startswith(words)
    assert judged(octopus, rule())[0] is GOOD
    # a commit with one parent is no merge, whatever it changes
    expected = BROKEN if demand in ("two_person", "tree_sha512") else GOOD
    assert judged(commit, rule(**{demand: True}), surroundings=ALL_BAD)[0] is expected


def test_nothing_is_asked_of_an_unknown_key(commit, tag) -> None:
    facts = ALL_BAD._replace(arrival=Arrival("m", "x"))
    for scene in (commit, tag):
        found = judged(scene, TWO._replace(threshold=2), owner=None, surroundings=facts)
        assert found[0] is Reason.UNKNOWN_KEY


def test_rules_with_paths_never_speak_of_tags(tag) -> None:
    assert judged(tag, CI)[0] is GOOD


def test_a_silent_rule_demands_nothing_else_either(commit) -> None:
    everything = CI._replace(
        fido=FidoDemand.TOUCH, two_person=True, clean_merges=True, tree_sha512=True, no_octopus=True
    )
    facts = around(changed=(b"src/x",), arrival=Arrival("f6" * 20), tree_sha512=False)
    for kind in ({}, MERGE):
        assert judged(commit, everything, surroundings=facts, **kind)[0] is GOOD
        assert judged(commit, everything, surroundings=facts._replace(changed=(b"ci/x",)), **kind)[0] is BARRED


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_kinds(commit, tag, kind) -> None:
    only = rule(kinds=frozenset({kind}), signers=BOB)
    found = {ObjectKind.COMMIT: commit, ObjectKind.MERGE: commit.having(**MERGE), ObjectKind.TAG: tag}
    for own, scene in found.items():
        assert judged(scene, only)[0] is (BARRED if own is kind else GOOD)


def test_fido_only_where_the_rule_speaks(commit) -> None:
    demanding = rule(paths=("ci/**",), fido=FidoDemand.TOUCH)
    assert judged(commit, demanding, surroundings=changed(b"src/x"))[0] is GOOD
    assert judged(commit, demanding, surroundings=changed(b"ci/x"))[0] is BROKEN
    touch = {"format": SignatureFormat.SSH, "fido": Fido(True, False, 1)}
    assert judged(commit, demanding, surroundings=changed(b"ci/x"), evidence=touch)[0] is GOOD


@pytest.mark.parametrize(
    ("paths", "facts", "reason", "words"),
    [
        (("deps/**", "lock"), changed(b"deps/a", b"lock"), GOOD, ""),
        (("deps/**",), changed(), GOOD, ""),
        (("deps/**",), changed(b"deps/a", b"src/x"), BARRED, "ada may change only deps/**, and this changes src/x"),
        (("deps/**",), changed(b"deps"), BARRED, "this changes deps"),
        (("deps/**",), changed(b"Deps/a"), BARRED, "this changes Deps/a"),
        (("a", "b", "c"), changed(b"x"), BARRED, "may change only a, b, c, and this changes x"),
        (("a", "b", "c", "d"), changed(b"x"), BARRED, "may change only a, b, c and 1 more, and"),
        (("deps/**",), Surroundings(), UNKNOWN, "nothing says which paths it changes"),
        (("deps/**",), NOT_ASKED, UNKNOWN, "nothing says which paths it changes"),
        (("deps/**",), around(changed=(), fault="no tree"), UNKNOWN, "no tree"),
    ],
)
def test_confined_signers(commit, paths, facts, reason, words) -> None:
    for kind in ({}, MERGE):
        found = commit.having(signer={"paths": paths}, surroundings=facts, **kind).judge()
        assert (found.reason, found.accepted) == (reason, reason is GOOD)
        assert words in found.detail


def test_paths_of_a_signer_say_nothing_of_tags(tag) -> None:
    confined = tag.having(signer={"paths": ("deps/**",)})
    assert confined.judge().reason is GOOD
    assert confined.having(surroundings=changed(b"src/x")).judge().reason is GOOD


TWO = rule(two_person=True)
BROUGHT = "f6" * 20


@pytest.mark.parametrize(
    ("kind", "facts", "reason", "words"),
    [
        ({}, around(arrival=Arrival(BROUGHT, "bob")), GOOD, ""),
        ({}, around(arrival=Arrival(BROUGHT, "ada")), BROKEN, "ada signed the merge f6f6f6f6f6f6 that brought this as"),
        ({}, around(arrival=Arrival(BROUGHT)), BROKEN, "nobody known signed the merge f6f6f6f6f6f6 that brought"),
        ({}, around(arrival=Arrival(None)), BROKEN, "rule 2 wants two persons, and this came without a merge"),
        ({}, around(arrival=Arrival(None), changed=()), BROKEN, "without a merge by somebody else"),
        ({}, around(arrival=Arrival(None, "bob")), BROKEN, "without a merge by somebody else"),
        ({}, around(), UNKNOWN, "nothing says how it came to the ref"),
        (MERGE, around(arrival=Arrival(None), changed=()), GOOD, ""),
        (
            MERGE,
            around(arrival=Arrival(None), changed=(b"x",)),
            BROKEN,
            "this merge changes x by itself; merge the bran",
        ),
        (MERGE, around(arrival=Arrival(None), changed=(b"x",), remade=True), GOOD, ""),
        ({}, around(arrival=Arrival(None), changed=(b"x",), remade=True), BROKEN, "without a merge by somebody else"),
        (MERGE, around(arrival=Arrival(BROUGHT, "ada"), changed=(b"x",), remade=True), GOOD, ""),
        (MERGE, around(arrival=Arrival(BROUGHT, "ada"), changed=(b"x",)), BROKEN, "ada signed the merge"),
        (MERGE, around(arrival=Arrival(None)), UNKNOWN, "nothing says which paths it changes"),
        (MERGE, around(arrival=Arrival(BROUGHT, "bob"), changed=(b"x",)), GOOD, ""),
        (MERGE, around(arrival=Arrival(BROUGHT, "ada"), changed=()), GOOD, ""),
        (MERGE, around(arrival=Arrival(BROUGHT), changed=()), GOOD, ""),
        (MERGE, around(arrival=Arrival(BROUGHT), changed=(b"x",)), BROKEN, "nobody known signed the merge"),
        (MERGE, around(changed=()), UNKNOWN, "nothing says how it came to the ref"),
        ({"obj": {"parents": ()}}, around(arrival=Arrival(None)), BROKEN, "without a merge by somebody else"),
    ],
)
def test_two_persons(commit, kind, facts, reason, words) -> None:
    found = judged(commit, TWO, surroundings=facts, **kind)
    assert found[0] is reason
    assert words in found[1]


@pytest.mark.parametrize(
    ("kind", "facts", "reason", "words"),
    [
        ({}, around(), GOOD, ""),
        (MERGE, changed(), GOOD, ""),
        (MERGE, changed(b"x", b"y"), BROKEN, "rule 2 wants clean merges, and this one changes x, y beyond"),
        (MERGE, changed(b"x", b"y")._replace(remade=True), GOOD, ""),
        (MERGE, around(remade=True), UNKNOWN, "nothing says which paths it changes"),
        (MERGE, around(), UNKNOWN, "nothing says which paths it changes"),
    ],
)
def test_clean_merges(commit, kind, facts, reason, words) -> None:
    found = judged(commit, rule(clean_merges=True), surroundings=facts, **kind)
    assert found[0] is reason
    assert words in found[1]


@pytest.mark.parametrize(("parents", "reason"), [(0, GOOD), (1, GOOD), (2, GOOD), (3, BROKEN), (9, BROKEN)])
def test_octopus_merges(commit, parents, reason) -> None:
    found = judged(commit, rule(no_octopus=True), obj={"parents": ("c3" * 20,) * parents})
    assert found[0] is reason
    assert reason is GOOD or f"two parents, and this one has {parents}" in found[1]


@pytest.mark.parametrize(("right", "reason"), [(True, GOOD), (False, BROKEN), (None, UNKNOWN)])
def test_tree_sha512(commit, tag, right, reason) -> None:
    found = judged(commit, rule(tree_sha512=True), surroundings=around(tree_sha512=right))
    assert found[0] is reason
    assert reason is GOOD or "Tree-SHA512" in found[1]
    assert judged(tag, rule(tree_sha512=True))[0] is GOOD


@pytest.mark.parametrize(
    ("threshold", "signers", "cosigners", "reason", "words"),
    [
        (2, None, {"bob"}, GOOD, ""),
        (2, None, {"bob", "ada"}, GOOD, ""),
        (3, None, {"bob", "ada", "carol"}, GOOD, ""),
        (
            2,
            None,
            (),
            BROKEN,
            "rule 2 wants 2 signers, and v1.0 has 1 (ada); still needed: 1 of bob, carol, dan and 1 more",
        ),
        # the same person twice is one
        (2, None, {"ada"}, BROKEN, "has 1 (ada)"),
        (2, {"ada", "bob"}, {"bob"}, GOOD, ""),
        # only those count whom the rule names, and whom the policy knows
        (2, {"ada", "bob"}, {"carol"}, BROKEN, "has 1 (ada); still needed: 1 of bob"),
        (2, None, {"mallory"}, BROKEN, "has 1 (ada)"),
        (4, {"ada", "bob", "carol"}, {"bob", "carol"}, BROKEN, "still needed: 1 of nobody"),
        (2, {"ada", "robot"}, (), BROKEN, "still needed: 1 of nobody"),
        (2, None, None, UNKNOWN, "nothing says who else signed the release"),
        (1, None, None, GOOD, ""),
    ],
)
def test_thresholds(tag, threshold, signers, cosigners, reason, words) -> None:
    wanted = rule(threshold=threshold, signers=None if signers is None else frozenset(signers))
    facts = around(cosigners=None if cosigners is None else frozenset(cosigners))
    found = judged(tag, wanted, surroundings=facts)
    assert found[0] is reason
    assert words in found[1]


def test_only_those_are_asked_for_who_may_sign_tags(tag) -> None:
    tagger = Signer("tagger", only=frozenset({ObjectKind.TAG}))
    policy = {"signers": {**BOT, "tagger": tagger, **tag.policy.signers}}
    found = tag.having(policy=policy, rules=(rule(threshold=2),), surroundings=around(cosigners=frozenset())).judge()
    assert found.detail.endswith("still needed: 1 of tagger")


def test_without_a_threshold_nobody_is_counted(tag) -> None:
    found = judged(tag, rule(signers=BOB, no_octopus=True), surroundings=around(cosigners=frozenset()))
    assert found[0] is BARRED
    assert "also" not in found[1]


def test_thresholds_speak_of_tags_alone(commit) -> None:
    assert judged(commit, rule(threshold=2))[0] is GOOD


def test_a_signer_whom_a_threshold_does_not_name_is_barred(tag) -> None:
    found = judged(tag, rule(threshold=2, signers=frozenset({"bob", "carol"})), surroundings=around(cosigners=BOB))
    assert found[0] is BARRED


@pytest.mark.parametrize("facts", [around(fault="the store is damaged"), around(fault="x", changed=(b"ci/x",))])
def test_any_fault_refuses_also_where_nothing_was_asked(commit, tag, facts) -> None:
    for scene in (commit, tag):
        assert judged(scene, surroundings=facts) == (UNKNOWN, facts.fault)


def test_no_exception_covers_what_was_not_found_out(commit) -> None:
    from gitsig.policy import Exemption

    excepted = {"a1" * 20: Exemption("a1" * 20, frozenset(Reason), "because")}
    scene = commit.having(policy={"exceptions": excepted}, rules=(CI,))
    assert scene.having(surroundings=changed(b"ci/x")).judge().accepted
    assert not scene.judge().accepted


def test_rules_say_nothing_of_a_signature_that_is_none(commit) -> None:
    strict = TWO._replace(clean_merges=True, tree_sha512=True)
    found = judged(commit, strict, evidence={"outcome": Outcome.BAD}, surroundings=around(arrival=Arrival(None)))
    assert found[0] is Reason.BAD_SIGNATURE
    assert "also" not in found[1]
