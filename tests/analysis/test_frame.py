"""A run's units in columns, without what the model has learned from."""

from __future__ import annotations

import numpy as np
import pytest

from communique.analysis.frame import checksum, read_frame
from communique.analysis.learned import Learned, _mark
from communique.analysis.run import read_run
from communique.corpus.errors import CommuniqueError, UsageError

NOTHING = Learned(frozenset(), "")


def read(path, book, known=NOTHING, columns=()):
    return read_frame(read_run(path), book, known, columns)


def test_the_columns_are_those_of_the_lines(made, book, lines):
    rows = lines(made.path / "units.jsonl")
    found = read(made.path, book, columns=["actor_type", "desk", "publisher"])
    assert len(found) == len(rows) == 600
    assert found.ids == tuple(row["id"] for row in rows)
    assert found.labels == ("opposition", "support", "negative", "neutral", "positive")
    assert found.scores[5].tolist() == [*rows[5]["scores"].values(), *rows[5]["sentiment_scores"].values()]
    assert found.given[:, 0].tolist() == ["opposition" in row["labels"] for row in rows]
    assert found.given[:, 2:].sum(axis=1).tolist() == [1] * 600, "one sentiment each"
    assert found.columns["desk"].tolist() == [row["meta"]["desk"] for row in rows]
    assert set(found.columns["publisher"].tolist()) == {"(none)"}
    assert np.bincount(found.documents).tolist() == [4] * 150
    assert not found.left_out


def test_a_document_with_a_sentence_that_was_learned_is_left_out(tmp_path, make_run, made, lines, book):
    long, short = "We saw the case in the north of Kestria, and said so.", "Thank you very much."
    rows = lines(made.path / "units.jsonl")
    rows[1]["text"], rows[9]["text"], rows[13]["text"] = long, short, short
    path = make_run(tmp_path / "run", rows)
    found = read(path, book, Learned(frozenset(map(_mark, (long, short))), ""))
    assert found.left_out == {*(row["id"] for row in rows[:4]), rows[9]["id"], rows[13]["id"]}
    assert len(found) == 594
    assert [rows[place]["id"] for place in found.places] == list(found.ids)


def test_a_run_that_was_wholly_learned_is_refused(made, book, lines):
    texts = [row["text"] for row in lines(made.path / "units.jsonl")]
    with pytest.raises(CommuniqueError, match="learned"):
        read(made.path, book, Learned(frozenset(filter(None, map(_mark, texts))), ""))


def test_a_run_without_units_is_refused(tmp_path, make_run, book):
    with pytest.raises(CommuniqueError, match="no units"):
        read(make_run(tmp_path / "run", []), book)


def test_a_field_that_no_unit_has_is_named_with_those_there_are(made, book):
    with pytest.raises(UsageError, match=r"'colour'.*actor_type.*words, desk"):
        read(made.path, book, columns=["colour"])


def test_a_missing_score_is_named(tmp_path, make_run, made, lines, book):
    row = lines(made.path / "units.jsonl")[0] | {"scores": {"opposition": 0.5}}
    with pytest.raises(CommuniqueError, match=r"d0:s0\.1.*support"):
        read(make_run(tmp_path / "run", [row]), book)


@pytest.mark.parametrize("other", ["'We saw it.", "We  saw it.\r\n", "“We saw it”", "WE SAW IT"])
def test_a_checksum_survives_a_spreadsheet(other):
    assert checksum(other) == checksum("We saw it.")
    assert checksum("We saw her.") != checksum("We saw it.")
