"""What `import gitsig` offers: everything it names is there, and nothing is imported before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import gitsig


@pytest.mark.parametrize("name", gitsig.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(gitsig, name) is not None
    assert name in dir(gitsig)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        gitsig.nonsense  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, gitsig; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pygit2", "cryptography", "gitsig.model", "typer"} & set(done.stdout.split()) == set()
