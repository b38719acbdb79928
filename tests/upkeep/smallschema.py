"""As much of JSON Schema (2020-12) as the policy's schema uses; whatever else it says is an error here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

__all__ = ["faults"]

_KNOWN = {
    "$schema", "title", "$defs", "description", "default", "format",
    "$ref", "anyOf", "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "items", "minItems", "properties", "propertyNames", "additionalProperties", "required",
}  # fmt: skip
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, where: str = "") -> list[str]:
    """What of `value` the schema forbids."""
    root = schema if root is None else root
    assert set(schema) <= _KNOWN, f"{where}: {set(schema) - _KNOWN}"
    if "$ref" in schema:
        return faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)
    if isinstance(value, datetime | date | time):
        value = value.isoformat()
    kind = _TYPES.get(schema.get("type", ""), object)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return [f"{where}: not of type {schema['type']}"]
    found = [f"{where}: {word}" for word, wrong in _plain(value, schema) if wrong]
    if "anyOf" in schema and all(faults(value, each, root, where) for each in schema["anyOf"]):
        found.append(f"{where}: none of anyOf")
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += faults(item, schema.get("items", {}), root, f"{where}[{index}]")
    return found + (_object(value, schema, root, where) if isinstance(value, dict) else [])


def _plain(value: Any, schema: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "const", "const" in schema and (value != schema["const"] or isinstance(value, bool))
    yield "enum", "enum" in schema and value not in schema["enum"]
    if isinstance(value, str):
        yield "pattern", "pattern" in schema and re.search(schema["pattern"], value) is None
        yield "minLength", len(value) < schema.get("minLength", 0)
        yield "maxLength", len(value) > schema.get("maxLength", len(value))
    if isinstance(value, int):
        yield "minimum", value < schema.get("minimum", value)
        yield "maximum", value > schema.get("maximum", value)
    if isinstance(value, list):
        yield "minItems", len(value) < schema.get("minItems", 0)


def _object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    found = [f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    rest = schema.get("additionalProperties", True)
    for name, each in value.items():
        found += faults(name, schema.get("propertyNames", {}), root, f"{where}.{name}")
        if name in schema.get("properties", {}):
            found += faults(each, schema["properties"][name], root, f"{where}.{name}")
        elif rest is False:
            found.append(f"{where}: {name} is unknown")
        elif isinstance(rest, dict):
            found += faults(each, rest, root, f"{where}.{name}")
    return found
