"""What is converted judges as the peer's policy does."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from gitsig.engine.verifier import Verifier
from gitsig.errors import EnvironmentFault, UsageFault
from gitsig.policy.types import Governance
from gitsig.sources import load_policy
from gitsig.store import open_store
from gitsig.upkeep.convert import convert, write
from tests.sources.conftest import MAINTAINER, NOW, guix_authorizations, sq_git_policy
from tests.support.story import Story
from tests.upkeep.commands import call


@pytest.fixture
def told(story: Callable[..., Story]) -> Story:
    """Everybody commits, with either kind of key, and tags."""
    tale = story()
    for by, sign in (("ada", "openpgp"), ("ada", "ssh"), ("bob", "openpgp"), ("carol", "ssh"), ("mallory", "ssh")):
        tale.commit(by=by, sign=sign)
    tale.commit(sign=False)
    tale.tag("v1", by="bob")
    return tale


def _verdicts(tale: Story, policy: str) -> list[tuple[object, ...]]:
    store = open_store(str(tale.path))
    run = Verifier(store, load_policy(store, policy), now=NOW).audit()
    return [(each.oid, each.accepted, each.reason, each.signer, each.exception) for each in run]


def _agrees(tale: Story, name: str, folder: Path) -> dict[str, object]:
    made = convert(None, name)
    output = folder / "converted" / "policy.toml"
    written = write(made, output)
    assert set(written) == {output, *(output.parent / each for each in made.files)}
    assert _verdicts(tale, str(output)) == _verdicts(tale, name)
    return tomllib.loads(output.read_text())


def test_a_keyring(told, tmp_path) -> None:
    (tmp_path / "all.gpg").write_bytes(told.gnupg.export())
    found = _agrees(told, f"keyring:{tmp_path / 'all.gpg'}", tmp_path)
    assert found["signers"]["bob@example.org"] == {"openpgp": ["keys/bob-example.org.asc"]}


def test_a_folder_of_keys(told, tmp_path) -> None:
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "ada.asc").write_bytes(told.gnupg.export(told.people["ada"].certificate))
    for name in ("ada", "carol"):
        (folder / f"{name}.pub").write_text(told.ssh.public(name) + "\n")
    (folder / "ADA.pub").write_text(told.ssh.public("mallory") + "\n")
    (tmp_path / "revoked").write_text(told.ssh.public("carol") + "\n")
    found = _agrees(told, f"keys:{folder}?revoked={tmp_path / 'revoked'}", tmp_path)
    assert set(found["signers"]) == {"ada", "carol", "ADA"}


def test_a_key_file_has_no_other_lines_than_the_reader_sees(told, tmp_path) -> None:
    """What a comment hides behind a line separator is no key; a line that stands twice is one."""
    folder = tmp_path / "trusted"
    folder.mkdir()
    line = told.ssh.public("ada")
    (folder / "ada.pub").write_text(f"{line} \u2028{told.ssh.public('mallory')}\n{line}\f{told.ssh.public('bob')}\n")
    found = _agrees(told, f"keys:{folder}", tmp_path)
    assert [each.split()[:2] for each in found["signers"]["ada"]["ssh"]] == [line.split()[:2]]


@pytest.mark.parametrize(
    "lines",
    [
        "ada@example.org {ada}\nada@example.org {ada}\n",
        "ada@example.org {ada}\nada@example.org,lee@example.org {bob}\n",
        'ada@example.org valid-after="20260101",valid-before="20260101000200Z" {ada}\ncarol@example.org {carol}\n',
        "*@example.org {ada}\n!ada@example.org,* {carol}\n",
        'ada@example.org namespaces="file" {bob}\nada@example.org {ada}\n* cert-authority {carol}\n',
    ],
)
def test_allowed_signers(told, tmp_path, lines) -> None:
    path = tmp_path / "allowed_signers"
    path.write_text(lines.format(**{name: told.ssh.public(name) for name in ("ada", "bob", "carol")}))
    _agrees(told, str(path), tmp_path)


def test_a_bitcoin_folder(told, tmp_path) -> None:
    commits = told.git("rev-list", "--reverse", "main").decode().split()
    folder = tmp_path / "verify-commits"
    folder.mkdir()
    contents = {
        "trusted-keys": f"{told.people['ada'].certificate}\n{told.people['bob'].openpgp}\n",
        "trusted-git-root": f"{commits[0]}\n",
        "trusted-sha512-root-commit": f"{commits[1]}\n",
        "allow-revsig-commits": f"{commits[3]}\n",
        "allow-unclean-merge-commits": "".join(f"{each}\n" for each in commits),
        "allow-incorrect-sha512-commits": f"{commits[2]}\n",
    }
    for name, text in contents.items():
        (folder / name).write_text(text)
    (tmp_path / "all.gpg").write_bytes(told.gnupg.export())
    found = _agrees(told, f"bitcoin:{folder}?keyring={tmp_path / 'all.gpg'}", tmp_path)
    assert found["defaults"]["valid-now"] is True
    assert len(found["rules"]) == 4


def _law(tale: Story, files: dict[str, bytes], name: str, tmp_path: Path) -> tuple[Governance | None, dict[str, bool]]:
    """Of HEAD's law converted: who may change it, and the verdicts on three further commits, which both give alike."""
    root = tale.commit(parents=[], branch="main", files=files)
    tale.commit(parents=[], branch="keyring", sign=False, files={"all.key": tale.gnupg.export()})
    peer = name.format(root=root, ada=tale.people["ada"].openpgp)
    store = open_store(str(tale.path))
    made = convert(store, peer)
    write(made, tmp_path / "converted" / "policy.toml")
    tips = {by: tale.commit(by=by, parents=[root], branch=None) for by in ("ada", "bob", "mallory")}
    found: list[dict[str, bool]] = []
    for policy in (peer, str(tmp_path / "converted" / "policy.toml")):
        verifier = Verifier(store, load_policy(store, policy), now=NOW)
        judged = {
            by: {each.oid: each.accepted for each in verifier.verify([f"{root}..{tip}"])} for by, tip in tips.items()
        }
        found.append({by: judged[by][tip] for by, tip in tips.items()})
    assert found[0] == found[1]
    return made.loaded.policy.governance, found[0]


def test_the_law_of_guix(story, tmp_path) -> None:
    tale = story()
    files = {".guix-authorizations": guix_authorizations(tale.people["ada"].openpgp, tale.people["bob"].openpgp)}
    governance, verdicts = _law(tale, files, "guix:?introduction={root}&signer={ada}", tmp_path)
    assert verdicts == {"ada": True, "bob": True, "mallory": False}
    assert governance is not None
    assert governance.signers == {"person 0", "person 1"}


def test_the_law_of_sequoia_git(story, tmp_path) -> None:
    tale = story()
    people = {
        "ada": (MAINTAINER, tale.gnupg.export(tale.people["ada"].certificate)),
        "bob": ("sign_commit", tale.gnupg.export(tale.people["bob"].openpgp)),
        "mallory": ("audit", tale.gnupg.export(tale.people["mallory"].openpgp)),
    }
    files = {"openpgp-policy.toml": sq_git_policy(people, ("1" * 40,))}
    governance, verdicts = _law(tale, files, "sq-git:?root={root}", tmp_path)
    assert verdicts == {"ada": True, "bob": True, "mallory": False}
    assert governance is not None
    assert governance.signers == {"ada"}


def test_what_is_lost_is_said(story, tmp_path) -> None:
    tale = story()
    people = {"ada": ("sign_commit", tale.gnupg.export(tale.people["ada"].certificate)), "x": ("audit", b"")}
    root = tale.commit(files={"openpgp-policy.toml": sq_git_policy(people, ("1" * 40,))})
    made = convert(open_store(str(tale.path)), f"sq-git:?root={root}")
    for words in ("nobody has all three", "commit_goodlist is left out (1", "'x' may sign neither"):
        assert [each for each in made.notes if words in each]
    assert made.loaded.policy.governance is None


def test_nothing_is_overwritten_unasked(told, tmp_path) -> None:
    (tmp_path / "all.gpg").write_bytes(told.gnupg.export())
    made = convert(None, f"keyring:{tmp_path / 'all.gpg'}")
    output = tmp_path / "out" / "policy.toml"
    (output.parent / "keys").mkdir(parents=True)
    key = output.parent / "keys" / "bob-example.org.asc"
    key.write_text("mine")
    with pytest.raises(EnvironmentFault, match="is there already") as caught:
        write(made, output)
    assert "--force" in caught.value.mend
    assert not output.exists()
    assert key.read_text() == "mine"
    write(made, output, force=True)
    assert key.read_text() != "mine"
    link = tmp_path / "link.toml"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFault):
        write(made, link)


def test_our_own_file_is_none_to_convert(tmp_path) -> None:
    (tmp_path / "policy.toml").write_text("version = 1\n")
    with pytest.raises(UsageFault, match="own file already"):
        convert(None, str(tmp_path / "policy.toml"))


def test_the_command(told, tmp_path) -> None:
    (tmp_path / "all.gpg").write_bytes(told.gnupg.export())
    name = f"keyring:{tmp_path / 'all.gpg'}"
    shown = call("policy", "convert", "--policy", name)
    assert (shown.code, tomllib.loads(shown.out)["version"]) == (0, 1)
    assert "--output FILE writes keys/" in shown.err
    done = call("policy", "convert", "--policy", name, "--output", tmp_path / "p" / "policy.toml")
    assert (done.code, done.out) == (0, "")
    assert f"written: {tmp_path / 'p' / 'policy.toml'}" in done.err
    assert call("policy", "convert", "--policy", name, "--output", tmp_path / "p" / "policy.toml").code == 3
    assert call("policy", "convert", "--policy", name, "--output", tmp_path / "p" / "policy.toml", "--force").code == 0
    assert call("policy", "check", name).code == 0
    assert call("policy", "convert", "--policy", tmp_path / "p" / "policy.toml").code == 2


def test_a_governed_policy_is_looked_at_in_its_repository(story) -> None:
    tale = story()
    people = {"ada": (MAINTAINER, tale.gnupg.export(tale.people["ada"].certificate))}
    root = tale.commit(files={"openpgp-policy.toml": sq_git_policy(people)})
    for word in ("convert", "show"):
        done = call("policy", word, "--repo", tale.path, "--policy", f"sq-git:?root={root}")
        assert done.code == 0, done.err
    assert call("policy", "check", "--repo", tale.path, f"sq-git:?root={root}").code == 0


def test_the_peer_s_policy_may_be_the_argument(ssh, tmp_path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ada.pub").write_text(ssh.public("ada") + "\n")
    named = f"keys:{tmp_path / 'keys'}"
    done, option = call("policy", "convert", named), call("policy", "convert", "--policy", named)
    assert (done.code, done.err) == (0, "")
    assert ssh.public("ada").split()[1] in done.out
    assert done.out == option.out
