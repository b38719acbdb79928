"""One loop over all vectors: the real library must come to the verdict that stands in each file."""

from __future__ import annotations

import pytest

from tests.vectors.judging import Judge
from tests.vectors.reader import Vector, read_vectors

VECTORS = tuple(read_vectors())


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """One repository that holds all the objects."""
    return Judge(tmp_path_factory.mktemp("vectors"), VECTORS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_vector(judge: Judge, vector: Vector) -> None:
    verdict = judge.judge(vector)
    credited = verdict.signer if vector.signer else ""
    found = (verdict.oid, str(verdict.reason), verdict.accepted, credited)
    assert found == (vector.object_id, vector.expect, vector.expect == "good", vector.signer), verdict.detail
