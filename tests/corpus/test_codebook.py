"""The codebook: any scheme that can be written so loads, and what cannot is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.corpus import codebook
from communique.corpus.codebook import CORE, DATA, Codebook, Group, Label, core, dump, load, parse, warnings
from communique.corpus.errors import CommuniqueError

NAMES = st.from_regex(r"\A[a-z][a-z0-9_]{0,12}\Z")
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)


@st.composite
def codebooks(draw):
    names = draw(st.lists(NAMES, min_size=3, max_size=7, unique=True))
    labels = [Label(name, draw(TEXTS), draw(LISTS), draw(LISTS), draw(LISTS), draw(LISTS)) for name in names]
    cut = draw(st.integers(1, len(labels) - 2))
    groups = (
        Group("first", "multi", tuple(labels[:cut]), draw(TEXTS), draw(LISTS)),
        Group("second", "single", tuple(labels[cut:])),
    )
    return Codebook(draw(NAMES), draw(TEXTS), groups, draw(TEXTS), instructions=draw(LISTS), rulings=draw(LISTS))


@settings(max_examples=15)
@given(codebooks())
def test_what_is_written_is_read_back(tmp_path, book):
    (tmp_path / "book.yaml").write_text(dump(book), encoding="utf-8")
    assert load(tmp_path / "book.yaml") == book


def test_core_is_read_back_too(tmp_path):
    (tmp_path / "book.yaml").write_text(dump(core()), encoding="utf-8")
    assert load(tmp_path / "book.yaml") == core()


def test_core_has_fourteen_stances_and_the_sentiment():
    book = core()
    assert len(book.multi) == 14
    assert len(set(book.labels)) == 17
    (sentiment,) = book.single
    assert (sentiment.name, sentiment.names) == (codebook.SENTIMENT, ("negative", "neutral", "positive"))
    assert {"opposition", "denial", "compliance_claim", "human_rights", "harm_claim"} <= set(book.multi)
    assert all(label.definition and label.positive and label.negative for label in book.groups[0].labels)
    assert not [text for text in warnings(book) if text.split()[1] in book.multi]
    assert core() is core()
    assert load(CORE) == book


def test_the_codebook_to_begin_with_loads_without_warning_of_its_labels():
    book = load(DATA / "new_codebook.yaml")
    assert book.multi
    assert book.single
    assert not [text for text in warnings(book) if text.split()[1] in book.multi]


@given(codebooks())
def test_labels_stand_group_after_group(book):
    assert book.labels == tuple(name for group in book.groups for name in group.names)
    assert set(book.multi) | {name for group in book.single for name in group.names} == set(book.labels)
    for group in book.groups:
        assert book.labels[book.columns(group)] == group.names


def test_the_digest_is_of_the_scheme_not_of_its_words():
    book = core()
    assert replace(book, title="Other", rulings=()).digest == book.digest
    other = replace(book.groups[0], labels=tuple(replace(label, definition="") for label in book.groups[0].labels))
    assert replace(book, groups=(other, *book.groups[1:])).digest == book.digest
    assert replace(book, version="9").digest != book.digest
    assert replace(book, groups=book.groups[::-1]).digest != book.digest
    assert (
        replace(book, groups=(replace(book.groups[0], labels=book.groups[0].labels[1:]), *book.groups[1:])).digest
        != book.digest
    )


def test_a_label_may_be_a_bare_name():
    book = parse({"name": "b", "groups": [{"name": "g", "labels": ["a", {"name": "c"}]}]})
    assert book.labels == ("a", "c")
    assert book.groups[0].choice == "multi"
    assert warnings(book) == [
        "label a has no definition", "label a lacks positive examples", "label c has no definition", "label c lacks positive examples",
    ]  # fmt: skip


GROUP = {"name": "g", "labels": ["a"]}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, ["NoneType"]),
        ([], ["list"]),
        ("text", ["str"]),
        ({}, ["no groups"]),
        ({"name": "b", "groups": []}, ["no groups", "codebook new"]),
        ({"groups": [GROUP]}, ["name", "None"]),
        ({"name": "My Book", "groups": [GROUP]}, ["'My Book'", "lower-case"]),
        ({"name": "b", "grups": []}, ["'grups'", "groups"]),
        ({"name": "b", "groups": [{"name": "g", "labels": []}]}, ["groups[0]", "too few"]),
        ({"name": "b", "groups": [{"name": "g", "choice": "single", "labels": ["a"]}]}, ["groups[0]", "single"]),
        ({"name": "b", "groups": [{"name": "g", "choice": "any", "labels": ["a"]}]}, ["'any'", "multi"]),
        ({"name": "b", "groups": [GROUP, {"name": "h", "labels": ["a"]}]}, ["label 'a' stands twice"]),
        ({"name": "b", "groups": [GROUP, {"name": "g", "labels": ["c"]}]}, ["group 'g' stands twice"]),
        ({"name": "b", "groups": [{"name": "g", "labels": [False]}]}, ["labels[0]", "bool"]),
        (
            {"name": "b", "groups": [{"name": "g", "labels": [{"name": "a", "positiv": []}]}]},
            ["labels[0]", "'positiv'"],
        ),
        ({"name": "b", "groups": [{"name": "g", "labels": [{"name": "a", "positive": "x"}]}]}, ["positive", "str"]),
        ({"name": "b", "groups": ["g"]}, ["groups[0]", "str"]),
        ({"name": "b", "groups": [GROUP], "rulings": "one"}, ["rulings", "str"]),
    ],
)
def test_what_is_wrong_is_named_with_its_place(raw, words):
    with pytest.raises(CommuniqueError) as error:
        parse(raw, "book.yaml")
    assert "book.yaml" in str(error.value)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("content", ["{{{", "a: [1", "\t- x", "name: b\nname: [\n"])
def test_a_file_that_is_no_yaml_is_named_in_one_line(tmp_path, content):
    (tmp_path / "book.yaml").write_text(content)
    with pytest.raises(CommuniqueError, match=r"book\.yaml") as error:
        load(tmp_path / "book.yaml")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_one_in_another_encoding_are_named(tmp_path):
    with pytest.raises(CommuniqueError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")
    (tmp_path / "book.yaml").write_bytes("name: größe".encode("latin-1"))
    with pytest.raises(CommuniqueError, match=r"book\.yaml"):
        load(tmp_path / "book.yaml")


def test_yaml_that_would_build_objects_is_refused(tmp_path):
    (tmp_path / "book.yaml").write_text("name: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(CommuniqueError):
        load(tmp_path / "book.yaml")


NOT_LISTS = [
    {"name": "b", "groups": 3},
    {"name": "b", "groups": [{"name": "g", "labels": 3}]},
    {"name": "b", "groups": [GROUP], "crosswalk": 3},
]


@pytest.mark.parametrize("raw", NOT_LISTS)
def test_a_number_where_a_list_belongs_is_named(raw):
    with pytest.raises(CommuniqueError):
        dump(parse(raw))


def test_a_definition_left_blank_is_blank():
    """`definition:` with nothing behind it, as in a form not yet filled in."""
    book = parse({"name": "b", "title": None, "groups": [{"name": "g", "labels": [{"name": "a", "definition": None}]}]})
    assert book.title == ""
    assert book.groups[0].labels[0].definition == ""
    assert "label a has no definition" in warnings(book)


@pytest.mark.parametrize("content", [b"version: 2024-13-01", b"\xff", b"[" * 5000])
def test_what_yaml_cannot_read_is_named(tmp_path, content):
    (tmp_path / "book.yaml").write_bytes(content)
    with pytest.raises(CommuniqueError, match=r"book\.yaml is no valid YAML"):
        load(tmp_path / "book.yaml")
