"""The pages about hooks keep up with what can be installed and set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitsig.install import HOOKS, Layout

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "ci.md", *sorted((DOCS / "hooks").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "hooks" / "README.md").read_text("utf-8")
    pages = {page.name for page in (DOCS / "hooks").glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


def test_every_hook_layout_and_setting_is_told() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    words = [name for name, hook in HOOKS.items() if hook.server]
    words += [f"--layout {layout}" for layout in Layout if layout not in (Layout.AUTO, Layout.GIT)]
    words += [f"gitsig.{key}" for key in ("policy", "policyRef", "mode", "log", "logRequired", "docs")]
    assert [word for word in words if word not in text] == []


def test_commands_in_the_pages_are_commands() -> None:
    """Each `gitsig install` in them names hooks and options that there are."""
    from typer.testing import CliRunner

    from gitsig.cli.main import app

    known = CliRunner().invoke(app, ["install", "--help"]).output
    for page in PAGES:
        for line in re.findall(r"^(?:sudo )?(?:-u \w+ )?gitsig install (.*)$", page.read_text("utf-8"), re.MULTILINE):
            options = re.findall(r"--[a-z-]+", line)
            assert [option for option in options if option not in known] == [], line
