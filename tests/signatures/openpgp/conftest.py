"""Engines over key stores, keys of every algorithm, and a gpg that lies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from tests.support.gnupg import GnupgHome

PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.org> 1767225600 +0000\n\nStory\n"

ALGORITHMS = ("ed25519", "nistp256", "nistp384", "nistp521", "rsa2048", "rsa3072")
"""Done in process."""
FOREIGN = ("brainpoolP256r1", "secp256k1", "dsa2048")
"""Left to GnuPG."""

MakeEngine = Callable[..., OpenPGPEngine]


@pytest.fixture
def keys(tmp_path: Path) -> Callable[..., OpenPGPKeys]:
    """`keys(certificate, …)`: a key store kept in this test's own cache."""

    def make(*files: bytes, cache: Path = tmp_path / "cache") -> OpenPGPKeys:
        return OpenPGPKeys([KeySource(data, "", f"key{at}.asc") for at, data in enumerate(files)], cache)

    return make


@pytest.fixture
def engine(keys: Callable[..., OpenPGPKeys], shared_cache: Path) -> MakeEngine:
    """`engine(certificate, …, gnupg_only=False, cross_check=False)`: the session builds each key store once."""

    def make(*files: bytes, **options: bool) -> OpenPGPEngine:
        return OpenPGPEngine(keys(*files, cache=shared_cache), **options)

    return make


@pytest.fixture
def fresh(keys: Callable[..., OpenPGPKeys]) -> MakeEngine:
    """The same with this test's own key stores, in which GnuPG has vouched for nobody."""

    def make(*files: bytes, **options: bool) -> OpenPGPEngine:
        return OpenPGPEngine(keys(*files), **options)

    return make


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openpgp") / "cache"


@pytest.fixture(scope="session")
def algorithms() -> Iterator[GnupgHome]:
    """A home with a signing key for each of `ALGORITHMS` and `FOREIGN`, `<algorithm>@example.org`."""
    with GnupgHome() as home:
        for algo in ALGORITHMS + FOREIGN:
            home.generate(algo, f"{algo}@example.org", algo=algo)
        yield home


class FakeGpg:
    """A program named gpg, first on PATH: the real one but for what a test scripts. Every call is recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls"
        self.real = shutil.which("gpg")
        folder.mkdir()
        self.script("")

    def script(self, behaviour: str, call: str = "--verify") -> None:
        """Shell text that runs instead of calls with this argument; empty for the real thing."""
        case = f'case " $* " in *" {call} "*) {behaviour or ":"};; esac\n'
        text = f'#!/bin/sh\necho "$@" >> {self.log}\n{case}exec {self.real} "$@"\n'
        program = self.folder / "gpg"
        # The key store is named after the program's size and time: it is to stay the same, whatever is written.
        program.write_text(text.ljust(4096, "#"))
        program.chmod(0o755)
        os.utime(program, (0, 0))

    def says(self, *lines: str, code: int = 0) -> None:
        """Answer `--verify` with these status lines and this exit code."""
        (self.folder / "status").write_bytes("".join(f"{line}\n" for line in lines).encode())
        self.script(f"cat {self.folder / 'status'}; exit {code}")

    def calls(self, argument: str = "") -> int:
        """How many calls so far had this argument."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sum(argument in line.split() or not argument for line in lines)


@pytest.fixture
def fake_gpg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGpg:
    """A gpg in front of the real one that records its calls and can be made to lie."""
    fake = FakeGpg(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fake.folder), prepend=os.pathsep)
    return fake
