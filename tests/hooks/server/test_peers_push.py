"""A server that judges by a peer's policy."""

from __future__ import annotations

import pytest

from tests.hooks.server.guarded import Guarded, git
from tests.sources.conftest import guix_authorizations


def test_a_folder_of_keys(guarded: Guarded) -> None:
    told = guarded.story
    assert told.ssh is not None
    assert told.gnupg is not None
    folder = told.folder / "trusted"
    folder.mkdir()
    (folder / "ada.pub").write_text(told.ssh.public("ada") + "\n")
    (folder / "ada.asc").write_bytes(told.gnupg.export(told.people["ada"].certificate or ""))
    guarded.config("gitsig.policy", f"keys:{folder}")
    told.commit(sign="ssh")
    assert guarded.push("main").returncode == 0
    told.commit(by="bob", sign="ssh")
    done = guarded.push("main")
    assert done.returncode
    assert "unknown_key" in done.stderr


@pytest.mark.parametrize("name", ["keys:trusted", "allowed-signers:/a?revoked=b", "bitcoin:/a?keyring=~none/b"])
def test_every_file_of_a_server_s_policy_has_an_absolute_name(guarded: Guarded, name) -> None:
    guarded.config("gitsig.policy", name)
    guarded.story.commit()
    done = guarded.push("main")
    assert done.returncode
    assert "absolute path" in done.stderr


def test_guix_is_asked_before_the_push_not_after(guarded: Guarded) -> None:
    told = guarded.story
    assert told.gnupg is not None
    listed = guix_authorizations(told.people["ada"].openpgp or "")
    told.commit(parents=[], branch="keyring", sign=False, files={"all.key": told.gnupg.export()})
    root = told.commit(files={".guix-authorizations": listed})
    guarded.config("gitsig.policy", f"guix:?introduction={root}&signer={told.people['ada'].openpgp}")
    (guarded.git_dir / "objects" / "info").mkdir(exist_ok=True)
    (guarded.git_dir / "objects" / "info" / "alternates").write_text(f"{told.path / 'objects'}\n")
    git("--git-dir", guarded.git_dir, "update-ref", "refs/heads/keyring", told.tip("keyring"), check=True)
    assert guarded.push("main").returncode == 0
    both = guix_authorizations(told.people["ada"].openpgp or "", told.people["bob"].openpgp or "")
    told.commit(by="bob", files={".guix-authorizations": both})
    done = guarded.push("main")
    assert done.returncode
    assert "unknown_key" in done.stderr
    told.branch("main", root)
    told.commit(files={".guix-authorizations": both})
    assert guarded.push("main").returncode == 0
    told.commit(by="bob")
    assert guarded.push("main").returncode == 0
    told.commit(branch="keyring", sign=False)
    assert guarded.push("keyring").returncode == 0
