"""Disagreements: what they are, the page and the sheet, and what is merged out of them."""

from __future__ import annotations

import csv
import io
import re

import pytest

from communique.analysis import adjudication
from communique.analysis.adjudication import adjudicate, disagreements, read_settled
from communique.corpus.annotations import CodedUnit
from communique.corpus.errors import CommuniqueError, UsageError

BAD = '=HYPERLINK("x") <script>alert(1)</script>'


def unit(item, coder, labels=(), sentiment="", **other):
    choices = {"sentiment": sentiment} if sentiment else {}
    return CodedUnit(item, f"{item}: {BAD}", frozenset(labels), choices, coder=coder, **other)


UNITS = [
    unit(
        "a",
        "anna",
        ["support"],
        "positive",
        note=BAD,
        speaker="Ostra",
        before="News.",
        document="d",
        pi=0.5,
        weight=2.0,
    ),
    unit("a", "ben", [], "neutral"),
    unit("b", "anna", ["support"], "neutral"),
    unit("b", "ben", ["support"], "neutral"),
    unit("c", "anna", ["support"], unknown=frozenset(["opposition"])),
    unit("-d", "anna", ["opposition"], "negative"),
    unit("-d", "ben", ["support"], "negative", unknown=frozenset(["opposition"])),
]


def test_a_disagreement_is_two_different_answers(book):
    found = {(one.item, one.question): dict(one.answers) for one in disagreements(UNITS, book)}
    assert found == {
        ("a", "support"): {"anna": "1", "ben": "0"},
        ("a", "sentiment"): {"anna": "positive", "ben": "neutral"},
        ("-d", "support"): {"anna": "0", "ben": "1"},
    }, "what one of them left blank is none"


def settle(path, answers):
    """Fill in a sheet as a person would."""
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        book = load_workbook(path)
        header, *rows = book.active.iter_rows()
        column = [cell.value for cell in header].index("settled")
        for row, answer in zip(rows, answers, strict=True):
            row[column].value = answer
        book.save(path)
    else:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=delimiter))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(row | {"settled": answer} for row, answer in zip(rows, answers, strict=True))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_a_sheet_is_filled_in_and_read_back(tmp_path, book, suffix):
    found = disagreements(UNITS, book)
    path = tmp_path / f"settle{suffix}"
    adjudication.write(UNITS, found, book, path)
    assert read_settled(path, found, book) == {}
    settle(path, ["1" if suffix != ".xlsx" else 1, "neutral", " No " if suffix != ".xlsx" else None])
    settled = {("a", "support"): "1", ("a", "sentiment"): "neutral"} | (
        {("-d", "support"): "0"} if suffix != ".xlsx" else {}
    )
    assert read_settled(path, found, book) == settled


def test_the_sheet_says_who_said_what(tmp_path, book):
    adjudication.write(UNITS, disagreements(UNITS, book), book, tmp_path / "s.csv")
    first, *_ = csv.DictReader(io.StringIO((tmp_path / "s.csv").read_text("utf-8-sig"), newline=""))
    assert first == {
        "id": "a", "text": f"a: {BAD}", "before": "News.", "speaker": "Ostra", "question": "support", "said by anna": "1",
        "said by ben": "0", "notes": f"anna: {BAD}", "settled": "", "reason": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["maybe", "", ""], ["a", "support", "'maybe'", "1 or 0"]),
        (["", "glad", ""], ["a", "sentiment", "'glad'", "positive"]),
    ],
)
def test_an_answer_that_cannot_be_given_is_named(tmp_path, book, answers, words):
    found = disagreements(UNITS, book)
    adjudication.write(UNITS, found, book, tmp_path / "s.csv")
    settle(tmp_path / "s.csv", answers)
    with pytest.raises(CommuniqueError) as error:
        read_settled(tmp_path / "s.csv", found, book)
    assert all(word in str(error.value) for word in words)


def test_a_sheet_of_other_files_is_refused(tmp_path, book):
    found = disagreements(UNITS, book)
    adjudication.write(UNITS, found, book, tmp_path / "s.csv")
    settle(tmp_path / "s.csv", ["1", "", ""])
    with pytest.raises(CommuniqueError, match="do not differ on support of a"):
        read_settled(tmp_path / "s.csv", found[2:], book)
    (tmp_path / "t.csv").write_text("id,question\na,support\n")
    with pytest.raises(CommuniqueError, match="'settled'"):
        read_settled(tmp_path / "t.csv", found, book)


def test_one_coding_comes_out(book):
    merged = {one.id: one for one in adjudicate(UNITS, {("a", "support"): "0"}, book)}
    assert list(merged) == ["a", "b", "c", "-d"]
    a, b, c, d = merged.values()
    assert (a.labels, a.unknown, a.choices) == (set(), set(), {}), "settled, agreed, and still open"
    assert (a.coder, a.note, a.speaker, a.document, a.weight) == ("anna+ben", f"anna: {BAD}", "Ostra", "d", 2.0)
    assert (b.labels, b.choices) == ({"support"}, {"sentiment": "neutral"})
    assert (c.labels, c.unknown, c.coder) == ({"support"}, {"opposition"}, "anna")
    assert (d.labels, d.unknown) == ({"opposition"}, {"support"}), "an answer that one coder alone gave stands"


def test_the_page_shows_everything_as_text_and_runs_nothing(book):
    page = adjudication.page(UNITS, disagreements(UNITS, book), book)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)=", page)
    assert "2 of 4 sentences" in page
    assert page.count("<section>") == 2
    assert 'class="yes">positive' in page


def test_where_all_agree_the_page_says_so(book):
    assert "agree on everything" in adjudication.page(UNITS[2:4], [], book)


def test_disagreements_have_their_suffixes(tmp_path, book):
    with pytest.raises(UsageError, match=r"d\.pdf.*\.html"):
        adjudication.write(UNITS, [], book, tmp_path / "d.pdf")


NOTHING = frozenset(["opposition", "support"])


def test_what_is_no_statement_is_settled_too(tmp_path, book):
    units = [
        unit("a", "anna", unknown=NOTHING, meta={"is_statement": "0", "speaker_right": ""}),
        unit("a", "ben", unknown=NOTHING, meta={"is_statement": 0}),
        unit("b", "anna", unknown=NOTHING, meta={"is_statement": "0"}),
        unit("b", "ben", ["support"], meta={"is_statement": "1", "speaker_right": "1"}),
        unit("c", "anna", ["support"], meta={"is_statement": "1", "speaker_right": "no"}),
        unit("c", "ben", ["support"], meta={"is_statement": "yes", "speaker_right": "yes"}),
    ]
    found = disagreements(units, book)
    assert {(one.item, one.question): dict(one.answers) for one in found} == {
        ("b", "is_statement"): {"anna": "0", "ben": "1"},
        ("c", "speaker_right"): {"anna": "0", "ben": "1"},
    }
    assert "Somebody says this sentence" in adjudication.page(units, found, book)
    adjudication.write(units, found, book, tmp_path / "s.csv")
    settle(tmp_path / "s.csv", ["1", ""])
    a, b, c = adjudicate(units, read_settled(tmp_path / "s.csv", found, book), book)
    assert (a.is_statement, a.speaker_right, a.unknown) == (False, None, NOTHING)
    assert (b.is_statement, b.speaker_right, b.labels) == (True, True, {"support"}), "settled, and said by ben alone"
    assert (c.is_statement, c.speaker_right) == (True, None), "agreed on, and still open"


def test_a_coding_without_these_questions_gets_no_columns_for_them(book):
    assert all(not one.meta for one in adjudicate(UNITS, {}, book))
