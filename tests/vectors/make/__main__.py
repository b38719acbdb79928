"""Writes every vector, key file and policy anew: `python -m tests.vectors.make`."""

from tests.vectors.make.corpus import write
from tests.vectors.reader import ROOT

print(f"{write(ROOT)} files")  # noqa: T201 - the one line of a command
