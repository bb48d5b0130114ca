"""The methods linear and few-shot: what is saved predicts what was fitted, in plain transformers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from communique.corpus.annotations import CodedUnit
from communique.corpus.errors import CommuniqueError
from communique.models import classifier as classifiers
from communique.models.calibration import Calibration
from communique.models.inputs import Example
from communique.training import dataset, feed, fewshot, linear, loop, mean_layer, network, objective
from communique.training.dataset import Dataset
from communique.training.fit import fit, save

METHODS = ("linear", "few-shot")


@pytest.fixture(scope="module")
def recipe(tiny_recipe):
    return replace(tiny_recipe, epochs=2, rate=1e-3)


@pytest.fixture(scope="module")
def data(recipe):
    return dataset.load(recipe)


def test_the_head_reads_the_mean_of_the_tokens(recipe, data):
    """Against a mean computed by hand from the base as it is."""
    import torch

    found = network.fresh(replace(recipe, method="linear"), data)
    plain = network.fresh(recipe, data)
    for model in (found, plain):
        model.network.eval()
    rows = feed.first_windows(found, data.examples[:9])
    tensors = plain.tensors(rows)
    with torch.inference_mode():
        hidden = plain.network.base_model(**tensors).last_hidden_state
    mask = tensors["attention_mask"][:, :, None]
    mean = ((hidden * mask).sum(1) / mask.sum(1)).numpy()
    standard = (mean - mean.mean(1, keepdims=True)) / mean.std(1, keepdims=True)
    assert linear.embeddings(found, rows) == pytest.approx(np.tanh(mean_layer.GENTLE * standard), abs=2e-3)


@pytest.mark.parametrize("method", METHODS)
def test_plain_transformers_gives_the_same_logits(method, recipe, data, tmp_path):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    chosen = replace(recipe, method=method)
    fitted = loop.train(chosen, data, lambda _: None)
    save(fitted, chosen, data, tmp_path / "model")
    texts = ["We oppose it.", "Ostra warmly welcomes the ban."]
    tokenizer = AutoTokenizer.from_pretrained(str(tmp_path / "model"))
    plain = AutoModelForSequenceClassification.from_pretrained(str(tmp_path / "model"))
    with torch.inference_mode():
        found = plain(**tokenizer(texts, return_tensors="pt", padding=True)).logits.numpy()
    assert found == pytest.approx(fitted.logits([Example(text) for text in texts]), abs=1e-5)
    assert classifiers.load(tmp_path / "model").logits([Example(texts[0])]) == pytest.approx(found[:1], abs=1e-5)


def test_what_is_saved_is_the_regression(recipe, data):
    """Scikit-learn's own decision on the same features is the network's logit."""
    from sklearn.linear_model import LogisticRegression

    learning = data.split("train")
    model = loop.train(replace(recipe, method="linear"), data, lambda _: None)
    examples = [replace(one, before="", speaker="") for one in data.split("dev").examples]
    found = linear.embeddings(model, feed.first_windows(model, learning.examples))
    asked = linear.embeddings(model, feed.first_windows(model, examples))
    logits = model.logits(examples)
    fits = []
    for strength in linear.STRENGTHS:
        model_ = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")
        fits.append(model_.fit(found, learning.truth[:, 0]).decision_function(asked))
    assert min(np.abs(one - logits[:, 0]).max() for one in fits) < 1e-3


@pytest.mark.parametrize("method", METHODS)
def test_a_model_folder_comes_out(method, recipe, tmp_path):
    model = fit(replace(recipe, method=method), tmp_path / "m")
    assert model.predict_proba(["We oppose the ban."]).shape == (1, 5)
    assert "adapter" not in (tmp_path / "m" / "README.md").read_text()


def test_frozen_embeddings_are_frozen(recipe, data):
    before = network.fresh(replace(recipe, method="linear"), data).network.state_dict()
    after = loop.train(replace(recipe, method="linear"), data, lambda _: None).network.state_dict()
    assert {name for name in before if not (before[name] == after[name]).all()} == {
        "classifier.weight",
        "classifier.bias",
    }


def test_pairs_draw_together_what_shares_labels(recipe, data):
    """After training, sentences of one label lie closer than sentences of two; before, less so."""
    chosen = replace(recipe, method="few-shot", epochs=10, batch=32, rate=2e-3, average=1, context_dropout=0.0)
    learning = data.split("train")

    def gap(model):
        model.network.eval()
        found = linear.embeddings(model, feed.first_windows(model, learning.examples))
        found = found / np.linalg.norm(found, axis=1, keepdims=True)
        cosines, wanted = found @ found.T, fewshot.shared(learning)
        return cosines[wanted == 1].mean() - cosines[wanted == 0].mean()

    assert gap(loop.train(chosen, data, lambda _: None)) > gap(network.fresh(chosen, data)) + 0.3


def test_what_two_units_share(book):
    units = [
        CodedUnit("a", "x", frozenset({"opposition"}), {"sentiment": "negative"}),
        CodedUnit("b", "x", frozenset({"opposition", "support"}), {"sentiment": "neutral"}),
        CodedUnit("c", "x", frozenset(), {"sentiment": "neutral"}),
    ]

    def shared(units):
        return fewshot.shared(Dataset(tuple(units), book))

    assert shared(units).tolist() == [[1, 0.25, 0], [0.25, 1, 0.5], [0, 0.5, 1]]
    assert shared(replace(u, choices={}) for u in units)[0].tolist() == [1, 0.5, 0]
    unjudged = replace(units[2], unknown=frozenset(book.multi))
    assert shared([*units[:2], unjudged])[2].tolist() == [0, 1, 1], "by sentiment alone"
    assert np.isnan(shared([*units, replace(unjudged, choices={})])[3]).all()
    half = replace(units[2], unknown=frozenset({"support"}), choices={})
    assert shared([replace(u, choices={}) for u in units] + [half])[3].tolist() == [0, 0, 1, 1]


def test_a_draw_has_so_many_examples_a_label(data):
    found = fewshot.draw(data, 5, seed=1)
    learning = found.split("train")
    for label in range(2):
        assert learning.truth[:, label].sum() >= 5
    assert sum(not unit.labels for unit in learning.units) >= 5
    assert len(learning) < 25
    assert found.split("dev").units == data.split("dev").units
    assert found.units != fewshot.draw(data, 5, seed=2).units
    assert found.units == fewshot.draw(data, 5, seed=1).units


def test_a_class_nobody_chose_is_never_the_answer(recipe, data):
    few = Dataset(
        tuple(u for u in data.units if u.split != "train" or u.choices["sentiment"] != "positive"), data.codebook
    )
    model = loop.train(replace(recipe, method="linear"), few, lambda _: None)
    assert set(model.logits(data.examples)[:, 2:].argmax(axis=1)) == {0, 1}


def unjudged(data, name):
    """The data as they were if nobody had been asked for the label."""
    bare = (replace(u, labels=u.labels - {name}, unknown=frozenset({name})) for u in data.units)
    return Dataset(tuple(bare), data.codebook)


@pytest.mark.parametrize("method", ["full", *METHODS])
def test_a_label_nobody_judged_is_never_given(method, recipe, data, book):
    model = loop.train(replace(recipe, method=method), unjudged(data, "support"), lambda _: None)
    assert Calibration.identity(book).probabilities(model.logits(data.examples), book)[:, 1].max() < 0.05


def test_a_pair_of_which_nobody_knows_what_it_shares_does_not_count(recipe, data):
    import torch

    few = data.where([n < 6 for n in range(len(data))])
    blank = replace(few.units[0], labels=frozenset(), unknown=frozenset(data.codebook.multi), choices={})
    model = network.fresh(replace(recipe, method="few-shot"), data)
    rows = feed.first_windows(model, few.examples)

    def loss(units, places):
        task = fewshot.Pairs(model, Dataset(tuple(units), data.codebook), data)
        return task.loss([rows[n] for n in places], list(places))

    model.network.eval()
    found = loss([blank, *few.units[1:]], range(6))
    assert found.item() == pytest.approx(loss(few.units, range(1, 6)).item())
    found.backward()
    assert all(torch.isfinite(w.grad).all() for w in model.network.parameters() if w.grad is not None)


def test_the_head_begins_at_the_shares_among_judged_units(recipe, data):
    half = [unit if n % 2 else replace(unit, labels=frozenset(), unknown=frozenset(data.codebook.multi)) for n, unit in enumerate(data.units)]  # fmt: skip
    model = network.fresh(recipe, data)
    network.set_prior(model, Dataset(tuple(half), data.codebook))
    share = data.truth[1::2].mean(axis=0)
    assert network.head_layer(model.network).bias[:2].tolist() == pytest.approx(np.log(share / (1 - share)))


def test_positives_are_weighed_against_judged_negatives(recipe, data):
    """A label that few were judged for weighs what it would with these few alone."""
    import torch

    weighted = replace(recipe, positive_power=1.0, single_weight=0.0)
    judged = data.where([n % 3 == 0 for n in range(len(data))])
    blank = [replace(u, labels=frozenset(), unknown=frozenset(data.codebook.multi)) for u in data.units]
    both = Dataset((*judged.units, *blank), data.codebook)
    logits = torch.zeros(1, 5)
    given = objective.targets(judged.where([n == 0 for n in range(len(judged))]))
    assert judged.truth[0].any()
    assert objective.loss(logits, given, both, weighted) == objective.loss(logits, given, judged, weighted)


def test_another_architecture_is_refused(tmp_path, recipe, tiny_base, data):
    from transformers import AutoModel, AutoTokenizer, DistilBertConfig

    tokenizer = AutoTokenizer.from_pretrained(str(tiny_base))
    config = DistilBertConfig(vocab_size=len(tokenizer), dim=32, n_layers=1, n_heads=2, hidden_dim=64)
    AutoModel.from_config(config).save_pretrained(str(tmp_path))
    tokenizer.save_pretrained(str(tmp_path))
    with pytest.raises(CommuniqueError, match=r"distilbert.*full or lora"):
        loop.train(replace(recipe, method="linear", base=str(tmp_path)), data, lambda _: None)


# --- small options


@pytest.mark.parametrize("loss", ["focal", "asymmetric"])
def test_easy_negatives_weigh_less(loss, recipe, data):
    import torch

    part = data.where([n == 4 for n in range(len(data))])  # a unit without labels
    given = objective.targets(part)
    easy, hard = torch.tensor([[-4.0, -4.0, 0, 0, 0]]), torch.tensor([[2.0, 2.0, 0, 0, 0]])

    def ratio(chosen):
        return (objective.loss(easy, given, part, chosen) / objective.loss(hard, given, part, chosen)).item()

    plain = replace(recipe, single_weight=0.0)
    assert ratio(replace(plain, loss=loss)) < ratio(plain) / 2


def test_focal_loss_by_hand(recipe, data):
    import torch

    part = data.where([n == 0 for n in range(len(data))])  # opposition, not support
    logits = torch.tensor([[0.3, -1.2, 0, 0, 0]])
    p = torch.sigmoid(logits[0, :2])
    by_hand = -((1 - p[0]) ** 2) * p[0].log() - p[1] ** 2 * (1 - p[1]).log()
    found = objective.loss(logits, objective.targets(part), part, replace(recipe, loss="focal", single_weight=0.0))
    assert found.item() == pytest.approx(by_hand.item(), rel=1e-5)
