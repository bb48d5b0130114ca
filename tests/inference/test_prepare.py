"""From documents to units, in three ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.records import Document
from communique.inference.prepare import UNIT_MODES, prepare

TEXT = "We oppose the levy. It harms our members.\n\nWe will appeal."
ARTICLE = "The Brellin Chamber met on Monday. “We oppose the levy,” said Maren Holt, president of the Brellin Chamber."


def texts(prepared) -> list[str]:
    return [unit.text for unit in prepared.units]


def test_a_sentence_is_one_unit_with_the_documents_own_id_and_context():
    document = Document(
        "r1", TEXT, speaker="Ostra", before="The levy was news.", row=1, meta={"desk": 4}, kind="industry"
    )
    found = prepare(document, "sentence")
    (unit,) = found.units
    assert (unit.id, unit.text, unit.before) == ("r1", TEXT, "The levy was news.")
    assert (unit.speaker, unit.actor_type, unit.kind, unit.meta) == ("Ostra", "industry", "direct", {"desk": 4})
    assert (unit.start, unit.end) == (0, len(TEXT))


def test_a_statement_is_cut_into_sentences():
    found = prepare(Document("r1", TEXT, speaker="Ostra"), "statement")
    assert texts(found) == ["We oppose the levy.", "It harms our members.", "We will appeal."]
    assert len(found.statements) == 1
    assert found.units[2].before == "We oppose the levy. It harms our members."


def test_auto_takes_a_row_with_a_speaker_whole():
    found = prepare(Document("r1", ARTICLE, speaker="Ostra", row=1), "auto")
    assert [statement.rule for statement in found.statements] == ["whole"]


@pytest.mark.parametrize("known", [{"row": 1}, {"speaker": "Ostra"}, {}])
def test_auto_searches_everything_else(known):
    found = prepare(Document("r1", ARTICLE, **known), "auto")
    assert all(statement.rule != "whole" for statement in found.statements)


def test_auto_finds_who_says_what():
    found = prepare(Document("a", ARTICLE), "auto")
    assert texts(found) == ["We oppose the levy,"]
    assert found.units[0].speaker is not None
    assert "Maren Holt" in found.units[0].speaker


def test_a_publisher_speaks_where_no_speaker_is_named():
    found = prepare(Document("a", TEXT, publisher="Ostra Minerals"), "statement")
    assert (found.statements[0].speaker, found.statements[0].kind) == ("Ostra Minerals", "release")


@pytest.mark.parametrize("start", [0, 8])
def test_front_matter_is_left_out(start):
    document = Document("a", "---x---\nWe oppose it.", meta={"body_start": start})
    (unit,) = prepare(document, "sentence").units
    assert unit.start == start
    assert document.text[unit.start : unit.end] == unit.text


@pytest.mark.parametrize("value", ["n/a", None, -5, [1], "7"])
def test_a_column_that_is_called_body_start_does_no_harm(value):
    document = Document("a", TEXT, speaker="Ostra", row=1, meta={"body_start": value})
    for mode in UNIT_MODES:
        for unit in prepare(document, mode).units:
            assert document.text[unit.start : unit.end] == unit.text
        assert prepare(document, mode).units[0].start == 0


@given(st.text(min_size=1, max_size=300).filter(str.strip), st.sampled_from(UNIT_MODES), st.booleans())
def test_offsets_and_ids_hold_for_any_text(text, mode, spoken):
    document = Document("d", text, speaker="Ostra" if spoken else None, row=1)
    found = prepare(document, mode)
    for part in (*found.statements, *found.units):
        assert text[part.start : part.end] == part.text
        assert part.doc == "d"
    ids = [unit.id for unit in found.units]
    assert len(set(ids)) == len(ids)
    assert {unit.statement for unit in found.units} <= {statement.id for statement in found.statements}
