"""Sentences and units: where a statement is cut into the pieces that are labelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .records import Document, Statement, Unit

CONTEXT_SENTENCES = 2
WRAP_WIDTH = 130
_BULLET = re.compile(r"[ \t]*(?:[-*•▪–·#>|]|\(?\d{1,3}[.)]|[a-z][.)])[ \t]")
_LINE = re.compile(r"[^\n]*\n?")
_WORD = re.compile(r"\w")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)]")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of every sentence of `text`, in order.

    A blank line, a bullet and the end of an unwrapped line always end a sentence; inside a
    paragraph sentencex decides. Spans carry no outer white space and hold a letter or digit.
    An item's bare number ("1.") belongs to the sentence after it.
    """
    from sentencex import get_sentence_boundaries

    for first, last in _paragraph_spans(text):
        number = None
        for found in get_sentence_boundaries("en", text[first:last]):
            start, end = _trim(text, first + found["start_index"], first + found["end_index"])
            if not _WORD.search(text, start, end):
                continue
            bare = _NUMBER.fullmatch(text, start, end)
            start = number[0] if number else start
            number = (start, end) if bare else None
            if not bare:
                yield start, end
        if number:
            yield number


def _paragraph_spans(text: str) -> Iterator[tuple[int, int]]:
    width = _wrap_width(text)
    start = end = 0
    for line in _LINE.finditer(text):
        body = line.group().strip()
        if start != end and (not body or _BULLET.match(line.group())):
            yield start, end
            start = line.start()
        if not body:
            start = end = line.end()
            continue
        end = line.end()
        if not _is_wrapped(body, width):
            yield start, end
            start = end
    if start != end:
        yield start, end


def _wrap_width(text: str) -> int:
    """Return the column at which the text's lines are wrapped by hand, 0 where they are not."""
    lengths = sorted(len(line) for line in text[:200_000].split("\n") if line.strip())
    width = lengths[len(lengths) * 9 // 10] if len(lengths) > 2 else 0
    return width if width <= WRAP_WIDTH else 0


def _is_wrapped(line: str, width: int) -> bool:
    return bool(width) and len(line) >= 0.6 * width and line[-1] not in '.!?:;”"'


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def statement_units(document: Document, statement: Statement) -> Iterator[Unit]:
    """Cut `statement` into its sentences, each with up to two sentences of context before it."""
    spans = list(sentence_spans(statement.text)) or [(0, len(statement.text))]
    texts = [statement.text[start:end] for start, end in spans]
    for n, (start, end) in enumerate(spans):
        yield Unit(
            id=f"{statement.id}.{n + 1}",
            doc=document.id,
            statement=statement.id,
            text=texts[n],
            start=statement.start + start,
            end=statement.start + end,
            before=" ".join(texts[max(0, n - CONTEXT_SENTENCES) : n]),
            speaker=statement.speaker,
            actor=statement.actor,
            actor_type=statement.actor_type,
            kind=statement.kind,
            on_behalf_of=statement.on_behalf_of,
            title=document.title,
            date=document.date,
            publisher=document.publisher,
            language=document.language,
            meta=document.meta,
        )
