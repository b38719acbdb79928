"""What an installed hook does when it runs: the real shell, and small programs in the place of gitsig."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitsig.errors import EnvironmentFault, UsageFault
from gitsig.install import BEFORE, HOOKS, hook_kinds, program_words, read_script, render

ROOT = Path(__file__).parents[2]
TELL = '#!/bin/sh\necho "{name} $*"\n{read}\nexit {code}\n'


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    folder = tmp_path / "with space's" / "hooks"
    folder.mkdir(parents=True)
    return folder


def program(path: Path, code: int = 0, *, reads: bool = True) -> tuple[str]:
    """A program that tells its arguments and its input."""
    path.write_text(TELL.format(name=path.name, read="cat" if reads else "", code=code))
    path.chmod(0o755)
    return (str(path),)


def run(path: Path, *arguments: str, stdin: bytes = b"", **more: object) -> subprocess.CompletedProcess[bytes]:
    path.chmod(0o755)
    return subprocess.run([path, *arguments], input=stdin, capture_output=True, check=False, **more)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_hook_passes_arguments_input_and_exit_code_on(hooks: Path, code: int) -> None:
    words = program(hooks.parent / "gitsig", code)
    (hooks / "pre-push").write_text(render(HOOKS["pre-push"], words, chained=False))
    done = run(hooks / "pre-push", "origin", "a b", "$(id)", stdin=b"one\ntwo\n")
    assert (done.returncode, done.stdout) == (code, b"gitsig hook pre-push origin a b $(id)\none\ntwo\n")


@pytest.mark.parametrize(("ours", "before", "code"), [(0, 0, 0), (0, 7, 7), (1, 0, 1), (3, 7, 3)])
def test_both_of_a_chain_must_accept(hooks: Path, ours: int, before: int, code: int) -> None:
    words = program(hooks.parent / "gitsig", ours)
    program(hooks / f"pre-receive{BEFORE}", before)
    (hooks / "pre-receive").write_text(render(HOOKS["pre-receive"], words, chained=True))
    assert run(hooks / "pre-receive", stdin=b"x\n").returncode == code


def test_both_of_a_chain_read_the_whole_input(hooks: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = program(hooks.parent / "gitsig")
    program(hooks / f"pre-receive{BEFORE}")
    (hooks / "pre-receive").write_text(render(HOOKS["pre-receive"], words, chained=True))
    text = b"".join(b"%040x %040x refs/heads/%d\n" % (n, n, n) for n in range(10_000))
    done = run(hooks / "pre-receive", stdin=text, env={"PATH": "/usr/bin:/bin", "TMPDIR": str(scratch)})
    assert done.stdout == b"gitsig hook pre-receive\n" + text + b"pre-receive.before-gitsig \n" + text
    assert list(scratch.iterdir()) == []


def test_what_gitsig_refuses_never_reaches_the_hook_from_before(hooks: Path) -> None:
    words = program(hooks.parent / "gitsig", 1)
    program(hooks / f"update{BEFORE}")
    (hooks / "update").write_text(render(HOOKS["update"], words, chained=True))
    assert run(hooks / "update", "refs/heads/main").stdout == b"gitsig hook update refs/heads/main\n"


def test_after_a_commit_both_run_whatever_the_first_says(hooks: Path) -> None:
    words = program(hooks.parent / "gitsig", 1)
    program(hooks / f"post-rewrite{BEFORE}")
    (hooks / "post-rewrite").write_text(render(HOOKS["post-rewrite"], words, chained=True))
    done = run(hooks / "post-rewrite", "amend", stdin=b"a b\n")
    expected = b"gitsig hook head amend\na b\npost-rewrite.before-gitsig amend\na b\n"
    assert (done.returncode, done.stdout) == (1, expected)


def test_one_that_reads_nothing_disturbs_neither(hooks: Path) -> None:
    words = program(hooks.parent / "gitsig", reads=False)
    program(hooks / f"pre-receive{BEFORE}")
    (hooks / "pre-receive").write_text(render(HOOKS["pre-receive"], words, chained=True))
    assert run(hooks / "pre-receive", stdin=b"x\n").stdout.endswith(b"before-gitsig \nx\n")


@pytest.mark.parametrize("name", HOOKS)
@pytest.mark.parametrize("chained", [False, True])
def test_a_program_that_is_gone_refuses_in_one_line(hooks: Path, name: str, chained: bool) -> None:
    program(hooks / f"{name}{BEFORE}")
    (hooks / name).write_text(render(HOOKS[name], (str(hooks / "gone"),), chained=chained))
    done = run(hooks / name, stdin=b"x\n")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.startswith(b"gitsig: refused: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("name", ["pre-receive", "update", "post-commit"])
def test_a_chain_that_lost_its_other_half_refuses(hooks: Path, name: str) -> None:
    (hooks / name).write_text(render(HOOKS[name], program(hooks.parent / "gitsig"), chained=True))
    done = run(hooks / name)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"missing or not executable" in done.stderr


def test_without_room_for_the_input_it_refuses(hooks: Path) -> None:
    words = program(hooks.parent / "gitsig")
    program(hooks / f"pre-receive{BEFORE}")
    (hooks / "pre-receive").write_text(render(HOOKS["pre-receive"], words, chained=True))
    nowhere = str(hooks / "nowhere")
    done = run(hooks / "pre-receive", stdin=b"x\n", env={"PATH": "/usr/bin:/bin", "TMPDIR": nowhere})
    assert (done.returncode, done.stdout) == (3, b"")


def test_a_program_that_is_killed_refuses(hooks: Path) -> None:
    killed = hooks.parent / "gitsig"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    program(hooks / f"pre-receive{BEFORE}")
    (hooks / "pre-receive").write_text(render(HOOKS["pre-receive"], (str(killed),), chained=True))
    done = run(hooks / "pre-receive", stdin=b"x\n")
    assert done.returncode == 137
    assert b"before-gitsig" not in done.stdout


@pytest.mark.parametrize("name", HOOKS)
@pytest.mark.parametrize("chained", [False, True])
@pytest.mark.parametrize("words", [("/a b/it's/gitsig",), ("/usr/bin/python3", "-I", "-m", "gitsig")])
def test_a_written_hook_is_known_again(hooks: Path, name: str, chained: bool, words: tuple[str, ...]) -> None:
    (hooks / name).write_text(render(HOOKS[name], words, chained=chained))
    found = read_script(hooks / name)
    assert found is not None
    assert (found.origin.hook, found.origin.copied, found.program) == (name, False, words[0])


@pytest.mark.parametrize("text", ["", "#!/bin/sh\nexit 0\n", "\x7fELF\0\1", "#!/bin/sh\n# gitsig is not used here\n"])
def test_the_hooks_of_others_are_not_ours(hooks: Path, text: str) -> None:
    (hooks / "update").write_text(text)
    assert read_script(hooks / "update") is None
    assert read_script(hooks / "absent") is None


@pytest.mark.parametrize("path", sorted((ROOT / "hooks").iterdir()), ids=lambda path: path.name)
def test_the_files_to_copy_run_what_install_writes(path: Path) -> None:
    """And are taken for copies, which an installation would otherwise chain to itself."""
    found = read_script(path)
    assert found is not None
    assert found.origin.copied
    assert f"hook {HOOKS[path.name].runs} " in path.read_text()


def test_every_hook_has_a_file_to_copy() -> None:
    assert {path.name for path in (ROOT / "hooks").iterdir()} == set(HOOKS)


def test_the_program_is_this_one() -> None:
    (path,) = program_words()
    assert subprocess.run([path, "--version"], capture_output=True, check=True).stdout.startswith(b"gitsig ")


def test_a_program_without_a_script_is_run_apart_from_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder `gitsig` in a work tree must not be imported for ours."""
    monkeypatch.setattr("sys.executable", str(tmp_path / "python3"))
    assert program_words() == (str(tmp_path / "python3"), "-I", "-m", "gitsig")
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(EnvironmentFault):
        program_words()


def test_a_program_with_a_line_feed_in_its_path_is_not_written() -> None:
    with pytest.raises(EnvironmentFault):
        render(HOOKS["update"], ("/a\n/gitsig",), chained=False)


def test_names_of_hooks() -> None:
    assert [kind.name for kind in hook_kinds(["preflight", "pre-commit", "update"])] == [
        "pre-commit",
        "pre-merge-commit",
        "update",
    ]
    assert {kind.name for kind in hook_kinds(["client", "head"])} == {n for n in HOOKS if not HOOKS[n].server}
    for names in (["nothing"], []):
        with pytest.raises(UsageFault):
            hook_kinds(names)


def test_every_hook_runs_one_that_gitsig_knows() -> None:
    from gitsig.hooks import HOOKS as KNOWN

    assert {kind.runs for kind in HOOKS.values()} <= set(KNOWN)
