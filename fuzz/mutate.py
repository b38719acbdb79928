"""Mutations that respect lines and tokens, beside libFuzzer's own, which know bytes only.

Grammars here are of lines and of lengths; a regular expression gives a coverage-guided fuzzer nothing to climb on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

__all__ = ["Mutator", "mutator"]

Mutator = Callable[[bytes, int, int], bytes]
"""As atheris wants it: data, largest size, seed of the randomness."""

_Way = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutator(tokens: Sequence[bytes], own: Callable[[bytes, int], bytes]) -> Mutator:
    """A mutator that takes `own` (libFuzzer's) half of the time and one to three of the ways here otherwise."""

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - for mutations, not for secrets
        if random.random() < 0.5:
            return bytes(own(data, most))
        for _ in range(random.randint(1, 3)):
            data = random.choice(_WAYS)(random, data, tokens or (b"\n",))
        return data[:most]

    return mutated


def _flip(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\0"
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _step(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One byte more or less: lengths and counts that are off by one."""
    if not data:
        return b"\1"
    changed = bytearray(data)
    at = random.randrange(len(data))
    changed[at] = random.choice((changed[at] + 1, changed[at] - 1, 0, 0x7F, 0x80, 0xC0, 0xFF)) & 0xFF
    return bytes(changed)


def _insert(random: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(tokens) + data[at:]


def _overwrite(random: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    at, token = random.randint(0, len(data)), random.choice(tokens)
    return data[:at] + token + data[at + len(token) :]


def _line(random: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """Put in, take away, double or move a line."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    way = random.randrange(4)
    if way == 0:
        lines.insert(at, random.choice(tokens))
    elif way == 1:
        del lines[at]
    elif way == 2:
        lines.insert(random.randint(0, len(lines)), lines[at])
    else:
        lines.insert(random.randrange(len(lines)), lines.pop(at))
    return b"\n".join(lines)


def _cut(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start = random.randint(0, len(data))
    return data[:start] + data[start + random.randint(1, 16) :]


def _repeat(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start = random.randint(0, len(data))
    piece = data[start : start + random.randint(1, 64)]
    return data[:start] + piece * random.choice((2, 3, 20)) + data[start + len(piece) :]


_WAYS: tuple[_Way, ...] = (_flip, _step, _insert, _insert, _overwrite, _line, _line, _cut, _repeat)
