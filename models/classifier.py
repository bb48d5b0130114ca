"""The classifier: a transformers encoder, its codebook and its calibration, loaded from a model folder."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError
from ..corpus.records import Prediction
from . import adapter
from . import base as bases
from . import folder as folders
from .calibration import Array, Calibration, predictions
from .inputs import Encoded, Example, InputFormat, encode, token_batches

if TYPE_CHECKING:
    import torch

TOKEN_BUDGET = 4096
INPUTS_KEY = "communique_inputs"
BASE_KEY = "communique_base"


@dataclass
class Classifier:
    """A model that labels examples. Build one with `load`.

    Attributes:
        network: the ``AutoModelForSequenceClassification``, in evaluation mode.
        tokenizer: its fast tokenizer.
        codebook: the labels, in the order of the network's outputs.
        calibration: how logits become probabilities and labels.
        form: what the encoder sees of an example.
        digest: SHA-256 of the model folder.
        source: the name or path it was loaded by.

    """

    network: Any
    tokenizer: Any
    codebook: Codebook
    calibration: Calibration
    form: InputFormat
    digest: str = ""
    token_budget: int = TOKEN_BUDGET
    source: str = ""

    @property
    def classes_(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `predict_proba`."""
        return self.codebook.labels

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """Tokenise `examples`; a long one gives several windows."""
        return encode(self.tokenizer, examples, self.form)

    def tensors(self, rows: Sequence[Encoded]) -> dict[str, torch.Tensor]:
        """Return encoded rows as one padded batch on the network's device."""
        import torch

        lengths = np.array([len(row) for row in rows])
        real = np.arange(lengths.max()) < lengths[:, None]
        columns = {
            "input_ids": _padded([row.input_ids for row in rows], real, self.tokenizer.pad_token_id),
            "attention_mask": real.astype(np.int64),
        }
        if "token_type_ids" in self.tokenizer.model_input_names:
            columns["token_type_ids"] = _padded([row.token_type_ids for row in rows], real, 0)
        device = next(self.network.parameters()).device
        return {name: torch.from_numpy(values).to(device) for name, values in columns.items()}

    def forward(self, rows: Sequence[Encoded]) -> Array:
        """Return the logits of one batch of encoded rows: (rows, labels)."""
        import torch

        tensors = self.tensors(rows)
        if len({len(row) for row in rows}) == 1:
            del tensors["attention_mask"]  # nothing is padded, and attention without a mask is faster
        with torch.inference_mode():
            logits = self.network(**tensors).logits
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float64)

    def logits(self, examples: Sequence[Example]) -> Array:
        """Return the logits of `examples`: (examples, labels); windows of one example are merged."""
        rows = self.encode(examples)
        parts = np.empty((len(rows), len(self.codebook.labels)))
        for batch in token_batches(rows, self.token_budget):
            parts[batch] = self.forward([rows[n] for n in batch])
        return merge_windows(parts, [row.example for row in rows], len(examples), self.codebook)

    def predict_proba(self, texts: Sequence[str | Example]) -> Array:
        """Return the calibrated probability of every label: (texts, labels).

        Raises:
            CommuniqueError: `texts` is a single text.

        """
        if isinstance(texts, str):  # a sequence of letters, which would be labelled one by one
            raise CommuniqueError(f"a list of texts is wanted, and {texts[:30]!r} is one text; put it in [ ]")
        examples = [text if isinstance(text, Example) else Example(text) for text in texts]
        return self.calibration.probabilities(self.logits(examples), self.codebook)

    def predict(self, texts: Sequence[str | Example]) -> list[Prediction]:
        """Label each text."""
        return predictions(self.predict_proba(texts), self.calibration, self.codebook)


def _padded(rows: Sequence[Sequence[int]], real: npt.NDArray[np.bool_], fill: int) -> npt.NDArray[np.int64]:
    """Return `rows` as one array in the shape of `real`, which says where each has a value."""
    result = np.full(real.shape, fill, dtype=np.int64)
    result[real] = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(real.sum()))
    return result


def merge_windows(parts: Array, owners: Sequence[int], n: int, codebook: Codebook) -> Array:
    """Merge windows into examples: the largest logit for multi-choice labels, the mean for single-choice groups."""
    if len(owners) == n:
        return parts
    places = np.asarray(owners)
    counts = np.bincount(places, minlength=n)[:, None]
    merged = np.zeros((n, parts.shape[1]))
    np.add.at(merged, places, parts)
    merged /= np.maximum(counts, 1)
    multi = [codebook.labels.index(name) for name in codebook.multi]
    largest = np.full((n, len(multi)), -np.inf)
    np.maximum.at(largest, places, parts[:, multi])
    merged[:, multi] = largest
    return merged


def load(
    model: str | Path = "core", *, device: str = "cpu", precision: str = "fp32", token_budget: int = TOKEN_BUDGET
) -> Classifier:
    """Load a classifier: ``core`` or the path of a model folder. Nothing is downloaded, no remote code is run.

    `precision` is ``fp32``, ``bf16`` or ``fp16``.

    Raises:
        CommuniqueError: the folder is missing or damaged, or its labels differ from its codebook's.

    """
    where = folders.find(model)
    config, codebook = where.read_config(), where.read_codebook()
    calibration = Calibration.load(where.calibration, codebook)
    try:
        form = InputFormat(**config.get(INPUTS_KEY, {}))
    except TypeError as error:
        raise CommuniqueError(f"{where.config}: {INPUTS_KEY} is damaged: {error}") from error
    with quiet():
        tokenizer = load_tokenizer(where)
        network = load_network(where).to(device, _dtype(precision)).eval()
    return Classifier(network, tokenizer, codebook, calibration, form, where.digest(), token_budget, str(model))


def _dtype(precision: str) -> torch.dtype:
    import torch

    return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]


def load_tokenizer(where: folders.ModelFolder) -> Any:
    """Load the tokenizer of a model folder; without a vocabulary transformers would make an empty one."""
    from transformers import AutoTokenizer

    if not any((where.path / name).is_file() for name in folders.VOCABULARIES):
        raise CommuniqueError(f"{where.path} holds no tokenizer: neither {' nor '.join(folders.VOCABULARIES)}")
    with _named(where, "tokenizer"):
        return AutoTokenizer.from_pretrained(str(where.path), local_files_only=True, trust_remote_code=False)


def load_network(where: folders.ModelFolder) -> Any:
    """Load the network of a model folder; an adapter is merged into its base."""
    with _named(where, "weights or config.json"):
        return _network(where)


@contextmanager
def _named(where: folders.ModelFolder, what: str) -> Iterator[None]:
    """Say which folder it was where a library cannot read its files; the libraries raise anything."""
    try:
        yield
    except (CommuniqueError, ImportError, MemoryError):
        raise
    except Exception as error:
        raise CommuniqueError(
            f"{where.path}: {what} cannot be read ({type(error).__name__}); copy the folder anew or train again"
        ) from error


def _network(where: folders.ModelFolder) -> Any:
    from transformers import AutoConfig, AutoModelForSequenceClassification

    options = {"local_files_only": True, "trust_remote_code": False}
    config = AutoConfig.from_pretrained(str(where.path), **options)
    if where.weights.is_file():
        return AutoModelForSequenceClassification.from_pretrained(
            str(where.path), config=config, use_safetensors=True, **options
        )
    source = bases.locate(where.read_config()[BASE_KEY])
    network = AutoModelForSequenceClassification.from_pretrained(source, config=config, use_safetensors=True, **options)
    return adapter.merge(network, where.path)


def network_config(base: str, codebook: Codebook, form: InputFormat, name: str) -> Any:
    """Return the configuration of a fresh network on `base` for `codebook`."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(base, local_files_only=True, trust_remote_code=False)
    config.id2label = dict(enumerate(codebook.labels))
    config.label2id = {label: n for n, label in enumerate(codebook.labels)}
    config.problem_type = "multi_label_classification"
    setattr(config, INPUTS_KEY, asdict(form))
    setattr(config, BASE_KEY, name)
    return config


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back transformers' loading bars, reports and deprecation notes, which say nothing a user can act on."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.set_verbosity(level)


def export(model: str | Path, out: Path) -> None:
    """Write a model as a plain Hugging Face folder: an adapter is merged into its base."""
    import shutil

    where = folders.find(model)
    where.read_codebook()
    with quiet():
        tokenizer = load_tokenizer(where)
        load_network(where).save_pretrained(str(out))
        tokenizer.save_pretrained(str(out))
    for path in (where.codebook, where.calibration, where.recipe, where.metrics, where.card):
        if path.is_file():
            shutil.copyfile(path, out / path.name)
