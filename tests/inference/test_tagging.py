"""The tagger in a run: many documents at once, the same bytes however often a run died, and recorded."""

from __future__ import annotations

import json

import pytest

from communique.corpus.attributions import Attribution
from communique.corpus.errors import CommuniqueError
from communique.corpus.records import Document
from communique.inference import chunks
from communique.inference.chunks import DEFAULTS, Inputs, Options, cut
from communique.inference.predictor import tagger_for
from communique.inference.runner import score

FINAL = ("statements.jsonl", "units.jsonl", "errors.jsonl", "summary.json")


class FakeTagger:
    """Takes the first word for the source, the second for the cue and the rest for the content."""

    def __init__(self, digest="b" * 64):
        self.digest = digest
        self.calls = []

    def __call__(self, sentences):
        self.calls.append(list(sentences))
        return [self._one(sentence) for sentence in sentences]

    def _one(self, text):
        first, second, _ = text.split(" ", 2)
        cue = len(first) + 1, len(first) + 1 + len(second)
        return [Attribution(cue, ((cue[1] + 1, len(text)),), (0, len(first)), "say", 0.9)]


@pytest.fixture
def source(tmp_path):
    rows = [{"id": f"r{n}", "text": f"Ostra floated levy {n} in May. Brellin floated rule {n}."} for n in range(9)]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_UNITS", 3)
    monkeypatch.setattr(chunks, "BLOCK_CHARACTERS", 100)


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FINAL}


def test_the_sentences_of_several_documents_are_marked_at_once(source, tmp_path, fake, lines):
    tagger = FakeTagger()
    summary = score([str(source)], tmp_path / "run", fake(), marker=tagger)
    assert [len(call) for call in tagger.calls] == [4, 4, 4, 4, 2]
    assert summary.totals["statements"] == 18
    rows = lines(tmp_path / "run" / "statements.jsonl")
    assert [row["speaker"] for row in rows] == ["Ostra", "Brellin"] * 9
    assert {row["rule"] for row in rows} == {"tagger"}


def test_resumed_after_a_crash_the_files_and_the_calls_are_the_same(source, tmp_path, fake, killed):
    whole = FakeTagger()
    score([str(source)], tmp_path / "whole", fake(), marker=whole)
    for at in range(5):
        out = tmp_path / f"died-{at}"
        with pytest.raises(killed):
            score([str(source)], out, fake(die_at=at), marker=FakeTagger())
        again = FakeTagger()
        score([str(source)], out, fake(), resume=True, marker=again)
        assert contents(out) == contents(tmp_path / "whole")
        assert again.calls == whole.calls[at:], "what is marked together decides the last bits"


def test_the_tagger_is_recorded_and_another_one_does_not_continue(source, tmp_path, fake, killed):
    out = tmp_path / "run"
    with pytest.raises(killed):
        score([str(source)], out, fake(die_at=1), marker=FakeTagger())
    with pytest.raises(CommuniqueError, match="tagger_sha256"):
        score([str(source)], out, fake(), resume=True, marker=FakeTagger("c" * 64))
    score([str(source)], out, fake(), resume=True, marker=FakeTagger())
    assert json.loads((out / "manifest.json").read_text())["decides"]["tagger_sha256"] == "b" * 64


def test_nothing_is_marked_where_nothing_is_searched():
    assert tagger_for(DEFAULTS) is not None
    assert tagger_for(Options(unit="sentence")) is None
    tagger = FakeTagger()
    rows = [Document("r1", "Ostra floated a levy in May.", speaker="Ostra", row=1), Document("r2", "No.")]
    (chunk,) = cut(Inputs(rows), DEFAULTS, marker=tagger)
    assert [statement.rule for statement in chunk[0].statements] == ["whole"]
    assert not tagger.calls


def test_a_document_that_makes_a_rule_fail_stops_no_other(monkeypatch):
    def begin(document, *given):
        if document.id == "r1":
            raise IndexError
        return real(document, *given)

    real = chunks.begin
    monkeypatch.setattr(chunks, "begin", begin)
    rows = [Document(f"r{n}", "Ostra floated a levy in May.") for n in range(3)]
    (chunk,) = cut(Inputs(rows), DEFAULTS, marker=FakeTagger())
    assert [type(item).__name__ for item in chunk] == ["Prepared", "InputError", "Prepared"]
    assert [item.statements[0].text for item in (chunk[0], chunk[2])] == ["floated a levy in May."] * 2
