"""One target under atheris: gitsig's modules instrumented, corpus and findings under `.fuzz/NAME/`."""

from __future__ import annotations

import sys
from pathlib import Path

from fuzz.catalogue import Target, findings, load
from fuzz.mutate import mutator

__all__ = ["HOME", "fuzz"]

HOME = Path(__file__).parents[1] / ".fuzz"
_LONGEST = 4096
"""Bytes of an input. Beyond it time goes into copying; size limits have tests of their own."""
_SECONDS = 20
"""For one input: more is a finding. Generous, because the machine may be busy."""
_MEMORY = 2048
"""MiB of the whole process."""


def fuzz(name: str, seconds: int, corpus: Path | None = None) -> int:
    """Fuzz one target for so many seconds. libFuzzer ends the process itself, with 0 where nothing was found."""
    import atheris

    with atheris.instrument_imports(include=["gitsig", "fuzz.references", "fuzz.targets"]):
        target = load(name)
    folder = corpus or HOME / name / "corpus"
    _plant(target, folder)
    artifacts = HOME / name / "found"
    artifacts.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST}",
        f"-timeout={_SECONDS}",
        f"-rss_limit_mb={_MEMORY}",
        f"-artifact_prefix={artifacts}/",
        f"-dict={_dictionary(target)}",
        "-print_final_stats=1",
    ]
    # `Mutate` is looked up late: Fuzz() puts another one into the module, and the first refuses to work.
    mutations = mutator(target.tokens, lambda data, most: atheris.Mutate(data, most))
    atheris.Setup([sys.argv[0], *options, str(folder)], target.one, custom_mutator=mutations)
    atheris.Fuzz()
    return 0


def _plant(target: Target, folder: Path) -> None:
    """Seeds and earlier findings are the corpus' beginning."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (folder / f"seed-{number:03d}").write_bytes(seed)
    for path in findings(target.name):
        (folder / f"finding-{path.name}").write_bytes(path.read_bytes())


def _dictionary(target: Target) -> Path:
    """The tokens as libFuzzer wants them: quoted, everything beyond plain letters escaped."""
    path = HOME / target.name / "dictionary"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens if token))
    return path


def _escaped(token: bytes) -> str:
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}" for byte in token)
