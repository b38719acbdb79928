"""The keyrings that the stories share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.gnupg import GnupgHome
from tests.vectors.stories.keyrings import Keyrings


@pytest.fixture(scope="session")
def keyrings(gnupg: GnupgHome) -> Iterator[Keyrings]:
    """Made when they are first asked for."""
    made = Keyrings(gnupg)
    yield made
    made.close()
