"""gitsig against `ssh-keygen -Y check-novalidate` and `-Y verify`: vectors, corpus, and changed signatures.

OpenSSH is the outer limit: nothing is good that it refuses. What gitsig refuses besides stands in the table.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from fuzz.mutate import mutator
from gitsig.keys.allowed_signers import parse_allowed_signers, usable_for_git
from gitsig.keys.ssh import SSHKeys
from gitsig.model import Outcome, SignatureFormat
from gitsig.signatures.ssh.engine import SSHEngine
from tests.oracles.sayings import Saying
from tests.oracles.signed import CORPUS, Heap, Item, histories, vectors
from tests.oracles.table import explain, read_table

ASKED = 300
"""Signatures of the corpus: one process each."""
MUTATIONS = 250
TABLE = read_table()
_GOOD = re.compile(r'Good "git" signature with \S+ key (SHA256:\S+)')


class OpenSSH:
    """ssh-keygen with the allowed signers of a heap."""

    def __init__(self, heap: Heap, folder: Path) -> None:
        folder.mkdir()
        self._signature = folder / "signature"
        self._allowed = folder / "allowed_signers"
        self._allowed.write_bytes(heap.allowed_signers)

    def say(self, item: Item) -> Saying:
        """The arithmetic, whoever signed."""
        done = self._run(item, "check-novalidate")
        found = _GOOD.search(done.stdout.decode(errors="replace"))
        if done.returncode == 0 and found:
            return Saying("good", found[1])
        words = done.stderr.decode(errors="replace").split("\n", maxsplit=1)[0]
        return Saying("bad" if "incorrect signature" in words else "cannot", "", words)

    def accepts(self, item: Item, principal: str) -> bool:
        """Whether the list allows it."""
        return self._run(item, "verify", "-I", principal, "-f", str(self._allowed)).returncode == 0

    def _run(self, item: Item, what: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        self._signature.write_bytes(item.armored)
        command = ["ssh-keygen", "-Y", what, "-n", "git", "-s", str(self._signature), *options]
        return subprocess.run(command, input=item.payload, capture_output=True, check=False)


def compare(heap: Heap, folder: Path, every: int = 1) -> tuple[Counter[str], list[str]]:
    """Explained differences by id (agreements under `good`, `bad`, `cannot`), and those without an explanation."""
    entries = parse_allowed_signers(heap.allowed_signers, "allowed_signers")
    usable = [entry for entry in entries if usable_for_git(entry)]
    engine, openssh = SSHEngine(SSHKeys(entry.key for entry in usable)), OpenSSH(heap, folder)
    counts, unexplained = Counter[str](), []
    for item in heap.items[::every]:
        evidence = engine.examine(item.payload, item.armored, item.claimed_at)
        words = {Outcome.VERIFIED: "good", Outcome.BAD: "bad"}
        word = words.get(evidence.outcome, "cannot")
        key = evidence.key_fingerprint or ""
        ours = Saying(word, key if word == "good" else "", f"{evidence.outcome}: {evidence.detail}")
        theirs = openssh.say(item)
        why = explain(TABLE, "openssh", ours, theirs, None)
        if why is None or (word == "good" and theirs.word != "good"):
            unexplained.append(f"{item.name}: gitsig {ours}, OpenSSH {theirs}")
        counts[why or word] += 1
    return counts, unexplained


def test_vectors_and_the_table(tmp_path: Path) -> None:
    counts, unexplained = compare(vectors(SignatureFormat.SSH), tmp_path / "o")
    assert unexplained == []
    assert counts["good"] > 20
    assert {each.id for each in TABLE if each.oracle == "openssh"} - set(counts) == set()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus (set SIGNED_HISTORIES)")
def test_public_histories(tmp_path: Path) -> None:
    heaps = dict(histories(SignatureFormat.SSH, tmp_path))
    every = -(-sum(len(heap.items) for heap in heaps.values()) // ASKED)
    total = Counter[str]()
    for name, heap in heaps.items():
        counts, unexplained = compare(heap, tmp_path / f"{name}.asked", every if len(heap.items) > ASKED else 1)
        assert unexplained == []
        total += counts
    assert total["good"] > 250


def test_changed_signatures(tmp_path: Path) -> None:
    """Armor and blobs of good vectors with a few bytes changed."""
    heap = vectors(SignatureFormat.SSH)
    good = [item for item in heap.items if item.name.startswith("honest-")]
    random = Random(7)  # noqa: S311 - the same in every run
    mutate = mutator((b"\n", b" ", b"=", b"A", b"-----END SSH SIGNATURE-----\n", b"\r"), lambda data, most: data[:most])
    picked = [random.choice(good) for _ in range(MUTATIONS)]
    items = [item._replace(armored=mutate(item.armored, 65536, at)) for at, item in enumerate(picked)]
    counts, unexplained = compare(heap._replace(items=items), tmp_path / "o")
    assert unexplained == []
    assert counts["cannot"] > MUTATIONS // 4


def test_the_list_allows_what_is_good(tmp_path: Path) -> None:
    """`-Y verify` with the whole list agrees with the arithmetic and the key for the vectors' own signers."""
    heap = vectors(SignatureFormat.SSH)
    entries = parse_allowed_signers(heap.allowed_signers, "allowed_signers")
    engine = SSHEngine(SSHKeys(entry.key for entry in entries if usable_for_git(entry)))
    openssh = OpenSSH(heap, tmp_path / "o")
    asked = 0
    for item in heap.items:
        if engine.examine(item.payload, item.armored, item.claimed_at).outcome is Outcome.VERIFIED:
            asked += 1
            assert openssh.accepts(item, "somebody@example.org"), item.name
    assert asked > 20
