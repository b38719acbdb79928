"""Raw commits and tags, byte by byte, and where a signature goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.support.story import START

__all__ = ["EMPTY_BLOB", "EMPTY_TREE", "commit", "ident", "payload", "tag", "tag_payload", "with_header"]

EMPTY_TREE = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904"
EMPTY_BLOB = b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
Sign = Callable[[bytes], bytes]
Edit = Callable[[bytes], bytes]


def parent(number: int) -> bytes:
    """The id of a parent, which need not be there."""
    return bytes([number] * 20).hex().encode()


def ident(role: str, who: str = "ada", at: int | str = START, zone: str = "+0000") -> bytes:
    """An identity line. `who` is a name whose address is at example.org, or `Name <address>` as it shall stand."""
    person = who if "<" in who else f"{who.title()} <{who}@example.org>"
    return f"{role} {person} {at} {zone}".encode()


def payload(
    message: bytes | str,
    by: str = "ada",
    *,
    author: str | None = None,
    at: int | str = START,
    zone: str = "+0000",
    parents: int = 1,
    headers: Sequence[bytes] = (),
    blank: bytes = b"\n\n",
) -> bytes:
    """An unsigned commit. `headers` are whole lines after `committer`; `blank` joins headers and message."""
    lines = [b"tree " + EMPTY_TREE, *(b"parent " + parent(number + 1) for number in range(parents))]
    lines += [ident("author", author or by, at, zone), ident("committer", by, at, zone), *headers]
    return b"\n".join(lines) + blank + (message.encode() if isinstance(message, str) else message)


def with_header(unsigned: bytes, signature: bytes, name: bytes = b"gpgsig") -> bytes:
    """A commit with a signature header, folded and placed as git does: after the last header."""
    head, blank, message = unsigned.partition(b"\n\n")
    text = signature[:-1] if signature.endswith(b"\n") else signature
    folded = name + b" " + text.replace(b"\n", b"\n ")
    if not blank:
        return head.rstrip(b"\n") + b"\n" + folded + b"\n"
    return head + b"\n" + folded + b"\n\n" + message


def commit(
    message: bytes | str,
    sign: Sign | None = None,
    *,
    mutate: Edit | None = None,
    header: bytes = b"gpgsig",
    **rest: object,
) -> bytes:
    """A commit whose payload `sign` signs. `mutate` changes the finished bytes; the rest is as in `payload`."""
    unsigned = payload(message, **rest)  # type: ignore[arg-type]  # handed on
    content = unsigned if sign is None else with_header(unsigned, sign(unsigned), header)
    return content if mutate is None else mutate(content)


def tag_payload(
    message: bytes | str,
    name: str = "v1.0",
    by: str | None = "ada",
    *,
    target: bytes = EMPTY_TREE,
    target_type: str = "tree",
    at: int | str = START,
    headers: Sequence[bytes] = (),
) -> bytes:
    """An unsigned tag; `by` None leaves the tagger out."""
    lines = [b"object " + target, b"type " + target_type.encode(), b"tag " + name.encode()]
    lines += [ident("tagger", by, at)] if by is not None else []
    return b"\n".join([*lines, *headers]) + b"\n\n" + (message.encode() if isinstance(message, str) else message)


def tag(message: bytes | str, sign: Sign | None = None, *, mutate: Edit | None = None, **rest: object) -> bytes:
    """A tag with its signature at the end; the rest is as in `tag_payload`."""
    unsigned = tag_payload(message, **rest)  # type: ignore[arg-type]  # handed on
    content = unsigned + (sign(unsigned) if sign is not None else b"")
    return content if mutate is None else mutate(content)
