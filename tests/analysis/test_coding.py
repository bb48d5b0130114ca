"""Coded units find their units in the run; what does not belong there is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from communique.analysis.coding import join
from communique.analysis.frame import read_frame
from communique.analysis.learned import Learned
from communique.analysis.run import read_run
from communique.corpus.annotations import CodedUnit
from communique.corpus.errors import CommuniqueError


@pytest.fixture(scope="module")
def frame(made, book):
    return read_frame(read_run(made.path), book, Learned(frozenset(), ""), ["actor"])


def unit(frame, place, labels=(), **more):
    number, part = divmod(place, 4)
    answers = {name: more.pop(name) for name in ("is_statement", "speaker_right") if name in more}
    fields = {"choices": {"sentiment": "neutral"}, "weight": 2.0, "meta": answers} | more
    return CodedUnit(frame.ids[place], f"We saw case {number} of Kestria, part {part}.", frozenset(labels), **fields)


def test_units_are_joined_by_their_ids(frame, book):
    found = join(frame, [unit(frame, 7, ["opposition"]), unit(frame, 2, unknown=frozenset({"support"}))], book)
    assert found.places.tolist() == [7, 2]
    assert found.weights.tolist() == [2, 2]
    assert found.truth.tolist() == [[True, False, False, True, False], [False, False, False, True, False]]
    assert found.known.tolist() == [[True] * 5, [True, False, True, True, True]]
    assert found.is_statement.tolist() == [-1, -1]


def test_a_sample_is_a_group_and_what_was_judged_of_it(frame, book):
    units = [unit(frame, 7, ["opposition"]), unit(frame, 2), unit(frame, 9, unknown=frozenset({"opposition"}))]
    found, inside = join(frame, units, book), np.arange(600) >= 2
    made = found.sample("opposition", inside)
    assert len(made) == 598
    assert made.coded.tolist() == [5, 0]
    assert made.truth.tolist() == [True, False]
    np.testing.assert_array_equal(made.scores[made.coded], frame.scores[[7, 2], 0])
    assert made.documents[made.coded].tolist() == [1, 0]


def test_what_is_no_statement_is_in_the_sample_and_not_valid(frame, book):
    blank = frozenset({"opposition", "support"})
    units = [
        unit(frame, 0, is_statement=True, speaker_right=True),
        unit(frame, 1, choices={}, unknown=blank, is_statement=False),
        unit(frame, 2, is_statement=True, speaker_right=False),
        unit(frame, 3, is_statement=None),
        unit(frame, 4, is_statement=True, speaker_right=None),
    ]
    found, everything = join(frame, units, book), np.ones(600, dtype=bool)
    by_month = found.sample("opposition", everything, "month")
    assert (by_month.coded.tolist(), by_month.valid.tolist()) == ([0, 1, 2, 4], [True, False, True, True])
    by_actor = found.sample("opposition", everything, "actor")
    assert (by_actor.coded.tolist(), by_actor.valid.tolist()) == ([0, 1, 2], [True, False, False])
    notes = " ".join(found.notes("actor"))
    assert "2 coded units were found to be no statement or not of the speaker named" in notes
    assert "2 coded units have no answer" in notes


def test_without_judgements_the_intervals_say_so(frame, book):
    notes = " ".join(join(frame, [unit(frame, 0)], book).notes())
    assert "conditional on the extraction" in notes


def test_weights_of_one_are_no_design(frame, book):
    assert "no inclusion probabilities" in " ".join(join(frame, [unit(frame, 0, weight=1.0)], book).notes())
    assert "no inclusion probabilities" not in " ".join(join(frame, [unit(frame, 0)], book).notes())


def test_a_row_that_is_blank_is_not_coded(frame, book):
    blank = unit(frame, 0, choices={}, unknown=frozenset({"opposition", "support"}))
    assert join(frame, [blank, unit(frame, 1)], book).places.tolist() == [1]
    with pytest.raises(CommuniqueError, match="no row is coded"):
        join(frame, [blank], book)


def test_what_the_model_has_learned_from_is_dropped_and_counted(frame, book):
    left = replace(frame, left_out=frozenset({"'-1", "-2"}))
    learned = [replace(unit(frame, 0), id=name) for name in ("'-1", "'-2")]
    found = join(left, [*learned, unit(frame, 5)], book)
    assert (found.places.tolist(), found.learned) == ([5], 2)
    assert "2 of them were coded" in " ".join(found.notes())
    with pytest.raises(CommuniqueError, match="learned"):
        join(left, learned, book)


def test_an_id_that_a_sheet_marked_as_text_is_found(frame, book):
    marked = replace(frame, ids=("-1", *frame.ids[1:]))
    assert join(marked, [replace(unit(frame, 0), id="'-1")], book).places.tolist() == [0]
    assert join(marked, [replace(unit(frame, 0), id="-1")], book).places.tolist() == [0]


@pytest.mark.parametrize(
    ("change", "word"), [({"id": "d999:s0.1"}, "d999"), ({"text": "We saw another case."}, "another text")]
)
def test_a_unit_of_another_run_is_named(frame, book, change, word):
    with pytest.raises(CommuniqueError, match=word):
        join(frame, [replace(unit(frame, 0), **change)], book)


def test_a_unit_that_was_coded_twice_is_named(frame, book):
    with pytest.raises(CommuniqueError, match=r"d0:s1\.1 is coded 2 times"):
        join(frame, [unit(frame, 0), unit(frame, 1, coder="a"), unit(frame, 1, coder="b")], book)


def test_who_was_only_found_to_be_another_speaker_is_coded(frame, book):
    blank = frozenset({"opposition", "support"})
    found = join(frame, [unit(frame, 3, choices={}, unknown=blank, speaker_right="0"), unit(frame, 1)], book)
    assert (found.places.tolist(), found.speaker_right.tolist()) == ([3, 1], [0, -1])


@pytest.mark.parametrize(
    ("answers", "by", "found", "taken"),
    [
        ({}, "actor", None, "no statement or not of the speaker named"),
        ({}, "month", None, "no statement"),
        ({"is_statement": "0"}, "actor", "no statement", "not of the speaker named"),
        ({"is_statement": "0"}, "month", "no statement", None),
        ({"speaker_right": "0"}, "actor", "not of the speaker named", "no statement"),
        ({"speaker_right": "0"}, "month", None, "no statement"),
        ({"is_statement": "1", "speaker_right": "0"}, "actor", "no statement or not of the speaker named", None),
    ],
)
def test_the_notes_say_what_was_judged_and_what_counts_as_found(frame, book, answers, by, found, taken):
    notes = " ".join(join(frame, [unit(frame, 0, **answers)], book).notes(by))
    assert (f"1 coded units were found to be {found}: shares" in notes) == (found is not None)
    assert (f"nobody coded which units are {taken}, so" in notes) == (taken is not None)
    assert notes.count("found to be") == (found is not None)
    assert notes.count("nobody coded") == (taken is not None)


def test_a_sheet_that_two_coders_share_by_halves_is_one_coding(frame, book):
    blank = {"choices": {}, "unknown": frozenset({"opposition", "support"})}
    anna = [unit(frame, 0, coder="anna"), unit(frame, 1, **blank)]
    ben = [unit(frame, 0, **blank), unit(frame, 1, coder="ben")]
    assert join(frame, [*anna, *ben], book).places.tolist() == [0, 1]
