"""gitsig verifies the signatures of git commits and tags against an allowlist of contributor keys.

    import gitsig

    repository = gitsig.open_repository("path/to/repository")
    policy = gitsig.load_policy(repository, "policy.toml")
    run = gitsig.Verifier(repository, policy).verify(["v1.0..main"])
    for verdict in run:                       # lazily, in the order of the report
        print(verdict.oid, verdict.reason, verdict.signer)
    print(run.summary().refused, "refused")

Everything that can go wrong besides a refused object is a `GitsigError` with one line of `diagnostics()`. Nothing is
imported before it is used: a hook pays for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gitsig._version import __version__

if TYPE_CHECKING:
    from gitsig.engine.run import Run
    from gitsig.engine.updates import PushReport, verify_updates
    from gitsig.engine.verifier import Verifier, default_target
    from gitsig.errors import EnvironmentFault, GitsigError, ObjectFault, PolicyFault, UsageFault
    from gitsig.keyreview import review_keys
    from gitsig.loading import LoadedPolicy
    from gitsig.model import Explanation, Reason, RefUpdate, Report, RunInfo, Summary, Verdict
    from gitsig.sources import load_policy
    from gitsig.store import open_store as open_repository

__all__ = [
    "EnvironmentFault",
    "Explanation",
    "GitsigError",
    "LoadedPolicy",
    "ObjectFault",
    "PolicyFault",
    "PushReport",
    "Reason",
    "RefUpdate",
    "Report",
    "Run",
    "RunInfo",
    "Summary",
    "UsageFault",
    "Verdict",
    "Verifier",
    "__version__",
    "default_target",
    "load_policy",
    "open_repository",
    "review_keys",
    "verify_updates",
]

_HOMES = {
    "gitsig.engine.run": ("Run",),
    "gitsig.engine.updates": ("PushReport", "verify_updates"),
    "gitsig.engine.verifier": ("Verifier", "default_target"),
    "gitsig.errors": ("EnvironmentFault", "GitsigError", "ObjectFault", "PolicyFault", "UsageFault"),
    "gitsig.keyreview": ("review_keys",),
    "gitsig.loading": ("LoadedPolicy",),
    "gitsig.model": ("Explanation", "Reason", "RefUpdate", "Report", "RunInfo", "Summary", "Verdict"),
    "gitsig.sources": ("load_policy",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "open_repository":
        return import_module("gitsig.store").open_store
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'gitsig' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
