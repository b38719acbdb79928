"""`python -m gitsig`."""

from __future__ import annotations

import sys

from gitsig.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
