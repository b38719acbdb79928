"""`make demo`: builds `.demo/`, lets gitsig judge it, and fails where a verdict is not the expected one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from examples.demo.cast import end_keys, gather
from examples.demo.plot import NOW, Case, forge, honest, rules
from examples.demo.push import guard, pushes
from tests.support.gnupg import GnupgHome
from tests.support.story import Story

__all__ = ["main"]

_FOLDER = Path(".demo")
_GITSIG = Path(sys.executable).with_name("gitsig")


def main() -> int:
    """Build, show and check; 1 where something is not as it should be."""
    folder = _fresh(_FOLDER.resolve())
    with GnupgHome() as gnupg:
        story = gather(folder, gnupg)
        good, bad = honest(story), list(forge(story))
        end_keys(story, gnupg)
        story.policy(rules=rules())
        return _show(story, good, bad)


def _show(story: Story, good: list[Case], bad: list[Case]) -> int:
    first, tampered = good[0].oid, next(case for case in bad if case.reason == "bad_signature")
    _say(f"{len(good)} honest objects and {len(bad)} forgeries are in {_FOLDER}/repo.git; the policy is beside it.")
    _say("1. The audit reads everything. It refuses each forgery, says why, and ends with exit code 1.")
    codes = [_gitsig(story, "audit") == 1]
    _say(f"2. Why is {tampered.oid[:10]} ({tampered.words}) refused? Step by step:")
    codes.append(_gitsig(story, "explain", tampered.oid) == 1)
    _say("3. The honest range: everything accepted, exit code 0. Erin's key has expired since; she signed in time.")
    codes.append(_gitsig(story, "verify", f"{first}..main") == 0)
    _say("4. Each object again, after what git itself says (%G? with the same keys):")
    wrong = _compare(story, [*good, *bad])
    if not all(codes):
        _say(f"Unexpected exit codes: audit, explain, verify were right: {codes}")
    pushed = _push(story)
    return 1 if wrong or not all(codes) or not pushed else 0


def _push(story: Story) -> bool:
    _say("5. A server with the same policy, and pushes through its hook. Besides the signature, three rules are asked:")
    _line("releases by release managers only, and never moved; ci/** by maintainers only; stable by two persons.\n")
    server = guard(story, _line)
    right = [push.run(story, server, _line) for push in pushes(story, server)]
    _say(f"{len(right)} pushes, {right.count(False)} of them not as they should be.")
    return all(right)


def _fresh(folder: Path) -> Path:
    """An empty folder, and an environment without the user's settings."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "home").mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITSIG_", "XDG_"))]:
        del os.environ[name]
    os.environ |= {"HOME": str(folder / "home"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    os.environ |= {"GITSIG_CACHE_DIR": str(folder / "cache"), "TZ": "UTC"}
    return folder


def _gitsig(story: Story, *arguments: str) -> int:
    command = _command(story, *arguments)
    _say("$ gitsig " + " ".join(word.replace(str(story.folder), str(_FOLDER)) for word in command[1:]))
    return subprocess.run(command, check=False).returncode


def _command(story: Story, verb: str, *arguments: str) -> list[str]:
    policy = story.folder / "policy" / "policy.toml"
    now = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    where = ["--repo", str(story.path), "--policy", str(policy), "--now", now]
    return [str(_GITSIG), verb, *where, *arguments]


def _compare(story: Story, cases: Sequence[Case]) -> int:
    """Print the table; the number of verdicts that are wrong or missing."""
    done = subprocess.run(_command(story, "audit", "--format", "json"), capture_output=True, check=False)
    if not done.stdout:
        _say(f"No report: {done.stderr.decode(errors='replace').strip()}")
        return len(cases)
    objects = json.loads(done.stdout)["objects"]
    wrong = 0
    for case in cases:
        found = {entry["reason"] for entry in objects if _is_about(entry, case)}
        wrong += found != {case.reason}
        mark = "" if found == {case.reason} else f"   WRONG: expected {case.reason}"
        _line(f"{_git_says(story, case):>3}  {', '.join(sorted(found)) or 'no verdict':20} {case.words}{mark}")
    surplus = [entry for entry in objects if not any(_is_about(entry, case) for case in cases)]
    for entry in surplus:
        _line(f"  WRONG: unexpected {entry['type']} {entry['oid']} ({entry['reason']})")
    _say(f"{len(cases)} verdicts, {wrong} wrong." if wrong else f"All {len(cases)} verdicts are as they should be.")
    return wrong + len(surplus)


def _is_about(entry: dict[str, object], case: Case) -> bool:
    """Whether a verdict of the report belongs to a case: by object, and by tag where the verdict is the tag's."""
    ref = entry["ref"] if str(entry["ref"]).startswith("refs/tags/") else None
    return entry["oid"] == case.oid and ref == case.ref


def _git_says(story: Story, case: Case) -> str:
    """`%G?` of a commit, or whether `git verify-tag` accepts."""
    if story.gnupg is None or story.ssh is None:
        return "?"
    emails = {name: story.people[name].email for name in ("bob", "rita")}
    settings = ["-c", f"gpg.ssh.allowedSignersFile={story.ssh.allowed_signers(**emails)}"]
    git = ["git", *settings, "--git-dir", str(story.path)]
    tag = case.ref is not None
    command = [*git, "verify-tag", case.ref] if case.ref else [*git, "log", "-1", "--format=%G?", case.oid]
    done = subprocess.run(command, capture_output=True, check=False, env=story.gnupg.env, text=True)
    return ("G" if done.returncode == 0 else "no") if tag else done.stdout.strip()


def _say(text: str) -> None:
    _line(f"\n{text}" if not text.startswith("$") else text)


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
