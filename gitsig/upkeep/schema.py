"""A JSON Schema (2020-12) of the policy file, for editors: made from the types, words and patterns of the parser.

It says what can be said without the other keys: that a role exists, or that a key stands in the policy once, only
`gitsig policy check` knows. A TOML date-time is a string here, as the editors that read TOML have it.
"""

from __future__ import annotations

import json
from enum import StrEnum
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from gitsig.model import Reason
from gitsig.policy import rulesets, schema, times
from gitsig.policy.types import KNOWN_DIGESTS, Defaults, Exemption, Rule, Signer
from gitsig.upkeep.schemawords import MEANING

__all__ = ["SCHEMA_ID", "policy_schema", "schema_text"]

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"

_MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
}
_TEXT = {"type": "string", "minLength": 1}
_OBJECT_ID = {"type": "string", "pattern": f"^({schema._OBJECT_ID.pattern.replace('a-f', 'a-fA-F')})$"}
_REF = {"type": "string", "pattern": r"^[^\u0000-\u0020\u007f~^:\\\[\]{}]+$", "minLength": 1, "maxLength": 1024}


class _Part(NamedTuple):
    """One table of the file: the type that it fills, and what is not as the type has it."""

    type: type
    left_out: frozenset[str]
    own: dict[str, dict[str, Any]]
    """Keys that the type has otherwise, or not at all."""
    required: tuple[str, ...] = ()


def _texts(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
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


_REASONS = sorted(str(each) for each in Reason if each not in schema._NEVER_EXCEPTED)
_EMAIL = {"type": "string", "pattern": r"^[^\s<>*\u0000-\u001f\u007f]+$"}
_BITS = {"type": "integer", "minimum": rulesets._RSA_BITS.start, "maximum": rulesets._RSA_BITS.stop - 1}
_SKEW = {"type": "string", "pattern": f"^{times._DURATION.pattern}$"}
_PARTS = {
    "signer": _Part(
        Signer,
        frozenset({"name", "patterns"}),
        {"emails": _texts(_EMAIL), "openpgp": _texts(_key()), "ssh": _texts(_key())},
    ),
    "defaults": _Part(
        Defaults,
        frozenset(),
        {
            "refs": _texts(_REF, 1),
            "clock-skew": _SKEW,
            "reject-digests": _texts({"enum": sorted(KNOWN_DIGESTS)}),
            "min-rsa-bits": _BITS,
        },
    ),
    "rule": _Part(
        Rule, frozenset({"number", "roles"}), {"refs": _texts(_REF, 1), "signers": _texts(_TEXT, 1)}, ("refs",)
    ),
    "exception": _Part(
        Exemption,
        frozenset({"oid"}),
        {
            "object": _OBJECT_ID,
            "accept": _texts({"enum": _REASONS}, 1),
            "because": {"type": "string", "pattern": r"\S"},
        },
        ("object", "accept", "because"),
    ),
}


def policy_schema() -> dict[str, Any]:
    """The schema as plain values."""
    definitions: dict[str, Any] = {name: _table(part) for name, part in _PARTS.items()}
    definitions["moment"] = _MOMENT
    name = {"pattern": "^(?!role:)", "minLength": 1}
    tables = {
        "version": {"const": schema._VERSION},
        "keyring": {"anyOf": [_TEXT, _texts(_TEXT, 1)]},
        "ssh": _closed({"allowed-signers": _TEXT, "revoked": _TEXT}),
        "signers": {"type": "object", "propertyNames": name, "additionalProperties": {"$ref": "#/$defs/signer"}},
        "defaults": {"$ref": "#/$defs/defaults"},
        "rules": _texts({"$ref": "#/$defs/rule"}),
        "history": _closed({"trusted-roots": _texts(_OBJECT_ID)}),
        "exceptions": _texts({"$ref": "#/$defs/exception"}),
    }
    head = {"$schema": SCHEMA_ID, "title": "gitsig policy, version 1"}
    return {**head, **_closed(tables), "required": ["version"], "$defs": definitions}


def schema_text() -> str:
    """The schema as a file."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    told = {name: {**each, **_described(name)} for name, each in properties.items()}
    return {"type": "object", "properties": told, "additionalProperties": False}


def _described(name: str) -> dict[str, str]:
    return {"description": MEANING[name]} if name in MEANING else {}


def _table(part: _Part) -> dict[str, Any]:
    hints = get_type_hints(part.type)
    usual = getattr(part.type, "_field_defaults", {}) if part.type is Defaults else {}
    properties: dict[str, Any] = {}
    for field, hint in hints.items():
        name = field.replace("_", "-")
        if field not in part.left_out:
            properties[name] = part.own[name] if name in part.own else _of(hint)
            if isinstance(usual.get(field), str | bool):
                properties[name] = {**properties[name], "default": str(usual[field])}
    properties |= {name: own for name, own in part.own.items() if name not in properties}
    found = _closed(properties)
    return {**found, "required": list(part.required)} if part.required else found


def _of(hint: Any) -> dict[str, Any]:
    """The schema of a field's type. Raises TypeError for one that has none, so that a new field is not forgotten."""
    if get_origin(hint) is UnionType:
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    if hint is int:
        return {"$ref": "#/$defs/moment"}
    if hint is bool:
        return {"type": "boolean"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [each.value for each in hint]}
    if get_origin(hint) in (frozenset, tuple):
        item = get_args(hint)[0]
        return _texts({"type": "string"}) if item is str else _texts(_of(item), 1)
    raise TypeError(f"no schema for {hint}")
