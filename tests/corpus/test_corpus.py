"""Every signed object of real public repositories, judged through the library, against what GnuPG and OpenSSH say.

The corpus is not part of the project. It is looked for beside the checkout (`../shared/corpus`) or where
SIGNED_HISTORIES points; its own README describes it.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

import gitsig

CORPUS = Path(os.environ.get("SIGNED_HISTORIES", Path(__file__).parents[3] / "shared" / "corpus"))
NOW = 1795392000  # 2026-11-23T00:00:00Z, as the expectations presume
WHOLE = ("umoci", "guix.sigs", "qubes-builder", "openssh-portable", "sign-test", "sshsig")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS} (set SIGNED_HISTORIES)")

UNSIGNED = {"umoci": 94, "guix.sigs": 915, "qubes-builder": 792, "openssh-portable": 11971, "sign-test": 3, "sshsig": 1}
"""Commits without a signature that a walk meets (the corpus' README)."""


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each folder of the corpus as a bare repository with a policy beside it."""
    root = tmp_path_factory.mktemp("corpus")
    for name in (*WHOLE, "oddities"):
        _rebuild(CORPUS / name, root / name)
    return root


def _rebuild(source: Path, target: Path) -> None:
    git = target / "git"
    (git / "objects" / "pack").mkdir(parents=True)
    (git / "refs").mkdir()
    branch = "master" if source.name == "openssh-portable" else "main"
    (git / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
    (git / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    for each in source.glob("objects.*"):
        shutil.copy(each, git / "objects" / "pack" / each.name)
    shutil.copy(source / "refs", git / "packed-refs")
    (target / "policy.toml").write_text(_policy(source))


def _policy(source: Path) -> str:
    lines = ["version = 1", "[defaults]", 'identity = "off"', 'tags = "any"']
    if (source / "allowed_signers").exists():
        lines += ["[ssh]", f'allowed-signers = "{source / "allowed_signers"}"']
    for key in sorted(source.glob("keys/*.asc")):
        lines += [f"[signers.{key.stem}]", f'openpgp = ["{key}"]']
    return "\n".join(lines) + "\n"


def _expected(name: str) -> dict[str, dict[str, object]]:
    with gzip.open(CORPUS / name / "expected.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["oid"]: row for row in map(json.loads, lines)}


def _verifier(root: Path, name: str, *, cross_check: bool = False) -> gitsig.Verifier:
    store = gitsig.open_repository(str(root / name / "git"))
    policy = gitsig.load_policy(store, str(root / name / "policy.toml"))
    return gitsig.Verifier(store, policy, now=NOW, cross_check=cross_check)


def _difference(verdict: gitsig.Verdict, row: dict[str, object]) -> str:
    expect, git = row["expect"], row["git"]
    assert isinstance(expect, list)
    assert isinstance(git, dict)
    if verdict.reason not in expect:
        return f"{verdict.oid}: {verdict.reason} ({verdict.detail}), expected {expect}"
    if verdict.reason is gitsig.Reason.GOOD:
        ours = (verdict.key_fingerprint, verdict.fingerprint, verdict.signed_at, verdict.digest)
        theirs = tuple(git[each] for each in ("key_fingerprint", "primary_fingerprint", "signed_at", "digest"))
        if ours != theirs:
            return f"{verdict.oid}: {ours}, expected {theirs}"
    return ""


@pytest.mark.parametrize("name", WHOLE)
def test_an_audit_agrees_with_the_expectation(repositories: Path, name: str) -> None:
    expected = _expected(name)
    run = _verifier(repositories, name).audit()
    met: set[str] = set()
    reasons: Counter[str] = Counter()
    differences = []
    for verdict in run:
        reasons[verdict.reason] += 1
        if verdict.oid in expected:
            met.add(verdict.oid)
            differences.append(_difference(verdict, expected[verdict.oid]))
        elif verdict.reason is not gitsig.Reason.UNSIGNED:
            differences.append(f"{verdict.oid}: {verdict.reason}, expected unsigned")
    assert [each for each in differences if each] == []
    assert met == set(expected), "every signed object is reached from some ref"
    assert reasons["unsigned"] == UNSIGNED[name]
    assert run.faults == []


def test_every_oddity_gets_its_reason(repositories: Path) -> None:
    verifier = _verifier(repositories, "oddities")
    differences = []
    for oid, row in _expected("oddities").items():
        (verdict,) = verifier.verify([oid])
        differences.append(_difference(verdict, row))
    assert [each for each in differences if each] == []


@pytest.mark.parametrize("name", ["umoci", "oddities"])
def test_both_engines_agree(repositories: Path, name: str) -> None:
    """A sample of each signing key's signatures goes to GnuPG as well."""
    verifier = _verifier(repositories, name, cross_check=True)
    taken: Counter[object] = Counter()
    for oid, row in _expected(name).items():
        git = row["git"]
        assert isinstance(git, dict)
        kind = (git.get("key_fingerprint"), git.get("status"), git.get("digest"))
        taken[kind] += 1
        if taken[kind] <= 3:
            for verdict in verifier.verify([oid]):
                assert _difference(verdict, row) == ""
