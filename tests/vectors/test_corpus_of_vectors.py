"""The corpus itself: complete, made anew with the same bytes, described, and harmless to print."""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from gitsig.model import Reason
from gitsig.reports import FORMATS, reporter
from tests.vectors.families import FAMILIES, HONEST
from tests.vectors.judging import Judge
from tests.vectors.make.keys import WARNING
from tests.vectors.reader import ROOT, read_vectors

VECTORS = tuple(read_vectors())


def test_making_it_anew_gives_the_same_bytes(tmp_path: Path) -> None:
    from tests.vectors.make.corpus import write  # makes keys when it is imported: two seconds

    write(tmp_path)
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {str(path.relative_to(ROOT)): path.read_bytes() for path in _generated()}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def _generated() -> list[Path]:
    return [path for pattern in ("*.vector", "keys/*", "policies/*") for path in ROOT.glob(pattern)]


def test_what_is_not_made_anew_is_there_and_says_why() -> None:
    from tests.vectors.make.corpus import STORED

    assert all(list((ROOT / folder).iterdir()) and why for folder, why in STORED.items())


def test_every_attack_has_a_vector_or_a_story() -> None:
    from tests.vectors.stories.table import STORIES

    told = {vector.attack for vector in VECTORS} | {story.attack for story in STORIES}
    assert set(FAMILIES) - told == set()
    assert told - set(FAMILIES) == {HONEST}


def test_there_are_enough_honest_oddities() -> None:
    accepted = Counter(vector.expect for vector in VECTORS if vector.attack == HONEST)["good"]
    assert accepted >= 60


def test_headers() -> None:
    reasons = set(Reason)
    for vector in VECTORS:
        assert (ROOT / f"{vector.id}.vector").read_bytes() == vector.file()
        assert vector.expect in reasons, vector.id
        assert vector.kind in ("commit", "tag"), vector.id
        assert vector.why, vector.id
        assert vector.reference, vector.id
        assert vector.id.startswith(f"{vector.attack.lower()}-")
        assert bool(vector.signer) == (vector.expect == "good"), vector.id
        assert (ROOT / "policies" / f"{vector.policy}.toml").is_file(), vector.id


def test_no_two_vectors_are_the_same() -> None:
    seen = Counter(vector[1:] for vector in (each._replace(why="", reference="") for each in VECTORS))
    assert [count for count in seen.values() if count > 1] == []


def test_every_key_file_says_that_it_is_a_test_key() -> None:
    files = list((ROOT / "keys").iterdir())
    assert files
    assert [path.name for path in files if WARNING.encode() not in path.read_bytes()] == []
    assert [path.name for path in files if b"PRIVATE" in path.read_bytes()] == []


def test_the_documentation_lists_every_vector() -> None:
    text = (ROOT.parents[1] / "docs" / "attacks.md").read_text()
    rows = {line.split("`")[1]: line.split("|")[3].strip() for line in text.splitlines() if line.startswith("| `")}
    assert {vector.id: rows.get(vector.id) for vector in VECTORS} == {each.id: f"`{each.expect}`" for each in VECTORS}


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_carries_a_control_character(form: str, tmp_path: Path) -> None:
    hostile = tuple(each for each in VECTORS if each.attack in ("S1", "S8"))
    judge = Judge(tmp_path, hostile)
    out = io.StringIO()
    report = reporter(form, out, verbosity=1, color=False)
    runs = [judge.run(vector) for vector in hostile]
    report.begin(runs[0].info)
    for run in runs:
        report.verdict(run.verdicts[0])
    report.end(runs[0].summary)
    kinds = {unicodedata.category(sign) for sign in out.getvalue() if sign != "\n"}
    assert kinds & {"Cc", "Cf", "Zl", "Zp"} == set()
    assert "\n::" not in out.getvalue()
