"""A layer that takes the mean: sentence embeddings inside a plain sequence classifier.

Sentence-embedding bases were trained on the mean of all tokens; the sequence classifiers of transformers read the
first. One more layer bridges the two without training: queries and keys of zero make its attention uniform, so
that it sends every token the mean, so much larger than the residual that the layer norm after it leaves nothing but
the mean, standardised. The network stays plain BERT, one layer deeper, and loads wherever BERT does.
"""

from __future__ import annotations

import copy
from typing import Any

from ..corpus.errors import CommuniqueError
from ..models.adapter import HEAD

LOUDER = 1e4  # the mean against the token itself
GENTLE = 0.1  # keeps the tanh between the mean and the head near its linear middle


def append(network: Any) -> None:
    """Append the layer to `network`, let its head read it plainly, and freeze it.

    Raises:
        CommuniqueError: the network has not BERT's layers.

    """
    import torch

    layers = getattr(getattr(network.base_model, "encoder", None), "layer", None)
    if not layers or not hasattr(getattr(layers[-1].attention, "self", None), "query"):
        raise CommuniqueError(
            f"the methods linear and few-shot need a base with BERT's layers (BERT, RoBERTa, XLM-R, ELECTRA); "
            f"{network.config.model_type} has others: take method full or lora"
        )
    layer = copy.deepcopy(layers[-1])
    with torch.no_grad():
        _average(layer)
        for square in _squares(network):
            square.weight.copy_(GENTLE * torch.eye(len(square.weight)))
            square.bias.zero_()
    for weight in layer.parameters():
        weight.requires_grad = False
    layers.append(layer)
    network.config.num_hidden_layers += 1


def _average(layer: Any) -> None:
    import torch

    for weight in layer.parameters():
        weight.zero_()
    attention = layer.attention
    eye = torch.eye(len(attention.output.dense.weight))
    attention.self.value.weight.copy_(LOUDER * eye)
    attention.output.dense.weight.copy_(eye)
    for norm in (attention.output.LayerNorm, layer.output.LayerNorm):
        norm.weight.fill_(1)


def _squares(network: Any) -> list[Any]:
    """Return the square layers between the encoder and the logits: a pooler's, or the head's own."""
    from torch.nn import Linear

    outside = [getattr(network.base_model, "pooler", None), network.get_submodule(HEAD)]
    found = [part for module in outside if module is not None for part in module.modules()]
    return [part for part in found if isinstance(part, Linear) and part.in_features == part.out_features]
