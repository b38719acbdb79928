"""Seals: a maintainer vouches for everything behind a commit or a tag; nobody else can, and nothing else is hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gitsig
from gitsig.engine.trailers import Marks, grounds_of
from gitsig.engine.updates import PushReport, verify_updates
from gitsig.model import RefUpdate
from tests.support.sshkeys import SSHHome
from tests.support.story import START, Story

NONE = "0" * 40
DAY = 86400
NOW = START + 30 * DAY
MAIN = "refs/heads/main"
SEAL_TAG = "refs/tags/seal/import"
SEAL = "Take over the past\n\nGitsig-Seal: read by hand, see issue 7\n"
Make = Callable[[Story], str]


def tell(folder: Path, ssh: SSHHome, object_format: str = "sha1") -> Story:
    """Ada may seal, Bob may sign, nobody knows Mallory. All use SSH."""
    told = Story(folder, object_format, ssh=ssh)
    for name in ("ada", "bob", "mallory"):
        told.person(name, ssh=name, listed=name != "mallory", roles=("maintainer",) if name == "ada" else ())
    return told


@pytest.fixture
def told(tmp_path: Path, ssh: SSHHome) -> Story:
    """Two commits that nobody signed."""
    told = tell(tmp_path, ssh)
    past(told)
    return told


def past(told: Story, count: int = 2, **rest: Any) -> list[str]:
    return [told.commit(by="mallory", sign=False, **rest) for _ in range(count)]


def policy_of(told: Story, history: dict[str, Any] | None = None, **rest: Any) -> Path:
    return told.policy(history={"seals": ["role:maintainer"], **(history or {})}, **rest)


def verifier_of(told: Story, policy: Path | None = None, *, now: int = NOW, **rest: Any) -> gitsig.Verifier:
    store = gitsig.open_repository(str(told.path))
    return gitsig.Verifier(store, gitsig.load_policy(store, str(policy or policy_of(told))), now=now, **rest)


def audit(told: Story, policy: Path | None = None, revs: Sequence[str] = (), **rest: Any) -> gitsig.Run:
    """A run of which all has been judged, with the cache and without it, cold and warm."""
    policy = policy or policy_of(told)
    found = []
    for cache in (True, True, False):
        run = verifier_of(told, policy, cache=cache, **rest).audit(revs, resume=cache)
        found.append((list(run), run.remarks, run.summary()._replace(seconds=0, cached=0)))
        assert run.warnings == ()
    assert found[1:] == found[:1] * 2
    return run


def listed(told: Story, policy: Path | None = None, **rest: Any) -> dict[str, str]:
    """Object id to reason, of all that an audit judges."""
    policy = policy or policy_of(told)
    audit(told, policy, **rest)
    return {each.oid: str(each.reason) for each in verifier_of(told, policy).audit(**rest)}


def why_void(told: Story, policy: Path | None = None) -> list[str]:
    return [each for each in audit(told, policy).remarks if each.startswith("no seal: ")]


def verify(told: Story, *targets: str, policy: Path | None = None, **rest: Any) -> tuple[list[str], str]:
    run = verifier_of(told, policy).verify(targets, **rest)
    return [str(each.reason) for each in run], "\n".join(run.remarks)


def push(told: Story, *updates: tuple[str, str, str], policy: Path | None = None, now: int = NOW) -> PushReport:
    return verify_updates(verifier_of(told, policy, now=now), [RefUpdate(*update) for update in updates])


def refused(report: PushReport) -> list[str]:
    return sorted({str(verdict.reason) for update in report.updates for verdict in update.refused})


def new(told: Story, parent: str | None, by: str = "ada", **rest: Any) -> str:
    """A commit that no ref holds yet."""
    return told.commit(by, branch=None, parents=[parent] if parent else [], **rest)


def imported(told: Story, count: int = 2) -> str:
    """The tip of a history of its own, which no ref holds and nobody signed."""
    tip: str | None = None
    for _ in range(count):
        tip = new(told, tip, "mallory", sign=False)
    assert tip is not None
    return tip


# Seal commits, as an audit sees them


def test_what_is_behind_a_seal_is_not_judged_and_the_seal_is(told: Story) -> None:
    seal = told.commit("ada", SEAL)
    after = told.commit("bob")
    assert listed(told) == {seal: "good", after: "good"}
    run = audit(told)
    assert run.summary().exit_code == 0
    words = f"sealed by ada in {seal[:10]}: read by hand, see issue 7; what is behind it is not judged"
    assert [each for each in run.remarks if "seal" in each] == [words]


def test_without_seals_in_the_policy_a_trailer_is_text(told: Story) -> None:
    told.commit("ada", SEAL)
    run = audit(told, told.policy())
    assert run.summary().by_reason == {"unsigned": 2, "good": 1}
    assert run.remarks == ()


def test_what_comes_after_a_seal_is_judged(told: Story) -> None:
    seal = told.commit("ada", SEAL)
    (after,) = past(told, 1)
    assert listed(told) == {seal: "good", after: "unsigned"}


def test_a_branch_that_leaves_the_sealed_past_is_judged(told: Story) -> None:
    told.branch("side", told.tip())
    seal = told.commit("ada", SEAL)
    (side,) = past(told, 1, branch="side")
    assert listed(told) == {seal: "good", side: "unsigned"}


def test_a_merge_that_seals_vouches_for_both_sides(told: Story) -> None:
    told.branch("side", told.tip())
    past(told, 2, branch="side")
    past(told, 1)
    seal = told.merge("side", by="ada", message=SEAL)
    assert listed(told) == {seal: "good"}


def test_a_seal_behind_a_refused_commit_counts_all_the_same(told: Story) -> None:
    seal = told.commit("ada", SEAL)
    refusal = told.commit("mallory")
    assert listed(told) == {seal: "good", refusal: "unknown_key"}


def test_only_the_uppermost_seals_are_named(told: Story) -> None:
    told.commit("ada", SEAL)
    told.commit("bob", SEAL)
    last = told.commit("ada", SEAL)
    assert listed(told) == {last: "good"}
    assert [each for each in audit(told).remarks if "seal" in each] == [
        f"sealed by ada in {last[:10]}: read by hand, see issue 7; what is behind it is not judged"
    ]


def test_many_seals_and_many_that_are_none(told: Story) -> None:
    told.branch("empty", told.tip())
    told.commit("ada", "A\n\nGitsig-Seal:\n", branch="empty")
    for number in range(4):
        told.branch(f"false{number}", told.tip())
        told.commit("ada", SEAL, branch=f"false{number}", mutate=lambda raw: raw.replace(b"by hand", b"in part"))
    for number in range(7):
        told.branch(f"sealed{number}", told.tip())
        told.commit("ada", SEAL, branch=f"sealed{number}")
        told.branch(f"other{number}", told.tip())
        told.commit("bob", SEAL, branch=f"other{number}")
    remarks = audit(told).remarks
    assert sum(each.startswith("sealed by ada") for each in remarks) == 5
    assert "and 2 more seals" in remarks
    void = [each for each in remarks if each.startswith("no seal")]
    assert len(void) == 5
    assert "gives no grounds" in void[0], "whoever may seal is told first"
    assert "and 7 more" in remarks


@pytest.mark.parametrize("require", ["first-parent", "merges"])
def test_where_less_is_judged_seals_are_found_beside_it(told: Story, require: str) -> None:
    """The seal stands on a side branch, of which `require` does not speak."""
    told.branch("side", told.tip())
    past(told, 1)
    told.merge("side", by="mallory", sign=False)
    told.branch("side", told.tip())
    told.commit("ada", SEAL, branch="side")
    last = told.merge("side", by="ada")
    (told.path / "refs/heads/side").unlink()
    policy = policy_of(told, defaults={"require": require})
    assert listed(told, policy, revs=["main"]) == {last: "good"}
    without = told.policy(path=told.folder / "without" / "policy.toml", defaults={"require": require})
    assert "unsigned" in listed(told, without, revs=["main"]).values()


def test_tips_alone(told: Story) -> None:
    tip = told.commit("ada", SEAL)
    assert listed(told, policy_of(told, defaults={"require": "tip"})) == {tip: "good"}


def test_sha256(tmp_path: Path, ssh: SSHHome) -> None:
    told = tell(tmp_path, ssh, "sha256")
    past(told)
    seal = told.commit("ada", SEAL)
    assert listed(told) == {seal: "good"}


# What is no seal

_VOID: dict[str, tuple[dict[str, Any], str]] = {
    "unsigned": ({"by": "ada", "message": SEAL, "sign": False}, "unsigned: there is no signature"),
    "by a stranger": ({"by": "mallory", "message": SEAL}, "unknown_key"),
    "in the name of one who may": ({"by": "ada", "message": SEAL, "sign": "mallory"}, "unknown_key"),
    "by one who may not": ({"by": "bob", "message": SEAL}, "bob may not seal"),
    "under another's address": ({"by": "bob", "message": SEAL, "sign": "ada"}, "identity_mismatch"),
    "changed": (
        {"by": "ada", "message": SEAL, "mutate": lambda raw: raw.replace(b"by hand", b"in part")},
        "bad_signature",
    ),
    "made one by change": (
        {"by": "ada", "message": "A\n\nGitsig-Sea1: x\n", "mutate": lambda raw: raw.replace(b"Sea1", b"Seal")},
        "bad_signature",
    ),
    "outside the grammar": (
        {"by": "ada", "message": SEAL, "mutate": lambda raw: raw.replace(b"\ngpgsig ", b"\ngpgsig-x y\ngpgsig ", 1)},
        "malformed_object",
    ),
    "from the future": ({"by": "ada", "message": SEAL, "at": NOW + DAY}, "future_dated"),
    "before the last paragraph": ({"by": "ada", "message": f"{SEAL}\nAnd so on.\n"}, "last paragraph"),
    "among other text": ({"by": "ada", "message": f"{SEAL}and so on\n"}, "last paragraph"),
    "in the subject": ({"by": "ada", "message": "Gitsig-Seal: read by hand\n"}, "last paragraph"),
    "below what is not blank to git": (
        {"by": "ada", "message": "A\n\nsomebody's words\n\f\nGitsig-Seal: read\n"},
        "last paragraph",
    ),
    "below the end of another paragraph": (
        {"by": "ada", "message": "A\n\n  and so on\nGitsig-Seal: read\n"},
        "last paragraph",
    ),
    "right below the subject": ({"by": "ada", "message": "A\nGitsig-Seal: read by hand\n"}, "last paragraph"),
    "without grounds": ({"by": "ada", "message": "A\n\nGitsig-Seal: \t\n"}, "gives no grounds"),
    "in another encoding": ({"by": "ada", "message": SEAL, "headers": [b"encoding ISO-2022-JP"]}, "encoding"),
    "below scissors": (
        {"by": "ada", "message": f"A\n\n# {'-' * 24} >8 {'-' * 24}\n\nGitsig-Seal: read\n"},
        "a line of scissors",
    ),
    "no UTF-8": ({"by": "ada", "message": b"A\n\nGitsig-Seal: \xff\n"}, "not UTF-8"),
}


@pytest.mark.parametrize("case", _VOID)
def test_what_is_no_seal_hides_nothing_and_says_why(told: Story, case: str) -> None:
    how, words = _VOID[case]
    told.commit(**how)
    assert list(listed(told).values()).count("unsigned") >= 2
    (void,) = why_void(told)
    assert f"no seal: {told.tip()[:10]}: " in void
    assert words in void


@pytest.mark.parametrize(
    "message",
    ["A\n\n> Gitsig-Seal: read\n", "A\n\n  Gitsig-Seal: read\n", "A\n\nGitsig-Sealed: read\n", "A\n\nGitsig-Seal\n"],
    ids=["quoted", "indented", "another name", "no colon"],
)
def test_what_is_not_even_like_a_seal_is_passed_over(told: Story, message: str) -> None:
    told.commit("ada", message)
    assert list(listed(told).values()).count("unsigned") == 2
    assert why_void(told) == []


def test_a_mergetag_that_seals_does_not_speak_for_the_commit(told: Story) -> None:
    quoted = b"mergetag object " + told.tip().encode() + b"\n type commit\n tag x\n \n Gitsig-Seal: read"
    told.commit("ada", headers=[quoted])
    assert list(listed(told).values()).count("unsigned") == 2


def test_a_seal_with_nothing_behind_it(told: Story) -> None:
    told.commit("ada", SEAL, parents=[], branch="other")
    assert list(listed(told).values()).count("unsigned") == 2
    assert "nothing that is here is behind it" in why_void(told)[0]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ({"rules": [{"refs": [MAIN], "signers": ["bob"]}]}, "key_not_allowed"),
        ({"rules": [{"refs": [MAIN], "signers": ["bob"], "require": "first-parent"}]}, "key_not_allowed"),
        ({"signers": {"ada": {"only": ["merge"]}}}, "key_not_allowed"),
        ({"signers": {"ada": {"valid-until": datetime.fromtimestamp(START, UTC)}}}, "key_expired"),
        ({"signers": {"ada": {"valid-from": datetime.fromtimestamp(NOW, UTC)}}}, "key_predated"),
        ({"signers": {"ada": {"paths": ["doc/**"]}}}, "key_not_allowed"),
    ],
    ids=["rule", "rule for the line", "kind", "expired", "predated", "paths"],
)
def test_a_seal_that_is_refused_is_none(told: Story, rest: dict[str, Any], reason: str) -> None:
    told.commit("ada", SEAL, files={"src/x": b"x"})
    policy = policy_of(told, **rest)
    assert list(listed(told, policy).values()).count("unsigned") == 2
    assert any(reason in each for each in why_void(told, policy))


def test_a_rule_of_another_branch_says_nothing_of_a_seal(told: Story) -> None:
    seal = told.commit("ada", SEAL)
    policy = policy_of(told, rules=[{"refs": ["refs/heads/other"], "signers": ["bob"]}])
    assert listed(told, policy) == {seal: "good"}


def test_an_exception_makes_no_seal(told: Story) -> None:
    seal = told.commit("bob", SEAL, sign="ada")
    exceptions = [{"object": seal, "accept": ["identity_mismatch"], "because": "a mishap"}]
    run = audit(told, policy_of(told, exceptions=exceptions))
    assert run.summary().by_reason == {"unsigned": 2, "identity_mismatch": 1}
    assert any("an exception accepts it" in each for each in run.remarks)


def test_a_past_that_is_not_here_is_missed_and_not_sealed(told: Story) -> None:
    lost = "a" * 40
    told.commit("ada", SEAL, parents=[lost])
    run = audit(told)
    assert run.summary().by_reason == {"good": 1, "verifier_error": 1}
    assert run.summary().exit_code == 3
    assert why_void(told) == [f"no seal: {told.tip()[:10]}: nothing that is here is behind it"]


def test_a_past_that_is_only_partly_here_is_sealed_as_a_whole(told: Story) -> None:
    """As behind a trusted root: nobody asks what is there."""
    broken = told.commit("mallory", sign=False, parents=["a" * 40])
    seal = told.commit("ada", SEAL, parents=[broken])
    assert listed(told) == {seal: "good"}


# How a seal may be written

_SEALS = {
    "case": ("A\n\nGITSIG-sEAL: read\n", "read"),
    "other trailers": ("A\n\nReviewed-by: Bob\nGitsig-Seal: read\nSigned-off-by: Ada\n", "read"),
    "folded": ("A\n\nGitsig-Seal: read\n  by hand\n\tof mine\n", "read by hand of mine"),
    "folded at once": ("A\n\nGitsig-Seal:\n read\n", "read"),
    "CRLF": ("A\r\n\r\nGitsig-Seal: read\r\n", "read"),
    "space around": ("A\n\nGitsig-Seal \t:\tread \n\n \n", "read"),
    "no final newline": ("A\n\nGitsig-Seal: read", "read"),
    "twice": ("A\n\nGitsig-Seal: read\nGitsig-Seal:\nGitsig-Seal: well\n", "read; well"),
    "control characters": ("A\n\nGitsig-Seal: \x1b[2Kread\n", "\x1b[2Kread"),
    "long subject": ("\n\nA\nB\n\nC\n\nGitsig-Seal: read\n", "read"),
}


@pytest.mark.parametrize("case", _SEALS)
def test_forms_of_a_seal(case: str) -> None:
    message, grounds = _SEALS[case]
    marks = Marks(["Gitsig-Seal"])
    raw = b"tree x\nencoding UTF-8\n\n" + message.encode()
    marks.see("1" * 40, raw)
    assert list(marks.oids) == ["1" * 40]
    assert grounds_of(raw, marks.names) == (grounds, "")


def test_another_trailer_by_the_policy(told: Story) -> None:
    policy = policy_of(told, {"seal-trailers": ["Argocd-gpg-seal", "Other"]})
    told.commit("ada", SEAL)
    assert list(listed(told, policy).values()).count("unsigned") == 2
    assert why_void(told, policy) == []
    seal = told.commit("ada", "A\n\nargocd-gpg-seal: accepted\n")
    assert listed(told, policy) == {seal: "good"}


# Seal tags


def test_a_seal_tag_hides_its_commit_too(told: Story) -> None:
    tag = told.tag("seal/import", message="Read by hand\n")
    after = told.commit("bob")
    assert listed(told) == {after: "good", tag: "good"}
    words = f"sealed by ada in {SEAL_TAG} ({tag[:10]}): Read by hand; what is behind it is not judged"
    assert words in audit(told).remarks


def test_a_seal_tag_by_a_tag(told: Story) -> None:
    inner = told.tag("inner", ref=None)
    outer = told.tag("seal/import", inner, target_type="tag")
    assert listed(told) == {outer: "good", inner: "good"}


def _lightweight(told: Story) -> None:
    told.ref(SEAL_TAG, told.tip())


def _over_unsigned(told: Story) -> None:
    told.tag("seal/import", told.tag("inner", sign=False, ref=None), target_type="tag")


def _over_a_tree(told: Story) -> None:
    told.tag("seal/import", told.tree({}), target_type="tree")


def _symbolic(told: Story) -> None:
    told.tag("seal/import", ref="refs/other/x")
    told.git("symbolic-ref", SEAL_TAG, "refs/other/x")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_lightweight, "unsigned: a lightweight tag"),
        (lambda told: told.tag("seal/import", sign=False), "unsigned"),
        (lambda told: told.tag("seal/import", by="bob"), "bob may not seal"),
        (lambda told: told.tag("seal/import", by="mallory"), "unknown_key"),
        (lambda told: told.tag("other", ref=SEAL_TAG), "tag_name_mismatch"),
        (lambda told: told.tag("seal/import", mutate=lambda raw: raw.replace(b"Release", b"release")), "bad_signature"),
        (_over_unsigned, "unsigned"),
        (_over_a_tree, "leads to no commit"),
        (lambda told: told.tag("seal/import", "b" * 40), "leads to no commit"),
        (lambda told: told.tag("import"), ""),
        (_symbolic, ""),
    ],
    ids=[
        "lightweight",
        "unsigned",
        "by one who may not",
        "by a stranger",
        "misnamed",
        "changed",
        "over an unsigned one",
        "of a tree",
        "of what is missing",
        "another name",
        "symbolic",
    ],
)
def test_what_is_no_seal_tag(told: Story, make: Make, words: str) -> None:
    make(told)
    run = audit(told)
    assert sum(verdict.reason == "unsigned" and verdict.type == "commit" for verdict in verifier_of(told).audit()) == 2
    void = [each for each in run.remarks if each.startswith("no seal: ")]
    assert all(words in each for each in void)
    assert len(void) == bool(words)


def test_a_tag_on_a_branch_is_no_seal_tag(told: Story) -> None:
    """No policy file can name such a ref, but a name binds tags to refs only where they are tags."""
    told.tag("other", ref="refs/heads/seal/import")
    loaded = verifier_of(told).loaded
    seals = loaded.policy.seals
    assert seals is not None
    policy = loaded.policy._replace(seals=seals._replace(tags=("refs/heads/*",)))
    verifier = gitsig.Verifier(gitsig.open_repository(str(told.path)), loaded._replace(policy=policy), now=NOW)
    assert sorted(str(each.reason) for each in verifier.audit()) == ["good", "unsigned", "unsigned"]


def test_unsigned_tags_that_the_policy_allows_seal_nothing(told: Story) -> None:
    told.tag("seal/import", sign=False)
    policy = policy_of(told, defaults={"tags": "any"})
    assert list(listed(told, policy).values()) == ["unsigned", "unsigned"]
    assert "it is unsigned" in why_void(told, policy)[0]


def test_a_seal_tag_must_be_guarded_and_satisfy_its_rules(told: Story) -> None:
    told.tag("seal/import")
    unguarded = policy_of(told, defaults={"refs": [MAIN]})
    assert list(listed(told, unguarded).values()) == ["unsigned", "unsigned"]
    ruled = policy_of(told, rules=[{"refs": ["refs/tags/*"], "signers": ["bob"]}])
    assert sorted(listed(told, ruled).values()) == ["key_not_allowed", "unsigned", "unsigned"]


def test_a_tag_that_nobody_judges_seals_nothing(told: Story) -> None:
    tag = told.tag("seal/import", sign=False)
    policy = policy_of(told, {"trusted-roots": [tag]})
    assert list(listed(told, policy).values()) == ["unsigned", "unsigned"]
    assert "is a trusted root" in why_void(told, policy)[0]


def test_when_the_tag_is_gone_the_past_is_judged(told: Story) -> None:
    tag = told.tag("seal/import")
    assert listed(told) == {tag: "good"}
    told.git("update-ref", "-d", SEAL_TAG)
    assert list(listed(told).values()) == ["unsigned", "unsigned"]


def test_other_tags_by_the_policy(told: Story) -> None:
    tag = told.tag("vouched")
    policy = policy_of(told, {"seal-tags": ["refs/tags/vouched"]})
    assert listed(told, policy) == {tag: "good"}


# What is kept from earlier audits


def test_an_audit_without_seals_leaves_nothing_that_hides_one(told: Story) -> None:
    """Its record tells that the object store is untouched, and the cache knows no messages."""
    exceptions = [{"object": each, "accept": ["unsigned"], "because": "old"} for each in (told.tip(), _first(told))]
    seal = told.commit("ada", SEAL)
    before = told.policy(path=told.folder / "before" / "policy.toml", exceptions=exceptions)
    for _ in range(2):
        assert verifier_of(told, before, cache=True).audit(resume=True).report().summary.exit_code == 0
    assert listed(told) == {seal: "good"}


def test_messages_are_read_even_where_the_cache_need_not_ask_the_store(
    told: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = told.commit("ada", SEAL)
    audit(told)
    monkeypatch.setattr("gitsig.engine.evidence.EvidenceCache.is_trusted", lambda cache, place: True)
    assert listed(told) == {seal: "good"}


def test_a_warm_cache_makes_no_seal(told: Story) -> None:
    told.commit("ada", SEAL)
    assert audit(told).summary().exit_code == 0
    policy = policy_of(told, {"seals": ["bob"]})
    assert sorted(listed(told, policy).values()) == ["good", "unsigned", "unsigned"]


def _first(told: Story) -> str:
    return told.git("rev-list", "--max-parents=0", "main").decode().strip()


# Single revisions and ranges


def test_a_range_is_sealed_by_what_is_in_it(told: Story) -> None:
    (base,) = past(told, 1)
    past(told)
    seal = told.commit("ada", SEAL)
    told.commit("bob")
    reasons, remarks = verify(told, f"{base}..main")
    assert reasons == ["good", "good"]
    assert f"sealed by ada in {seal[:10]}" in remarks
    assert verify(told, f"{base}..{seal}~1")[0] == ["unsigned", "unsigned"]
    assert verify(told, f"{seal}..main")[0] == ["good"]
    assert verify(told, f"{base}...main")[0] == ["good", "good"]


def test_a_range_by_the_rules_of_its_ref(told: Story) -> None:
    base = _first(told)
    told.commit("ada", SEAL)
    policy = policy_of(told, rules=[{"refs": [MAIN], "signers": ["bob"]}])
    assert verify(told, f"{base}..main", policy=policy)[0] == ["unsigned", "key_not_allowed"]
    assert verify(told, f"{base}..main", policy=policy, ref="refs/heads/other")[0] == ["good"]


def test_a_range_that_a_tag_seals(told: Story) -> None:
    base = _first(told)
    told.tag("seal/import")
    reasons, remarks = verify(told, f"{base}..main")
    assert reasons == []
    assert f"sealed by ada in {SEAL_TAG}" in remarks
    assert "holds no commit that is judged" in remarks


def test_new_ranges_want_keys_that_are_valid_now(told: Story) -> None:
    base = _first(told)
    told.commit("ada", SEAL)
    policy = policy_of(told, signers={"ada": {"valid-until": datetime.fromtimestamp(START + DAY, UTC)}})
    assert verify(told, f"{base}..main", policy=policy)[0] == ["good"]
    assert verify(told, f"{base}..main", policy=policy, new=True)[0] == ["unsigned", "key_expired"]
    told.tag("seal/import")
    assert verify(told, f"{base}..main", policy=policy)[0] == []
    assert verify(told, f"{base}..main", policy=policy, new=True)[0] == ["unsigned", "key_expired"]


def test_a_single_commit_behind_a_seal(told: Story) -> None:
    old = told.tip()
    good = told.commit("bob")
    seal = told.commit("ada", SEAL)
    for target in (old, f"{seal}~2"):
        reasons, remarks = verify(told, target)
        assert reasons == []
        assert f"{target} is sealed by ada in {seal[:10]}: read by hand, see issue 7; so it is not judged" in remarks
    assert verify(told, good)[0] == ["good"]
    assert verify(told, seal)[0] == ["good"]


def test_a_single_commit_that_only_an_unguarded_ref_seals(told: Story) -> None:
    old = told.tip()
    told.ref("refs/other/x", new(told, old, message=SEAL))
    assert verify(told, old)[0] == ["unsigned"]


def test_a_single_commit_is_sealed_by_the_rules_of_the_refs(told: Story) -> None:
    old = told.tip()
    told.commit("ada", SEAL)
    for require in ("every-commit", "first-parent"):
        policy = policy_of(told, rules=[{"refs": [MAIN], "signers": ["bob"], "require": require}])
        assert verify(told, old, policy=policy)[0] == ["unsigned"]


def test_explain_says_that_a_commit_is_sealed(told: Story) -> None:
    old = told.tip()
    good = told.commit("bob")
    seal = told.commit("ada", SEAL)
    for target in (old, good):
        with pytest.raises(gitsig.UsageFault) as caught:
            verifier_of(told).explain(target)
        assert f"sealed by ada in {seal[:10]}" in caught.value.diagnostics()
    assert verifier_of(told).explain(seal).verdict.accepted


def test_a_tag_is_judged_whatever_seals_its_commit(told: Story) -> None:
    told.tag("v1", by="mallory")
    told.commit("ada", SEAL)
    assert verify(told, "v1")[0] == ["unknown_key"]


# Pushes


def test_a_maintainer_pushes_an_imported_history_with_a_seal_on_top(told: Story) -> None:
    tip = imported(told)
    assert refused(push(told, (NONE, tip, "refs/heads/import"))) == ["unsigned"]
    seal = new(told, tip, message=SEAL)
    report = push(told, (NONE, seal, "refs/heads/import"))
    assert report.accepted
    assert report.updates[0].summary.checked == 1
    assert any(f"sealed by ada in {seal[:10]}" in each for each in report.info.remarks)
    assert push(told, (NONE, new(told, seal, "bob"), "refs/heads/import")).accepted
    assert refused(push(told, (NONE, new(told, seal, "bob", sign=False), "refs/heads/import"))) == ["unsigned"]


def test_merging_what_is_sealed(told: Story) -> None:
    told.commit("ada", SEAL)
    seal = new(told, imported(told), message=SEAL)
    merge = told.commit("bob", parents=[told.tip(), seal], branch=None)
    assert push(told, (told.tip(), merge, MAIN)).accepted
    beside = told.commit("bob", parents=[told.tip(), imported(told, 1), seal], branch=None)
    assert refused(push(told, (told.tip(), beside, MAIN))) == ["unsigned"]


@pytest.mark.parametrize("case", _VOID)
def test_what_is_no_seal_opens_no_door(told: Story, case: str) -> None:
    how, words = _VOID[case]
    seal = told.commit(**how, branch=None, parents=[imported(told)])
    report = push(told, (NONE, seal, "refs/heads/import"))
    assert "unsigned" in refused(report)
    assert any(each.startswith("no seal") and words in each for each in report.info.remarks)


def test_a_new_seal_wants_a_key_that_is_valid_now(told: Story) -> None:
    policy = policy_of(told, signers={"ada": {"valid-until": datetime.fromtimestamp(START + DAY, UTC)}})
    seal = new(told, imported(told), message=SEAL)
    assert refused(push(told, (NONE, seal, "refs/heads/import"), policy=policy)) == ["key_expired", "unsigned"]
    assert push(told, (NONE, seal, "refs/heads/import"), policy=policy, now=START + 3600).accepted


def test_a_seal_is_judged_by_the_rules_of_the_ref_that_it_comes_to(told: Story) -> None:
    policy = policy_of(told, rules=[{"refs": [MAIN], "signers": ["bob"]}])
    seal = new(told, imported(told), message=SEAL)
    report = push(told, (told.tip(), seal, MAIN), (NONE, seal, "refs/heads/import"), policy=policy)
    assert [update.accepted for update in report.updates] == [False, True]


def test_a_seal_on_a_ref_with_laxer_rules_does_not_help_another(told: Story) -> None:
    """The import came in where Ada may seal; on main she may not, so there everything is judged."""
    seal = told.commit("ada", SEAL, parents=[imported(told)], branch="import")
    policy = policy_of(told, rules=[{"refs": [MAIN], "signers": ["bob"]}])
    assert refused(push(told, (told.tip(), seal, MAIN), policy=policy)) == ["key_not_allowed", "unsigned"]


@pytest.mark.parametrize("require", ["every-commit", "first-parent", "merges", "tip"])
def test_pushes_of_which_less_is_judged(told: Story, require: str) -> None:
    policy = policy_of(told, defaults={"require": require})
    told.commit("ada", SEAL)
    seal = new(told, imported(told), message=SEAL)
    side = new(told, seal, "bob")
    merge = told.commit("bob", parents=[side, told.tip()], branch=None)
    assert push(told, (told.tip(), merge, MAIN), policy=policy).accepted


def test_a_line_whose_seal_is_on_a_side_branch_that_is_known(told: Story) -> None:
    """The unsigned commit was merged as a side branch together with its seal; then the line itself moves to it."""
    policy = policy_of(told, defaults={"require": "first-parent"})
    told.commit("ada", SEAL)
    tip = imported(told, 3)
    seal = new(told, tip, message=SEAL)
    told.merge(seal, by="ada")
    last = told.commit("ada", parents=[tip, seal], branch=None)
    assert push(told, (told.tip(), last, MAIN), policy=policy).accepted
    bare = told.commit("ada", parents=[imported(told, 1)], branch=None)
    assert refused(push(told, (told.tip(), bare, MAIN), policy=policy)) == ["unsigned"]


def test_two_persons_and_a_seal(told: Story) -> None:
    """For that rule commits may be new that [defaults] know, and so may the seals over them."""
    policy = policy_of(told, rules=[{"refs": [MAIN], "two-person": True}])
    told.commit("ada", SEAL)
    tip = imported(told, 3)
    seal = new(told, tip, message=SEAL)
    told.merge(seal, by="bob")
    for range_end, accepted in ((told.commit("bob", parents=[tip, seal], branch=None), True), (tip, False)):
        report = push(told, (told.tip(), range_end, MAIN), policy=policy)
        assert report.accepted == accepted
        reasons = verify(told, f"main..{range_end}", policy=policy, ref=MAIN)[0]
        assert (set(reasons) == {"good"}) == accepted


def test_a_seal_tag_in_the_same_push(told: Story) -> None:
    tip = imported(told)
    tag = told.tag("seal/import", tip, ref=None)
    for updates in ([(NONE, tip, "refs/heads/x"), (NONE, tag, SEAL_TAG)], [(NONE, tag, SEAL_TAG)]):
        assert push(told, *updates).accepted
        assert push(told, *reversed(updates)).accepted
    assert refused(push(told, (NONE, tip, "refs/heads/x"), (NONE, tag, "refs/tags/other"))) == [
        "tag_name_mismatch",
        "unsigned",
    ]


@pytest.mark.parametrize(
    ("how", "rest", "reason"),
    [
        ({"by": "bob"}, {}, "unsigned"),
        ({"sign": False}, {}, "unsigned"),
        ({}, {"rules": [{"refs": ["refs/tags/*"], "signers": ["bob"]}]}, "key_not_allowed"),
        ({}, {"signers": {"ada": {"valid-until": datetime.fromtimestamp(START + DAY, UTC)}}}, "key_expired"),
    ],
    ids=["by one who may not", "unsigned", "rule", "expired"],
)
def test_a_seal_tag_that_is_refused_in_the_same_push(
    told: Story, how: dict[str, Any], rest: dict[str, Any], reason: str
) -> None:
    tip = imported(told)
    tag = told.tag("seal/import", tip, ref=None, **how)
    report = push(told, (NONE, tip, "refs/heads/x"), (NONE, tag, SEAL_TAG), policy=policy_of(told, **rest))
    assert not report.updates[0].accepted
    assert reason in refused(report)
    assert any(each.startswith("no seal") for each in report.info.remarks)


def test_a_seal_tag_that_must_not_move(told: Story) -> None:
    tag = told.tag("seal/import")
    tip = imported(told)
    moved = told.tag("seal/import", tip, ref=None)
    policy = policy_of(told, rules=[{"refs": ["refs/tags/*"], "immutable": True}])
    report = push(told, (NONE, tip, "refs/heads/x"), (tag, moved, SEAL_TAG), policy=policy)
    assert [update.accepted for update in report.updates] == [False, False]
    assert refused(report) == ["rule_violation", "unsigned"]


def test_a_seal_tag_that_is_here_helps_later_pushes(told: Story) -> None:
    tip = imported(told)
    tag = told.tag("seal/import", tip)
    policy = policy_of(told, rules=[{"refs": [MAIN], "signers": ["bob"]}])
    assert push(told, (told.tip(), tip, MAIN), policy=policy).accepted
    assert push(told, (told.tip(), new(told, tip, "bob"), MAIN), policy=policy).accepted
    ended = {"ada": {"valid-until": datetime.fromtimestamp(START + DAY, UTC)}}
    expired = policy_of(told, signers=ended, rules=[{"refs": [MAIN], "signers": ["bob"]}])
    assert push(told, (told.tip(), tip, MAIN), policy=expired).accepted
    assert push(told, (tag, tag, SEAL_TAG), (told.tip(), tip, MAIN), policy=expired).updates[1].accepted
    without = told.policy(rules=[{"refs": [MAIN], "signers": ["bob"]}])
    assert refused(push(told, (told.tip(), tip, MAIN), policy=without)) == ["unsigned"]


@pytest.mark.parametrize("to", ["gone", "elsewhere", "two things"])
def test_a_seal_tag_counts_as_the_push_leaves_it(told: Story, to: str) -> None:
    tip = imported(told)
    tag = told.tag("seal/import", tip)
    other = told.tag("seal/import", new(told, None), ref=None)
    updates = {
        "gone": [(tag, NONE, SEAL_TAG)],
        "elsewhere": [(tag, other, SEAL_TAG)],
        "two things": [(tag, other, SEAL_TAG), (tag, tag, SEAL_TAG)],
    }[to]
    policy = policy_of(told, rules=[{"refs": [MAIN], "signers": ["bob"]}])
    report = push(told, *updates, (told.tip(), tip, MAIN), policy=policy)
    assert not report.updates[-1].accepted
    assert not any(each.startswith("no seal") for each in report.info.remarks)
    assert push(told, (tag, tag, SEAL_TAG), (told.tip(), tip, MAIN), policy=policy).accepted


def test_a_tag_that_is_pushed_under_an_alias_seals_nothing(told: Story) -> None:
    tip = imported(told)
    tag = told.tag("seal/import", tip, ref=None)
    told.git("symbolic-ref", "refs/tags/seal/import", "refs/tags/seal/real")
    report = push(told, (NONE, tip, "refs/heads/x"), (NONE, tag, SEAL_TAG))
    assert not report.updates[0].accepted


def test_where_no_seal_is_needed_none_is_looked_for(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    told.commit("ada", SEAL)
    monkeypatch.setattr("gitsig.engine.seals.Sealer.extend", None)
    assert push(told, (told.tip(), new(told, told.tip(), "bob"), MAIN)).accepted
