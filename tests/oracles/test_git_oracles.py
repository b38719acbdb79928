"""git itself about trees and trailers: what gitsig reads strictly, git must read in the same way.

The inputs are those of the fuzz targets, whose references are ports of git's sources: this holds the ports to the
program.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz.catalogue import findings, load
from fuzz.mutate import mutator
from fuzz.references.trailers import trailers
from fuzz.references.trees import entries, faults
from gitsig.engine.trailers import grounds_of
from gitsig.errors import ObjectFault
from gitsig.model import ObjectFormat
from gitsig.store.trees import parse_tree
from tests.support.rawrepo import RawRepository

NAMES = frozenset({b"gitsig-seal", b"argocd-gpg-seal"})
HEAD = b"tree x\n\n"
SAID = re.compile(r"^(?:error|warning) in tree ([0-9a-f]+): ([A-Za-z]+): ", re.MULTILINE)
NEVER_MIND = {"hasDotgit", "nullSha1", "largePathname", "gitmodulesUrl"}
"""What `git fsck` says of a tree for the sake of check-outs: names and ids that mean the same to every reader."""


def inputs(name: str, steps: int) -> Iterator[bytes]:
    """A target's seeds, what was found with it, and mutations of both, the same in every run."""
    target = load(name)
    mutate = mutator(target.tokens, lambda data, most: data[:most])
    for number, seed in enumerate([*target.seeds(), *(path.read_bytes() for path in findings(name))]):
        data = seed
        yield data
        for step in range(steps):
            # begun anew again and again: after many steps nothing is accepted any more
            data = mutate(data if step % 3 else seed, 1024, number * 10_000 + step)
            yield data


@pytest.mark.parametrize("object_format", list(ObjectFormat))
def test_git_fsck_about_trees(tmp_path: Path, object_format: ObjectFormat) -> None:
    repository = RawRepository(tmp_path / "repo.git", object_format)
    raws = [*inputs("tree", 40), *(assembled(seed, object_format.hex_length // 2) for seed in range(150))]
    trees = {repository.raw("tree", raw): raw for raw in raws}
    said = said_of(repository)
    accepted = 0
    for oid, raw in trees.items():
        try:
            seen = entries(raw, object_format.hex_length // 2)
        except ValueError:
            assert said.get(oid, set()) - NEVER_MIND, "git reads a tree that the port does not"
            continue
        if any(len(mode) > 7 for mode, _, _ in seen):
            assert "badFilemode" in faults(seen)  # git keeps the last 16 bits of it, and may find those to be known
            continue
        words = said.get(oid, set()) - NEVER_MIND
        # out of order, or with something of an unknown kind, git need not notice what else is wrong
        assert words == faults(seen) or words & faults(seen) & {"badFilemode", "treeNotSorted"}, oid
        try:
            tree = parse_tree(oid, raw, object_format)
        except ObjectFault:
            continue
        accepted += 1
        listed = repository.git("ls-tree", "-z", "--name-only", oid).split(b"\0")[:-1]
        assert list(tree) == listed
    assert 50 < accepted < len(trees) - 50


def assembled(seed: int, width: int) -> bytes:
    """A tree of a few entries whose names are near each other, mostly in git's order."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    modes = [b"100644", b"100755", b"120000", b"160000", b"40000", b"040000", b"100664"]
    names = dice.sample([b"a", b"a-", b"a.", b"a.b", b"a0", b"ab", b"b", b"\xff", b"\n", b".git"], dice.randint(1, 6))
    found = [(dice.choice(modes), name) for name in names]
    if seed % 3:
        found.sort(key=lambda each: each[1] + b"/" * each[0].endswith(b"40000"))
    return b"".join(b"%b %b\0%b" % (*each, dice.randbytes(width)) for each in found)


def said_of(repository: RawRepository) -> dict[str, set[str]]:
    """The words of `git fsck`, by tree; `damaged` where git cannot read it at all."""
    command = ["git", "--git-dir", str(repository.path), "fsck", "--full", "--no-dangling"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    said: dict[str, set[str]] = {}
    for oid, word in SAID.findall(done.stderr):
        said.setdefault(oid, set()).add(word)
    for oid in re.findall(r"^error: ([0-9a-f]{40,64}): object could not be parsed", done.stderr, re.MULTILINE):
        said.setdefault(oid, set()).add("damaged")
    return said


def test_git_interpret_trailers_about_seals(tmp_path: Path) -> None:
    accepted = 0
    for data in inputs("trailers", 60):
        message = data.replace(b"\0", b"")
        grounds, _ = grounds_of(HEAD + message, NAMES)
        if not grounds:
            continue
        accepted += 1
        found = [(name.lower(), value.split()) for name, value in trailers(message)]
        assert found == [(name.lower(), value.split()) for name, value in parsed(message, tmp_path)], message
        values = [b" ".join(value).decode() for name, value in found if name in NAMES and value]
        assert "; ".join(values).split() == grounds.split(), message
    assert accepted > 60


def parsed(message: bytes, folder: Path) -> list[tuple[bytes, bytes]]:
    """What git takes for trailers of a commit's message (which `---` does not end)."""
    command = ["git", "interpret-trailers", "--parse", "--no-divider"]
    done = subprocess.run(command, input=message, capture_output=True, check=True, cwd=folder)
    lines = done.stdout.split(b"\n")[:-1]
    return [(name, value) for name, _, value in (line.partition(b":") for line in lines)]
