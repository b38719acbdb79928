"""The reference pages keep up with the code: the report links to their anchors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitsig.model import Reason
from gitsig.policy import KNOWN_DIGESTS, FidoDemand, Identity, ObjectKind, Require, SelfSignatures, Tags

DOCS = Path(__file__).parents[2] / "docs"


def test_every_verdict_has_its_anchor_in_the_order_of_reasons():
    headings = re.findall(r"^## (\S+)$", (DOCS / "verdicts.md").read_text("utf-8"), re.MULTILINE)
    assert headings == ["good", *(reason for reason in Reason if reason is not Reason.GOOD)]


@pytest.mark.parametrize("reason", Reason)
def test_every_verdict_tells_what_others_call_it(reason):
    text = (DOCS / "verdicts.md").read_text("utf-8")
    section = text.split(f"\n## {reason}\n")[1].split("\n## ")[0]
    assert "GitHub:" in section
    assert re.search(r"\bgit:", section)
    assert reason is Reason.GOOD or ("* Contributor:" in section and "* Administrator:" in section)


KEYS = [
    "version",
    "keyring",
    "allowed-signers",
    "revoked",
    "emails",
    "roles",
    "openpgp",
    "ssh",
    "only",
    "valid-from",
    "valid-until",
    "refs",
    "require",
    "tags",
    "identity",
    "clock-skew",
    "reject-digests",
    "min-rsa-bits",
    "self-signatures",
    "fido",
    "signers",
    "no-rewind",
    "no-delete",
    "immutable",
    "trusted-roots",
    "object",
    "accept",
    "because",
    "until",
]


@pytest.mark.parametrize(
    "word",
    [*KEYS, *Require, *Tags, *Identity, *SelfSignatures, *FidoDemand, *ObjectKind, *sorted(KNOWN_DIGESTS)],
)
def test_every_word_of_the_policy_file_is_explained(word):
    assert f"`{word}`" in (DOCS / "policy.md").read_text("utf-8")
