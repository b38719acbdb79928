"""Examined objects as bytes: what goes in comes out, but for what the judge does not ask for."""

from __future__ import annotations

import marshal
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitsig.engine.examine import Examined
from gitsig.engine.records import Chunk, lasting_places, pack, unpack
from gitsig.model import Evidence, Fido, Ident, ObjectFormat, ObjectType, Outcome, SignatureFormat, SignedObject

SHA1 = ObjectFormat.SHA1
_MOST = 64
_BROKEN = (ValueError, TypeError, EOFError, LookupError)
"""What `EvidenceCache` takes for a damaged chunk."""

numbers = st.integers(-(1 << 70), 1 << 70)
words = st.text(st.characters(), max_size=12)
"""Lone surrogates too: file names and messages of gpg may bring them."""
octets = st.binary(max_size=12)
names = st.none() | words


def idents() -> st.SearchStrategy[Ident | None]:
    return st.none() | st.builds(Ident, octets, octets, numbers, octets)


def evidences() -> st.SearchStrategy[Evidence]:
    fields = {
        "outcome": st.sampled_from(Outcome),
        "format": st.none() | st.sampled_from(SignatureFormat),
        "fingerprint": names,
        "key_fingerprint": names,
        "key_id": names,
        "signed_at": st.none() | numbers,
        "claimed": st.booleans(),
        "expires_at": st.none() | numbers,
        "digest": names,
        "vouched": st.booleans(),
        "fido": st.none() | st.builds(Fido, st.booleans(), st.booleans(), numbers),
        "notes": st.lists(words, max_size=2).map(tuple),
        "detail": words,
    }
    assert fields.keys() == set(Evidence._fields)
    return st.builds(Evidence, **fields)


def oids(form: ObjectFormat) -> st.SearchStrategy[str]:
    return st.binary(min_size=form.hex_length // 2, max_size=form.hex_length // 2).map(bytes.hex)


@st.composite
def objects(draw: st.DrawFn, form: ObjectFormat, oid: str) -> SignedObject:
    fields = {
        "oid": st.just(oid),
        "type": st.sampled_from(ObjectType),
        "object_format": st.just(form),
        "payload": octets,
        "signature": st.none() | octets,
        "removed": st.lists(st.tuples(st.integers(0, 9), octets), max_size=2).map(tuple),
        "parents": st.lists(oids(form), max_size=3).map(tuple),
        "tree": st.none() | oids(form),
        "author": idents(),
        "committer": idents(),
        "tag_name": st.none() | octets,
        "target": st.none() | oids(form),
        "target_type": names,
        "subject": octets,
        "mergetags": st.integers(0, 99),
        "other_headers": st.lists(octets, max_size=2).map(tuple),
        "foreign_signature": st.booleans(),
    }
    assert fields.keys() == set(SignedObject._fields)
    return draw(st.builds(SignedObject, **fields))


@st.composite
def batches(draw: st.DrawFn) -> tuple[ObjectFormat, list[str], list[Examined]]:
    form = draw(st.sampled_from(ObjectFormat))
    named = draw(st.lists(oids(form), max_size=5))
    shared = draw(st.lists(evidences(), min_size=1, max_size=2))
    examined = []
    for oid in named:
        obj = draw(st.none() | objects(form, oid))
        kind = draw(st.sampled_from(["commit", "tag", "tree", "blob"])) if obj is None else str(obj.type)
        examined.append(Examined(kind, obj, draw(st.sampled_from(shared) | evidences())))
    return form, named, examined


def binding(evidence: Evidence) -> str:
    return f"rests on {evidence.key_id!r}" if evidence.vouched and evidence.outcome is not Outcome.ERROR else ""


def bare(examined: Examined) -> Examined:
    """Without what a record does not hold."""
    obj = examined.obj
    return examined if obj is None else examined._replace(obj=obj._replace(payload=b"", signature=None, removed=()))


@settings(max_examples=40, deadline=None)
@given(batches())
def test_what_goes_in_comes_out(batch: tuple[ObjectFormat, list[str], list[Examined]]) -> None:
    form, named, examined = batch
    blob = pack(named, examined, binding)
    found = unpack(blob, form)
    assert found == [bare(each) for each in examined]
    assert [type(each.evidence.outcome) for each in found] == [Outcome] * len(found)
    assert lasting_places(blob) == [place for place, each in enumerate(examined) if binding(each.evidence)]
    chunk = Chunk(blob, form)
    assert list(map(bytes.hex, chunk.keys())) == named
    assert [chunk.bindings[chunk.kinds()[place]][1] for place in range(len(named))] == [
        binding(each.evidence) for each in examined
    ]
    for place, (kind, obj, _) in enumerate(examined):
        known = kind == "commit" and obj is not None and obj.committer is not None
        lineage = chunk.lineage(place)
        assert (lineage is not None) == known
        if lineage is not None and obj is not None and obj.committer is not None:
            assert lineage == (bytes.fromhex("".join(obj.parents)), obj.committer.time)


@pytest.mark.parametrize("lasting", [[], [0], [63], [0, 7, 8, 31, 32, 62], list(range(_MOST))])
def test_the_places_of_what_may_be_kept(lasting: Sequence[int]) -> None:
    examined = [Examined("commit", None, Evidence(Outcome.VERIFIED, vouched=n in lasting)) for n in range(_MOST)]
    blob = pack([f"{number:040x}" for number in range(_MOST)], examined, binding)
    assert lasting_places(blob) == list(lasting)
    chunk = Chunk(blob, SHA1)
    assert [bool(chunk.bindings[chunk.kinds()[n]][1]) for n in range(_MOST)] == [n in lasting for n in range(_MOST)]


def test_each_object_has_its_name() -> None:
    with pytest.raises(ValueError, match="zip"):
        pack(["0" * 40], [], binding)


def test_broken_off() -> None:
    whole = pack(["1" * 40], [Examined("commit", None, Evidence(Outcome.UNSIGNED, notes=("odd",)))], binding)
    assert len(unpack(whole, SHA1)) == 1
    for size in range(len(whole)):
        with pytest.raises((ValueError, TypeError, EOFError)):
            unpack(whole[:size], SHA1)


_ROW = (bytes(20), "commit", 0, None, None, None)
_TEMPLATE = ("verified", None, None, None, None, False, None, True, None, (), "", "x")


@pytest.mark.parametrize(
    "other",
    [
        None,
        7,
        (),
        ((), (), ()),
        (7, 7),
        ([("verified",)], []),
        ([(*_TEMPLATE, 1)], []),
        ([("good", *_TEMPLATE[1:])], []),
        ([("verified", "pgp", *_TEMPLATE[2:])], []),
        ([_TEMPLATE], [_ROW[:5]]),
        ([_TEMPLATE], [(*_ROW[:2], 1, *_ROW[3:])]),
        ([_TEMPLATE], [(*_ROW[:5], ())]),
        ([_TEMPLATE], [(_ROW[0], "tree", *_ROW[2:5], (b"", None, None, None, None, None, None, b"", 0, (), False))]),
    ],
)
def test_bytes_of_another_shape(other: object) -> None:
    assert len(unpack(bytes(8) + marshal.dumps(([_TEMPLATE], [_ROW])), SHA1)) == 1
    with pytest.raises(_BROKEN):
        unpack(bytes(8) + marshal.dumps(other), SHA1)
