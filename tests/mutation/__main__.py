"""`python -m tests.mutation [MODULE…]`: take every single check away and see whether a test notices.

Works on a copy of the checkout in a temporary folder. Prints the survivors and a table; exits with 1 if a mutant
survives that `equivalent.toml` does not explain.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.mutation.operators import Mutant, mutants

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

_PYTEST = ["-q", "-s", "-p", "no:xdist", "-p", "no:cacheprovider", "--hypothesis-profile=ci"]
_LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".hypothesis", ".*_cache", "dist", "build")


class Bench:
    """The worker in the copied tree, with its tests collected."""

    def __init__(self, tree: Path, tests: list[str]) -> None:
        self.tree = tree
        task_end, tasks = os.pipe()
        answers, answer_end = os.pipe()
        home = tree.parent / "home"
        home.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "tests/mutation/worker.py", str(task_end), str(answer_end)),
                *(*_PYTEST, f"--basetemp={tree.parent / 'tests'}", *tests),
            ],
            cwd=tree,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(tree), "HOME": str(home)},
            pass_fds=(task_end, answer_end),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        os.close(task_end)
        os.close(answer_end)
        self.tasks, self.answers = os.fdopen(tasks, "w"), os.fdopen(answers)

    def run(self, module: str, source: str, extra: dict[str, Any]) -> str:
        self.tasks.write(json.dumps({"module": module, "source": source, **extra}) + "\n")
        self.tasks.flush()
        return self.answers.readline().strip() or sys.exit("the worker has gone")


@contextmanager
def copied(tests: list[str]) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="gitsig-mutants-") as scratch:
        tree = Path(scratch) / "tree"
        shutil.copytree(ROOT, tree, symlinks=True, ignore=_LEFT_BEHIND)
        bench = Bench(tree, tests)
        try:
            yield bench
        finally:
            bench.tasks.close()
            bench.process.wait()


def examine(bench: Bench, module: str, extra: dict[str, Any], known: dict[str, str], only: set[str]) -> Counter[str]:
    """Run all mutants of a module, those of `known` excepted."""
    source, edits = (bench.tree / module).read_text(), extra.pop("edits", [])
    if bench.run(module, source, extra) != "survived":
        sys.exit(f"the tests of {module} fail without any mutation")
    score: Counter[str] = Counter()
    made = [*mutants(source), *_by_hand(source, edits)]
    for name in sorted(set(known) - {mutant.name for mutant in made}):
        _say(f"stale\t{module}\t{name}")
    for mutant in made:
        if only and f"{module} {mutant.name}" not in only:
            continue
        word = "equivalent" if mutant.name in known else bench.run(module, mutant.source, extra)
        score["killed" if word == "timeout" else word] += 1
        if word in {"survived", "timeout"}:
            _say(f"{word}\t{module}:{mutant.line}\t{mutant.name}")
    return score


def _by_hand(source: str, changes: list[list[str]]) -> list[Mutant]:
    """Changes inside f-strings, which the operators do not enter."""
    for old, _ in changes:
        assert source.count(old) == 1, f"not found once: {old}"
    return [
        Mutant(f"by hand: {old} -> {new}", source[: source.index(old)].count("\n") + 1, source.replace(old, new))
        for old, new in changes
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="paths such as gitsig/policy/judge.py; default: grammar and judge"
    )
    parser.add_argument("--list", action="store_true", help="name the mutants, and run none")
    parser.add_argument("--quick", action="store_true", help="without the slow tests: more survive")
    parser.add_argument("--again", type=Path, metavar="OUTPUT", help="only what survived in this former output")
    wanted = parser.parse_args()
    targets = tomllib.loads((HERE / "targets.toml").read_text())
    known = tomllib.loads((HERE / "equivalent.toml").read_text())
    if wanted.list:
        for module in wanted.modules:
            for each in mutants((ROOT / module).read_text()):
                _say(f"{module}:{each.line}\t{each.name}")
        return 0
    only = _survivors(wanted.again) if wanted.again else set()
    scores: dict[str, Counter[str]] = {}
    for target in targets.values():
        default = [] if target.get("only-named") else [*target["modules"]]
        modules = [name for name in target["modules"] if name in (wanted.modules or default)]
        if modules:
            with copied(target["tests"]) as bench:
                for module in modules:
                    extra = {"also": [], "but": target["slow"] if wanted.quick else [], **target["modules"][module]}
                    scores[module] = examine(bench, module, extra, known.get(module, {}), only)
    return _report(scores)


def _survivors(output: Path) -> set[str]:
    """`MODULE NAME` of every survivor in a former output."""
    lines = [line.split("\t") for line in output.read_text().splitlines() if line.startswith("survived\t")]
    return {f"{place.rpartition(':')[0]} {name}" for _, place, name in lines}


def _report(scores: dict[str, Counter[str]]) -> int:
    _say(f"{'module':40} {'mutants':>8} {'killed':>8} {'equiv.':>8} {'survived':>8}  score")
    for module, score in [*scores.items(), ("all", sum(scores.values(), Counter()))]:
        total = sum(score.values()) - score["broken"]
        counted = score["killed"] + score["survived"]
        share = score["killed"] / counted if counted else 1
        _say(f"{module:40} {total:8} {score['killed']:8} {score['equivalent']:8} {score['survived']:8}  {share:.1%}")
    return 1 if any(score["survived"] for score in scores.values()) else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
