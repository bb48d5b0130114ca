"""Replication: the folder holds what the run was made of, and its script tells the same from another."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from communique.analysis import replication, rerun
from communique.analysis.run import read_run
from communique.corpus.errors import CommuniqueError, UsageError
from communique.inference.runner import Options, score
from communique.models.folder import ModelFolder

TEXT = "“We oppose the levy,” said Maren Holt, president of the Brellin Chamber. “It is wrong,” she said.\n"


@pytest.fixture
def scored(tmp_path, monkeypatch, fake):
    """A run over one file, made in the working folder by a model whose digest is that of the fake."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ModelFolder, "digest", lambda _: "a" * 64)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "article.txt").write_text(TEXT, encoding="utf-8")
    score(["news"], tmp_path / "run", fake(), Options())
    return read_run(tmp_path / "run")


@pytest.fixture
def folder(scored, tmp_path, book):
    replication.write(scored, book, replication.plan(scored), tmp_path / "replication")
    return tmp_path / "replication"


def labelled(folder, monkeypatch, code=0, change=lambda row: row):
    """Run the script of `folder`, with units that went through `change` in place of a labelling."""

    def run(command, cwd, check):
        again = cwd / ".." / "rerun"
        shutil.copytree(folder / "expected", again)
        rows = [change(json.loads(line)) for line in (again / "units.jsonl").read_text(encoding="utf-8").splitlines()]
        (again / "units.jsonl").write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
        )
        return SimpleNamespace(returncode=code)

    monkeypatch.setattr(rerun.subprocess, "run", run)
    return rerun.main(folder)


def test_the_folder_holds_what_the_run_was_made_of(folder):
    record = json.loads((folder / "replication.json").read_text(encoding="utf-8"))
    assert record["command"] == [
        "communique", "score", "news", "-o", "../rerun", "--unit", "auto", "--model", "core", "--precision", "fp32",
    ]  # fmt: skip
    (one,) = record["inputs"]
    assert one["path"] == "news/article.txt"
    assert (folder / "inputs" / one["path"]).read_text(encoding="utf-8") == TEXT
    assert one["sha256"] == rerun.digest(folder / "inputs" / one["path"])
    assert record["sha256"]["units.jsonl"] == rerun.digest(folder / "expected" / "units.jsonl")
    assert "torch==" in (folder / "constraints.txt").read_text(encoding="utf-8")
    assert "a" * 64 in (folder / "README.md").read_text(encoding="utf-8")
    assert (folder / "codebook.yaml").exists()
    assert (folder / "replicate.sh").stat().st_mode & 0o100


def test_the_same_is_the_same(folder, monkeypatch, capsys):
    assert labelled(folder, monkeypatch) == 0
    assert "byte for byte" in capsys.readouterr().out


@pytest.mark.parametrize(("by", "code"), [(0.0004, 0), (0.01, 1)])
def test_probabilities_may_differ_in_their_last_digits(folder, monkeypatch, by, code):
    assert (
        labelled(
            folder, monkeypatch, change=lambda row: row | {"scores": {k: v + by for k, v in row["scores"].items()}}
        )
        == code
    )


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["other"]},
        {"sentiment": "positive"},
        {"text": "Other."},
        {"actor": "Ostra"},
        {"speaker": "Maren Rask"},
        {"kind": "other"},
        {"target": {"text": "the levy", "start": 0, "end": 8, "actor": None, "kind": "other"}},
    ],
)
def test_another_label_or_text_is_found(folder, monkeypatch, capsys, change):
    assert labelled(folder, monkeypatch, change=lambda row: row | change) == 1
    assert "NOT the same" in capsys.readouterr().out


def test_a_unit_more_or_less_is_found(folder, tmp_path):
    short = tmp_path / "short.jsonl"
    short.write_text(
        (folder / "expected" / "units.jsonl").read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8"
    )
    assert not rerun.differences(folder / "expected" / "units.jsonl", short).none


def test_a_run_that_recorded_no_precision_has_a_command(scored):
    del scored.manifest["decides"]["precision"]
    assert "--precision" not in replication.command(scored, replication.plan(scored))


def test_a_labelling_that_fails_is_a_failure(folder, monkeypatch):
    assert labelled(folder, monkeypatch, code=1) == 1


def test_other_inputs_are_refused(folder, capsys):
    (folder / "inputs" / "news" / "article.txt").write_text("Other.")
    assert rerun.main(folder) == 1
    assert "not the file that was labelled" in capsys.readouterr().out
    (folder / "inputs" / "news" / "article.txt").unlink()
    assert rerun.main(folder) == 1
    assert "missing: news/article.txt" in capsys.readouterr().out


def test_large_inputs_are_copied_when_asked_for(scored, monkeypatch, tmp_path, book):
    monkeypatch.setattr(replication, "SMALL", 10)
    made = replication.plan(scored)
    assert not made.copied
    replication.write(scored, book, made, tmp_path / "small")
    assert not list((tmp_path / "small" / "inputs").iterdir())
    assert replication.plan(scored, with_inputs=True).copied


def test_inputs_that_changed_are_refused(scored, tmp_path):
    (tmp_path / "news" / "article.txt").write_text(f"{TEXT} More.", encoding="utf-8")
    with pytest.raises(CommuniqueError, match="not what they were"):
        replication.plan(scored)


def test_another_model_is_refused(scored, monkeypatch):
    monkeypatch.setattr(ModelFolder, "digest", lambda _: "c" * 64)
    with pytest.raises(UsageError, match="--model"):
        replication.plan(scored)


def test_a_pipe_cannot_be_replicated(made_run):
    with pytest.raises(UsageError, match="pipe"):
        replication.plan(read_run(made_run([], inputs=["-"])))


def test_inputs_from_outside_have_a_place_too(scored, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert replication._below(str(tmp_path / "news")) == f"outside{tmp_path.as_posix()}/news"


@pytest.mark.slow
def test_a_real_run_is_replicated(run, tiny_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(TEXT, encoding="utf-8")
    assert run("score", "article.txt", "-o", "run", "--model", tiny_model, "--quiet").code == 0
    assert run("replicate", "run", "-o", "again", "--model", tiny_model).code == 0
    assert run("replicate", "run", "-o", "again", "--model", tiny_model).code == 2
    done = subprocess.run([sys.executable, "again/replicate.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The same" in done.stdout
