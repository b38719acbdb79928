"""`python -m tests.peers`: ask the peers and gitsig about every commit of the stories, and write the tables.

Guix and sequoia-git are taken from PATH or from the system under PEERS_ROOT (for chroot; BENCH_REPOS, a folder, must
have the same path in both). Where one is missing, what it said when it was last asked is used. `--record` writes down
what they say now. Ends with 1 where a difference is not explained by differences.toml, or an explanation never occurs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile

__all__ = ["main"]


def main() -> int:
    """Compare, print, write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write down what the peers say")
    parser.add_argument("--only", help="one peer: guix, sq-git or bitcoin (the page is left alone)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gs", dir="/tmp") as home:
        os.environ.update(GITSIG_CACHE_DIR=f"{home}/cache", GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
        os.environ.update(HOME=home, LC_ALL="C")
        from tests.peers.program import run  # libgit2 reads HOME when it is imported

        return run(options.only or "", record_them=options.record)


if __name__ == "__main__":
    sys.exit(main())
