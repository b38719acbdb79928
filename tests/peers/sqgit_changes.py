"""Stories for sequoia-git in which the policy changes, or the keys in it."""

from __future__ import annotations

from tests.peers.cast import DAY, EXPIRY, NOW, REVOCATION
from tests.peers.sqgit_law import COMMIT, FILE, Entry, Law, begin, people
from tests.peers.tale import Script, Tale
from tests.support.gnupg import BIRTH
from tests.support.story import START

__all__ = ["CHANGES"]


def rights(tale: Tale) -> None:
    """Each change of the policy needs its right."""
    adder, retirer = ("sign_commit", "add_user"), ("sign_commit", "retire_user")
    law = people(tale, "bob").give(tale, "carol", adder).give(tale, "dora", retirer)
    root = begin(tale, law)
    rita = law.give(tale, "rita")
    changes = {
        "adds": ("adds Rita, who may sign commits", rita),
        "adds-tagger": ("adds Rita, who may sign tags", law.give(tale, "rita", ("sign_tag",))),
        "adds-nothing": ("adds Rita without any right", law.give(tale, "rita", ())),
        "retires": ("retires Bob", law.without("bob")),
        "retires-owner": ("retires Ada", law.without("ada")),
        "promotes": ("lets Bob add users", law.give(tale, "bob", adder)),
        "demotes": ("takes Bob's right to sign", law.give(tale, "bob", ())),
        "second-key": ("gives Bob a second certificate", _more(law, "bob", tale.cast.certificate("rita"))),
        "swaps-key": ("gives Bob another certificate", law.give(tale, "bob", COMMIT, tale.cast.certificate("rita"))),
        "renames": ("calls Bob Robert", law.without("bob").give(tale, "Robert", COMMIT, law["bob"].keyring)),
        "no-keyring": ("takes Bob's certificate away", law.give(tale, "bob", COMMIT, b"")),
    }
    for by in ("ada", "bob", "carol", "dora"):
        for label, (words, changed) in changes.items():
            name = f"{by}-{label}"
            tale.act(name, f"{by.title()} {words}", by, branch=name, parents=[root], files=changed.files())
    plain = {
        "goodlists": ("lists a commit as good", law.files(goodlist=[root])),
        "version": ("writes version 1", law.files(version=1)),
        "comment": ("adds a comment", law.files(more="# nothing\n")),
        "unknown": ("adds a key that nobody knows", law.files(more='colour = "blue"\n')),
    }
    for by in ("ada", "bob"):
        for label, (words, files) in plain.items():
            tale.act(f"{by}-{label}", f"{by.title()} {words}", by, branch=f"{by}-{label}", parents=[root], files=files)
    tale.act("after-version", "Bob, under version 1", "bob", branch="ada-version")
    tale.act("after-unknown", "Bob, under the key that nobody knows", "bob", branch="ada-unknown")
    tale.act("rita-after", "Rita, whom Ada has added", "rita", branch="ada-adds")
    tale.act("rita-at-once", "Rita adds herself", "rita", branch="grab", parents=[root], files=rita.files())
    tale.act("after-bob-adds", "Ada, on top of Bob's change", branch="bob-adds")
    tale.act("second-key-signs", "Rita's key, which is Bob's now too", "rita", branch="ada-second-key")
    tale.act("bob-retired", "Bob, whom Ada has retired", "bob", branch="ada-retires")


def _more(law: Law, name: str, certificates: bytes) -> Law:
    return Law({**law, name: Entry(law[name].rights, law[name].keyring + certificates)})


def two_entries(tale: Tale) -> None:
    """One certificate in two entries: rights are not put together."""
    bob = tale.cast.certificate("bob")
    law = people(tale).give(tale, "bob").give(tale, "bob at work", ("add_user", "sign_tag"), bob)
    root = begin(tale, law)
    tale.act("signs", "Bob signs", "bob", branch="a", parents=[root])
    tale.act("adds", "Bob adds Carol", "bob", branch="b", parents=[root], files=law.give(tale, "carol").files())
    whole = law.give(tale, "bob at work", ("sign_commit", "add_user"), bob)
    tale.act("widened", "Ada lets the second entry sign commits", files=whole.files())
    tale.act("adds-now", "Bob adds Carol", "bob", files=whole.give(tale, "carol").files())


def merged_changes(tale: Tale) -> None:
    """Two policies meet in a merge: the one by whose law the merge is authentic says what may change."""
    law = people(tale, "bob")
    root = begin(tale, law)
    grown, shrunk = law.give(tale, "carol"), law.without("bob")
    main = tale.commit(files={"a": b"a"})
    added = tale.act("adds", "Ada adds Carol on a side branch", branch="side", parents=[root], files=grown.files())
    retired = tale.act("retires", "Ada retires Bob on another", branch="other", parents=[root], files=shrunk.files())

    def merge(label: str, words: str, by: str, parents: list[str], files: dict[str, bytes]) -> str:
        return tale.act(label, words, by, branch=label, parents=parents, files=files)

    merge("bob-takes", "Bob merges Carol's addition", "bob", [main, added], grown.files())
    tale.act("carol", "Carol, on top of it", "carol", branch="bob-takes")
    merge("bob-leaves", "Bob merges that branch without Carol", "bob", [main, added], law.files())
    tale.act("carol-left", "Carol, on top of it", "carol", branch="bob-leaves")
    merge("bob-returns", "Bob merges the branch that retires him, and stays", "bob", [main, retired], law.files())
    tale.act("bob-back", "Bob, on top of it", "bob", branch="bob-returns")
    merge("bob-obeys", "Bob merges the branch that retires him, and goes", "bob", [main, retired], shrunk.files())
    both = law.without("bob").give(tale, "carol")
    merge("ada-joins", "Ada merges the two changes into one policy", "ada", [added, retired], both.files())
    merge("carol-joins", "Carol does so", "carol", [added, retired], both.files())
    merge("carol-first", "Carol merges, and keeps the policy with Bob", "carol", [added, retired], grown.files())
    merge("carol-second", "Carol merges in the other order, and keeps it", "carol", [retired, added], grown.files())


def subkeys(tale: Tale) -> None:
    """A subkey that is revoked, while its certificate is not."""
    law = people(tale, "bob").give(tale, "dora", COMMIT, tale.cast.revoked_subkey("dora", hard=False))
    root = begin(tale, law)
    for label, at in (("before", REVOCATION - DAY), ("after", REVOCATION + DAY)):
        words = f"Dora, {label} her subkey is retired"
        tale.act(label, words, "dora", branch=label, parents=[root], signed_at=at)
    hard = law.give(tale, "dora", COMMIT, tale.cast.revoked_subkey("dora", hard=True))
    tale.act("marks", "Ada marks it as compromised", branch="hard", parents=[root], files=hard.files())
    tale.act("then-dora", "Dora, dated before that", "dora", branch="hard", signed_at=REVOCATION - DAY)
    by_primary = tale.signed("dora", START + DAY, key=tale.cast.primaries["dora"])
    tale.act(
        "primary", "Dora, with her primary key", "dora", branch="top", parents=[tale.chapters[3].oid], sign=by_primary
    )


def times(tale: Tale) -> None:
    """Keys that expire, and signatures of odd times."""
    root = begin(tale, people(tale, "bob", "eve"))
    for label, by, at, words in (
        ("in-time", "eve", EXPIRY - DAY, "Eve, before her key expires"),
        ("expired", "eve", EXPIRY + DAY, "Eve, after her key has expired"),
        ("future", "ada", NOW + 5000 * DAY, "Ada signs in a far future"),
        ("before-birth", "ada", BIRTH - DAY, "Ada signs before her key was made"),
    ):
        tale.act(label, words, by, branch=label, parents=[root], signed_at=at)
        tale.act(f"{label}-then-ada", "Ada, on top of it", branch=label)
    late = tale.signed("ada", START, "--default-sig-expire", "1d")
    tale.act("signature-expired", "a signature that expires after a day", branch="short", parents=[root], sign=late)
    longer = people(tale, "bob").give(tale, "eve", COMMIT, tale.cast.prolonged())
    for by in ("ada", "bob", "eve"):
        words = f"{by.title()} prolongs Eve's key"
        tale.act(f"{by}-prolongs", words, by, branch=by, parents=[root], files=longer.files(), signed_at=EXPIRY + DAY)
        tale.act(f"{by}-prolongs-eve", "Eve, with it", "eve", branch=by, signed_at=EXPIRY + 2 * DAY)
    shorter = people(tale, "bob", "eve")
    tale.act(
        "bob-shortens", "Bob takes it back", "bob", branch="ada", files=shorter.files(), signed_at=EXPIRY + 3 * DAY
    )
    both = _more(shorter, "eve", tale.cast.prolonged())
    for by in ("bob", "eve"):
        words = f"{by.title()} puts Eve's prolonged certificate beside the old one"
        tale.act(
            f"{by}-appends", words, by, branch=f"{by}2", parents=[root], files=both.files(), signed_at=EXPIRY + DAY
        )
        tale.act(f"{by}-appends-eve", "Eve, with it", "eve", branch=f"{by}2", signed_at=EXPIRY + 2 * DAY)


def revocations(tale: Tale) -> None:
    """Keys that are revoked in the policy from the beginning."""
    law = people(tale).give(tale, "bob", COMMIT, tale.cast.revoked("bob", hard=True))
    root = begin(tale, law.give(tale, "carol", COMMIT, tale.cast.revoked("carol", hard=False)))
    for label, by, at, words in (
        ("compromised-before", "bob", REVOCATION - DAY, "Bob, before his key is revoked as compromised"),
        ("compromised-after", "bob", REVOCATION + DAY, "Bob, after his key was revoked as compromised"),
        ("retired-before", "carol", REVOCATION - DAY, "Carol, before her key is retired"),
        ("retired-after", "carol", REVOCATION + DAY, "Carol, after her key was retired"),
    ):
        tale.act(label, words, by, branch=label, parents=[root], signed_at=at)
        tale.act(f"{label}-then-ada", "Ada, on top of it", branch=label)


def later_revocations(tale: Tale) -> None:
    """A key is revoked after it has signed: a hard revocation reaches back."""
    law = people(tale, "bob", "carol")
    begin(tale, law)
    bob = tale.act("bob", "Bob", "bob")
    tale.act("carol", "Carol", "carol")
    before = tale.act("ada", "Ada")
    hard = law.give(tale, "bob", COMMIT, tale.cast.revoked("bob", hard=True))
    soft = law.give(tale, "carol", COMMIT, tale.cast.revoked("carol", hard=False))
    late = REVOCATION + DAY
    tale.act("retires", "Ada marks Carol's key as retired", branch="soft", parents=[before], files=soft.files())
    tale.act("carol-before", "Carol, dated before that", "carol", branch="soft")
    tale.act("carol-after", "Carol, dated after that", "carol", branch="soft", signed_at=late)
    tale.act("revokes", "Ada marks Bob's key as compromised", branch="hard", parents=[before], files=hard.files())
    tale.act("then-ada", "Ada, on top of it", branch="hard")
    tale.act("bob-again", "Bob, on top of that", "bob", branch="hard")
    tale.act("bob-marks", "Bob himself marks his key", "bob", branch="own", parents=[before], files=hard.files())
    listed = hard.files(goodlist=[bob])
    tale.act("goodlists", "Ada marks it and lists Bob's commit as good", branch="good", parents=[before], files=listed)
    tale.act("goodlists-then-carol", "Carol, on top of it", "carol", branch="good")
    tale.act("carol-marks", "Carol marks Bob's key", "carol", branch="carol", parents=[before], files=hard.files())
    side = tale.commit("mallory", branch="side", parents=[before], files=hard.files(), sign=False)
    tale.branch("trial", before)
    tale.join("merge-side", "Ada merges an unsigned branch in which the key is marked", side, branch="trial")


def _revoked_on_a_side(tale: Tale, **how: object) -> None:
    """A hard revocation counts in a policy that nobody authenticates, and that gitsig itself would not take."""
    law = people(tale, "bob")
    root = begin(tale, law)
    marked = law.give(tale, "bob", COMMIT, tale.cast.revoked("bob", hard=True))
    bob = tale.act("bob", "Bob", "bob", branch="main", parents=[root])
    words = "a policy that marks Bob's key as compromised, unsigned"
    side = tale.act("side", words, branch="side", parents=[root], sign=False, files=marked.files(**how))
    tale.act("merge", "Ada merges it", parents=[bob, side])


def revoked_plainly(tale: Tale) -> None:
    """As it should be."""
    _revoked_on_a_side(tale)


def revoked_with_unknown_key(tale: Tale) -> None:
    """With a key that nobody knows."""
    _revoked_on_a_side(tale, more='colour = "blue"\n')


def revoked_in_version_1(tale: Tale) -> None:
    """With a version that nobody knows."""
    _revoked_on_a_side(tale, version=1)


def revoked_at_length(tale: Tale) -> None:
    """In five megabytes."""
    _revoked_on_a_side(tale, more="# " + "x" * 5_000_000 + "\n")


def revoked_in_a_link(tale: Tale) -> None:
    """In the target of a symbolic link, which sequoia-git takes for the file."""
    law = people(tale, "bob")
    root = begin(tale, law)
    marked = law.give(tale, "bob", COMMIT, tale.cast.revoked("bob", hard=True)).files()[FILE]
    bob = tale.act("bob", "Bob", "bob", parents=[root])
    words = "a link that marks Bob's key as compromised, unsigned"
    side = tale.odd_tree("side", words, FILE, [(b"120000", marked)], parents=[root], branch="side", sign=False)
    tale.act("merge", "Ada merges it", parents=[bob, side])


def own_update(tale: Tale) -> None:
    """A commit signed with what it brings itself."""
    root = begin(tale, people(tale).give(tale, "dora", COMMIT, _bare(tale)))
    tale.act("subkey", "Dora, with a subkey that the policy does not have", "dora", branch="a", parents=[root])
    with_subkey = people(tale, "dora").files()
    tale.act(
        "brings-subkey",
        "Dora brings the subkey that she signs with",
        "dora",
        branch="b",
        parents=[root],
        files=with_subkey,
    )
    tale.act("then-dora", "Dora, with it", "dora", branch="b")
    tale.act("ada-brings", "Ada brings it", branch="c", parents=[root], files=with_subkey)
    tale.act("ada-brings-dora", "Dora, with it", "dora", branch="c")


def _bare(tale: Tale) -> bytes:
    """Dora's certificate before she had the subkey."""
    primary = tale.cast.primaries["dora"]
    with tale.cast.home.clone() as twin:
        twin.run("--batch", "--yes", "--command-fd", "0", "--edit-key", primary, stdin=b"key 1\ndelkey\ny\nsave\n")
        return twin.export(primary)


CHANGES: tuple[Script, ...] = (
    rights,
    two_entries,
    merged_changes,
    subkeys,
    times,
    revocations,
    later_revocations,
    revoked_plainly,
    revoked_with_unknown_key,
    revoked_in_version_1,
    revoked_at_length,
    revoked_in_a_link,
    own_update,
)
