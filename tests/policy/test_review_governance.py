"""`[governance]` in a policy file: what cannot stand beside a root, and what does less than it seems."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.policy import Policy, parse_policy
from gitsig.policy.reviewgovernance import review_alone

OID = "a1" * 20
SIGNERS = '[signers.ada]\nemails = ["ada@example.org"]\nopenpgp = ["keys/ada.asc"]\n'
ANCHOR = f'[governance]\nroot = "{OID}"\nroot-signer = "{"B2" * 20}"\n'
OWNED = '[governance]\nsigners = ["ada"]\n'


def parse(text: str) -> Policy:
    return parse_policy(f"version = 1\n{text}".encode(), "policy.toml")


@pytest.mark.parametrize(
    ("more", "line", "what"),
    [
        (f'[history]\ntrusted-roots = ["{OID}"]\n', 6, "'trusted-roots' and the root of [governance] are two answers"),
        (SIGNERS + '[history]\nseals = ["ada"]\n', 9, "'seals' and the root of [governance] are two answers"),
        ('[defaults]\nrequire = "tip"\n', 6, "governance judges every commit, and [defaults] say tip"),
        ('[defaults]\nrequire = "first-parent"\n', 6, "governance judges every commit"),
    ],
)
def test_what_cannot_stand_beside_a_root_is_an_error_at_its_line(more: str, line: int, what: str) -> None:
    with pytest.raises(PolicyFault) as caught:
        parse(ANCHOR + more)
    assert what in caught.value.what
    assert caught.value.where == f"policy.toml:{line}"
    assert caught.value.mend


@pytest.mark.parametrize("more", ["[history]\ntrusted-roots = []\n", '[defaults]\nrequire = "every-commit"\n'])
def test_what_says_nothing_else_may(more: str) -> None:
    assert parse(ANCHOR + more).warnings == ()


def test_without_a_root_it_is_no_anchor() -> None:
    text = SIGNERS + OWNED + f'[history]\ntrusted-roots = ["{OID}"]\nseals = ["ada"]\n[defaults]\nrequire = "tip"\n'
    assert parse(text).trusted_roots == {OID}


RULE = '[[rules]]\nrefs = ["refs/heads/main"]\n'
NO_REWIND = f"{RULE}no-rewind = true\n"


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        (ANCHOR, False),
        (ANCHOR + NO_REWIND, False),
        (ANCHOR + '[[rules]]\nrefs = ["refs/tags/*"]\nimmutable = true\nno-delete = true\n', False),
        (ANCHOR + SIGNERS, True),
        (ANCHOR + f"{RULE}two-person = true\nno-rewind = true\n", True),
        (ANCHOR + SIGNERS + f'{RULE}signers = ["ada"]\n', True),
        (ANCHOR + '[ssh]\nallowed-signers = "signers"\n', True),
        (SIGNERS + OWNED, False),
    ],
)
def test_an_anchor_that_says_who_may_sign_is_warned_of(text: str, warned: bool) -> None:
    assert any("an anchor's signers" in warning for warning in parse(text).warnings) is warned


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        (SIGNERS, False),
        (ANCHOR, False),
        (SIGNERS + OWNED, True),
        (SIGNERS + OWNED + f'{RULE}signers = ["ada"]\n', True),
        (SIGNERS + OWNED + f'{RULE}signers = ["ada"]\npaths = [".gitsig/policy.toml"]\n', True),
        (SIGNERS + OWNED + f'{RULE}signers = ["ada"]\npaths = ["src/**", ".gitsig/**"]\n', False),
        (SIGNERS + OWNED + f'{RULE}clean-merges = true\npaths = [".gitsig/**"]\n', True),
    ],
)
def test_governance_that_judges_alone_and_guards_nothing(text: str, warned: bool) -> None:
    assert any("judges alone without a root" in warning for warning in review_alone(parse(text))) is warned
