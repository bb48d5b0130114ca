"""From logits to probabilities to labels."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from communique.corpus import codebook as codebooks
from communique.corpus.errors import CommuniqueError
from communique.models.calibration import Calibration, LabelCalibration, logit, predictions, sigmoid, softmax

FLOATS = st.floats(-1e3, 1e3)
LOGITS = hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.just(5)), elements=st.floats(-30, 30))


@given(hnp.arrays(np.float64, st.integers(1, 20), elements=FLOATS))
def test_sigmoid_is_scipys(x):
    from scipy.special import expit

    assert np.allclose(sigmoid(x), expit(x), atol=1e-12)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=FLOATS))
def test_softmax_is_scipys(x):
    from scipy.special import softmax as oracle

    assert np.allclose(softmax(x), oracle(x, axis=-1), atol=1e-12)


@given(hnp.arrays(np.float64, st.integers(1, 20), elements=st.floats(-15, 15)))
def test_logit_undoes_sigmoid(x):
    assert np.allclose(logit(sigmoid(x)), x, atol=1e-6)


def test_logit_of_certainty_is_finite():
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()


@given(LOGITS)
def test_identity_is_plain_sigmoid_and_softmax(book, logits):
    found = Calibration.identity(book).probabilities(logits, book)
    assert np.allclose(found[:, :2], 1 / (1 + np.exp(-logits[:, :2])))
    assert np.allclose(found[:, 2:].sum(axis=1), 1)
    assert np.allclose(found[:, 2:], softmax(logits[:, 2:]))


def test_platt_and_temperature_by_hand(book):
    calibration = Calibration(
        {"opposition": LabelCalibration(2.0, -1.0), "support": LabelCalibration(0.5, 0.25)}, {"sentiment": 2.0}
    )
    found = calibration.probabilities(np.array([[1.0, -2.0, 2.0, 0.0, -2.0]]), book)[0]
    assert found[0] == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert found[1] == pytest.approx(1 / (1 + np.exp(0.75)))
    powers = np.exp([1.0, 0.0, -1.0])
    assert found[2:] == pytest.approx(powers / powers.sum())


@given(LOGITS, st.floats(0.3, 5))
def test_a_temperature_moves_no_choice(book, logits, temperature):
    calibration = Calibration(Calibration.identity(book).labels, {"sentiment": temperature})
    best = logits[:, 2:].argmax(axis=1)
    probabilities = calibration.probabilities(logits, book)[:, 2:]
    assert np.allclose(probabilities[np.arange(len(best)), best], probabilities.max(axis=1))


# --- labels


def one(row, calibration, book):
    return predictions(np.array([row]), calibration, book)[0]


def test_labels_over_their_thresholds(book):
    calibration = Calibration(
        {"opposition": LabelCalibration(threshold=0.9), "support": LabelCalibration(threshold=0.2)}, {"sentiment": 1.0}
    )
    found = one([0.89, 0.2, 0.1, 0.6, 0.3], calibration, book)
    assert found.labels == ("support",)
    assert found.scores == {"opposition": 0.89, "support": 0.2}
    assert found.sentiment == "neutral"
    assert found.sentiment_scores == {"negative": 0.1, "neutral": 0.6, "positive": 0.3}


@given(LOGITS)
def test_what_a_reader_recomputes_is_what_was_given(book, logits):
    """Thresholds apply to the scores as they are written, rounded."""
    calibration = Calibration(
        {"opposition": LabelCalibration(threshold=0.123), "support": LabelCalibration(threshold=0.5)},
        {"sentiment": 1.0},
    )
    for found in predictions(calibration.probabilities(logits, book), calibration, book):
        again = tuple(name for name, score in found.scores.items() if score >= calibration.labels[name].threshold)
        assert found.labels == again


def test_another_single_choice_group_gives_a_label():
    book = codebooks.parse(
        {
            "name": "b",
            "groups": [
                {"name": "topic", "choice": "single", "labels": ["trade", "health"]},
                {"name": "m", "labels": ["x"]},
            ],
        }
    )
    found = one([0.3, 0.7, 0.9], Calibration.identity(book), book)
    assert set(found.labels) == {"health", "x"}
    assert found.sentiment is None
    assert found.scores == {"trade": 0.3, "health": 0.7, "x": 0.9}


def test_a_book_of_choices_alone():
    book = codebooks.parse(
        {"name": "b", "groups": [{"name": "sentiment", "choice": "single", "labels": ["bad", "good"]}]}
    )
    found = one([0.3, 0.7], Calibration.identity(book), book)
    assert (found.labels, found.sentiment, found.flags) == ((), "good", ())


def test_doubt_is_the_risk_that_a_label_is_wrong(book):
    calibration = Calibration(
        {"opposition": LabelCalibration(threshold=0.5), "support": LabelCalibration(threshold=0.2)},
        {"sentiment": 1.0},
        uncertain_risk=0.4,
    )
    rows = np.array(
        [
            [0.51, 0.01, 0.1, 0.8, 0.1],
            [0.99, 0.01, 0.1, 0.8, 0.1],
            [0.02, 0.25, 0.1, 0.8, 0.1],
            [0.3, 0.1, 0.1, 0.8, 0.1],
        ]
    )
    assert calibration.risks(rows, book) == pytest.approx([0.49, 0.01, 0.75, 0.3])
    assert [found.flags for found in predictions(rows, calibration, book)] == [("uncertain",), (), ("uncertain",), ()]


def test_no_bound_no_doubt(book):
    assert one([0.5, 0.5, 0.4, 0.3, 0.3], Calibration.identity(book), book).flags == ()


# --- the file


def test_it_is_read_back_as_written(book, tmp_path):
    calibration = Calibration(
        {"opposition": LabelCalibration(1.25, -0.5, 0.31), "support": LabelCalibration()},
        {"sentiment": 1.7},
        0.35,
        "Platt",
        "dev",
    )
    calibration.save(tmp_path / "calibration.json")
    assert Calibration.load(tmp_path / "calibration.json", book) == calibration


@pytest.mark.parametrize(
    "content",
    [
        None, "", "{", "[]", "{}", '{"labels": {"opposition": {"slop": 1}}}',
        "3", '"text"', "null", '{"labels": 3}',
    ],
)  # fmt: skip
def test_a_missing_or_damaged_file_is_named(book, tmp_path, content):
    path = tmp_path / "calibration.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommuniqueError, match=r"calibration\.json"):
        Calibration.load(path, book)


@pytest.mark.parametrize("change", ["drop", "add"])
def test_labels_that_do_not_fit_are_named(book, tmp_path, change):
    raw = Calibration.identity(book).to_json()
    if change == "drop":
        del raw["labels"]["support"]
    else:
        raw["labels"]["strange"] = raw["labels"]["support"]
    (tmp_path / "calibration.json").write_text(json.dumps(raw))
    with pytest.raises(CommuniqueError, match="support" if change == "drop" else "strange"):
        Calibration.load(tmp_path / "calibration.json", book)
