"""`gitsig policy diff`: each change in words, with its direction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.gnupg import BIRTH
from tests.upkeep.commands import APP, Done, call

BASE = """version = 1
[signers.ada]
emails = ["ada@example.org"]
roles = ["maintainer"]
ssh = ["{ada}"]
[signers.bob]
emails = ["bob@example.org"]
ssh = ["{bob}"]
only = ["merge"]
[defaults]
refs = ["refs/heads/*", "refs/tags/*"]
[[rules]]
refs = ["refs/heads/main"]
signers = ["role:maintainer"]
no-rewind = true
[history]
trusted-roots = ["{one}"]
[[exceptions]]
object = "{two}"
accept = ["unsigned"]
because = "made by a robot"
until = 2026-01-01T00:00:00Z
"""
ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)


@pytest.fixture
def base(tmp_path: Path, ssh) -> Path:
    path = tmp_path / "old.toml"
    path.write_text(BASE.format(ada=ssh.public("ada"), bob=ssh.public("bob"), one=ONE, two=TWO))
    return path


def diff(base: Path, *edits: tuple[str, str]) -> Done:
    text = base.read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    new = base.with_name("new.toml")
    new.write_text(text)
    return call("policy", "diff", base, new)


CHANGES = [
    ("[defaults]\n", '[defaults]\ntags = "any"\n', "[defaults]:", "WEAKER: tags signed becomes any"),
    (
        "[defaults]\n",
        '[defaults]\nfido = "touch-required"\n',
        "[defaults]:",
        "STRICTER: fido any becomes touch-required",
    ),
    ("[defaults]\n", '[defaults]\nrequire = "tip"\n', "[defaults]:", "WEAKER: require every-commit becomes tip"),
    ("[defaults]\n", '[defaults]\nidentity = "off"\n', "[defaults]:", "WEAKER: identity committer becomes off"),
    ("[defaults]\n", '[defaults]\nidentity = "author"\n', "[defaults]:", "changed: identity committer becomes author"),
    ("[defaults]\n", '[defaults]\nclock-skew = "1h"\n', "[defaults]:", "WEAKER: clock-skew 600 s becomes 3600 s"),
    ("[defaults]\n", "[defaults]\nmin-rsa-bits = 3072\n", "[defaults]:", "STRICTER: min-rsa-bits 2048 becomes 3072"),
    (
        "[defaults]\n",
        '[defaults]\nreject-digests = ["md5", "ripemd160"]\n',
        "[defaults]:",
        "WEAKER: the digest sha1 is let pass now",
    ),
    (
        "[defaults]\n",
        '[defaults]\nself-signatures = "strong"\n',
        "[defaults]:",
        "STRICTER: self-signatures any becomes strong",
    ),
    (', "refs/tags/*"]', "]", "[defaults]:", "WEAKER: refs refs/tags/* is not guarded any more"),
    ('"refs/tags/*"]', '"refs/*"]', "[defaults]:", "changed: refs refs/tags/* is guarded by another pattern now"),
    ('"refs/tags/*"]', '"refs/*"]', "[defaults]:", "STRICTER: refs refs/* is guarded now"),
    ("no-rewind = true\n", "", "rule refs/heads/main:", "WEAKER: no-rewind is not demanded any more"),
    (
        "no-rewind = true\n",
        "no-rewind = true\nimmutable = true\n",
        "rule refs/heads/main:",
        "STRICTER: immutable is demanded",
    ),
    ('["role:maintainer"]', '["role:maintainer", "bob"]', "rule refs/heads/main:", "gains: bob may sign there"),
    ('signers = ["role:maintainer"]\n', "", "rule refs/heads/main:", "WEAKER: everybody may sign there, before ada"),
    (
        '"refs/heads/main"',
        '"refs/heads/dev"',
        "rule refs/heads/main:",
        "WEAKER: gone: require every-commit; signers ada; no-rewind",
    ),
    (
        '"refs/heads/main"',
        '"refs/heads/dev"',
        "rule refs/heads/dev:",
        "STRICTER: new: require every-commit; signers ada; no-rewind",
    ),
    (f'["{ONE}"]', f'["{THREE}"]', "[history]:", f"WEAKER: {THREE} and everything behind it are not judged any more"),
    (f'["{ONE}"]', f'["{THREE}"]', "[history]:", f"STRICTER: {ONE} and what is behind it are judged now"),
    (
        f'"{TWO}"',
        f'"{THREE}"',
        "[[exceptions]]:",
        f"WEAKER: {THREE} is accepted although unsigned, until 2026-01-01T00:00:00Z: made by a robot",
    ),
    (
        f'"{TWO}"',
        f'"{THREE}"',
        "[[exceptions]]:",
        f"STRICTER: {TWO} is no exception any more (unsigned, until 2026-01-01T00:00:00Z: made by a robot)",
    ),
    ('["unsigned"]', '["unsigned", "weak_key"]', "[[exceptions]]:", f"WEAKER: {TWO}: weak_key is accepted too"),
    ("until = 2026-01-01T00:00:00Z\n", "", "[[exceptions]]:", f"WEAKER: {TWO} is excepted without end"),
    ("by a robot", "by me", "[[exceptions]]:", f"changed: {TWO} has other grounds: made by me"),
    ('roles = ["maintainer"]', 'roles = ["maintainer", "boss"]', "signer ada:", "gains: the role boss"),
    ('["ada@example.org"]', '["ada@example.org", "a@b.c"]', "signer ada:", "gains: the address a@b.c"),
    (
        '["ada@example.org"]',
        "[]",
        "signer ada:",
        "gains: is bound to no address any more, and may sign under anybody's",
    ),
    ('only = ["merge"]\n', "", "signer bob:", "gains: may sign commit, tag as well"),
    ('only = ["merge"]\n', 'only = ["tag"]\n', "signer bob:", "loses: may not sign merge any more"),
    (
        'only = ["merge"]\n',
        "valid-until = 2027-01-01T00:00:00Z\n",
        "signer bob:",
        "loses: valid-until (none) becomes 2027-01-01T00:00:00Z",
    ),
    (
        'only = ["merge"]\n',
        "valid-from = 2027-01-01T00:00:00Z\n",
        "signer bob:",
        "loses: valid-from (none) becomes 2027-01-01T00:00:00Z",
    ),
    ("[defaults]", '[ssh]\nrevoked = "revoked"\n[defaults]', "[ssh]:", "STRICTER: the revocation list revoked is read"),
]


@pytest.mark.parametrize(("before", "after", "subject", "line"), CHANGES)
def test_a_change_is_said_with_its_direction(base, before, after, subject, line) -> None:
    base.with_name("revoked").write_bytes(b"")
    done = diff(base, (before, after))
    assert (done.code, done.err) == (1, "")
    assert subject in done.out.splitlines()
    assert f"  {line}" in done.out.splitlines()


@pytest.mark.parametrize(("before", "after", "subject", "line"), CHANGES)
def test_the_way_back_goes_the_other_way(base, before, after, subject, line) -> None:
    base.with_name("revoked").write_bytes(b"")
    diff(base, (before, after))
    back = call("policy", "diff", base.with_name("new.toml"), base)
    assert back.code == 1
    lines = back.out.splitlines()
    said = lines[lines.index(subject) + 1 :]
    section = said[: next((at for at, each in enumerate(said) if not each.startswith("  ")), len(said))]
    assert section
    assert f"  {line}" not in section or line.startswith("changed")


def test_comments_and_order_change_nothing(base) -> None:
    done = diff(
        base,
        ("version = 1", "# why\nversion = 1"),
        ('["refs/heads/*", "refs/tags/*"]', '["refs/tags/*", "refs/heads/*"]'),
    )
    assert done.code == 0
    assert done.out.splitlines()[-1] == "both judge alike"


def test_signers_and_keys(base, ssh) -> None:
    done = diff(base, ("[signers.bob]", "[signers.carol]"), (ssh.public("ada"), ssh.public("mallory")))
    lines = done.out.splitlines()
    assert lines[2:] == [
        "signer ada:",
        *sorted(
            [
                f"  gains: the key {ssh.fingerprint('mallory')} (ssh ed25519)",
                f"  loses: the key {ssh.fingerprint('ada')} (ssh ed25519)",
            ],
            key=lambda line: line.split("key ")[1],
        ),
        "signer bob:",
        "  loses: may not sign any more: all signatures become unknown",
        f"  loses: the key {ssh.fingerprint('bob')} (ssh ed25519)",
        "signer carol:",
        "  gains: may sign from now on",
        "  gains: the address bob@example.org",
        "  changed: may sign merge only",
        f"  gains: the key {ssh.fingerprint('bob')} (ssh ed25519)",
    ]


def test_a_certificate_that_changes_inside(tmp_path, gnupg) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.toml").write_text('version = 1\n[signers.ada]\nopenpgp = ["ada.asc"]\n')
    ada = gnupg.fingerprint("ada@example.org")
    (tmp_path / "old/ada.asc").write_bytes(gnupg.export(ada))
    with gnupg.clone() as home:
        subkey = home.add_subkey(ada, created=BIRTH + 60)
        home.revoke_subkey(ada, home.subkeys(ada)[0], reason=2)
        home.set_expiry(ada, "20y", at=BIRTH + 120)
        (tmp_path / "new/ada.asc").write_bytes(home.export(ada))
    done = call("policy", "diff", tmp_path / "old/policy.toml", tmp_path / "new/policy.toml")
    assert done.code == 1
    assert f"  gains: the signing subkey {subkey} (openpgp ed25519) of {ada}" in done.out
    assert f"  loses: the key {ada} expires 20" in done.out
    assert "(compromised)" in done.out


def test_keys_with_windows_and_revocations(base, ssh) -> None:
    (base.with_name("revoked")).write_text(f"{ssh.public('bob')}\n")
    key = ssh.public("ada")
    done = diff(
        base,
        (f'["{key}"]', f'[{{key = "{key}", valid-until = 2027-01-01T00:00:00Z}}]'),
        ("[defaults]", '[ssh]\nrevoked = "revoked"\n[defaults]'),
    )
    ada, bob = ssh.fingerprint("ada"), ssh.fingerprint("bob")
    assert f"  loses: the key {ada}: valid-until (none) becomes 2027-01-01T00:00:00Z" in done.out.splitlines()
    assert f"  loses: the key {bob} is revoked (revocation list)" in done.out.splitlines()
    back = call("policy", "diff", base.with_name("new.toml"), base).out.splitlines()
    assert f"  gains: the key {ada}: valid-until 2027-01-01T00:00:00Z becomes (none)" in back
    assert f"  gains: the key {bob} is not revoked any more (was: revocation list)" in back
    assert "  WEAKER: the revocation list revoked is not read any more" in back


def test_a_new_signer_is_described(base, ssh) -> None:
    carol = (
        f'[signers.carol]\nssh = [{{key = "{ssh.public("carol")}", valid-from = 2026-01-01T00:00:00Z}}]\n'
        'roles = ["maintainer"]\nvalid-until = 2027-01-01T00:00:00Z\n[defaults]'
    )
    lines = diff(base, ("[defaults]", carol)).out.splitlines()
    assert lines[2:] == [
        "signer carol:",
        "  gains: may sign from now on",
        "  gains: is bound to no address",
        "  gains: the role maintainer",
        "  changed: all keys valid until 2027-01-01T00:00:00Z",
        f"  gains: the key {ssh.fingerprint('carol')} (ssh ecdsa), valid from 2026-01-01T00:00:00Z",
        "rule refs/heads/main:",
        "  gains: carol may sign there",
    ]


def test_json(base) -> None:
    assert diff(base, ("[defaults]\n", '[defaults]\ntags = "any"\n')).code == 1
    document = json.loads(call("policy", "diff", base, base.with_name("new.toml"), "--format", "json").out)
    assert (document["schema"], document["same"]) == ("gitsig/policy-diff/1", False)
    assert document["changes"] == [{"subject": "[defaults]", "effect": "weaker", "text": "tags signed becomes any"}]


def test_the_policy_in_a_tree(story, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(story.path)
    done = call("policy", "diff", "main:", ".gitsig/policy.toml")
    assert (done.code, done.out.splitlines()[-1]) == (0, "both judge alike")
    assert call("policy", "diff", "main:", "topic:.gitsig/policy.toml").code == 0
    assert call("policy", "diff", "nowhere:", ".gitsig/policy.toml").code == 2
    assert call("policy", "diff", "main:", tmp_path / "none.toml").code == 3


def test_hostile_text_is_escaped(base) -> None:
    done = diff(base, ("by a robot", "\\u202e##[error]"))
    assert "\\u202e" in done.out
    assert "\u202e" not in done.out


@pytest.mark.parametrize(("command", "codes"), [("diff", "0    both judge alike"), ("schema", "0    everything")])
def test_help_has_examples_and_exit_codes(command: str, codes: str) -> None:
    shown = CliRunner().invoke(APP, ["policy", command, "--help"], prog_name="gitsig").output
    assert f"  Examples:\n    gitsig policy {command}" in shown
    assert f"  Exit codes:\n    {codes}" in shown


def test_a_branch_without_its_colon_is_told_of_it(base) -> None:
    done = call("policy", "diff", "main", base)
    assert (done.code, done.out) == (3, "")
    assert "main: no such file; mend the path; for the policy in a commit write main:" in done.err
