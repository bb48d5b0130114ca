"""What a model has learned from is recognised, and what cannot be known is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from communique.analysis.learned import Learned, learned
from communique.analysis.run import Run, read_run
from communique.corpus import codebook as codebooks
from communique.corpus import coded
from communique.corpus.errors import CommuniqueError
from communique.models.folder import CORE, ModelFolder


@pytest.fixture
def run_of_core(tmp_path):
    return Run(tmp_path, {"decides": {"model_sha256": ModelFolder(CORE).digest()}})


def test_core_is_known_by_its_digest(run_of_core):
    found = learned(run_of_core, [], codebooks.core())
    sentence = next(unit.text for unit in coded.authored() if len(unit.text) > 60)
    assert found.holds(sentence) == 2
    assert found.holds(sentence.upper().replace(" ", "  ")) == 2, "whatever its spaces and capitals"
    assert found.holds("Nobody has ever written this sentence about Veltrane.") == 0
    assert "core" in found.note


def test_what_core_was_judged_on_is_not_what_it_learned_from(run_of_core):
    found = learned(run_of_core, [], codebooks.core())
    splits = {row["id"]: row["split"] for row in coded.stand_off()}
    from communique.corpus.rebuild import read_sentences

    marks = {split: set() for split in ("train", "dev", "test")}
    for name, row in read_sentences().items():
        if name in splits:
            marks[splits[name]].add((int(row["length"]), row["digest"]))
    assert marks["train"] <= found.marks
    assert marks["dev"] <= found.marks, "thresholds were chosen on it"
    assert marks["test"] - marks["train"] - marks["dev"] - found.marks


def test_the_tables_of_another_model_are_named_by_the_user(made, tmp_path, table, book):
    rows = [
        {
            "id": "a",
            "text": "We saw case number one in the cold north of Kestria.",
            "labels": "no label",
            "split": "train",
        },
        {
            "id": "b",
            "text": "We saw case number two in the cold north of Kestria.",
            "labels": "no label",
            "split": "test",
        },
        {"id": "c", "text": "Thank you very much.", "labels": "no label", "split": "dev"},
        {"id": "d", "text": "No.", "labels": "no label", "split": "train"},
    ]
    path = table(tmp_path / "trained.csv", rows)
    found = learned(read_run(made.path), [str(path)], book)
    assert [found.holds(row["text"]) for row in rows] == [2, 0, 1, 0], "short ones say nothing of their document"
    assert "trained.csv" in found.note
    both = learned(read_run(made.path), [str(path), "core"], book)
    assert both.marks > found.marks


def test_an_unknown_model_says_so(made, book):
    found = learned(read_run(made.path), [], book)
    assert not found.marks
    assert "--trained-on" in found.note


def test_a_table_that_cannot_be_read_is_named(made, book):
    with pytest.raises(CommuniqueError, match=r"nowhere\.csv"):
        learned(read_run(made.path), ["nowhere.csv"], book)


def test_nothing_learned_holds_nothing():
    assert replace(Learned(frozenset(), ""), note="x").holds("We saw case number one in the north.") == 0
