"""Rules that end somewhere, branches that pass unjudged, and keys that must be valid today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import gitsig
from gitsig.engine.updates import verify_updates
from gitsig.model import RefUpdate
from tests.support.story import START, Story

NOW = START + 86400
MAIN = "refs/heads/main"


@pytest.fixture
def told(story: Callable[..., Story]) -> Story:
    """Two octopus merges on main, `old` and `new`."""
    tale = story()
    tale.base = tale.commit(sign="ssh")
    for name in ("old", "new"):
        sides = [tale.commit(branch=None, parents=[tale.tip()], sign="ssh", files={f"{name}{at}": b""}) for at in "12"]
        files = {f"{name}{at}": b"" for at in "12"}
        setattr(tale, name, tale.merge(*sides, sign="ssh", files=files))
    return tale


def _verifier(tale: Story, **policy) -> gitsig.Verifier:
    store = gitsig.open_repository(str(tale.path))
    return gitsig.Verifier(store, gitsig.load_policy(store, str(tale.policy(**policy))), now=NOW)


def _rule(*behind: str, **rest) -> dict[str, object]:
    return {"refs": [MAIN], "no-octopus": True, **({"behind": list(behind)} if behind else {}), **rest}


@pytest.mark.parametrize("require", ["every-commit", "first-parent"])
@pytest.mark.parametrize(("behind", "refused"), [((), {"old", "new"}), (("old",), {"new"}), (("new",), set())])
def test_a_rule_ends_behind_a_commit(told, require, behind, refused) -> None:
    verifier = _verifier(told, rules=[_rule(*(getattr(told, each) for each in behind), require=require)])
    wanted = {getattr(told, each) for each in refused}
    runs = {
        "audit": verifier.audit(),
        "range": verifier.verify([f"{told.base}..{told.new}"], ref=MAIN),
        "single": verifier.verify([told.old, told.new], ref=MAIN),
    }
    assert {name: {each.oid for each in run if not each.accepted} for name, run in runs.items()} == dict.fromkeys(
        runs, wanted
    )
    push = verify_updates(verifier, [RefUpdate("0" * 40, told.new, MAIN)], known=[])
    assert {each.oid for update in push.updates for each in update.refused} == wanted


def test_an_exempt_commit_is_spoken_of_no_more(told) -> None:
    found = {each.oid for each in _verifier(told, rules=[_rule(exempt=[told.old])]).audit() if not each.accepted}
    assert found == {told.new}


def test_what_a_laxer_branch_holds_is_judged_by_the_rule(told) -> None:
    """No other ref vouches for what only this one demands (R4)."""
    told.branch("lax", told.new)
    verifier = _verifier(told, rules=[_rule()])
    push = verify_updates(verifier, [RefUpdate(told.base, told.new, MAIN)], known=[("refs/heads/lax", told.new)])
    assert not push.accepted


def test_excepted_branches_pass_unjudged(told) -> None:
    told.commit(branch="keyring", parents=[], sign=False)
    defaults = {"except-refs": ["refs/heads/key*"]}
    verifier = _verifier(told, defaults=defaults)
    assert {each.accepted for each in verifier.audit()} == {True}
    push = [RefUpdate("0" * 40, told.tip("keyring"), ref) for ref in ("refs/heads/keyring", "refs/heads/other")]
    assert not verify_updates(verifier, push[1:]).accepted
    assert verify_updates(verifier, push[:1]).accepted


@pytest.mark.parametrize("valid_now", [False, True])
def test_history_may_want_keys_that_are_valid_today(told, valid_now) -> None:
    key = {"key": told.ssh.public("ada"), "valid-until": datetime.fromtimestamp(NOW - 60, UTC)}
    signers = {"ada": {"ssh": [key]}}
    verifier = _verifier(told, defaults={"valid-now": valid_now}, signers=signers)
    assert {str(each.reason) for each in verifier.audit()} == {"key_expired" if valid_now else "good"}
