"""`gitsig policy diff` and `show`: rules, confined signers, seals and governance, each change with its direction."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.upkeep.commands import call

ONE, TWO = "1" * 40, "2" * 40
BASE = f"""version = 1
[signers.ada]
emails = ["ada@example.org"]
roles = ["owner"]
ssh = ["{{ada}}"]
[signers.bob]
emails = ["bob@example.org"]
ssh = ["{{bob}}"]
[signers.carol]
emails = ["carol@example.org"]
ssh = ["{{carol}}"]
paths = ["deps/**"]
only = ["commit", "tag"]
[defaults]
except-refs = ["refs/heads/keyring"]
[[rules]]
refs = ["refs/heads/*"]
two-person = true
clean-merges = true
tree-sha512 = true
behind = ["{ONE}"]
[[rules]]
refs = ["refs/heads/*"]
paths = ["ci/**", "x"]
kinds = ["commit"]
signers = ["ada"]
[[rules]]
refs = ["refs/tags/v*"]
threshold = 2
approvals = ["refs/tags/ok/*"]
[history]
seals = ["ada"]
[governance]
signers = ["role:owner"]
"""
ROOTED = f"""
root = "{ONE}"
root-signer = "{"A" * 40}"
parents = "any"
"""
"""Further lines of `[governance]`, which leave no room for seals."""
HEADS, TAGS = "rule refs/heads/*:", "rule refs/tags/v*:"
SECOND = "rule refs/heads/* (number 2 of them):"
CHANGES = [
    ('paths = ["deps/**"]\n', "", "signer carol:", "gains: may change every path, before deps/** only"),
    ('paths = ["deps/**"]\n', 'paths = ["deps/**", "lock"]\n', "signer carol:", "gains: the paths lock"),
    ("keyring", "pages", "[defaults]:", "WEAKER: leaving out refs refs/heads/pages"),
    ("keyring", "pages", "[defaults]:", "STRICTER: not leaving out refs refs/heads/keyring any more"),
    ("[defaults]\n", "[defaults]\nvalid-now = true\n", "[defaults]:", "STRICTER: valid-now is demanded"),
    ("two-person = true\n", "", HEADS, "WEAKER: two-person is not demanded any more"),
    ("clean-merges = true\n", "", HEADS, "WEAKER: clean-merges is not demanded any more"),
    ("tree-sha512 = true\n", "no-octopus = true\n", HEADS, "WEAKER: tree-sha512 is not demanded any more"),
    ("tree-sha512 = true\n", "no-octopus = true\n", HEADS, "STRICTER: no-octopus is demanded"),
    (f'behind = ["{ONE}"]', f'behind = ["{TWO}"]', HEADS, f"WEAKER: silent of what is behind {TWO}"),
    (f'behind = ["{ONE}"]', f'exempt = ["{TWO}"]', HEADS, f"WEAKER: silent of what is exempt {TWO}"),
    (f'behind = ["{ONE}"]', f'exempt = ["{TWO}"]', HEADS, f"STRICTER: not silent of what is behind {ONE} any more"),
    (', "x"]', ', "y"]', SECOND, "STRICTER: speaking of paths y"),
    (', "x"]', ', "y"]', SECOND, "WEAKER: not speaking of paths x any more"),
    ('paths = ["ci/**", "x"]\n', "", SECOND, "STRICTER: speaks whatever the paths are now"),
    ('kinds = ["commit"]\n', "", SECOND, "STRICTER: speaks whatever the kinds are now"),
    ('kinds = ["commit"]\n', 'kinds = ["merge"]\n', SECOND, "WEAKER: not speaking of kinds commit any more"),
    ('signers = ["ada"]', 'signers = ["ada", "bob"]', SECOND, "gains: bob may sign there"),
    ("threshold = 2\n", "threshold = 3\n", TAGS, "STRICTER: threshold 2 becomes 3"),
    ("ok/*", "yes/*", TAGS, "WEAKER: counting approvals refs/tags/yes/*"),
    ("ok/*", "yes/*", TAGS, "STRICTER: not counting approvals refs/tags/ok/* any more"),
    (
        '[[rules]]\nrefs = ["refs/tags/v*"]\nthreshold = 2\napprovals = ["refs/tags/ok/*"]\n',
        "",
        TAGS,
        "WEAKER: gone: require every-commit; threshold 2; approvals refs/tags/ok/*",
    ),
    (
        "[history]",
        f'[[rules]]\nrefs = ["refs/x"]\npaths = ["b", "a"]\nexempt = ["{TWO}"]\nbehind = ["{ONE}"]\n[history]',
        "rule refs/x:",
        f"STRICTER: new: require every-commit; paths a, b; behind {ONE}; exempt {TWO}",
    ),
    ('seals = ["ada"]', 'seals = ["ada", "bob"]', "[history]:", "gains: bob may seal"),
    ('seals = ["ada"]', 'seals = ["bob"]', "[history]:", "loses: ada may not seal any more"),
    (
        'seals = ["ada"]',
        'seals = ["ada"]\nseal-trailers = ["Sealed"]',
        "[history]:",
        "WEAKER: sealing by the trailer Sealed",
    ),
    ('seals = ["ada"]', 'seals = ["ada"]\nseal-tags = []', "[history]:", None),
    ('seals = ["ada"]', "", "[history]:", "STRICTER: nobody may vouch for what is behind a commit, before ada"),
    ('["role:owner"]', '["role:owner", "bob"]', "[governance]:", "gains: bob may change the policy"),
    ('signers = ["role:owner"]', 'signers = ["bob"]', "[governance]:", "loses: ada may not change the policy any more"),
]
ROOT_CHANGES = [
    (f'root = "{ONE}"', f'root = "{TWO}"', f"changed: root {ONE} becomes {TWO}"),
    ("A" * 40, "B" * 40, f"changed: root-signer {'A' * 40} becomes {'B' * 40}"),
    ('parents = "any"', 'parents = "all"', "STRICTER: parents any becomes all"),
]


@pytest.fixture
def base(tmp_path: Path, ssh) -> Path:
    path = tmp_path / "old.toml"
    keys = {name: ssh.public(name) for name in ("ada", "bob", "carol")}
    path.write_text(BASE.format(**keys))
    return path


@pytest.fixture
def anchor(base) -> Path:
    """The same with a root."""
    base.write_text(base.read_text().replace('[history]\nseals = ["ada"]\n', "") + ROOTED)
    return base


def diff(base: Path, before: str, after: str) -> list[str]:
    text = base.read_text()
    assert text.count(before) == 1
    new = base.with_name("new.toml")
    new.write_text(text.replace(before, after))
    done = call("policy", "diff", base, new)
    assert (done.code, done.err) == (1, "")
    return done.out.splitlines()


def section(lines: list[str], subject: str) -> list[str]:
    said = lines[lines.index(subject) + 1 :]
    return said[: next((at for at, each in enumerate(said) if not each.startswith("  ")), len(said))]


@pytest.mark.parametrize(("before", "after", "subject", "line"), CHANGES)
def test_a_change_is_said_with_its_direction(base, before, after, subject, line) -> None:
    found = section(diff(base, before, after), subject)
    assert found
    assert line is None or f"  {line}" in found


@pytest.mark.parametrize(("before", "after", "subject", "line"), CHANGES)
def test_the_way_back_goes_the_other_way(base, before, after, subject, line) -> None:
    diff(base, before, after)
    back = call("policy", "diff", base.with_name("new.toml"), base)
    assert back.code == 1
    found = section(back.out.splitlines(), subject)
    assert found
    assert f"  {line}" not in found


@pytest.mark.parametrize(("before", "after", "line"), ROOT_CHANGES)
def test_another_root_is_said(anchor, before, after, line) -> None:
    assert section(diff(anchor, before, after), "[governance]:") == [f"  {line}"]


def test_seals_that_come_and_go(base) -> None:
    text = base.read_text()
    plain = base.with_name("plain.toml")
    plain.write_text(text.replace('[history]\nseals = ["ada"]\n', ""))
    there = call("policy", "diff", plain, base).out.splitlines()
    assert section(there, "[history]:") == [
        "  WEAKER: ada may vouch for everything behind a commit: Gitsig-Seal: or refs/tags/seal/*"
    ]


def test_governance_that_comes_and_goes(anchor) -> None:
    text = anchor.read_text()
    plain = anchor.with_name("plain.toml")
    plain.write_text(text[: text.index("[governance]")])
    there = call("policy", "diff", plain, anchor).out.splitlines()
    assert section(there, "[governance]:") == [
        "  changed: there is governance now",
        f"  changed: root (none) becomes {ONE}",
        f"  changed: root-signer (none) becomes {'A' * 40}",
        "  WEAKER: parents all becomes any",
        "  gains: ada may change the policy",
    ]
    back = call("policy", "diff", anchor, plain).out.splitlines()
    assert "  changed: there is no governance any more" in section(back, "[governance]:")


def test_rules_are_paired_by_what_they_speak_of_whatever_their_order(base) -> None:
    text = base.read_text()
    blocks = text.split("[[rules]]\n")
    assert len(blocks) == 4
    new = base.with_name("new.toml")
    new.write_text("[[rules]]\n".join((blocks[0], blocks[2], blocks[1], blocks[3])))
    done = call("policy", "diff", base, new)
    assert (done.code, done.out.splitlines()[-1]) == (0, "both judge alike")


def test_a_new_signer_is_described_with_his_paths(base) -> None:
    lines = diff(base, "[signers.carol]", "[signers.dora]")
    assert "  changed: may change deps/** only" in section(lines, "signer dora:")


def test_show(base) -> None:
    lines = call("policy", "show", "--policy", base).out.splitlines()
    assert "  carol: carol@example.org; only commit, tag; paths deps/**" in lines
    assert "  except-refs      refs/heads/keyring" in lines
    rules = lines[lines.index("rules:") + 1 :]
    assert rules[:3] == [
        f"  1. refs/heads/*: require every-commit; two-person; clean-merges; tree-sha512; behind {ONE}",
        "  2. refs/heads/*: require every-commit; paths ci/**, x; kinds commit; signers ada",
        "  3. refs/tags/v*: require every-commit; threshold 2; approvals refs/tags/ok/*",
    ]
    assert rules[4:] == [
        "seals:",
        "  signers: ada",
        "  trailers: Gitsig-Seal",
        "  tags: refs/tags/seal/*",
        "",
        "governance:",
        "  signers: ada",
    ]


def test_show_tells_the_root(anchor) -> None:
    lines = call("policy", "show", "--policy", anchor).out.splitlines()
    assert lines[lines.index("governance:") + 1 :] == [
        f"  root: {ONE}",
        f"  root-signer: {'A' * 40}",
        "  parents: any",
        "  signers: ada",
    ]


def test_show_names_whoever_is_nobody(base) -> None:
    text = base.read_text()
    base.write_text(text[: text.index("[history]")] + '[history]\nseals = ["ada"]\nseal-tags = []\n[governance]\n')
    lines = call("policy", "show", "--policy", base).out.splitlines()
    assert lines[-2:] == ["governance:", "  signers: nobody"]
    assert "  tags: none" in lines


def test_check_tells_of_exceptions_that_have_ended(base) -> None:
    entry = '[[exceptions]]\nobject = "{}"\naccept = ["unsigned"]\nbecause = "x"\nuntil = {}-01-01T00:00:00Z\n'
    base.write_text(base.read_text() + entry.format(ONE, 2026) + entry.format(TWO, 2028))
    done = call("policy", "check", base, "--now", "2027-01-01T00:00:00Z")
    told = [line for line in done.out.splitlines() if " ended " in line]
    assert told == [f"warning: the exception for {ONE} ended 2026-01-01T00:00:00Z: take it out, or give it another end"]
    early = call("policy", "check", base, "--now", "2025-01-01T00:00:00Z").out
    assert " ended " not in early
    assert " ended " in call("policy", "check", base, "--now", "2026-01-01T00:00:00Z").out
