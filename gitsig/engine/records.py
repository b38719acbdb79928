"""Examined objects as bytes: what worker processes send back, what long runs put aside, what the evidence cache keeps.

A record holds what the judge asks for, so neither payload nor signature. The bytes are `marshal`'s: fast, and fit only
for what this program has written itself. They come over a pipe of our own, out of a nameless file, or from a cache that
is authenticated before it is read.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from typing import Any

from gitsig.engine.examine import Examined
from gitsig.model import Evidence, Fido, Ident, ObjectFormat, ObjectType, Outcome, SignatureFormat, SignedObject

__all__ = ["RECORDS_FORMAT", "Binding", "Chunk", "lasting_places", "pack", "unpack"]

RECORDS_FORMAT = 1
"""Raised with every change of the records, or of what the engines find out about a signature."""

Binding = Callable[[Evidence], str]
"""What, of the key store, evidence rests on (`KeyStore.binding`); empty for evidence that must not be kept."""

_LASTING = 8
"""Octets in front, a bit for each object: whether its evidence may be kept."""

_OUTCOMES = {str(each): each for each in Outcome}
_FORMATS: dict[str | None, SignatureFormat | None] = {None: None, **{str(each): each for each in SignatureFormat}}
_TYPES = {str(each): each for each in ObjectType}


def pack(oids: Sequence[str], examined: Sequence[Examined], binding: Binding) -> bytes:
    """Write down what was found out about the objects `oids`, at most 64 of them."""
    templates: dict[tuple[Any, ...], int] = {}
    rows = []
    for oid, (kind, obj, evidence) in zip(oids, examined, strict=True):
        outcome, form, primary, key, key_id, signed_at, claimed, expires_at, digest, vouched, fido, notes, detail = (
            evidence
        )
        template = (outcome, form, primary, key, key_id, claimed, digest, vouched, fido, notes, detail)
        number = templates.setdefault(template, len(templates))
        rows.append((bytes.fromhex(oid), kind, number, signed_at, expires_at, None if obj is None else _plain(obj)))
    plain = [_plain_template(each, binding) for each in templates]
    lasting = sum(bool(plain[row[2]][-1]) << place for place, row in enumerate(rows))
    return lasting.to_bytes(_LASTING) + marshal.dumps((plain, rows))


def lasting_places(blob: bytes) -> list[int]:
    """Which of the objects that `pack` wrote down have evidence that may be kept, counted from 0."""
    bits = int.from_bytes(blob[:_LASTING])
    if not bits & (bits + 1):
        return list(range(bits.bit_length()))
    return [place for place in range(8 * _LASTING) if bits >> place & 1]


class Chunk:
    """What `pack` wrote, read as far as it is asked for: a walk needs less of a record than the judge."""

    __slots__ = ("_format", "_readers", "_rows", "bindings")

    def __init__(self, blob: bytes, object_format: ObjectFormat) -> None:
        """Raises ValueError, TypeError or EOFError for anything else."""
        templates, self._rows = marshal.loads(blob[_LASTING:])  # noqa: S302 - see the module's head
        readers = [_reader(*each) for each in templates]
        self._readers = [reader for reader, _ in readers]
        self.bindings = [(reader(None, None), binding) for reader, binding in readers]
        """For each kind of evidence in the chunk, what it rests on."""
        self._format = object_format

    def keys(self) -> list[bytes]:
        """Binary ids, in their order."""
        return [row[0] for row in self._rows]

    def kinds(self) -> list[int]:
        """Which of `bindings` is each object's."""
        return [row[2] for row in self._rows]

    def lineage(self, index: int) -> tuple[bytes, int] | None:
        """Binary ids of a commit's parents, one after the other, and its committer's date; None if it is none."""
        _, kind, _, _, _, plain = self._rows[index]
        if kind != "commit" or plain is None or plain[3] is None:
            return None  # a tag in a parent's place is no root: nobody has looked behind it
        return plain[0], plain[3][2]

    def examined(self, index: int) -> Examined:
        """What is true of an object, which has neither payload nor signature."""
        oid, kind, number, signed_at, expires_at, plain = self._rows[index]
        obj = None if plain is None else _object(oid.hex(), kind, self._format, plain)
        return Examined(kind, obj, self._readers[number](signed_at, expires_at))


def unpack(blob: bytes, object_format: ObjectFormat) -> list[Examined]:
    """Read what `pack` wrote. Raises as `Chunk` does."""
    chunk = Chunk(blob, object_format)
    return [chunk.examined(index) for index in range(len(chunk.keys()))]


def _plain_template(template: tuple[Any, ...], binding: Binding) -> tuple[Any, ...]:
    outcome, form, primary, key, key_id, claimed, digest, vouched, fido, notes, detail = template
    evidence = Evidence(outcome, form, primary, key, key_id, digest=digest, vouched=vouched)
    flags = None if fido is None else tuple(fido)
    form = None if form is None else str(form)
    return str(outcome), form, primary, key, key_id, claimed, digest, vouched, flags, notes, detail, binding(evidence)


def _reader(*plain: Any) -> tuple[Callable[[int | None, int | None], Evidence], str]:
    outcome, form, primary, key, key_id, claimed, digest, vouched, flags, notes, detail, binding = plain
    outcome, form = _OUTCOMES[outcome], _FORMATS[form]
    fido = None if flags is None else Fido(*flags)

    def evidence(signed_at: int | None, expires_at: int | None) -> Evidence:
        return Evidence(
            outcome, form, primary, key, key_id, signed_at, claimed, expires_at, digest, vouched, fido, notes, detail
        )

    return evidence, binding


def _plain(obj: SignedObject) -> tuple[Any, ...]:
    author, committer = obj.author, obj.committer
    return (
        bytes.fromhex("".join(obj.parents)),
        obj.tree,
        None if author is None else tuple(author),
        None if committer is None else tuple(committer),
        obj.tag_name,
        obj.target,
        obj.target_type,
        obj.subject,
        obj.mergetags,
        obj.other_headers,
        obj.foreign_signature,
    )


def _object(oid: str, kind: str, object_format: ObjectFormat, plain: tuple[Any, ...]) -> SignedObject:
    parents, tree, author, committer, tag_name, target, target_type, subject, mergetags, others, foreign = plain
    width = len(oid)
    names = parents.hex()
    return SignedObject(
        oid,
        _TYPES[kind],
        object_format,
        b"",
        None,
        (),
        (names,) if len(names) == width else tuple(names[at : at + width] for at in range(0, len(names), width)),
        tree,
        None if author is None else Ident(*author),
        None if committer is None else Ident(*committer),
        tag_name,
        target,
        target_type,
        subject,
        mergetags,
        others,
        foreign,
    )
