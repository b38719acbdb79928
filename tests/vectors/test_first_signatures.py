"""The verdict must not hang on what was judged before: each honest OpenPGP vector as the first that its key made.

GnuPG vouches for a key by its first signature, whatever that signature looks like.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vectors.judging import Judge
from tests.vectors.reader import Vector, read_vectors

VECTORS = tuple(each for each in read_vectors() if each.expect == "good" and b"BEGIN PGP SIGNATURE" in each.content)
ODD = tuple(
    each for each in VECTORS if each.id.startswith(("honest-subpacket", "honest-packet", "honest-v", "k8", "k17"))
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for key stores that no other test fills."""
    return tmp_path_factory.mktemp("first") / "cache"


@pytest.mark.parametrize("vector", ODD, ids=lambda vector: vector.id)
def test_the_first_signature_of_its_key(
    vector: Vector, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITSIG_CACHE_DIR", str(cache))
    for vouched in cache.glob("keyrings/*/vouched/*"):
        vouched.unlink()
    verdict = Judge(tmp_path, (vector,)).judge(vector)
    assert (str(verdict.reason), verdict.signer) == ("good", vector.signer), verdict.detail
