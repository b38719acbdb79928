"""The repository that each story about governance begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.governance.law_scene import Realm
from tests.support.sshkeys import SSHHome


@pytest.fixture
def realm(tmp_path: Path, ssh: SSHHome) -> Realm:
    """Ada's root commit, whose law lists her alone."""
    return Realm(tmp_path, ssh)


@pytest.fixture
def make_realm(tmp_path: Path, ssh: SSHHome) -> Callable[..., Realm]:
    """Make another one: `make_realm(object_format=..., root=files)`."""
    return lambda **options: Realm(tmp_path, ssh, **options)
