"""The words that stories are told with. Objects go by names that a story gives them; `{name}` in a text is the id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.vectors.stories.scene import ACCEPTED, NOW, Scene, words_of
from tests.vectors.stories.telling import Step

__all__ = [
    "allow",
    "audit",
    "commit",
    "configure",
    "do",
    "environment",
    "name",
    "plain_descent",
    "plain_push",
    "plain_range",
    "plain_verify",
    "push",
    "ref",
    "tag",
    "verify",
    "write",
]

LOOKS, BLIND, TAKES, REFUSES = "looks", "does not look", "accepts", "refuses"
"""What plain git does."""


def do(words: str, act: Callable[[Any], object]) -> Step:
    """Anything else that nobody judges."""

    def quiet(scene: Any) -> str:
        act(scene)
        return ""

    return Step(words, quiet)


def commit(name: str, on: str | None = None, by: str = "ada", **rest: Any) -> Step:
    """A commit that no ref holds yet, on top of the last one, or of the commits named in `on` (`""`: a root).

    The rest is as in `Story.commit`; `files` may be a function of the scene.
    """

    def act(scene: Scene) -> None:
        parents = [scene.oid(each) for each in on.split()] if on is not None else [scene.last] * bool(scene.last)
        given = {key: value(scene) if key == "files" and callable(value) else value for key, value in rest.items()}
        scene.last = scene.names[name] = scene.story.commit(by, parents=parents, branch=None, **given)

    return do(f"{by} commits {name} {rest or ''}", act)


def tag(name: str, target: str, by: str = "ada", *, called: str = "v1", **rest: Any) -> Step:
    """A tag object with the tag name `called`, held by no ref yet; the rest is as in `Story.tag`."""

    def act(scene: Scene) -> None:
        scene.names[name] = scene.story.tag(called, scene.oid(target), by, ref=None, **rest)

    return do(f"{by} tags {target} as {name}", act)


def name(name: str, make: Callable[[Scene], str]) -> Step:
    """Name an object that a function makes."""
    return do(f"somebody makes {name}", lambda scene: scene.names.update({name: make(scene)}))


def ref(ref: str, target: str) -> Step:
    """The ref is there already, however it came there."""
    return do(f"{ref} stands at {target}", lambda scene: scene.move(scene.filled(ref), scene.oid(target)))


def write(path: str, text: str) -> Step:
    """A file in the git directory that is judged."""

    def act(scene: Scene) -> None:
        (scene.path / path).parent.mkdir(parents=True, exist_ok=True)
        (scene.path / path).write_text(scene.filled(text))

    return do(f"{path} is written", act)


def configure(key: str, value: str) -> Step:
    """The configuration of the repository that is judged."""

    def act(scene: Scene) -> None:
        assert scene.git("config", key, value.format(folder=scene.story.folder)).returncode == 0

    return do(f"{key} is {value}", act)


def environment(**values: str) -> Step:
    """Variables that git and gitsig inherit; `{git_dir}` is the repository's path."""

    def act(scene: Scene) -> None:
        for key, value in values.items():
            scene.patch.setenv(key, value.format(git_dir=scene.path, folder=scene.story.folder))

    return do(f"the environment has {values}", act)


def allow(**overrides: Any) -> Step:
    """The administrator writes the policy; see `Story.policy`."""
    return do(f"the policy is {overrides}", lambda scene: scene.allow(**overrides))


def push(
    *updates: str, expect: str = ACCEPTED, now: int = NOW, checked: int | None = None, old: str | None = None
) -> Step:
    """Push `NAME:REF …`, all or none; `none:REF` deletes. `checked` objects are looked at."""
    words = f"push of {' '.join(updates)}"
    return Step(words, lambda scene: scene.judged(lambda: scene.push(updates, now, checked, old)), expect)


def audit(*revs: str, expect: str = ACCEPTED, now: int = NOW, checked: int | None = None) -> Step:
    """`gitsig audit`."""

    def act(scene: Scene) -> str:
        run = scene.verifier(now).audit([scene.oid(rev) for rev in revs])
        return _ran(run, checked)

    return Step(f"audit of {revs or 'all refs'}", lambda scene: scene.judged(lambda: act(scene)), expect)


def verify(
    *targets: str, expect: str = ACCEPTED, now: int = NOW, checked: int | None = None, own_policy: bool = False
) -> Step:
    """`gitsig verify`; targets are names, or revisions with `{name}` in them.

    With `own_policy` the policy of the repository judges, for a range that of its old end.
    """

    def act(scene: Scene) -> str:
        wanted = [scene.filled(scene.oid(target)) for target in targets]
        base = frozenset(target.partition("..")[0] for target in wanted if ".." in target)
        verifier = scene.verifier(now, None, base) if own_policy else scene.verifier(now)
        return _ran(verifier.verify(wanted), checked)

    return Step(f"verify {' '.join(targets)}", lambda scene: scene.judged(lambda: act(scene)), expect)


def _ran(run: Any, checked: int | None) -> str:
    found = words_of(verdict.reason for verdict in run if not verdict.accepted)
    assert checked in (None, run.summary().checked), f"{run.summary().checked} objects were looked at"
    assert (run.summary().exit_code == 0) == (found == ACCEPTED)
    return found


def plain_verify(target: str, expect: str, **config: str) -> Step:
    """What `git verify-commit` or `git verify-tag` says; `gpg_program=` sets `gpg.program`."""

    def act(scene: Scene) -> str:
        oid = scene.oid(target)
        kind = scene.git("cat-file", "-t", oid).stdout.strip()
        settings = {key.replace("_", "."): scene.filled(value) for key, value in config.items()}
        done = scene.git(f"verify-{kind}", oid, config={**scene.kept.get("git", {}), **settings})
        return REFUSES if done.returncode else TAKES

    return Step(f"git verifies {target}", act, expect, True)


def plain_range(target: str, *args: str, expect: str = BLIND) -> Step:
    """Whether `git rev-list ARGS` shows the commit `target`: a hook that asks it never hears of what is not shown."""

    def act(scene: Scene) -> str:
        done = scene.git("rev-list", *(scene.filled(arg) for arg in args))
        assert done.returncode == 0, done.stderr
        return LOOKS if scene.oid(target) in done.stdout.split() else BLIND

    return Step(f"git rev-list {' '.join(args)}", act, expect, True)


def plain_descent(old: str, new: str, expect: str) -> Step:
    """Whether git takes the commit `new` for a descendant of `old`, and so the update for a fast-forward."""

    def act(scene: Scene) -> str:
        done = scene.git("merge-base", "--is-ancestor", scene.oid(old), scene.oid(new))
        return REFUSES if done.returncode else TAKES

    return Step(f"git compares {old} and {new}", act, expect, True)


def plain_push(*pushes: str | Sequence[str], expect: str = BLIND, **config: str) -> Step:
    """The same pushes, one after the other, to a repository without a hook; the last one counts."""

    def act(scene: Scene) -> str:
        plain = Path(scene.story.folder / "plain.git")
        scene.git("init", "-q", "--bare", plain)
        code = 0
        for each in pushes:
            updates = [each] if isinstance(each, str) else each
            specs = [_spec(scene, *update.split(":")) for update in updates]
            settings = {key.replace("_", "."): value for key, value in config.items()}
            code = scene.git("push", "-q", plain, *specs, cwd=scene.story.path, config=settings).returncode
        return REFUSES if code else BLIND

    return Step(f"a push of {pushes} to plain git", act, expect, True)


def _spec(scene: Scene, source: str, target: str) -> str:
    return f"+{'' if source == 'none' else scene.oid(source)}:{scene.filled(target)}"
