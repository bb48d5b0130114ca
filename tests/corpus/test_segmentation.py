"""Sentences: spans of the text, in order, each with a word in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.records import Document, Statement
from communique.corpus.segmentation import CONTEXT_SENTENCES, sentence_spans, statement_units


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We deny this.", ["We deny this."]),
        ("We deny this. We will appeal.", ["We deny this.", "We will appeal."]),
        ("Ostra Inc. opposes it. Mr. Rusk said so.", ["Ostra Inc. opposes it.", "Mr. Rusk said so."]),
        ("It fell by 3.5 per cent. Why?", ["It fell by 3.5 per cent.", "Why?"]),
        ("The U.S. government decided. We regret it.", ["The U.S. government decided.", "We regret it."]),
        ("A heading\n\nA sentence. Another.", ["A heading", "A sentence.", "Another."]),
        ("We ask for:\n- a hearing\n- the samples\n", ["We ask for:", "- a hearing", "- the samples"]),
        ("1. We object.\n2. We will sue.", ["1. We object.", "2. We will sue."]),
        ("We ask. 1. A hearing. 2. Samples.", ["We ask.", "1. A hearing.", "2. Samples."]),
        ("1.", ["1."]),
        ("  Spaces around.  ", ["Spaces around."]),
        ("", []),
        ("   \n\n ", []),
        ("* * *\n\n---", []),
    ],
)
def test_sentences(text, wanted):
    assert sentences(text) == wanted


def test_lines_wrapped_by_hand_are_one_sentence():
    text = (
        "The chamber has asked the ministry for a hearing on the levy that it\n"
        "announced in May, and it has had no answer to any of its four letters\n"
        "since then. It will therefore go to the administrative court of the\n"
        "province.\n"
    )
    found = [" ".join(sentence.split()) for sentence in sentences(text)]
    assert len(found) == 2
    assert found[0].endswith("letters since then.")
    assert found[1].endswith("court of the province.")


def test_unwrapped_lines_end_sentences():
    text = "Statement of the chamber\nWe oppose the levy in every form that it may take, now and in future, and we always have.\nBrellin, May"
    assert sentences(text) == text.split("\n")


@given(st.text(max_size=400))
def test_spans_are_in_order_apart_and_trimmed(text):
    end = 0
    for first, last in sentence_spans(text):
        assert end <= first < last <= len(text)
        assert text[first:last].strip() == text[first:last]
        assert any(character.isalnum() or character == "_" for character in text[first:last])
        end = last


@given(st.text(st.sampled_from("aB. !?\n”“-•1"), max_size=200))
def test_no_word_is_lost(text):
    kept = "".join(sentences(text))
    assert sum(map(str.isalnum, kept)) == sum(map(str.isalnum, text))


STATEMENT = "One is first. Two is second. Three is third. Four is fourth."


def units(text=STATEMENT, start=0, **fields):
    document = Document(
        "d", "x" * start + text, title="T", date="2019-10-08", publisher="P", language="en", meta={"desk": 4}
    )
    statement = Statement(
        "d:s1", "d", text, start, start + len(text), "direct", speaker="Ostra", actor="Ostra Minerals", **fields
    )
    return document, list(statement_units(document, statement))


def test_units_have_offsets_into_the_document():
    document, found = units(start=7)
    assert [document.text[unit.start : unit.end] for unit in found] == [unit.text for unit in found]
    assert [unit.id for unit in found] == ["d:s1.1", "d:s1.2", "d:s1.3", "d:s1.4"]


def test_units_know_the_two_sentences_before_them():
    _, found = units()
    assert [unit.before for unit in found] == [
        "", "One is first.", "One is first. Two is second.", "Two is second. Three is third.",
    ]  # fmt: skip
    assert CONTEXT_SENTENCES == 2


def test_units_carry_what_is_known_of_the_statement_and_the_document():
    _, found = units(actor_type="company", on_behalf_of="Ostra Minerals")
    unit = found[0]
    assert (unit.speaker, unit.actor, unit.actor_type, unit.kind) == ("Ostra", "Ostra Minerals", "company", "direct")
    assert (unit.title, unit.date, unit.publisher, unit.language, unit.meta) == (
        "T",
        "2019-10-08",
        "P",
        "en",
        {"desk": 4},
    )
    assert unit.on_behalf_of == "Ostra Minerals"


@pytest.mark.parametrize("text", ["…", "?!", "—"])
def test_a_statement_without_a_word_is_one_unit(text):
    _, found = units(text)
    assert [unit.text for unit in found] == [text]


@given(st.text(min_size=1, max_size=300), st.integers(0, 20))
def test_every_statement_has_a_unit_with_true_offsets(text, start):
    document, found = units(text, start)
    assert found
    for unit in found:
        assert document.text[unit.start : unit.end] == unit.text


def test_segmentation_is_linear():
    import time

    def seconds(n):
        text = "We oppose the levy, and we always have. " * n
        start = time.process_time()
        assert len(sentences(text)) == n
        return time.process_time() - start

    seconds(10)
    assert seconds(4000) < 40 * max(seconds(400), 0.01)
