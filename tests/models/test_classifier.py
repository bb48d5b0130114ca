"""The classifier: what a folder holds is what plain transformers reads, and nothing unsafe is read at all."""

from __future__ import annotations

import json

import numpy as np
import pytest

from communique.corpus.errors import CommuniqueError
from communique.models import classifier as classifiers
from communique.models.classifier import export, load, merge_windows
from communique.models.inputs import Example

EXAMPLES = [
    Example("We reject the tariff and protest against it."),
    Example("Ostra warmly welcomes the ban.", "The ban was news.", "Ostra"),
    Example("The levy takes effect in May.", "", "Brellin"),
    Example("Kestria will read the ruling next week.", "The ruling was news."),
]


def plain_logits(folder, examples):
    """What `transformers` alone says of a folder."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    network = AutoModelForSequenceClassification.from_pretrained(str(folder)).eval()
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    rows = []
    for example in examples:
        second = " ".join(filter(None, [example.before, f"({example.speaker})" if example.speaker else ""])) or None
        with torch.inference_mode():
            rows.append(network(**tokenizer(example.text, second, return_tensors="pt")).logits[0].numpy())
    return np.stack(rows)


@pytest.mark.parametrize("kind", ["tiny_model", "tiny_adapter"])
def test_plain_transformers_gives_the_same_logits_of_an_exported_model(kind, tmp_path, request):
    folder = request.getfixturevalue(kind)
    export(folder, tmp_path / "plain")
    assert not list((tmp_path / "plain").glob("adapter*"))
    ours = load(folder).logits(EXAMPLES)
    assert np.allclose(plain_logits(tmp_path / "plain", EXAMPLES), ours, atol=1e-5)
    assert np.allclose(load(tmp_path / "plain").logits(EXAMPLES), ours, atol=1e-5)


def test_a_trained_folder_is_plain_transformers_as_it_stands(tiny_model, classifier):
    assert np.allclose(plain_logits(tiny_model, EXAMPLES), classifier.logits(EXAMPLES), atol=1e-5)


def test_the_pipeline_of_transformers_reads_all_labels(tiny_model, book):
    from transformers import pipeline

    found = pipeline("text-classification", model=str(tiny_model), top_k=None)("We reject the ban.")
    found = found[0] if isinstance(found[0], list) else found
    assert {one["label"] for one in found} == set(book.labels)
    assert all(0 <= one["score"] <= 1 for one in found)


def test_the_config_names_the_labels_in_the_codebooks_order(tiny_model, book):
    config = json.loads((tiny_model / "config.json").read_text())
    assert [config["id2label"][str(n)] for n in range(5)] == list(book.labels)
    assert config["problem_type"] == "multi_label_classification"


def test_it_has_learned(classifier):
    against, friendly, neither = classifier.predict(
        [
            "Ostra strongly opposes the levy.",
            "We applaud the new ban and endorse it.",
            "The ruling takes effect in May.",
        ]
    )
    assert (against.labels, against.sentiment) == (("opposition",), "negative")
    assert (friendly.labels, friendly.sentiment) == (("support",), "positive")
    assert (neither.labels, neither.sentiment) == ((), "neutral")


def test_the_shapes(classifier, book):
    probabilities = classifier.predict_proba(["We reject the ban.", Example("We read it.", "Before.", "Ostra")])
    assert probabilities.shape == (2, 5)
    assert classifier.classes_ == book.labels
    assert np.allclose(probabilities[:, 2:].sum(axis=1), 1)
    assert classifier.predict_proba([]).shape == (0, 5)
    assert classifier.predict([]) == []


def test_the_order_and_the_batches_change_nothing(classifier):
    whole = classifier.logits(EXAMPLES)
    assert np.allclose(classifier.logits(EXAMPLES[::-1])[::-1], whole, atol=1e-5)
    assert np.allclose(np.concatenate([classifier.logits([one]) for one in EXAMPLES]), whole, atol=1e-5)


def test_context_is_seen(classifier):
    alone, spoken = classifier.logits(
        [Example("We will read it."), Example("We will read it.", "We reject it.", "Ostra")]
    )
    assert not np.allclose(alone, spoken, atol=1e-4)


def test_one_text_is_not_taken_for_a_list_of_letters(book):
    model = classifiers.Classifier(None, None, book, None, None)
    with pytest.raises(CommuniqueError, match="list of texts"):
        model.predict("We oppose it.")


def test_windows_are_merged_by_largest_and_by_mean(book):
    parts = np.array([[1.0, 5, 1, 2, 3], [3, -1, 3, 4, 5], [7, 7, 7, 7, 7]])
    found = merge_windows(parts, [0, 0, 1], 2, book)
    assert found.tolist() == [[3, 5, 2, 3, 4], [7, 7, 7, 7, 7]]
    assert merge_windows(parts, [0, 1, 2], 3, book) is parts


def test_a_label_in_any_window_of_a_long_sentence_is_found(classifier):
    neutral = "The levy takes effect in May. " * 12
    without, with_it = classifier.predict([neutral, neutral + "We reject the ban and protest against it."])
    assert "opposition" not in without.labels
    assert "opposition" in with_it.labels


def test_an_adapter_is_merged_and_small(tiny_adapter):
    assert not (tiny_adapter / "model.safetensors").exists()
    network = load(tiny_adapter).network
    assert not [name for name, _ in network.named_parameters() if "lora" in name]
    assert not network.training


def test_the_lora_method_gives_an_adapter_too(tiny_recipe, tmp_path):
    from dataclasses import replace

    from communique.training.fit import fit

    fitted = fit(replace(tiny_recipe, method="lora", rank=4, epochs=1), tmp_path / "lora")
    assert (tmp_path / "lora" / "adapter_model.safetensors").is_file()
    assert np.allclose(load(tmp_path / "lora").logits(EXAMPLES), fitted.logits(EXAMPLES), atol=1e-5)
    export(tmp_path / "lora", tmp_path / "plain")
    assert np.allclose(plain_logits(tmp_path / "plain", EXAMPLES), fitted.logits(EXAMPLES), atol=1e-5)


# --- what is refused


def refused(folder, *words):
    with pytest.raises(CommuniqueError) as error:
        load(folder)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_labels_that_differ_from_the_codebook_are_refused_by_name(tiny_copy):
    path = tiny_copy / "codebook.yaml"
    path.write_text(path.read_text().replace("name: support", "name: endorsement"))
    refused(tiny_copy, "endorsement", "support", "different labels")


def test_labels_in_another_order_are_refused(tiny_copy):
    config = json.loads((tiny_copy / "config.json").read_text())
    names = config["id2label"]
    names["0"], names["1"] = names["1"], names["0"]
    (tiny_copy / "config.json").write_text(json.dumps(config))
    refused(tiny_copy, "order")


def test_pickled_weights_are_refused(tiny_copy):
    import torch

    (tiny_copy / "model.safetensors").unlink()
    torch.save({}, tiny_copy / "pytorch_model.bin")
    refused(tiny_copy, "model.safetensors")


def test_a_base_with_pickled_weights_is_refused(tmp_path, tiny_base):
    from communique.models.base import locate

    (tmp_path / "config.json").write_text((tiny_base / "config.json").read_text())
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(CommuniqueError, match="pickled"):
        locate(str(tmp_path))


def test_an_adapter_without_its_base_is_refused_by_name(tiny_adapter, tmp_path):
    import shutil

    copy = shutil.copytree(tiny_adapter, tmp_path / "model")
    config = json.loads((copy / "config.json").read_text())
    config[classifiers.BASE_KEY] = "/nowhere/base"
    (copy / "config.json").write_text(json.dumps(config))
    refused(copy, "/nowhere/base")


@pytest.mark.parametrize("name", ["config.json", "codebook.yaml", "calibration.json", "model.safetensors"])
def test_a_missing_file_is_named(tiny_copy, name):
    (tiny_copy / name).unlink()
    refused(tiny_copy, name)


@pytest.mark.parametrize("name", ["config.json", "codebook.yaml", "calibration.json"])
def test_a_damaged_file_is_named(tiny_copy, name):
    (tiny_copy / name).write_text("{{{")
    refused(tiny_copy, name)


@pytest.mark.parametrize("size", [0, 7, 1000])
def test_damaged_weights_are_named(tiny_copy, size):
    path = tiny_copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    refused(tiny_copy, str(tiny_copy))


def test_a_missing_tokenizer_is_named(tiny_copy):
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json"):
        (tiny_copy / name).unlink(missing_ok=True)
    refused(tiny_copy, str(tiny_copy))


def test_a_damaged_tokenizer_is_named(tiny_copy):
    (tiny_copy / "tokenizer.json").write_text("{")
    refused(tiny_copy, str(tiny_copy))


def test_an_unknown_input_setting_is_named(tiny_copy):
    config = json.loads((tiny_copy / "config.json").read_text())
    config[classifiers.INPUTS_KEY]["max_words"] = 3
    (tiny_copy / "config.json").write_text(json.dumps(config))
    refused(tiny_copy, "max_words")


def test_no_folder_no_model(tmp_path):
    refused(tmp_path / "nowhere", "nowhere", "core")
    refused(tmp_path, "config.json")


def test_remote_code_is_never_asked_for(tiny_copy):
    config = json.loads((tiny_copy / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForSequenceClassification": "evil.Model"}
    (tiny_copy / "config.json").write_text(json.dumps(config))
    (tiny_copy / "evil.py").write_text("raise SystemExit('remote code was run')\n")
    assert load(tiny_copy).predict_proba(["We reject it."]).shape == (1, 5)


def test_loading_leaves_the_verbosity_of_transformers_as_it_was(tiny_model, tiny_copy):
    from transformers.utils import logging

    before = logging.get_verbosity()
    load(tiny_model)
    assert logging.get_verbosity() == before


def test_a_failed_loading_leaves_the_verbosity_as_it_was():
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_info()
    try:
        with pytest.raises(ValueError, match="torn"), classifiers.quiet():
            raise ValueError("torn")
        assert logging.get_verbosity() == logging.INFO
    finally:
        logging.set_verbosity(before)
