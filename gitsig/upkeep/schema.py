"""A JSON Schema (2020-12) of the policy file, for editors: made from the types, words and patterns of the parser.

It says what can be said without the other keys: that a role exists, or that a key stands in the policy once, only
`gitsig policy check` knows. A TOML date-time is a string here, as the editors that read TOML have it.
"""

from __future__ import annotations

import json
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from gitsig.policy.schema import VERSION
from gitsig.policy.types import Defaults
from gitsig.upkeep.schemaparts import HISTORY, MOMENT, PARTS, TEXT, Part, texts
from gitsig.upkeep.schemawords import MEANING

__all__ = ["SCHEMA_ID", "policy_schema", "schema_text"]

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """The schema as plain values."""
    definitions: dict[str, Any] = {name: _table(part) for name, part in PARTS.items()}
    definitions["moment"] = MOMENT
    name = {"pattern": "^(?!role:)", "minLength": 1}
    tables = {
        "version": {"const": VERSION},
        "keyring": {"anyOf": [TEXT, texts(TEXT, 1)]},
        "ssh": _closed({"allowed-signers": TEXT, "revoked": TEXT}),
        "signers": {"type": "object", "propertyNames": name, "additionalProperties": {"$ref": "#/$defs/signer"}},
        "defaults": {"$ref": "#/$defs/defaults"},
        "rules": texts({"$ref": "#/$defs/rule"}),
        "history": _closed(HISTORY),
        "governance": {"$ref": "#/$defs/governance"},
        "exceptions": texts({"$ref": "#/$defs/exception"}),
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


def _table(part: Part) -> dict[str, Any]:
    hints = get_type_hints(part.type)
    usual = getattr(part.type, "_field_defaults", {}) if part.type is Defaults else {}
    properties: dict[str, Any] = {}
    for field, hint in hints.items():
        name = field.replace("_", "-")
        if field not in part.left_out:
            properties[name] = part.own[name] if name in part.own else _of(hint)
            if isinstance(usual.get(field), str | bool):
                value = usual[field]
                properties[name] = {**properties[name], "default": str(value) if isinstance(value, str) else value}
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
        return texts({"type": "string"}) if item is str else texts(_of(item), 1)
    raise TypeError(f"no schema for {hint}")
