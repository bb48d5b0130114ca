"""The estimator: what scikit-learn expects of one."""

from __future__ import annotations

import numpy as np
import pytest

import communique
from communique.corpus.errors import CommuniqueError

TEXTS = [
    f"{actor} strongly opposes the {thing}."
    for actor in ("Veltrane", "Ostra", "Kestria")
    for thing in ("tariff", "ban", "levy")
]
TEXTS += [text.replace("strongly opposes", "warmly welcomes") for text in TEXTS]
LABELS = np.array(["against"] * 9 + ["for"] * 9)


@pytest.fixture(scope="module")
def estimator(tiny_base):
    return communique.StanceClassifier("linear", base=str(tiny_base))


def test_fit_and_predict(estimator):
    found = estimator.fit(TEXTS, LABELS)
    assert found is estimator
    assert list(found.classes_) == ["against", "for"]
    chances = found.predict_proba(TEXTS)
    assert chances.shape == (18, 2)
    assert chances.sum(axis=1) == pytest.approx(np.ones(18))
    assert (found.predict(TEXTS) == found.classes_[chances.argmax(axis=1)]).all()
    assert found.score(TEXTS, LABELS) > 0.8


def test_cross_val_score(estimator):
    from sklearn.model_selection import cross_val_score

    scores = cross_val_score(estimator, TEXTS, LABELS, cv=2)
    assert scores.shape == (2,)
    assert np.isfinite(scores).all()


def test_several_labels_a_text(estimator):
    table = np.column_stack([LABELS == "for", ["ban" in text for text in TEXTS]]).astype(int)
    from sklearn.base import clone

    found = clone(estimator).fit(TEXTS, table)
    answer = found.predict(TEXTS)
    assert answer.shape == table.shape
    assert set(np.unique(answer)) <= {0, 1}
    assert list(found.classes_) == [0, 1]


def test_parameters_are_read_and_set(tiny_base):
    found = communique.StanceClassifier("full", base=str(tiny_base), epochs=1)
    assert found.get_params()["epochs"] == 1
    found.set_params(method="few-shot", options={"batch": 8})
    assert found.fit(TEXTS, LABELS).predict(["Ostra opposes the ban."]).shape == (1,)


@pytest.mark.parametrize("index", [range(18), range(100, 118), range(17, -1, -1)])
def test_groups_stay_together(estimator, monkeypatch, index):
    import pandas as pd

    from communique.training import loop

    seen, train = [], loop.train
    monkeypatch.setattr(loop, "train", lambda recipe, data, report: seen.append(data) or train(recipe, data, report))
    groups = [f"g{n // 2}" for n in range(18)]
    estimator.fit(TEXTS, LABELS, groups=pd.Series(groups, index=index))
    assert [unit.document for unit in seen[0].units] == groups, "by place, not by the index"
    places = {}
    for unit in seen[0].units:
        assert places.setdefault(unit.document, unit.split) == unit.split


@pytest.mark.parametrize(
    ("texts", "labels", "word"), [(["a", "b"], ["x"], "2 texts"), (["a", "b"], ["x", "y"], "too few")]
)
def test_what_cannot_be_learnt_is_named(estimator, texts, labels, word):
    with pytest.raises(CommuniqueError, match=word):
        estimator.fit(texts, labels)


def test_before_fitting(tiny_base):
    with pytest.raises(CommuniqueError, match="fit"):
        communique.StanceClassifier(base=str(tiny_base)).predict(["x"])
