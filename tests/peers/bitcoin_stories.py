"""Stories for Bitcoin Core's `contrib/verify-commits`: lists of keys and commits in a folder, the first-parent line."""

from __future__ import annotations

from typing import Any

from tests.peers import odd
from tests.peers.bitcoin_folder import hashed, note, start, tree_sha512, trust
from tests.peers.cast import DAY, EXPIRY, REVOCATION
from tests.peers.tale import Script, Tale
from tests.support.gnupg import BIRTH
from tests.support.story import START

__all__ = ["STORIES"]


def authorised(tale: Tale) -> None:
    """People whose keys are trusted, and people whose are not."""
    root = start(tale)
    trust(tale, root, "ada", "bob", "dora", "rita")
    hashed(tale, "ada", "Ada, whose key is trusted", files={"a": b"a\n"})
    hashed(tale, "bob", "Bob, on top of it", "bob")
    hashed(tale, "dora", "Dora, with a subkey of the key that is trusted", "dora")
    for label, by, words in (
        ("mallory", "mallory", "Mallory: her key is in the keyring, and not trusted"),
        ("rita", "rita", "Rita: trusted, and her key is not in the keyring"),
    ):
        hashed(tale, label, words, by, branch=label, parents=[root])
        hashed(tale, f"{label}-then-ada", "Ada, on top of it", branch=label)
    hashed(tale, "unsigned", "no signature", branch="unsigned", parents=[root], sign=False)
    hashed(tale, "unsigned-then-ada", "Ada, on top of it", branch="unsigned")
    altered = note(tale, root)
    tale.act("altered", "altered after signing", branch="altered", parents=[root], message=altered, mutate=odd.bad)
    hashed(
        tale,
        "claims-bob",
        "Mallory signs, and calls herself Bob",
        "bob",
        branch="claims",
        parents=[root],
        sign="mallory",
    )


def merges(tale: Tale) -> None:
    """The second parent's line is not looked at; the merge itself must be clean."""
    base = {"README": b"read\n", "list": b"one\ntwo\nthree\n"}
    root = tale.act("root", "the trusted root, unsigned", sign=False, files=base)
    words = "a side branch that nobody signed"
    side = tale.act("side", words, "mallory", branch="side", parents=[root], sign=False, files={"s": b"s\n"})
    clash = tale.commit("mallory", branch="clash", parents=[root], sign=False, files={"list": b"one\n2\nthree\n"})
    main = hashed(tale, "main", "Ada on the main branch", files={"list": b"one\nTWO\nthree\n"}, parents=[root])
    listed = []

    def merge(label: str, words: str, *parents: str, files: dict[str, bytes]) -> str:
        message = note(tale, parents[0], files)
        oid = tale.commit(branch=label, parents=parents, files=files, message=message)
        return tale.name_it(label, words, oid)

    clean = merge("clean", "Ada merges it", main, side, files={"s": b"s\n"})
    hashed(tale, "then-bob", "Bob, on top of it", "bob", branch="clean", parents=[clean])
    merge("unclean", "Ada merges it and changes something", main, side, files={"s": b"s\n", "x": b"x\n"})
    merge("drops", "Ada merges it and leaves its change out", main, side, files={})
    listed.append(
        merge("unclean-listed", "such a merge that is on the list", main, side, files={"s": b"s\n", "y": b"y\n"})
    )
    merge("resolved", "Ada merges two changes of one line", main, clash, files={"list": b"one\n2\nTHREE\n"})
    listed.append(merge("resolved-listed", "such a merge, listed", main, clash, files={"list": b"one\n2\nthree\n"}))
    merge("octopus", "Ada merges three lines", main, side, clash, files={"s": b"s\n"})
    merge(
        "wrong-way",
        "Ada merges the main branch into the unsigned one",
        side,
        main,
        files={"list": b"one\nTWO\nthree\n"},
    )
    merge("merge-root", "Ada merges the root, which adds nothing", main, root, files={})
    trust(tale, root, "ada", "bob", unclean=listed)


def clean_merges(tale: Tale) -> None:
    """Merges that git makes by itself, and that are not plain."""
    text = b"".join(b"line %d\n" % number for number in range(40))
    base = {"README": b"read\n", "old/name": text, "old/other": b"other\n", "both": text}
    root = tale.act("root", "the trusted root, unsigned", sign=False, files=base)
    first, last = text.replace(b"line 1\n", b"line one\n"), text.replace(b"line 38\n", b"line 38b\n")
    whole = first.replace(b"line 38\n", b"line 38b\n")
    moved = {"old/name": None, "new/name": text}
    cases: dict[str, tuple[str, dict[str, bytes | None], dict[str, bytes | None], dict[str, bytes | None]]] = {
        "lines": ("changes of two places in one file", {"both": first}, {"both": last}, {"both": whole}),
        "rename": ("a file renamed here and changed there", moved, {"old/name": first}, {**moved, "new/name": first}),
        "same": ("the same change twice", {"both": first}, {"both": first}, {"both": first}),
        "same-new": ("the same new file twice", {"n": b"n\n"}, {"n": b"n\n"}, {"n": b"n\n"}),
        "removed": ("a file removed there", {"README": b"r\n"}, {"both": None}, {"README": b"r\n", "both": None}),
        "removed-twice": ("a file removed on both sides", {"both": None}, {"both": None}, {"both": None}),
        "folder": (
            "a folder renamed here and a file added to it there",
            {"old/name": None, "old/other": None, "new/name": text, "new/other": b"other\n"},
            {"old/more": b"more\n"},
            {"old/name": None, "old/other": None, "new/name": text, "new/other": b"other\n", "new/more": b"more\n"},
        ),
    }
    for label, (words, ours, theirs, merged) in cases.items():
        message = note(tale, root, ours)
        main = tale.commit(branch=f"{label}-main", parents=[root], files=ours, message=message)
        side = tale.commit("mallory", branch=f"{label}-side", parents=[root], files=theirs, sign=False)
        files = tale.content(root, merged)
        gone: dict[str, bytes | None] = dict.fromkeys(set(tale.content(main)) - set(files))
        how = {"files": {**files, **gone}, "message": note(tale, main, {**files, **gone})}
        tale.act(label, f"Ada merges {words}", branch=label, parents=[main, side], **how)
    left = hashed(tale, "left", "Ada, on the left", branch="left", parents=[root], files={"l": b"l\n"})
    right = tale.commit("mallory", branch="right", parents=[root], files={"r": b"r\n"}, sign=False)
    back = tale.commit("mallory", branch="right", parents=[right, left], files={"l": b"l\n"}, sign=False)
    again = hashed(tale, "cross", "Ada merges", branch="x", parents=[left, right], files={"r": b"r\n"})
    hashed(tale, "criss-cross", "Ada merges what was merged crosswise", branch="x", parents=[again, back])
    trust(tale, root, "ada")


def hashes(tale: Tale) -> None:
    """The hash of the files in the message."""
    files = {"README": b"read\n", "a/b": b"1\n", "a.b": b"2\n", "a-b": b"3\n", "a/c/d": b"4\n"}
    root = tale.act("root", "the trusted root, unsigned", sign=False, files=files)
    good = note(tale, root)
    word = good.splitlines()[-1]
    empty = tree_sha512({})
    messages = {
        "right": ("the right hash, over files whose order is not that of the trees", good),
        "missing": ("no hash", "Merge #1\n"),
        "wrong": ("the hash of no files", f"Merge #1\n\nTree-SHA512: {empty}\n"),
        "middle": ("the hash in the middle of the message", f"Merge #1\n\n{word}\n\nmore words\n"),
        "two": ("a wrong one before the right one", f"Merge #1\n\nTree-SHA512: {empty}\n{word}\n"),
        "subject": ("the hash as the subject", f"{word}\n"),
        "indented": ("the hash behind a space", f"Merge #1\n\n {word}\n"),
        "upper-case": ("the hash in upper case", f"Merge #1\n\n{word.upper().replace('TREE-', 'Tree-')}\n"),
        "trailing-space": ("a space behind the hash", f"Merge #1\n\n{word} \n"),
        "no-newline": ("no newline at the end", good.rstrip("\n")),
        "lower-key": ("tree-sha512 in lower case", good.replace("Tree-SHA512", "tree-sha512")),
        "listed": ("no hash, and on the list", "Merge #2\n"),
    }
    oids = {}
    for label, (words, message) in messages.items():
        oids[label] = tale.act(label, f"Ada: {words}", branch=label, parents=[root], message=message)
    hashed(tale, "missing-then-ada", "Ada, on top of the one without a hash", branch="missing")
    hashed(tale, "listed-then-ada", "Ada, on top of the one on the list", branch="listed")
    trust(tale, root, "ada", incorrect=[oids["listed"]])


def hash_root(tale: Tale) -> None:
    """The commit from which on hashes are demanded and SHA-1 is not taken."""
    root = start(tale)
    tale.act("old", "Ada, without a hash, before that commit")
    tale.act("old-hashed", "Ada, with one, before that commit", message=note(tale, tale.tip()))
    mark = tale.act("mark", "that commit, by Ada, without a hash")
    hashed(tale, "new", "Ada, with a hash, after it")
    tale.act("new-bare", "Ada, without a hash, after it", branch="bare", parents=[mark])
    sha1 = tale.signed("ada", tale.clock, digest="SHA1")
    hashed(tale, "new-sha1", "Ada, with a signature over SHA-1, after it", branch="a", parents=[mark], sign=sha1)
    hashed(tale, "beside", "Ada forks off before that commit, with SHA-1", branch="b", parents=[root], sign=sha1)
    tale.act("beside-bare", "the same without a hash", branch="c", parents=[root], sign=sha1)
    trust(tale, root, "ada", sha512_root=mark)


def replaced(tale: Tale) -> None:
    """Git shows another commit in the place of one."""
    root = start(tale)
    good = hashed(tale, "good", "Ada", files={"a": b"a\n"}, branch="good", parents=[root])
    bad = hashed(
        tale, "bad", "nobody signed it, and a replace ref says that it is Ada's", sign=False, files={"a": b"b\n"}
    )
    tale.ref(f"refs/replace/{bad}", good)
    trust(tale, root, "ada")


def times(tale: Tale) -> None:
    """Keys that expire or are revoked: the state that they have now counts."""
    cast = tale.cast
    root = start(tale)
    revoked = cast.revoked("bob", hard=True) + cast.revoked("carol", hard=False)
    listed = []
    for label, by, at, words in (
        ("in-time", "eve", EXPIRY - DAY, "Eve, before her key expires"),
        ("expired", "eve", EXPIRY + DAY, "Eve, after her key has expired"),
        ("compromised-before", "bob", REVOCATION - DAY, "Bob, before his key is revoked as compromised"),
        ("compromised-after", "bob", REVOCATION + DAY, "Bob, after his key was revoked as compromised"),
        ("retired-before", "carol", REVOCATION - DAY, "Carol, before her key is retired"),
        ("retired-after", "carol", REVOCATION + DAY, "Carol, after her key was retired"),
    ):
        hashed(tale, label, words, by, branch=label, parents=[root], signed_at=at)
        hashed(tale, f"{label}-then-ada", "Ada, on top of it", branch=label)
        message = note(tale, root, subject="Merge #2")
        hashed(
            tale,
            f"{label}-listed",
            f"{words}, and on the list",
            by,
            branch=f"{label}2",
            parents=[root],
            signed_at=at,
            message=message,
        )
        listed.append(tale.tip(f"{label}2"))
    hashed(
        tale, "before-birth", "Ada signs before her key was made", branch="birth", parents=[root], signed_at=BIRTH - DAY
    )
    hashed(tale, "future", "Ada signs in a far future", branch="future", parents=[root], signed_at=START + 5000 * DAY)
    late = tale.signed("ada", START, "--default-sig-expire", "1d")
    hashed(tale, "signature-expired", "a signature that expires after a day", branch="short", parents=[root], sign=late)
    listed.append(
        hashed(tale, "mallory-listed", "Mallory, and on the list", "mallory", branch="mallory", parents=[root])
    )
    trust(
        tale,
        root,
        "ada",
        "bob",
        "carol",
        "eve",
        keyring=cast.certificate("ada", "eve", "mallory") + revoked,
        revsig=listed,
    )


def lists(tale: Tale) -> None:
    """A list lets off what it is for, and nothing else."""
    root = start(tale)
    side = tale.commit("mallory", branch="side", parents=[root], sign=False, files={"s": b"s\n"})
    third = tale.commit("mallory", branch="third", parents=[root], sign=False, files={"t": b"t\n"})
    unclean: dict[str, bytes | None] = {"s": b"s\n", "x": b"x\n"}
    merged: dict[str, bytes | None] = {"s": b"s\n"}
    listed: dict[str, list[str]] = {"revsig": [], "unclean": [], "incorrect": []}
    cases: dict[str, tuple[str, dict[str, Any], bool]] = {
        "unclean": ("an unclean merge", {"parents": [root, side], "files": unclean}, True),
        "bare": ("a clean merge without a hash", {"parents": [root, side], "files": merged}, False),
        "octopus": ("a merge of three", {"parents": [root, side, third], "files": {**merged, "t": b"t\n"}}, True),
        "unsigned": ("no signature", {"parents": [root], "sign": False}, True),
        "mallory": ("Mallory", {"parents": [root], "by": "mallory"}, True),
        "sha1": ("SHA-1", {"parents": [root], "sign": tale.signed("ada", START + DAY, digest="SHA1")}, True),
        "expired": ("an expired key", {"parents": [root], "by": "eve", "signed_at": EXPIRY + DAY}, True),
    }
    for name in (*listed, "all"):
        for label, (words, how, named) in cases.items():
            subject = f"On the list {name}"
            message = note(tale, root, how.get("files"), subject) if named else f"{subject}\n"
            oid = tale.act(f"{name}-{label}", f"{subject}: {words}", branch=f"{name}-{label}", message=message, **how)
            for each in listed if name == "all" else [name]:
                listed[each].append(oid)
    trust(tale, root, "ada", "eve", **listed)


def roots(tale: Tale) -> None:
    """What lies before and beside the trusted root."""
    before = tale.act("before", "before the root, unsigned", sign=False)
    root = tale.act("root", "the trusted root, unsigned", sign=False)
    hashed(tale, "child", "Ada, on top of it")
    beside = tale.act("beside", "Mallory forks off before the root", "mallory", branch="beside", parents=[before])
    tale.act("unrelated", "Mallory, without parents", "mallory", branch="unrelated", parents=[])
    hashed(tale, "into-beside", "Ada merges the root into that fork", branch="trial", parents=[beside, root])
    hashed(tale, "merge-beside", "Ada merges the fork", branch="trial2", parents=[root, beside])
    trust(tale, root, "ada")


def subkey_listed(tale: Tale) -> None:
    """A subkey's fingerprint, and one in lower case, among the trusted keys."""
    root = start(tale)
    trust(tale, root, "ada")
    keys = [tale.cast.keys["dora"], tale.cast.primaries["bob"].lower()]
    folder = tale.folder / f"{tale.name}-verify-commits"
    (folder / "trusted-keys").write_text("".join(f"{key}\n" for key in keys))
    hashed(tale, "dora", "Dora signs with the subkey that is listed", "dora", branch="dora", parents=[root])
    hashed(tale, "bob", "Bob, whose key is listed in lower case", "bob", branch="bob", parents=[root])


def forms(tale: Tale) -> None:
    """Signatures of other forms."""
    root = start(tale)
    trust(tale, root, "ada", "nina")
    for label, words, sign in odd.shapes(tale):
        hashed(tale, label, f"Ada: {words}", branch=label, parents=[root], sign=sign)
    hashed(tale, "ecdsa", "Nina, whose key is ECDSA", "nina", branch="nina", parents=[root])


_STORIES = (authorised, merges, clean_merges, hashes, hash_root, replaced, lists, times, roots, subkey_listed, forms)
STORIES: dict[str, Script] = {each.__name__.replace("_", "-"): each for each in _STORIES}
