"""Stories for sequoia-git: `openpgp-policy.toml` in the parents, one authenticated path from a trust root."""

from __future__ import annotations

from tests.peers import odd
from tests.peers.sqgit_changes import CHANGES
from tests.peers.sqgit_law import COMMIT, FILE, OWNER, Law, begin, people
from tests.peers.tale import Script, Tale
from tests.support.gnupg import packets

__all__ = ["STORIES"]


def authorised(tale: Tale) -> None:
    """People who are authorised, and people who are not."""
    law = people(tale, "bob", "dora").give(tale, "carol", ("sign_tag",))
    root = begin(tale, law)
    tale.act("bob", "Bob, who may sign commits", "bob")
    tale.act("ada", "Ada, on top of it")
    tale.act("dora", "Dora, with a subkey of the certificate that is listed", "dora")
    for label, by, words in (
        ("mallory", "mallory", "Mallory, who is in no entry"),
        ("carol", "carol", "Carol, who may sign tags only"),
    ):
        tale.act(label, words, by, branch=label, parents=[root])
        tale.act(f"{label}-then-ada", "Ada, on top of it", branch=label)
    tale.act("unsigned", "no signature", branch="unsigned", parents=[root], sign=False)
    tale.act("unsigned-then-ada", "Ada, on top of it", branch="unsigned")
    tale.act("altered", "altered after signing", branch="altered", parents=[root], mutate=lambda raw: raw + b"more\n")
    tale.act("claims-bob", "Mallory signs, and calls herself Bob", "bob", parents=[root], branch=None, sign="mallory")


def merges(tale: Tale) -> None:
    """One authenticated path is enough."""
    root = begin(tale, people(tale, "bob"))
    tale.act("side", "Bob on a side branch", "bob", branch="side", parents=[root], files={"b": b"b"})
    main = tale.act("main", "Ada on the main branch", files={"a": b"a"})
    tale.join("merge", "Ada merges the two", "side", files={"b": b"b"})
    tale.act("unsigned", "a side branch without a signature", branch="unsigned", parents=[root], sign=False)
    tale.branch("trial", main)
    tale.join("merge-unsigned", "Ada merges it", "unsigned", branch="trial")
    tale.act("unsigned-on-top", "no signature, on top of the merge", branch="trial", sign=False)
    tale.act("ada-on-top", "Ada, on top of that", branch="trial")
    tale.branch("trial", main)
    tale.join("by-mallory", "Mallory merges what others signed", "side", by="mallory", branch="trial")
    tale.branch("wrong", tale.tip("unsigned"))
    tale.join("into-unsigned", "Ada merges the signed line into the unsigned one", "side", branch="wrong")
    tale.act("after", "Bob, on top of it", "bob", branch="wrong")
    tale.branch("wrong", tale.tip("unsigned"))
    other = tale.commit("mallory", branch="other", parents=[root])
    tale.join("both-wrong", "Ada merges two lines that nobody authenticates", other, branch="wrong")
    tale.branch("trial", main)
    tale.join("octopus", "Ada merges three lines", "side", "unsigned", branch="trial")
    orphan = tale.commit("ada", branch="orphan", parents=[], files=people(tale).files())
    tale.name_it("orphan", "a commit without parents, by Ada, with the file", orphan)
    tale.branch("trial", main)
    tale.join("merge-orphan", "Ada merges it", "orphan", branch="trial")


def removal(tale: Tale) -> None:
    """The file goes away, or becomes something else."""
    law = people(tale, "bob")
    root = begin(tale, law)
    for by in ("ada", "bob"):
        words = f"{by.title()} removes the file"
        tale.act(f"{by}-removes", words, by, branch=by, parents=[root], files={FILE: None})
        tale.act(f"{by}-removes-child", "Ada, on top of it", branch=by)
    tale.act("restored", "Ada writes it again", branch="ada", files=law.files())
    bodies = {
        "empty": ("leaves an empty file", b""),
        "broken": ("writes something that is no TOML", b"version = = 0\n"),
        "latin-1": ("writes what is no UTF-8", b"# \xe9\n" + law.files()[FILE]),
        "no-certificate": ("writes what is no certificate", law.files()[FILE].replace(b"PUBLIC", b"PUBIC")),
        "string-version": (
            "writes the version as a string",
            law.files()[FILE].replace(b"version = 0", b'version = "0"'),
        ),
    }
    for label, (words, body) in bodies.items():
        tale.act(label, f"Ada {words}", branch=label, parents=[root], files={FILE: body})
        tale.act(f"{label}-child", "Ada, on top of it", branch=label)


def odd_files(tale: Tale) -> None:
    """The file is a symbolic link whose target reads like the file, executable, or there twice."""
    law = people(tale, "bob")
    root = begin(tale, law)
    files, alone = law.files(), law.without("bob").files()
    for label, words, own in (
        ("link", "Ada makes the file a link", [(b"120000", files[FILE])]),
        ("executable", "Ada makes the file executable", [(b"100755", files[FILE])]),
        ("double", "Ada writes a tree with the file in it twice", [(b"100644", files[FILE]), (b"100644", alone[FILE])]),
    ):
        tale.odd_tree(label, words, FILE, own, parents=[root], branch=label)
        tale.act(f"{label}-bob", "Bob, on top of it", "bob", branch=label, files=files)


def strangers(tale: Tale) -> None:
    """What lies on branches that nobody merged, and what somebody without rights may add to another's certificate."""
    law = people(tale, "bob")
    root = begin(tale, law)
    cast = tale.cast
    ada = packets(cast.certificate("ada"))
    key = packets(cast.certificate("mallory"))[:53]
    grafted = ada + b"\xb8" + key[1:] + cast.binding("dora")
    voided = packets(cast.revoked("ada", hard=True))
    forged = voided.replace(voided[53 : 53 + 40], voided[53 : 53 + 39] + bytes([voided[92] ^ 1]))
    noisy = ada + b"\xb4\x04user" + b"\xcd\xff\x00\x00\x04\x00" + b"u" * 1024
    for label, words, keyring in (
        ("graft", "Mallory's key stands behind Ada's certificate as a subkey", odd.keys(grafted)),
        ("forged", "a false revocation stands behind Ada's key", odd.keys(forged)),
        ("noise", "user IDs of nobody stand behind Ada's certificate", odd.keys(noisy)),
        ("torn", "Ada's certificate breaks off", odd.keys(ada[:-20])),
    ):
        files = law.give(tale, "ada", OWNER, keyring).files()
        tale.commit("mallory", branch=f"{label}-alone", parents=[root], sign=False, files=files)
        tale.act(label, f"Bob: {words}", "bob", branch=label, parents=[root], files=files)
        tale.act(f"{label}-ada", "Ada, on top of it", branch=label)
        tale.act(f"{label}-mallory", "Mallory, on top of that", "mallory", branch=label)
    large = law.files(more="# " + "x" * 5_000_000 + "\n")
    tale.commit("mallory", branch="large", parents=[root], sign=False, files=large)
    tale.act("bob", "Bob, beside all that and a policy of five megabytes", "bob", parents=[root])
    tale.act("ada", "Ada, beside all that")


def roots(tale: Tale) -> None:
    """What the trust root is, and where it lies."""
    law = people(tale, "bob")
    before = tale.act("before", "Ada, before the root", files=law.files())
    begin(tale, law, by="mallory", sign=False)
    tale.act("child", "Bob, on top of a root that nobody signed", "bob")
    child = tale.tip()
    tale.act("beside", "Bob forks off before the root", "bob", branch="beside", parents=[before])
    tale.join("merge-beside", "Bob merges that", "beside", by="bob")
    tale.act("unrelated", "Ada, without parents", branch="unrelated", parents=[], files=law.files())
    tale.branch("beside", tale.tip("beside"))
    tale.join("into-beside", "Bob merges the other way round", child, by="bob", branch="beside")


def no_policy(tale: Tale) -> None:
    """The trust root has no policy."""
    tale.settings = {"root": tale.act("root", "a trust root without the file")}
    tale.act("child", "Ada, on top of it")
    tale.act("brings", "Ada brings the file", files=people(tale).files())
    tale.act("grandchild", "Ada, on top of that")


def forms(tale: Tale) -> None:
    """Signatures of other forms."""
    root = begin(tale, people(tale, "nina", "rita"))
    for label, words, sign in odd.shapes(tale):
        tale.act(label, f"Ada: {words}", branch=label, parents=[root], sign=sign)
    tale.act("ecdsa", "Nina, whose key is ECDSA", "nina", branch="nina", parents=[root])
    tale.act("rsa", "Rita, whose key is RSA", "rita", branch="rita", parents=[root])


def tags(tale: Tale) -> None:
    """Tags are judged by the policy of the commit that they lead to."""
    law = people(tale, "bob").give(tale, "carol", ("sign_tag",))
    root = begin(tale, law)
    tale.release("ada", "Ada tags the root", "v1", root)
    tale.release("carol", "Carol, who may sign tags only", "v2", root, "carol")
    tale.release("bob", "Bob, who may sign commits only", "v3", root, "bob")
    tale.release("unsigned", "nobody signed it", "v4", root, sign=False)
    tale.release("mallory", "Mallory", "v5", root, "mallory")
    bad = tale.act("bad", "no signature", branch="bad", parents=[root], sign=False)
    tale.release("of-bad", "Ada tags a commit that nobody signed", "v6", bad)
    grown = tale.act("adds", "Ada lets Dora sign tags", files=law.give(tale, "dora", ("sign_tag",)).files())
    tale.release("dora", "Dora tags that very commit", "v7", grown, "dora")
    tale.release("dora-before", "Dora tags the commit before", "v8", root, "dora")
    inner = tale.release("inner", "Ada tags the root once more", "v9", root)
    tale.release("nested", "Ada tags the tag", "v10", inner, target_type="tag")
    stranger = tale.tag("v11", root, "mallory", ref=None)
    tale.release("nested-stranger", "Ada tags a tag of Mallory's", "v12", stranger, target_type="tag")
    tale.release("moved", "a tag that Ada gave another name", "v13", root, ref="refs/tags/v14", as_name="v14")


def names(tale: Tale) -> None:
    """How people write names and certificates."""
    armor = tale.cast.certificate("bob")
    spaced = armor.replace(b"BLOCK-----\n", b"BLOCK-----\nComment: Bob\nComment: bob@example.org\n", 1)
    plain = b"".join(line for line in armor.splitlines(keepends=True) if not line.startswith(b"="))
    carol = b"\n\n" + tale.cast.certificate("carol") + b"\n"
    law = Law().give(tale, "Ada L. <ada@example.org>", OWNER, tale.cast.certificate("ada"))
    law = law.give(tale, "", COMMIT, spaced).give(tale, "role:owner", COMMIT, carol).give(tale, "dora")
    begin(tale, law)
    tale.act("ada", "Ada, whose entry holds an address")
    tale.act("bob", "Bob, whose entry has no name, with comments in the armor", "bob")
    tale.act("carol", "Carol, whose entry is called role:owner, with empty lines around the armor", "carol")
    law = law.give(tale, "", COMMIT, plain)
    tale.act("no-checksum", "Ada takes the checksum off Bob's certificate", files=law.files())
    tale.act("bob-then", "Bob, on top of it", "bob")
    tale.act("crlf", "Ada writes CRLF", files={FILE: law.files()[FILE].replace(b"\n", b"\r\n")})
    tale.act("bob-crlf", "Bob, on top of it", "bob")
    text = {FILE: law.files()[FILE].replace(b'keyring = """\n', b'keyring = """\nwho: ')}
    tale.act("text-before", "Ada writes words before each armor", branch="text", files=text, parents=[tale.tip()])
    tale.act("bob-text", "Bob, on top of it", "bob", branch="text")


_STORIES = (authorised, merges, removal, odd_files, strangers, roots, no_policy, forms, tags, names, *CHANGES)
STORIES: dict[str, Script] = {each.__name__.replace("_", "-"): each for each in _STORIES}
