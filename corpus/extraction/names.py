"""Names that a text introduces: organisations with their short forms, ministries, and companies known by their chiefs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from .words import word_set

_LIMIT = 9
_CAPITAL = r"(?:(?:[A-Z]\.){2,4}|[a-z]?[A-Z][\w&’'\-]{0,40}+)"
# Possessive throughout: a run is read once and never again, however it ends.
_RUN = re.compile(
    rf"(?<![\w\-’'&]){_CAPITAL}(?:,?+ (?:(?:of|for|and|the|on|in|to|&) ){{0,3}}+{_CAPITAL}){{0,13}}+(?:\.(?!\w))?"
)
_SHORT = re.compile(r"\.?,? ?\(\s{0,3}(?:the )?[“\"‘]?([A-Z][A-Za-z0-9&\-]{1,12})[”\"’]?[,;)]")
_CHIEF = r"(?:chief (?:executive|financial|operating|technology|legal)(?: officer)?|CEO|CFO|COO|CTO|Chief Executive)"
_CHIEF_OF = re.compile(
    rf"\b{_CHIEF}(?: officer| Officer)?,? (?:of|at|for) (?:the )?({_CAPITAL}(?: {_CAPITAL}){{0,4}}+)"
)
_CHIEF_AFTER = re.compile(rf"(?<![\w\-’'&])({_CAPITAL}(?: {_CAPITAL}){{0,4}}?) {_CHIEF}\b")
_SMALL = frozenset(["of", "for", "and", "the", "on", "in", "to", "&"])
_OPENING = word_set("The In At For And But A An On By From With When While As If This That Our")
COMPANY_ENDS = word_set(
    "Inc Corp Corporation Co Ltd Limited LLC L.L.C PLC plc AG GmbH Pty Technology Technologies Group Holdings Systems "
    "Partners Bank Services"
)
_LEGAL = word_set("Inc Corp Corporation Co Ltd Limited LLC L.L.C PLC AG GmbH Pty")
_BODIES = word_set(
    "Association Alliance Federation Foundation Ministry Department Agency Bureau Commission Council Coalition "
    "Institute University Network Health Society Union Office Chamber Board Authority Observatory Centre Center"
)
_WITH_OF = _BODIES | {"Bank"}


def introductions(text: str) -> Iterator[tuple[str, str]]:
    """Yield full names of organisations with the short forms that the text gives or implies, in time linear in it."""
    for run in _RUN.finditer(text):
        words = run.group().split(" ")
        short = _SHORT.match(text, run.end())
        if short is not None and (spelt := _spelt(words, short.group(1))):
            yield spelt, short.group(1)
        for name in _organisations(words):
            yield " ".join(name), _alias(name)


def chiefs(text: str, most: int) -> Iterator[str]:
    """Yield the names of companies whose chief executive (or other chief officer) the text gives."""
    for pattern in (_CHIEF_AFTER, _CHIEF_OF):
        for match in islice(pattern.finditer(text), most):
            words = re.sub(r"[’']s?$", "", match.group(1)).split(" ")
            while words and words[0] in _OPENING:
                words.pop(0)
            if words and words[0].lower() not in {"former", "deputy", "company"}:
                yield " ".join(words)


def longer_forms(text: str, name: str, most: int) -> Iterator[str]:
    """Yield the longer names that begin with `name` ("Veltrane": Veltrane Optics), as often as they stand there."""
    pattern = re.compile(rf"(?<![\w\-’'&]){re.escape(name)}((?: {_CAPITAL}){{1,3}}+)(?! {_CHIEF})")
    for match in islice(pattern.finditer(text), most):
        more = match.group(1).split()
        if not _TITLED & set(more):
            yield re.sub(r"[’']s?$", "", f"{name} {' '.join(more)}")


_TITLED = word_set(
    "Chief Executive Officer CEO CFO COO CTO President Chairman Chairwoman Chair Director Spokesman Spokeswoman "
    "Spokesperson Vice Founder Senior Manager"
)


def _spelt(words: Sequence[str], short: str) -> str | None:
    """Return the end of `words` whose initials `short` spells; the whole of it where none does."""
    plain = [word.strip(",.") for word in words]
    letters = short.upper().replace("&", "")
    for start in range(len(plain) - 1, -1, -1):
        initials = "".join(word[0] for word in plain[start:] if word not in _SMALL).upper()
        if initials == letters and plain[start] not in _SMALL:
            return " ".join(words[start:]).strip(" ,")
        if len(initials) > len(letters):
            break
    kept = _without_opening(words)
    return " ".join(kept[-_LIMIT:]).strip(" ,") if len(kept) > 1 else None


def _without_opening(words: Sequence[str]) -> list[str]:
    start = 0
    while start < len(words) and (words[start].strip(",") in _OPENING or words[start] in _SMALL):
        start += 1
    return list(words[start:])


def _organisations(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the parts of a run of capitals that name organisations by the word that ends or heads them."""
    for part in _parts(words):
        plain = [word.rstrip(".,") for word in part]
        ends = [at for at, word in enumerate(plain) if word in COMPANY_ENDS | _BODIES]
        if not ends:
            continue
        head = next((at for at in ends if plain[at] in _WITH_OF and plain[at + 1 : at + 2] in (["of"], ["for"])), None)
        stop = ends[-1] + 1 if head is None else _of_end(plain, head)
        name = _without_opening(part[max(0, (stop if head is None else head) - 6) : stop])
        if len(name) > 1:
            yield [*name[:-1], name[-1] if plain[stop - 1] in _LEGAL else name[-1].rstrip(".")]


def _parts(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the pieces of a run: a comma parts them, and so does a word between two names."""
    part: list[str] = []
    for at, word in enumerate(words):
        split = bool(part) and _splits(part, words, at)
        if not split:
            part.append(word.rstrip(","))
        if (word.endswith(",") or split) and part:
            yield part
            part = []
    if part:
        yield part


def _splits(part: Sequence[str], words: Sequence[str], at: int) -> bool:
    """Return whether "the" begins a new name ("May the X"), or "and" one with its own article or legal form."""
    if words[at] == "the":
        return part[-1] not in _SMALL
    if words[at] != "and" or not _is_whole(part):
        return False
    return words[at + 1 : at + 2] == ["the"] or bool(_LEGAL & {word.rstrip(".,") for word in words[at:]})


def _is_whole(part: Sequence[str]) -> bool:
    return bool({word.rstrip(".") for word in part} & (COMPANY_ENDS | _BODIES))


def _of_end(words: Sequence[str], head: int) -> int:
    """Return where "Ministry of Trade and Industry" ends: no place or second body belongs to it."""
    stop = head + 1
    while stop < len(words) and stop - head < 8 and words[stop] not in {"in", "on", "to"}:
        if words[stop] in {"for", "the"} and stop > head + 2 and words[stop - 1] not in _SMALL:
            break
        stop += 1
    while stop > head + 1 and words[stop - 1] in _SMALL:
        stop -= 1
    return stop


def _alias(name: Sequence[str]) -> str:
    """Return the first word of a company's name; any other organisation keeps its whole name."""
    company = name[-1].rstrip(".") in COMPANY_ENDS and len(name[0]) > 3
    return name[0] if company else " ".join(name)
