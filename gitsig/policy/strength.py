"""Which algorithms and sizes of keys are strong enough."""

from __future__ import annotations

from gitsig.model import KeyFacts

__all__ = ["weak_algorithm"]

_FIXED_STRENGTH = frozenset({"ed25519", "ed448", "sk-ed25519"})
_CURVES = frozenset({"ecdsa", "sk-ecdsa"})
_SHORTEST_CURVE = 256


def weak_algorithm(key: KeyFacts, min_rsa_bits: int) -> str:
    """Why a key's algorithm or size is below the bound, in words; empty if it is not."""
    if key.algorithm in _FIXED_STRENGTH:
        return ""
    if key.algorithm == "rsa":
        return "" if key.bits >= min_rsa_bits else f"the key is RSA of {key.bits} bits, under {min_rsa_bits}"
    if key.algorithm in _CURVES:
        return "" if key.bits >= _SHORTEST_CURVE else f"the key's curve has {key.bits} bits, under {_SHORTEST_CURVE}"
    return f"keys of algorithm {key.algorithm} are not strong enough"
