"""What each OpenPGP implementation says of a signature, in one vocabulary: good, bad or cannot, and its own words."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pysequoia
from openpgp import _openpgp as rpgp

from fuzz.references.packets import packets
from gitsig.keys.openpgp.certificate import read_certificates
from gitsig.keys.openpgp.keyring import KeySource, OpenPGPKeys
from gitsig.model import Evidence, Outcome
from gitsig.signatures.openpgp.engine import OpenPGPEngine
from tests.oracles.signed import Heap, Item

__all__ = ["Gitsig", "GnuPG", "Rpgp", "Saying", "Sequoia"]


class Saying(NamedTuple):
    """One implementation's word."""

    word: str
    """`good`, `bad` or `cannot`."""
    key: str = ""
    """Fingerprint of the key that signed, upper-case hex, where the word is good."""
    detail: str = ""


class Gitsig:
    """The engine in process; GnuPG vouches for each key once."""

    def __init__(self, heap: Heap, folder: Path) -> None:
        self.certificates = {
            each.primary.fingerprint: each for name, data in heap.keys.items() for each in read_certificates(data, name)
        }
        sources = [KeySource(data, "", name) for name, data in heap.keys.items()]
        self.keys = OpenPGPKeys(sources, folder / "cache")
        self._engine = OpenPGPEngine(self.keys)

    def evidence(self, item: Item) -> Evidence:
        return self._engine.examine(item.payload, item.armored, item.claimed_at)

    @staticmethod
    def say(found: Evidence) -> Saying:
        if found.outcome is Outcome.VERIFIED:
            return Saying("good", found.key_fingerprint or "", found.detail)
        return Saying("bad" if found.outcome is Outcome.BAD else "cannot", "", f"{found.outcome}: {found.detail}")


class Sequoia:
    """pysequoia: arithmetic, certificate and Sequoia's own policy in one."""

    def __init__(self, heap: Heap) -> None:
        self._certificates = []
        for data in heap.keys.values():
            try:
                self._certificates.append(pysequoia.Cert.from_bytes(data))
            except (RuntimeError, ValueError):
                continue  # a certificate that Sequoia does not take: what it signed cannot be judged

    def say(self, item: Item, data: bytes) -> Saying:
        try:
            signature = pysequoia.Sig.from_bytes(data)
        except (RuntimeError, ValueError) as error:
            return Saying("cannot", "", _first(error))
        try:
            done = pysequoia.verify(bytes=item.payload, store=lambda _: self._certificates, signature=signature)
        except (RuntimeError, ValueError) as error:
            return Saying("cannot", "", _first(error))
        return Saying("good", done.valid_sigs[0].signing_key.upper())


class Rpgp:
    """rPGP: the arithmetic alone, with one bare key at a time."""

    def __init__(self, heap: Heap) -> None:
        self._keys: dict[str, rpgp.PublicKey] = {}
        for name, data in heap.keys.items():
            for certificate in read_certificates(data, name):
                for tag, body in packets(certificate.packets):
                    if tag in (6, 14):
                        self._add(body)

    def _add(self, body: bytes) -> None:
        try:
            bare = rpgp.SignedPublicKey.from_bytes(b"\x9a" + len(body).to_bytes(4) + body)
        except rpgp.Error:
            return  # an algorithm or a size that rPGP does not know
        self._keys[bare.primary_key.fingerprint.upper()] = bare.primary_key

    def say(self, item: Item, data: bytes) -> Saying:
        try:
            signature = rpgp.DetachedSignature.from_bytes(data).signature
        except rpgp.Error as error:
            return Saying("cannot", "", _first(error))
        names = [each.upper() for each in (*signature.issuer_fingerprint(), *signature.issuer_key_id())]
        words = "no key"
        for fingerprint, key in self._keys.items():
            if any(fingerprint.endswith(name) for name in names):
                try:
                    signature.verify(key, item.payload)
                except rpgp.Error as error:
                    words = _first(error)
                else:
                    return Saying("good", fingerprint)
        unable = words == "no key" or words.startswith("Unsupported") or "too weak" in words
        return Saying("cannot" if unable else "bad", "", words)


class GnuPG:
    """gpg itself, one process a signature, read without gitsig's own reader."""

    def __init__(self, heap: Heap, home: Path) -> None:
        home.mkdir(mode=0o700)
        self._home = home
        for data in heap.keys.values():
            subprocess.run([*self._command(), "--import"], input=data, capture_output=True, check=False)

    def _command(self) -> list[str]:
        return ["gpg", "--homedir", str(self._home), "--batch", "--no-tty", "--no-autostart", "--trust-model", "always"]

    def say(self, item: Item) -> Saying:
        """Gets the armor as git would hand it over."""
        path = self._home / "signature"
        path.write_bytes(item.armored)
        command = [*self._command(), "--status-fd", "1", "--verify", str(path), "-"]
        done = subprocess.run(command, input=item.payload, capture_output=True, env=_plain_environment(), check=False)
        lines = [line.split(" ")[1:] for line in done.stdout.decode("latin-1").split("\n") if line]
        words = [line[0] for line in lines]
        said = " ".join(word for word in words if word.endswith("SIG") and word not in ("NEWSIG", "VALIDSIG"))
        valid = [line[1] for line in lines if line[0] == "VALIDSIG"]
        if len(valid) == 1 and words.count("NEWSIG") == 1:
            return Saying("good", valid[0], said)
        return Saying("bad" if said == "BADSIG" else "cannot", "", said)


def _plain_environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


def _first(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0]
