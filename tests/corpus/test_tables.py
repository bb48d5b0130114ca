"""Tables and files: what a spreadsheet takes for a formula, what XLSX cannot hold, and whole replacements."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communique.corpus import tables
from communique.corpus.errors import CommuniqueError, UsageError
from communique.corpus.files import refuse_existing, replacing

texts = st.text(
    st.one_of(st.sampled_from("'=+-@\t\r_x0041\nF"), st.characters(blacklist_categories=["Cs"])), max_size=20
)


@given(texts)
@example("=1")
@example("'=1")
@example("''")
@example("\0=1")
def test_no_text_is_a_formula_and_every_one_comes_back(text):
    safe = tables.escaped(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert tables.unescaped(safe) == text


@given(texts)
@example("_x0041\r")
@example("_x_x0041_")
@example("_x0041_x0042_")
def test_a_sheet_holds_any_character(text):
    from communique.corpus.readers._excel import _unescaped

    written = tables._xlsx_text(text)
    assert _unescaped(written) == text
    assert not set(written) & set(map(chr, [*range(9), 11, 12, *range(13, 32), 0xFFFE, 0xFFFF]))


def test_a_sheet_keeps_numbers_to_the_last_digit_and_formulas_as_text(tmp_path):
    from openpyxl import load_workbook

    row = {"a": 0.1 + 0.2, "b": "=1+1", "c": 7, "d": True, "e": [1, {"x": "y"}], "f": None}
    tables.write([row], list(row), tmp_path / "a.xlsx")
    header, cells = load_workbook(tmp_path / "a.xlsx")["units"].iter_rows()
    assert [cell.value for cell in header] == list("abcdef")
    assert [cell.value for cell in cells] == [0.1 + 0.2, "=1+1", 7, True, '[1, {"x": "y"}]', None]
    assert cells[1].data_type == "s"


def test_what_a_sheet_cannot_hold_is_named(tmp_path, monkeypatch):
    with pytest.raises(CommuniqueError, match=r"40,000.*\.csv"):
        tables.write([{"text": "word" * 10_000}], ["text"], tmp_path / "a.xlsx")
    monkeypatch.setattr(tables, "XLSX_ROWS", 1)
    with pytest.raises(CommuniqueError, match=r"2.*\.csv"):
        tables.write([{}, {}], ["text"], tmp_path / "a.xlsx")
    with pytest.raises(CommuniqueError, match=r"a\.odt.*\.xlsx"):
        tables.write([{}], ["text"], tmp_path / "a.odt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([1, None, 2], [1, None, 2]),
        ([0.5, None], [0.5, None]),
        (["a", 1], ["a", "1"]),
        ([True, 1], ["true", "1"]),
        ([2**70], [str(2**70)]),
        ([[1], None], ["[1]", None]),
        ([None], [None]),
    ],
)
def test_a_column_of_one_kind_keeps_it(values, wanted):
    table = tables.arrow_table([{"x": value} for value in values], ["x"])
    assert table.column("x").to_pylist() == wanted


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def half(fail):
        with replacing(path) as temporary:
            temporary.write_text("new")
            if fail:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        half(fail=True)
    assert path.read_text() == "old"
    half(fail=False)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_whole(tmp_path):
    path = tmp_path / "set"
    for name in ("a", "b"):
        with replacing(path) as temporary:
            temporary.mkdir()
            (temporary / name).touch()
    assert [found.name for found in path.iterdir()] == ["b"]
    assert list(tmp_path.iterdir()) == [path]


def test_what_exists_is_refused_unless_that_is_wanted(tmp_path):
    refuse_existing(tmp_path / "new", overwrite=False)
    refuse_existing(tmp_path, overwrite=True)
    with pytest.raises(UsageError, match="--overwrite"):
        refuse_existing(tmp_path, overwrite=False)
