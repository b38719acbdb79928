"""The program's door: `gitsig`, `git-gitsig` and `python -m gitsig`. Ctrl-C counts from the first import on."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Run the program and give its exit code."""
    try:
        if sys.argv[1:2] == ["hook"] and sys.argv[2:3] not in (["--help"], ["-h"], []):
            from gitsig.hooks import run_hook

            return run_hook(sys.argv[2], sys.argv[3:])
        from gitsig.cli.main import run
    except KeyboardInterrupt:
        sys.stderr.write("gitsig: interrupted\n")
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
