"""Laws with OpenPGP certificates: each has its own, and a certificate that cannot be read makes no law."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gitsig
from tests.engine.governance.law_scene import NOW, refusals
from tests.support.story import Story


def test_certificates_in_laws(story: Callable[..., Story], tmp_path: Path) -> None:
    told = story()
    assert told.gnupg is not None
    governance = {"signers": ["ada"]}
    alone = {"bob": None, "carol": None}
    root = told.commit("ada", files=told.policy_files(signers=alone, governance=governance))
    early = told.commit("bob", sign="openpgp")
    added = told.commit("ada", sign="openpgp", files=told.policy_files(signers={"carol": None}, governance=governance))
    good = told.commit("bob", sign="openpgp")
    other = told.commit("ada", sign="ssh")
    garbled = told.commit("ada", files={".gitsig/keys/bob.asc": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnothing\n"})
    certificate = told.gnupg.fingerprint("ada@example.org")
    anchor = tmp_path / "anchor.toml"
    anchor.write_text(f'version = 1\n[governance]\nroot = "{root}"\nroot-signer = "{certificate}"\n')
    store = gitsig.open_repository(str(told.path))
    run = gitsig.Verifier(store, gitsig.load_policy(store, str(anchor)), now=NOW).audit()
    verdicts = {verdict.oid: verdict for verdict in run}
    found = refusals(verdicts)
    assert {oid for oid in (root, added, good, other) if verdicts[oid].accepted} == {root, added, good, other}
    assert found.keys() == {early, garbled}
    assert found[early].startswith("unknown_key: ")
    assert found[garbled].startswith("rule_violation: this commit brings a policy that cannot be read: ")
