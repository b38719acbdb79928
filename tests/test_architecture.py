"""Which room may import which, and who alone uses a library: read off the source, so that it cannot drift."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gitsig"

MAY_IMPORT = {
    "model": set(),
    "errors": set(),
    "store": {"model", "errors", "objects"},
    "objects": {"model", "errors"},
    "keys": {"model", "errors"},
    "signatures": {"model", "errors", "keys"},
    "policy": {"model", "errors", "keys"},
    "tally": {"model"},
    "loading": {"model", "errors", "keys", "policy", "store"},
    "sources": {"model", "errors", "keys", "loading", "policy", "store"},
    "keyreview": {"model", "loading", "policy"},
    "engine": {"model", "errors", "keys", "loading", "objects", "policy", "signatures", "store", "tally", "_version"},
    "hooks": {
        "model",
        "errors",
        "engine",
        "objects",
        "loading",
        "policy",
        "reports",
        "sources",
        "store",
        "keyreview",
        "_version",
    },
    "install": {"model", "errors", "sources"},
    "doctor": {"errors", "hooks", "install", "keyreview", "keys", "loading", "reports", "sources", "store", "_version"},
    "reports": {"model", "tally", "_version"},
    "upkeep": {
        "model",
        "errors",
        "keys",
        "loading",
        "policy",
        "sources",
        "store",
        "engine",
        "objects",
        "signatures",
        "reports",
    },
}
"""Room to rooms; `cli` and the front door may import all. The walk in `store` reads parents with `objects`."""

ALONE = {
    "pygit2": ("store/libgit2",),
    "gnupg": ("keys/", "signatures/openpgp/"),
    "typer": ("cli/",),
    "rich": ("reports/t", "cli/progress"),
    "tomlkit": ("upkeep/document", "upkeep/rendering"),
    "sqlite3": ("engine/cachefile", "engine/evidence"),
    "socket": ("engine/workers",),
    "marshal": ("engine/evidence", "engine/ahead", "engine/cachefile", "engine/records", "engine/resume"),
    "subprocess": (
        "keys/openpgp/gpg",
        "store/git",
        "hooks/client/process",
        "install/git",
    ),
}
"""Library to the only modules that may import it."""

LIGHT = ("tomlkit", "typer", "rich", "gnupg", "subprocess", "asyncio", "multiprocessing", "sqlite3", "socket")
"""What judging through the library must not have imported on the warm path."""


def _modules() -> list[tuple[str, Path]]:
    return [(str(path.relative_to(PACKAGE).with_suffix("")), path) for path in sorted(PACKAGE.rglob("*.py"))]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize(("name", "path"), _modules())
def test_a_room_imports_only_what_it_may(name: str, path: Path) -> None:
    room = name.split("/")[0]
    if room in ("cli", "__init__", "__main__"):
        return
    rooms = {each.split(".")[1] for each in _imports(path) if each.startswith("gitsig.")} - {room}
    assert rooms <= MAY_IMPORT.get(room, set()), f"{name} imports {sorted(rooms)}"


@pytest.mark.parametrize(("name", "path"), _modules())
def test_a_library_is_used_only_where_it_belongs(name: str, path: Path) -> None:
    tops = {each.split(".")[0] for each in _imports(path)}
    for library, homes in ALONE.items():
        if library in tops:
            assert name.startswith(homes), f"{name} imports {library}"


def test_the_library_signature_extraction_of_libgit2_is_not_used() -> None:
    """It works on C strings and ignores where the header ends."""
    assert [name for name, path in _modules() if "gpg_signature" in path.read_text(encoding="utf-8")] == []


def test_importing_the_engine_stays_light() -> None:
    code = "import sys, gitsig; gitsig.Verifier, gitsig.load_policy; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(LIGHT) & set(done.stdout.split()) == set()
