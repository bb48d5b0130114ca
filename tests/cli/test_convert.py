"""``communique convert`` and what ``communique agreement`` writes: from the first file to the adjudicated one."""

from __future__ import annotations

import csv
import io
import json

import pytest

ROWS = [
    {"id": "a", "text": "=We oppose it.", "speaker": "Ostra", "opposition": "1", "support": "0", "sentiment": "negative", "desk": "four"},
    {"id": "b", "text": "It rained.", "speaker": "", "opposition": "0", "support": "0", "sentiment": "neutral", "desk": ""},
    {"id": "c", "text": "We saw it.", "speaker": "", "opposition": "", "support": "", "sentiment": "", "desk": ""},
]  # fmt: skip
UNIT = {
    "id": "d:s1.1", "doc": "d", "statement": "d:s1", "text": "We support it.", "start": 0, "end": 14, "speaker": "Ostra", "actor": "Ostra",
    "actor_type": "company", "kind": "direct", "meta": {}, "labels": ["support"], "scores": {"support": 0.9}, "sentiment": "positive",
}  # fmt: skip


@pytest.fixture
def coded(tmp_path, table):
    return table(tmp_path / "coded.csv", ROWS)


@pytest.fixture
def convert(run, codebook_path):
    def call(*arguments):
        return run("convert", *arguments, "--codebook", codebook_path)

    return call


@pytest.fixture
def a_run(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "units.jsonl").write_text(json.dumps(UNIT) + "\n")
    return tmp_path / "run"


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


CHAIN = [
    "a.jsonl doccano",
    "a.json label-studio",
    "b.jsonl prodigy",
    "ds datasets",
    "a.parquet table",
    "a.xlsx table",
    "back.csv table",
]


def test_once_around_every_format_nothing_is_lost(convert, coded, tmp_path):
    source = coded
    for step in CHAIN:
        name, form = step.split()
        found = convert(source, tmp_path / name, "--to", form)
        assert (found.code, found.out) == (0, ""), found.err
        assert "3 sentences, 3 rows: 2 coded, 1 not coded" in found.err
        source = tmp_path / name
    assert [row | {"text": row["text"].removeprefix("'")} for row in rows(source)] == ROWS


def test_the_suffix_says_what_is_written(convert, coded, tmp_path):
    for name in ("a.json", "a.tsv", "set"):
        assert convert(coded, tmp_path / name).code == 0
    assert json.loads((tmp_path / "a.json").read_text())[0]["data"]["text"] == "=We oppose it."
    assert (tmp_path / "a.xml").is_file()
    assert (tmp_path / "a.tsv").read_text("utf-8-sig").startswith("id\ttext\t")
    assert (tmp_path / "set" / "dataset_info.json").is_file()


def test_a_blind_coding_sees_nothing_of_the_model(convert, a_run, tmp_path, lines):
    for name, form in (("t.json", "label-studio"), ("d.jsonl", "doccano"), ("p.jsonl", "prodigy"), ("s.csv", "table")):
        assert convert(a_run, tmp_path / name, "--to", form).code == 0
    (task,) = json.loads((tmp_path / "t.json").read_text())
    assert (task["annotations"], task["predictions"]) == ([], [])
    (item,) = lines(tmp_path / "d.jsonl")
    assert (item["label"], "prelabelled" in item) == ([], False)
    (card,) = lines(tmp_path / "p.jsonl")
    assert not {"accept", "answer", "suggested"} & set(card)
    (row,) = rows(tmp_path / "s.csv")
    assert (row["support"], row["sentiment"], "suggested" in row) == ("", "", False)
    for name in ("t.json", "d.jsonl", "p.jsonl", "s.csv"):
        assert "0.9" not in (tmp_path / name).read_text(), "nor a probability"


def test_the_models_labels_go_along_on_request(convert, a_run, tmp_path):
    assert convert(a_run, tmp_path / "t.json", "--prelabel").code == 0
    (task,) = json.loads((tmp_path / "t.json").read_text())
    assert task["annotations"] == []
    assert [found["value"]["choices"] for found in task["predictions"][0]["result"]] == [["support"], ["positive"]]
    assert convert(a_run, tmp_path / "p.jsonl", "--prelabel", "--to", "prodigy").code == 0
    assert json.loads((tmp_path / "p.jsonl").read_text())["accept"] == ["support", "positive"]
    assert convert(tmp_path / "p.jsonl", tmp_path / "s.csv", "--prelabel").code == 0
    assert rows(tmp_path / "s.csv")[0] | {"id": ""} == rows(tmp_path / "s.csv")[0] | {
        "id": "", "opposition": "", "support": "", "sentiment": "", "suggested": "support;positive",
    }  # fmt: skip


def test_labels_that_nobody_proposed_cannot_go_along(convert, coded, tmp_path):
    found = convert(coded, tmp_path / "t.json", "--prelabel")
    assert found.code == 2
    assert "no predictions" in found.complaint


def test_what_exists_is_kept(convert, coded, tmp_path):
    (tmp_path / "t.json").write_text("mine")
    found = convert(coded, tmp_path / "t.json")
    assert (found.code, "--overwrite" in found.complaint) == (2, True)
    assert (tmp_path / "t.json").read_text() == "mine"
    (tmp_path / "u.xml").write_text("mine")
    assert convert(coded, tmp_path / "u.json").code == 2, "nor what stands beside it"
    assert (tmp_path / "u.xml").read_text() == "mine"
    assert convert(coded, tmp_path / "t.json", "--overwrite").code == 0


@pytest.mark.parametrize(
    ("content", "out", "options", "code", "words"),
    [
        ("id,text,labels\na,x,joy\n", "o.json", [], 1, ["joy", "tiny", "opposition"]),
        ("id,words,labels\na,x,\n", "o.json", [], 1, ["c.csv", "words", "--text-column"]),
        ("id,text,labels\na,x,\na,y,\n", "o.json", [], 1, ["'a'", "different texts"]),
        ("id,text,coder,labels\na,x,z,\na,x,z,\n", "o.json", [], 1, ["'a'", "twice by 'z'"]),
        ("id,text,labels\na,x,\n", "o.pdf", [], 1, ["o.pdf", ".csv"]),
        ("id,text,labels\na,x,\n", "o.csv", ["--to", "prodigy"], 1, ["o.csv", ".jsonl"]),
        ("id,text,labels\na,x,\n", "o.csv", ["--to", "run"], 2, ["run"]),
        ("id,text,labels\na,x,\n", "o.csv", ["--from", "word"], 2, ["word"]),
        ("id,text,labels\na,x,\n", "o.qdc", [], 1, ["c.csv"]),
    ],
)
def test_what_is_wrong_is_one_line(convert, tmp_path, content, out, options, code, words):
    (tmp_path / "c.csv").write_text(content)
    found = convert(tmp_path / "c.csv", tmp_path / out, *options)
    assert found.code == code
    for word in words:
        assert word in found.complaint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.csv"]


def test_a_missing_file_is_named(convert, tmp_path):
    for name in ("nowhere.csv", "nowhere.json", "nowhere.jsonl", "nowhere.zip", "nowhere"):
        found = convert(tmp_path / name, tmp_path / "o.csv")
        assert (found.code, name in found.complaint) == (1, True)


def test_the_text_may_have_another_name(convert, tmp_path):
    (tmp_path / "c.csv").write_text("id,words,labels\na,x,support\n")
    assert convert(tmp_path / "c.csv", tmp_path / "o.csv", "--text-column", "words").code == 0
    assert rows(tmp_path / "o.csv")[0]["text"] == "x"


def test_codebooks_go_both_ways(run, codebook_path, tmp_path):
    assert run("convert", codebook_path, tmp_path / "a.qdc").code == 0
    assert run("convert", tmp_path / "a.qdc", tmp_path / "b.yaml").code == 0
    assert "tiny 1.0 is a valid codebook" in run("codebook", "check", tmp_path / "b.yaml").out
    assert run("convert", "core", tmp_path / "core.qdc").code == 0


# --- training, evaluation and agreement read the same


@pytest.mark.parametrize("form", ["doccano", "prodigy", "label-studio", "datasets"])
def test_evaluate_takes_what_a_tool_exports(convert, run, tiny_model, coded_csv, tmp_path, form):
    out = tmp_path / {"label-studio": "e.json", "datasets": "e"}.get(form, "e.jsonl")
    assert convert(coded_csv, out, "--to", form).code == 0
    wanted, found = (run("evaluate", tiny_model, "--data", data, "--json") for data in (coded_csv, out))
    assert found.code == 0, found.err
    assert json.loads(found.out) == json.loads(wanted.out)


def test_a_file_that_nobody_coded_is_refused(run, tiny_model, a_run):
    found = run("evaluate", tiny_model, "--data", a_run)
    assert (found.code, "nobody has coded" in found.complaint) == (1, True)


@pytest.fixture
def two_coders(tmp_path, table):
    """Two sheets that differ on one sentence of ten."""
    paths = []
    for coder in ("anna", "ben"):
        rows = [
            {"id": f"u{n}", "text": f"We saw {n}.", "opposition": int(n % 2 == 0 or (coder == "ben" and n == 3)), "support": 0, "sentiment": "neutral"}
            for n in range(10)
        ]  # fmt: skip
        paths.append(table(tmp_path / f"{coder}.csv", rows))
    return paths


def test_from_two_codings_to_one(run, codebook_path, two_coders, tmp_path):
    sheet, page, out = tmp_path / "settle.csv", tmp_path / "settle.html", tmp_path / "coded.csv"
    first = run("agreement", *two_coders, "--codebook", codebook_path, "--disagreements", sheet, "--pairs")
    assert first.code == 0
    assert "| opposition | 10 | 6 |" in first.out
    assert "| opposition | anna – ben | 10 |" in first.out
    assert "to settle: 1 answers, on 1 of 10 sentences" in first.err
    assert run("agreement", *two_coders, "--codebook", codebook_path, "--disagreements", page).code == 0
    assert "We saw 3." in page.read_text()
    sheet.write_text(sheet.read_text("utf-8-sig").replace(",0,1,,,", ",0,1,,no,"), encoding="utf-8")
    last = run("agreement", *two_coders, "--codebook", codebook_path, "--settled", sheet, "--adjudicated", out)
    assert "to settle: 0 answers, on 0 of 10 sentences" in last.err
    merged = rows(out)
    assert [row["opposition"] for row in merged] == [str(int(n % 2 == 0)) for n in range(10)]
    assert {row["coder"] for row in merged} == {"anna+ben"}


def test_a_sheet_that_somebody_filled_in_is_never_replaced(run, codebook_path, two_coders, tmp_path):
    (tmp_path / "settle.csv").write_text("mine")
    found = run("agreement", *two_coders, "--codebook", codebook_path, "--disagreements", tmp_path / "settle.csv")
    assert (found.code, (tmp_path / "settle.csv").read_text()) == (2, "mine")
