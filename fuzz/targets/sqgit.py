"""sequoia-git's policy: rights and certificates as the file has them, and each change of it asks for what it must."""

from __future__ import annotations

import tomllib

from fuzz import material as m
from fuzz.references.packets import packets
from fuzz.targets.certificate import seeds as certificate_seeds
from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.policy.adapters.amendment import changes, forbidden
from gitsig.policy.adapters.sqgit import Authorization, Right, SqGitPolicy, certificates_in, law, parse_sq_git
from gitsig.policy.types import ObjectKind

__all__ = ["TOKENS", "one", "seeds"]

_BETWEEN = b"\n#====\n"
_ADD, _RETIRE = Right.ADD_USER, Right.RETIRE_USER
_NOBODY = Authorization(frozenset(), {})


def _keyrings() -> list[str]:
    """A certificate with a revocation, the same without it, another one."""
    primary, second, *_ = m.pgp_keys()
    name = m.packet(13, b"Ada") + m.packet(2, m.signature_body(primary, b"", 0x13, m.subpacket(27, b"\3")))
    plain, other = m.packet(6, primary.body) + name, m.packet(6, second.body) + m.packet(13, b"Bob")
    return [m.armored(each, "PGP PUBLIC KEY BLOCK").decode() for each in (certificate_seeds()[0], plain, other)]


def _file(*entries: tuple[str, str, str], goodlist: str = "") -> bytes:
    lines = ["version = 0", f"commit_goodlist = [{goodlist}]"]
    for name, rights, keyring in entries:
        lines += [f"[authorization.{name}]", *(f"{right} = true" for right in rights.split())]
        lines += [f'keyring = """\n{keyring}"""']
    return "\n".join([*lines, ""]).encode()


def seeds() -> list[bytes]:
    """Two policies, one behind the other."""
    revoked, plain, other = _keyrings()
    every = " ".join(Right)
    ada = _file(("ada", every, plain), ("bob", "sign_commit", other))
    good = '"' + "1" * 40 + '"'
    return [
        ada + _BETWEEN + ada,
        ada + _BETWEEN + _file(("ada", every, revoked), ("bob", "sign_commit sign_tag", other), goodlist=good),
        _file(("ada", every, revoked)) + _BETWEEN + ada,
        ada + _BETWEEN + _file(("bob", "sign_commit add_user", other + plain)),
        _file(("ada", "add_user", plain), ("bob", "sign_commit", plain)) + _BETWEEN + _file(("ada", every, other)),
        b'version = 0\n[authorization."a + b"]\nsign_tag = false\nkeyring = ""\n' + _BETWEEN + b"version = 0\n",
        _file(('"role:x"', every, plain), ('"b\\u001b"', "sign_tag", other)) + _BETWEEN + b"version = 1\n",
    ]


TOKENS = (
    *(f"{right} = true\n".encode() for right in Right), b"sign_commit = false\n", b"version = 0\n", _BETWEEN,
    b"[authorization.ada]\n", b"[authorization.bob]\n", b'[authorization."role:x"]\n', b'keyring = ""\n', b'"""',
    b"commit_goodlist = [", b'"' + b"2" * 40 + b'", ', b"more = 1\n", *(each.encode() for each in _keyrings()),
    *(f'keyring = """\n{each}"""\n'.encode() for each in _keyrings()),
)  # fmt: skip


def one(data: bytes) -> None:
    """A policy, and another that comes after it."""
    first, _, second = data.partition(_BETWEEN)
    before, after = _read(first), _read(second)
    if before is None:
        return
    assert list(changes(before, before)) == []
    if after is not None:
        _change(before, after)


def _read(data: bytes) -> SqGitPolicy | None:
    everybody = {each.primary.fingerprint for each in certificates_in(data)}
    try:
        found = parse_sq_git(data, "p")
    except PolicyFault as fault:
        name, _, line = fault.where.partition(":")
        assert name == "p"
        assert not line or 1 <= int(line) <= data.count(b"\n") + 1, "a line that is not there"
        return None
    said = tomllib.loads(data.decode("utf-8").replace("\r\n", "\n"))
    assert said.get("version", 0) == 0
    assert found.goodlist == set(said.get("commit_goodlist", []))
    assert set(said) <= {"version", "commit_goodlist", "authorization"}
    entries = said.get("authorization", {})
    assert list(found.authorizations) == list(entries)
    for name, each in found.authorizations.items():
        assert each.rights == {right for right in Right if entries[name].get(right)}
        assert set(entries[name]) <= {*Right, "keyring"}, "a demand was dropped"
        assert all(key == certificate.primary.fingerprint for key, certificate in each.certificates.items())
        assert bool(each.certificates) == bool(entries[name]["keyring"].strip())
        assert set(each.certificates) <= everybody, "a revocation could be overlooked"
    _judged(found)
    return found


def _judged(found: SqGitPolicy) -> None:
    policy, files = law(found, "p", "d")
    kinds: dict[str, frozenset[ObjectKind]] = {}
    for fingerprint in {key for each in found.authorizations.values() for key in each.certificates}:
        held = [each.rights for each in found.authorizations.values() if fingerprint in each.certificates]
        may = {ObjectKind.COMMIT, ObjectKind.MERGE} if any(Right.SIGN_COMMIT in rights for rights in held) else set()
        kinds[fingerprint] = frozenset(
            may | ({ObjectKind.TAG} if all(Right.SIGN_TAG in each for each in held) else set())
        )
    judged = {spec.value.removesuffix(".pgp"): policy.signers[spec.signer].only for spec in policy.key_specs}
    assert judged == {fingerprint: may for fingerprint, may in kinds.items() if may}, "somebody may more, or less"
    assert set(files) == {spec.value for spec in policy.key_specs}
    assert all(name.isprintable() and not name.startswith("role:") for name in policy.signers), "no name for a signer"


def _change(before: SqGitPolicy, after: SqGitPolicy) -> None:
    needs = _needs(before, after)
    assert frozenset().union(*(each.needs for each in changes(before, after))) == needs
    for name, each in before.authorizations.items():
        allowed = Right.SIGN_COMMIT in each.rights and needs <= each.rights
        assert (forbidden(before, after, [name]) == "") == allowed
    everybody = list(before.authorizations)
    single = [name for name in everybody if not forbidden(before, after, [name])]
    assert (forbidden(before, after, everybody) == "") == bool(single), "rights of two were united"
    assert forbidden(before, after, []), "nobody may change it"


def _needs(before: SqGitPolicy, after: SqGitPolicy) -> set[Right]:
    """The table in sequoia-git's manual."""
    needs = {Right.AUDIT} if before.goodlist != after.goodlist else set()
    old, new = before.authorizations, after.authorizations
    needs |= {_ADD} if set(new) - set(old) else set()
    needs |= {_RETIRE} if set(old) - set(new) else set()
    for name in {*old, *new}:
        one, other = old.get(name, _NOBODY), new.get(name, _NOBODY)
        needs |= one.rights ^ other.rights
        needs |= {_ADD} if other.rights - one.rights or set(other.certificates) - set(one.certificates) else set()
        needs |= {_RETIRE} if one.rights - other.rights or set(one.certificates) - set(other.certificates) else set()
        for fingerprint in set(one.certificates) & set(other.certificates):
            taken = _signatures(one.certificates[fingerprint]) - _signatures(other.certificates[fingerprint])
            needs |= {_RETIRE} if taken else set()
    return needs


def _signatures(certificate: Certificate) -> set[tuple[tuple[int, bytes], bytes]]:
    found, head = set(), (0, b"")
    for kind, body in packets(certificate.packets):
        if kind == 2:
            found.add((head, body))
        else:
            head = kind, body
    return found
