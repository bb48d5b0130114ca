"""Evaluation: figures of a classifier on coded units, as tables and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from communique.models.calibration import Calibration, LabelCalibration
from communique.training import dataset, evaluation
from communique.training.dataset import Dataset


@pytest.fixture(scope="module")
def data(tiny_recipe):
    return dataset.load(tiny_recipe).split("test")


@pytest.fixture(scope="module")
def found(classifier, data):
    return evaluation.evaluate(classifier, data)


def oracle(data, sure=0.95):
    """Probabilities that are right throughout."""
    book = data.codebook
    rows = np.full((len(data), len(book.labels)), 1 - sure)
    rows[:, :2] = np.where(data.truth, sure, 1 - sure)
    rows[:, 2:] = np.where(np.eye(3, dtype=bool)[data.choice(book.single[0])], sure, (1 - sure) / 2)
    return rows


def test_the_tiny_model_is_good_at_its_own(found):
    assert found.macro_f1.value > 0.9
    assert found.single["sentiment"].value > 0.9
    assert (found.n, found.documents) == (42, 6)


def test_perfect_answers_are_perfect(data, book):
    report = evaluation.report(oracle(data), data, Calibration.identity(book))
    assert report.macro_f1.value == report.micro_f1.value == report.single["sentiment"].value == 1
    assert report.uncertain["precision_unflagged"] == 1
    assert np.isnan(report.uncertain["precision_flagged"])


def test_thresholds_are_the_calibrations(data, book):
    strict = Calibration({name: LabelCalibration(threshold=0.96) for name in book.multi}, {"sentiment": 1.0})
    assert evaluation.report(oracle(data), data, strict).macro_f1.value == 0


def test_unjudged_labels_count_in_no_figure(data, book):
    """Half of the units judged for nothing: every figure is that of the other half."""
    rng = np.random.default_rng(1)
    probabilities = np.clip(oracle(data, 0.8) + rng.normal(0, 0.3, (len(data), 5)), 0.01, 0.99)
    every_other = [n % 2 == 0 for n in range(len(data))]
    unjudged = Dataset(
        tuple(
            unit if kept else replace(unit, labels=frozenset(), unknown=frozenset(book.multi), choices={})
            for unit, kept in zip(data.units, every_other, strict=True)
        ),
        book,
    )
    identity = Calibration.identity(book)
    alone = evaluation.report(probabilities[every_other], data.where(every_other), identity)
    both = evaluation.report(probabilities, unjudged, identity)
    for one, other in zip(both.labels, alone.labels, strict=True):
        assert one.f1.value == pytest.approx(other.f1.value)
        assert one.precision == pytest.approx(other.precision)
        assert one.average_precision == pytest.approx(other.average_precision)
        assert one.brier_skill == pytest.approx(other.brier_skill)
        assert one.slope == pytest.approx(other.slope, rel=1e-3)
    assert both.single["sentiment"].value == pytest.approx(alone.single["sentiment"].value)


def test_units_without_a_sentiment_are_evaluated_all_the_same(data, book):
    bare = Dataset(tuple(replace(unit, choices={}) for unit in data.units), book)
    report = evaluation.report(oracle(data), bare, Calibration.identity(book))
    assert report.macro_f1.value == 1
    evaluation.table(report)
    evaluation.compare_table([("one", report)])


def test_the_table_names_every_label_and_marks_the_untested(found):
    text = evaluation.table(found)
    for label in found.labels:
        assert f"| {label.name} (untested) | {label.support} |" in text
    assert "42 units of 6 documents" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in rows}) == 1


def test_two_reports_stand_side_by_side(found):
    text = evaluation.compare_table([("one", found), ("two", found)])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in rows}) == 1
    for word in ("one", "two", "opposition", "**macro-F1**", "sentiment macro-F1", "Brier"):
        assert word in text


def test_json_has_no_figure_that_is_none(found):
    content = json.dumps(evaluation.to_json(found), allow_nan=False)
    raw = json.loads(content)
    assert raw["macro_f1"]["value"] == found.macro_f1.value
    assert [label["name"] for label in raw["labels"]] == ["opposition", "support"]


def test_what_was_saved_is_shown(tiny_model):
    text = evaluation.saved_table(tiny_model / "metrics.json")
    assert "| dev | 42 |" in text
    assert "| test | 42 |" in text


def test_baselines_stand_beside(tiny_recipe, monkeypatch):
    from communique.training import baselines

    whole = dataset.load(tiny_recipe)
    monkeypatch.setattr(baselines, "_embeddings", lambda _: lambda part: np.eye(len(part), 4))
    names = []
    for name, (probabilities, units, calibration) in baselines.all_on(whole, whole.split("test")):
        names.append(name)
        assert probabilities.shape == (42, 5)
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
        report = evaluation.report(probabilities, units, calibration)
        if name.startswith("TF-IDF"):
            assert report.macro_f1.value > 0.9
    assert names == ["keywords", "TF-IDF + LR", "frozen embeddings + LR"]


def test_baselines_learn_from_what_was_judged(tiny_recipe, monkeypatch):
    """Support was judged by nobody and sentiment for every other unit; opposition has no positive to learn from."""
    from communique.training import baselines

    whole = dataset.load(tiny_recipe)
    monkeypatch.setattr(baselines, "_embeddings", lambda _: lambda part: np.eye(len(part), 4))
    partly = [
        replace(
            unit,
            labels=frozenset() if unit.split == "train" else unit.labels - {"support"},
            unknown=frozenset({"support"}),
            choices=unit.choices if n % 2 else {},
        )
        for n, unit in enumerate(whole.units)
    ]
    data = Dataset(tuple(partly), whole.codebook)
    found = dict(baselines.all_on(data, data.split("test")))["TF-IDF + LR"]
    assert evaluation.report(*found).single["sentiment"].value > 0.9
    assert found[0][:, 1].max() < 0.05
