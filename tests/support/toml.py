"""Writes TOML for test policies: tables, arrays of tables, strings, numbers, booleans and dates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["dumps"]


def dumps(document: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """TOML text. Underscores in keys become `-`, so that keywords can name them; signers' names stay."""
    plain, tables = [], []
    for key, value in document.items():
        name = key if path == ("signers",) else key.replace("_", "-")
        inner = (*path, name)
        heading = ".".join(map(_key, inner))
        if isinstance(value, Mapping):
            own = path or name != "signers"
            tables.append((f"\n[{heading}]\n" if own else "") + dumps(value, inner))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping) and not path:
            tables += [f"\n[[{heading}]]\n{dumps(entry, inner)}" for entry in value]
        else:
            plain.append(f"{_key(name)} = {_value(value)}\n")
    return "".join(plain + tables)


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k.replace('_', '-'))} = {_value(v)}" for k, v in value.items()) + "}"
    return str(value) if isinstance(value, int) else json.dumps(str(value))
