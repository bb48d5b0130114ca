"""Offices and their ministries: "Trade Minister Ilse Marrand" speaks for the Ministry of Trade that a text named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .words import word_set

_FIELDS = word_set(
    "foreign commerce trade finance defence defense justice interior health energy education agriculture environment "
    "transport labour labor industry treasury home economic economy culture science technology justice information "
    "tourism fisheries immigration housing planning security"
)
_SAME = {"defense": "defence", "labor": "labour", "economic": "economy"}
_HEADS = word_set("ministry department office")
_HOLDERS = word_set("minister secretary ministry department vice-minister")
_WORD = re.compile(r"[^\W_][\w’'\-]*")
_PLAIN = word_set("the a an of for and affairs deputy prime senior former its vice permanent acting assistant")
_SHARED = 4
_OFFICE = re.compile(r"\b(?:minister|secretary|ministry|department|spokes\w+)\b", re.IGNORECASE)
_OF = re.compile(r"\bof (?:the )?([A-Z][\w’'\-]*)")


class Offices:
    """The ministries that a document has named, by the field of each."""

    def __init__(self) -> None:
        self._named: dict[str, list[str]] = {}

    def add(self, name: str) -> None:
        """Remember a ministry by its field; any other name is left out."""
        words = _words(name)
        if len(words) < 12 and _HEADS & set(words):
            for field in _fields(words):
                known = self._named.setdefault(field, [])
                if not any(_same_state(name, other) for other in known):
                    known.append(name)

    def behind(self, mention: str) -> str | None:
        """Return the ministry for which an office speaks: of that field, and of the country named, if one is."""
        words = _words(mention)
        if not _HOLDERS & set(words):
            return None
        places = _places(mention)
        for field in _fields(words):
            found = [name for name in self._named.get(field, ()) if not places or _shares(places, _places(name))]
            if len(found) == 1:
                return found[0]
        return None


def is_office(mention: str) -> bool:
    """Return whether a mention is of an office of some field: "the trade minister", "Foreign Ministry spokesman"."""
    words = _words(mention)
    return bool(_HOLDERS & set(words)) and any(True for _ in _fields(words))


def _words(text: str) -> list[str]:
    return [match.group().lower() for match in _WORD.finditer(text[:400])]


def _fields(words: list[str]) -> Iterator[str]:
    """Yield the fields that stand by a ministry or a minister: before the word, or after "of"."""
    for at, word in enumerate(words):
        if word in _HOLDERS:
            near = words[max(0, at - 2) : at] + (
                words[at + 2 : at + 7] if words[at + 1 : at + 2] in (["of"], ["for"]) else []
            )
            yield from dict.fromkeys(_SAME.get(one, one) for one in near if one in _FIELDS)


def _places(mention: str) -> list[str]:
    """Return the country's words, where one is named: the capitals before the office, and "of X" after it."""
    head = _OFFICE.split(mention, maxsplit=1)[0]
    words = [*_WORD.findall(head), *_OF.findall(mention)]
    plain = [re.sub(r"[’']s$", "", word).lower() for word in words if word[0].isupper()]
    return [word for word in plain if word not in _PLAIN | _FIELDS]


def _shares(one: list[str], other: list[str]) -> bool:
    """Return whether a country's name and its people's are alike ("Kestria", "Kestrian")."""
    return any(a[:_SHARED] == b[:_SHARED] for a in one for b in other)


def _same_state(one: str, other: str) -> bool:
    return one == other or _shares(_places(one), _places(other)) or not (_places(one) and _places(other))
