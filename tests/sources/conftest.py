"""Peers' policies, as their own tools write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gitsig.engine.verifier import Verifier
from gitsig.loading import LoadedPolicy
from gitsig.sources import load_policy
from gitsig.store import open_store
from tests.support.story import START, Story

NOW = START + 86400


def guix_authorizations(*fingerprints: str) -> bytes:
    """As Guix's manual writes it: in groups of four, names beside."""
    entries = [
        f'  ("{" ".join(each[at : at + 4] for at in range(0, 40, 4))}" (name "person {number}"))'
        for number, each in enumerate(fingerprints)
    ]
    return ("; Who may commit.\n(authorizations\n (version 0)\n (\n" + "\n".join(entries) + "))\n").encode()


def sq_git_policy(people: Mapping[str, tuple[str, bytes]], goodlist: tuple[str, ...] = ()) -> bytes:
    """Name to rights (words apart) and armored certificates."""
    text = f"version = 0\ncommit_goodlist = [{', '.join(map(repr, goodlist))}]\n".replace("'", '"')
    for name, (rights, keyring) in people.items():
        text += f'\n[authorization."{name}"]\n' + "".join(f"{right} = true\n" for right in rights.split())
        text += f'keyring = """\n{keyring.decode()}"""\n'
    return text.encode()


MAINTAINER = "sign_commit sign_tag sign_archive add_user retire_user audit"


@pytest.fixture
def judged() -> Callable[..., dict[str, str]]:
    """`judged(story, policy, …)`: each object's reason in an audit, as of `NOW`."""

    def run(story: Story, policy: str | LoadedPolicy, *revs: str, now: int = NOW) -> dict[str, str]:
        store = open_store(str(story.path))
        loaded = load_policy(store, policy) if isinstance(policy, str) else policy
        return {each.oid: str(each.reason) for each in Verifier(store, loaded, now=now).audit(list(revs))}

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """`written(name, data)`: a file below the test's folder."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write
