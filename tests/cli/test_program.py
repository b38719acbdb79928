"""The installed program: processes, pipes and a terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("gitsig")

pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the package is not installed")


def program(story, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments], cwd=story.path, env=story.environment, capture_output=True, text=True, **options
    )


def on_a_terminal(story, *arguments: str, **environment: str) -> tuple[int, str]:
    """Exit code and everything that a terminal of 80 columns would show."""
    ours, theirs = pty.openpty()
    settings = {**story.environment, "TERM": "xterm", "COLUMNS": "80", **environment}
    child = subprocess.Popen(
        [SCRIPT, *arguments], cwd=story.path, env=settings, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # Linux: the other side is closed, that is all
    finally:
        os.close(ours)
    return child.wait(), shown.decode().replace("\r\n", "\n")


def test_verify_head_in_a_process_without_rich(story) -> None:
    imports = program(story, "verify", "main")
    assert imports.returncode == 0
    assert imports.stdout.startswith(f"ok      {story.main[:8]}  ada")
    code = "import sys; sys.argv = ['gitsig', 'verify', 'main']; from gitsig.cli.main import run; code = run(); "
    code += "loaded = [name for name in sys.modules if name.split('.')[0] == 'rich']; sys.exit(code or bool(loaded))"
    bare = subprocess.run([sys.executable, "-c", code], cwd=story.path, env=story.environment, capture_output=True)
    assert bare.returncode == 0


def test_as_a_git_command(story) -> None:
    path = f"{SCRIPT.parent}{os.pathsep}{story.environment['PATH']}"
    command = ["git", "gitsig", "verify", "--xyzzy"]
    done = subprocess.run(
        command, cwd=story.path, env={**story.environment, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == "gitsig: error: no such option: --xyzzy; see git gitsig verify --help\n"


def test_as_a_module(story) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gitsig", "verify", "-q", "topic"],
        cwd=story.path,
        env=story.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert story.topic[:8] in done.stdout


@pytest.mark.parametrize("arguments", [["audit"], ["--help"]])
def test_a_reader_that_goes_away_ends_it_quietly(story, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [SCRIPT, *arguments],
            cwd=story.path,
            env=story.environment,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(writing)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("where", ["stdout", "output"])
def test_a_full_disk_is_one_line(story, where: str) -> None:
    with Path("/dev/full").open("w") as full:
        if where == "stdout":
            command = [SCRIPT, "verify", "-q", "--format", "json", "main"]
            done = subprocess.run(
                command, cwd=story.path, env=story.environment, stdout=full, stderr=subprocess.PIPE, text=True
            )
        else:
            done = program(story, "verify", "--output", "/dev/full", "main")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("gitsig: error: No space left on device")
    assert "Traceback" not in done.stderr


def test_the_look_on_a_terminal(story) -> None:
    code, shown = on_a_terminal(story, "verify", "main", "topic")
    assert code == 1
    lines = shown.splitlines()
    assert (
        lines[0]
        == f"\x1b[32mok\x1b[0m      {story.main[:8]}  ada       ssh      2023-11-14  Fix the parser of notations"
    )
    assert lines[1].startswith(f"\x1b[1;31mREFUSED\x1b[0m {story.topic[:8]}  –         unsigned  ")
    assert len(re.sub("\x1b\\[[0-9;]*m", "", lines[1])) < 80
    assert lines[-1].startswith("2 commits · 1 accepted · 1 refused (unsigned 1) · ada 1 · ")


def test_no_color_and_ascii_terminals_are_heeded(story) -> None:
    _, shown = on_a_terminal(story, "verify", "topic", NO_COLOR="1", PYTHONIOENCODING="ascii")
    assert "\x1b" not in shown
    assert shown.isascii()
    assert f"REFUSED {story.topic[:8]}  -  " in shown


def test_an_audit_on_a_terminal_shows_tables_of_its_width(story) -> None:
    code, shown = on_a_terminal(story, "audit", "-qq", NO_COLOR="1")
    assert code == 1
    assert max(map(len, shown.splitlines())) <= 80
    assert "ada" in shown
