"""An object's line is put together from pieces; it must be what the encoder makes of the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitsig.model import Reason, SignatureFormat, Verdict
from gitsig.reports.fields import encode_json, verdict, verdict_line

TEXT = st.text(st.sampled_from('a#[]"\\{},:\n\x00\x1b\u202e\U0001f600') | st.characters(), max_size=12)
VERDICTS = st.builds(
    Verdict,
    oid=TEXT,
    type=st.sampled_from(["commit", "tag"]) | TEXT,
    accepted=st.booleans(),
    reason=st.sampled_from(Reason),
    ref=st.none() | TEXT,
    format=st.none() | st.sampled_from(SignatureFormat),
    signer=st.none() | TEXT,
    fingerprint=st.none() | TEXT,
    key_fingerprint=st.none() | TEXT,
    signed_at=st.none() | st.integers(-(2**62), 2**62),
    digest=st.none() | TEXT,
    new=st.booleans(),
    exception=st.none() | TEXT,
    detail=TEXT,
)


@given(VERDICTS)
def test_a_line_is_what_the_encoder_writes(found: Verdict) -> None:
    assert "{" + verdict_line(found) + "}" == encode_json(verdict(found))
