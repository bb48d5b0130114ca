"""The tagger: who says what in a sentence, word by word, where rules find nothing.

Every word is the begin or the inside of a source, of a cue (of saying, or of thinking) or of a content, or none of
these; the most probable sequence is joined to attributions by nearness. Nested attributions are part of the content
around them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..corpus.attributions import Attribution, Span
from ..corpus.errors import CommuniqueError
from . import adapter
from . import base as bases
from .classifier import BASE_KEY, quiet
from .inputs import Encoded, token_batches

if TYPE_CHECKING:
    import torch

SHIPPED = Path(__file__).parent / "tagger"
PARTS = ("source", "say", "think", "content")
LABELS = ("none", *(f"{place}-{part}" for part in PARTS for place in ("begin", "inside")))
TOKEN_BUDGET = 2048
LONGEST = 192
"""Tokens of a sentence that are read; what stands behind them is left alone."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence as tokens, with the place of each word's first token and the word's span."""

    encoded: Encoded
    firsts: tuple[int, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of one part, from the first to the one past the last, and how sure it is."""

    part: str
    start: int
    stop: int
    confidence: float


@dataclass
class Tagger:
    """A token classifier that finds attributions. Build one with `load`."""

    network: Any
    tokenizer: Any

    def __call__(self, sentences: Sequence[str]) -> list[list[Attribution]]:
        """Return the attributions of each sentence, in the order of their cues."""
        found = self.encode(sentences)
        results: list[list[Attribution]] = [[] for _ in found]
        rows = [words.encoded for words in found]
        for batch in token_batches(rows, TOKEN_BUDGET):
            for n, scores in zip(batch, self.forward([rows[n] for n in batch]), strict=True):
                results[n] = decode(scores[list(found[n].firsts)], found[n].spans)
        return results

    def encode(self, sentences: Sequence[str]) -> list[Words]:
        """Tokenise sentences, and tell which token begins which word."""
        if not sentences:
            return []
        rows = self.tokenizer(
            list(sentences), truncation=True, max_length=LONGEST, return_offsets_mapping=True, verbose=False
        )
        return [
            _words(n, rows["input_ids"][n], rows.word_ids(n), rows["offset_mapping"][n]) for n in range(len(sentences))
        ]

    def tensors(self, rows: Sequence[Encoded]) -> dict[str, torch.Tensor]:
        """Return encoded rows as one padded batch."""
        import torch

        ids = torch.full((len(rows), max(map(len, rows))), self.tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = torch.tensor(row.input_ids)
            mask[n, : len(row)] = 1
        device = next(self.network.parameters()).device
        return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}

    def forward(self, rows: Sequence[Encoded]) -> Array:
        """Return the logits of one batch: (rows, tokens, labels)."""
        import torch

        with torch.inference_mode():
            logits = self.network(**self.tensors(rows)).logits
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float64)


def _words(n: int, ids: Sequence[int], owners: Sequence[int | None], offsets: Sequence[Span]) -> Words:
    firsts, spans = [], []
    for at, owner in enumerate(owners):
        if owner is None:
            continue
        if owner != owners[at - 1]:
            firsts.append(at)
            spans.append(offsets[at])
        else:
            spans[-1] = (spans[-1][0], offsets[at][1])
    return Words(Encoded(n, tuple(ids), ()), tuple(firsts), tuple(spans))


# --- from logits to attributions


def decode(logits: Array, spans: Sequence[Span]) -> list[Attribution]:
    """Return the attributions in a sentence: `logits` (words, labels), `spans` the place of each word."""
    if not spans:
        return []
    shifted = logits - logits.max(axis=1, keepdims=True)
    scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return list(_linked(list(_pieces(best_path(scores), np.exp(scores))), spans))


def best_path(scores: Array) -> list[int]:
    """Return the most probable sequence of labels in which nothing goes on that has not begun (Viterbi 1967)."""
    allowed = _transitions()
    best = scores[0] + np.where(allowed[0], 0.0, -np.inf)  # a sentence begins as after a word that is none
    back = np.zeros(scores.shape, dtype=np.int64)
    for at in range(1, len(scores)):
        ways = best[:, None] + np.where(allowed, 0.0, -np.inf)
        back[at] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[at]
    path = [int(best.argmax())]
    for at in range(len(scores) - 1, 0, -1):
        path.append(int(back[at][path[-1]]))
    return path[::-1]


def _transitions() -> npt.NDArray[np.bool_]:
    """Return which label may follow which: (before, after)."""
    n = len(LABELS)
    allowed = np.ones((n, n), dtype=bool)
    for inside in range(2, n, 2):
        allowed[:, inside] = False
        allowed[[inside - 1, inside], inside] = True
    return allowed


def _pieces(path: Sequence[int], shares: Array) -> Iterator[Piece]:
    start = 0
    for at in range(1, len(path) + 1):
        if at < len(path) and path[at] and path[at] % 2 == 0:
            continue
        if path[start]:
            part = (path[start] - 1) // 2
            own = shares[start:at, [2 * part + 1, 2 * part + 2]].sum(axis=1)
            yield Piece(PARTS[part], start, at, float(own.mean()))
        start = at


def _linked(pieces: Sequence[Piece], spans: Sequence[Span]) -> Iterator[Attribution]:
    """Yield an attribution for each cue that has a content: every content goes to the nearest cue."""
    cues = [piece for piece in pieces if piece.part in ("say", "think")]
    sources = [piece for piece in pieces if piece.part == "source"]
    contents: dict[int, list[Piece]] = {n: [] for n in range(len(cues))}
    for piece in pieces:
        if piece.part == "content" and cues:
            contents[min(contents, key=lambda n: _distance(cues[n], piece))].append(piece)
    for n, cue in enumerate(cues):
        source = min(sources, key=lambda piece: _distance(piece, cue), default=None)
        if contents[n]:
            yield _attribution(cue, source, contents[n], spans)


def _distance(left: Piece, right: Piece) -> tuple[int, bool]:
    """Return how many words lie between two pieces; of two as far, that in its usual place is nearer."""
    return max(left.start - right.stop, right.start - left.stop), left.start > right.start


def _attribution(cue: Piece, source: Piece | None, contents: Sequence[Piece], spans: Sequence[Span]) -> Attribution:
    def place(piece: Piece) -> Span:
        return spans[piece.start][0], spans[piece.stop - 1][1]

    used = [cue, *contents, *([source] if source else [])]
    confidence = min(piece.confidence for piece in used)
    return Attribution(
        place(cue),
        tuple(place(piece) for piece in contents),
        place(source) if source else None,
        "say" if cue.part == "say" else "think",
        round(confidence, 4),
    )


# --- the folder


def fresh(base: str = bases.BUNDLED) -> Tagger:
    """Return an untrained tagger on `base`."""
    from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer

    where = bases.locate(base)
    options = {"local_files_only": True, "trust_remote_code": False}
    with quiet():
        config = AutoConfig.from_pretrained(where, **options)
        config.id2label, config.label2id = dict(enumerate(LABELS)), {name: n for n, name in enumerate(LABELS)}
        setattr(config, BASE_KEY, base)
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        network = AutoModelForTokenClassification.from_pretrained(where, config=config, use_safetensors=True, **options)
    return Tagger(network, tokenizer)


def save(tagger: Tagger, folder: Path, rank: int) -> None:
    """Save a tagger as the difference of its weights from the base's; the tokenizer is the base's own."""
    base = getattr(tagger.network.config, BASE_KEY)
    folder.mkdir(parents=True, exist_ok=True)
    revision = bases.BUNDLED_REVISION if base == bases.BUNDLED else None
    adapter.save_compressed(tagger.network, fresh(base).network, rank, base, revision, folder, "TOKEN_CLS")
    tagger.network.config.save_pretrained(str(folder))


def load(folder: Path = SHIPPED, *, device: str = "cpu") -> Tagger:
    """Load a tagger; nothing is downloaded.

    Raises:
        CommuniqueError: the folder is missing or damaged.

    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tagger = fresh(config[BASE_KEY])
        tagger.network = adapter.merge(tagger.network, folder)
    except (CommuniqueError, ImportError, MemoryError):
        raise
    except Exception as error:  # the libraries raise anything
        raise CommuniqueError(
            f"{folder} is no tagger that can be read ({type(error).__name__}); install communique anew"
        ) from error
    tagger.network.to(device).eval()
    return tagger


class Shipped:
    """The shipped tagger, loaded by the first sentence that is to be marked.

    It computes in single precision everywhere, so that which statements are found does not depend on the machine.
    """

    def __init__(self, device: str = "cpu") -> None:
        self._device = device

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the tagger's folder."""
        return digest()

    @cached_property
    def _tagger(self) -> Tagger:
        return load(device=self._device)

    def __call__(self, sentences: Sequence[str]) -> list[list[Attribution]]:
        """Return the attributions of each sentence."""
        return self._tagger(sentences) if sentences else []


def digest(folder: Path = SHIPPED) -> str:
    """Return a SHA-256 over all that decides a tagger's answers."""
    found = hashlib.sha256()
    for name in ("config.json", "adapter_config.json", "adapter_model.safetensors"):
        content = (folder / name).read_bytes()
        found.update(f"{name}:{len(content)}:".encode() + content)
    return found.hexdigest()
