"""R12, R13: the push, or the repository, brings its own judge along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.vectors.stories.scene import Scene
from tests.vectors.stories.steps import (
    commit,
    configure,
    do,
    environment,
    plain_push,
    plain_verify,
    push,
    ref,
    verify,
)
from tests.vectors.stories.telling import AttackStory, Step

__all__ = ["STORIES"]

_MAIN, _SIDE = "refs/heads/main", "refs/heads/side"
_OWN_POLICY = "docs/policy.md, where the policy is found"
_GPG_PROGRAM, _SSH_PROGRAM = "git-config(1), gpg.program", "git-config(1), gpg.ssh.program"


def _policy(with_mallory: bool = False, **overrides: Any) -> Callable[[Scene], Mapping[str, bytes]]:
    def files(scene: Scene) -> Mapping[str, bytes]:
        assert scene.story.ssh is not None
        mallory = {"emails": ["mallory@example.net"], "ssh": [scene.story.ssh.public("mallory")]}
        signers: dict[str, Any] = {"signers": {"mallory": mallory}} if with_mallory else {}
        return scene.story.policy_files(**signers, **overrides)

    return files


def _liar(scene: Scene) -> None:
    """A program that leaves a trace and says good of everything, as gpg and as ssh-keygen."""
    key = "ABCDEF0123456789ABCDEF0123456789ABCDEF01"
    says = f"[GNUPG:] NEWSIG\\n[GNUPG:] GOODSIG {key[-16:]} Ada\\n"
    says += f"[GNUPG:] VALIDSIG {key} 2026-01-01 1767225600 0 4 0 22 8 00 {key}\\n[GNUPG:] TRUST_ULTIMATE 0 pgp\\n"
    good = 'Good \\"git\\" signature for ada@example.org with ED25519 key SHA256:x\\n'
    text = f'case " $* " in *status-fd*) printf "{says}";; *find-principals*) echo ada@example.org;; '
    text += f'*) printf "{good}";; esac'
    path = scene.story.folder / "liar"
    path.write_text(f'#!/bin/sh\ntouch "{scene.story.folder}/ran"\ncat > /dev/null\n{text}\n')
    path.chmod(0o755)


def _nothing_ran(scene: Scene) -> None:
    assert not (scene.story.folder / "ran").exists(), "gitsig ran the repository's program"


def _allow_mallory(scene: Scene) -> None:
    assert scene.story.ssh is not None
    line = f"mallory@example.net {scene.story.ssh.public('mallory')}\n"
    (scene.story.folder / "allowed").write_text(line)


_GOVERNED: tuple[Step, ...] = (
    configure("gitsig.policy", ""),
    configure("gitsig.policyRef", _MAIN),
    commit("base", files=_policy()),
    ref(_MAIN, "base"),
)
_BEGIN = (commit("base"), push(f"base:{_MAIN}"), do("a program that lies", _liar))

STORIES = (
    AttackStory(
        "r12-adds-himself",
        "R12",
        "a push adds its author to the policy and is signed by him",
        "The policy of the ref's old tip judges, so nobody lets himself in.",
        _OWN_POLICY,
        (
            *_GOVERNED,
            commit("evil", by="mallory", sign="ssh", files=_policy(with_mallory=True)),
            plain_push(f"evil:{_MAIN}"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
        ),
        served=True,
    ),
    AttackStory(
        "r12-policy-and-its-use-in-one-push",
        "R12",
        "Ada lets Mallory in, and the same push brings his commit on another branch",
        "The new policy counts from the next push on.",
        _OWN_POLICY,
        (
            *_GOVERNED,
            commit("grant", files=_policy(with_mallory=True)),
            commit("evil", on="base", by="mallory", sign="ssh"),
            plain_push((f"grant:{_MAIN}", f"evil:{_SIDE}")),
            push(f"grant:{_MAIN}", f"evil:{_SIDE}", expect="unknown_key"),
            push(f"grant:{_MAIN}"),
            push(f"evil:{_SIDE}"),
        ),
        served=True,
    ),
    AttackStory(
        "r12-policy-that-guards-nothing",
        "R12",
        "a signed push narrows the policy until it guards nothing that matters",
        "The next push could be anything; a policy must guard the ref that it stands in, and must be readable.",
        _OWN_POLICY,
        (
            *_GOVERNED,
            commit("narrow", files=_policy(defaults={"refs": ["refs/heads/release/*"]})),
            plain_push(f"narrow:{_MAIN}"),
            push(f"narrow:{_MAIN}", expect="rule_violation"),
            commit("broken", on="base", files={".gitsig/policy.toml": b"version = 2\n"}),
            push(f"broken:{_MAIN}", expect="rule_violation"),
            push(f"none:{_MAIN}", expect="rule_violation"),
        ),
        served=True,
    ),
    AttackStory(
        "r12-range-with-its-own-policy",
        "R12",
        "a branch to be merged brings the policy that would accept it",
        "A range A..B is judged by the policy in A.",
        _OWN_POLICY,
        (
            commit("base", files=_policy()),
            ref(_MAIN, "base"),
            commit("evil", by="mallory", sign="ssh", files=_policy(with_mallory=True)),
            plain_push(f"evil:{_MAIN}"),
            verify("{base}..{evil}", expect="unknown_key", own_policy=True),
            commit("none", on="base", by="mallory", sign="ssh", files={".gitsig/policy.toml": b""}),
            verify("{base}..{none}", expect="unknown_key", own_policy=True),
        ),
    ),
    AttackStory(
        "r13-gpg-program",
        "R13",
        "the repository's configuration names its own gpg",
        "git runs it and believes it.",
        _GPG_PROGRAM,
        (
            *_BEGIN,
            configure("gpg.program", "{folder}/liar"),
            commit("evil", sign="mallory"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
            verify("evil", expect="unknown_key"),
            do("nothing ran", _nothing_ran),
            plain_verify("evil", "accepts"),
        ),
    ),
    AttackStory(
        "r13-ssh-program",
        "R13",
        "the repository's configuration names its own ssh-keygen, and who is allowed",
        "git runs the one and believes the other.",
        _SSH_PROGRAM,
        (
            *_BEGIN,
            do("a file that allows mallory", _allow_mallory),
            configure("gpg.ssh.allowedSignersFile", "{folder}/allowed"),
            commit("evil", by="mallory", sign="ssh"),
            plain_verify("evil", "accepts"),
            configure("gpg.ssh.program", "{folder}/liar"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
            verify("evil", expect="unknown_key"),
            do("nothing ran", _nothing_ran),
            plain_verify("evil", "accepts"),
        ),
    ),
    AttackStory(
        "r13-configuration-by-environment",
        "R13",
        "GIT_CONFIG_COUNT in the environment names the gpg",
        "The environment of a hook is partly the pusher's.",
        "git-config(1), GIT_CONFIG_COUNT",
        (
            *_BEGIN,
            environment(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="gpg.program", GIT_CONFIG_VALUE_0="{folder}/liar"),
            commit("evil", sign="mallory"),
            push(f"evil:{_MAIN}", expect="unknown_key"),
            do("nothing ran", _nothing_ran),
            plain_verify("evil", "accepts"),
        ),
    ),
    AttackStory(
        "r13-programs-of-the-configuration",
        "R13",
        "the repository names programs for hooks, file system monitor, alternates' refs and include files",
        "Whoever starts git in a stranger's repository may start any of them.",
        "CVE-2022-24765; git-config(1), core.fsmonitor, core.alternateRefsCommand",
        (
            *_BEGIN,
            *(
                configure(key, "{folder}/liar")
                for key in ("core.fsmonitor", "core.alternateRefsCommand", "core.sshCommand", "core.pager")
            ),
            configure("core.hooksPath", "{folder}"),
            configure("diff.external", "{folder}/liar"),
            commit("evil", sign=False),
            push(f"evil:{_MAIN}", expect="unsigned"),
            verify("{base}..{evil}", expect="unsigned"),
            do("nothing ran", _nothing_ran),
            plain_verify("evil", "refuses"),
        ),
    ),
    AttackStory(
        "r13-names-like-options",
        "R13",
        "refs that are named like options of git",
        "A hook that hands names to git's command line runs what they say.",
        "CVE-2017-1000117, option injection",
        (
            *_BEGIN,
            commit("evil", sign=False),
            plain_push("evil:refs/heads/--output=ran", "evil:refs/heads/--not"),
            push("evil:refs/heads/--output=ran", expect="unsigned"),
            push("evil:refs/heads/--not", "evil:refs/tags/--all", expect="unsigned"),
            push("evil:refs/heads/--upload-pack=touch${{IFS}}ran", expect="unsigned"),
            do("nothing ran", _nothing_ran),
        ),
        served=True,
    ),
)
