"""Edits of a policy's text: whatever it looks like, every byte outside the edit stays."""

from __future__ import annotations

import difflib
import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsig.errors import PolicyFault
from gitsig.upkeep.document import Document
from gitsig.upkeep.rendering import rendered

MOMENT = datetime(2027, 1, 1, tzinfo=UTC)
_COMMENTS = st.sampled_from(["", "# a comment\n", "\n", "\n# one\n# two\n\n", "  # indented\n"])
_ENDS = st.sampled_from(["", " # why", "   # ] = [x]", '  # "quoted"'])
_WORDS = st.sampled_from(["key", "x # no comment", "ä ö", 'a"b', "a]b"])


@st.composite
def arrays(draw: st.DrawFn) -> str:
    items = [rendered(draw(_WORDS) + str(number)) for number in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        return "[" + ", ".join(items) + draw(st.sampled_from(["", ",", " "])) + "]"
    lines = "".join(f"{draw(_COMMENTS)}  {item},{draw(_ENDS)}\n" for item in items)
    return f"[\n{lines}{draw(_COMMENTS)}]"


@st.composite
def policies(draw: st.DrawFn) -> str:
    text = f"{draw(_COMMENTS)}version = 1{draw(_ENDS)}\n"
    for name in ("ada", "bob", '"c d"'):
        text += f"{draw(_COMMENTS)}[signers.{name}]{draw(_ENDS)}\n{draw(_COMMENTS)}"
        text += f"ssh = {draw(arrays())}{draw(_ENDS)}\n{draw(_COMMENTS)}"
        if draw(st.booleans()):
            text += f"emails = {draw(arrays())}\n"
    text += f"{draw(_COMMENTS)}[defaults]{draw(_ENDS)}\ntags = 'any'\n{draw(_COMMENTS)}"
    text = text.replace("\n", "\r\n") if draw(st.booleans()) else text
    return text.rstrip("\r\n") if draw(st.booleans()) else text


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    told = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    return [each[2:] for each in told if each[0] == "-"], [each[2:] for each in told if each[0] == "+"]


@given(policies(), st.sampled_from(["ada", "bob", "c d"]))
def test_appending_touches_one_list(text: str, name: str) -> None:
    document = Document(text.encode(), "policy.toml")
    document.extend(("signers", name, "ssh"), ["new", {"key": "newer", "valid-until": MOMENT}])
    expected = tomllib.loads(text)
    expected["signers"][name]["ssh"] += ["new", {"key": "newer", "valid-until": MOMENT}]
    assert document.plain == expected
    lost, _ = changed_lines(text, document.text)
    assert len(lost) <= 1, "at most the line before gets a comma"


@given(policies(), st.sampled_from(["ada", "bob", "c d"]))
def test_a_new_key_touches_nothing(text: str, name: str) -> None:
    document = Document(text.encode(), "policy.toml")
    document.set(("signers", name, "valid-until"), MOMENT)
    expected = tomllib.loads(text)
    expected["signers"][name]["valid-until"] = MOMENT
    assert document.plain == expected
    assert "valid-until = 2027-01-01T00:00:00Z" in document.text
    end = "\r\n" if "\r\n" in text else "\n"
    assert document.text.replace(f"valid-until = 2027-01-01T00:00:00Z{end}", "", 1).rstrip("\r\n") == text.rstrip(
        "\r\n"
    )


@given(policies())
def test_a_new_signer_touches_nothing(text: str) -> None:
    document = Document(text.encode(), "policy.toml")
    document.add_signer("e f", {"emails": ["e@f"], "ssh": ["x"]})
    assert document.plain["signers"].pop("e f") == {"emails": ["e@f"], "ssh": ["x"]}
    end = "\r\n" if "\r\n" in text else "\n"
    new = end.join(["", '[signers."e f"]', 'emails = ["e@f"]', 'ssh = ["x"]', ""])
    assert document.text.replace(new, "", 1) == text


@given(policies(), st.sampled_from(["ada", "bob", "c d"]))
def test_what_is_left_of_a_signer_is_nothing_and_of_the_others_everything(text: str, name: str) -> None:
    document = Document(text.encode(), "policy.toml")
    expected = tomllib.loads(text)
    del expected["signers"][name]
    document.remove_signer(name)
    assert document.plain == expected
    _, new = changed_lines(text, document.text)
    assert new == []


@given(policies(), st.sampled_from(["ada", "bob", "c d"]), st.data())
def test_an_item_goes_alone(text: str, name: str, data: st.DataObject) -> None:
    document = Document(text.encode(), "policy.toml")
    expected = tomllib.loads(text)
    items = expected["signers"][name]["ssh"]
    index = data.draw(st.integers(0, len(items) - 1))
    del items[index]
    if not items:
        del expected["signers"][name]["ssh"]
    document.remove_item(("signers", name, "ssh", index))
    assert document.plain == expected


LAYOUTS = [
    'version = 1\nsigners = {ada = {ssh = ["a"]}}\n',
    'version = 1\nsigners.ada.ssh = ["a"]\n',
    'version = 1\n[signers]\nada = {ssh = ["a"]}\n',
    'version = 1\n[signers.ada]\nssh = ["a"]\n[defaults]\n[signers.bob]\nssh = ["b"]\n',
]
EDITS = [
    (lambda document: document.add_signer("carol", {"ssh": ["c"]}), lambda said: said.update(carol={"ssh": ["c"]})),
    (
        lambda document: document.set(("signers", "ada", "valid-until"), MOMENT),
        lambda said: said["ada"].update({"valid-until": MOMENT}),
    ),
    (lambda document: document.extend(("signers", "ada", "ssh"), ["z"]), lambda said: said["ada"]["ssh"].append("z")),
    (lambda document: document.remove_signer("ada"), lambda said: said.pop("ada")),
]


def attempt(edit, document: Document) -> str:
    """Where the edit was refused; empty where it was made."""
    try:
        edit(document)
    except PolicyFault as fault:
        return fault.where
    return ""


@pytest.mark.parametrize("text", LAYOUTS)
@pytest.mark.parametrize(("edit", "same"), EDITS)
def test_an_unusual_layout_is_edited_rightly_or_not_at_all(text: str, edit, same) -> None:
    document = Document(text.encode(), "policy.toml")
    expected = tomllib.loads(text)["signers"]
    same(expected)
    refused = attempt(edit, document)
    assert document.text == text if refused else document.plain.get("signers", {}) == expected
    assert refused[:12] in ("", "policy.toml:")


def test_most_of_the_usual_layout_is_edited() -> None:
    assert [attempt(edit, Document(LAYOUTS[3].encode(), "policy.toml")) for edit, _ in EDITS] == ["", "", "", ""]


@given(st.text())
def test_every_text_is_written_as_it_is(text: str) -> None:
    assert tomllib.loads(f"key = {rendered(text)}")["key"] == text


_INLINE = "version = 1\nsigners = {ada = {ssh = ['a', 'b']}, bob = {ssh = ['x']}}\n"
_DOTTED = "version = 1\nsigners.ada.ssh = ['a', 'b'] # c\nsigners.bob.ssh = ['x']\n"
_HALF = "version = 1\n[signers]\nada = {ssh = ['a', 'b']}\nbob.ssh = ['x']\n"
_TABLES = "version = 1\n[signers.ada]\n[[signers.ada.ssh]]\nkey = 'a'\n[[signers.ada.ssh]]\nkey = 'b'\n"
_NAMESAKES = "version = 1\n[signers.ssh]\nssh = ['a']\n[signers.ada]\n'ssh' = ['a', 'b']\n[signers.signers]\nssh = []\n"
_STRINGS = "version = 1\n[signers.ada]\nssh = ['a', \"\"\"\nb\"\"\",\n'c']\nemails = ['''\nx''']\n# z\n[defaults]"


@pytest.mark.parametrize(
    ("text", "edit", "line"),
    [
        (_INLINE, "extend", "signers = {ada = {ssh = ['a', 'b', \"new\"]}, bob = {ssh = ['x']}}"),
        (_INLINE, "add", None),
        (_INLINE, "remove", None),
        (_DOTTED, "extend", "signers.ada.ssh = ['a', 'b', \"new\"] # c"),
        (_DOTTED, "item", "signers.ada.ssh = ['b'] # c"),
        (_DOTTED, "add", "[signers.new]"),
        (_DOTTED, "set", None),
        (_DOTTED, "remove", None),
        (_HALF, "extend", "ada = {ssh = ['a', 'b', \"new\"]}"),
        (_HALF, "remove", None),
        (_TABLES, "extend", None),
        (_TABLES, "item", None),
        (_TABLES, "add", "[signers.new]"),
        (_NAMESAKES, "extend", "'ssh' = ['a', 'b', \"new\"]"),
        (_NAMESAKES, "item", "'ssh' = ['b']"),
        (_STRINGS, "extend", '"new"]'),
        (_STRINGS, "set", 'only = ["merge"]'),
    ],
)
def test_however_it_is_written_it_is_edited_rightly_or_left_alone(text: str, edit: str, line: str | None) -> None:
    document = Document(text.encode(), "policy.toml")
    work = {
        "extend": lambda: document.extend(("signers", "ada", "ssh"), ["new"]),
        "item": lambda: document.remove_item(("signers", "ada", "ssh", 0)),
        "set": lambda: document.set(("signers", "ada", "only"), ["merge"]),
        "add": lambda: document.add_signer("new", {"ssh": ["new"]}),
        "remove": lambda: document.remove_signer("ada"),
    }[edit]
    if line is None:
        with pytest.raises(PolicyFault, match="cannot be edited here"):
            work()
        assert document.text == text
    else:
        work()
        _, new = changed_lines(text, document.text)
        assert line in new


def test_an_edit_among_hundreds_of_signers_reads_the_file_a_few_times_only(monkeypatch) -> None:
    """With tomlkit over the whole file, or a look at every table, a policy of a large project took minutes."""
    text = "version = 1\n" + "".join(f'\n# s{each}\n[signers.s{each}]\nssh = ["k{each}"]\n' for each in range(400))
    read: list[int] = []
    loads = tomllib.loads

    def counted(data: str) -> dict:
        read.append(len(data))
        return loads(data)

    monkeypatch.setattr(tomllib, "loads", counted)
    document = Document(text.encode(), "policy.toml")
    document.add_signer("new", {"ssh": ["x"]})
    document.extend(("signers", "s7", "ssh"), ["y"])
    document.remove_signer("s9")
    assert sum(read) < 10 * len(text)
    assert document.plain["signers"]["s7"] == {"ssh": ["k7", "y"]}
