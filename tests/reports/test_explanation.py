"""Explanations in full."""

import io
import json

import pytest

from gitsig._version import __version__
from gitsig.model import Explanation, ObjectFormat, Reason, RunInfo, Step, Verdict
from gitsig.reports.explain import explain_json, explain_text

INFO = RunInfo("/srv/git/web.git", ObjectFormat.SHA1, "policy.toml", "sha256:" + "0" * 64, 1795341600)
UNSIGNED = Verdict(
    oid="7" * 40,
    type="commit",
    accepted=False,
    reason=Reason.UNSIGNED,
    ref="refs/heads/main",
    detail="no gpgsig header",
    subject="Add \x1b[2J the frobnicator",
    parent="3" * 40,
)
STEPS = (
    Step("object", None, "commit by Ada \u202e<ada@example.org>"),
    Step("grammar", True, "inside git's format"),
    Step("signature", False, "::error:: there is none"),
)

TEXT = f"""\
commit {"7" * 40}  Add \\x1b[2J the frobnicator
as pushed to refs/heads/main
judged by policy.toml (sha256:{"0" * 64})

  -- object      commit by Ada \\u202e<ada@example.org>
  ok grammar     inside git's format
  NO signature   \\x3a:error:: there is none

REFUSED: unsigned
  The object carries no signature.
  why: no gpgsig header
  mend: sign it: git rebase --exec 'git commit --amend --no-edit -S' 333333333333
  more: docs/verdicts.md#unsigned
"""


def explained(explanation: Explanation, **options: object) -> str:
    stream = io.StringIO()
    explain_text(explanation, stream, **options)  # type: ignore[arg-type]  # options as each test names them
    return stream.getvalue()


def test_text_in_full() -> None:
    assert explained(Explanation(INFO, UNSIGNED, STEPS)) == TEXT


def test_what_everybody_must_know_of_the_policy_stands_below_it() -> None:
    info = INFO._replace(remarks=("it judges \x1balone",))
    line = f"judged by policy.toml (sha256:{'0' * 64})\n"
    assert explained(Explanation(info, UNSIGNED, STEPS)) == TEXT.replace(line, f"{line}note: it judges \\x1balone\n")


def test_colour_and_width() -> None:
    long = Step("rules", True, "word " * 20)
    lines = explained(Explanation(INFO, UNSIGNED, (*STEPS, long)), color=True, width=60).splitlines()
    assert lines[6].startswith("  \x1b[1;31mNO\x1b[0m signature")
    assert lines[7] == "  \x1b[32mok\x1b[0m rules       word word word word word word word word"
    assert lines[8].startswith(" " * 17 + "word")
    assert "\x1b[1;31mREFUSED\x1b[0m: unsigned" in lines


def test_an_exception_is_told() -> None:
    verdict = Verdict("7" * 40, "commit", True, Reason.KEY_EXPIRED, exception="rotated")
    text = explained(Explanation(INFO, verdict, ()))
    assert "accepted: key_expired\n" in text
    assert "  exception: rotated\n" in text
    assert "mend:" not in text


def test_json_in_full() -> None:
    stream = io.StringIO()
    details = {"rules": [{"rule": 1, "ok": False, "words": "\u202e"}], "changed": ["ci/build"], "cosigners": None}
    explain_json(Explanation(INFO, UNSIGNED, STEPS, details), stream)
    assert stream.getvalue().count("\n") == 1
    document = json.loads(stream.getvalue())
    assert document.pop("object")["oid"] == "7" * 40
    assert document == {
        "schema": "gitsig/explanation/1",
        "gitsig": __version__,
        "repository": "/srv/git/web.git",
        "object_format": "sha1",
        "policy": {"source": "policy.toml", "digest": "sha256:" + "0" * 64},
        "now": "2026-11-22T10:00:00Z",
        "steps": [
            {"topic": "object", "ok": None, "text": "commit by Ada \u202e<ada@example.org>"},
            {"topic": "grammar", "ok": True, "text": "inside git's format"},
            {"topic": "signature", "ok": False, "text": "::error:: there is none"},
        ],
        "details": details,
        "meaning": "The object carries no signature.",
        "hint": "sign it: git rebase --exec 'git commit --amend --no-edit -S' 333333333333",
        "documentation": "docs/verdicts.md#unsigned",
    }


@pytest.mark.parametrize("text", ["", "   ", "x" * 3000])
def test_odd_texts_do_not_stop_an_explanation(text: str) -> None:
    verdict = Verdict("7" * 40, "commit", True, Reason.GOOD)
    assert "accepted: good" in explained(Explanation(INFO, verdict, (Step("object", None, text),)), width=80)
