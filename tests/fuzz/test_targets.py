"""Every fuzz target over its seeds and over what was found once; and that a target notices a broken reader."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fuzz.__main__ import main
from fuzz.catalogue import FINDINGS, findings, load, names
from fuzz.mutate import mutator
from gitsig.model import ObjectFormat, SignedObject

FOUND = [(name, path) for name in names() for path in findings(name)]


@pytest.mark.parametrize("name", names())
def test_a_target_passes_its_seeds(name: str) -> None:
    target = load(name)
    seeds = target.seeds()
    assert seeds == target.seeds(), "seeds are the same in every run"
    for seed in seeds:
        target.one(seed)


@pytest.mark.parametrize("name", names())
def test_a_target_passes_some_mutations(name: str) -> None:
    """A few hundred, always the same; `make fuzz` is for millions."""
    target = load(name)
    mutate = mutator(target.tokens, lambda data, most: data[:most])
    for number, seed in enumerate(target.seeds()):
        data = seed
        for step in range(25):
            data = mutate(data, 4096, number * 1000 + step)
            target.one(data)


@pytest.mark.parametrize(("name", "path"), FOUND, ids=lambda each: getattr(each, "name", each))
def test_a_finding_stays_mended(name: str, path: Path) -> None:
    load(name).one(path.read_bytes())


def test_every_finding_says_why_and_has_a_target() -> None:
    files = [path for path in FINDINGS.glob("*/*") if path.suffix != ".txt"]
    assert {path.parent.name for path in files} <= set(names())
    assert all(Path(f"{path}.txt").read_text(encoding="utf-8").count("\n") == 1 for path in files)
    assert {f"{path}.txt" for path in files} == {str(path) for path in FINDINGS.glob("*/*.txt")}


def _lost(parse: Callable[..., SignedObject]) -> Callable[..., SignedObject]:
    """A reader of commits that keeps what is signed for the other object format in the payload."""

    def broken(kind: str, raw: bytes, oid: str, object_format: ObjectFormat) -> SignedObject:
        obj = parse(kind, raw, oid, object_format)
        return obj._replace(payload=raw, removed=()) if obj.foreign_signature else obj

    return broken


def _always(value: Any) -> Callable[[Any], Callable[..., Any]]:
    return lambda _: lambda *_: value


BROKEN = {
    "commit": ("fuzz.targets.commit.parse", _lost),
    "openpgp_signature": ("gitsig.signatures.openpgp.engine.check", _always(True)),
    "ssh_signature": ("gitsig.signatures.ssh.engine.SSHEngine._holds", _always(True)),
    "packet": ("fuzz.targets.packet.read_subpackets", _always([])),
    "armor": ("fuzz.targets.armor.dearmor", _always(b"")),
    "revocation": ("gitsig.keys.ssh_revocation._entries", _always([])),
    "push": ("fuzz.targets.push.parse_lines", _always([])),
    "text": ("gitsig.reports.escape._visible", lambda _: lambda text: text),
    "patterns": ("fuzz.targets.patterns.overlap", _always(True)),
    "tree": ("fuzz.targets.tree.parse_tree", _always({})),
    "changes": ("gitsig.store.changes.Changes._left_alone", _always(True)),
    "guix": ("gitsig.policy.adapters.sexp._Reader._string", lambda _: lambda self, at, piece: piece[1:-1].lower()),
    "sqgit": ("gitsig.policy.adapters.amendment._signatures", _always(set())),
    "bitcoin": ("gitsig.policy.adapters.bitcoin._rules", _always(())),
    "named": ("fuzz.targets.named.Named.spelled", lambda _: lambda named: named.text),
    "keyring": ("gitsig.policy.adapters.certificates._one", lambda _: lambda _, copies: copies[0]),
    "trailers": ("gitsig.engine.trailers._SCISSORS", lambda _: b"\0"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_target_notices_a_broken_reader(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = load(name)
    place, break_it = BROKEN[name]
    owner, _, attribute = place.rpartition(".")
    holder = _resolve(owner)
    monkeypatch.setattr(holder, attribute, break_it(getattr(holder, attribute)))
    with pytest.raises((AssertionError, ValueError)):
        [target.one(seed) for seed in target.seeds()]


def _resolve(path: str) -> Any:
    """The module or class of this name."""
    head, _, last = path.rpartition(".")
    return sys.modules[path] if path in sys.modules else getattr(sys.modules[head], last)


def test_mutations_are_bounded_and_the_same_for_the_same_seed() -> None:
    mutate = mutator((b"token", b"\n"), lambda data, most: data[::-1][:most])
    for seed in range(200):
        data = Random(seed).randbytes(seed)  # noqa: S311 - the same in every run
        once = mutate(data, 64, seed)
        assert len(once) <= 64
        assert once == mutate(data, 64, seed)


def test_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == names()
    (tmp_path / "input").write_bytes(b"tree")
    assert main(["commit", "--input", str(tmp_path / "input")]) == 0
    for wrong in ([], ["commit", "--all"], ["no-such-target"]):
        with pytest.raises(SystemExit) as refused:
            main(wrong)
        assert refused.value.code == 2


def test_targets_need_no_atheris() -> None:
    code = f"import sys; from fuzz.catalogue import load; [load(each) for each in {names()!r}]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "atheris" not in done.stdout.split()
