"""gitsig against GnuPG, Sequoia and rPGP, over the vectors, the corpus, and vectors with a few bytes changed.

What is compared is the arithmetic and the key, not a policy. Every difference must be explained by the table, and every
entry of the table must occur.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from fuzz.material import armored
from fuzz.mutate import mutator
from gitsig.errors import MalformedSignature
from gitsig.model import SignatureFormat
from gitsig.signatures.armor import dearmor_openpgp
from tests.oracles.causes import Case
from tests.oracles.sayings import Gitsig, GnuPG, Rpgp, Saying, Sequoia
from tests.oracles.signed import CORPUS, Heap, Item, histories, vectors
from tests.oracles.table import explain, read_table

ASKED_OF_GNUPG = 300
"""Signatures of the corpus: one process each. The others get them all."""
MUTATIONS = 1500
TABLE = read_table()


class Found(NamedTuple):
    """What came of the comparisons."""

    explained: Counter[str]
    unexplained: list[str]
    agreed: Counter[tuple[str, str]]
    """(oracle, word) of those over which nobody differs."""


def packets_of(item: Item) -> bytes:
    try:
        return dearmor_openpgp(item.armored).data
    except MalformedSignature:
        return b""


def compare(heap: Heap, folder: Path, gnupg_every: int) -> Found:
    """Ask everybody about every signature of a heap, and GnuPG about each n-th (0: none)."""
    folder.mkdir()
    gitsig, sequoia, rpgp, gnupg = Gitsig(heap, folder), Sequoia(heap), Rpgp(heap), GnuPG(heap, folder / "g")
    found = Found(Counter(), [], Counter())
    for number, item in enumerate(heap.items):
        data = packets_of(item)
        evidence = gitsig.evidence(item)
        ours = gitsig.say(evidence)
        sayings: list[tuple[str, Saying]] = []
        if data:
            sayings += [("sequoia", sequoia.say(item, data)), ("rpgp", rpgp.say(item, data))]
        if gnupg_every and number % gnupg_every == 0:
            sayings.append(("gnupg", gnupg.say(item)))
        primary, signing = evidence.fingerprint, evidence.key_fingerprint
        key = gitsig.keys.find(primary, signing) if primary and signing else None
        case = Case(item.payload, evidence, data, key, gitsig.certificates.get(primary or ""))
        for oracle, theirs in sayings:
            _note(found, item.name, oracle, ours, theirs, case)
    return found


def _note(found: Found, name: str, oracle: str, ours: Saying, theirs: Saying, case: Case) -> None:
    why = explain(TABLE, oracle, ours, theirs, case)
    if why is None:
        found.unexplained.append(f"{name}: gitsig {ours}, {oracle} {theirs}")
    elif why:
        found.explained[why] += 1
    else:
        found.agreed[oracle, ours.word] += 1


def of_corpus(folder: Path) -> dict[str, Found]:
    """All histories; none where there is no corpus."""
    heaps = dict(histories(SignatureFormat.OPENPGP, folder))
    total = sum(len(heap.items) for heap in heaps.values())
    every = -(-total // ASKED_OF_GNUPG) if heaps else 1
    return {name: compare(heap, folder / f"{name}.asked", every) for name, heap in heaps.items()}


def of_changed(folder: Path) -> Found:
    """Packets of good vectors with a few bytes changed, most of which nobody accepts."""
    heap = vectors(SignatureFormat.OPENPGP)
    good = [item for item in heap.items if item.name.startswith("honest-") and packets_of(item)]
    random = Random(7)  # noqa: S311 - the same in every run
    mutate = mutator((b"\0", b"\xff", b"\x05\x02", b"\x16\x21\x04", b"\x09\x10"), lambda data, most: data[:most])
    items = []
    for number in range(MUTATIONS):
        item = random.choice(good)
        data = mutate(packets_of(item), 4096, number)
        items.append(item._replace(name=f"{item.name}, mutation {number}", armored=armored(data or b"\0")))
    return compare(heap._replace(items=items), folder / "changed", 0)


def test_every_difference_is_explained_and_every_explanation_occurs(tmp_path: Path) -> None:
    """One test, because the last question needs all the answers, and each answer takes its time."""
    found = {
        **of_corpus(tmp_path),
        "vectors": compare(vectors(SignatureFormat.OPENPGP), tmp_path / "vectors", 1),
        "changed": of_changed(tmp_path),
    }
    assert {name: each.unexplained for name, each in found.items() if each.unexplained} == {}
    occurred = {name for each in found.values() for name in each.explained}
    assert {each.id for each in TABLE if each.oracle != "openssh" and not each.corpus} - occurred == set()
    for oracle in ("gnupg", "sequoia", "rpgp"):
        assert found["vectors"].agreed[oracle, "good"] > 100
        assert found["vectors"].agreed[oracle, "cannot"] or found["vectors"].agreed[oracle, "bad"]
    assert found["changed"].agreed["rpgp", "good"]
    assert found["changed"].agreed["rpgp", "bad"]
    if CORPUS.is_dir():
        _agree_about_histories(found, occurred)


def _agree_about_histories(found: dict[str, Found], occurred: set[str]) -> None:
    assert {each.id for each in TABLE if each.corpus} - occurred == set()
    agreed = sum((each.agreed for name, each in found.items() if name not in ("vectors", "changed")), Counter())
    assert agreed["rpgp", "good"] > 6000, "rPGP computes what gitsig computes"
    assert agreed["sequoia", "good"] > 2500
    assert agreed["gnupg", "good"] > 200
