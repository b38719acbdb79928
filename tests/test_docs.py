"""What people read holds together: links lead somewhere, policies parse, commands have the options that are shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from gitsig.cli.main import app
from gitsig.policy import parse_policy

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/demo/README.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
TABLES = {"signers", "rules", "history", "governance", "exceptions"}
COMMAND = re.compile(r"(?:^|\$ |\| |sudo |-u \w+ |: )gitsig ([a-z].*)$", re.MULTILINE)


def blocks(page: Path, language: str) -> Iterator[str]:
    """Fenced code; in lists without the indentation."""
    fenced = re.compile(rf"^( *)```{language}\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    for indent, text in fenced.findall(page.read_text("utf-8")):
        yield re.sub(f"^{indent}", "", text, flags=re.MULTILINE)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


POLICIES = [
    (named(page), text) for page in PAGES for text in blocks(page, "toml") if TABLES & tomllib.loads(text).keys()
]
COMMANDS = [
    (named(page), line)
    for page in PAGES
    for text in blocks(page, r"\w*")
    for line in COMMAND.findall(text.replace("\\\n", " "))
]


def anchors(page: Path) -> set[str]:
    """As forges make them out of headings."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text("utf-8")):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


def test_the_front_page_names_every_page() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in text] == []


@pytest.mark.parametrize(("page", "text"), POLICIES)
def test_policies_parse(page: str, text: str) -> None:
    parse_policy(completed(text).encode(), page)


def completed(text: str) -> str:
    """An example with what its `…` stands for; one of a few lines as part of a policy with the roles that it names."""
    found = tomllib.loads(text)
    text = re.sub(r'"[0-9a-f]+…"', f'"{"a" * 40}"', text)
    text = re.sub(r'"[0-9A-F]+…"', f'"{"A" * 40}"', text)
    text = re.sub(r'"ssh-ed25519 [^"]*…[^"]*"', f'"{KEY}"', text)
    if "version" not in found:
        text = f"version = 1\n{text}"
    if "root" in found.get("governance", {}):
        return text
    given = {role for signer in found.get("signers", {}).values() for role in signer.get("roles", ())}
    roles = ", ".join(f'"{role}"' for role in sorted(set(re.findall(r'"role:([\w-]+)"', text)) - given))
    more = (f'[signers.{name}]\nopenpgp = ["keys/{name}.asc"]\nroles = [{roles}]\n' for name in ("yves", "zoe"))
    return "\n".join((text, *more)) if roles or "signers" not in found else text


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_commands_have_the_options_that_are_shown(page: str, line: str) -> None:
    words = re.split(r"\s#|\s{2,}", line)[0].split()
    known = options(words)
    assert [word for word in words if word.startswith("--") and word.partition("=")[0] not in known] == [], page


def options(words: list[str]) -> set[str]:
    """The options of the command that the words begin with. Raises KeyError where there is none."""
    node: Any = get_command(app)
    for word in words:
        if hasattr(node, "commands"):
            node = node.commands[word]
    return {option for each in node.params for option in (*each.opts, *each.secondary_opts)}
