"""Key stores over a cache of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys

MakeStore = Callable[..., OpenPGPKeys]


@pytest.fixture
def store(tmp_path: Path) -> MakeStore:
    """`store(certificate, …)`: the OpenPGP keys of these files, kept in this test's own cache."""

    def make(*files: bytes, pick: str = "", cache: Path = tmp_path / "cache") -> OpenPGPKeys:
        return OpenPGPKeys([KeySource(data, pick, f"key{at}.asc") for at, data in enumerate(files)], cache)

    return make
