"""`[history]` and `[governance]`: where judging begins, who may vouch for the past, and who may change the policy."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gitsig.policy.fields import Table
from gitsig.policy.lists import listed_signers, listed_tags, object_id
from gitsig.policy.types import Governance, Parents, Require, Seals, Signer

__all__ = ["ROOT_SIGNER", "TRAILER", "is_anchor", "parse_governance", "parse_seals"]

TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
ROOT_SIGNER = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}|SHA256:[A-Za-z0-9+/]{43}")
_COMMON = ("signed-off-by", "co-authored-by", "acked-by", "reviewed-by", "tested-by", "reported-by", "change-id")
"""Trailers of ordinary commits: each of these would vouch for everything behind it."""


def parse_seals(history: Table, signers: Mapping[str, Signer]) -> Seals | None:
    """`seals`, `seal-trailers` and `seal-tags` of `[history]`; None without `seals`. Raises PolicyFault."""
    if "seals" not in history:
        for key in ("seal-trailers", "seal-tags"):
            if key in history:
                history.fault(key, f"{key!r} says how to seal, and nobody may", 'write seals = ["role:maintainer"]')
        return None
    names, roles = listed_signers(history, "seals", signers)
    usual = Seals(names)
    trailers = _trailers(history) if "seal-trailers" in history else usual.trailers
    tags = usual.tags
    if "seal-tags" in history:
        tags = listed_tags(history, "seal-tags") if history.value("seal-tags") != [] else ()
    if not trailers and not tags:
        history.fault("seals", "there is no way to seal: neither trailers nor tags", "leave one of the two lists out")
    return Seals(names, roles, trailers, tags)


def _trailers(history: Table) -> tuple[str, ...]:
    trailers = history.texts("seal-trailers")
    for at, trailer in enumerate(trailers):
        path = (*history.path, "seal-trailers", at)
        if not TRAILER.fullmatch(trailer):
            history.place.fault(path, f"{trailer!r} is no name of a trailer", "write letters, digits and -, no colon")
        if trailer.lower() in _COMMON:
            what = f"{trailer} stands in ordinary commits, and each would vouch for everything behind it"
            history.place.fault(path, what, "take a name of its own, such as Gitsig-Seal")
    return trailers


def is_anchor(top: Table) -> bool:
    """Whether the policy names the root from which on the policies in the trees count."""
    return "root" in top.table("governance")


def parse_governance(top: Table, signers: Mapping[str, Signer]) -> Governance | None:
    """`[governance]`; None where it is left out. Raises PolicyFault."""
    if "governance" not in top:
        return None
    table = top.table("governance")
    table.only("root", "root-signer", "parents", "signers")
    root, root_signer = _root(table)
    if root is not None:
        _check_beginning(top)
    if root is None and "parents" in table:
        what = "'parents' counts only where the root is named, or whoever pushes could choose it"
        table.fault("parents", what, "write it into the policy that names the root; leave it out here")
    names, roles = listed_signers(table, "signers", signers)
    return Governance(root, root_signer, table.choice("parents", Parents.ALL), names, roles)


def _check_beginning(top: Table) -> None:
    """Refuse what cannot hold together with a root, before anybody relies on it; the values' types are checked."""
    defaults, history = top.table("defaults"), top.table("history")
    require = defaults.value("require") or Require.EVERY_COMMIT
    if require != Require.EVERY_COMMIT:
        what = f"governance judges every commit, and [defaults] say {require}: a gap would break it"
        defaults.fault("require", what, 'write require = "every-commit"')
    for key in ("trusted-roots", "seals"):
        if history.value(key):
            what = f"{key!r} and the root of [governance] are two answers to where judging begins"
            history.fault(key, what, f"take {key!r} out: what is behind the governance root is not judged")


def _root(table: Table) -> tuple[str | None, str | None]:
    if ("root" in table) != ("root-signer" in table):
        here, other = ("root", "root-signer") if "root" in table else ("root-signer", "root")
        table.fault(here, f"{here!r} without {other!r}", f"add {other!r}: the root is one commit, by one known key")
    if "root" not in table:
        return None, None
    root = object_id(table.value("root"), table.place, (*table.path, "root"))
    text = table.text("root-signer") or ""
    signer = text if text.startswith("SHA256:") or not text.isascii() else text.replace(" ", "").upper()
    if not ROOT_SIGNER.fullmatch(signer):
        what = f"{text!r} is no full fingerprint"
        table.fault("root-signer", what, "write all 40 or 64 hex digits, or SHA256:… as ssh-keygen -l prints it")
    return root, signer
