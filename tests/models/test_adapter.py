"""Adapters: a change of full rank survives, a low one is the best approximation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from communique.models import adapter
from communique.models.adapter import _factors, is_saved_whole, linear_names, save_compressed


def test_the_factors_are_the_best_of_their_rank():
    """Eckart and Young 1936: the error is the norm of the singular values left out."""
    import torch

    change = torch.randn(20, 12, generator=torch.Generator().manual_seed(1))
    values = torch.linalg.svdvals(change.double())
    for rank in (1, 4, 12):
        down, up = _factors(change, rank)
        assert down.shape == (rank, 12)
        assert up.shape == (20, rank)
        error = torch.linalg.norm(change.double() - up @ down)
        assert error.item() == pytest.approx(torch.linalg.norm(values[rank:]).item(), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("classifier.weight", True),
        ("bert.pooler.dense.weight", True),
        ("bert.encoder.layer.0.output.dense.weight", False),
        ("bert.embeddings.word_embeddings.weight", False),
        ("bert.classifiers.weight", False),
    ],
)
def test_head_and_pooler_are_saved_whole(name, whole):
    assert is_saved_whole(name) == whole


def network(folder, seed):
    import torch
    from transformers import AutoModelForSequenceClassification

    torch.manual_seed(seed)
    return AutoModelForSequenceClassification.from_pretrained(str(folder), num_labels=5)


@pytest.mark.parametrize(("rank", "within"), [(32, 2e-3), (4, None)])
def test_a_change_survives_the_round_trip(tiny_base, tmp_path, rank, within):
    """A rank as high as the layers' width loses only half precision's bits; a low rank loses more, but is smaller."""
    import torch
    from peft import PeftModel

    tuned, base = network(tiny_base, 0), network(tiny_base, 0)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name in linear_names(tuned):
            weight = tuned.get_submodule(name).weight
            weight += 0.05 * torch.randn(weight.shape, generator=generator)
        tuned.classifier.weight += 1.0
    save_compressed(tuned, base, rank, str(tiny_base), None, tmp_path)
    merged = PeftModel.from_pretrained(network(tiny_base, 1), str(tmp_path)).merge_and_unload()
    for name in linear_names(tuned):
        gap = (merged.get_submodule(name).weight - tuned.get_submodule(name).weight).abs().max().item()
        assert gap < within if within else gap > 2e-3
    assert np.allclose(merged.classifier.weight.detach(), tuned.classifier.weight.detach(), atol=2e-3)
    assert np.allclose(merged.bert.pooler.dense.weight.detach(), tuned.bert.pooler.dense.weight.detach(), atol=2e-3)


def test_its_files_are_the_same_every_time(tiny_base, tmp_path):
    tuned, base = network(tiny_base, 3), network(tiny_base, 0)
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save_compressed(tuned, base, 2, "some/base", "abc", tmp_path / name)
        found.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir() if path.suffix != ".md"})
    assert found[0] == found[1]
    config = json.loads(found[0]["adapter_config.json"])
    assert (config["base_model_name_or_path"], config["revision"], config["r"]) == ("some/base", "abc", 2)
    assert config["target_modules"] == sorted(config["target_modules"])


def test_only_safetensors_are_written(tiny_adapter):
    assert {path.suffix for path in tiny_adapter.iterdir()} <= {
        ".json",
        ".jsonl",
        ".safetensors",
        ".yaml",
        ".toml",
        ".md",
        ".txt",
    }
    assert adapter.SAVED_WHOLE == ("classifier", "pooler")


@pytest.mark.parametrize("scale", [1, 2])
def test_a_plain_adapter_is_merged_as_peft_merges_it(tiny_base, tiny_adapter, tmp_path, monkeypatch, scale):
    import shutil

    from peft import PeftModel

    folder = Path(shutil.copytree(tiny_adapter, tmp_path / "adapter"))
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"lora_alpha": config["r"] * scale}))
    theirs = PeftModel.from_pretrained(network(tiny_base, 1), str(folder)).merge_and_unload().state_dict()
    monkeypatch.setattr(PeftModel, "from_pretrained", None)
    ours = adapter.merge(network(tiny_base, 1), folder).state_dict()
    assert ours.keys() == theirs.keys()
    assert all(np.allclose(ours[name], theirs[name], atol=1e-6) for name in ours)


@pytest.mark.parametrize("special", [{"use_dora": True}, {"bias": "all"}, {"rank_pattern": {"x": 3}}, {"strange": 1}])
def test_what_is_no_plain_adapter_is_left_to_peft(tiny_adapter, special):
    config = json.loads((tiny_adapter / "adapter_config.json").read_text())
    assert adapter._is_plain(config)
    assert not adapter._is_plain(config | special)
