"""Every SSH signature of the collected public histories, against what git and ssh-keygen said of it.

The collection is not part of the project: `SIGNED_HISTORIES` names its folder.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pygit2
import pytest

from gitsig.errors import PolicyFault
from gitsig.keys.allowed_signers import parse_allowed_signers, usable_for_git
from gitsig.keys.ssh import SSHKeys
from gitsig.model import Fido, ObjectFormat, Outcome
from gitsig.objects import parse
from gitsig.signatures.ssh.engine import SSHEngine

CORPUS = Path(os.environ.get("SIGNED_HISTORIES", Path(__file__).parents[4] / "shared" / "corpus"))
OUTCOMES = {
    "ssh-good": {Outcome.VERIFIED},
    "ssh-nokey": {Outcome.UNKNOWN_KEY, Outcome.UNSUPPORTED},
    "ssh-malformed": {Outcome.MALFORMED},
    "ssh-bad": {Outcome.BAD, Outcome.UNKNOWN_KEY},
}


@pytest.mark.parametrize(
    ("name", "count"), [("openssh-portable", 2111), ("sign-test", 13), ("sshsig", 39), ("oddities", 5)]
)
def test_public_histories(tmp_path, name, count):
    source = CORPUS / name
    if not source.is_dir():
        pytest.skip(f"no {name} in the collection of signed histories")
    repository = pygit2.init_repository(tmp_path, bare=True)
    for path in source.glob("objects.*"):
        shutil.copy(path, tmp_path / "objects" / "pack")
    repository = pygit2.Repository(tmp_path)
    allowed = parse_allowed_signers((source / "allowed_signers").read_bytes(), name)
    engine = SSHEngine(SSHKeys(entry.key for entry in allowed if usable_for_git(entry)))
    lines = gzip.decompress((source / "expected.jsonl.gz").read_bytes()).splitlines()
    expected = [line for line in map(json.loads, lines) if line["format"] == "ssh"]
    for line in expected:
        judge(repository, engine, line)
    assert len(expected) == count


def judge(repository: pygit2.Repository, engine: SSHEngine, line: dict) -> None:
    kind = pygit2.enums.ObjectType.COMMIT if line["type"] == "commit" else pygit2.enums.ObjectType.TAG
    found, raw = repository.read(line["oid"])
    assert found == kind
    signed = parse(line["type"], raw, line["oid"], ObjectFormat.SHA1)
    claimed = signed.committer.time if signed.committer else None
    evidence = engine.examine(signed.payload, signed.signature or b"", claimed)
    git = line["git"]
    assert evidence.outcome in OUTCOMES[git["status"]], line
    if evidence.outcome is Outcome.VERIFIED:
        assert evidence.key_fingerprint == evidence.fingerprint == git["key_fingerprint"]
        assert (evidence.digest, evidence.signed_at) == (git["digest"], git["signed_at"])
        assert evidence.fido == (Fido(**git["fido"]) if "fido" in git else None)


def test_public_allowed_signers_are_read_whole():
    files = sorted(CORPUS.glob("*/allowed_signers"))
    if not files:
        pytest.skip("no collection of signed histories")
    counts = {file.parent.name: len(parse_allowed_signers(file.read_bytes(), file.name)) for file in files}
    assert counts == {"oddities": 1, "openssh-portable": 8, "sign-test": 12, "sshsig": 1}
    with pytest.raises(PolicyFault):
        parse_allowed_signers(files[0].read_bytes()[:40], "cut")
