"""The body of a release, letter or speech: the issuer's own words, without what frames them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .issuer import CLOSING, DEAR, byline, dateline_end

_BOILER = re.compile(
    r"[ \t#*]*(?:About [A-Z]|Media Contact|Press Contact|Contact(?:s|:| Information)|View source|View the original|"
    r"For (?:more|further|press|media) (?:information|inquir)|Forward[- ]Looking Statements|Safe Harbor|"
    r"Original/Source|"
    r"Newsramp|Reddit Post|###|---|Notes to editors|SOURCE )"
)
_FORM = re.compile(r"\s*\[[^\]\n]{1,120}\]\s*(?:FILENAME:[^|\n]{0,300}\|\s*CONTENT:\s*)?")
_CLOCK = re.compile(r"[^\n]{0,220}?\d{1,2}:\d{2} [AaPp]\.?[Mm]\.?(?: \(?[A-Z]{2,4}\)?)?\s+")
_SENTENCE = re.compile(r"[a-z]{3,}\.\s+[A-Z]")
_FRAME = ("Re:", "RE:", "Subject:", "Submitted", "Attention:", "By electronic", "VIA ", "Via ")


def body(text: str, spans: Sequence[tuple[int, int]], title: str | None) -> list[tuple[int, int]]:
    """Return the paragraphs of the issuer's own words: no title, dateline, address, signature or boilerplate."""
    greeted = _after_greeting(text, spans)
    first = 0 if greeted else _first_body(text, spans, title)
    late = spans[0][0] + 0.4 * (spans[-1][1] - spans[0][0])
    kept: list[tuple[int, int]] = []
    for begin, end in spans[first:]:
        start = max(begin, greeted)
        if start >= end:
            continue
        if start > late and _BOILER.match(text, start, end):
            break
        kept.append((start if kept else _after_opening(text, start, end), end))
    return _before_signature(text, kept)


def _first_body(text: str, spans: Sequence[tuple[int, int]], title: str | None) -> int:
    """Return the number of the first paragraph of prose; a title, a byline and an address are none."""
    under = byline(text[spans[0][0] :])
    for number, (start, end) in enumerate(spans[:60]):
        line = text[start:end].strip("#* \n")
        if text[start] == "#" or not line or line in (title and title.strip(), under) or line.startswith(_FRAME):
            continue
        if _is_prose(line, number):
            return number
    return min(len(spans) - 1, 1) if text[spans[0][0]] == "#" else 0


def _is_prose(line: str, number: int) -> bool:
    words = len(line.split())
    if words >= 25 and (number or len(line) > 300):
        return True
    if words >= 12 and (line[-1] in '.!?:;…”")*]' or len(line) > 300):
        return True
    return words >= 4 and line[-1] in ".!" and number > 0


def _after_opening(text: str, start: int, end: int) -> int:
    """Return where the words begin, past a form's bracket, a dateline, and the place and hour of a speech."""
    stop = min(end, start + 700)
    form = _FORM.match(text, start, stop)
    start = form.end() if form else start
    start += dateline_end(text[start : min(end, start + 300)])
    clock = _CLOCK.match(text, start, min(end, start + 300))
    return clock.end() if clock else start


def _after_greeting(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """Return where a letter begins after "Dear …,", 0 where none stands or prose stands before it."""
    begin = spans[0][0]
    match = DEAR.search(text, begin, min(len(text), begin + 4000))
    if match is None or len(_SENTENCE.findall(text[begin : match.start()])) > 1:
        return 0
    return match.end()


def _before_signature(text: str, kept: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drop a short block of signatures at the end."""
    if len(kept) < 2:
        return kept
    limit = max(900.0, 0.15 * (kept[-1][1] - kept[0][0]))
    for number in range(len(kept) - 1, max(0, len(kept) - 25), -1):
        start, end = kept[number]
        if kept[-1][1] - start > limit:
            break
        if CLOSING.match(text[start : min(end, start + 60)].split("\n")[0]):
            return kept[:number]
    return kept
