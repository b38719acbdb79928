"""A story for peers: one repository, and the commits in it that peers and gitsig are asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.peers.cast import Cast
from tests.support.story import Story

__all__ = ["Chapter", "Script", "Tale"]


class Chapter(NamedTuple):
    """One commit, or tag, that is asked about."""

    label: str
    oid: str
    words: str
    """What it is, for the page."""
    tag: str = ""
    """The tag's short name; empty for a commit."""

    @property
    def ref(self) -> str:
        """Its full name. A commit has a branch of its own, so that rules for branches speak of it."""
        return f"refs/tags/{self.tag}" if self.tag else f"refs/heads/chapter/{self.label}"


class Tale(Story):
    """A bare repository in which some objects bear labels. Files whose content is None are removed."""

    def __init__(self, folder: Path, name: str, cast: Cast) -> None:
        super().__init__(folder, gnupg=cast.home, name=f"{name}.git")
        self.name = name
        self.cast = cast
        self.chapters: list[Chapter] = []
        self.settings: dict[str, str] = {}
        """What the peer is told: who or what is trusted. The keys are the peer's own words."""
        for each in cast.names:
            self.person(each, openpgp=cast.keys[each], certificate=cast.primaries[each])

    def act(self, label: str, words: str, by: str = "ada", **how: Any) -> str:
        """Commit as `Story.commit` does, under a label; gives the id."""
        return self.name_it(label, words, self.commit(by, **how))

    def join(self, label: str, words: str, *others: str, by: str = "ada", **how: Any) -> str:
        """Merge as `Story.merge` does, under a label; gives the id."""
        return self.name_it(label, words, self.merge(*others, by=by, **how))

    def odd_tree(self, label: str, words: str, path: str, own: Sequence[tuple[bytes, bytes]], **how: Any) -> str:
        """As `act`, with tree entries (mode, content) in the place of `path`, beside files that all lie at the top."""
        others = ((name, b"100644", data) for name, data in self.content(how["parents"][0]).items() if name != path)
        entries = sorted((*others, *((path, mode, data) for mode, data in own)), key=lambda entry: entry[0])
        rows = (
            b"%s %s\0%s" % (mode, name.encode(), bytes.fromhex(self.raw("blob", data))) for name, mode, data in entries
        )
        tree = b"tree " + self.raw("tree", b"".join(rows)).encode()
        return self.act(label, words, files={path: None}, edit=lambda payload: tree + payload[len(tree) :], **how)

    def release(self, label: str, words: str, tag: str, target: str, by: str = "ada", **how: Any) -> str:
        """Tag as `Story.tag` does, under a label; gives the id. `as_name` is the ref's short name, if it is another."""
        shown = how.pop("as_name", tag)
        oid = self.tag(tag, target, by, **how)
        self.chapters.append(Chapter(label, oid, words, shown))
        return oid

    def name_it(self, label: str, words: str, oid: str) -> str:
        """Ask about a commit that is there already."""
        assert label not in {each.label for each in self.chapters}, f"{self.name}: {label} twice"
        self.chapters.append(Chapter(label, oid, words))
        self.ref(self.chapters[-1].ref, oid)
        return oid

    def content(self, oid: str, files: Mapping[str, bytes | None] | None = None) -> dict[str, bytes]:
        """The files of a commit, with others laid over them."""
        merged = {**self._files.get(oid, {}), **(files or {})}
        return {path: data for path, data in merged.items() if data is not None}

    def signed(self, name: str, at: int, *args: str, **how: str) -> Callable[[bytes], bytes]:
        """For `sign`: a signature with GnuPG's options, as `Cast.sign`."""
        return lambda payload: self.cast.sign(payload, name, at, *args, **how)

    def _tree(self, parents: Sequence[str], files: Mapping[str, bytes | None] | None) -> str:
        content = self.content(parents[0] if parents else "", files)
        oid = self.tree(content)
        self._files[oid] = content
        return oid


Script = Callable[[Tale], None]
"""Tells one story."""
