"""The floor: hashing and public key arithmetic of OpenSSL on the same signatures, with nothing around them."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from benchmarks.sshsig import signed_bytes

__all__ = ["Pair", "Raw", "load_pairs", "save_pairs"]

Pair = tuple[int, bytes, bytes]
"""The number of the signer, a raw signature, and the bytes that it covers."""
_HEAD = struct.Struct(">III")


class Raw:
    """All signatures of a sample with their keys loaded."""

    def __init__(self, keys: Sequence[tuple[str, bytes]], pairs: Sequence[Pair]) -> None:
        self._verifiers = [_verifier(format_, pem) for format_, pem in keys]
        self.pairs = pairs

    def one_core(self) -> float:
        """Seconds in this thread. Raises InvalidSignature."""
        return self._run(self.pairs)

    def all_cores(self) -> float:
        """Seconds of the slowest of as many processes as there are cores, begun together; each has an even share."""
        cores = os.cpu_count() or 1
        context = multiprocessing.get_context("fork")
        barrier, seconds = context.Barrier(cores), context.Queue()

        def work(share: Sequence[Pair]) -> None:
            barrier.wait()
            seconds.put(self._run(share))

        workers = [context.Process(target=work, args=(self.pairs[number::cores],)) for number in range(cores)]
        for worker in workers:
            worker.start()
        slowest: float = max(seconds.get(timeout=600) for _ in workers)
        for worker in workers:
            worker.join()
        return slowest

    def _run(self, pairs: Sequence[Pair]) -> float:
        verifiers = self._verifiers
        begin = time.perf_counter()
        for signer, signature, data in pairs:
            verifiers[signer](signature, data)
        return time.perf_counter() - begin


def _verifier(format_: str, pem: bytes) -> Callable[[bytes, bytes], None]:
    """A function of signature and covered bytes that raises InvalidSignature."""
    key = load_pem_public_key(pem)
    sha512 = hashlib.sha512
    if isinstance(key, rsa.RSAPublicKey):
        scheme, algorithm = padding.PKCS1v15(), Prehashed(SHA512())
        return lambda signature, data: key.verify(signature, sha512(data).digest(), scheme, algorithm)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise TypeError(type(key).__name__)
    if format_ == "ssh":
        return lambda signature, data: key.verify(signature, signed_bytes(data))
    return lambda signature, data: key.verify(signature, sha512(data).digest())


def save_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Keep pairs in a file: the signer and both lengths before the bytes."""
    with path.open("wb") as file:
        for signer, signature, data in pairs:
            file.write(_HEAD.pack(signer, len(signature), len(data)) + signature + data)


def load_pairs(path: Path) -> list[Pair]:
    """What `save_pairs` kept."""
    data, at, pairs = path.read_bytes(), 0, []
    while at < len(data):
        signer, first, second = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        pairs.append((signer, data[at : at + first], data[at + first : at + first + second]))
        at += first + second
    return pairs
