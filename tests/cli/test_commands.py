"""The commands on a real repository, in this process."""

import json
from pathlib import Path

import pytest

from gitsig._version import __version__

HINT = "        sign it: git rebase --exec 'git commit --amend --no-edit -S'"


def test_verify_accepts_signed_commits_and_tags(gitsig, story) -> None:
    done = gitsig("verify", "main", "v1.0")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == f"ok      {story.main[:8]}  ada       ssh      2023-11-14  Fix the parser of notations"
    assert lines[1].endswith("  tag v1.0: Größer als je")
    judged, summary = done.err.splitlines()[-2:]
    assert judged.startswith("judged by ")
    assert ".gitsig/policy.toml (sha256:" in judged
    assert "· 0 refused · ada " in summary


def test_verify_refuses_an_unsigned_commit_of_a_range_with_its_mend(gitsig, story) -> None:
    done = gitsig("verify", "main..topic")
    assert done.code == 1
    assert done.out.splitlines()[0] == (
        f"REFUSED {story.topic[:8]}  –         unsigned             \\x1b[2K#\\x23[error] Add the \\u202efrobnicator"
    )
    assert done.out.splitlines()[-1] == f"{HINT} {story.main[:12]}"
    assert "1 commit · 0 accepted · 1 refused (unsigned 1)" in done.err


def test_a_range_is_judged_by_the_policy_before_it(gitsig, story) -> None:
    assert f"judged by main ({story.main[:12]}):.gitsig/policy.toml" in gitsig("verify", "main..topic").err


def test_without_a_target_it_is_head(gitsig, story) -> None:
    done = gitsig("verify", "-q")
    assert done.code == 1
    assert story.topic[:8] in done.out


def test_quiet_leaves_nothing_of_what_was_accepted(gitsig) -> None:
    done = gitsig("verify", "-q", "main")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("1 commit · 1 accepted")


def test_verbose_tells_the_key(gitsig, story) -> None:
    done = gitsig("verify", "-v", "main")
    assert f"commit {story.main}, key SHA256:" in done.out


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_json_formats(gitsig, story, name: str) -> None:
    done = gitsig("verify", "--format", name, "--now", "2026-11-22T10:00:00Z", "main..topic")
    assert done.code == 1
    assert done.err == ""
    if name == "json":
        document = json.loads(done.out)
        [found] = document["objects"]
        summary = document["summary"]
    else:
        document, found, summary = map(json.loads, done.out.splitlines())
    assert document["schema"] == "gitsig/report/1"
    assert document["now"] == "2026-11-22T10:00:00Z"
    assert (found["oid"], found["reason"], found["accepted"]) == (story.topic, "unsigned", False)
    assert summary["by_reason"] == {"unsigned": 1}


def test_output_writes_a_file_and_says_so(gitsig, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    done = gitsig("verify", "--format", "json", "--output", str(target), "main")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"gitsig: {target}: 1 checked, 1 accepted, 0 refused\n"
    assert json.loads(target.read_text())["summary"]["accepted"] == 1


def test_a_text_report_in_a_file_is_complete(gitsig, tmp_path: Path) -> None:
    target = tmp_path / "report"
    assert gitsig("verify", "-q", "--output", str(target), "topic").code == 1
    lines = target.read_text().splitlines()
    assert lines[0].startswith("REFUSED ")
    assert lines[-1].startswith("1 commit · 0 accepted · 1 refused (unsigned 1)")


def test_an_output_that_cannot_be_written(gitsig, tmp_path: Path) -> None:
    done = gitsig("verify", "--output", str(tmp_path / "missing" / "report"), "main")
    assert done.code == 3
    assert done.err.endswith("cannot write the report: No such file or directory\n")


def test_audit_ends_with_tables(gitsig) -> None:
    done = gitsig("audit", "-qq")
    assert done.code == 1
    signers, reasons = done.out.strip("\n").split("\n\n")
    assert signers.splitlines()[0].split() == ["signer", "accepted", "share", "refused", "formats", "first", "last",
                                               "expires", "soon"]  # fmt: skip
    assert signers.splitlines()[1].split()[:4] == ["ada", "3", "75.0", "%"]
    assert [line.split()[0] for line in reasons.splitlines()] == ["reason", "good", "unsigned"]
    assert "3 accepted · 1 refused" in done.err


def test_audit_of_one_branch(gitsig) -> None:
    done = gitsig("audit", "--format", "json", "main")
    assert done.code == 0
    assert json.loads(done.out)["summary"]["checked"] >= 2


def test_explain_as_text_and_json(gitsig, story) -> None:
    done = gitsig("explain", "topic")
    assert done.code == 1
    assert done.out.startswith(f"commit {story.topic}  \\x1b[2K#\\x23[error]")
    assert "REFUSED: unsigned" in done.out
    assert "more: docs/verdicts.md#unsigned" in done.out
    done = gitsig("explain", "--format", "json", "main")
    assert done.code == 0
    assert json.loads(done.out)["object"]["oid"] == story.main


def test_policy_check_and_show(gitsig, story) -> None:
    file = str(story.path / ".gitsig" / "policy.toml")
    done = gitsig("policy", "check", file)
    assert (done.code, done.err) == (0, "")
    assert f"usable: {file}: 1 signer, 1 key, 0 rules, 0 exceptions, 0 warnings\n" in done.out
    assert gitsig("policy", "check").out.splitlines()[-1].startswith("digest: sha256:")
    done = gitsig("policy", "show")
    assert done.code == 0
    assert "  ada: ada@example.org\n    ssh      ssh-ed25519 AAAA" in done.out
    assert "  require          every-commit\n" in done.out


def test_a_policy_file_needs_no_repository(gitsig, story, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = gitsig("policy", "show", "--policy", str(story.path / ".gitsig" / "policy.toml"))
    assert (done.code, done.err) == (0, "")
    done = gitsig("policy", "show")
    assert (done.code, done.out) == (3, "")
    assert "no git repository" in done.err


def test_a_policy_in_a_ref(gitsig, story) -> None:
    done = gitsig("policy", "show", "--policy-ref", "v1.0")
    assert done.out.startswith(f"policy: v1.0 ({story.main[:12]}):.gitsig/policy.toml\n")


def test_policy_show_names_the_files_that_it_builds_on(gitsig, story, tmp_path: Path) -> None:
    key = (story.path.parent / "key.pub").read_text().strip()
    (tmp_path / "allowed_signers").write_text(f"ada@example.org {key}\n")
    done = gitsig("policy", "show", "--policy", str(tmp_path / "allowed_signers"))
    assert done.code == 0
    assert f"  allowed signers: allowed_signers  ({tmp_path / 'allowed_signers'})" in done.out


def test_warnings_of_the_policy_are_told_on_demand(gitsig, story, tmp_path: Path) -> None:
    key = (story.path.parent / "key.pub").read_text().strip()
    file = tmp_path / "policy.toml"
    file.write_text(f'version = 1\n[signers.ada]\nssh = ["{key}"]\n')
    warning = "'ada' has no emails: its key may sign under anybody's e-mail address"
    checked = gitsig("policy", "check", str(file))
    assert checked.code == 0
    assert checked.out.startswith(f"warning: signer {warning}\n")
    assert ", 1 warning\n" in checked.out
    assert warning in gitsig("verify", "-v", "--policy", str(file), "main").err
    assert warning not in gitsig("verify", "--policy", str(file), "main").err


def test_policy_show_tells_everything(gitsig, tmp_path: Path, story) -> None:
    key = (story.path.parent / "key.pub").read_text().strip()
    root = story.root
    file = tmp_path / "policy.toml"
    file.write_text(f"""
version = 1
[signers.ada]
emails = ["ada@example.org"]
roles = ["maintainer"]
only = ["merge"]
valid-until = 2027-01-01T00:00:00Z
ssh = [{{key = "{key}", valid-from = 2020-01-01T00:00:00Z}}]
[[rules]]
refs = ["refs/heads/main"]
signers = ["role:maintainer"]
require = "first-parent"
no-rewind = true
fido = "touch-required"
[history]
trusted-roots = ["{root}"]
[[exceptions]]
object = "{root}"
accept = ["key_expired"]
because = "rotated \\u202e in 2021"
""")
    done = gitsig("policy", "show", "--policy", str(file))
    assert done.err == ""
    for line in (
        "  ada: ada@example.org; roles maintainer; only merge; valid until 2027-01-01T00:00:00Z",
        "  1. refs/heads/main: require first-parent; signers ada; fido touch-required; no-rewind",
        f"trusted roots:\n  {root}",
        f"  {root}: accepts key_expired; rotated \\u202e in 2021",
        "valid from 2020-01-01T00:00:00Z",
    ):
        assert line in done.out
    assert gitsig("policy", "check", "--policy", str(file), "--now", "2028-01-01").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["verify", "no-such-branch"], 2, "no-such-branch"),
        (["verify", "--now", "yesterday"], 2, "not a time: 'yesterday'"),
        (["verify", "--frob"], 2, "no such option"),
        (["verify", "--format", "xml"], 2, "'xml' is not one of"),
        (["verfy"], 2, "no such command 'verfy'"),
        (["explain"], 2, "see gitsig explain --help"),
        (["verify", "--repo", "/nonexistent"], 3, "/nonexistent"),
        (["verify", "--policy", "/nonexistent"], 3, "/nonexistent"),
        (["policy", "check", "/nonexistent"], 3, "/nonexistent"),
        (["verify", "--policy-ref", "no-such-ref"], 2, "no-such-ref"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(gitsig, arguments: list[str], code: int, words: str) -> None:
    done = gitsig(*arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("gitsig: error: ")
    assert done.err.count("\n") == 1
    assert words in done.err


def test_version(gitsig) -> None:
    done = gitsig("--version")
    assert (done.code, done.out) == (0, f"gitsig {__version__}\n")


def test_without_a_command_it_shows_the_help(gitsig) -> None:
    done = gitsig()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: gitsig [OPTIONS] COMMAND")
