"""`python -m fuzz NAME`: one target under atheris. `python -m fuzz --all`: every target, some at a time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fuzz.catalogue import load, names


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where something was found, 2 for a wrong command line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(names()))
        return 0
    if options.all == bool(options.name):
        parser.error("name one target, or say --all")
    if options.input:
        return _replay(options.name, options.input)
    if options.all:
        from fuzz.several import fuzz_all

        return fuzz_all(names(), options.seconds, options.jobs)
    from fuzz.run import fuzz

    return fuzz(options.name, options.seconds, options.corpus)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names(), metavar="NAME", help="the target (--list names them)")
    parser.add_argument("--seconds", type=int, default=60, help="how long, for each target (default 60)")
    parser.add_argument("--corpus", type=Path, help="folder of inputs to begin with and to add to (.fuzz/NAME/corpus)")
    parser.add_argument("--all", action="store_true", help="every target")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time with --all (default 2)")
    parser.add_argument("--list", action="store_true", help="name the targets")
    parser.add_argument("--input", type=Path, nargs="+", help="run these files once, without atheris")
    return parser


def _replay(name: str, paths: Sequence[Path]) -> int:
    target = load(name)
    for path in paths:
        target.one(path.read_bytes())
    print(f"{name}: {len(paths)} inputs, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
