"""Bad rows: each is one record in errors.jsonl or one result, and nothing around it is lost."""

from __future__ import annotations

import json

import pytest

from communique.inference import api, chunks
from communique.inference.chunks import Options
from communique.inference.runner import score

SENTENCES = Options(unit="sentence")
GOOD = {"text": "We oppose it."}
JSON_LINES = {
    "empty": json.dumps({"text": ""}),
    "blank": json.dumps({"text": "  \u00a0 "}),
    "null": json.dumps({"text": None}),
    "NaN": '{"text": NaN}',
    "number": json.dumps({"text": 7}),
    "list": json.dumps({"text": ["We oppose it."]}),
    "lone surrogate": '{"text": "We oppose \\ud800 it."}',
    "surrogate in an id": '{"id": "\\udfff", "text": "We oppose it."}',
    "NUL": json.dumps({"text": "We\0oppose it."}),
    "10 MB": json.dumps({"text": "We oppose it. " * 750_000}),
    "no JSON": "{'text': 'We oppose it.'}",
    "torn": '{"text": "We oppo',
    "no object": "[1, 2]",
    "a key twice": '{"text": "a", "text": "b"}',
    "no text column": json.dumps({"body": "We oppose it."}),
    "deep": '{"text": "x", "meta": ' + "[" * 3000 + "]" * 3000 + "}",
}


def scored(path, tmp_path, fake, lines):
    """Score a file; return (rows of units.jsonl, rows of errors.jsonl), having checked the balance."""
    totals = score([str(path)], tmp_path / "run", fake(), SENTENCES).totals
    units, errors = lines(tmp_path / "run" / "units.jsonl"), lines(tmp_path / "run" / "errors.jsonl")
    assert totals["inputs"] == totals["results"] + totals["errors"] == len(units) + len(errors)
    assert all(error["reason"] and "\n" not in error["reason"] for error in errors)
    return units, errors


@pytest.mark.parametrize("bad", list(JSON_LINES))
def test_a_bad_line_is_one_error_between_good_rows(bad, tmp_path, fake, lines):
    rows = [json.dumps(GOOD), JSON_LINES[bad], json.dumps(GOOD)]
    path = tmp_path / "in.jsonl"
    path.write_bytes("".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape"))
    units, errors = scored(path, tmp_path, fake, lines)
    assert len(units) == 2
    assert [error["row"] for error in errors] == [2]
    assert "We oppose" not in errors[0]["reason"], "no text of the input in a message"


def test_all_bad_lines_at_once_leave_the_good_ones(tmp_path, fake, lines, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_UNITS", 2)
    rows = [row for bad in JSON_LINES.values() for row in (bad, json.dumps(GOOD))]
    path = tmp_path / "in.jsonl"
    path.write_bytes("".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape"))
    units, errors = scored(path, tmp_path, fake, lines)
    assert len(units) == len(errors) == len(JSON_LINES)


@pytest.mark.parametrize(
    ("row", "results"),
    [("c", 2), ("c,We deny it.,x,y", 2), ('c,"We deny it."x"', 2), ('c,"We, and they, deny it."', 3), ("c,=1+1", 3)],
)
def test_ragged_and_odd_rows_of_a_csv(row, results, tmp_path, fake, lines):
    path = tmp_path / "in.csv"
    path.write_text(f"id,text\na,We oppose it.\n{row}\nb,We deny it.\n")
    units, _ = scored(path, tmp_path, fake, lines)
    assert len(units) == results


def test_a_repeated_id_is_an_error_also_far_from_the_first(tmp_path, fake, lines, monkeypatch):
    from communique.inference import seen

    monkeypatch.setattr(seen, "RECENT", 4)
    path = tmp_path / "in.jsonl"
    idents = [*range(20), 0, 19]
    path.write_text("".join(json.dumps({"id": n, "text": f"Rule {k}."}) + "\n" for k, n in enumerate(idents)))
    units, errors = scored(path, tmp_path, fake, lines)
    assert len(units) == 20
    assert [error["id"] for error in errors] == ["0", "19"]


def test_a_text_on_which_a_rule_fails_is_one_error(tmp_path, fake, lines, monkeypatch):
    real = chunks.begin

    def fragile(document, *rest):
        if "strange" in document.text:
            raise IndexError("list index out of range")
        return real(document, *rest)

    monkeypatch.setattr(chunks, "begin", fragile)
    path = tmp_path / "in.jsonl"
    texts = ["We oppose it.", "A strange text.", "We deny it."]
    path.write_text("".join(json.dumps({"id": f"r{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    units, (error,) = scored(path, tmp_path, fake, lines)
    assert [unit["id"] for unit in units] == ["r0", "r2"]
    assert (error["id"], error["row"]) == ("r1", 2)
    assert "IndexError" in error["reason"]


def test_bad_rows_are_exit_code_3(run, tiny_model, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(GOOD) + "\n{\n")
    found = run("score", path, "--unit", "sentence", "--model", tiny_model, "-o", tmp_path / "out.csv")
    assert found.code == 3
    assert "row 2" in found.err


def test_a_rule_that_fails_is_an_error_on_standard_output_too(tmp_path, fake, monkeypatch, capfdbinary):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in ("good", "odd", "good")), encoding="utf-8")
    begin = chunks.begin

    def fragile(document, mode, actors=None):
        if document.text == "odd":
            raise IndexError("a rule of ours")
        return begin(document, mode, actors)

    monkeypatch.setattr(chunks, "begin", fragile)
    monkeypatch.setattr(api, "_predictor", lambda *_: fake())
    totals = api.score_to_stdout([str(path)], unit="sentence").totals
    out, err = capfdbinary.readouterr()
    assert (totals["results"], totals["errors"]) == (2, 1)
    assert len(out.splitlines()) == 2
    assert b"IndexError" in err
