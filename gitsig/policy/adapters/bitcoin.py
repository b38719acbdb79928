"""Bitcoin Core's `contrib/verify-commits` folder: what its `verify-commits.py` and `gpg.sh` demand, as a policy.

The script walks first parents from the tip to the trusted root. Each commit is signed by a trusted key that is valid
today, has two parents at most, is a clean merge where it is one, and names the Tree-SHA512 of its files; lists of
single commits that are let off stand beside. What is stricter here stands in docs/adapters.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitsig.errors import PolicyFault
from gitsig.keys.openpgp.certificate import Certificate
from gitsig.model import KeySpec, Reason, SignatureFormat
from gitsig.policy.adapters.certificates import file_of, joined, names_of
from gitsig.policy.adapters.keyring import Adapted
from gitsig.policy.types import Defaults, Exemption, Identity, Policy, Require, Rule, SelfSignatures, Signer

__all__ = ["FILES", "Lists", "bitcoin_policy", "parse_lists"]

FILES = (
    "trusted-keys",
    "trusted-git-root",
    "trusted-sha512-root-commit",
    "allow-revsig-commits",
    "allow-unclean-merge-commits",
    "allow-incorrect-sha512-commits",
)
"""All that the folder must hold, in the order of `Lists`: the script ends with an error where one is missing."""

_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")
_REFS = ("refs/heads/*",)
_BECAUSE = "listed in allow-revsig-commits"
_DEFAULTS = Defaults(
    refs=_REFS,
    require=Require.FIRST_PARENT,
    identity=Identity.OFF,
    self_signatures=SelfSignatures.STRONG,
    valid_now=True,
)


class Lists(NamedTuple):
    """What the files list."""

    keys: frozenset[str]
    """Full fingerprints of primary keys."""
    git_root: str
    """Full id: neither this commit nor what is behind it is judged."""
    sha512_root: str
    """Full id: from this commit on downwards no Tree-SHA512 is demanded."""
    revsig: frozenset[str]
    """Full ids of commits whose key may have expired or been revoked."""
    unclean: frozenset[str]
    """Full ids of merges that need not be clean."""
    incorrect: frozenset[str]
    """Full ids of commits that need no Tree-SHA512."""


def parse_lists(files: Mapping[str, bytes], source: str) -> Lists:
    """Read the folder's files; `files` holds each of `FILES`. Raises PolicyFault for a line that is no entry."""
    keys, git_root, sha512_root, *allowed = (
        _lines(files[name], f"{source}/{name}", name == FILES[0]) for name in FILES
    )
    if not keys:
        raise PolicyFault("no key is trusted, so nothing could be accepted", where=f"{source}/{FILES[0]}")
    one, other = (
        _only(found, f"{source}/{name}") for found, name in zip((git_root, sha512_root), FILES[1:3], strict=True)
    )
    revsig, unclean, incorrect = map(frozenset, allowed)
    return Lists(frozenset(keys), one, other, revsig, unclean, incorrect)


def _lines(data: bytes, source: str, fingerprints: bool) -> list[str]:
    wanted, what, mend = (
        (_FINGERPRINT, "no full fingerprint as the script compares it", "write all 40 hex digits in upper case")
        if fingerprints
        else (_OBJECT_ID, "no full object id", "write all 40 or 64 hex digits: git rev-parse REV")
    )
    found = []
    for number, line in enumerate(data.decode("utf-8", "backslashreplace").split("\n"), 1):
        if not line:
            continue
        if not wanted.fullmatch(line):
            raise PolicyFault(f"{line[:80]!a} is {what}", where=f"{source}:{number}", mend=mend)
        found.append(line)
    return found


def _only(found: Sequence[str], source: str) -> str:
    if len(found) != 1:
        raise PolicyFault(
            f"{len(found)} commits where one must stand", where=source, mend="leave the one that is meant"
        )
    return found[0]


def bitcoin_policy(lists: Lists, certificates: Sequence[Certificate], source: str, digest: str) -> Adapted:
    """The script's demands as a policy. Of `certificates` those count whose primary key is trusted.

    Raises PolicyFault where not one of the trusted keys is at hand.
    """
    at_hand = [each for each in joined(certificates) if each.primary.fingerprint in lists.keys]
    missing = sorted(lists.keys - {each.primary.fingerprint for each in at_hand})
    if not at_hand:
        mend = "import them (gpg --recv-keys FINGERPRINT), or name a file of them with ?keyring=FILE"
        raise PolicyFault("the keyring has none of the trusted keys", where=f"{source}/{FILES[0]}", mend=mend)
    names = names_of(at_hand)
    specs = tuple(
        KeySpec(names[each.primary.fingerprint], SignatureFormat.OPENPGP, file_of(each), f"{source}/{FILES[0]}")
        for each in at_hand
    )
    policy = Policy(
        signers={spec.signer: Signer(spec.signer) for spec in specs},
        key_specs=specs,
        defaults=_DEFAULTS,
        rules=_rules(lists),
        trusted_roots=frozenset({lists.git_root}),
        exceptions={oid: _let_off(oid) for oid in sorted(lists.revsig)},
        source=source,
        digest=digest,
        warnings=tuple(f"the keyring lacks the trusted key {each}: what it signed is refused" for each in missing),
    )
    return Adapted(policy, {file_of(each): each.packets for each in at_hand})


def _rules(lists: Lists) -> tuple[Rule, ...]:
    line = Require.FIRST_PARENT
    return (
        Rule(1, _REFS, require=line, no_octopus=True),
        Rule(2, _REFS, require=line, clean_merges=True, exempt=lists.unclean),
        Rule(3, _REFS, require=line, tree_sha512=True, behind=frozenset({lists.sha512_root}), exempt=lists.incorrect),
        # The script looks at the commit that it is given wherever that one stands.
        Rule(4, _REFS, require=Require.TIP, tree_sha512=True, exempt=lists.incorrect),
    )


def _let_off(oid: str) -> Exemption:
    return Exemption(oid, frozenset({Reason.KEY_EXPIRED, Reason.KEY_REVOKED}), _BECAUSE)
