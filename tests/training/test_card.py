"""The model card: metadata that the Hub reads, figures that were measured."""

from __future__ import annotations

import json

import pytest
import yaml

from communique.training import card, dataset, evaluation


@pytest.fixture(scope="module")
def text(tiny_model):
    return (tiny_model / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def metadata(text):
    return yaml.safe_load(text.split("---\n")[1])


def test_the_metadata_are_the_hubs(metadata, tiny_recipe):
    assert metadata["pipeline_tag"] == "text-classification"
    assert metadata["library_name"] == "transformers"
    assert metadata["language"] == "en"
    assert "license" not in metadata, "whoever trains a model decides on that"
    assert metadata["base_model"] == tiny_recipe.base


def test_the_hubs_own_reader_takes_the_card(text):
    from huggingface_hub import ModelCard

    found = ModelCard(text)
    assert found.data.pipeline_tag == "text-classification"
    assert {result.dataset_name for result in found.data.eval_results} == {
        result["dataset"]["name"] for result in yaml.safe_load(text.split("---\n")[1])["model-index"][0]["results"]
    }


def test_every_figure_is_the_measured_one(text, metadata, tiny_model):
    measured = json.loads((tiny_model / "metrics.json").read_text())["evaluation"]
    for result, found in zip(metadata["model-index"][0]["results"], measured.values(), strict=True):
        assert result["metrics"][0]["value"] == round(found["macro_f1"]["value"], 4)
    for found in measured.values():
        assert f"macro-F1 {found['macro_f1']['value']:.3f}" in text


def test_it_says_what_a_user_must_know(text, classifier):
    for word in (
        *classifier.classes_,
        "communique.load(",
        "untested",
        "Platt",
        "sigmoid",
        "softmax",
        "1/π",
        "epochs = 10",
    ):
        assert word in text
    assert "| train | 126 | 18 | 0 |" in text
    assert "opposition: 54 positives" in text, "scarce labels are named"
    assert "{{" not in text
    assert "{%" not in text


def test_only_an_adapter_is_called_one(text, tiny_adapter):
    assert "PEFT adapter" not in text
    assert "PEFT adapter" in (tiny_adapter / "README.md").read_text()


def test_a_card_of_the_shipped_corpus_says_who_coded_it(classifier, tiny_recipe):
    from dataclasses import replace

    data = dataset.load(tiny_recipe)
    reports = {"test": evaluation.evaluate(classifier, data.split("test"))}
    shipped = card.render(classifier, replace(tiny_recipe, data="core"), data, reports)
    assert "language models" in shipped
    assert "no human has validated" in shipped
    assert "no human" not in card.render(classifier, tiny_recipe, data, reports)


def test_a_card_without_figures(classifier, tiny_recipe):
    text = card.render(classifier, tiny_recipe, dataset.load(tiny_recipe), {})
    assert "# tiny" in text
