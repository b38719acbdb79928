"""Bitcoin Core's `verify-commits` folder: each line is one of the script's, and each demand comes out as it went in."""

from __future__ import annotations

from fuzz.targets.certificate import seeds as certificate_seeds
from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate, read_certificates
from gitsig.policy import Policy
from gitsig.policy.adapters.bitcoin import FILES, Lists, bitcoin_policy, parse_lists
from gitsig.policy.types import Require

__all__ = ["TOKENS", "one", "seeds"]

_BETWEEN = b"\n==\n"
_HEX = frozenset("0123456789abcdef")
_CERTIFICATES: list[Certificate] = []
_ONE, _OTHER = b"1" * 40, b"2" * 40
TOKENS = (
    _BETWEEN,
    b"\n",
    b"\r",
    b" ",
    b"#",
    _ONE,
    _OTHER,
    b"a" * 64,
    b"A" * 40,
    b"\xe2\x80\xa8",
    b"\xff",
    b"\0",
    b"0x",
)


def _certificates() -> list[Certificate]:
    if not _CERTIFICATES:
        _CERTIFICATES.extend(read_certificates(certificate_seeds()[0], "c"))
    return _CERTIFICATES


def seeds() -> list[bytes]:
    """The six files in their order, with a certificate at hand and without; empty lists; lines that are none."""
    trusted = _certificates()[0].primary.fingerprint.encode()
    lists = [trusted + b"\n" + b"C" * 40, _ONE, _OTHER, b"3" * 40 + b"\n\n" + b"4" * 40, b"5" * 64, b""]
    return [
        _BETWEEN.join(lists),
        _BETWEEN.join([b"C" * 40, *lists[1:]]),
        _BETWEEN.join([trusted, _ONE, _OTHER + b"\n", b"", b"", b""]),
        _BETWEEN.join([trusted, _ONE + b"\n" + _OTHER, _OTHER, b"", b"", b""]),
        _BETWEEN.join([trusted.lower(), _ONE, _OTHER, b"", b"", b""]),
        _BETWEEN.join([b"", _ONE, _OTHER, b"", b"", b""]),
    ]


def one(data: bytes) -> None:
    """The files, one behind the other."""
    parts = data.split(_BETWEEN)
    files = dict(zip(FILES, [*parts, *[b""] * len(FILES)], strict=False))
    seen = [_seen(files[name], fingerprints=name == FILES[0]) for name in FILES]
    right = None not in seen and bool(seen[0]) and all(len(each or ()) == 1 for each in seen[1:3])
    try:
        lists = parse_lists(files, "f")
    except PolicyFault as fault:
        assert fault.where.partition(":")[0] in {f"f/{name}" for name in FILES}
        assert not right, "refused, and the script reads it"
        return
    assert right, "read, and a line is none"
    keys, git_root, sha512_root, *allowed = (each or [] for each in seen)
    assert lists == Lists(frozenset(keys), git_root[0], sha512_root[0], *map(frozenset, allowed))
    try:
        made = bitcoin_policy(lists, _certificates(), "f", "d")
    except PolicyFault:
        assert _certificates()[0].primary.fingerprint not in keys
        return
    assert {spec.value for spec in made.policy.key_specs} == set(made.files)
    assert {name.removesuffix(".pgp") for name in made.files} <= set(keys), "a key that nobody trusts"
    assert len(made.policy.warnings) == len(set(keys)) - len(made.files)
    _demands(made.policy, lists)


def _demands(policy: Policy, lists: Lists) -> None:
    assert policy.trusted_roots == {lists.git_root}
    assert set(policy.exceptions) == lists.revsig
    assert policy.defaults.valid_now
    clean = [rule for rule in policy.rules if rule.clean_merges]
    hashed = [rule for rule in policy.rules if rule.tree_sha512]
    assert [rule.exempt for rule in clean] == [lists.unclean]
    assert {rule.exempt for rule in hashed} == {lists.incorrect}
    assert {rule.require: rule.behind for rule in hashed} == {
        Require.FIRST_PARENT: {lists.sha512_root},
        Require.TIP: frozenset(),
    }


def _seen(data: bytes, *, fingerprints: bool) -> list[str] | None:
    """The lines as Python's `splitlines` has them in the script; None where one of them is no entry."""
    try:
        lines = [line for line in data.decode("utf-8").splitlines() if line]
    except UnicodeDecodeError:
        return None
    if any(separator in data.decode("utf-8") for separator in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
        return None  # Python's script and the shell's would not agree on what a line is
    digits = frozenset("0123456789ABCDEF") if fingerprints else _HEX
    lengths = (40,) if fingerprints else (40, 64)
    return lines if all(len(line) in lengths and digits.issuperset(line) for line in lines) else None
