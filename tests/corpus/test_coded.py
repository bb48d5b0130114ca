"""The coded corpus: authored units whole, real ones as labels that join to their texts."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import pytest

from communique.corpus import coded
from communique.corpus.annotations import SPLITS
from communique.corpus.codebook import core
from communique.corpus.errors import CommuniqueError
from communique.corpus.records import ACTOR_TYPES


@pytest.fixture(scope="module")
def authored():
    return coded.authored()


def check(units):
    book = core()
    (sentiment,) = book.single
    ids = Counter(unit.id for unit in units)
    assert not [name for name, count in ids.items() if count > 1]
    splits: dict[str, str] = {}
    for unit in units:
        assert unit.text.strip(), unit.id
        assert unit.labels <= set(book.multi), unit.id
        assert unit.choices["sentiment"] in sentiment.names, unit.id
        assert unit.split in SPLITS, unit.id
        assert unit.kind in ("", *ACTOR_TYPES), unit.id
        assert unit.weight >= 1, unit.id
        assert splits.setdefault(unit.document, unit.split) == unit.split, f"{unit.document} stands in two splits"


def test_authored_units_are_sound(authored):
    check(authored)
    assert len(authored) >= 1500
    assert {unit.source for unit in authored} == {"authored"}


def test_authored_units_are_all_for_training(authored):
    assert {unit.split for unit in authored} == {"train"}


def test_some_authored_units_are_very_short(authored):
    assert sum(len(unit.text.split()) <= 4 for unit in authored) >= 200


def test_every_label_has_authored_examples(authored):
    counts = Counter(label for unit in authored for label in unit.labels)
    assert not [name for name in core().multi if counts[name] < 20]


def test_authored_units_speak_of_nobody_real(authored):
    named = ["Hikvision", "Dahua", "Huawei", "ZTE", "Wilbur Ross", "Blinken", "Beijing", "Washington"]
    assert not [unit.id for unit in authored for name in named if name in f"{unit.text} {unit.speaker} {unit.before}"]


def test_the_real_labels_are_sound_without_their_texts():
    rows = list(coded._rows(coded.CODED))
    assert len(rows) >= 2000
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert set(coded._labels(row["labels"])) <= set(core().multi), row["id"]
        assert row["split"] in SPLITS, row["id"]
        assert not row["pi"] or 0 < float(row["pi"]) <= 1, row["id"]
        assert "text" not in row, "real text is not ours to ship"


@pytest.mark.shared
def test_the_real_units_join_to_their_texts(shared):
    units = coded.real(shared / "data" / "pool")
    check(units)
    assert len(units) >= 2000
    assert {unit.register for unit in units} <= set(coded.REGISTERS.values())
    assert {unit.split for unit in units} == set(SPLITS)


@pytest.mark.shared
def test_no_document_stands_in_two_splits_and_no_text_in_train_and_test(shared, authored):
    units = authored + coded.real(shared / "data" / "pool")
    texts = {split: {" ".join(unit.text.lower().split()) for unit in units if unit.split == split} for split in SPLITS}
    shared_texts = {text for text in texts["train"] & texts["test"] if len(text.split()) > 6}
    assert not shared_texts


# --- the join, on a pool of two sentences


@pytest.fixture
def pool(tmp_path, monkeypatch):
    rows = [
        {"id": "wh-1", "text": "We oppose it.", "before": None, "speaker": "MR. RUSK (White House)", "kind": "government", "doc": "d1", "source": "wh"},
        {"id": "msa-2", "text": "We comply.", "before": "Ours.", "speaker": "Ostra", "kind": "company", "doc": "d2", "source": "msa"},
    ]  # fmt: skip
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    table = tmp_path / "coded.tsv"
    table.write_text(
        "id\tsplit\tstratum\tpi\tlabels\tsentiment\tflag\tcoder\n"
        "wh-1\ttrain\tx\t0.25\topposition,demand\tnegative\tok\tc1\n"
        "msa-2\tdev\tx\t\t\tneutral\tother\tc2\n"
        "gone-3\tdev\tx\t0.5\t\tneutral\tfrag\tc2\n"
    )
    monkeypatch.setattr(coded, "CODED", table)
    return tmp_path


def test_labels_are_joined_to_texts(pool):
    first, second = coded.real(pool)
    assert (first.text, first.speaker, first.document) == ("We oppose it.", "MR. RUSK", "d1")
    assert (first.labels, first.choices) == ({"opposition", "demand"}, {"sentiment": "negative"})
    assert (first.weight, first.register) == (4.0, "government")
    assert (second.speaker, second.before, second.weight) == ("", "Ours.", 1.0)


def test_fragments_are_left_out(pool):
    assert [unit.id for unit in coded.real(pool)] == ["wh-1", "msa-2"]


def test_sentences_that_are_not_in_the_pool_are_left_out_and_counted(pool):
    with coded.CODED.open("a") as file:
        file.write("lost-9\tdev\tx\t0.5\t\tneutral\tok\tc2\n")
    with pytest.warns(UserWarning, match="1 of 3"):
        assert [unit.id for unit in coded.real(pool)] == ["wh-1", "msa-2"]


def test_a_pool_without_any_of_them_is_named(pool):
    (pool / "a.jsonl.gz").unlink()
    with pytest.raises(CommuniqueError, match="none of the 2"):
        coded.real(pool)


def test_the_pool_may_be_named(pool, monkeypatch):
    monkeypatch.setenv(coded.POOL_VARIABLE, str(pool))
    assert coded.pool_folder() == pool
    assert len(coded.real()) == 2
    monkeypatch.setenv(coded.POOL_VARIABLE, str(pool / "nowhere"))
    with pytest.raises(CommuniqueError, match="DATASHEET") as error:
        coded.load()
    assert coded.POOL_VARIABLE in str(error.value)


def test_the_pool_is_read_whole_or_in_part(pool):
    assert [key for key, _ in coded.pool_rows(pool)] == ["wh-1", "msa-2"]
    assert [key for key, _ in coded.pool_rows(pool, ["msa-2"])] == ["msa-2"]
