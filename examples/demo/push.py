"""Pushes to a guarded repository: three are accepted, five are refused, each for another reason."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.story import Story

__all__ = ["Push", "guard", "pushes"]

_OID = re.compile(r"\b[0-9a-f]{40}\b")
_GITSIG = Path(sys.executable).with_name("gitsig")


@dataclass(frozen=True)
class Push:
    """One push, and what must become of it."""

    words: str
    refspec: str
    ref: str
    reason: str | None
    """Why it is refused; None: it is accepted."""
    after: str
    """The object that the server's ref must name afterwards."""

    def run(self, story: Story, server: Path, line: Callable[[str], None]) -> bool:
        """Push, show what the pusher reads, and look at the server; whether all is as it should be."""
        command = ["git", "--git-dir", str(story.path), "push", str(server), self.refspec]
        line(f"\n$ git push {server.name} {_OID.sub(lambda oid: oid[0][:10], self.refspec)}    # {self.words}")
        done = subprocess.run(command, capture_output=True, check=False, text=True, errors="replace")
        told = [text.rstrip() for text in done.stderr.splitlines()]
        for text in told:
            if text.startswith(("remote:", " !", " +", "  ", " *", "error:")):
                line(_OID.sub(lambda oid: oid[0][:10], text).replace(str(server), server.name))
        now = _tip(server, self.ref)
        accepted = done.returncode == 0
        right = accepted == (self.reason is None) and now == self.after
        right &= self.reason is None or any(self.reason in text for text in told)
        line(f"  the server's {self.ref} is {'as it was' if self.reason else 'moved'}" if right else "  WRONG")
        return right


def guard(story: Story, line: Callable[[str], None]) -> Path:
    """A bare repository that has the honest history already, as `main` and `stable`, and from now on the hook."""
    server = story.folder / "guarded.git"
    subprocess.run(["git", "init", "-q", "--bare", "--template=", "-b", "main", str(server)], check=True)
    refs = [f"{ref}:{ref}" for ref in ("refs/heads/main", "refs/tags/v1.0")] + ["refs/heads/main:refs/heads/stable"]
    subprocess.run(["git", "--git-dir", str(server), "fetch", "-q", "--no-tags", str(story.path), *refs], check=True)
    policy = story.folder / "policy" / "policy.toml"
    command = ["install", "pre-receive", "--repo", str(server), "--policy", str(policy)]
    line("$ gitsig " + " ".join(word.replace(f"{story.folder}/", ".demo/") for word in command))
    done = subprocess.run([str(_GITSIG), *command], check=True, capture_output=True, text=True)
    line(done.stdout.replace(f"{story.folder}/", ".demo/").rstrip())
    return server


def pushes(story: Story, server: Path) -> Iterator[Push]:
    """Made one by one: the later ones build on what the earlier ones left."""
    good = story.commit("ada", "Release notes\n", branch=None, parents=[story.tip()], files={"NEWS": b"1.0\n"})
    yield _to("main", "Ada, signed", good, None, good)
    unsigned = story.commit("bob", "Quick fix\n", branch=None, parents=[good], sign=False)
    yield _to("main", "Bob forgot to sign", unsigned, "unsigned", good)
    stranger = story.commit("ada", "Trust me\n", branch=None, parents=[good], sign="mallory")
    yield _to("main", "a stranger who writes Ada's name", stranger, "unknown_key", good)
    moved = story.tag("v1.0", good, by="rita", ref=None)
    before = _tip(server, "refs/tags/v1.0")
    yield Push(
        "the release moved, by Rita herself", f"+{moved}:refs/tags/v1.0", "refs/tags/v1.0", "rule_violation", before
    )
    yield from _paths(story, good)
    yield from _two_persons(story, _tip(server, "refs/heads/stable"))


def _paths(story: Story, tip: str) -> Iterator[Push]:
    """Who may change a file is asked of the commit that changes it; whoever merges it need not be allowed to."""
    build = {"ci/build": b"make -j2\n"}
    bobs = story.commit("bob", "Build faster\n", branch=None, parents=[tip], files=build)
    yield _to("main", "Bob changes ci/build", bobs, "key_not_allowed", tip)
    adas = story.commit("ada", "Build faster\n", branch=None, parents=[tip], files=build)
    merge = story.commit("bob", "Merge Ada's change\n", branch=None, parents=[tip, adas], files=build)
    yield _to("main", "Ada changes it, and Bob merges that", merge, None, merge)


def _two_persons(story: Story, tip: str) -> Iterator[Push]:
    """The same commit, alone and in a merge that somebody else signed."""
    fix = {"dates.py": b"import time\n"}
    bobs = story.commit("bob", "Correct a date\n", branch=None, parents=[tip], files=fix)
    yield _to("stable", "Bob, without a second person", bobs, "rule_violation", tip)
    merge = story.commit("ada", "Merge Bob's correction\n", branch=None, parents=[tip, bobs], files=fix)
    yield _to("stable", "the same, merged by Ada", merge, None, merge)


def _to(branch: str, words: str, oid: str, reason: str | None, after: str) -> Push:
    return Push(words, f"{oid}:refs/heads/{branch}", f"refs/heads/{branch}", reason, after)


def _tip(repository: Path, ref: str) -> str:
    command = ["git", "--git-dir", str(repository), "rev-parse", "--verify", "--quiet", ref]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
