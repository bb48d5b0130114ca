"""The shape of a text: paragraphs, sentences and tokens, all as offsets into the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .words import word_set

WRAP_WIDTH = 130
_LINE = re.compile(r"[^\n]*+\n?")
_WORD = re.compile(r"[^\W_]")
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")
_LOWER_START = re.compile(r"\s*+[a-z(]")
_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}+|\w++(?:[’'&.\-‑]\w++)*+|[^\w\s]")
_STOP = re.compile(  # looked for at the first mark of a run alone, or a long run would take the square of its length
    r"[.!?…](?<![.!?…][.!?…])(?<![.!?…][ ][.!?…])(?:[ ]?[.!?…])*+[\"”’»)\]*']*+(?=\s|$)"
)
_MARKS = " \t\r\n\v\f\u00a0#*>_"
_ABBREVIATIONS = word_set(
    "mr mrs ms dr sen rep reps sens gov gen lt col sgt capt maj adm prof rev hon st mt no nos vs jan feb "
    "mar apr jun jul aug sept sep oct nov dec fig al e.g i.e cf vol pp art sec ft messrs atty asst dept "
    "est approx"
)
_SOMETIMES = word_set("inc corp co ltd llc plc jr sr u.s u.k u.n e.u d.c a.m p.m bros etc ph.d m.d s.a n.v")
_STARTERS = word_set(
    "the a an in on at it its he she they we i but and this that these those there when while if as for "
    "after before under with our his her their by to some many most however according since last so"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark, or a whole quotation (`quote` is then its number) of a sentence."""

    text: str
    low: str
    start: int
    end: int
    quote: int = -1

    @property
    def is_word(self) -> bool:
        """Whether this is a word or a number."""
        return self.quote < 0 and (self.text[0].isalnum() or self.text[0] == "_")

    @property
    def is_capital(self) -> bool:
        """Whether this is a word with a capital."""
        return self.quote < 0 and self.text[0].isupper()


def trim(text: str, start: int, end: int, extra: str = "") -> tuple[int, int]:
    """Return the span without outer white space or any character of `extra`."""
    while start < end and (text[start].isspace() or text[start] in extra):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in extra):
        end -= 1
    return start, end


def paragraphs(text: str, begin: int = 0) -> list[tuple[int, int]]:
    """Return the spans of the paragraphs of `text` from `begin` on, trimmed; each holds a letter or digit."""
    wrapped = _is_wrapped(text[begin : begin + 200_000])
    spans: list[tuple[int, int]] = []
    start = end = begin
    for line in _LINE.finditer(text, begin):
        body = line.group()
        if start != end and (not body.strip() or _breaks(text, start, end, body, wrapped)):
            spans.append((start, end))
            start = line.start()
        if not body.strip():
            start = line.end()
        end = line.end()
    if start != end:
        spans.append((start, end))
    trimmed = (trim(text, first, last) for first, last in spans)
    return [(first, last) for first, last in trimmed if _WORD.search(text, first, last)]


def _breaks(text: str, start: int, end: int, line: str, wrapped: bool) -> bool:
    """Return whether `line` begins a paragraph after the lines from `start` to `end`."""
    if not wrapped:
        return True
    return line[0].isspace() and text[max(start, end - 8) : end].rstrip()[-1:] in {".", "!", "?", ":", "”", '"'}


def _is_wrapped(text: str) -> bool:
    """Return whether lines are broken by hand: they are of one length and run on in lower case."""
    lines = [line for line in text.split("\n") if line.strip()]
    lengths = sorted(map(len, lines))
    if len(lines) < 4 or lengths[len(lengths) * 9 // 10] > WRAP_WIDTH:
        return False
    running = sum(1 for line, after in pairwise(lines) if line.strip()[-1] not in ".!?:;" and _LOWER_START.match(after))
    return running >= 0.15 * len(lines)


def sentences(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the sentences from `start` to `end`; none ends inside one of the sorted `quotes`."""
    begin = start
    starts = [first for first, _ in quotes]
    for stop in _STOP.finditer(text, start, end):
        at = bisect_right(starts, stop.start()) - 1
        if at >= 0 and stop.start() < quotes[at][1] and stop.end() < quotes[at][1]:
            continue
        if _ends_sentence(text, begin, stop.start(), stop.end(), end):
            yield from _sentence(text, begin, stop.end())
            begin = stop.end()
    yield from _sentence(text, begin, end)


def _sentence(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first, last = trim(text, start, end)
    if first < last:
        yield first, last


def _ends_sentence(text: str, begin: int, dot: int, after: int, end: int) -> bool:
    window = text[after : min(end, after + 40)].lstrip()
    if not window:
        return True
    if window[0].islower() and not _CAMEL.match(window):
        return False
    if text[dot] != "." or after - dot > 1:
        return True
    word = text[max(begin, dot - 20) : dot].rsplit(None, 1)[-1:]
    name = word[0].lower().lstrip("(\"“‘'[") if word else ""
    following = re.match(r"\w*+", window)
    if name in _ABBREVIATIONS or (len(name) == 1 and name.isalpha() and name != "i"):
        return False
    if name in _SOMETIMES:
        return following is not None and following.group().lower() in _STARTERS
    return True


def tokens(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]], first: int = 0) -> list[Token]:
    """Return the tokens of a sentence; each of `quotes` inside it is one token.

    `first` is the number of the first of `quotes` that may lie here, to keep the search short.
    """
    found: list[Token] = []
    at = start
    number = first
    while number < len(quotes) and quotes[number][0] < end:
        left, right = quotes[number]
        if left >= at:
            found.extend(_words(text, at, left))
            found.append(Token(text[left : min(right, end)], "", left, min(right, end), number))
            at = right
        number += 1
    found.extend(_words(text, at, end))
    return found


def _words(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        if match.group() not in _MARKS and not (match.group() == "." and match.end() < end):
            yield Token(match.group(), match.group().lower(), match.start(), match.end())
