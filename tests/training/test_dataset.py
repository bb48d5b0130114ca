"""Datasets: units by split, targets as arrays, and no document in two splits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from communique.corpus.annotations import CodedUnit
from communique.corpus.errors import CommuniqueError
from communique.models.inputs import Example
from communique.training.dataset import Dataset, load
from communique.training.recipe import Recipe
from communique.training.splits import DEV_SHARE, with_split


@pytest.fixture
def make(tmp_path, table, codebook_path):
    """Load a dataset of rows."""

    def call(*rows):
        path = table(tmp_path / "coded.csv", [{"labels": "no label", "sentiment": "neutral"} | row for row in rows])
        return load(Recipe(data=str(path), codebook=str(codebook_path)))

    return call


UNITS = (
    CodedUnit(
        "a",
        "We oppose it.",
        frozenset({"opposition"}),
        {"sentiment": "negative"},
        before="B.",
        speaker="Ostra",
        weight=1.0,
    ),
    CodedUnit("b", "We read it.", frozenset(), {"sentiment": "neutral"}, unknown=frozenset({"support"}), weight=3.0),
    CodedUnit("c", "We both do.", frozenset({"opposition", "support"}), {}, weight=2.0),
)


def test_the_arrays(book):
    data = Dataset(UNITS, book)
    assert data.truth.tolist() == [[True, False], [False, False], [True, True]]
    assert data.known.tolist() == [[True, True], [True, False], [True, True]]
    assert data.choice(book.single[0]).tolist() == [0, 1, -1]
    assert data.weights.tolist() == [0.5, 1.5, 1.0]
    assert data.examples[0] == Example("We oppose it.", "B.", "Ostra")
    assert len(data) == 3


def test_an_empty_dataset_has_the_shape_of_its_codebook(book):
    data = Dataset((), book)
    assert data.truth.shape == data.known.shape == (0, 2)
    assert data.choice(book.single[0]).shape == data.weights.shape == (0,)


def test_splits_and_parts(book):
    data = Dataset(
        tuple(replace(unit, split=name) for unit, name in zip(UNITS, ("train", "dev", "train"), strict=True)), book
    )
    assert [unit.id for unit in data.split("train").units] == ["a", "c"]
    assert [unit.id for unit in data.where([False, False, True]).units] == ["c"]
    assert len(data.split("test")) == 0


def test_the_digest_is_of_the_content_in_order(book):
    data = Dataset(UNITS, book)
    assert data.digest == Dataset(UNITS, book).digest
    assert data.digest != Dataset(UNITS[::-1], book).digest
    for change in ({"text": "x"}, {"labels": frozenset()}, {"choices": {}}):
        assert data.digest != Dataset((replace(UNITS[0], **change), *UNITS[1:]), book).digest


@pytest.mark.parametrize(
    "change",
    [
        {"split": "dev"},
        {"before": "x"},
        {"speaker": "x"},
        {"weight": 9.0},
        {"unknown": frozenset({"support"})},
    ],
)
def test_the_digest_is_of_all_that_training_sees(book, change):
    assert Dataset(UNITS, book).digest != Dataset((replace(UNITS[0], **change), *UNITS[1:]), book).digest


def test_the_splits_of_the_file_are_kept(tiny_recipe):
    data = load(tiny_recipe)
    assert [len(data.split(name)) for name in ("train", "dev", "test")] == [126, 42, 42]


def test_without_splits_documents_are_divided(make):
    data = make(*({"id": f"u{n}", "text": "x", "document": f"d{n // 2}"} for n in range(400)))
    places = {}
    for unit in data.units:
        assert places.setdefault(unit.document, unit.split) == unit.split
    share = np.mean([unit.split == "dev" for unit in data.units])
    assert abs(share - DEV_SHARE) < 0.08
    assert not len(data.split("test"))


def test_a_documents_split_hangs_on_its_name_alone():
    for unit in UNITS:
        assert with_split(unit).split == with_split(replace(unit, text="other", id="z")).split


def test_a_document_in_two_splits_is_named(make):
    with pytest.raises(CommuniqueError, match=r"'d1'.*train"):
        make(
            {"id": "a", "text": "x", "document": "d1", "split": "train"},
            {"id": "b", "text": "y", "document": "d1", "split": "dev"},
        )


@pytest.mark.parametrize("split", ["validation", ""])
def test_an_unknown_split_is_named(make, split):
    with pytest.raises(CommuniqueError, match="b: split is"):
        make({"id": "a", "text": "x", "split": "train"}, {"id": "b", "text": "y", "split": split})


def test_the_shipped_corpus_loads_where_its_texts_are(monkeypatch):
    from communique.corpus import coded

    monkeypatch.setattr(coded, "real", lambda pool=None: [])
    data = load(Recipe())
    assert len(data) == len(coded.authored())
    assert data.codebook.name == "core"
