"""The tagger: from logits to attributions, and the folder."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.errors import CommuniqueError
from communique.models import tagger as taggers
from communique.models.tagger import LABELS, Shipped, best_path, decode, fresh, load, save


def tagged(text, *parts):
    """Return logits that are sure of `parts`, a part of the label for each word, "-" for none, "." to go on."""
    labels, before = [], "none"
    for part in parts:
        name = "none" if part == "-" else f"inside-{before}" if part == "." else f"begin-{part}"
        before = before if part in ".-" else part
        labels.append(LABELS.index(name))
    spans, at = [], 0
    for word in text.split():
        spans.append((text.index(word, at), text.index(word, at) + len(word)))
        at = spans[-1][1]
    return np.eye(len(LABELS))[labels] * 9, spans


def found(text, *parts):
    def words(span):
        return text[slice(*span)] if span else None

    return [(words(one.source), words(one.cue), *map(words, one.contents)) for one in decode(*tagged(text, *parts))]


def test_source_cue_and_content_are_one_attribution():
    text = "Ostra Minerals denied any delay ."
    assert found(text, "source", ".", "say", "content", ".", "-") == [("Ostra Minerals", "denied", "any delay")]


def test_a_content_goes_to_the_nearest_cue_and_a_cue_to_the_nearest_source():
    text = "Ostra denied delay but Brellin saw rain"
    parts = ("source", "say", "content", "-", "source", "say", "content")
    assert found(text, *parts) == [("Ostra", "denied", "delay"), ("Brellin", "saw", "rain")]


def test_a_content_may_have_two_parts_and_a_source_two_cues():
    assert found("Rain , she said , falls", "content", "-", "source", "say", "-", "content") == [
        ("she", "said", "Rain", "falls")
    ]
    text = "Ostra denied delay and pledged speed"
    parts = ("source", "say", "content", "-", "say", "content")
    assert found(text, *parts) == [("Ostra", "denied", "delay"), ("Ostra", "pledged", "speed")]


def test_attitudes_are_told_apart():
    (one,) = decode(*tagged("Ostra hopes so", "source", "think", "content"))
    assert one.attitude == "think"
    assert 0.9 < one.confidence < 1


def test_a_cue_without_content_and_a_content_without_cue_are_nothing():
    assert not found("Ostra said .", "source", "say", "-")
    assert not found("Rain fell .", "content", ".", "-")


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_nothing_goes_on_that_has_not_begun(words, seed):
    path = best_path(np.random.default_rng(seed).normal(size=(words, len(LABELS))))
    for before, after in zip([0, *path], path, strict=False):
        assert not (after and after % 2 == 0) or before in (after - 1, after)


def test_the_path_is_the_best_of_all_legal_ones():
    from itertools import product

    scores = np.random.default_rng(3).normal(size=(4, len(LABELS)))

    def legal(path):
        return all(not (b and b % 2 == 0) or a in (b - 1, b) for a, b in zip((0, *path), path, strict=False))

    every = (path for path in product(range(len(LABELS)), repeat=4) if legal(path))
    best = max(every, key=lambda path: scores[range(4), path].sum())
    assert tuple(best_path(scores)) == best


# --- the folder


@pytest.fixture(scope="module")
def untrained(tiny_base):
    import torch

    torch.manual_seed(1)
    tagger = fresh(str(tiny_base))
    tagger.network.eval()
    return tagger


def test_what_is_saved_is_loaded(untrained, tmp_path):
    save(untrained, tmp_path / "t", rank=32)
    again = load(tmp_path / "t")
    sentence = "Veltrane strongly opposes the tariff."
    rows = [words.encoded for words in untrained.encode([sentence])]
    assert np.allclose(again.forward(rows), untrained.forward(rows), atol=1e-2)
    assert {path.name for path in (tmp_path / "t").iterdir()} == {
        "adapter_config.json", "adapter_model.safetensors", "config.json",
    }  # fmt: skip


def test_a_sentences_marks_do_not_depend_on_the_others(untrained):
    sentences = ["The ban takes effect in May.", "", "We applaud the new levy and endorse it.", "  "]
    together = untrained(sentences)
    assert together == [untrained([sentence])[0] for sentence in sentences]
    assert together[1] == together[3] == []


def test_words_are_whole(untrained):
    (words,) = untrained.encode(["Veltrane's xylophone, sold."])
    assert [("Veltrane's xylophone, sold."[a:b]) for a, b in words.spans] == [
        "Veltrane", "'", "s", "xylophone", ",", "sold", ".",
    ]  # fmt: skip


def test_a_missing_folder_is_one_line(tmp_path):
    with pytest.raises(CommuniqueError, match="nowhere"):
        load(tmp_path / "nowhere")


def test_a_damaged_folder_is_one_line(untrained, tmp_path):
    save(untrained, tmp_path / "t", rank=2)
    (tmp_path / "t" / "adapter_model.safetensors").write_bytes(b"no")
    with pytest.raises(CommuniqueError, match="no tagger that can be read"):
        load(tmp_path / "t")


def test_the_shipped_one_is_loaded_by_the_first_sentence(monkeypatch):
    loaded = []
    monkeypatch.setattr(taggers, "load", lambda **how: loaded.append(how) or (lambda found: [[] for _ in found]))
    shipped = Shipped("cpu")
    assert shipped([]) == []
    assert len(shipped.digest) == 64
    assert not loaded
    shipped(["Rain fell."])
    shipped(["Rain fell."])
    assert loaded == [{"device": "cpu"}]


def test_the_shipped_one_is_small_enough():
    assert sum(path.stat().st_size for path in taggers.SHIPPED.iterdir()) < 1_500_000


def test_the_shipped_one_finds_what_no_rule_knows():
    text = "The Brellin Chamber floated the idea of a levy on tariffs."
    (found,) = Shipped()([text])[0]
    assert text[slice(*found.source)] == "The Brellin Chamber"
    assert text[slice(*found.cue)] == "floated"
