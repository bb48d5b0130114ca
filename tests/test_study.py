"""docs/study.md: its commands run one after the other, and what they print and write is what it shows, whatever the model."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from pathlib import Path

from communique.corpus import codebook as codebooks

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo" / "study"
STUDY = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^    (communique .+)\n\n(?:<!-- .+ -->\n)?```text\n((?:.*\n)*?)```\n", STUDY, re.MULTILINE)
"""Each command, and what the study says that it prints."""
EVENT = "2024-09-16"
AGAINST = ("company", "government")
FAMILY = ("compliance_claim", "engagement", "demand", "condemnation")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_documents_are_what_the_study_says():
    documents = [json.loads(line) for line in (DEMO / "documents.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({document["id"] for document in documents}) == 36
    assert sum(document["date"] < EVENT for document in documents) == 12
    fields = {"id", "title", "date", "publisher", "country", "text"}
    assert all(fields <= set(document) for document in documents)
    assert all(120 <= len(document["text"].split()) <= 300 for document in documents)


def test_every_sentence_of_the_sheet_is_coded():
    book = codebooks.core()
    for row in rows(DEMO / "coded.csv"):
        assert row["coder"] == "language model"
        asked = [row[name] for name in (*book.multi, "speaker_right")]
        if row["is_statement"] == "1":
            assert set(asked) <= {"0", "1"}, row["id"]
            assert row["sentiment"] in book.labels, row["id"]
        else:
            assert set(asked) == {""}, row["id"]


def test_the_study_runs_as_it_is_written(run, tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(DEMO, tmp_path / "study"))
    assert len(STEPS) == STUDY.count("\n    communique ") <= 10
    for command, block in STEPS:
        words = shlex.split(command)[1:]
        found = run(*words)
        assert found.code == 0, found.err
        if not {"compare", "--half-width"} & set(words):
            printed = {steady(line) for line in (found.out + found.err).splitlines()}
            missing = {steady(line) for line in block.splitlines() if line != "…"} - printed
            assert not missing, f"{command} prints something else; run benchmarks/study.py"
    the_sheet_is_the_one_that_was_coded()
    another_model_draws_the_same_sheet(run)
    shares_stand_beside_what_the_model_says()
    the_table_is_sound_latex()
    assert {"company", "government", "ngo", "igo"} <= {row["group"] for row in rows(Path("comparison/event.csv"))}
    page = Path("report.html").read_text(encoding="utf-8")
    assert "Corrow Nickel" in page
    assert EVENT in page
    assert list(Path("report_files").glob("*.svg"))
    assert Path("replication/replicate.sh").is_file()
    assert any(
        path.read_bytes() == Path("documents.jsonl").read_bytes() for path in Path("replication").rglob("*.jsonl")
    )


def steady(line: str) -> str:
    """Return a printed line without the figures that change with the model: shares, differences and p-values."""
    return re.sub(r"(< )?[+−]?\d+\.\d+( %)?", "#", line)


def the_sheet_is_the_one_that_was_coded():
    shown = ("id", "text", "before", "speaker", "actor", "document", "pi", "stratum")
    drawn, coded = (
        [[row[name] for name in shown] for row in rows(path)] for path in (Path("coding.csv"), Path("coded.csv"))
    )
    assert drawn == coded, (
        "other sentences are found, or left out as learned, than when coded.csv was coded: code what is new"
    )


def another_model_draws_the_same_sheet(run):
    other = Path(shutil.copytree("run", "other"))
    units = [json.loads(line) for line in (other / "units.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [unit | {"scores": {name: 1 - score for name, score in unit["scores"].items()}} for unit in units]
    (other / "units.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    manifest["decides"]["model_sha256"] = "a" * 64
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert run("sample", other, "-n", 300, "-o", "other.csv").code == 0
    assert Path("other.csv").read_bytes() == Path("coding.csv").read_bytes()


def shares_stand_beside_what_the_model_says():
    found = rows(Path("shares.csv"))
    assert {row["group"] for row in found} == set(AGAINST)
    asked = {row["group"]: row for row in found if row["label"] == "compliance_claim" and not row["versus"]}
    for row in asked.values():
        assert float(row["low"]) < float(row["estimate"]) < float(row["high"])
        assert 0 <= float(row["naive"]) <= 1
        assert float(row["coded"]) > 70
    (difference,) = (row for row in found if row["label"] == "compliance_claim" and row["versus"])
    assert float(difference["low"]) < float(difference["estimate"]) < float(difference["high"])
    assert float(difference["p"]) <= float(difference["p_holm"]) <= 1


def the_table_is_sound_latex():
    text = Path("table.tex").read_text(encoding="utf-8")
    begun, ended = (re.findall(rf"\\{word}{{(\w+)}}", text) for word in ("begin", "end"))
    assert begun == ["table", "tabular"] * 2
    assert ended == ["tabular", "table"] * 2
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    for table in text.split(r"\begin{table}")[1:]:
        columns = len(re.findall(r"tabular}{(\w+)}", table)[0])
        body = [line for line in table.splitlines() if line.endswith(r"\\")]
        assert len(body) in (1 + 2 * len(FAMILY), 1 + len(FAMILY))
        assert {line.replace(r"\&", "").count("&") + 1 for line in body} == {columns}
        assert not re.search(r"(?<!\\)[%#_$^~]", table.replace("$-$", "-")), (
            "a character that LaTeX takes for a command"
        )
    assert all(text.count(label.replace("_", r"\_")) == 3 for label in FAMILY)
