"""The reference pages keep up with the code: the report links to their anchors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitsig.model import Reason
from gitsig.policy import KNOWN_DIGESTS, FidoDemand, Identity, ObjectKind, Parents, Require, SelfSignatures, Tags

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
    "paths",
    "kinds",
    "two-person",
    "threshold",
    "approvals",
    "clean-merges",
    "no-octopus",
    "tree-sha512",
    "behind",
    "exempt",
    "except-refs",
    "valid-now",
    "seals",
    "seal-trailers",
    "seal-tags",
    "root",
    "root-signer",
    "parents",
    "trusted-roots",
    "object",
    "accept",
    "because",
    "until",
]


@pytest.mark.parametrize(
    "word",
    [*KEYS, *Require, *Tags, *Identity, *SelfSignatures, *FidoDemand, *ObjectKind, *Parents, *sorted(KNOWN_DIGESTS)],
)
def test_every_word_of_the_policy_file_is_explained(word):
    assert f"`{word}`" in (DOCS / "policy.md").read_text("utf-8")


def test_the_list_above_is_the_schemas():
    """A key that the parser takes must be in it, so that it cannot go without a word."""
    from gitsig.upkeep.schema import policy_schema

    schema = policy_schema()
    tables = [schema["properties"][name]["properties"] for name in ("ssh", "history")]
    tables += [each["properties"] for each in schema["$defs"].values() if "properties" in each]
    assert {name for table in tables for name in table} <= {*KEYS}
