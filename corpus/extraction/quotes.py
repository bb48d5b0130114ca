"""A scanner for quotation marks: one pass, no backtracking, and never an error on odd marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_MARK = re.compile(r"[\"“”„‟«»‹›‘’'＂]")
_CLOSERS = {
    "“": '”"',
    "‟": '”"',
    '"': '"”',
    "＂": "＂",
    "„": '“”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
}
_ALWAYS_OPEN = "“„‟«‹"
_SINGLE = {"‘": "’'", "'": "'’"}
_STRONG = ".,!?…"
_ONE_MARK = re.compile(r"''|``")
_FILLER = "\u2060"


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation: `start` and `end` hold its marks, `inner_start` and `inner_end` do not."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    closed: bool = True

    @property
    def span(self) -> tuple[int, int]:
        """The quotation with its marks."""
        return self.start, self.end


def scan(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[Quote]:
    """Return the outermost quotations of `text` in order; one left open ends with its paragraph.

    A quotation that is left open, and whose next paragraph opens one again, runs on through it.
    """
    if not paragraphs:
        return []
    original, text = text, _ONE_MARK.sub(_one_mark, text)
    found: list[Quote] = []
    for start, end in paragraphs:
        here = _scan_paragraph(text, start, end)
        if here and found and _continues(text, found[-1], here[0], start):
            found[-1] = replace(found[-1], end=here[0].end, inner_end=here[0].inner_end, closed=here[0].closed)
            here = here[1:]
        found.extend(here)
    return [_with_both(original, quote) for quote in found] if text != original else found


def _one_mark(match: re.Match[str]) -> str:
    """Write a mark typed as two single ones as a straight mark and a filler, of the same length."""
    after = match.string[match.end() : match.end() + 1]
    return _FILLER + '"' if after.isalnum() or after in {"[", "$"} else '"' + _FILLER


def _with_both(text: str, quote: Quote) -> Quote:
    """Let the quotation take in both characters of a doubled mark."""
    start = quote.start - (text[quote.start] in "'`" and text[quote.start - 1 : quote.start] in {"'", "`"})
    inner_start = max(quote.inner_start, quote.start + 1)
    end = quote.end + (quote.closed and text[quote.end - 1 : quote.end + 1] == "''")
    return replace(quote, start=start, end=end, inner_start=inner_start)


def _continues(text: str, before: Quote, after: Quote, start: int) -> bool:
    between = text[before.end : after.start]
    same = text[before.start] == text[after.start]
    return (
        not before.closed
        and same
        and after.start - start <= 3
        and len(between) < 12
        and not between.strip(" \t\r\n\u00a0>*")
    )


def _scan_paragraph(text: str, start: int, end: int) -> list[Quote]:
    marks = [match.start() for match in _MARK.finditer(text, start, end)]
    found: list[Quote] = []
    at = 0
    while at < len(marks):
        if text[marks[at]] in _SINGLE:
            close = _single_close(text, marks, at, end)
        elif _opens(text, marks[at], start, end):
            close = _double_close(text, marks, at)
        else:
            close = at
        if close == at:
            at += 1
            continue
        quote = _quote(text, marks, at, close, end)
        if quote is not None:
            _append(found, quote)
        at = close if close == len(marks) or (quote is not None and not quote.closed) else close + 1
    return found


def _append(found: list[Quote], quote: Quote) -> None:
    """Add `quote`, or join it to one that was left open right before it."""
    if found and not found[-1].closed and found[-1].end == quote.start:
        found[-1] = replace(found[-1], end=quote.end, inner_end=quote.inner_end, closed=quote.closed)
    else:
        found.append(quote)


def _quote(text: str, marks: list[int], at: int, close: int, end: int) -> Quote | None:
    """Return the quotation from mark number `at` to number `close` (past the last: left open)."""
    start = marks[at]
    if (
        close < len(marks)
        and text[marks[close]] in (_CLOSERS | _SINGLE)[text[start]]
        and not _reopens(text, marks, at, close)
    ):
        stop, closed = marks[close], True
    else:
        stop, closed = (marks[close] if close < len(marks) else end), False
    first, last = start + 1, stop
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return Quote(start, stop + closed, first, last, closed) if first < last else None


def _opens(text: str, at: int, start: int, end: int) -> bool:
    mark = text[at]
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    if mark in _ALWAYS_OPEN:
        return True
    if mark == '"' or mark == "＂":
        return not after.isspace() and not (before.isalnum() and not after.isalnum())
    return mark in "»›" and before.isspace() and after.isalnum()


def _double_close(text: str, marks: list[int], at: int) -> int:
    """Return the number of the mark that closes number `at`; the count of marks where none does."""
    closers = _CLOSERS[text[marks[at]]]
    for number in range(at + 1, len(marks)):
        mark = text[marks[number]]
        if mark in closers or mark == text[marks[at]]:
            return number
    return len(marks)


def _reopens(text: str, marks: list[int], at: int, close: int) -> bool:
    """Return whether the straight mark number `close` opens anew: the one before was never closed."""
    place = marks[close]
    if text[place] != '"' or text[marks[at]] != '"':
        return False
    return text[place - 1].isspace() and place + 1 < len(text) and text[place + 1].isalnum()


def _single_close(text: str, marks: list[int], at: int, end: int) -> int:
    """Return the number of the mark that closes a single one, `at` itself where it is an apostrophe."""
    place = marks[at]
    after = text[place + 1] if place + 1 < end else " "
    if (place and text[place - 1].isalnum()) or not (after.isalpha() or after in "“[$…"):
        return at
    weak = at
    for number in range(at + 1, len(marks)):
        here = marks[number]
        if text[here] in _SINGLE[text[place]] and _may_close(text, here, end):
            if text[here - 1] in _STRONG or text[here - 1] != "s":
                return number
            weak = number if weak == at else weak
        elif text[here] in _SINGLE and not text[here - 1].isalnum():
            break
    return weak


def _may_close(text: str, place: int, end: int) -> bool:
    after = text[place + 1] if place + 1 < end else " "
    return not text[place - 1].isspace() and not after.isalnum()
