"""What happens in the demonstration: an honest history, and one forgery on each branch or tag beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from examples.demo.cast import EXPIRY
from tests.support.gnupg import BIRTH
from tests.support.story import START, Story

__all__ = ["NOW", "Case", "forge", "honest", "rules"]

NOW = START + 31 * 86400
"""2026-02-01T00:00:00Z, the day of the audit (Unix seconds)."""


@dataclass(frozen=True)
class Case:
    """One object and the verdict that it must get. `ref` is set where the verdict is the ref's."""

    words: str
    oid: str
    reason: str
    ref: str | None = None


def rules() -> list[dict[str, object]]:
    """The rules of the policy besides its defaults."""
    return [
        {"refs": ["refs/tags/v*"], "signers": ["role:release-manager"], "immutable": True},
        {"refs": ["refs/heads/*"], "paths": ["ci/**"], "signers": ["role:maintainer"]},
        {"refs": ["refs/heads/stable"], "two_person": True},
    ]


def honest(story: Story) -> list[Case]:
    """Main: OpenPGP and SSH, a merge, a signed tag, and a key that expires later."""
    first = story.commit("ada", "Begin the project\n", files={"README": b"A small project.\n"})
    second = story.commit("bob", "Add a parser\n", files={"parser.py": b"pass\n"})
    story.branch("feature", second)
    dates = {"dates.py": b"pass\n"}
    feature = story.commit("bob", "Parse dates\n", branch="feature", files=dates)
    before = story.commit("erin", "Correct the read-me\n")
    merge = story.merge("feature", by="ada", message="Merge branch 'feature'\n", files=dates)
    tag = story.tag("v1.0", merge, by="rita", message="Version 1.0\n")
    signers = ["Ada, OpenPGP subkey", "Bob, SSH", "Bob, on a branch", "Erin, before her key expired", "Ada, a merge"]
    cases = zip(signers, [first, second, feature, before, merge], strict=True)
    return [*(Case(words, oid, "good") for words, oid in cases), Case("Rita, tag v1.0", tag, "good", "refs/tags/v1.0")]


def forge(story: Story) -> Iterator[Case]:
    """Everything that must be refused, each beside `main`."""
    yield from _stolen_words(story)
    yield from _crafted_bytes(story)
    yield from _wrong_times(story)
    yield from _tags(story)


def _stolen_words(story: Story) -> Iterator[Case]:
    """Somebody else's key, no key, or words that nobody signed."""
    yield _beside(story, "no signature", "unsigned", by="bob", sign=False)
    yield _beside(story, "a stranger's good signature", "unknown_key", by="mallory")
    yield _beside(story, "a stranger who writes Ada's name", "unknown_key", by="ada", sign="mallory")
    yield _beside(story, "Ada's key under Bob's name", "identity_mismatch", by="bob", sign="ada")
    yield _beside(story, "a message changed after signing", "bad_signature", mutate=_replacing(b"Change", b"Charge"))
    armor = story.signature(b"something else", "ada", "openpgp", story.clock)
    yield _beside(story, "a signature in the message only", "unsigned", sign=False, message=b"Fix\n\n" + armor)


def _crafted_bytes(story: Story) -> Iterator[Case]:
    """Bytes that two programs could read in two ways."""
    foreign = story.signature(b"something else", "mallory", "openpgp", story.clock)
    yield _beside(story, "two gpgsig headers", "malformed_object", mutate=lambda raw: story.with_header(raw, foreign))
    smuggled = _replacing(b"gpgsig ", b"gpgsig-note nobody signed this line\ngpgsig ")
    yield _beside(story, "unsigned text in a header gpgsig-note", "malformed_object", mutate=smuggled)
    yield _beside(story, "a NUL in the message, signed", "malformed_object", message=b"Fix\0 nothing at all\n")
    yield _beside(
        story,
        "two armored signatures in one header",
        "malformed_signature",
        sign=lambda payload: story.signature(payload, "ada", "openpgp", story.clock) + foreign,
    )
    yield _beside(
        story,
        "Bob's SSH signature of a file",
        "malformed_signature",
        by="bob",
        sign=lambda payload: _ssh(story, payload, "file"),
    )
    yield _beside(
        story,
        "a SHA-1 signature",
        "weak_digest",
        sign=lambda payload: _openpgp(story, payload, "SHA1"),
    )


def _wrong_times(story: Story) -> Iterator[Case]:
    """Keys that were not yet, or no longer, good."""
    yield _beside(story, "Erin, after her key expired", "key_expired", by="erin", at=EXPIRY + 60)
    yield _beside(story, "Walt, whose key was compromised", "key_revoked", by="walt")
    yield _beside(story, "signed before the key was made", "key_predated", at=BIRTH - 86400)
    yield _beside(story, "signed next year", "future_dated", at=NOW + 365 * 86400)


def _tags(story: Story) -> Iterator[Case]:
    """Tags that claim to be releases."""
    old = story.tag("v1.9", by="rita", ref="refs/tags/v2.0")
    yield Case("the tag named v1.9 under v2.0", old, "tag_name_mismatch", "refs/tags/v2.0")
    commit = story.tip()
    story.ref("refs/tags/v2.1", commit)
    yield Case("a lightweight tag", commit, "unsigned", "refs/tags/v2.1")
    mine = story.tag("v2.2", by="bob")
    yield Case("a release by Bob, who makes none", mine, "key_not_allowed", "refs/tags/v2.2")
    later = story.tag("v2.3", by="rita", mutate=_replacing(b"Release", b"Evil release"))
    yield Case("a tag changed after signing", later, "bad_signature", "refs/tags/v2.3")


def _beside(story: Story, words: str, reason: str, *, by: str = "ada", **how: object) -> Case:
    """One commit on a branch of its own, whose parent is the tip of main."""
    branch = "forged/" + "-".join("".join(c if c.isalnum() else " " for c in words.lower()).split())
    oid = story.commit(by, how.pop("message", f"Change: {words}\n"), parents=[story.tip()], branch=branch, **how)
    return Case(words, oid, reason)


def _replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: raw.replace(old, new, 1)


def _ssh(story: Story, payload: bytes, namespace: str) -> bytes:
    if story.ssh is None:
        raise ValueError("no SSH keys")
    return story.ssh.sign(payload, "bob", namespace=namespace)


def _openpgp(story: Story, payload: bytes, digest: str) -> bytes:
    key = story.people["ada"].openpgp
    if story.gnupg is None or key is None:
        raise ValueError("no OpenPGP keys")
    return story.gnupg.sign(payload, key, at=story.clock, digest=digest)
