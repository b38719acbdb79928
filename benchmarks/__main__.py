"""`python -m benchmarks`: prepare, check samples with the real programs, measure in rounds, print and write ratios."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.contenders import Bench, Failure, open_bench
from benchmarks.hooks import measure_hooks, render_hooks
from benchmarks.repositories import KINDS, prepare
from benchmarks.table import Row, Start, host, machine, render, write

_CONTENDERS = ("raw", "library", "command", "git")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 1 where a contender refuses honest signatures."""
    options = _parser().parse_args(arguments)
    try:
        with _isolated(options.cache):
            if options.part in ("all", "signatures"):
                _signatures(options)
            if options.part in ("all", "hooks"):
                _hooks(options)
    except Failure as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    return 0


def _signatures(options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        benches = [_ready(stack, options, kind) for kind in options.kinds.split(",")]
        rows, starts = _measure(benches, options)
    _print_rates(rows, starts)
    _publish(options, render(rows, starts, machine(options.commits, benches[0].git_commits, options.rounds)), "bench")


def _hooks(options: argparse.Namespace) -> None:
    print("hooks: 10,000 signed and 10,000 unsigned commits", file=sys.stderr)
    rows = measure_hooks(options.cache.resolve(), options.rounds)
    load = os.getloadavg()[0]
    about = (
        f"Medians of {options.rounds} interleaved rounds; {host()}. The key store is warm. "
        f"The load average at the end was {load:.1f}: above the number of cores other work slowed all rows down."
    )
    _publish(options, render_hooks(rows, about), "hooks")


def _publish(options: argparse.Namespace, text: str, part: str) -> None:
    print(text, end="")
    if options.output != "-":
        write(Path(options.output), text, part)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--commits", type=int, default=2000, help="commits in each repository")
    parser.add_argument("--git-commits", type=int, default=200, help="commits that git, being slow, verifies")
    parser.add_argument(
        "--kinds", default=",".join(KINDS), help="signatures to measure: ed25519, rsa4096 (any rsaN), ssh"
    )
    parser.add_argument("--part", choices=("all", "signatures", "hooks"), default="all", help="what to measure")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--starts", type=int, default=15, help="rounds of the start-up measurement")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where repositories are kept")
    parser.add_argument("--output", default="docs/performance.md", help="file with the markers, or - for none")
    return parser


@contextmanager
def _isolated(cache: Path) -> Iterator[None]:
    """No settings of the user's, and a key store of the benchmark's own. The environment is this process's own."""
    with tempfile.TemporaryDirectory(prefix="gs", dir="/tmp") as home:
        names = [name for name in os.environ if name.startswith(("GIT_", "GITSIG_", "XDG_"))]
        for name in names:
            del os.environ[name]
        os.environ |= {"HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        os.environ["GITSIG_CACHE_DIR"] = f"{home}/cache"
        cache.mkdir(exist_ok=True)
        yield


def _ready(stack: ExitStack, options: argparse.Namespace, kind: str) -> Bench:
    print(f"preparing {options.commits} {kind} commits", file=sys.stderr)
    repository = prepare(options.cache.resolve(), kind, options.commits)
    bench = stack.enter_context(open_bench(repository, options.git_commits))
    subprocess.run(["git", "--git-dir", str(repository.git_dir), "fsck", "--no-progress"], check=True)
    return bench


def _measure(benches: Sequence[Bench], options: argparse.Namespace) -> tuple[list[Row], list[Start]]:
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for bench in benches:
            for name in _CONTENDERS:
                seconds[bench.repository.kind, name].append(getattr(bench, name)())
    rows = []
    for bench in benches:
        kind = bench.repository.kind
        counts = dict.fromkeys(_CONTENDERS, options.commits) | {"git": bench.git_commits}
        rows.append(Row.of(kind, counts, {name: seconds[kind, name] for name in _CONTENDERS}))
    return rows, [_start(bench, options.starts) for bench in benches]


def _start(bench: Bench, rounds: int) -> Start:
    times = [(bench.verify_head(), bench.imports()) for _ in range(rounds)]
    return Start(bench.repository.kind, median(time[0] for time in times), median(time[1] for time in times))


def _print_rates(rows: Sequence[Row], starts: Sequence[Start]) -> None:
    """For whoever tunes: the rates themselves, on the terminal only."""
    for row in rows:
        rates = ", ".join(f"{name} {getattr(row, name):.0f}/s" for name in _CONTENDERS)
        print(f"{row.kind}: {rates}", file=sys.stderr)
    for start in starts:
        print(
            f"{start.kind}: verify HEAD {start.verify * 1000:.0f} ms, imports {start.imports * 1000:.0f} ms",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
