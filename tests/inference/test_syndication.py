"""The same statement in several documents: one group, its reach kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.inference.runner import score
from communique.inference.syndication import mark, signature

QUOTE = "We have never sold a camera to a detention centre and we comply with every export law that applies to us"
OTHER = "The ministry will review every licence that it has granted to these firms before the end of this April"


def statement(n: int, doc: str, text: str, no_comment: bool = False) -> dict[str, object]:
    return {"id": f"s{n}", "doc": doc, "text": text, "start": 3, "end": 9, "no_comment": no_comment}


def marked(rows, tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mark(source, out)
    found = [json.loads(text) for text in out.read_text(encoding="utf-8").splitlines()]
    assert [{k: v for k, v in row.items() if k not in ("syndicated", "reach")} for row in found] == rows
    return [(row["syndicated"], row["reach"]) for row in found]


def test_a_statement_that_three_documents_carry_is_one_group(tmp_path):
    texts = [QUOTE, OTHER, QUOTE + ".", "“" + QUOTE.replace("We have", "We've") + ",”"]
    rows = [statement(n, f"d{n}", text) for n, text in enumerate(texts)]
    assert marked(rows, tmp_path) == [("s0", 3), (None, 1), ("s0", 3), ("s0", 3)]


def test_repeated_in_one_document_is_not_syndicated(tmp_path):
    rows = [statement(0, "d", QUOTE), statement(1, "d", QUOTE), statement(2, "e", OTHER)]
    assert marked(rows, tmp_path) == [(None, 1)] * 3


@pytest.mark.parametrize("text", ["We deny this.", ""])
def test_what_is_short_may_be_said_twice(tmp_path, text):
    assert marked([statement(0, "d", text), statement(1, "e", text)], tmp_path) == [(None, 1)] * 2


def test_silence_is_not_syndicated(tmp_path):
    text = "declined to comment on the matter when it was asked to do so on Friday"
    assert marked([statement(n, f"d{n}", text, True) for n in range(2)], tmp_path) == [(None, 1)] * 2


def test_no_statements_are_no_groups(tmp_path):
    assert marked([], tmp_path) == []


@given(
    st.lists(
        st.sampled_from(["tariff", "ban", "levy", "on", "the", "glass", "of", "our", "firm", "will", "not", "stand"]),
        max_size=40,
    )
)
def test_a_text_is_like_itself_whatever_its_marks(words):
    one, two = signature(" ".join(words)), signature("“" + ", ".join(words).upper() + ".”")
    assert (one is None) == (two is None) == (len(words) < 8)
    assert one is None or np.array_equal(one, two)


def test_a_run_marks_its_statements(tmp_path, fake, lines):
    rows = [{"id": f"r{n}", "text": QUOTE, "speaker": "Veltrane"} for n in range(2)]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    score([str(source)], tmp_path / "run", fake())
    found = lines(tmp_path / "run" / "statements.jsonl")
    assert [(row["syndicated"], row["reach"]) for row in found] == [(found[0]["id"], 2)] * 2
    assert not list((tmp_path / "run").glob("*.part"))
