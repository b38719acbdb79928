"""The judge never raises, accepts only what is good or excepted, and worse evidence never helps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitsig.model import (
    Evidence,
    Fido,
    Ident,
    KeyFacts,
    KeyOwner,
    ObjectFormat,
    ObjectType,
    Outcome,
    Reason,
    Revocation,
    SignatureFormat,
    SignedObject,
    Verdict,
)
from gitsig.policy import (
    Arrival,
    Defaults,
    Exemption,
    FidoDemand,
    Identity,
    ObjectKind,
    Policy,
    Question,
    Require,
    Rule,
    SelfSignatures,
    Signer,
    Surroundings,
    examine_checks,
    judge,
)
from gitsig.policy.demands import demands, kind_of
from gitsig.policy.paths import outside, touched
from gitsig.policy.question import NOT_ASKED

OID, OTHER = "a1" * 20, "b2" * 20
NOW = 50


def mostly(usual, *others):
    """The usual value nine times in ten, so that good objects are not rare."""
    return st.one_of(*[st.just(usual)] * 9, st.sampled_from([usual, *others]))


def made(kind, **fields):
    """A named tuple of these strategies, the other fields at their defaults (`builds` would make them up)."""
    return st.builds(kind, **{**{name: st.just(value) for name, value in kind._field_defaults.items()}, **fields})


TIMES = st.integers(0, 100)
MAYBE = st.one_of(st.none(), st.none(), TIMES)
LATE = st.one_of(st.none(), st.none(), st.none(), st.integers(40, 100))
IDENTS = mostly(b"ada@example.org", b"eve@example.org", b"\xff", None).map(
    lambda email: None if email is None else Ident(b"", email, 0, b"+0000")
)
REVOCATIONS = st.builds(Revocation, TIMES, st.booleans(), st.just("retired"))
EVIDENCE = made(
    Evidence,
    outcome=mostly(Outcome.VERIFIED, *Outcome),
    format=mostly(SignatureFormat.SSH, None, SignatureFormat.OPENPGP),
    fingerprint=st.just("A" * 40),
    key_fingerprint=mostly("B" * 40, None, "C" * 40),
    signed_at=mostly(30, None, 0, 49, 61, 99, -(10**20)),
    claimed=st.booleans(),
    expires_at=LATE,
    digest=mostly("sha256", None, "sha1", "md4", "sha512"),
    vouched=mostly(True, False),
    fido=st.one_of(st.none(), st.builds(Fido, st.booleans(), st.booleans(), st.just(1))),
)
KEYS = made(
    KeyFacts,
    format=st.just(SignatureFormat.SSH),
    fingerprint=mostly("B" * 40, "C" * 40),
    primary=st.just("A" * 40),
    algorithm=mostly("ed25519", "rsa", "dsa", "ecdsa", "unknown:7"),
    bits=mostly(4096, 0, 256, 1024),
    created=st.one_of(st.none(), st.integers(0, 35)),
    expires=LATE,
    revocations=mostly((), *((Revocation(at, hard, "retired"),) for at in (0, 31, 99) for hard in (True, False))),
    can_sign=mostly(True, False),
    unbound=mostly("", "no back-signature"),
    weak_self_signatures=mostly((), ("SHA-1",)),
)
OBJECTS = made(
    SignedObject,
    oid=mostly(OID, OTHER),
    type=mostly(ObjectType.COMMIT, ObjectType.TAG),
    object_format=st.just(ObjectFormat.SHA1),
    payload=st.just(b""),
    signature=st.just(b""),
    parents=st.sampled_from([(), (OTHER,), (OTHER, OTHER)]),
    author=IDENTS,
    committer=IDENTS,
    tag_name=mostly(b"v1", None, b"v2"),
    subject=st.binary(max_size=3),
)
RULES = made(
    Rule,
    number=st.just(1),
    refs=st.just(("refs/heads/*",)),
    signers=mostly(None, frozenset({"ada"}), frozenset(), frozenset({"ada", "bob"})),
    fido=mostly(*FidoDemand),
    require=mostly(*Require),
    paths=st.sampled_from([(), ("ci/**",), ("**/Makefile", "ci/*")]),
    kinds=mostly(frozenset(), *(frozenset({kind}) for kind in ObjectKind)),
    two_person=mostly(False, True),
    threshold=mostly(1, 2, 3),
    clean_merges=mostly(False, True),
    no_octopus=mostly(False, True),
    tree_sha512=mostly(False, True),
    exempt=mostly(frozenset(), frozenset({OID})),
)
CHANGES = st.sampled_from([None, (), (b"src/x",), (b"ci/x",), (b"ci",), (b"a/Makefile", b"src/x")])
SURROUNDINGS = made(
    Surroundings,
    remade=mostly(False, True),
    changed=CHANGES,
    brought=CHANGES,
    arrival=mostly(Arrival("m", "bob"), None, Arrival(None), Arrival("m"), Arrival("m", "ada")),
    cosigners=mostly(frozenset({"bob", "eve"}), None, frozenset(), frozenset({"ada"}), frozenset({"bob"})),
    tree_sha512=mostly(True, None, False),
    fault=mostly("", "the tree is missing"),
)
QUESTIONS = made(
    Question,
    oid=st.just(OID),
    type=mostly("commit", "tag", "blob"),
    obj=st.one_of(*[OBJECTS] * 9, st.none()),
    evidence=EVIDENCE,
    key=st.one_of(*[KEYS] * 9, st.none()),
    owner=mostly(KeyOwner("ada"), None, KeyOwner("eve"), KeyOwner("ada", 31, 60), KeyOwner("ada", None, 40)),
    rules=st.one_of(*[st.just(())] * 3, st.lists(RULES, max_size=3).map(tuple)),
    surroundings=st.one_of(*[st.just(NOT_ASKED)] * 2, SURROUNDINGS),
    new=st.booleans(),
    target_lies=mostly("", "a tag of a tag"),
    ref_tag_name=mostly(None, b"v1", b"v2"),
)
POLICIES = made(
    Policy,
    signers=made(
        Signer,
        name=st.just("ada"),
        emails=st.sampled_from([(), ("ada@example.org",)]),
        only=mostly(frozenset(), *(frozenset({kind}) for kind in ObjectKind)),
        valid_until=LATE,
        patterns=mostly((), ("*",), ("!*",)),
        paths=mostly((), ("ci/**",), ("src/*",)),
    ).map(lambda signer: {"ada": signer, "bob": Signer("bob")}),
    defaults=made(
        Defaults,
        identity=st.sampled_from(Identity),
        clock_skew=st.just(10),
        require=mostly(*Require),
        self_signatures=st.sampled_from(SelfSignatures),
        fido=mostly(*FidoDemand),
        valid_now=mostly(False, True),
    ),
)
EXEMPTIONS = st.builds(Exemption, st.just(OID), st.frozensets(st.sampled_from(Reason)), st.just("because"), MAYBE)


@given(POLICIES, QUESTIONS, st.one_of(st.none(), EXEMPTIONS))
def test_total_and_accepting_only_for_cause(policy, question, exemption):
    if exemption is not None:
        policy = policy._replace(exceptions={OID: exemption})
    verdict = judge(policy, question, NOW)
    assert isinstance(verdict, Verdict)
    failed = [check.reason for check in examine_checks(policy, question, NOW) if check.passed is False]
    assert verdict.reason is (failed[0] if failed else Reason.GOOD)
    excepted = bool(failed) and exemption is not None and set(failed) <= exemption.accept - {Reason.VERIFIER_ERROR}
    excepted = excepted and (exemption.until is None or exemption.until > NOW)
    assert verdict.accepted is (not failed or excepted)
    assert (verdict.exception is not None) is excepted


@given(POLICIES, QUESTIONS)
def test_good_means_that_every_fact_is_there(policy, question):
    """Written out once more, apart from the judge: what nothing may be accepted without."""
    if judge(policy, question, NOW).accepted:
        evidence, key, obj, owner = question.evidence, question.key, question.obj, question.owner
        assert evidence.outcome is Outcome.VERIFIED
        assert None not in (key, obj, owner, evidence.signed_at)
        assert (owner.signer, obj.oid, key.fingerprint) == ("ada", OID, evidence.key_fingerprint)
        assert evidence.digest in {"sha256", "sha512"}
        assert evidence.vouched
        assert key.can_sign
        assert not any(revocation.hard for revocation in key.revocations)
        moments = [evidence.signed_at, NOW] if question.new or policy.defaults.valid_now else [evidence.signed_at]
        ends = [key.expires, owner.valid_until, policy.signers["ada"].valid_until]
        assert all(moment < end for end in ends if end is not None for moment in moments)


SIGNED = made(
    Question,
    oid=st.just(OID),
    type=st.just(""),
    obj=st.builds(
        SignedObject,
        oid=st.just(OID),
        type=st.sampled_from(ObjectType),
        object_format=st.just(ObjectFormat.SHA1),
        payload=st.just(b""),
        signature=st.just(b""),
        parents=st.integers(0, 3).map(lambda count: (OTHER,) * count),
    ),
    evidence=st.just(
        Evidence(Outcome.VERIFIED, SignatureFormat.SSH, "A" * 40, "B" * 40, signed_at=30, digest="sha256")
    ),
    key=st.just(KeyFacts(SignatureFormat.SSH, "B" * 40, "A" * 40, "ed25519", 256)),
    owner=st.just(KeyOwner("ada")),
    rules=st.lists(RULES, max_size=3).map(tuple),
    surroundings=SURROUNDINGS,
).map(lambda question: question._replace(type=str(question.obj.type)))
CONFINED = st.sampled_from([(), (), ("ci/**",), ("src/*", "ci/*")])


@given(SIGNED, CONFINED, st.sampled_from(Require))
def test_what_is_well_signed_is_accepted_if_and_only_if_every_rule_is_kept(question, paths, require):
    """Written out once more, apart from the judge."""
    ada = Signer("ada", paths=paths)
    policy = Policy({"ada": ada, "bob": Signer("bob")}, defaults=Defaults(require=require))
    kind = kind_of(question.obj)
    facts = demands(question.rules, ada, kind, oid=OID, require=require)._asdict()
    known = all(getattr(question.surroundings, name) is not None for name, asked in facts.items() if asked)
    changed = question.surroundings.changed
    brought = question.surroundings.brought
    unseen = brought if kind is ObjectKind.MERGE and require is not Require.EVERY_COMMIT else ()
    confined = not paths or kind is ObjectKind.TAG or not list(outside(paths, (*(changed or ()), *(unseen or ()))))
    rules = [rule for rule in question.rules if known and _spoken(rule, kind, question.surroundings)]
    kept = known and not question.surroundings.fault and confined and all(_kept(rule, kind, question) for rule in rules)
    assert judge(policy, question, NOW).accepted is kept


def _spoken(rule, kind, around):
    if OID in rule.exempt or (rule.kinds and kind not in rule.kinds):
        return False
    if not rule.paths:
        return True
    brought = () if rule.require is Require.EVERY_COMMIT else around.brought
    return kind is not ObjectKind.TAG and bool(list(touched(rule.paths, (*around.changed, *brought))))


def _kept(rule, kind, question):
    around, merge = question.surroundings, kind is ObjectKind.MERGE
    if "ada" not in (rule.signers or {"ada"}) or rule.signers == frozenset() or rule.fido is not FidoDemand.ANY:
        return False
    if kind is ObjectKind.TAG:
        names = {"ada", "bob"} if rule.signers is None else rule.signers & {"ada", "bob"}
        return rule.threshold == 1 or len(names & {"ada", *around.cosigners}) >= rule.threshold
    clean = merge and (not around.changed or (around.remade and not rule.paths))
    alone = rule.two_person and around.arrival.merge is None and not clean
    same = rule.two_person and around.arrival.merge is not None and around.arrival.signer in (None, "ada") and not clean
    unclean = rule.clean_merges and merge and not clean
    octopus = rule.no_octopus and len(question.obj.parents) > 2
    return not (alone or same or unclean or octopus or (rule.tree_sha512 and not around.tree_sha512))


def _with(rule):
    return lambda question: question._replace(rules=(*question.rules, rule))


def _around(**changes):
    """A fact that nobody found out stays so: any other could only be better."""

    def worsen(question):
        facts = question.surroundings
        made = {name: change(was) for name, change in changes.items() if (was := getattr(facts, name)) is not None}
        return question._replace(surroundings=facts._replace(**made))

    return worsen


def _evidence(**changes):
    return lambda question: question._replace(evidence=question.evidence._replace(**changes))


def _key(**changes):
    def worsen(question):
        if question.key is None:
            return question
        made = {name: change(question.key) for name, change in changes.items()}
        return question._replace(key=question.key._replace(**made))

    return worsen


FLAGS = ("two_person", "clean_merges", "no_octopus", "tree_sha512")
WORSE = [
    *(_evidence(outcome=outcome) for outcome in Outcome if outcome is not Outcome.VERIFIED),
    *(_evidence(digest=digest) for digest in ("sha1", "md5", "ripemd160", None)),
    _evidence(vouched=False),
    _evidence(signed_at=None),
    _evidence(fido=None),
    _evidence(expires_at=NOW),
    _key(expires=lambda key: min(key.expires or 45, 45)),
    _key(created=lambda key: max(key.created or 0, 31)),
    _key(can_sign=lambda key: False),
    _key(unbound=lambda key: "no back-signature"),
    _key(weak_self_signatures=lambda key: ("SHA-1",)),
    _key(bits=lambda key: key.bits // 2),
    lambda question: question._replace(owner=None),
    lambda question: question._replace(key=None),
    lambda question: question._replace(new=True),
    lambda question: question._replace(rules=(*question.rules, Rule(9, ("refs/*",), frozenset({"bob"})))),
    *(
        _with(Rule(9, ("refs/*",), **{name: True}))
        for name in ("two_person", "clean_merges", "no_octopus", "tree_sha512")
    ),
    _with(Rule(9, ("refs/*",), frozenset({"bob"}), paths=("**",))),
    _with(Rule(9, ("refs/*",), threshold=2)),
    lambda question: question._replace(rules=tuple(rule._replace(kinds=frozenset()) for rule in question.rules)),
    *(_around(**{field: lambda fact: None}) for field in ("changed", "brought", "arrival", "cosigners", "tree_sha512")),
    _around(changed=lambda paths: (*paths, b"ci/x", b"src/y")),
    _around(brought=lambda paths: (*paths, b"Makefile")),
    _around(arrival=lambda arrival: Arrival("m")),
    _around(cosigners=lambda names: frozenset()),
    _around(tree_sha512=lambda right: False),
    _around(fault=lambda words: "no tree"),
    lambda question: question._replace(ref_tag_name=b"v3"),
    lambda question: question._replace(target_lies="it lies"),
]


@given(POLICIES, QUESTIONS, st.lists(st.sampled_from(WORSE), min_size=1, max_size=3), REVOCATIONS)
def test_worse_evidence_never_turns_a_refusal_into_good(policy, question, worsenings, revocation):
    if judge(policy, question, NOW).accepted:
        return
    for worsen in worsenings:
        question = worsen(question)
        assert not judge(policy, question, NOW).accepted
    revoked = _key(revocations=lambda key: (*key.revocations, revocation))(question)
    assert not judge(policy, revoked, NOW).accepted


def test_the_strategies_reach_good_objects():
    """Otherwise the properties above would speak of refusals only."""
    from hypothesis import Phase, find, settings

    # the first will do: making it small takes many times as long
    quick = settings(phases=[Phase.generate], max_examples=5000)
    policy, question = find(st.tuples(POLICIES, QUESTIONS), lambda pair: judge(*pair, NOW).accepted, settings=quick)
    assert judge(policy, question, NOW).reason is Reason.GOOD
