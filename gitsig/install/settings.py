"""The settings that a hook reads from the repository's configuration, and what else an administrator should set."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from gitsig.errors import PolicyFault, UsageFault
from gitsig.install.git import ask_git, config, set_config
from gitsig.install.hooknames import HookKind
from gitsig.install.places import Repository

__all__ = ["Settings", "advice", "apply_settings"]

_SYSLOG = "syslog"


@dataclass(frozen=True, slots=True)
class Settings:
    """Values for `gitsig.*`; None leaves what is there."""

    policy: str | None = None
    policy_ref: str | None = None
    mode: str | None = None
    log: str | None = None

    def checked(self) -> Settings:
        """The same with absolute paths, after reading the policy as a hook would.

        Raises UsageFault for values that exclude each other, PolicyFault for a policy that no hook could use.
        """
        if self.policy is not None and self.policy_ref is not None:
            raise UsageFault("--policy and --policy-ref exclude each other", mend="give one of them")
        if self.policy_ref is not None and not self.policy_ref.startswith("refs/"):
            raise UsageFault(f"'{self.policy_ref}' is no full ref", mend=f"did you mean refs/heads/{self.policy_ref}?")
        policy = None
        if self.policy is not None:
            from gitsig.sources import absolute_name, load_policy, needs_repository

            policy = absolute_name(self.policy)
            if not needs_repository(policy):
                load_policy(None, policy)
        return Settings(policy, self.policy_ref, self.mode, _log(self.log))

    def items(self) -> Iterator[tuple[str, str | None]]:
        """Keys and their new values. Of the two places of a policy the other is taken out."""
        if self.policy is not None:
            yield from (("gitsig.policy", self.policy), ("gitsig.policyRef", None))
        if self.policy_ref is not None:
            yield from (("gitsig.policyRef", self.policy_ref), ("gitsig.policy", None))
        if self.mode is not None:
            yield "gitsig.mode", self.mode
        if self.log is not None:
            yield "gitsig.log", self.log


def _log(value: str | None) -> str | None:
    if value is None or value == _SYSLOG or value.startswith(f"{_SYSLOG}:"):
        return value
    return str(Path(value).absolute())


def apply_settings(repository: Repository, settings: Settings, hooks: Sequence[HookKind]) -> list[str]:
    """Write the settings that differ from what is there; give `key = value` of each that was set.

    Raises PolicyFault for a server's policy file in the work tree, and for a peer's policy that the repository's
    commits and configuration do not give; EnvironmentFault where git fails.
    """
    server = any(hook.server for hook in hooks)
    if server and settings.policy is not None and _in_work_tree(repository, Path(settings.policy)):
        raise PolicyFault(
            "the policy lies in the work tree, where a push could change it",
            where=settings.policy,
            mend="keep it outside, or take it from a ref: --policy-ref refs/heads/main",
        )
    folder = repository.git_dir
    if settings.policy is not None:
        from gitsig.sources import check_governed, needs_repository

        if needs_repository(settings.policy):
            check_governed(settings.policy, str(folder))
    done = []
    for key, value in settings.items():
        old = config(folder, key)
        if old != value:
            set_config(folder, key, value)
            done.append(f"{key} = {value}" if value is not None else f"{key} is unset")
    return done


def _in_work_tree(repository: Repository, policy: Path) -> bool:
    real = Path(os.path.realpath(policy))
    tree = repository.work_tree
    return tree is not None and real.is_relative_to(tree.resolve()) and not real.is_relative_to(repository.git_dir)


def advice(repository: Repository, hooks: Sequence[HookKind]) -> list[str]:
    """Commands that this installation still lacks, each with its reason."""
    if not any(hook.server for hook in hooks):
        return []
    folder = repository.git_dir
    git = f"git -C {quote(str(folder))} config"
    lacking = []
    if not any(config(folder, key) for key in ("gitsig.policy", "gitsig.policyRef")):
        lacking.append(f"{git} gitsig.policy FILE  (until a policy is named, every push is refused)")
    if not _fsck(folder):
        lacking.append(f"{git} receive.fsckObjects true  (git itself refuses broken objects)")
    if "refs/replace/" in ask_git(folder, "for-each-ref", "--count=1", "--format=%(refname)", "refs/replace/"):
        lacking.append(f"git -C {quote(str(folder))} replace -l  (replace refs change what readers see: delete them)")
    return lacking


def _fsck(folder: Path) -> bool:
    value = config(folder, "receive.fsckObjects", "bool") or config(folder, "transfer.fsckObjects", "bool")
    return value == "true"
