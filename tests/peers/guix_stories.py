"""Stories for Guix: `.guix-authorizations` in the parents, keys in a branch, an introduction."""

from __future__ import annotations

from tests.peers import odd
from tests.peers.cast import DAY, EXPIRY, NOW, REVOCATION
from tests.peers.guix_law import FILE, authorizations, introduce, law
from tests.peers.tale import Script, Tale
from tests.support.gnupg import BIRTH, packets
from tests.support.story import START

__all__ = ["STORIES"]


def authorised(tale: Tale) -> None:
    """People who are authorised, and people who are not."""
    begin = introduce(tale, "ada", "bob", "rita")
    tale.act("bob", "Bob, who is authorised", "bob")
    tale.act("ada", "Ada, on top of it")
    for label, by, words in (
        ("mallory", "mallory", "Mallory: her key is in the keyring, and not authorised"),
        ("rita", "rita", "Rita: authorised, and her key is not in the keyring"),
    ):
        tale.act(label, words, by, branch=label, parents=[begin])
        tale.act(f"{label}-then-ada", "Ada, on top of it", branch=label)
    tale.act("unsigned", "no signature", branch="unsigned", parents=[begin], sign=False)
    tale.act("unsigned-then-ada", "Ada, on top of it", branch="unsigned")
    tale.act("altered", "altered after signing", branch="altered", parents=[begin], mutate=lambda raw: raw + b"more\n")
    bob = tale.tip("main")
    tale.act("claims-bob", "Mallory signs, and calls herself Bob", "bob", parents=[bob], branch=None, sign="mallory")


def merges(tale: Tale) -> None:
    """All that a merge brings is judged, and its signer by all parents."""
    begin = introduce(tale, "ada", "bob")
    tale.act("side", "Bob on a side branch", "bob", branch="side", parents=[begin], files={"b": b"b"})
    main = tale.act("main", "Ada on the main branch", files={"a": b"a"})
    tale.join("merge", "Ada merges the two", "side", files={"b": b"b"})
    for label, by, sign in (("unsigned", "bob", False), ("mallory", "mallory", True)):
        tale.commit(by, branch=label, parents=[begin], sign=sign)
        tale.branch("trial", main)
        tale.join(f"merge-{label}", f"Ada merges a side branch: {label}", label, branch="trial")
    tale.branch("trial", main)
    tale.join("by-mallory", "Mallory merges what others signed", "side", by="mallory", branch="trial")
    tale.branch("trial", main)
    third = tale.commit("bob", branch="third", parents=[begin])
    tale.join("octopus", "Ada merges three lines", "side", third, branch="trial")
    tale.branch("trial", main)
    orphan = tale.commit("ada", branch="orphan", parents=[], files=law(tale, "ada"))
    tale.name_it("orphan", "a commit without parents, by Ada, with the file", orphan)
    tale.join("merge-orphan", "Ada merges it", "orphan", branch="trial")


def changes(tale: Tale) -> None:
    """Who is authorised changes, by anybody who is."""
    begin = introduce(tale, "ada", "bob")
    tale.act(
        "adds-herself", "Carol authorises herself", "carol", parents=[begin], branch="grab", files=law(tale, "carol")
    )
    tale.act("after-grab", "Ada, on top of it", branch="grab")
    tale.act("adds-carol", "Bob authorises Carol", "bob", files=law(tale, "ada", "bob", "carol"))
    tale.act("carol", "Carol", "carol")
    tale.commit("bob", branch="old", files={"b": b"b"}, parents=[tale.tip()])
    tale.act("drops-bob", "Ada withdraws Bob's authorisation", files=law(tale, "ada", "carol"))
    dropped = tale.tip()
    tale.act("bob-after", "Bob, after that", "bob", branch="late", parents=[dropped])
    tale.join("merge-old", "Ada merges what Bob wrote before that", "old", files={"b": b"b"})
    tale.branch("trial", dropped)
    tale.join("old-by-bob", "Bob merges it himself", "old", by="bob", branch="trial", files={"b": b"b"})
    tale.branch("trial", dropped)
    back = law(tale, "ada", "bob", "carol")
    tale.join("takes-back", "Ada merges it and takes the older file", "old", branch="trial", files=back)
    tale.act("bob-again", "Bob, on top of that", "bob", branch="trial")
    tale.act("drops-herself", "Ada withdraws her own authorisation", files=law(tale, "carol"))
    tale.act("ada-after", "Ada, after that", branch="alone", parents=[tale.tip()])
    tale.act("carol-alone", "Carol, who is alone now", "carol")


def subkeys(tale: Tale) -> None:
    """The fingerprint is that of the key that signs."""
    keys, primaries = tale.cast.keys, tale.cast.primaries
    begin = introduce(tale, "ada", "dora")
    tale.act("subkey", "Dora signs with the subkey that is listed", "dora", branch="sub", parents=[begin])
    by_primary = tale.signed("dora", START + 60, key=primaries["dora"])
    tale.act("primary", "with her primary key", "dora", branch="top", parents=[begin], sign=by_primary)
    listed = {FILE: authorizations({"ada": keys["ada"], "dora": primaries["dora"]})}
    tale.act("lists-primary", "Ada lists the primary key instead", files=listed)
    tale.act("subkey-of-primary", "Dora signs with the subkey", "dora", branch="sub2", parents=[tale.tip()])
    tale.act(
        "primary-listed", "with the primary key", "dora", sign=tale.signed("dora", tale.clock, key=primaries["dora"])
    )


def times(tale: Tale) -> None:
    """Keys that expire or are revoked, and signatures of odd times."""
    cast = tale.cast
    keyring = {"bob.key": cast.revoked("bob", hard=True), "carol.key": cast.revoked("carol", hard=False)}
    begin = introduce(tale, "ada", "bob", "carol", "eve", keyring=keyring)
    for label, by, at, words in (
        ("in-time", "eve", EXPIRY - DAY, "Eve, before her key expires"),
        ("expired", "eve", EXPIRY + DAY, "Eve, after her key has expired"),
        ("compromised-before", "bob", REVOCATION - DAY, "Bob, before his key is revoked as compromised"),
        ("compromised-after", "bob", REVOCATION + DAY, "Bob, after his key was revoked as compromised"),
        ("retired-before", "carol", REVOCATION - DAY, "Carol, before her key is retired"),
        ("retired-after", "carol", REVOCATION + DAY, "Carol, after her key was retired"),
        ("future", "ada", NOW + 5000 * DAY, "Ada signs in a far future"),
        ("before-birth", "ada", BIRTH - DAY, "Ada signs before her key was made"),
    ):
        tale.act(label, words, by, branch=label, parents=[begin], signed_at=at)
        tale.act(f"{label}-then-ada", "Ada, on top of it", branch=label)
    late = tale.signed("ada", START, "--default-sig-expire", "1d")
    tale.act("signature-expired", "a signature that expires after a day", branch="short", parents=[begin], sign=late)


def removal(tale: Tale) -> None:
    """The file goes away, or becomes something else."""
    begin = introduce(tale, "ada", "bob")
    good = law(tale, "ada")[FILE]
    bodies: dict[str, tuple[str, bytes | None]] = {
        "removed": ("removes the file", None),
        "empty-file": ("leaves an empty file", b""),
        "nobody": ("authorises nobody", b"(authorizations (version 0) ())\n"),
        "version-1": ("writes version 1", good.replace(b"version 0", b"version 1")),
        "unbalanced": ("forgets a parenthesis", good.rstrip().removesuffix(b")")),
        "bad-hex": ("writes a fingerprint that is none", good.replace(b'"', b'"XY', 1)),
    }
    for label, (words, body) in bodies.items():
        tale.act(label, f"Ada {words}", branch=label, parents=[begin], files={FILE: body})
        tale.act(f"{label}-child", "Ada, on top of it", branch=label)
    tale.act("grandchild", "Ada, two after the removal", branch="removed")
    tale.act("restored", "Ada writes it again", branch="removed", files={FILE: good})
    tale.act("restored-child", "Ada, on top of that", branch="removed")


def odd_files(tale: Tale) -> None:
    """The file is a symbolic link whose target reads like the file, executable, or there twice."""
    begin = introduce(tale, "ada", "bob")
    files = law(tale, "ada", "bob")
    listing = f'(authorizations (version 0) (("{tale.cast.keys["bob"]}")))'.encode()
    for label, words, own in (
        ("link", "Ada makes the file a link", [(b"120000", listing)]),
        ("executable", "Ada makes the file executable", [(b"100755", listing)]),
        ("double", "Ada writes a tree with the file in it twice", [(b"100644", files[FILE]), (b"100644", listing)]),
    ):
        oid = tale.odd_tree(label, words, FILE, own, parents=[begin], branch=label)
        tale.act(f"{label}-bob", "Bob, on top of it", "bob", branch=label, files=files)
        tale.act(f"{label}-ada", "Ada, on top of it", branch=f"{label}2", parents=[oid], files=files)


def spellings(tale: Tale) -> None:
    """What else the file may look like."""
    begin = introduce(tale, "ada", "bob")
    ada, bob = tale.cast.keys["ada"], tale.cast.keys["bob"]
    bodies = {
        "lower-case": f'(authorizations (version 0) (("{ada.lower()}") ("{bob.lower()}")))',
        "comments": f'; who may\n(authorizations (version 0) ; zero\n (("{ada}") ; Ada\n ("{bob}")))\n',
        "block-comment": f'#| who may |# (authorizations (version 0) (("{ada}") ("{bob}")))',
        "more-fields": f'(authorizations (version 0) (("{ada}" (name "ada") (since 1)) ("{bob}" x)) (more "things"))',
        "second-datum": f'(authorizations (version 0) (("{ada}") ("{bob}")))\n(authorizations (version 0) ())',
        "twice": f'(authorizations (version 0) (("{ada}" (name "a")) ("{bob}") ("{ada}" (name "b"))))',
        "one-name": f'(authorizations (version 0) (("{ada}" (name "x")) ("{bob}" (name "x"))))',
        "no-space": f'(authorizations(version 0)(("{ada}")("{bob}")))',
        "lines-inside": f'(authorizations (version 0) (("{ada[:20]}\n{ada[20:]}") ("{bob}")))',
    }
    for label, body in bodies.items():
        tale.act(label, f"Ada rewrites the file: {label}", branch=label, parents=[begin], files={FILE: body.encode()})
        tale.act(f"{label}-bob", "Bob, on top of it", "bob", branch=label)
        tale.act(f"{label}-carol", "Carol, on top of that", "carol", branch=label)


def introductions(tale: Tale) -> None:
    """What lies before and beside the introduction."""
    before = tale.act("before", "Ada, before the introduction, with the file", files=law(tale, "ada", "bob"))
    begin = introduce(tale, "bob")
    tale.act("child", "Bob, after the introduction", "bob")
    child = tale.tip()
    tale.act("not-listed", "Ada, whom the introduction's file leaves out", branch="ada", parents=[begin])
    tale.act("beside", "Bob forks off before the introduction", "bob", branch="beside", parents=[before])
    tale.join("merge-beside", "Bob merges that", "beside", by="bob", branch="main")
    bare = tale.commit("ada", branch="bare", parents=[], sign=False)
    tale.branch("trial", child)
    tale.act("beside-bare", "Bob, on a root without the file", "bob", branch="bare", parents=[bare])
    tale.join("merge-bare", "Bob merges that", "bare", by="bob", branch="trial")


def wrong_signer(tale: Tale) -> None:
    """The introduction is not signed by whom it should be."""
    introduce(tale, "ada", "bob")
    tale.settings["signer"] = tale.cast.keys["bob"]
    tale.act("child", "Ada, on top of it")


def by_subkey(tale: Tale) -> None:
    """The introduction's signer is named by the primary key, and the subkey signs."""
    introduce(tale, "ada", by="dora")
    tale.settings["signer"] = tale.cast.primaries["dora"]
    tale.act("child", "Ada, on top of it")


def no_file(tale: Tale) -> None:
    """The introduction has no file."""
    oid = introduce(tale, "ada")
    bare = tale.act("bare", "Ada removes the file, and this is the introduction", files={FILE: None}, parents=[oid])
    tale.settings["introduction"] = bare
    tale.act("child", "Ada, on top of it")
    tale.act("brings-file", "Ada brings a file", branch="brings", parents=[bare], files=law(tale, "ada"))


def forms(tale: Tale) -> None:
    """Signatures of other forms."""
    begin = introduce(tale, "ada", "nina", "rita", keyring={"rita.key": tale.cast.certificate("rita")})
    for label, words, sign in odd.shapes(tale):
        tale.act(label, f"Ada: {words}", branch=label, parents=[begin], sign=sign)
    tale.act("ecdsa", "Nina, whose key is ECDSA", "nina", branch="nina", parents=[begin])
    tale.act("rsa", "Rita, whose key is RSA", "rita", branch="rita", parents=[begin])


def keyrings(tale: Tale) -> None:
    """What the branch may hold besides one certificate a file."""
    certificate = tale.cast.certificate
    files: dict[str, bytes | None] = {
        "bob.key": packets(certificate("bob")) + packets(certificate("eve")),
        "carol.asc": certificate("carol"),
        "old/dora.key": certificate("dora"),
        **dict.fromkeys(("carol.key", "dora.key", "eve.key")),
    }
    begin = introduce(tale, "ada", "bob", "carol", "dora", "eve", keyring=files)
    for name, words in (
        ("bob", "Bob, whose certificate shares a file without armor with Eve's"),
        ("eve", "Eve"),
        ("carol", "Carol, whose certificate is in a file that does not end in .key"),
        ("dora", "Dora, whose certificate is in a folder"),
    ):
        tale.act(name, words, name, branch=name, parents=[begin])


def broken_keyring(tale: Tale) -> None:
    """A file of the keyring is none."""
    introduce(tale, "ada", "bob", keyring={"zed.key": b"this is no key\n"})
    tale.act("bob", "Bob, whose own file is as it should be", "bob")


def unbound(tale: Tale) -> None:
    """A key that stands in the keyring behind a certificate which never signed for it."""
    bound = packets(tale.cast.certificate("dora"))
    keyring = {"dora.key": bound[: -len(tale.cast.binding("dora"))]}
    begin = introduce(tale, "ada", "dora", keyring=keyring)
    tale.act("dora", "Dora, with a subkey that nothing binds to her key", "dora", parents=[begin])


_PEOPLE = (authorised, merges, changes, subkeys, times, forms, keyrings, broken_keyring, unbound)
_FILES = (removal, odd_files, spellings, introductions, wrong_signer, by_subkey, no_file)
STORIES: dict[str, Script] = {each.__name__.replace("_", "-"): each for each in (*_PEOPLE, *_FILES)}
