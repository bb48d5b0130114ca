"""Coded units from tables: listed and wide layouts, blanks, and what is refused."""

from __future__ import annotations

import json

import pytest

from communique.corpus import codebook as codebooks
from communique.corpus.annotations import read_coded
from communique.corpus.errors import CommuniqueError


@pytest.fixture
def read(tmp_path, table, book):
    def call(*rows, suffix="csv"):
        path = tmp_path / f"coded.{suffix}"
        if suffix == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        else:
            table(path, rows)
        return read_coded([str(path)], book)

    return call


def row(**fields):
    return {"id": "a", "text": "We oppose it."} | fields


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("opposition", {"opposition"}),
        ("opposition,support", {"opposition", "support"}),
        ("opposition; support", {"opposition", "support"}),
        ("opposition|support", {"opposition", "support"}),
        ("opposition#support", {"opposition", "support"}),
        ('["opposition", "support"]', {"opposition", "support"}),
        (" opposition , ", {"opposition"}),
        ("no label", set()),
        ("[]", set()),
    ],
)
def test_the_listed_layout(read, cell, labels):
    (unit,) = read(row(labels=cell))
    assert unit.labels == labels
    assert unit.unknown == frozenset(), "what a list leaves out is a no"


@pytest.mark.parametrize("value", [["opposition"], {"opposition": 1, "support": 0}, "opposition"])
@pytest.mark.parametrize("column", ["labels", "label", "cats"])
def test_the_listed_layout_in_json(read, value, column):
    (unit,) = read(row(**{column: value}), suffix="jsonl")
    assert unit.labels == {"opposition"}


@pytest.mark.parametrize("yes", ["1", "true", "TRUE", "yes", "x", "X", "1.0"])
@pytest.mark.parametrize("no", ["0", "false", "no", "0.0"])
def test_the_wide_layout(read, yes, no):
    (unit,) = read(row(opposition=yes, support=no))
    assert unit.labels == {"opposition"}
    assert unit.unknown == frozenset()


@pytest.mark.parametrize(("yes", "no"), [(1, 0), (True, False), (1.0, 0.0)])
def test_the_wide_layout_in_json(read, yes, no):
    (unit,) = read(row(opposition=yes, support=no), suffix="jsonl")
    assert (unit.labels, unit.unknown) == ({"opposition"}, set())


def test_a_blank_is_missing_and_never_a_no(read):
    first, second = read(row(opposition="1", support=""), row(id="b", opposition="", support="0"))
    assert (first.labels, first.unknown) == ({"opposition"}, {"support"})
    assert (second.labels, second.unknown) == (set(), {"opposition"})


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_list_is_missing_too(read, blank):
    unit, _ = read(row(labels=blank, sentiment="neutral"), row(id="b", labels="support", sentiment=""))
    assert (unit.labels, unit.unknown) == (set(), {"opposition", "support"})
    assert unit.choices == {"sentiment": "neutral"}


def test_a_blank_list_in_json_is_null_and_an_empty_one_is_a_judgement(read):
    null, empty, _ = read(row(labels=None), row(id="b", labels=[]), row(id="c", labels=["support"]), suffix="jsonl")
    assert null.unknown == {"opposition", "support"}
    assert empty.unknown == set()


def test_a_label_without_a_column_is_missing(read):
    (unit,) = read(row(opposition="1"))
    assert unit.unknown == {"support"}


def test_the_single_choice_group(read):
    first, second = read(row(labels="support", sentiment="positive"), row(id="b", labels="", sentiment=""))
    assert first.choices == {"sentiment": "positive"}
    assert second.choices == {}


def test_a_single_choice_may_stand_among_the_labels(read):
    (unit,) = read(row(labels="support,positive"))
    assert (unit.labels, unit.choices) == ({"support"}, {"sentiment": "positive"})


def test_what_else_is_known_of_a_unit(read):
    (unit,) = read(
        row(
            labels="no label", before="Before.", speaker="Ostra", kind="company", document="d1", split="dev", register="release",
            type="contrast", coder="c1", weight="2.5",
        )
    )  # fmt: skip
    assert (unit.before, unit.speaker, unit.kind) == ("Before.", "Ostra", "company")
    assert (unit.document, unit.split, unit.register, unit.type, unit.coder) == (
        "d1",
        "dev",
        "release",
        "contrast",
        "c1",
    )
    assert unit.weight == 2.5
    assert unit.source.endswith("coded.csv")


def test_a_unit_without_a_document_is_its_own(read):
    assert [unit.document for unit in read(row(labels="no label"), row(id="b", labels="no label"))] == ["a", "b"]


@pytest.mark.parametrize(
    ("fields", "weight"), [({"pi": "0.25"}, 4.0), ({"pi": ""}, 1.0), ({}, 1.0), ({"pi": "0.5", "weight": "3"}, 3.0)]
)
def test_the_weight_is_one_over_the_probability(read, fields, weight):
    assert read(row(labels="no label", **fields))[0].weight == weight


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"labels": "opposition,joy"}, ["a", "'joy'", "tiny", "opposition"]),
        ({"opposition": "maybe"}, ["a", "opposition", "'maybe'", "blank"]),
        ({"labels": "", "sentiment": "glad"}, ["a", "sentiment", "'glad'", "positive"]),
        ({"text": "", "labels": ""}, ["coded.csv", "row 1", "empty"]),
    ],
)
def test_what_is_wrong_is_named(read, fields, words):
    with pytest.raises(CommuniqueError) as error:
        read(row(**fields))
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "fields",
    [{"weight": "heavy"}, {"pi": "0"}, {"pi": "often"}, {"weight": "-1"}, {"pi": "nan"}],
)
def test_an_impossible_weight_is_named(read, fields):
    with pytest.raises(CommuniqueError, match=next(iter(fields))):
        read(row(labels="no label", **fields))


def test_a_broken_list_is_named(read):
    with pytest.raises(CommuniqueError, match="a"):
        read(row(labels='["opposition"'))


def test_a_table_that_holds_no_labels_at_all_is_refused(read):
    """No `labels` and no column of any label: probably another column name."""
    with pytest.raises(CommuniqueError, match="labels"):
        read(row(stance="opposition"))


def test_no_file_and_no_rows_are_named(tmp_path, book):
    with pytest.raises(CommuniqueError, match=r"nowhere\.csv"):
        read_coded([str(tmp_path / "nowhere.csv")], book)
    (tmp_path / "head.csv").write_text("id,text,labels\n")
    with pytest.raises(CommuniqueError, match=r"head\.csv"):
        read_coded([str(tmp_path / "head.csv")], book)


def test_a_scheme_of_choices_alone(tmp_path, table):
    book = codebooks.parse(
        {"name": "b", "groups": [{"name": "topic", "choice": "single", "labels": ["trade", "health"]}]}
    )
    path = table(tmp_path / "c.csv", [row(topic="trade"), row(id="b", topic="")])
    assert [unit.choices for unit in read_coded([str(path)], book)] == [{"topic": "trade"}, {}]
