"""What the JSON Schema says of single keys where the types alone do not: patterns, ranges, references."""

from __future__ import annotations

from typing import Any, NamedTuple

from gitsig.model import Reason
from gitsig.policy.governing import TRAILER
from gitsig.policy.lists import OBJECT_ID
from gitsig.policy.rulesets import RSA_BITS
from gitsig.policy.schema import NEVER_EXCEPTED
from gitsig.policy.times import DURATION
from gitsig.policy.types import KNOWN_DIGESTS, Defaults, Exemption, Governance, Rule, Signer

__all__ = ["HISTORY", "MOMENT", "PARTS", "TEXT", "Part", "texts"]

MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
}
TEXT = {"type": "string", "minLength": 1}
_OBJECT_ID = {"type": "string", "pattern": f"^({OBJECT_ID.pattern.replace('a-f', 'a-fA-F')})$"}
_REF = {"type": "string", "pattern": r"^[^\u0000-\u0020\u007f~^:\\\[\]{}]+$", "minLength": 1, "maxLength": 1024}


_TAG_REF = {**_REF, "pattern": r"^refs/tags/[^\u0000-\u0020\u007f~^:\\\[\]{}]*$"}
_PATH = {
    "type": "string",
    "pattern": (
        r"^(?![/! ])(?!.*(//|/$| $))(?!(.*/)?\.{1,2}(/|$))(?!.*[^/]\*\*)(?!.*\*\*[^/])"
        r"[^\u0000-\u001f\u007f\[\]{}\\]+$"
    ),
    "maxLength": 1024,
}
_ROOT_SIGNER = {"type": "string", "pattern": r"^([0-9A-Fa-f ]{40,}|SHA256:[A-Za-z0-9+/]{43})$"}
_TRAILER = {"type": "string", "pattern": f"^{TRAILER.pattern}$"}


class Part(NamedTuple):
    """One table of the file: the type that it fills, and what is not as the type has it."""

    type: type
    left_out: frozenset[str]
    own: dict[str, dict[str, Any]]
    """Keys that the type has otherwise, or not at all."""
    required: tuple[str, ...] = ()


def texts(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    """A list of `item`, of `least` entries or more."""
    found: dict[str, Any] = {"type": "array", "items": item}
    return {**found, "minItems": least} if least else found


def _key(pattern: str | None = None) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1} | ({"pattern": pattern} if pattern else {})
    window = {"valid-from": {"$ref": "#/$defs/moment"}, "valid-until": {"$ref": "#/$defs/moment"}}
    table = {
        "type": "object",
        "properties": {"key": text, **window},
        "required": ["key"],
        "additionalProperties": False,
    }
    return {"anyOf": [text, table]}


_REASONS = sorted(str(each) for each in Reason if each not in NEVER_EXCEPTED)
_EMAIL = {"type": "string", "pattern": r"^[^\s<>*\u0000-\u001f\u007f]+$"}
_BITS = {"type": "integer", "minimum": RSA_BITS.start, "maximum": RSA_BITS.stop - 1}
_SKEW = {"type": "string", "pattern": f"^{DURATION.pattern}$"}
PARTS = {
    "signer": Part(
        Signer,
        frozenset({"name", "patterns"}),
        {"emails": texts(_EMAIL), "openpgp": texts(_key()), "ssh": texts(_key()), "paths": texts(_PATH, 1)},
    ),
    "defaults": Part(
        Defaults,
        frozenset(),
        {
            "refs": texts(_REF, 1),
            "except-refs": texts(_REF, 1),
            "clock-skew": _SKEW,
            "reject-digests": texts({"enum": sorted(KNOWN_DIGESTS)}),
            "min-rsa-bits": _BITS,
        },
    ),
    "rule": Part(
        Rule,
        frozenset({"number", "roles"}),
        {
            "refs": texts(_REF, 1),
            "signers": texts(TEXT, 1),
            "paths": texts(_PATH, 1),
            "threshold": {"type": "integer", "minimum": 1},
            "approvals": texts(_TAG_REF, 1),
            "behind": texts(_OBJECT_ID),
            "exempt": texts(_OBJECT_ID),
        },
        ("refs",),
    ),
    "governance": Part(
        Governance,
        frozenset({"roles"}),
        {"root": _OBJECT_ID, "root-signer": _ROOT_SIGNER, "signers": texts(TEXT, 1)},
    ),
    "exception": Part(
        Exemption,
        frozenset({"oid"}),
        {
            "object": _OBJECT_ID,
            "accept": texts({"enum": _REASONS}, 1),
            "because": {"type": "string", "pattern": r"\S"},
        },
        ("object", "accept", "because"),
    ),
}
HISTORY = {
    "trusted-roots": texts(_OBJECT_ID),
    "seals": texts(TEXT, 1),
    "seal-trailers": texts(_TRAILER),
    "seal-tags": texts(_TAG_REF),
}
"""The keys of `[history]`, which fill no type of their own."""
