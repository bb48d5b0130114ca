"""What a file's name tells of its issuer: a state's code beside a year, or the name before "-submission-to-"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from ..records import Document
from .actors import Actors
from .cues import MONTHS
from .words import word_set

_YEAR = r"(?:19|20)\d\d"
_CODE = re.compile(
    rf"(?:^|[-_ .])([A-Za-z]{{3}})[-_ ](?:\d{{1,3}}[-_ ])?{_YEAR}(?=$|[-_ .])|{_YEAR}[-_ ]([A-Za-z]{{3}})(?=[-_ .]|$)"
)
_PART = re.compile(r"[^\W_]+")
_HASH = re.compile(r"(?=[a-f0-9]*\d)[a-f0-9]{6,}")
_KINDS = word_set("submission submissions comment comments letter statement response testimony reply feedback")
# Codes under which public collections file what they gather: the consultations, the press archive, the speeches.
_COLLECTIONS = word_set("srai hti5 pressarc ungdc wh state msa senate")
_EMPTY = word_set(
    "final draft public my our the a an of on to for and new signed copy file document doc open joint general written "
    "press official second first third revised full annex attachment cover general version opening closing"
)
_SMALL = word_set("of for and the on in")
_GENERIC = word_set(
    "association council society national international american group company alliance federation institute"
)
_LETTERS = 40
_READ = 20_000


def state_in_name(document: Document, actors: Actors) -> str | None:
    """Return the state whose three-letter code stands beside a year in the file's name ("…-2014-gbr-…")."""
    for match in _CODE.finditer(_stem(document)):
        code = match.group(1) or match.group(2)
        known = actors.resolve(code.upper())
        if known is None or not actors.is_state(known[0]):
            continue
        if code.lower() not in MONTHS or code.isupper() or known[0] in document.text:
            return known[0]
    return None


def collection(document: Document) -> str:
    """Return the first word of the file's name in lower case, by which collections mark where a file is from."""
    parts = _PART.findall(_stem(document))
    return parts[0].lower() if parts else ""


def name_in_text(document: Document) -> str | None:
    """Return the name before "-submission-to-" in the file's name, as the text writes it."""
    parts = _issuer_parts(document)
    for start in range(min(2, len(parts))):
        for stop in range(len(parts), start, -1):
            found = _written(parts[start:stop], document.text[:_READ])
            if found is not None:
                return found
    return None


def name_alone(document: Document) -> str | None:
    """Return the name before "-submission-to-" in the file's name, where the text never has it."""
    parts = _issuer_parts(document)
    if not parts or set(parts) <= _EMPTY or any(part.isdigit() for part in parts):
        return None
    return " ".join(part.upper() if part in {"ai", "it", "us", "uk", "eu"} else part.title() for part in parts)


def _stem(document: Document) -> str:
    """Return the name of the document's own file; a row of a table has none."""
    if document.row is not None:
        return ""
    return PurePath(document.source or document.id).stem[:200]


def _issuer_parts(document: Document) -> list[str]:
    """Return the words before the kind of paper, without the collection's code; none where no kind is named."""
    parts = [part.lower() for part in _PART.findall(_stem(document)) if not _HASH.fullmatch(part)]
    kind = next((at for at, part in enumerate(parts) if part in _KINDS and at), None)
    if kind is None:
        return []
    return parts[parts[0] in _COLLECTIONS : kind]


def _is_name(written: str) -> bool:
    """Return whether every word but the small ones has a capital or begins with a digit."""
    return all(word in _SMALL or not word[0].islower() for word in _PART.findall(written))


def _written(parts: Sequence[str], text: str) -> str | None:
    """Return these words as the text has them one after another, each with a capital; the mixed case if there is one."""
    if set(parts) <= _EMPTY | _GENERIC or parts[-1] in _SMALL or sum(map(len, parts)) < 4:
        return None
    pattern = r"[ .\-’'&|,_]{1,3}".join(map(re.escape, parts))
    found = [m.group() for m in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_]{{1,40}})", text, re.IGNORECASE)]
    named = [name.replace("_", " ") for name in found if _is_name(name)]
    mixed = [name for name in named if not name.isupper()]
    return next(iter(mixed or named), None)
