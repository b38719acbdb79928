"""Rules, seals and governance: what the file says, what it must not say, and what is said with a warning."""

from __future__ import annotations

import pytest

from gitsig.errors import PolicyFault
from gitsig.policy import Governance, ObjectKind, Parents, Policy, Seals, parse_policy
from gitsig.policy.rulefaults import possible_kinds

OID = "0123456789abcdef0123456789abcdef01234567"
FINGERPRINT = "A1" * 20
SSH_FINGERPRINT = "SHA256:" + "a" * 43
HEAD = """version = 1
[signers.ada]
emails = ["ada@example.org"]
roles = ["maintainer"]
openpgp = ["keys/ada.asc"]
[signers.bob]
emails = ["bob@example.org"]
openpgp = ["keys/bob.asc"]
[signers.forge]
openpgp = ["keys/forge.asc"]
only = ["merge"]
[signers.bot]
emails = ["bot@example.org"]
openpgp = ["keys/bot.asc"]
only = ["commit"]
paths = ["deps/**"]
"""
LAST = HEAD.count("\n")
MAIN = 'refs = ["refs/heads/main"]\n'
VERSIONS = 'refs = ["refs/tags/v*"]\n'
NEEDS = "two-person needs one who may sign commits and another who may sign merges, and there is "
RULES = [
    (MAIN + 'paths = ["/ci"]', 3, "begins with /"),
    (MAIN + 'paths = ["x",\n"ci/"]', 4, "ends with /"),
    (MAIN + "paths = []", 3, "'paths' is empty"),
    (MAIN + 'paths = "ci/**"', 3, "'paths' is a string"),
    (MAIN + 'kinds = ["branch"]', 3, "unknown word 'branch'"),
    (MAIN + "kinds = []", 3, "'kinds' is empty"),
    (MAIN + 'kinds = ["tag"]', 3, "can never meet a tag"),
    (VERSIONS + 'kinds = ["commit", "merge"]', 3, "can never meet a commit or merge"),
    (MAIN + 'require = "merges"\nkinds = ["commit"]', 4, "can never meet a commit"),
    ('refs = ["refs/*"]\npaths = ["x"]\nkinds = ["tag"]', 4, "can never meet a tag"),
    (MAIN + 'two-person = "yes"', 3, "'two-person' is a string, not a boolean"),
    (MAIN + 'two-person = true\nrequire = "first-parent"', 4, "two-person asks how each commit came"),
    (MAIN + 'two-person = true\nkinds = ["commit"]', 4, "two-person speaks of commits and merges alike"),
    (MAIN + 'paths = ["x"]\nsigners = ["ada"]\nrequire = "tip"', 5, "asks none but the last of a push"),
    (MAIN + 'paths = ["x"]\nsigners = ["ada"]\nrequire = "first-parent"', None, ""),
    (MAIN + 'two-person = true\nsigners = ["ada"]', 3, NEEDS + "ada"),
    (MAIN + 'two-person = true\nsigners = ["ada", "bot"]', None, ""),
    (MAIN + 'two-person = true\nsigners = ["bot"]', 3, NEEDS + "bot"),
    (MAIN + 'two-person = true\nsigners = ["forge"]', 3, NEEDS + "forge"),
    (MAIN + 'two-person = true\nsigners = ["bot"]\npaths = ["deps/**"]', None, ""),
    (VERSIONS + "two-person = true", 3, "'two-person' speaks of commits"),
    (VERSIONS + 'paths = ["x"]', 3, "'paths' speaks of commits"),
    (VERSIONS + "clean-merges = true", 3, "'clean-merges' speaks of commits"),
    (VERSIONS + "no-octopus = true", 3, "'no-octopus' speaks of commits"),
    (VERSIONS + "tree-sha512 = true", 3, "'tree-sha512' speaks of commits"),
    (VERSIONS + f'exempt = ["{OID}"]', 3, "'exempt' speaks of commits"),
    (VERSIONS + f'behind = ["{OID}"]', 3, "'behind' speaks of commits"),
    (MAIN + 'behind = ["main"]', 3, "no full object id"),
    (MAIN + "exempt = [3]", 3, "3 is no full object id"),
    (MAIN + 'clean-merges = true\nkinds = ["commit"]', 4, "'clean-merges' demands something of a merge"),
    (MAIN + 'no-octopus = true\nkinds = ["commit"]', 4, "'no-octopus' demands something of a merge"),
    ('refs = ["refs/*"]\ntree-sha512 = true\nkinds = ["tag"]', 4, "'tree-sha512' demands something of a commit or mer"),
    (MAIN + 'no-rewind = true\npaths = ["x"]', 3, "'no-rewind' speaks of pushes"),
    (MAIN + 'immutable = true\nkinds = ["merge"]', 3, "'immutable' speaks of pushes"),
    (MAIN + 'no-delete = true\npaths = ["x"]', 3, "'no-delete' speaks of pushes"),
    (VERSIONS + "threshold = 0", 3, "a threshold of 0"),
    (VERSIONS + "threshold = -3", 3, "a threshold of -3"),
    (VERSIONS + "threshold = true", 3, "'threshold' is a boolean"),
    (VERSIONS + "threshold = 3", 3, "threshold 3, and only 2 may sign tags there (ada, bob)"),
    (
        VERSIONS + 'threshold = 2\nsigners = ["ada", "bot", "forge"]',
        3,
        "threshold 2, and only 1 may sign tags there (ada)",
    ),
    (VERSIONS + "threshold = 2", None, ""),
    (MAIN + "threshold = 2", 3, "not all refs of the rule are under refs/tags/"),
    ('refs = ["refs/tags/v*", "refs/*"]\nthreshold = 2', 3, "not all refs of the rule are under refs/tags/"),
    (VERSIONS + 'approvals = ["refs/tags/ok/*"]', 3, "approvals count towards a threshold"),
    (VERSIONS + 'threshold = 2\napprovals = ["refs/heads/ok/*"]', 4, "may match what is no tag"),
    (VERSIONS + 'threshold = 2\napprovals = ["refs/*"]', 4, "may match what is no tag"),
    (VERSIONS + 'threshold = 2\napprovals = ["ok"]', 4, "no full ref name"),
    (VERSIONS + "threshold = 2\napprovals = []", 4, "'approvals' is empty"),
    # rules on the very same objects
    (
        MAIN + 'signers = ["ada"]\n[[rules]]\n' + MAIN + 'signers = ["bob"]',
        6,
        "rules 1 and 2 speak of the same objects",
    ),
    (
        'refs = ["refs/heads/a", "refs/heads/b"]\nsigners = ["ada", "bot"]\n[[rules]]\n' + MAIN + "no-rewind = true\n"
        '[[rules]]\nrefs = ["refs/heads/b", "refs/heads/a"]\nsigners = ["bob", "forge"]',
        9,
        "rules 1 and 3 speak of the same objects",
    ),
    (MAIN + 'signers = ["ada"]\n[[rules]]\n' + MAIN + 'signers = ["ada", "bob"]', None, ""),
    (MAIN + 'signers = ["ada"]\nrequire = "tip"\n[[rules]]\n' + MAIN + 'signers = ["bob"]', None, ""),
    (MAIN + 'signers = ["ada"]\nkinds = ["merge"]\n[[rules]]\n' + MAIN + 'signers = ["bob"]', None, ""),
    (MAIN + 'signers = ["ada"]\n[[rules]]\n' + MAIN + 'signers = ["bob"]\npaths = ["x"]', None, ""),
]
GOVERNANCE = [
    (f'root = "{OID}"', 2, "'root' without 'root-signer'"),
    (f'root-signer = "{FINGERPRINT}"', 2, "'root-signer' without 'root'"),
    (f'root = "{OID[:12]}"\nroot-signer = "{FINGERPRINT}"', 2, "no full object id"),
    (f'root = "{OID}"\nroot-signer = "{FINGERPRINT[:16]}"', 3, "no full fingerprint"),
    (f'root = "{OID}"\nroot-signer = "ada@example.org"', 3, "no full fingerprint"),
    (f'root = "{OID}"\nroot-signer = "SHA256:abc"', 3, "no full fingerprint"),
    (f'root = "{OID}"\nroot-signer = "\ufb00{FINGERPRINT[2:]}"', 3, "no full fingerprint"),
    (f'root = "{OID}"\nroot-signer = "{SSH_FINGERPRINT}="', 3, "no full fingerprint"),
    (f'root = "{OID}"\nroot-signer = 3', 3, "'root-signer' is an integer"),
    ('parents = "any"\nsigners = ["ada"]', 2, "'parents' counts only where the root is named"),
    (f'parents = "both"\nroot = "{OID}"\nroot-signer = "{FINGERPRINT}"', 2, "unknown word 'both'"),
    ("signers = []", 2, "'signers' is empty"),
    ('signers = ["eve"]', 2, "unknown signer 'eve'"),
    ('signers = ["role:owner"]', 2, "nobody has the role 'owner'"),
    ('owners = ["ada"]', 2, "unknown key 'owners' in [governance]"),
]
HISTORY = [
    ("seals = []", 2, "'seals' is empty"),
    ('seals = ["eve"]', 2, "unknown signer 'eve'"),
    ('seals = "ada"', 2, "'seals' is a string"),
    ('seal-trailers = ["X"]', 2, "says how to seal, and nobody may"),
    ('seal-tags = ["refs/tags/x"]', 2, "says how to seal, and nobody may"),
    ('seals = ["ada"]\nseal-trailers = ["X:"]', 3, "no name of a trailer"),
    ('seals = ["ada"]\nseal-trailers = ["X",\n""]', 4, "no name of a trailer"),
    ('seals = ["ada"]\nseal-trailers = ["signed-off-by"]', 3, "stands in ordinary commits"),
    ('seals = ["ada"]\nseal-tags = ["refs/heads/x"]', 3, "may match what is no tag"),
    ('seals = ["ada"]\nseal-trailers = []\nseal-tags = []', 2, "there is no way to seal"),
]
SIGNER = [
    ('[signers.eve]\nopenpgp = ["e.asc"]\npaths = ["deps/"]', 3, "ends with /"),
    ('[signers.eve]\nopenpgp = ["e.asc"]\npaths = []', 3, "'paths' is empty"),
]
DEFAULTS = [
    ("valid-now = 3", 2, "'valid-now' is an integer"),
    ('except-refs = ["gh-pages"]', 2, "matches no full ref name"),
    ("except-refs = []", 2, "'except-refs' is empty"),
]
ANCHOR = f'version = 1\n[governance]\nroot = "{OID}"\nroot-signer = "{FINGERPRINT}"\n'
TABLES = {"[[rules]]": RULES, "[governance]": GOVERNANCE, "[history]": HISTORY, "[defaults]": DEFAULTS}
BODIES = [
    *(
        (f"{HEAD}{head}\n{body}", line and line + LAST, what)
        for head, each in TABLES.items()
        for body, line, what in each
    ),
    *((HEAD + body, line + LAST, what) for body, line, what in SIGNER),
    (ANCHOR + f'[[rules]]\n{MAIN}signers = ["ada"]', 7, "'ada' is named in a policy without [signers]"),
    (ANCHOR.replace("root =", 'signers = ["role:owner"]\nroot ='), 3, "'role:owner' is named in a policy without"),
    ("version = 1\n[governance]\n", 1, "names no signer"),
]


@pytest.mark.parametrize(("text", "line", "what"), BODIES)
def test_faults(text, line, what) -> None:
    if line is None:
        assert parse(text).rules
        return
    with pytest.raises(PolicyFault) as caught:
        parse(text)
    assert what in caught.value.what
    assert caught.value.where == f"policy.toml:{line}"
    assert caught.value.mend


def parse(text: str) -> Policy:
    return parse_policy(text.encode(), "policy.toml")


def test_everything_there_is_to_say() -> None:
    policy = parse(
        HEAD
        + f"""[defaults]
except-refs = ["refs/heads/keyring"]
valid-now = true
[[rules]]
refs = ["refs/heads/*"]
paths = ["ci/**", ".gitsig/**"]
kinds = ["merge", "commit"]
signers = ["role:maintainer", "bob"]
two-person = true
clean-merges = true
no-octopus = true
tree-sha512 = true
behind = ["{OID.upper()}"]
exempt = ["{OID}"]
[[rules]]
refs = ["refs/tags/v*"]
threshold = 2
approvals = ["refs/tags/approve/*"]
[history]
seals = ["role:maintainer", "bob"]
seal-trailers = ["Argocd-gpg-seal"]
seal-tags = []
[governance]
signers = ["role:maintainer"]
"""
    )
    first, second = policy.rules
    assert (first.paths, first.kinds) == (("ci/**", ".gitsig/**"), {ObjectKind.COMMIT, ObjectKind.MERGE})
    assert (first.two_person, first.clean_merges, first.no_octopus, first.tree_sha512) == (True,) * 4
    assert (first.behind, first.exempt, first.threshold) == ({OID}, {OID}, 1)
    assert (second.threshold, second.approvals, second.signers) == (2, ("refs/tags/approve/*",), None)
    assert policy.signers["bot"].paths == ("deps/**",)
    ways = (("Argocd-gpg-seal",), ())
    assert policy.seals == Seals(frozenset({"ada", "bob"}), frozenset({"maintainer"}), *ways)
    assert policy.governance == Governance(signers=frozenset({"ada"}), roles=frozenset({"maintainer"}))
    assert (policy.defaults.except_refs, policy.defaults.valid_now) == (("refs/heads/keyring",), True)
    assert not policy.guards("refs/heads/keyring")
    assert policy.guards("refs/heads/keyrings")


def test_what_is_left_out() -> None:
    policy = parse(HEAD + f'[[rules]]\n{MAIN}no-rewind = true\n[history]\nseals = ["ada"]')
    (rule,) = policy.rules
    assert (rule.paths, rule.kinds, rule.threshold, rule.approvals) == ((), frozenset(), 1, ())
    assert policy.seals is not None
    assert (policy.seals.trailers, policy.seals.tags) == (("Gitsig-Seal",), ("refs/tags/seal/*",))
    assert (parse(HEAD).seals, parse(HEAD).governance, policy.signers["ada"].paths) == (None, None, ())


@pytest.mark.parametrize(
    ("signer", "found"),
    [(" ".join(["a1a1"] * 10), FINGERPRINT), ("b2" * 32, "B2" * 32), (SSH_FINGERPRINT, SSH_FINGERPRINT)],
)
def test_an_anchor_needs_no_signers(signer, found) -> None:
    policy = parse(
        ANCHOR.replace(FINGERPRINT, signer) + 'parents = "any"\n[[rules]]\nrefs = ["refs/tags/*"]\nthreshold = 9'
    )
    assert policy.governance == Governance(OID, found, Parents.ANY)
    assert (policy.signers, policy.key_specs) == ({}, ())
    (warning,) = policy.warnings
    assert "judge no commit: the policies in the trees do" in warning


def test_demands_on_signers_that_a_file_may_add_are_left_to_the_judge() -> None:
    text = HEAD + '[ssh]\nallowed-signers = "allowed"\n[[rules]]\nrefs = ["refs/tags/v*"]\nthreshold = 9\n'
    assert parse(text).rules[0].threshold == 9
    assert parse(text + f"[[rules]]\n{MAIN}two-person = true").rules[1].two_person
    with pytest.raises(PolicyFault, match="threshold 9, and only 2 may"):
        parse(text + 'signers = ["ada", "bob"]')


NO_SIGNER = "share no signer: nobody passes where both speak of one object"
WARNINGS = [
    ('[[rules]]\nrefs = ["refs/heads/*"]\nsigners = ["ada"]\n[[rules]]\n' + MAIN + 'signers = ["bob"]', NO_SIGNER),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\nrequire = "tip"\n[[rules]]\n{MAIN}signers = ["bob"]', NO_SIGNER),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\n[[rules]]\n{MAIN}signers = ["bob"]\npaths = ["x"]', NO_SIGNER),
    (
        f'[[rules]]\n{MAIN}signers = ["ada"]\npaths = ["x", "y"]\n[[rules]]\n{MAIN}signers = ["bob"]\npaths = ["y"]',
        NO_SIGNER,
    ),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\npaths = ["x"]\n[[rules]]\n{MAIN}signers = ["bob"]\npaths = ["y"]', None),
    (
        f'[[rules]]\n{MAIN}signers = ["ada"]\nrequire = "tip"\n[[rules]]\n{MAIN}signers = ["bob"]\npaths = ["y"]',
        None,
    ),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\n[[rules]]\n{MAIN}signers = ["forge"]\nkinds = ["merge"]', NO_SIGNER),
    (
        f'[[rules]]\n{MAIN}signers = ["ada"]\nkinds = ["commit"]\n[[rules]]\n{MAIN}kinds = ["merge"]\nsigners=["bob"]',
        None,
    ),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\n[[rules]]\n{VERSIONS}signers = ["bob"]', None),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\n[[rules]]\nrefs = ["refs/heads/x*"]\nsigners = ["bob"]', None),
    (f'[[rules]]\n{VERSIONS}signers = ["bot", "forge"]', "rule 1: none of its signers may sign a tag, by their only"),
    (f"[[rules]]\n{MAIN}two-person = true", "rule 1: a merge that forge signed counts as the second person's"),
    (f'[[rules]]\n{MAIN}two-person = true\nsigners = ["ada", "bob"]', None),
    (
        f'[[rules]]\n{VERSIONS}threshold = 2\napprovals = ["refs/tags/ok"]\n[defaults]\nrefs = ["refs/tags/v*"]',
        "rule 1: 'refs/tags/ok' lies outside the refs of [defaults]",
    ),
    ('[[rules]]\nrefs = ["refs/*"]\nsigners = ["ada", "bot", "bob"]', "signer 'forge' can never pass"),
    ('[[rules]]\nrefs = ["refs/heads/*"]\nsigners = ["ada", "bot", "bob"]', None),
    ('[[rules]]\nrefs = ["refs/*"]\nsigners = ["ada", "bot", "bob"]\nkinds = ["tag"]', None),
    ('[[rules]]\nrefs = ["refs/*"]\nsigners = ["ada", "bot", "bob"]\n[governance]\nsigners = ["forge"]', None),
    (
        '[signers.eve]\nemails = ["e@x"]\nssh = ["e.pub"]\npaths = ["x"]',
        "'eve' is confined to paths, which says nothing",
    ),
    ('[defaults]\nrequire = "tip"', "'bot' is confined to paths, but [defaults] require = \"tip\" lets commits pass"),
    ('[defaults]\nrequire = "first-parent"', None),
    ("[governance]", "[governance] names no signers, so nobody may change the policy"),
    (
        '[history]\nseals = ["ada"]\nseal-tags = ["refs/seals/x"]'.replace("refs/seals", "refs/tags")
        + '\n[defaults]\nrefs = ["refs/heads/*"]',
        "seal-tags: 'refs/tags/x' lies outside the refs of [defaults]",
    ),
    ('[defaults]\nexcept-refs = ["refs/notes/x"]', "except-refs: 'refs/notes/x' lies outside refs"),
    (f"[[rules]]\n{MAIN}threshold = 1", "rule 1 demands nothing"),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\npaths = ["x"]\nkinds = ["commit"]', "it does not see what a merge does"),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\npaths = ["x"]\nkinds = ["merge"]', "it does not see what a commit does"),
    (f'[[rules]]\n{MAIN}signers = ["ada"]\npaths = ["x"]\nkinds = ["merge", "commit"]', None),
    (
        f'[[rules]]\n{MAIN}signers = ["ada"]\npaths = ["x"]\nrequire = "merges"',
        "rule 1: by its require, it does not see what a commit does",
    ),
    (f"[[rules]]\n{MAIN}clean-merges = true", None),
    (f"[[rules]]\n{MAIN}no-octopus = true", None),
]
USUAL = ("signer 'forge' has no emails", "role 'maintainer' is named by no rule")


@pytest.mark.parametrize(("text", "warning"), WARNINGS)
def test_warnings(text, warning) -> None:
    found = [each for each in parse(HEAD + text).warnings if not each.startswith(USUAL)]
    assert len(found) == (warning is not None), found
    assert warning is None or warning in found[0]


@pytest.mark.parametrize("table", ["[history]\nseals", "[governance]\nsigners"])
def test_roles_that_seals_and_governance_name_are_named(table) -> None:
    assert not any("named by no rule" in each for each in parse(f'{HEAD}{table} = ["role:maintainer"]').warnings)


def test_only_so_many_rules_are_compared() -> None:
    text = HEAD + f"[[rules]]\n{MAIN}no-rewind = true\n" * 201
    assert "only the first 200 rules were compared with each other" in parse(text).warnings
    assert not any("only the first" in each for each in parse(text[: text.rindex("[[rules]]")]).warnings)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (MAIN, {"commit", "merge"}),
        (VERSIONS, {"tag"}),
        ('refs = ["refs/*"]', {"commit", "merge", "tag"}),
        ('refs = ["refs/*"]\npaths = ["x"]', {"commit", "merge"}),
        ('refs = ["refs/*"]\nrequire = "merges"', {"merge", "tag"}),
        ('refs = ["refs/heads/*", "refs/tags/*"]\nkinds = ["tag", "commit"]', {"commit", "tag"}),
    ],
)
def test_what_a_rule_can_speak_of(text, kinds) -> None:
    assert possible_kinds(parse(f"{HEAD}[[rules]]\n{text}").rules[0]) == kinds
