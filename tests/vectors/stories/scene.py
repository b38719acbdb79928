"""Where a story happens: a repository, the policy that guards it, and names for what is made in it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import gitsig
from tests.hooks.server.guarded import Guarded
from tests.support.gnupg import GnupgHome
from tests.support.story import START, Story
from tests.vectors.stories.keyrings import Keyrings

__all__ = ["ACCEPTED", "DAY", "ERROR", "NOW", "Scene", "ServedScene", "words_of", "words_of_hook"]

ACCEPTED, ERROR = "accepted", "error"
DAY = 86400
NOW = START + 30 * DAY
"""When pushes are judged, unless the story says otherwise."""
_NONE = "0" * 40
_REFUSAL = re.compile(r"  refs/\S+ (?:[0-9a-f]{10} )?([a-z_]+): ")
"""A line of the hook to the pusher."""


def words_of(reasons: Iterable[object]) -> str:
    """The reasons of all that was refused, each once."""
    return " + ".join(sorted({str(reason) for reason in reasons})) or ACCEPTED


def words_of_hook(code: int, told: str) -> str:
    """The same from what the hook tells the pusher."""
    if code == 0:
        return ACCEPTED
    assert "gitsig: push refused" in told, told
    found = _REFUSAL.findall(told)
    return words_of(found) if found else ERROR


class Scene:
    """The server's repository; the library judges what is pushed, and refs move as it says."""

    def __init__(self, story: Story, keyrings: Keyrings, patch: pytest.MonkeyPatch) -> None:
        self.story = story
        self.keyrings = keyrings
        self.keyring = keyrings.plain().path
        """GNUPGHOME of plain git: the certificates of the policy, all of them trusted."""
        self.patch = patch
        self.names: dict[str, str] = {"none": _NONE}
        self.last = ""
        """The commit made last."""
        self.overrides: dict[str, Any] = {}
        self._policy: Path | None = None
        self.kept: dict[str, Any] = {}
        """What one step leaves for another."""

    @property
    def path(self) -> Path:
        """Of the repository that is judged."""
        return self.story.path

    def oid(self, name: str) -> str:
        """The id of what has this name, or the text itself."""
        return self.names.get(name, name)

    def filled(self, text: str) -> str:
        """The text with ids in place of `{name}`."""
        return text.format_map(self.names)

    def allow(self, **overrides: Any) -> Path:
        """Write the policy; see `Story.policy`."""
        self.overrides = overrides
        self._policy = self.story.policy(**overrides)
        return self._policy

    @property
    def policy(self) -> Path:
        """The policy in force: everybody who is listed, and no rules, unless `allow` was called."""
        return self._policy or self.allow()

    def verifier(self, now: int, policy: str | None = "", base: frozenset[str] | None = None) -> gitsig.Verifier:
        """A verifier of this repository. `policy=None` looks for one as the command line does."""
        store = gitsig.open_repository(str(self.path))
        source = str(self.policy) if policy == "" else policy
        return gitsig.Verifier(store, gitsig.load_policy(store, source, base=base), now=now)

    def judged(self, work: Callable[[], str]) -> str:
        """What `work` comes to; `error` where nothing could be judged."""
        try:
            return work()
        except gitsig.GitsigError:
            return ERROR

    def push(self, updates: Sequence[str], now: int, checked: int | None, old: str | None) -> str:
        """Push `NAME:REF …`; `none:REF` deletes. `old` is what the pusher says that was there."""
        refs = self.refs()
        wanted = [(self.oid(name), self.filled(ref)) for name, _, ref in (each.partition(":") for each in updates)]
        told = [gitsig.RefUpdate(self.oid(old) if old else refs.get(ref, _NONE), new, ref) for new, ref in wanted]
        report = gitsig.verify_updates(self.verifier(now), told)
        if checked is not None:
            assert sum(each.summary.checked for each in report.updates) == checked
        if report.accepted:
            for new, ref in wanted:
                self.move(ref, new)
        return words_of(verdict.reason for each in report.updates for verdict in each.refused)

    def refs(self) -> dict[str, str]:
        """The refs of the repository that is judged."""
        return dict(gitsig.open_repository(str(self.path)).refs())

    def move(self, ref: str, oid: str) -> None:
        """Let a ref point there, whatever the policy says; remove it for an all-zero id."""
        if oid == _NONE:
            self.git("update-ref", "-d", ref)
        else:
            self.story.ref(ref, oid)

    def git(
        self, *args: str | Path, config: Mapping[str, str | Path] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Plain git in this repository, with the keys of the policy in its keyring."""
        options = [text for key, value in (config or {}).items() for text in ("-c", f"{key}={value}")]
        return subprocess.run(
            ["git", "-C", cwd or self.path, *options, *args],
            env={**os.environ, "GNUPGHOME": str(self.keyring)},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )

    def certificate(self, who: str, home: GnupgHome) -> None:
        """Put somebody's certificate, as `home` has it now, into the policy and into git's keyring."""
        path = self.policy.parent / "keys" / f"{who}.asc"
        path.write_bytes(home.export(self.story.people[who].certificate or str(self.story.people[who].openpgp)))
        self.keyring = home.path


class ServedScene(Scene):
    """The story is told by a pusher; the server has gitsig's own hook, and git asks it."""

    def __init__(self, story: Story, keyrings: Keyrings, patch: pytest.MonkeyPatch) -> None:
        super().__init__(story, keyrings, patch)
        self.server = Guarded(story)
        self.options: tuple[str, ...] = ()
        """What the pusher adds to `git push`."""

    @property
    def path(self) -> Path:
        return self.server.path

    def refs(self) -> dict[str, str]:
        return self.server.refs()

    def move(self, ref: str, oid: str) -> None:
        """As `Scene.move`; the server borrows the pusher's objects, so that they are there without a push."""
        info = self.path / "objects" / "info"
        info.mkdir(exist_ok=True)
        (info / "alternates").write_text(f"{self.story.path / 'objects'}\n")
        done = self.git("update-ref", *(["-d", ref] if oid == _NONE else [ref, oid]))
        assert done.returncode == 0, done.stderr

    def push(self, updates: Sequence[str], now: int, checked: int | None, old: str | None) -> str:
        """As `Scene.push`; git moves the refs, and the clock is the machine's."""
        assert (now, checked, old) == (NOW, None, None), "a real push cannot be told that"
        before = self.refs()
        wanted = {self.filled(ref): self.oid(name) for name, _, ref in (each.partition(":") for each in updates)}
        specs = [f"+{'' if new == _NONE else new}:{ref}" for ref, new in wanted.items()]
        done = self.git("push", "--quiet", *self.options, self.server.path, *specs, cwd=self.story.path)
        if done.returncode == 0:
            after = {ref: oid for ref, oid in {**before, **wanted}.items() if oid != _NONE}
            assert self.refs() == after
            return ACCEPTED
        assert self.refs() == before, "git says refused, and refs have moved"
        return words_of_hook(done.returncode, done.stderr)

    def certificate_kept(self) -> tuple[str, str]:
        """Id and nonce of the push certificate that the server keeps."""
        listed = self.git("cat-file", "--batch-check", "--batch-all-objects").stdout
        for oid, kind, _ in (line.split(" ") for line in listed.splitlines()):
            text = self.git("cat-file", kind, oid).stdout if kind == "blob" else ""
            if text.startswith("certificate version"):
                return oid, next(line[6:] for line in text.splitlines() if line.startswith("nonce "))
        raise AssertionError("the server keeps no certificate")
