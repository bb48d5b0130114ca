"""From printed lines to paragraphs: running heads go, words are joined again, and so are lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-*•▪–·]|\(?\d{1,3}[.)])\s")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORT = 0.7
"""Share of the usual width under which a line ends its paragraph."""
_STOPS = (".", "!", "?", ":", "”", '"')
_MIN_PAGES = 3


def paragraphs(pages: list[str]) -> str:
    """Return the text of `pages` with a blank line between paragraphs and none inside."""
    lines = [line for page in _without_running_heads(pages) for line in _page(page)]
    width = _width(lines)
    words = Counter(_WORD.findall("\n".join(lines)))
    return "\n\n".join(_join(block, words) for block in _blocks(lines, width))


def _page(lines: list[str]) -> Iterator[str]:
    """Yield a page's lines, and a blank one where its last sentence is complete."""
    squeezed = [_squeeze(line) for line in lines]
    yield from squeezed
    if squeezed and squeezed[-1].endswith(_STOPS):
        yield ""


def _squeeze(line: str) -> str:
    return " ".join(line.split())


def _without_running_heads(pages: list[str]) -> Iterator[list[str]]:
    """Yield each page's lines without page numbers and the first and last lines that most pages share."""
    split = [_outer_stripped(page) for page in pages]
    ends = Counter(_mask(line) for page in split for line in {*page[:1], *page[-1:]})
    common = {line for line, count in ends.items() if len(pages) >= _MIN_PAGES and count > len(pages) / 2}
    for page in split:
        yield _cut(page, common)


def _outer_stripped(page: str) -> list[str]:
    return page.strip().splitlines()


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", _squeeze(line))


def _cut(page: list[str], common: set[str]) -> list[str]:
    def runs(line: str) -> bool:
        return _mask(line) in common or bool(_PAGE_NUMBER.fullmatch(line.strip()))

    start = 1 if page and runs(page[0]) else 0
    end = len(page) - 1 if len(page) > start and runs(page[-1]) else len(page)
    return page[start:end]


def _width(lines: list[str]) -> int:
    """Return the usual length of a full line."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[len(lengths) * 4 // 5] if lengths else 0


def _blocks(lines: list[str], width: int) -> Iterator[list[str]]:
    """Yield the lines of each paragraph."""
    block: list[str] = []
    for line in lines:
        if block and _ends(block[-1], line, width):
            yield block
            block = []
        if line:
            block.append(line)
    if block:
        yield block


def _ends(line: str, following: str, width: int) -> bool:
    """Say whether a paragraph ends between two lines."""
    if not following or _BULLET.match(following):
        return True
    return len(line) < _SHORT * width and not following[0].islower()


def _join(block: list[str], words: Counter[str]) -> str:
    pieces = block[:1]
    for line in block[1:]:
        pieces[-1:] = _glue(pieces[-1], line, words)
    return "".join(pieces)


def _glue(last: str, line: str, words: Counter[str]) -> tuple[str, str]:
    """Join two lines; a hyphen at the break stays where the document has the word with it elsewhere."""
    broken = _HYPHENATED.search(last[-60:])
    if broken is None:
        return last, line if last[-1] in "—–" else f" {line}"
    rest = _WORD.match(line)
    if rest is None or not line[0].islower() or words[f"{broken.group(1)}-{rest.group()}"]:
        return last, line
    return last[:-1], line
