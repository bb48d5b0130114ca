"""The predictor: order kept, each distinct example scored once, whatever stands around it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from communique.corpus.records import Unit
from communique.inference.predictor import Predictor


def units(*texts: str, **fields) -> list[Unit]:
    return [Unit(str(n), "d", "s", text, 0, len(text), **fields) for n, text in enumerate(texts)]


TEXTS = [
    f"We {verb} the {thing}{mark}"
    for verb in ("oppose", "welcome", "read")
    for thing in ("ban", "levy")
    for mark in ".!"
]


@pytest.fixture
def counted(classifier, monkeypatch):
    """A predictor, and the rows that its network was asked."""
    asked: list[int] = []
    real = classifier.forward

    def forward(rows):
        asked.append(len(rows))
        return real(rows)

    monkeypatch.setattr(classifier, "forward", forward)
    return Predictor(classifier), asked


def test_no_units_no_answers(counted):
    predictor, asked = counted
    assert predictor.predict([]) == []
    assert not asked


def test_the_order_is_kept(classifier):
    texts = [*TEXTS, "We oppose the ban because it harms everybody in the valley."]
    random.Random(1).shuffle(texts)
    found = Predictor(classifier).predict(units(*texts))
    alone = [Predictor(classifier).predict(units(text))[0] for text in texts]
    for one, other in zip(found, alone, strict=True):
        assert one.labels == other.labels
        assert one.scores == pytest.approx(other.scores, abs=2e-6)


def test_duplicates_are_scored_once(counted):
    predictor, asked = counted
    found = predictor.predict(units(*TEXTS, *TEXTS, *TEXTS))
    assert sum(asked) == len(TEXTS)
    assert found[: len(TEXTS)] == found[len(TEXTS) : 2 * len(TEXTS)] == found[2 * len(TEXTS) :]


def test_nothing_is_kept_from_call_to_call(counted):
    """A resumed run must ask what an uninterrupted one asked, batch by batch: the last bits hang on the batch."""
    predictor, asked = counted
    first = predictor.predict(units(*TEXTS))
    assert predictor.predict(units(*TEXTS)) == first
    assert sum(asked) == 2 * len(TEXTS)


@pytest.mark.parametrize("field", ["before", "speaker"])
def test_the_same_sentence_in_another_context_is_another_example(counted, field):
    predictor, asked = counted
    predictor.predict(units("We oppose the ban."))
    predictor.predict(units("We oppose the ban.", **{field: "The levy was news."}))
    assert sum(asked) == 2


def test_what_the_encoder_does_not_see_makes_no_other_example(counted):
    predictor, asked = counted
    one = units("We oppose the ban.", title="One", date="2019-10-08", meta={"a": 1})
    predictor.predict(one + units("We oppose the ban.", title="Two"))
    assert sum(asked) == 1


def test_long_sentences_are_read_in_windows_and_say_so(counted, classifier):
    predictor, asked = counted
    long = "The levy takes effect in May. " * 20 + "We oppose the ban."
    found = predictor.predict(units("We oppose the ban.", long))
    assert "windowed" not in found[0].flags
    assert "windowed" in found[1].flags
    assert sum(asked) > 2
    assert len(found) == 2


@pytest.mark.parametrize(("language", "flagged"), [(None, False), ("en", False), ("de", True)])
def test_another_language_is_flagged(classifier, language, flagged):
    found = Predictor(classifier).predict(units("We oppose the ban.", language=language))
    assert ("other_language" in found[0].flags) == flagged


def test_probabilities_are_probabilities(classifier):
    for one in Predictor(classifier).predict(units(*TEXTS)):
        assert all(0 <= score <= 1 for score in one.scores.values())
        assert np.isclose(sum(one.sentiment_scores.values()), 1, atol=1e-5)
        assert one.sentiment == max(one.sentiment_scores, key=one.sentiment_scores.__getitem__)
