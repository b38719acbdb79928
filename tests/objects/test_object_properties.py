"""Whatever parses gives back the same bytes, and what was signed cannot be moved elsewhere."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.errors import MalformedObject
from gitsig.model import ObjectFormat
from gitsig.objects import join, parents_of, parse

HEX = st.text("0123456789abcdef", min_size=40, max_size=40).map(str.encode)
TEXT = st.binary(max_size=12)
IDENT = st.tuples(
    TEXT, TEXT, st.integers(-5, 2**70), st.sampled_from([b"+0000", b"-0730", b"+051800", b"0", b"+"])
).map(lambda parts: b"%s <%s> %d %s" % parts)
LINE = st.one_of(
    HEX.map(lambda oid: b"parent " + oid),
    HEX.map(lambda oid: b"tree " + oid),
    IDENT.map(lambda who: b"author " + who),
    st.sampled_from(
        [
            *(
                b"gpgsig x",
                b"gpgsig ",
                b"gpgsig",
                b"gpgsig-sha256 y",
                b"gpgsigs z",
                b" folded",
                b" ",
                b"",
                b"encoding x",
            ),
            *(
                b"encoding x",
                b"mergetag object 1",
                b"change-id z",
                b"name",
                b"-----BEGIN PGP SIGNATURE-----",
                b"\r",
                b"x\0y",
            ),
            *(b"-----END PGP SIGNATURE-----", b"-----BEGIN SSH SIGNATURE-----", b"abc="),
        ]
    ),
    TEXT,
)
LINES = st.lists(LINE, max_size=8).map(lambda lines: b"\n".join([*lines, b""]))
COMMIT = st.builds(
    lambda tree, parents, author, committer, rest, tail: (
        b"tree " + tree + b"\n" + b"".join(b"parent " + oid + b"\n" for oid in parents)
        + b"author " + author + b"\ncommitter " + committer + b"\n" + rest + tail
    ),
    HEX, st.lists(HEX, max_size=3), IDENT, IDENT, LINES, TEXT,
)  # fmt: skip
TAG = st.builds(
    lambda target, kind, name, tagger, rest, tail: (
        b"object " + target + b"\ntype " + kind + b"\ntag " + name + b"\ntagger " + tagger + b"\n" + rest + tail
    ),
    HEX, st.sampled_from([b"commit", b"blob", b"x"]), st.sampled_from([b"v1", b"a..b"]), IDENT, LINES, TEXT,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(["commit", "tag"]), raw=st.one_of(COMMIT, TAG, st.binary(max_size=300)))
def test_whatever_parses_gives_back_its_bytes(kind: str, raw: bytes) -> None:
    try:
        obj = parse(kind, raw, "oid", ObjectFormat.SHA1)
    except MalformedObject:
        return
    assert join(obj) == raw
    assert b"\0" not in raw
    assert sum(len(cut) for _, cut in obj.removed) + len(obj.payload) == len(raw)
    if kind == "commit":
        assert obj.parents == parents_of(raw, ObjectFormat.SHA1)
        head, _, message = raw.partition(b"\n\n")
        assert obj.payload.endswith(b"\n\n" + message) == (b"\n\n" in raw)
        assert not any(line.startswith(b"gpgsig") for line in obj.payload.partition(b"\n\n")[0].split(b"\n"))
        assert (obj.signature is not None) == any(line.startswith(b"gpgsig ") for line in head.split(b"\n"))
