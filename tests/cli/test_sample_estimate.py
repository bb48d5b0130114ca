"""``communique sample`` and ``communique estimate``: from a run to a filled sheet to a table."""

from __future__ import annotations

import csv
import json

import pytest


@pytest.fixture
def book_option(codebook_path):
    return ["--codebook", codebook_path]


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def coded(run, made, fill, tmp_path, book_option):
    """A sheet of 240 units, drawn and filled."""
    sheet = tmp_path / "coding.csv"
    assert run("sample", made.path, "-n", 240, "-o", sheet, *book_option).code == 0
    return fill(sheet, made.truth, is_statement="1", speaker_right="1")


def test_from_a_run_to_a_table(run, made, fill, tmp_path, book_option):
    sheet = tmp_path / "coding.xlsx"
    drawn = run("sample", made.path, "-n", 240, "-o", sheet, "--design", "uncertain", "--seed", 3, *book_option)
    assert drawn.code == 0, drawn.err
    assert "240 of 600 units drawn" in drawn.err
    assert "support 2" in drawn.err, "a rare label is named"
    record = json.loads((tmp_path / "coding.design.json").read_text())
    assert (record["design"], record["n"], record["seed"], record["units"]) == ("uncertain", 240, 3, 600)
    fill(sheet, made.truth)
    found = run("estimate", made.path, "--coded", sheet, "--by", "actor_type", "-o", tmp_path / "out", *book_option)
    assert found.code == 0, found.err
    assert "| opposition | company | 300 |" in found.out
    assert "company − government" in found.out or "government − company" in found.out
    assert "conditional on the extraction" in found.out
    shares = [
        row for row in rows(tmp_path / "out" / "shares.csv") if row["label"] == "opposition" and not row["versus"]
    ]
    for row in shares:
        truth = [
            made.truth[name]["opposition"] == "1"
            for name in made.truth
            if (int(name[-3]) % 2 == 0) == (row["group"] == "company")
        ]
        assert float(row["low"]) < sum(truth) / len(truth) < float(row["high"])
        assert float(row["coded"]) > 60
    assert (tmp_path / "out" / "shares.tex").read_text(encoding="utf-8").startswith("% needs")


def test_labels_groups_and_one_file(run, made, coded, tmp_path, book_option):
    out = tmp_path / "a.csv"
    arguments = ["--labels", "sentiment", "--by", "actor", "--versus", "Kestria,Ostra", "-o", out, *book_option]
    assert run("estimate", made.path, "--coded", coded, *arguments).code == 0
    assert [(row["label"], row["group"], row["versus"]) for row in rows(out)][-1] == ("positive", "Kestria", "Ostra")
    assert {row["label"] for row in rows(out)} == {"negative", "neutral", "positive"}
    again = run("estimate", made.path, "--coded", coded, *arguments)
    assert (again.code, "--overwrite" in again.complaint) == (2, True)
    assert run("estimate", made.path, "--coded", coded, *arguments, "--overwrite").code == 0


def test_a_regression(run, made, coded, tmp_path, book_option):
    formula = "opposition ~ actor_type + month + words"
    found = run("estimate", made.path, "--coded", coded, "--regress", formula, "-o", tmp_path / "r.csv", *book_option)
    assert found.code == 0, found.err
    terms = [row["term"] for row in rows(tmp_path / "r.csv")]
    assert len(terms) == 10
    assert terms[-1] == "words"
    assert "compared with" in found.out


def test_coded_units_say_whether_they_are_statements(run, made, coded, book_option):
    found = run("estimate", made.path, "--coded", coded, *book_option)
    assert "0 coded units were found to be no statement" in found.out
    assert "conditional" not in found.out


def test_how_many_are_needed(run, made, book_option):
    found = run("sample", made.path, "--half-width", "0.05", *book_option)
    assert found.code == 0
    assert "± 5 points" in found.out
    assert "| opposition | " in found.out


@pytest.mark.parametrize(("design", "strata"), [(["--design", "stratified", "--by", "actor_type"], {"company", "government"}), (["--design", "label", "--label", "opposition"], {"all"})])  # fmt: skip
def test_designs_and_their_strata(run, made, tmp_path, design, strata, book_option):
    sheet = tmp_path / "c.csv"
    assert run("sample", made.path, "-n", 50, "-o", sheet, *design, *book_option).code == 0
    drawn = rows(sheet)
    assert (len(drawn), {row["stratum"] for row in drawn}) == (50, strata)
    assert all(0 < float(row["pi"]) <= 1 for row in drawn)


def test_the_same_seed_draws_the_same_sheet(run, made, tmp_path, book_option):
    for name in ("a.csv", "b.csv"):
        assert run("sample", made.path, "-n", 30, "-o", tmp_path / name, "--seed", 5, *book_option).code == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_what_was_trained_on_is_not_drawn(run, made, tmp_path, table, lines, book_option):
    texts = [row["text"] for row in lines(made.path / "units.jsonl")[:100]]
    trained = table(
        tmp_path / "t.csv", [{"id": str(n), "text": text, "labels": "no label"} for n, text in enumerate(texts)]
    )
    sheet = tmp_path / "c.csv"
    found = run("sample", made.path, "-n", 500, "-o", sheet, "--trained-on", trained, *book_option)
    assert found.code == 0
    assert "100 units" in found.err
    assert not {row["text"] for row in rows(sheet)} & set(texts)
    too_many = run("sample", made.path, "-n", 501, "-o", tmp_path / "d.csv", "--trained-on", trained, *book_option)
    assert (too_many.code, "500" in too_many.complaint) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["sample", "RUN"], "--half-width"),
        (["sample", "RUN", "-o", "c.docx"], "c.docx"),
        (["sample", "RUN", "-o", "c.csv", "--label", "opposition"], "--design label"),
        (["sample", "RUN", "-o", "c.csv", "--design", "label", "--label", "joy"], "joy"),
        (["sample", "RUN", "-o", "c.csv", "--design", "stratified"], "--by"),
        (["sample", "RUN", "-o", "c.csv", "--design", "stratified", "--by", "colour"], "colour"),
        (["sample", "RUN", "-o", "c.csv", "-n", "601"], "600"),
        (["sample", "RUN", "--half-width", "0.7"], "half-width"),
        (["estimate", "RUN"], "--coded"),
        (["estimate", "RUN", "--coded", "c.csv", "--versus", "a,b"], "--by"),
        (["estimate", "RUN", "--coded", "c.csv", "--regress", "opposition ~ x", "--by", "actor"], "--regress"),
        (["estimate", "RUN", "--coded", "c.csv", "--regress", "joy ~ actor"], "joy"),
        (["estimate", "RUN", "--coded", "c.csv", "--labels", "joy"], "joy"),
        (["estimate", "RUN", "--coded", "c.csv", "-o", "out.pdf"], "out.pdf"),
    ],
)
def test_wrong_usage_is_2_and_names_the_word(run, made, arguments, word, tmp_path, monkeypatch, book_option):
    monkeypatch.chdir(tmp_path)
    found = run(*[made.path if part == "RUN" else part for part in arguments], *book_option)
    assert found.code == 2
    assert word in found.complaint
    assert not list(tmp_path.iterdir())


def test_another_codebook_is_2(run, made):
    found = run("estimate", made.path, "--coded", "c.csv")
    assert (found.code, "--codebook" in found.complaint) == (2, True)


def test_a_filled_sheet_is_never_written_over(run, made, coded, book_option):
    before = coded.read_bytes()
    found = run("sample", made.path, "-o", coded, *book_option)
    assert found.code == 2
    assert coded.read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [["sample", "nowhere", "-o", "c.csv"], ["estimate", "nowhere", "--coded", "c.csv"]]
)
def test_no_run_is_1(run, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run(*arguments)
    assert found.code == 1
    assert "nowhere" in found.complaint


def test_a_sheet_that_is_not_filled_or_not_there_is_1(run, made, tmp_path, book_option):
    assert run("sample", made.path, "-n", 20, "-o", tmp_path / "c.csv", *book_option).code == 0
    blank = run("estimate", made.path, "--coded", tmp_path / "c.csv", *book_option)
    assert (blank.code, "nobody has coded" in blank.complaint) == (1, True)
    missing = run("estimate", made.path, "--coded", tmp_path / "d.csv", *book_option)
    assert (missing.code, "d.csv" in missing.complaint) == (1, True)
