"""Where policies come from: our own file on disk or in a tree, or a peer's policy as it is."""

from __future__ import annotations

from gitsig.sources.find import POLICY_PATH, absolute_name, load_policy, peer_policy, policy_at, policy_file
from gitsig.sources.named import check_governed, needs_repository

__all__ = [
    "POLICY_PATH",
    "absolute_name",
    "check_governed",
    "load_policy",
    "needs_repository",
    "peer_policy",
    "policy_at",
    "policy_file",
]
