"""Which policy a name means."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.sources import absolute_name, load_policy, needs_repository, peer_policy
from gitsig.store import open_store


def _pub(ssh, name: str = "ada") -> bytes:
    return f"{ssh.public(name)}\n".encode()


@pytest.mark.parametrize("name", ["allowed_signers", "project.allowed-signers", "ALLOWED_SIGNERS"])
def test_an_allowed_signers_file(ssh, written, name) -> None:
    path = written(name, b"ada@example.org " + _pub(ssh))
    assert set(load_policy(None, str(path)).policy.signers) == {"ada@example.org"}


def test_files_that_say_too_little_by_themselves(written) -> None:
    with pytest.raises(PolicyFault, match="out of the commits' parents") as caught:
        load_policy(None, str(written(".guix-authorizations", b"")))
    assert "guix:?introduction=" in caught.value.mend
    with pytest.raises(PolicyFault, match="none is at hand"):
        load_policy(None, str(written("openpgp-policy.toml", b"")))


def test_a_folder_with_our_own_policy_names_it(written, tmp_path) -> None:
    own = written(".gitsig/policy.toml", b"version = 1\n")
    with pytest.raises(PolicyFault) as caught:
        load_policy(None, str(tmp_path))
    assert str(own) in caught.value.mend


def test_a_kind_that_nobody_knows_is_a_file_that_is_not_there() -> None:
    with pytest.raises(PolicyFault) as caught:
        load_policy(None, "gix:?introduction=1")
    assert "guix:" in caught.value.mend


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("allowed_signers:signers", "did you mean 'allowed-signers'?"),
        ("ssh:../allowed_signers", "did you mean 'allowed-signers'?"),
        ("GPG:home", "did you mean 'gnupg-home'?"),
        ("sqgit:", "did you mean 'sq-git'?"),
        ("nothing:like/it", "known are allowed-signers:, "),
    ],
)
def test_what_looks_like_a_kind_and_is_none(name, meant, written, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    for look in (lambda: load_policy(None, name), lambda: absolute_name(name)):
        with pytest.raises(PolicyFault, match="no known kind of policy") as caught:
            look()
        assert caught.value.where == name
        assert caught.value.mend.startswith(meant)
        assert "keys:, guix:" in caught.value.mend


def test_a_file_may_have_a_colon_in_its_name(written, monkeypatch, tmp_path) -> None:
    written("ssh:policy", b"version = 2\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolicyFault, match="unknown version 2"):
        load_policy(None, "ssh:policy")
    with pytest.raises(PolicyFault, match="cannot be read") as caught:
        load_policy(None, "absent.toml")
    assert caught.value.mend == "mend the path"


def test_nothing_is_said_twice(written, tmp_path) -> None:
    with pytest.raises(PolicyFault) as caught:
        load_policy(None, "allowed-signers:")
    told = caught.value.diagnostics()
    assert told == "allowed-signers: names no file or folder; write allowed-signers:PATH"
    broken = written("keys/bob.key", b"no key")
    with pytest.raises(PolicyFault) as caught:
        load_policy(None, f"keys:{broken.parent}")
    assert caught.value.diagnostics().count("bob.key") == 1


def test_a_root_is_shown_as_it_was_written(story) -> None:
    store = open_store(str(story(people=False).path))
    for name in ("sq-git:?root=HEAD", f"guix:?introduction=HEAD&signer={'A1' * 20}"):
        with pytest.raises(PolicyFault, match="'HEAD' is no full object id"):
            load_policy(store, name)


@pytest.mark.parametrize(
    ("name", "governed"),
    [("guix:", True), ("sq-git:?root=1", True), ("a/openpgp-policy.toml", True), ("keys:a", False), ("p.toml", False)],
)
def test_what_needs_a_repository(name, governed) -> None:
    assert needs_repository(name) is governed


def test_the_configured_name_is_relative_to_the_repository(story, ssh, written, monkeypatch, tmp_path) -> None:
    told = story(people=False)
    store = open_store(str(told.path))
    (told.path / "keys").mkdir()
    (told.path / "keys" / "ada.pub").write_bytes(_pub(ssh))
    told.git("config", "gitsig.policy", "keys:keys")
    assert set(load_policy(store).policy.signers) == {"ada"}
    monkeypatch.setenv("GITSIG_POLICY", f"keys:{ssh.path}")
    assert "carol" in load_policy(store).policy.signers


def test_a_peer_s_policy_is_told_from_our_own(story, written, monkeypatch) -> None:
    assert peer_policy(None, str(written("policy.toml", b""))) is None
    found = peer_policy(None, "guix:")
    assert found is not None
    assert found.governed
    told = story(people=False)
    store = open_store(str(told.path))
    with pytest.raises(PolicyFault, match="no peer's policy is named"):
        peer_policy(store)
    told.git("config", "gitsig.policy", "keys:here")
    configured = peer_policy(store)
    assert configured is not None
    assert configured.location == str(store.git_dir / "here")
