"""The sinks: what is written is what is read back, in every format."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communique.corpus.errors import CommuniqueError
from communique.inference import sinks
from communique.inference.rows import line
from communique.inference.sinks import FORMATS, convert, flat, formula_safe

TEXTS = [
    "We oppose it.",
    "=1+1",
    "+49 30",
    "-5 %",
    "@home",
    "\ttab",
    "naïve “quotes” 中文 🙂",
    "line\nbreak",
    'a "b", c',
    "'",
    "",
]


def unit(n: int, text: str, **other) -> dict:
    return {
        "id": f"d:{n}", "doc": "d", "statement": "d:s1", "text": text, "start": n, "end": n + len(text), "speaker": "a minister",
        "actor": None, "actor_type": "government", "kind": "direct", "on_behalf_of": None, "title": None, "date": "2019-10-08",
        "publisher": None, "meta": {"desk": "four"}, "labels": ["opposition", "support"],
        "scores": {"opposition": 0.97, "support": 0.61}, "sentiment": "negative",
        "sentiment_scores": {"negative": 0.91, "neutral": 0.08, "positive": 0.01}, "target": None, "flags": ["uncertain"],
    } | other  # fmt: skip


TARGET = {"text": "the decision", "start": 15, "end": 27, "actor": "Ministry of Trade", "kind": "government_action"}


def write(path, rows):
    path.write_bytes(b"".join(map(line, rows)))
    return path


@pytest.fixture
def units(tmp_path):
    rows = [unit(n, text) for n, text in enumerate(TEXTS)]
    rows[1] |= {"target": TARGET, "labels": [], "meta": {}, "flags": []}
    return write(tmp_path / "units.jsonl", rows)


def back(path):
    """Read a file as a user's tool would; return its rows, missing cells as None."""
    if path.suffix == ".jsonl":
        return [flat(row) for row in sinks.rows(path)]
    if path.suffix == ".csv":
        content = path.read_bytes().decode("utf-8-sig")
        return [{k: v or None for k, v in row.items()} for row in csv.DictReader(io.StringIO(content, newline=""))]
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path).to_pylist()
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        cells = list(load_workbook(path)["units"].iter_rows(values_only=True))
        return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    import pandas as pd

    return pd.read_stata(path).to_dict("records")


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_comes_back(units, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    convert(units, out)
    found, wanted = back(out), [flat(row) for row in sinks.rows(units)]
    assert len(found) == len(wanted)
    for got, want in zip(found, wanted, strict=True):
        text = formula_safe(want["text"]) if suffix == "csv" else want["text"]
        assert (got["text"] or "").removesuffix("\0") == text
        assert got["id"] == want["id"]
        assert (got["labels"] or "") == want["labels"]
        assert float(got["score_opposition"]) == pytest.approx(want["score_opposition"])
        assert float(got["sentiment_negative"]) == pytest.approx(want["sentiment_negative"])
        assert int(got["start"]) == want["start"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"units.jsonl", out.name}), "no temporary is left"


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_the_target_has_its_columns(units, tmp_path, suffix):
    convert(units, tmp_path / f"out.{suffix}")
    rows = back(tmp_path / f"out.{suffix}")
    assert rows[1]["target_actor"] == "Ministry of Trade"
    assert int(rows[1]["target_start"]) == 15
    assert rows[0]["target_actor"] is None


def test_jsonl_is_copied(units, tmp_path):
    convert(units, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == units.read_bytes()


def test_a_flat_row_has_no_container():
    row = flat(unit(0, "x", target=TARGET))
    assert not [key for key, value in row.items() if isinstance(value, (list, dict))]
    assert row["labels"] == "opposition;support"
    assert json.loads(row["meta"]) == {"desk": "four"}
    assert row["target_text"] == "the decision"
    assert "target" not in row


def test_rows_with_and_without_a_target_have_the_same_columns():
    assert list(flat(unit(0, "x", target=TARGET))) == list(flat(unit(0, "x")))


@given(st.text(max_size=20))
@example("=cmd|' /C calc'!A0")
@example("\r=1")
@example("\0=1")
def test_no_text_is_a_formula(text):
    safe = formula_safe(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert safe.removeprefix("'") == text.removeprefix("'")


def test_numbers_are_left_alone():
    assert formula_safe(-0.5) == -0.5
    assert formula_safe(None) is None


def test_a_spreadsheet_holds_formulas_as_text(units, tmp_path):
    from openpyxl import load_workbook

    convert(units, tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx")["units"]
    cells = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any(cell.value == "=1+1" for cell in cells)
    assert {cell.data_type for cell in cells} == {"s"}


CONTROLS = "a\x01b\x0bc\x1fd\x7fe\x85f\u2028g"


@pytest.mark.parametrize("suffix", FORMATS)
def test_control_characters_harm_no_format(tmp_path, suffix):
    units = write(tmp_path / "units.jsonl", [unit(0, CONTROLS), unit(1, "after")])
    convert(units, tmp_path / f"out.{suffix}")
    rows = back(tmp_path / f"out.{suffix}")
    assert len(rows) == 2
    wanted = "abcd\x7fe\x85f\u2028g" if suffix == "xlsx" else CONTROLS
    assert rows[0]["text"] == wanted


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_noncharacters_harm_no_format(tmp_path, suffix, character):
    units = write(tmp_path / "units.jsonl", [unit(0, f"odd{character}one")])
    convert(units, tmp_path / f"out.{suffix}")
    assert back(tmp_path / f"out.{suffix}")[0]["text"].startswith("odd")


@pytest.mark.parametrize("suffix", FORMATS)
def test_long_texts(tmp_path, suffix):
    units = write(tmp_path / "units.jsonl", [unit(0, "word " * 20_000)])
    convert(units, tmp_path / f"out.{suffix}")
    text = back(tmp_path / f"out.{suffix}")[0]["text"]
    assert len(text) == (32_767 if suffix == "xlsx" else 100_000)


def test_stata_takes_a_long_speaker(tmp_path):
    units = write(tmp_path / "units.jsonl", [unit(0, "x", speaker="minister " * 300)])
    convert(units, tmp_path / "out.dta")
    assert back(tmp_path / "out.dta")[0]["speaker"].startswith("minister")


def test_stata_takes_labels_with_long_names(tmp_path):
    scores = {"a_very_long_label_of_a_researcher_one": 0.1, "a_very_long_label_of_a_researcher_two": 0.9}
    units = write(tmp_path / "units.jsonl", [unit(0, "x", scores=scores)])
    with pytest.warns(Warning, match="renamed|Stata"):
        convert(units, tmp_path / "out.dta")
    assert sorted(value for key, value in back(tmp_path / "out.dta")[0].items() if "very_long" in key) == [0.1, 0.9]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "xlsx"])
def test_a_run_without_units_gives_an_empty_table(tmp_path, suffix):
    units = write(tmp_path / "units.jsonl", [])
    convert(units, tmp_path / f"out.{suffix}")
    out = tmp_path / f"out.{suffix}"
    assert out.is_file()
    if suffix == "parquet":
        import pyarrow.parquet as pq

        assert pq.read_table(out).num_rows == 0
    if suffix == "xlsx":
        from openpyxl import load_workbook

        assert load_workbook(out)["units"].max_row <= 1


def test_a_run_without_units_cannot_be_stata(tmp_path):
    with pytest.raises(CommuniqueError, match=r"\.csv"):
        convert(write(tmp_path / "units.jsonl", []), tmp_path / "out.dta")
    assert not (tmp_path / "out.dta").exists()


def test_a_sheet_that_is_full_says_what_to_use(units, tmp_path, monkeypatch):
    monkeypatch.setattr(sinks, "XLSX_ROWS", 3)
    (tmp_path / "out.xlsx").write_bytes(b"old")
    with pytest.raises(CommuniqueError, match=r"\.parquet"):
        convert(units, tmp_path / "out.xlsx")
    assert (tmp_path / "out.xlsx").read_bytes() == b"old"


def test_a_failed_conversion_leaves_no_temporary(units, tmp_path, monkeypatch):
    def fail(_units, out):
        out.write_bytes(b"half")
        raise CommuniqueError("disk full")

    monkeypatch.setattr(sinks, "_write_csv", fail)
    with pytest.raises(CommuniqueError):
        convert(units, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["units.jsonl"]


def test_parquet_blocks_make_one_table(tmp_path, monkeypatch):
    monkeypatch.setattr(sinks, "PARQUET_ROWS", 2)
    units = write(tmp_path / "units.jsonl", [unit(n, f"text {n}") for n in range(5)])
    convert(units, tmp_path / "out.parquet")
    assert [row["text"] for row in back(tmp_path / "out.parquet")] == [f"text {n}" for n in range(5)]


def test_stata_files_with_and_without_targets_can_be_joined(tmp_path):
    import pandas as pd

    kinds = []
    for name, target in (("none", None), ("one", TARGET)):
        convert(write(tmp_path / f"{name}.jsonl", [unit(0, "x", target=target)]), tmp_path / f"{name}.dta")
        kinds.append(pd.read_stata(tmp_path / f"{name}.dta").dtypes["target_start"])
    assert [str(kind) for kind in kinds] == ["float64", "float64"]
