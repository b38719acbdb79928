"""`gitsig hook policy`: does the policy that is about to be committed parse, and what is doubtful about it?"""

from __future__ import annotations

import time
from collections.abc import Sequence

from gitsig.hooks.client.policies import client_policy
from gitsig.hooks.client.say import say
from gitsig.hooks.client.settings import read_settings
from gitsig.hooks.client.staged import staged_policy
from gitsig.keyreview import review_keys
from gitsig.sources import POLICY_PATH, load_policy
from gitsig.store import open_store

__all__ = ["policy"]


def policy(_arguments: Sequence[str]) -> int:
    """Read the staged policy, else the work tree's, else the configured one, with its keys. Warnings change nothing.

    Raises PolicyFault for one that is broken or missing.
    """
    store = open_store()
    loaded = staged_policy(store)
    if loaded is None:
        own = store.workdir / POLICY_PATH if store.workdir else None
        loaded = load_policy(store, str(own)) if own and own.is_file() else client_policy(store, read_settings())
    for warning in dict.fromkeys([*loaded.warnings, *review_keys(loaded, int(time.time()))]):
        say(f"warning: {loaded.source}: {warning}")
    return 0
