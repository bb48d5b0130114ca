"""The network before it has learnt: the base with a fresh head, and what of it may learn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..models import base as bases
from ..models.adapter import HEAD, is_saved_whole, linear_names, saved_whole
from ..models.calibration import Calibration
from ..models.classifier import Classifier, network_config, quiet
from . import mean_layer
from .dataset import Dataset
from .recipe import Recipe


def fresh(recipe: Recipe, data: Dataset) -> Classifier:
    """Return an untrained classifier on the recipe's base."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    where = bases.locate(recipe.base)
    options = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        config = network_config(where, data.codebook, recipe.inputs, recipe.base)
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        network = AutoModelForSequenceClassification.from_pretrained(
            where, config=config, use_safetensors=True, **options
        )
    if recipe.method == "lora":
        network = _with_adapter(network, recipe)
    elif recipe.adapter:
        _freeze_what_no_adapter_holds(network)
    elif recipe.embeds:
        mean_layer.append(network)
    return Classifier(network, tokenizer, data.codebook, Calibration.identity(data.codebook), recipe.inputs)


def head_layer(network: Any) -> Any:
    """Return the last linear layer, whose outputs are the logits; under LoRA the trained copy, after the original."""
    from torch.nn import Linear

    layers = [part for part in network.get_submodule(HEAD).modules() if isinstance(part, Linear)]
    return [layer for layer in layers if layer.bias is not None][-1]


def set_prior(classifier: Classifier, data: Dataset) -> None:
    """Let the head begin at the labels' shares among the units judged for them, so that the first steps need not find them."""
    import torch

    shares = np.clip(data.truth.sum(axis=0) / np.maximum(data.known.sum(axis=0), 1), 1e-3, 1 - 1e-3)
    bias = head_layer(classifier.network).bias
    with torch.no_grad():
        for name, share in zip(data.codebook.multi, shares, strict=True):
            bias[data.codebook.labels.index(name)] = math.log(share / (1 - share))


def trained(network: Any) -> dict[str, Any]:
    """Return the weights that learn, by name."""
    names = {name for name, weight in network.named_parameters() if weight.requires_grad}
    return {name: value for name, value in network.state_dict().items() if name in names}


def _with_adapter(network: Any, recipe: Recipe) -> Any:
    from peft import LoraConfig, get_peft_model

    return get_peft_model(
        network,
        LoraConfig(
            task_type="SEQ_CLS",
            r=recipe.rank,
            lora_alpha=recipe.rank,
            lora_dropout=0.05,
            target_modules="all-linear",
            modules_to_save=list(saved_whole(network)),
        ),
    )


def _freeze_what_no_adapter_holds(network: Any) -> None:
    """Leave only the linear layers and what is saved whole to learn, so that the change fits an adapter."""
    linear, whole = {f"{name}.weight" for name in linear_names(network)}, saved_whole(network)
    for name, weight in network.named_parameters():
        weight.requires_grad = name in linear or is_saved_whole(name, whole)
