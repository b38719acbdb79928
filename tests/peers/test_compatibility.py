"""gitsig under peers' policies says what the peers say, commit by commit, or the table of differences says why not.

What the peers said is written down (`python -m tests.peers --record`); where they are installed they are asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.peers.cast import Cast
from tests.peers.compare import PEERS, compare, explain, read_differences, read_recorded, tell
from tests.peers.guix import Guix
from tests.peers.installed import installed, scratch_folder
from tests.peers.ours import Ours
from tests.peers.page import DOCUMENT, section
from tests.peers.tale import Chapter, Tale

TABLE = read_differences()
RECORDED = read_recorded()


@pytest.fixture
def scratch() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with Cast() as made:
        yield made


def remembered(name: str, tale: Tale, chapter: Chapter) -> bool:
    return RECORDED[name].get(tale.name, {}).get(chapter.label, False)


@pytest.mark.parametrize("name", PEERS)
def test_every_difference_is_explained_and_shown(name: str, cast: Cast, tmp_path: Path) -> None:
    rows = compare(name, cast, tmp_path / name, partial(remembered, name))
    told = {story: {row.label for row in rows if row.story == story} for story in PEERS[name].stories}
    assert told == {story: set(labels) for story, labels in RECORDED[name].items()}, (
        "run: python -m tests.peers --record"
    )
    unexplained = [row for row in rows if row.differs and explain(TABLE, row) is None]
    assert unexplained == []
    never = [entry for entry in TABLE if entry.peer == name and not any(entry.fits(row) for row in rows)]
    assert never == []
    assert section(name, rows, TABLE) in DOCUMENT.read_text(encoding="utf-8"), "run: python -m tests.peers"


def test_the_peers_still_say_what_is_written_down(cast: Cast, scratch: Path) -> None:
    """Bitcoin's walk is our own reading of its documentation, and always here."""
    asked = installed()
    changed = []
    for name, peer in asked.items():
        for tale in tell(name, cast, scratch / name):
            said = {chapter.label: peer.accepts(tale, chapter, scratch)[0] for chapter in tale.chapters}
            if said != RECORDED[name][tale.name]:
                changed.append((name, tale.name, said))
    assert changed == []
    if not {"guix", "sq-git"} & set(asked):
        pytest.skip("neither guix nor sq-git is on PATH, and PEERS_ROOT names no system that has them")


def test_what_an_earlier_run_found_is_no_proof(cast: Cast, scratch: Path) -> None:
    """Guix remembers commits without the introduction under which they were authentic (docs/compatibility.md)."""
    tale = next(tell("guix", cast, scratch / "guix"))
    ada = next(chapter for chapter in tale.chapters if chapter.label == "ada")
    others = [{**tale.settings, "signer": cast.keys["bob"]}, {**tale.settings, "introduction": ada.oid}]
    ours = Ours("guix", tale)
    assert ours.judge(ada, cache=True).accepts
    for settings in others:
        assert not ours.judge(tale.chapters[1], settings, cache=True).accepts
        assert not ours.judge(ada, {**settings, "signer": cast.keys["bob"]}, cache=True).accepts
    guix = installed().get("guix")
    if isinstance(guix, Guix):
        first, last = tale.chapters[1].oid, ada.oid
        assert guix.authenticate(tale.path, tale.settings, first, scratch)[0]
        assert guix.authenticate(tale.path, others[0], last, scratch)[0], "Guix has mended it: change the page"
