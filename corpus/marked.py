"""Articles with their attributions marked inline: what the tagger learns from and is measured on.

``<s>`` stands around a source, ``<c k="say">`` or ``<c k="think">`` around a cue, ``<q>`` around a content. A digit after
the letter tells the attributions of one sentence apart; one without a source of its own shares that before it. ``<r>`` stands
around what is in the voice of a release's issuer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .attributions import Attitude, Attribution, Span
from .codebook import DATA
from .extraction.layout import paragraphs, sentences
from .extraction.quotes import scan
from .records import Document

ARTICLES = DATA / "articles"
HELD_OUT = 3
"""Every article of this number, by the order in its file, is for evaluation alone."""
_TAG = re.compile(r'<(/?)([scqr])(\d?)(?: k="(say|think)")?>')


@dataclass(frozen=True)
class Article:
    """An article without its marks, and the attributions they stood for."""

    document: Document
    attributions: tuple[Attribution, ...]
    held_out: bool


@dataclass(frozen=True)
class Mark:
    """A tag and what it encloses: `letter` is s, c, q or r, `number` tells the attributions of a sentence apart."""

    letter: str
    number: str
    attitude: str
    span: Span


def articles(folder: Path = ARTICLES) -> Iterator[Article]:
    """Yield the articles of every file in `folder`."""
    for path in sorted(folder.glob("*.txt")):
        parts = re.split(r"^### ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        for number, part in enumerate(parts, start=1):
            head, _, body = part.partition("\n")
            yield _article(head.split("|")[0].strip(), body.strip(), held_out=number % HELD_OUT == 0)


def _article(name: str, body: str, *, held_out: bool) -> Article:
    text, marks = unmarked(body)
    title = text.split("\n", 1)[0]
    return Article(Document(name, text, title=title), tuple(attributed(text, marks)), held_out)


def attributed(text: str, marks: list[Mark]) -> Iterator[Attribution]:
    """Yield the attributions of a text; a quotation without a cue in its sentence is of the one who spoke last."""
    last: Attribution | None = None
    for sentence in sentence_spans(text):
        inside = [mark for mark in marks if sentence[0] <= mark.span[0] < sentence[1]]
        found = list(_attributions(inside))
        if last is not None and not any(mark.letter == "c" for mark in inside):
            found = [replace(last, contents=(mark.span,)) for mark in inside if mark.letter == "q"]
        yield from found
        last = found[0] if found else last


def sentence_spans(text: str) -> Iterator[Span]:
    """Yield the sentences of a text; a quotation of several sentences is not cut."""
    spans = paragraphs(text)
    quotes = [quote.span for quote in scan(text, spans)]
    for start, end in spans:
        yield from sentences(text, start, end, [span for span in quotes if start <= span[0] < end])


def unmarked(body: str) -> tuple[str, list[Mark]]:
    """Return the text without its tags, and what they enclosed."""
    text, marks, open_tags, at = "", [], list[tuple[int, str]](), 0
    for tag in _TAG.finditer(body):
        text += body[at : tag.start()]
        at = tag.end()
        if not tag[1]:
            open_tags.append((len(text), tag[4] or ""))
        else:
            start, attitude = open_tags.pop()
            marks.append(Mark(tag[2], tag[3], attitude, (start, len(text))))
    return text + body[at:], marks


def _attributions(marks: list[Mark]) -> Iterator[Attribution]:
    """Yield the attributions that the marks of one sentence make."""
    numbered: dict[str, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        numbered[mark.number][mark.letter].append(mark)
    source: Span | None = None
    for _, by_letter in sorted(numbered.items()):
        source = by_letter["s"][0].span if by_letter["s"] else source
        contents = tuple(sorted(mark.span for mark in by_letter["q"]))
        if by_letter["c"] and contents:
            cues = sorted(mark.span for mark in by_letter["c"])
            attitude: Attitude = "think" if by_letter["c"][0].attitude == "think" else "say"
            yield Attribution((cues[0][0], cues[-1][1]), contents, source, attitude)
