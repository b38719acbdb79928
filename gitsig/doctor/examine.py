"""All checks in their order. What one of them cannot find out does not keep the others from looking."""

from __future__ import annotations

from collections.abc import Iterator

from gitsig.doctor import hooks, policies, surroundings
from gitsig.doctor.check import Check, Status, guarded
from gitsig.doctor.programs import programs
from gitsig.errors import GitsigError
from gitsig.hooks.inforce import Standing
from gitsig.install import Repository, open_repository
from gitsig.store import Store, open_store

__all__ = ["examine"]


def examine(path: str | None, now: int) -> Iterator[Check]:
    """Check the installation around the repository at `path`, keys as of `now` (Unix seconds). Never raises."""
    try:
        repository = open_repository(path)
        store = open_store(str(repository.work_tree or repository.git_dir))
        found = hooks.find_hooks(repository)
    except GitsigError as error:
        yield from guarded("programs", lambda: programs(None))
        where = f"{error.where}: " if error.where else ""
        yield Check("repository", Status.UNKNOWN, f"{where}{error.what}", error.mend)
        return
    server = repository.bare or any(hook.server for hook, _ in found)
    loaded, faults = policies.load(store, server=server)
    law, lost = (None, []) if loaded is None else policies.look_up(store, loaded)
    yield from guarded("programs", lambda: programs(_has_openpgp(law)))
    yield from guarded("repository", lambda: surroundings.owner(repository))
    yield from guarded("hook", lambda: hooks.hooks(repository, found))
    yield from faults
    if loaded is not None:
        yield from guarded("policy", lambda: policies.policy(loaded, law))
        yield from lost
        if law is not None:
            yield from guarded("keys", lambda: policies.keys(store, loaded, law, now))
    yield from _around(repository, store, server=server)


def _has_openpgp(found: Standing | None) -> bool | None:
    if found is None or not found.policies:
        return None
    return any(each.keys.openpgp.owners for each in found.policies)


def _around(repository: Repository, store: Store, *, server: bool) -> Iterator[Check]:
    yield from guarded("cache", surroundings.cache)
    yield from guarded("mode", lambda: surroundings.own_settings(store, server=server))
    yield from guarded("fsck", lambda: surroundings.git_settings(repository, server=server))
    yield from guarded("objects", lambda: surroundings.objects(repository, server=server))
