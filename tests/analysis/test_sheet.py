"""The sheet of coders: blind, safe in a spreadsheet, and read back to the units it was drawn from."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from communique.analysis import sheet as sheets
from communique.analysis.run import read_run
from communique.analysis.sheet import Drawn, beside
from communique.corpus import codebook as codebooks
from communique.corpus.annotations import read_coded, read_units
from communique.corpus.errors import UsageError

HEAD = [
    "id", "coder", "text", "before", "speaker", "actor", "document", "pi", "stratum", "opposition", "support", "sentiment",
    "is_statement", "speaker_right", "note",
]  # fmt: skip
PI = 0.1 / 3


@pytest.fixture(params=[".csv", ".xlsx"])
def path(request, tmp_path):
    return tmp_path / f"coding{request.param}"


def write(path, run, book, places=(5, 3, 8), pi=PI):
    drawn = Drawn(np.array(places), [pi] * len(places), ["all"] * len(places), {"n": len(places)})
    sheets.write(path, read_run(run), book, drawn)
    return path


def cells(path):
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    from openpyxl import load_workbook

    rows = load_workbook(path).active.iter_rows(values_only=True)
    return [["" if value is None else str(value) for value in row] for row in rows]


def test_a_sheet_shows_the_units_and_nothing_that_the_model_says(path, made, book, lines):
    head, *rows = cells(write(path, made.path, book))
    units = lines(made.path / "units.jsonl")
    assert head == HEAD
    assert [row[0] for row in rows] == [units[n]["id"] for n in (5, 3, 8)], "in the order drawn"
    for row, unit in zip(rows, (units[n] for n in (5, 3, 8)), strict=True):
        known = dict(zip(head, row, strict=True))
        assert (known["text"], known["before"], known["actor"]) == (unit["text"], "It was news.", unit["actor"])
        assert float(known["pi"]) == PI, "to the last bit"
        assert not any(known[name] for name in ("coder", *HEAD[9:]))


def test_a_blank_sheet_is_read_as_nothing_judged(path, made, book):
    units = read_units(str(write(path, made.path, book)), book)
    assert [unit.unknown for unit in units] == [{"opposition", "support"}] * 3
    assert [(unit.choices, unit.is_statement, unit.speaker_right) for unit in units] == [({}, None, None)] * 3
    assert [unit.weight for unit in units] == pytest.approx([1 / PI] * 3)


def test_a_filled_sheet_is_read_as_it_was_filled(path, made, book, fill):
    fill(write(path, made.path, book), made.truth, is_statement="1", speaker_right="0", coder="ab")
    units = read_coded([str(path)], book)
    for unit in units:
        wanted = made.truth[unit.id]
        assert unit.labels == ({"opposition"} if wanted["opposition"] == "1" else set())
        assert unit.choices == {"sentiment": wanted["sentiment"]}
        assert (unit.unknown, unit.is_statement, unit.speaker_right, unit.coder) == (set(), True, False, "ab")
        assert unit.document == unit.id.split(":")[0], "so that `evaluate` resamples documents"


def test_what_begins_like_a_formula_stays_a_text(path, tmp_path, make_run, made, lines, book):
    row = lines(made.path / "units.jsonl")[0] | {"text": "=HYPERLINK(1)", "speaker": "@desk", "id": "-1"}
    written = write(path, make_run(tmp_path / "run", [row]), book, places=(0,))
    _, found = cells(written)
    prefix = "'" if path.suffix == ".csv" else ""
    assert found[2] == f"{prefix}=HYPERLINK(1)"
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        assert load_workbook(written).active["C2"].data_type == "s"


def test_the_workbook_is_ready_to_code_in(tmp_path, made, book):
    from openpyxl import load_workbook

    made_sheet = load_workbook(write(tmp_path / "coding.xlsx", made.path, book)).active
    hidden = {name for name, shape in made_sheet.column_dimensions.items() if shape.hidden}
    assert hidden >= {"G", "H", "I"}, "document, pi and stratum"
    assert "C" not in hidden
    assert made_sheet.freeze_panes == "D2"
    lists = {str(one.sqref): one.formula1 for one in made_sheet.data_validations.dataValidation}
    assert lists["J2:J4"] == '"1,0"'
    assert lists["L2:L4"] == '"negative,neutral,positive"'


def test_the_codebook_and_the_instructions_lie_beside_it(path, made, book):
    write(path, made.path, book)
    codebook, how_to, record = beside(path)
    assert codebooks.load(codebook) == book
    words = how_to.read_text(encoding="utf-8")
    assert all(f"`{name}`" in words for name in ("opposition", "support", "sentiment", "is_statement", "speaker_right"))
    assert "never no" in words
    assert codebook.name in words
    assert "do not show it" not in words, "equal chances tell coders nothing"
    assert json.loads(record.read_text(encoding="utf-8")) == {"n": 3}
    assert sorted(found.name for found in path.parent.iterdir() if "coding" in found.name) == sorted(
        [path.name, codebook.name, how_to.name, record.name]
    ), "nothing half-written is left"


def test_instructions_warn_where_chances_tell_what_the_model_says(made, book, tmp_path):
    run = read_run(made.path)
    assert "do not show it" in sheets.instructions(tmp_path / "c.csv", run, book, equal=False)


def test_a_scheme_of_choices_alone(tmp_path, made):
    book = codebooks.parse(
        {"name": "b", "groups": [{"name": "topic", "choice": "single", "labels": ["trade", "health"]}]}
    )
    assert "`topic`: one of trade, health" in sheets.instructions(
        tmp_path / "c.csv", read_run(made.path), book, equal=True
    )
    assert "topic" in sheets.columns(book)


def test_another_format_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"coding\.docx"):
        sheets.refuse_impossible(tmp_path / "coding.docx")


@pytest.mark.parametrize("name", ["c.csv", "c.howto.md"])
def test_what_is_there_is_kept(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(UsageError, match=name):
        sheets.refuse_impossible(tmp_path / "c.csv")
