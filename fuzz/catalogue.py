"""Which targets there are, and one of them loaded. Nothing of gitsig is imported before a target is."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

__all__ = ["FINDINGS", "Target", "findings", "load", "names"]

_FOLDER = Path(__file__).parent
FINDINGS = _FOLDER / "findings"
"""Inputs that were findings once: `TARGET/NAME`, and why in `TARGET/NAME.txt`."""


class Target(NamedTuple):
    """One target, ready to be run."""

    name: str
    one: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    tokens: tuple[bytes, ...]
    """Pieces of the grammar, for the mutations."""


def names() -> list[str]:
    """The targets' names, in order."""
    return sorted(each.stem for each in (_FOLDER / "targets").glob("*.py") if each.stem != "__init__")


def load(name: str) -> Target:
    """Import a target. ImportError for a name that is none."""
    module = import_module(f"fuzz.targets.{name}")
    return Target(name, module.one, module.seeds, tuple(module.TOKENS))


def findings(name: str) -> list[Path]:
    """Earlier findings of a target, without their explanations."""
    return sorted(each for each in (FINDINGS / name).glob("*") if each.suffix != ".txt")
