"""Commits of the common shape are matched at once; that must tell what the reading of single headers tells."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import MalformedObject
from gitsig.model import LIMITS, Ident, ObjectFormat, SignedObject
from gitsig.objects import commit as module
from gitsig.objects import join, parse

MEGABYTE = 1 << 20
HEAD = b"tree %b\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n" % (b"a" * 40)
PARENT = b"parent %b\n" % (b"b" * 40)
OTHER = b"committer B <b@x> 2 -0100\n"

pieces = st.sampled_from(
    [
        *(b"gpgsig a\n b\n c\n", b"gpgsig \n", b"gpgsig\n", b"gpgsig-sha256 a\n b\n", b"gpgsigx a\n", b"gpgsig a\n\n"),
        *(b"encoding x\n", b"mergetag x\n y\n", b"change-id x\n", b"parent x\n", b" folded\n", b"no header"),
        *(b"\n", b"\nsubject\n", b"\n\n\nlate subject\nbody", b"x" * 300, b"\n" + b"x" * 300, b"gpgsig in text\n"),
    ]
)


def _patient(pattern: re.Pattern[bytes]) -> re.Pattern[bytes]:
    """The fixed lines alone: the groups behind them never match, and every header is read by itself."""
    fixed, behind, _ = pattern.pattern.partition(rb"(?:(?:gpgsig")
    assert behind
    return re.compile(fixed + rb"(?:(?!)()())?+")


PATIENT = {fmt: _patient(pattern) for fmt, pattern in module._GRAMMAR.items()}


def told(raw: bytes, fmt: ObjectFormat) -> SignedObject | str:
    try:
        obj = parse("commit", raw, "oid", fmt)
    except MalformedObject as fault:
        return fault.what
    assert join(obj) == raw
    return obj


def both(raw: bytes, fmt: ObjectFormat = ObjectFormat.SHA1) -> SignedObject | str:
    at_once = told(raw, fmt)
    with mock.patch.object(module, "_GRAMMAR", PATIENT):
        assert told(raw, fmt) == at_once
    return at_once


@given(st.sampled_from([b"", PARENT, PARENT * 2]), st.sampled_from([b"", OTHER]), st.lists(pieces, max_size=4))
def test_both_ways_agree(parents, committer, rest):
    head = HEAD.replace(b"author", parents + b"author", 1)
    if committer:
        head = head[: head.index(b"committer")] + committer
    both(head + b"".join(rest))
    both(head.replace(b"a" * 40, b"a" * 64).replace(b"b" * 40, b"b" * 64) + b"".join(rest), ObjectFormat.SHA256)


@given(st.binary(max_size=40), st.integers(0, 400), st.booleans())
def test_both_ways_agree_on_damaged_commits(patch, at, cut):
    raw = HEAD + b"gpgsig a\n b\n\nSubject\n\nBody\n" * 2
    both(raw[:at] + patch + raw[at + len(patch) if cut else at :])


@pytest.mark.parametrize("raw", [HEAD, HEAD + b"\n", HEAD + b"gpgsig a\n", HEAD + b"gpgsig a\n\n", HEAD + b"\n\n\nx"])
def test_where_the_message_ends_early(raw):
    assert isinstance(both(raw), SignedObject)


def test_equal_people_are_read_each():
    obj = both(HEAD.replace(b"committer A <a@x> 1", b"committer A <a@x> 2") + b"\n")
    assert isinstance(obj, SignedObject)
    assert (obj.author, obj.committer) == (Ident(b"A", b"a@x", 1, b"+0000"), Ident(b"A", b"a@x", 2, b"+0000"))


def test_the_limit_of_headers_holds_for_the_signature():
    with pytest.raises(MalformedObject, match="too many headers"):
        parse("commit", HEAD + b"gpgsig a\n\nx", "oid", ObjectFormat.SHA1, LIMITS._replace(header_count=0))


@pytest.mark.parametrize(
    "rest",
    [
        b"gpgsig " + b"a\n " * (10 * MEGABYTE),
        b"gpgsig " + b"a\n " * (10 * MEGABYTE) + b"\ngpgsig b\n\n",
        b"gpgsig " + b"a" * (30 * MEGABYTE),
        b"gpgsig " + b" " * (30 * MEGABYTE) + b"\nx",
        b"\n" * (31 * MEGABYTE),
        b"\n" + b"a\n" * (15 * MEGABYTE),
        b"A <" * (10 * MEGABYTE),
    ],
    ids=range(7),
)
def test_hostile_objects_end(rest):
    """Anything worse than linear in these sizes would outlast every patience."""
    both(HEAD + rest)
    both(HEAD[:-25] + rest)


@pytest.mark.parametrize("lines", [10, LIMITS.signature_size // 3, LIMITS.signature_size])
def test_signatures_of_any_size_are_unfolded(lines):
    obj = both(HEAD + b"gpgsig x" + b"\n y" * lines + b"\n\n")
    assert isinstance(obj, SignedObject)
    assert obj.signature == b"x" + b"\ny" * lines + b"\n"
