"""`python -m benchmarks`: prepare, control, measure in rounds, print and write ratios."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contenders import Failure, missing_abilities
from benchmarks.control import control
from benchmarks.history import LINEAR, MERGES, SHAPES, SPAN
from benchmarks.hooks import measure_hooks, render_hooks
from benchmarks.peers import Peer, installed, judges
from benchmarks.repositories import Repository, prepare_all
from benchmarks.rivals import measure_rivals
from benchmarks.scale import measure_scale
from benchmarks.signatures import measure_signatures
from benchmarks.signers import KINDS, MIXED
from benchmarks.table import about, write

_PARTS = ("signatures", "hooks", "peers", "scale")
_MERGED = ("ed25519", MIXED)
_COSTLY = ("rsa4096", MIXED)
_MILLION = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 1 where a contender refuses honest signatures or accepts a forged one."""
    options = _parser().parse_args(arguments)
    measures = {"signatures": _signatures, "peers": _peers, "hooks": _hooks, "scale": _scale}
    try:
        with _isolated(options.cache):
            for note in missing_abilities():
                print(f"benchmarks: {note}", file=sys.stderr)
            peers = installed(options.peers, options.cache) if options.part in ("all", "peers") else []
            control(options.cache, options.kinds, peers)
            for part, measure in measures.items():
                if options.part in ("all", part):
                    measure(options, peers)
    except Failure as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    return 0


def _signatures(options: argparse.Namespace, _: Sequence[Peer]) -> None:
    text = measure_signatures(
        _repositories(options, options.kinds), options.git_commits, options.rounds, options.starts
    )
    _publish(options, text, "bench")


def _peers(options: argparse.Namespace, peers: Sequence[Peer]) -> None:
    kinds = [kind for kind in options.kinds if judges(kind)]
    if not peers or not kinds:
        print("benchmarks: neither sq-git nor guix, or no OpenPGP: no comparison with peers", file=sys.stderr)
        return
    repositories = _repositories(options, kinds)
    sizes = (options.git_commits, options.peer_commits)
    _publish(options, measure_rivals(repositories, peers, sizes, options.rounds), "peers")


def _hooks(options: argparse.Namespace, _: Sequence[Peer]) -> None:
    print("hooks: 10,000 signed and 10,000 unsigned commits", file=sys.stderr)
    rows = measure_hooks(options.cache, options.rounds)
    _publish(options, render_hooks(rows, about("The key store is warm", options.rounds)), "hooks")


def _scale(options: argparse.Namespace, _: Sequence[Peer]) -> None:
    sizes = sorted({*options.sizes, *([_MILLION] if options.million else [])})
    print(f"preparing histories of {', '.join(f'{size:,}' for size in sizes)} commits", file=sys.stderr)
    repositories = prepare_all(options.cache, [("ed25519", size, LINEAR) for size in sizes])
    _publish(options, measure_scale(repositories, options.scale_rounds), "scale")


def _repositories(options: argparse.Namespace, kinds: Sequence[str]) -> list[Repository]:
    wanted = [
        (kind, options.rsa_commits if kind in _COSTLY else options.commits, shape)
        for kind in kinds
        for shape in options.shapes
        if shape == LINEAR or kind in _MERGED or len(kinds) == 1
    ]
    print(f"preparing {', '.join(f'{kind} ({shape})' for kind, _, shape in wanted)}", file=sys.stderr)
    return prepare_all(options.cache, wanted)


def _publish(options: argparse.Namespace, text: str, part: str) -> None:
    print(text)
    if options.output != "-":
        write(Path(options.output), text, part)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    environment = os.environ.get
    cache = Path(environment("BENCH_REPOS", ".bench"))
    root = Path(environment("PEERS_ROOT", "")) if environment("PEERS_ROOT") else None
    add = parser.add_argument
    add("--part", choices=("all", *_PARTS), default="all", help="what to measure")
    add("--kinds", type=_kinds, default=list(KINDS), help=f"signatures, of {','.join(KINDS)} and any other rsaN")
    add(
        "--shapes",
        type=_shapes,
        default=list(SHAPES),
        help=f"linear,{MERGES} (of several kinds: ed25519 and mixed only)",
    )
    add("--commits", type=_size, default=20_000, help="commits in each repository")
    add(
        "--rsa-commits",
        type=_size,
        default=10_000,
        help="the same with RSA-4096, which takes 5 ms to sign, and with mixed",
    )
    add("--git-commits", type=int, default=200, help="commits that git, being slow, verifies")
    add("--peer-commits", type=_size, default=2000, help="commits that sequoia-git and Guix verify")
    add("--rounds", type=int, default=3, help="rounds, of which the median counts")
    add("--starts", type=int, default=15, help="rounds of the start-up measurement")
    add("--sizes", type=_sizes, default=[50_000, 100_000, 200_000], help="commits of the histories of `scale`")
    add("--million", action="store_true", help="a history of 1,000,000 commits as well (takes minutes to make)")
    add("--scale-rounds", type=int, default=1, help="rounds of `scale`")
    add("--peers", type=Path, default=root, metavar="ROOT", help="a system to chroot into (PEERS_ROOT); else PATH")
    shared = "where repositories are kept (BENCH_REPOS); with --peers, a folder with the same path in there"
    add("--cache", "--shared", type=lambda text: Path(text).resolve(), default=cache.resolve(), help=shared)
    add("--output", default="docs/performance.md", help="file with the markers, or - for none")
    return parser


def _kinds(text: str) -> list[str]:
    return _known(text, "|".join((*KINDS, r"rsa[1-9]\d{3}")))


def _shapes(text: str) -> list[str]:
    return _known(text, "|".join(SHAPES))


def _known(text: str, pattern: str) -> list[str]:
    words = text.split(",")
    for word in words:
        if not re.fullmatch(pattern, word):
            raise argparse.ArgumentTypeError(f"{word} is none of {pattern}")
    return words


def _sizes(text: str) -> list[int]:
    return [_size(word) for word in text.split(",")]


def _size(text: str) -> int:
    size = int(text.replace("_", ""))
    if size < 2 * SPAN or size % SPAN:
        raise argparse.ArgumentTypeError(f"{text} is not a multiple of {SPAN} from {2 * SPAN} on")
    return size


@contextmanager
def _isolated(cache: Path) -> Iterator[None]:
    """No settings of the user's, and a key store of the benchmark's own. The environment is this process's own."""
    with tempfile.TemporaryDirectory(prefix="gs", dir="/tmp") as home:
        names = [name for name in os.environ if name.startswith(("GIT_", "GITSIG_", "XDG_"))]
        for name in names:
            del os.environ[name]
        os.environ |= {"HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        os.environ["GITSIG_CACHE_DIR"] = f"{home}/cache"
        cache.mkdir(parents=True, exist_ok=True)
        yield


if __name__ == "__main__":
    sys.exit(main())
