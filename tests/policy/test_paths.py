"""Patterns of paths: what rules take for touched, what confined signers may change, and what is no pattern."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.policy.paths import outside, path_pattern_fault, touched


def touches(pattern: str, path: bytes) -> bool:
    return list(touched((pattern,), [path])) == [path]


def allows(pattern: str, path: bytes) -> bool:
    return not list(outside((pattern,), [path]))


# pattern, path, whether a rule takes it for touched, whether a confined signer may change it
CASES = [
    ("ci/**", b"ci/build.yml", True, True),
    ("ci/**", b"ci/deep/er/x", True, True),
    ("ci/**", b"cix/build.yml", False, False),
    ("ci/**", b"src/ci/build.yml", False, False),
    # a link or a submodule in the place of the folder brings other files under the same names
    ("ci/**", b"ci", True, False),
    ("ci/build.yml", b"ci", True, False),
    (".github/workflows/*.yml", b".github", True, False),
    (".github/workflows/*.yml", b".github/workflows", True, False),
    (".github/workflows/*.yml", b".github/workflow", False, False),
    ("**/ci/**", b"a/ci", True, False),
    # a path in full: what lies below it is there only where it is a folder
    ("ci", b"ci", True, True),
    ("ci", b"ci/build.yml", True, False),
    ("ci", b"cid", False, False),
    # case, as a checkout on a disk that ignores it has it
    ("ci/**", b"CI/Build.yml", True, False),
    ("CI/**", b"ci/build.yml", True, False),
    ("ci/**", b"Ci", True, False),
    ("\u00e9/**", "\u00e9/x".encode(), True, True),
    ("\u00e9/**", "\u00c9/x".encode(), False, False),
    # within a name
    ("*", b"Makefile", True, True),
    ("*", b"src/Makefile", False, False),
    ("*.md", b"README.md", True, True),
    ("*.md", b"docs/README.md", False, False),
    ("a?c", b"abc", True, True),
    ("a?c", b"a/c", False, False),
    ("a*b*c", b"axxbyybc", True, True),
    ("a*b*c", b"axxbyybd", False, False),
    ("src/*/x", b"src/a/x", True, True),
    ("src/*/x", b"src/a/b/x", False, False),
    ("src/*/x", b"src/x", False, False),
    ("*a", b"bab", False, False),
    ("a*b*c*d", b"abcbd", True, True),
    ("*ab", b"abab", True, True),
    # names that look like patterns
    ("src/*/x", b"src/*", False, False),
    ("src/?/x", b"src/?", False, False),
    ("a?", b"a?/x", False, False),
    ("a*", b"a*/x", False, False),
    ("a/*/b/c", b"a/b", False, False),
    # any depth
    ("**", b"anything/at/all", True, True),
    ("**", b"x", True, True),
    ("**/Makefile", b"Makefile", True, True),
    ("**/Makefile", b"a/b/Makefile", True, True),
    ("**/Makefile", b"a/b/Makefile.in", False, False),
    ("**/Makefile", b"a/GNUMakefile", False, False),
    ("a/**/b", b"a/b", True, True),
    ("a/**/b", b"a/x/y/b", True, True),
    ("a/**/b", b"a/x/y/c", False, False),
    ("a/**/b", b"x/a/b", False, False),
    ("a/**/**/b", b"a/b", True, True),
    ("**/a/**/b/**", b"x/a/y/b/z", True, True),
    ("**/a/**/b/**", b"x/a/y/b", True, False),
    ("**/a/*/b", b"a/a/a/b", True, True),
    ("**/a/b/**/c", b"a/x/a/b/c", True, True),
    ("a/**/b/**/c", b"a/b/c", True, True),
    ("x/**/b/**/c/**/d", b"x/b/c/b/d", True, True),
    ("x/**/b/**/c", b"x/c/b", False, False),
    # bytes
    ("ci/*", b"ci/\xff\n", True, True),
    ("ci/?", b"ci/\xff", True, True),
    ("ci/**", b"ci/a\nb", True, True),
    ("ci/+(x)$", b"ci/+(x)$", True, True),
    ("ci/.x", b"ci/yx", False, False),
    # a tree that no git would write
    ("ci/**", b"ci//x", True, True),
    ("**/x", b"a//x", True, True),
    ("a/**/b/**/c", b"a//b//c", True, True),
    ("ci", b"ci/", True, False),
    ("ci/**", b"ci/", True, False),
    ("**", b"", False, False),
]


@pytest.mark.parametrize(("pattern", "path", "touching", "allowed"), CASES)
def test_a_rule_is_touched_widely_and_a_signer_is_confined_narrowly(pattern, path, touching, allowed) -> None:
    assert path_pattern_fault(pattern) is None
    assert touches(pattern, path) is touching
    assert allows(pattern, path) is allowed


def test_several_patterns_and_none() -> None:
    paths = [b"deps/a", b"package-lock.json", b"src/x", b"DEPS/a"]
    assert list(touched(("deps/**", "src/*"), paths)) == [b"deps/a", b"src/x", b"DEPS/a"]
    assert list(outside(("deps/**", "package-lock.json"), paths)) == [b"src/x", b"DEPS/a"]
    assert list(touched((), paths)) == []
    assert list(touched((), [b""])) == []
    assert list(outside((), [*paths, b""])) == [*paths, b""]


@pytest.mark.parametrize(
    ("pattern", "what", "mend"),
    [
        ("", "empty", '"**"'),
        ("a" * 1025, "longer than 1024", "shorten"),
        ("/ci/**", "begins with /", "write ci/**"),
        ("/", "begins with /", "write **"),
        ("ci/", "ends with /", "write ci/**"),
        ("ci//x", "empty component", "git ls-tree"),
        ("./ci", "empty component, . or ..", "git ls-tree"),
        ("a/../ci", "empty component, . or ..", "git ls-tree"),
        ("ci/[ab]", "cannot have", "write ?"),
        ("ci/{a,b}", "cannot have", "one pattern for each"),
        ("ci\\x", "cannot have", "write ?"),
        ("ci/\n", "cannot have", "write ?"),
        ("ci**", "** within a name", "alone between slashes"),
        ("ci/**.yml", "** within a name", "write * within a name"),
        ("***", "** within a name", "alone between slashes"),
        ("!ci/**", "begins with !", "cannot exclude"),
        (" ci/**", "or a space", "write ?"),
        ("ci/** ", "or ends with one", "write ?"),
    ],
)
def test_what_is_no_pattern(pattern, what, mend) -> None:
    found = path_pattern_fault(pattern)
    assert found is not None
    assert what in found[0]
    assert mend in found[1]


@pytest.mark.parametrize("char", "[]{}\\\x00\x1f\x7f")
def test_characters_that_no_pattern_has(char) -> None:
    found = path_pattern_fault(f"a{char}b")
    assert found is not None
    assert "cannot have" in found[0]


def test_the_longest_pattern() -> None:
    assert path_pattern_fault("a" * 1024) is None


# a slow matcher, written from the words of the documentation

COMPONENTS = st.lists(st.sampled_from(["*", "?", "a", "b", "A"]), min_size=1, max_size=3).map("".join)
PATTERNS = (
    st.lists(st.one_of(COMPONENTS, st.just("**")), min_size=1, max_size=5)
    .map("/".join)
    .filter(lambda pattern: path_pattern_fault(pattern) is None)
)
PATHS = st.lists(st.text("abA", min_size=1, max_size=3), min_size=1, max_size=5).map("/".join)


def reaches(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(path)
        return reaches(pattern[1:], path) or (bool(path) and reaches(pattern, path[1:]))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and reaches(pattern[1:], path[1:])


def reference(pattern: str, path: str) -> bool:
    return reaches(pattern.split("/"), path.split("/"))


def widened(pattern: str, path: str) -> bool:
    pattern, path = pattern.lower(), path.lower()
    if reference(pattern, path) or pattern == path:
        return True
    whole = pattern.split("/")
    while len(whole) > 1 and whole[-1] == "**":
        whole = whole[:-1]
    if whole != pattern.split("/") and reference("/".join(whole), path):
        return True
    wild = [at for at, each in enumerate(whole) if "*" in each or "?" in each]
    literal = whole[: wild[0]] if wild else whole
    above = path.split("/")
    return literal[: len(above)] == above or (not wild and above[: len(whole)] == whole)


@given(PATTERNS, PATHS)
def test_confined_signers_as_the_words_say(pattern, path) -> None:
    assert allows(pattern, path.encode()) is reference(pattern, path)


@given(PATTERNS, PATHS)
def test_rules_as_the_words_say(pattern, path) -> None:
    assert touches(pattern, path.encode()) is widened(pattern, path)


@given(PATTERNS, PATHS)
def test_what_a_signer_may_change_a_rule_takes_for_touched(pattern, path) -> None:
    assert touches(pattern, path.encode()) or not allows(pattern, path.encode())


@given(st.text(max_size=12), st.binary(max_size=12))
def test_no_pattern_and_no_path_raises(pattern, path) -> None:
    fault = path_pattern_fault(pattern)
    assert fault is None or all(fault)
    if fault is None:
        assert touches(pattern, path) in (True, False)
        assert allows(pattern, path) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40, b"a" * 60_000 + b"b"),
        ("/".join(["**/*a*"] * 40), b"a/" * 20_000 + b"b"),
        ("/".join(["*"] * 100 + ["x"]), b"/".join([b"y" * 200] * 101)),
        ("**/" * 100 + "x", b"y/" * 20_000 + b"y"),
        ("**/a*a*a/b/**/c", b"aaaa/b/" * 8_000 + b"d"),
    ],
)
def test_patterns_do_not_backtrack_without_end(pattern, path) -> None:
    """Where they did, these take longer than anybody waits."""
    assert path_pattern_fault(pattern) is None
    assert not allows(pattern, path)
    assert not touches(pattern, path)
