"""What a remote has, as far as this clone knows: its remote-tracking refs under the names that they have there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitsig.hooks.client.settings import Settings
from gitsig.store import Store

__all__ = ["tracked", "tracking_tips"]

_REMOTES = "refs/remotes/"


def tracked(store: Store, settings: Settings, remote: str) -> list[tuple[str, str]]:
    """(name at the remote, id) of each remote-tracking ref of `remote`, a configured one; nothing for a URL.

    Only plain fetch refspecs count, with one `*` on both sides or none. A refspec that is not understood leaves more to
    judge, never less: a commit counts as judged for a rule only if a ref that the rule guards holds it (R4).
    """
    specs = [spec for each in settings.every(f"remote.{remote}.fetch") if (spec := _plain(each))]
    found = {}
    for ref, oid in store.refs():
        for name in _names_there(ref, specs):
            found[name] = oid
    return list(found.items())


def tracking_tips(store: Store) -> list[str]:
    """Ids that any remote-tracking ref points at."""
    return [oid for ref, oid in store.refs() if ref.startswith(_REMOTES)]


def _plain(refspec: str) -> tuple[str, str] | None:
    source, colon, target = refspec.removeprefix("+").partition(":")
    if not colon or source.startswith("^") or not source.startswith("refs/") or not target.startswith(_REMOTES):
        return None
    stars = (source.count("*"), target.count("*"))
    return (source, target) if stars in ((0, 0), (1, 1)) else None


def _names_there(ref: str, specs: Sequence[tuple[str, str]]) -> Iterator[str]:
    for source, target in specs:
        before, star, after = target.partition("*")
        if not star:
            if ref == target:
                yield source
        elif ref.startswith(before) and ref.endswith(after) and len(ref) > len(before) + len(after):
            middle = ref[len(before) : len(ref) - len(after)]
            # refs/remotes/NAME/HEAD says which branch is the default one there; there is no branch HEAD
            if middle != "HEAD":
                yield source.replace("*", middle)
