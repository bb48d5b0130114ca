"""What the encoder sees of a unit: the sentence first, then the context and the speaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..corpus.errors import CommuniqueError
from ..corpus.records import Unit

_SPARE = 8  # tokens: the special ones, and what cutting a word between two windows may add


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to label: the sentence; what stands before it, who says it and what it is about may be empty."""

    text: str
    before: str = ""
    speaker: str = ""
    target: str = ""

    @classmethod
    def of(cls, unit: Unit, target: str = "") -> Example:
        """Return what the encoder sees of `unit`; `target` is the column that says what it is about."""
        about = str(unit.meta.get(target) or "") if target else ""
        return cls(unit.text, unit.before, unit.actor or unit.speaker or "", about)


@dataclass(frozen=True)
class InputFormat:
    """How examples become tokens: part of a model, saved in its ``config.json``.

    The second segment is the context, the speaker in brackets, and what the sentence is about; it is cut from its
    left end, so that the nearest words and what follows them stay. It is absent where all are empty.

    Attributes:
        max_text: tokens of the sentence at most; longer ones are read in overlapping windows.
        max_context: tokens that the second segment has beside a sentence of `max_text`; a shorter sentence leaves it
            more. There is no second segment where this is 0.
        before: whether the sentences before are shown.
        speaker: whether the speaker is shown.
        target: the column that says what the sentence is about; the sentence is paired with it.

    """

    max_text: int = 160
    max_context: int = 48
    before: bool = True
    speaker: bool = True
    target: str = ""

    def __post_init__(self) -> None:
        for name, bound in (("max_text", 2), ("max_context", 0)):  # windows overlap by half
            if getattr(self, name) < bound:
                raise CommuniqueError(f"inputs: {name} is {getattr(self, name)}; it must be at least {bound}")

    def second(self, example: Example) -> str | None:
        """Return the second segment of `example`, or None where it has none."""
        if not self.max_context:
            return None
        parts = [
            example.before.strip() if self.before else "",
            f"({example.speaker})" if self.speaker and example.speaker else "",
            example.target.strip(),
        ]
        return " ".join(part for part in parts if part) or None


@dataclass(frozen=True)
class Encoded:
    """Token ids of one window of one example. `example` is its place in the list that was encoded."""

    example: int
    input_ids: tuple[int, ...]
    token_type_ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.input_ids)


def encode(tokenizer: Any, examples: Sequence[Example], form: InputFormat) -> list[Encoded]:
    """Tokenise `examples`; one that is longer than `form.max_text` gives several overlapping windows."""
    owners, texts, seconds = [], [], []
    for n, example in enumerate(examples):
        for window in _windows(tokenizer, example.text, form.max_text):
            owners.append(n)
            texts.append(window)
            seconds.append(form.second(example))
    encoded: list[Encoded | None] = [None] * len(texts)
    for paired in (False, True):
        chosen = [n for n, second in enumerate(seconds) if (second is not None) == paired]
        rows = _tokenise(tokenizer, [texts[n] for n in chosen], [seconds[n] for n in chosen] if paired else None, form)
        for n, (ids, types) in zip(chosen, rows, strict=True):
            encoded[n] = Encoded(owners[n], ids, types)
    return [row for row in encoded if row is not None]


def _tokenise(
    tokenizer: Any, texts: list[str], seconds: list[str | None] | None, form: InputFormat
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    if not texts:
        return
    tokenizer.truncation_side = "left" if seconds else "right"
    limits = (
        {"truncation": "only_second", "max_length": form.max_text + max(form.max_context, 2 * _SPARE)}
        if seconds
        else {"truncation": True, "max_length": form.max_text + _SPARE}
    )
    rows = tokenizer(texts, seconds, return_token_type_ids=True, return_attention_mask=False, verbose=False, **limits)
    for ids, types in zip(rows["input_ids"], rows["token_type_ids"], strict=True):
        yield tuple(ids), tuple(types)


def _windows(tokenizer: Any, text: str, limit: int) -> list[str]:
    """Cut `text` into windows of at most `limit` tokens, half of each shared with the next."""
    if len(text.encode(errors="replace")) <= limit:  # every token has a byte at least, not always a letter
        return [text]
    row = tokenizer([text], add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)
    offsets = row["offset_mapping"][0]
    if len(offsets) <= limit:
        return [text]
    step = limit // 2
    starts = range(0, len(offsets) - step, step)
    return [text[offsets[s][0] : offsets[min(s + limit, len(offsets)) - 1][1]] for s in starts]


def token_batches(rows: Sequence[Encoded], budget: int) -> Iterator[list[int]]:
    """Yield the places of `rows` in batches of like length, at most `budget` tokens with the padding.

    Longest first; a batch that is half full ends where the length changes, so that little is padded. The plan
    is a function of the lengths alone.
    """
    order = sorted(range(len(rows)), key=lambda n: (-len(rows[n]), n))
    batch: list[int] = []
    for n in order:
        width = len(rows[batch[0]]) if batch else 0
        half_full = 2 * len(batch) * width >= budget
        if batch and ((len(batch) + 1) * width > budget or (half_full and len(rows[n]) < width)):
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch
