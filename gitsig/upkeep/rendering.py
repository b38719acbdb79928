"""Values as a policy writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gitsig.policy.times import iso, unix_seconds

if TYPE_CHECKING:
    from tomlkit.items import Item

__all__ = ["rendered", "toml_key", "toml_text", "written"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def rendered(value: Any) -> str:
    """TOML of a string, flag, number, moment, list or small table, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(unix_seconds(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_key(key)} = {rendered(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(rendered, value)) + "]"
    return str(value) if isinstance(value, int) else toml_text(value)


def toml_text(text: str) -> str:
    """A basic string. JSON's escapes are TOML's; what a reviewer could not see is escaped too."""
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in shown)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def toml_key(name: str) -> str:
    """A key, in quotes where TOML wants them."""
    return name if _BARE_KEY.fullmatch(name) else toml_text(name)


def written(value: Any) -> Item:
    """The same for tomlkit."""
    import tomlkit

    return tomlkit.value(rendered(value))
