"""Complete outputs of every format, and what they must never do."""

import io
import json
import sys

import pytest

from gitsig._version import __version__
from gitsig.model import ObjectFormat, Reason, RunInfo, SignatureFormat, Verdict
from gitsig.reports import FORMATS, reporter, terminal_width, wants_color
from gitsig.reports.text import TextReporter
from gitsig.tally import Tally

NOW = 1795341600  # 2026-11-22T10:00:00Z
ADA, ADA_SIGNS = "A" * 40, "C" * 40
BOB = "SHA256:" + "b" * 43

INFO = RunInfo(
    repository="/srv/git/web.git",
    object_format=ObjectFormat.SHA1,
    policy_source="main:.gitsig/policy.toml",
    policy_digest="sha256:" + "0123456789abcdef" * 4,
    now=NOW,
    remarks=("first parents only",),
)
GOOD = Verdict(
    oid="3f2a91c4" + "0" * 32,
    type="commit",
    accepted=True,
    reason=Reason.GOOD,
    format=SignatureFormat.OPENPGP,
    signer="ada",
    fingerprint=ADA,
    key_fingerprint=ADA_SIGNS,
    signed_at=1795165200,
    digest="sha512",
    subject="Fix the parser of notations",
    parent="1" * 40,
)
UNSIGNED = Verdict(
    oid="77b01de9" + "0" * 32,
    type="commit",
    accepted=False,
    reason=Reason.UNSIGNED,
    subject="Add the frobnicator",
    parent="3f2a91c4" + "0" * 32,
)
TAG = Verdict(
    oid="5e0c" * 10,
    type="tag",
    accepted=True,
    reason=Reason.GOOD,
    ref="refs/tags/v1.0",
    format=SignatureFormat.SSH,
    signer="bob",
    fingerprint=BOB,
    key_fingerprint=BOB,
    signed_at=1795200000,
    digest="sha512",
    new=True,
    subject="Größer als je",
)
EXCEPTED = Verdict(
    oid="e" * 40,
    type="commit",
    accepted=True,
    reason=Reason.KEY_EXPIRED,
    format=SignatureFormat.OPENPGP,
    signer="ada",
    signed_at=1600000000,
    exception="key rotated, see issue 42",
    detail="expired 2020-01-01",
    subject="Old work",
)
HOSTILE = Verdict(
    oid="6" * 40,
    type="commit",
    accepted=False,
    reason=Reason.UNKNOWN_KEY,
    key_fingerprint="\x1b[2J::error::",
    signed_at=2**70,
    detail="::error::\nok      deadbeef",
    subject="\x1b[1A\x1b[2Kok      6666  ada \u202e##[command]\udcff",
)
STORY = (GOOD, UNSIGNED, TAG, EXCEPTED, HOSTILE)
EXPIRY = {ADA_SIGNS: NOW + 30 * 86_400, BOB: NOW + 400 * 86_400}


def report(name: str, verdicts: tuple[Verdict, ...] = STORY, stream: io.TextIOBase | None = None, **options) -> str:
    stream = io.StringIO() if stream is None else stream
    out, tally = reporter(name, stream, **options), Tally()
    out.begin(INFO)
    for verdict in verdicts:
        out.verdict(verdict)
        tally.add(verdict)
    out.end(tally.summary(0.08, key_expiry=EXPIRY))
    return stream.getvalue() if isinstance(stream, io.StringIO) else ""


TEXT = """\
note: first parents only
ok      3f2a91c4  ada       openpgp  2026-11-20  Fix the parser of notations
REFUSED 77b01de9  –         unsigned             Add the frobnicator
        sign it: git rebase --exec 'git commit --amend --no-edit -S' 3f2a91c40000
ok      5e0c5e0c  bob       ssh      2026-11-20  tag v1.0: Größer als je
ok      eeeeeeee  ada       key_expired          Old work
        exception: key rotated, see issue 42
REFUSED 66666666  –         unknown_key          \\x1b[1A\\x1b[2Kok      6666  ada \\u202e#\\x23[command]\\udcff
        why: ::error::\\x0aok      deadbeef
        sign with a key that the policy lists, or have a maintainer add your key to it
judged by main:.gitsig/policy.toml (sha256:0123456789ab)
4 commits, 1 tag · 3 accepted (1 by exception) · 2 refused (unsigned 1, unknown_key 1) · ada 2, bob 1 · 0.08 s
"""

QUIET = """\
note: first parents only
REFUSED 77b01de9  –         unsigned             Add the frobnicator
        sign it: git rebase --exec 'git commit --amend --no-edit -S' 3f2a91c40000
1 commit · 0 accepted · 1 refused (unsigned 1) · 0.08 s
"""

VERBOSE = f"""\
note: first parents only
ok      5e0c5e0c  bob       ssh      2026-11-20  tag v1.0: Größer als je
        tag {"5e0c" * 10}, key {BOB}, sha512, 2026-11-20T18:40:00Z, new
ok      3f2a91c4  ada       openpgp  2026-11-20  Fix the parser of notations
        commit 3f2a91c4{"0" * 32}, key {ADA_SIGNS}, certificate {ADA}, sha512, 2026-11-20T09:00:00Z
judged by main:.gitsig/policy.toml (sha256:{"0123456789abcdef" * 4})
1 commit, 1 tag · 2 accepted · 0 refused · ada 1, bob 1 · 0.08 s
"""

AUDIT = """\
note: first parents only
REFUSED 77b01de9  –         unsigned             Add the frobnicator
REFUSED 66666666  –         unknown_key          \\x1b[1A\\x1b[2Kok      6666  ada \\u202e#\\x23[command]\\udcff
        why: ::error::\\x0aok      deadbeef

signer  accepted   share  refused  formats  first       last        expires soon
ada            2  40.0 %        0  openpgp  2020-09-13  2026-11-20  CCCCCCCCCCCCCCCC 2026-12-22
bob            1  20.0 %        0  ssh      2026-11-20  2026-11-20  –

reason       objects   share  meaning                                                                                           more
good               2  40.0 %  The signature verifies, its key is allowed here and was valid in time, and the identity matches.  docs/verdicts.md#good
key_expired        1  20.0 %  The key had expired when it signed, or has expired and the object is new.                         docs/verdicts.md#key_expired
unknown_key        1  20.0 %  The key that signed belongs to nobody whom the policy lists.                                      docs/verdicts.md#unknown_key
unsigned           1  20.0 %  The object carries no signature.                                                                  docs/verdicts.md#unsigned

4 commits, 1 tag · 3 accepted (1 by exception) · 2 refused (unsigned 1, unknown_key 1) · ada 2, bob 1 · 0.08 s
"""  # noqa: E501  a snapshot of wide tables

JSON = f"""\
{{"schema": "gitsig/report/1",
 "gitsig": "{__version__}",
 "repository": "/srv/git/web.git",
 "object_format": "sha1",
 "policy": {{"source": "main:.gitsig/policy.toml", "digest": "sha256:{"0123456789abcdef" * 4}"}},
 "now": "2026-11-22T10:00:00Z",
 "objects": [
  {{"oid": "3f2a91c4{"0" * 32}", "type": "commit", "ref": null, "accepted": true, "reason": "good", \
"format": "openpgp", "signer": "ada", "fingerprint": "{ADA}", "key_fingerprint": "{ADA_SIGNS}", \
"signed_at": "2026-11-20T09:00:00Z", "digest": "sha512", "new": false, "exception": null, "detail": ""}},
  {{"oid": "77b01de9{"0" * 32}", "type": "commit", "ref": null, "accepted": false, "reason": "unsigned", \
"format": null, "signer": null, "fingerprint": null, "key_fingerprint": null, \
"signed_at": null, "digest": null, "new": false, "exception": null, "detail": ""}}],
 "summary": {{"checked": 2, "accepted": 1, "refused": 1, "unverifiable": 0, \
"by_reason": {{"good": 1, "unsigned": 1}}, "by_signer": {{"ada": 1}}, "seconds": 0.08, "cached": 0}}}}
"""


@pytest.mark.parametrize(
    ("verdicts", "options", "expected"),
    [
        (STORY, {}, TEXT),
        ((UNSIGNED,), {"verbosity": -1}, QUIET),
        ((TAG, GOOD), {"verbosity": 1}, VERBOSE),
        (STORY, {"verbosity": -1, "kind": "audit"}, AUDIT),
    ],
    ids=["text", "quiet", "verbose", "audit"],
)
def test_text_report_in_full(verdicts: tuple[Verdict, ...], options: dict[str, object], expected: str) -> None:
    assert report("text", verdicts, **options) == expected


def test_json_report_in_full() -> None:
    written = report("json", (GOOD, UNSIGNED))
    assert written == JSON
    assert json.loads(written)["objects"][0]["signer"] == "ada"


def test_json_report_without_objects_is_well_formed() -> None:
    assert json.loads(report("json", ()))["objects"] == []


def test_json_lines_hold_the_same_as_the_json_report() -> None:
    header, *objects, summary = map(json.loads, report("jsonl").splitlines())
    whole = json.loads(report("json"))
    assert [line.pop("record") for line in (header, *objects, summary)] == ["header", *["object"] * 5, "summary"]
    assert {**header, "objects": objects, "summary": summary} == whole
    assert objects[4]["signed_at"].startswith("+37411459154216-")


def test_json_that_broke_off_is_not_well_formed() -> None:
    stream = io.StringIO()
    out = reporter("json", stream)
    out.begin(INFO)
    out.verdict(GOOD)
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["verify", "audit"])
def test_no_output_carries_an_attack(name: str, kind: str) -> None:
    written = report(name, verbosity=1, kind=kind)
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "##[" not in written
    assert not [line for line in written.splitlines() if line.lstrip().startswith("::")]


def test_each_object_is_written_as_it_comes() -> None:
    for name in FORMATS:
        stream = io.StringIO()
        out = reporter(name, stream)
        out.begin(INFO)
        before = stream.tell()
        out.verdict(GOOD)
        assert stream.tell() > before


def test_a_stream_that_is_not_unicode_gets_ascii() -> None:
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding="latin-1")
    report("text", stream=stream, kind="audit")
    written = binary.getvalue()
    assert written.isascii()
    assert rb"Gr\xf6\xdfer" in written
    assert b"REFUSED 77b01de9  -         unsigned" in written
    assert b"4 commits, 1 tag, 3 accepted" in written


def test_notes_and_summary_may_go_elsewhere() -> None:
    stream, closing = io.StringIO(), io.StringIO()
    report("text", (GOOD,), stream=stream, summary=closing)
    assert stream.getvalue().count("\n") == 1
    assert [line.split()[0] for line in closing.getvalue().splitlines()] == ["note:", "judged", "1"]


def test_twice_quiet_leaves_the_summary() -> None:
    assert report("text", (UNSIGNED,), verbosity=-2).splitlines()[1:] == [
        "1 commit · 0 accepted · 1 refused (unsigned 1) · 0.08 s"
    ]


def test_nothing_to_check() -> None:
    assert report("text", ()).splitlines()[-1] == "nothing to check · 0.08 s"


def test_columns_widen_for_long_names_and_the_summary_names_a_few() -> None:
    names = ["abcdefghijkl", *"bcdefg", "x" * 40]
    story = tuple(Verdict("a" * 40, "commit", True, Reason.GOOD, signer=name, subject="s") for name in names)
    lines = report("text", story).splitlines()
    assert lines[1] == "ok      aaaaaaaa  abcdefghijkl  –        –           s"
    assert lines[2].startswith("ok      aaaaaaaa  b             –")
    assert "x" * 23 + "…" in lines[8]
    assert "abcdefghijkl 1, b 1, c 1, d 1, e 1, 3 more" in lines[-1]


def test_colour_marks_the_status_only() -> None:
    stream = io.StringIO()
    out = TextReporter(stream, color=True)
    out.verdict(GOOD)
    out.verdict(UNSIGNED)
    ok, refused, _ = stream.getvalue().splitlines()
    assert ok.startswith("\x1b[32mok\x1b[0m      3f2a91c4  ada")
    assert refused.startswith("\x1b[1;31mREFUSED\x1b[0m 77b01de9")


def test_on_a_terminal_every_line_fits_or_is_wrapped_by_us() -> None:
    stream = io.StringIO()
    out = TextReporter(stream, width=60)
    wide = Verdict("a" * 40, "commit", False, Reason.UNKNOWN_KEY, subject="日本語" * 20, detail="word " * 30)
    out.verdict(wide)
    first, *rest = stream.getvalue().splitlines()
    assert first == "REFUSED aaaaaaaa  –         unknown_key          日本語日本語日本語日"
    assert len(rest) == 5
    assert all(line.startswith("        w") and len(line) <= 60 for line in rest[:4])
    combining = Verdict("a" * 40, "commit", True, Reason.GOOD, subject="e\u0301" * 10)
    out.verdict(combining)
    assert stream.getvalue().splitlines()[-1].endswith("e\u0301" * 10)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_colour_only_where_it_is_welcome(monkeypatch, environment: dict[str, str], wanted: bool) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(Terminal()) is wanted
    assert wants_color(io.StringIO()) is False
    assert terminal_width(io.StringIO()) is None
    assert (terminal_width(Terminal()) or 0) > 0


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such report format: 'xml'"):
        reporter("xml", sys.stdout)
