"""The JSON Schema says what the parser says, as far as it can."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.policy import parse_policy
from gitsig.upkeep.rendering import rendered
from gitsig.upkeep.schema import policy_schema, schema_text
from tests.policy.test_rule_faults import ANCHOR, HEAD, WARNINGS
from tests.policy.test_rule_faults import BODIES as RULE_BODIES
from tests.policy.test_schema import FULL
from tests.policy.test_schema_faults import BODIES as PLAIN_BODIES
from tests.upkeep.commands import call
from tests.upkeep.smallschema import faults

ROOT = Path(__file__).parents[2]
SCHEMA = policy_schema()
BODIES = [*PLAIN_BODIES, *((text, line, what) for text, line, what in RULE_BODIES if line is not None)]
BEYOND = [
    "unknown signer", "nobody has the role", "excepted twice", "listed twice", "names no signer", "has no key",
    "not before", "more than a day", "cannot be guarded", "no full ref name", "cannot have",
    "cannot name a signer", "the name of a directory", "is no moment", "is neither a file nor", "needs a keyring",
    "can never meet", "two-person asks", "alike", "two-person needs", "speaks of commits", "demands something of",
    "speaks of pushes", "asks none but", "threshold ", "not all refs", "count towards", "speak of the same",
    "without 'root", "counts only where", "nobody may", "stands in ordinary", "no way to seal", "in a policy without",
    "is a user ID", "no full fingerprint", "not TOML", "nested too deeply", "is a string, not a date-time",
]  # fmt: skip
"""Complaints that a schema cannot make: they take more than one value at a time, or a program."""


def blocks(path: Path) -> list[str]:
    return list(re.findall(r"^```toml\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def accepted() -> list[str]:
    texts = [
        FULL,
        ANCHOR,
        *(HEAD + text for text, _ in WARNINGS),
        *(text for path in sorted((ROOT / "docs").rglob("*.md")) for text in blocks(path)),
    ]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / "tests/vectors").rglob("*.toml"))]
    whole = []
    for text in texts:
        try:
            parse_policy(text.encode(), "policy.toml")
        except PolicyFault:
            continue
        whole.append(text)
    return whole


def test_the_committed_copy_is_up_to_date() -> None:
    assert (ROOT / "docs/policy.schema.json").read_text("utf-8") == schema_text(), "gitsig policy schema > docs/…"


def test_the_command_prints_it() -> None:
    done = call("policy", "schema")
    assert (done.code, json.loads(done.out)) == (0, SCHEMA)


def test_policies_that_the_parser_takes_are_valid() -> None:
    texts = accepted()
    assert len(texts) > 5
    assert {text: found for text in texts if (found := faults(tomllib.loads(text), SCHEMA))} == {}


@pytest.mark.parametrize("text", [text for text, _, what in BODIES if not any(each in what for each in BEYOND)])
def test_what_the_parser_refuses_is_invalid_wherever_a_schema_can_tell(text: str) -> None:
    assert faults(tomllib.loads(text), SCHEMA) != []


def test_the_schema_still_catches_most_of_it() -> None:
    beyond = [what for _, _, what in BODIES if any(each in what for each in BEYOND)]
    assert len(beyond) * 2 < len(BODIES)


SIGNER = 'version = 1\n[signers.ada]\nemails = ["a@b"]\nopenpgp = ["keys/a.asc"]\n'
TABLES = [
    (SCHEMA, "{unknown}\n" + SIGNER),
    (SCHEMA["properties"]["ssh"], SIGNER + "[ssh]\n{unknown}"),
    (SCHEMA["properties"]["history"], SIGNER + "[history]\n{unknown}"),
    (SCHEMA["$defs"]["governance"], SIGNER + "[governance]\n{unknown}"),
    (SCHEMA["$defs"]["signer"], SIGNER + "{unknown}"),
    (SCHEMA["$defs"]["defaults"], SIGNER + "[defaults]\n{unknown}"),
    (SCHEMA["$defs"]["rule"], SIGNER + "[[rules]]\n{unknown}"),
    (SCHEMA["$defs"]["exception"], SIGNER + "[[exceptions]]\n{unknown}"),
    (SCHEMA["$defs"]["signer"]["properties"]["ssh"]["items"]["anyOf"][1], SIGNER + "ssh = [{{{unknown}}}]"),
]


@pytest.mark.parametrize(("table", "text"), TABLES)
def test_each_table_has_the_keys_that_the_parser_knows(table: dict[str, Any], text: str) -> None:
    """The parser names them all where it meets one that is unlike any."""
    with pytest.raises(PolicyFault) as caught:
        parse_policy(text.format(unknown="qqqqqqqqqqqq = 1").encode(), "policy.toml")
    assert set(caught.value.mend.removeprefix("known are ").split(", ")) == set(table["properties"])


@pytest.mark.parametrize("table", [table for table, _ in TABLES[:-1]])
def test_every_key_is_described(table: dict[str, Any]) -> None:
    assert [name for name, each in table["properties"].items() if not each.get("description")] == []


@given(st.sampled_from(["require", "tags", "identity", "self-signatures", "fido", "clock-skew"]), st.text(max_size=12))
def test_words_are_the_parsers(key: str, word: str) -> None:
    text = f"{SIGNER}[defaults]\n{key} = {rendered(word)}"
    assert (not faults(tomllib.loads(text), SCHEMA)) == (refusal(text) in ("", _SKEW))


_SKEW = "clocks that differ by more than a day are broken"


def refusal(text: str) -> str:
    try:
        parse_policy(text.encode(), "policy.toml")
    except PolicyFault as fault:
        return fault.what
    return ""
