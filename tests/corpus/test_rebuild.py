"""The coded sentences are found again by their fingerprints, whatever markup and spacing stand around them."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus import coded, rebuild

SENTENCE = "Veltrane Optics strongly opposes the listing, and it will appeal."


def test_a_sentence_is_found_through_markup_and_line_breaks() -> None:
    text = "Before this. **Veltrane Optics**\nstrongly opposes the listing — and it will\nappeal. After it."
    mark = rebuild.fingerprint(SENTENCE)
    assert mark is not None
    ((name, start, end),) = rebuild.occurrences(text, [("v1", mark)])
    assert (name, text[start:end]) == ("v1", text[text.index("Veltrane") : text.index("appeal") + 7])


def test_another_sentence_with_the_same_beginning_is_not_taken() -> None:
    mark = rebuild.fingerprint(SENTENCE)
    assert mark is not None
    assert not list(rebuild.occurrences(SENTENCE.replace("appeal", "comply"), [("v1", mark)]))


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_stands_around_does_not_matter(before: str, after: str) -> None:
    mark = rebuild.fingerprint(SENTENCE)
    assert mark is not None
    text = f"{before} {SENTENCE} {after}"
    ((_, start, end),) = rebuild.occurrences(text, [("v1", mark)])
    assert rebuild.fingerprint(text[start:end]) == mark


def test_too_short_to_tell() -> None:
    assert rebuild.fingerprint("We deny this.") is None


def test_the_pool_that_is_written_is_one_that_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = rebuild.fingerprint(SENTENCE)
    assert mark is not None
    rows = tmp_path / "sentences.tsv"
    values = ["wh-1", "wh", "a.md", "Veltrane Optics", "company", mark.length, mark.anchor, mark.digest]
    rows.write_text(
        "id\tsource\tdoc\tspeaker\tkind\tlength\tanchor\tdigest\n" + "\t".join(map(str, values)) + "\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(rebuild, "read_sentences", lambda read=rebuild.read_sentences: read(rows))
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "a.md").write_text(f"We were told on Monday. {SENTENCE}", encoding="utf-8")
    assert rebuild.rebuild([clone], tmp_path / "pool") == (1, 1)
    found = dict(coded.pool_rows(tmp_path / "pool", {"wh-1"}))
    assert found["wh-1"]["before"] == "We were told on Monday."
    with gzip.open(tmp_path / "pool" / "wh.jsonl.gz", "rt", encoding="utf-8") as file:
        assert json.loads(file.readline())["text"] == SENTENCE


@pytest.mark.shared
def test_the_fingerprints_are_those_of_the_pool(shared: Path) -> None:
    rows = rebuild.read_sentences()
    sample = dict(list(rows.items())[::97])
    for name, row in coded.pool_rows(shared / "data" / "pool", sample):
        mark = rebuild.fingerprint(row["text"])
        assert mark is not None
        assert (mark.length, mark.anchor, mark.digest) == (
            int(sample[name]["length"]), int(sample[name]["anchor"]), sample[name]["digest"],
        )  # fmt: skip
