"""All files of the corpus, as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.vectors.make import (
    attacks_armor,
    attacks_backend,
    attacks_keys,
    attacks_lines,
    attacks_objects,
    attacks_packets,
    attacks_ssh,
    attacks_tags,
    attacks_times,
    honest_objects,
    honest_signatures,
)
from tests.vectors.make.policies import key_files, policy_files
from tests.vectors.reader import Vector

__all__ = ["STORED", "build", "write"]

STORED = {"make/stored": "CMS signatures: OpenSSL writes the time of day into each; made once by make/x509_once.py"}
"""What is read and not made anew, and why."""

_FAMILIES = (
    attacks_backend,
    attacks_objects,
    attacks_lines,
    attacks_armor,
    attacks_packets,
    attacks_ssh,
    attacks_keys,
    attacks_times,
    attacks_tags,
    honest_signatures,
    honest_objects,
)


def vectors() -> Iterator[Vector]:
    """Every vector; raises ValueError where two have one id."""
    seen: set[str] = set()
    for family in _FAMILIES:
        for vector in family.vectors():
            if vector.id in seen:
                raise ValueError(f"two vectors are called {vector.id}")
            seen.add(vector.id)
            yield vector


def build() -> dict[str, bytes]:
    """Path under `tests/vectors` to content."""
    files = {f"{vector.id}.vector": vector.file() for vector in vectors()}
    files |= {f"keys/{name}": data for name, data in key_files().items()}
    return files | {f"policies/{name}": data for name, data in policy_files(attacks_keys.HASTY).items()}


def write(folder: Path) -> int:
    """Write all of it below `folder`, and remove generated files that are no more; how many files there are."""
    files = build()
    for pattern in ("*.vector", "keys/*", "policies/*"):
        for path in folder.glob(pattern):
            if str(path.relative_to(folder)) not in files:
                path.unlink()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return len(files)
