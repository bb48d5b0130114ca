"""The actors that a phrase names: listed ones, and those that the document itself has as speakers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..records import Statement
from .actors import Actor, Actors
from .target_cues import FIRMS, STATES

_MOST = 40
_BY = re.compile(r"\b(?:by|from) (?=(?:the )?[A-Z])")
_DEFINITE = re.compile(r"\b(?:the|that|this|its) (?:\w+ )?(\w+)(?:[’']s)?\b", re.IGNORECASE)
_GENERIC = STATES | FIRMS


class Parties:
    """Who may be meant in a document."""

    def __init__(self, actors: Actors, statements: Iterable[Statement] = ()) -> None:
        self._actors = actors
        met = ((one.actor, one.actor_type) for one in statements)
        self._met: list[Actor] = [(name, kind) for name, kind in dict.fromkeys(met) if name and kind][:_MOST]

    def named(self, phrase: str) -> Actor | None:
        """Return the actor that `phrase` names: whom "by X" gives, else the first one."""
        agent = _BY.search(phrase)
        return (self._first(phrase[agent.end() :]) if agent else None) or self._first(phrase)

    def meant(self, phrase: str, speaker: str | None) -> Actor | None:
        """Return the actor of "the ministry" or "the company" where only one of that type, not the speaker, was met."""
        match = _DEFINITE.search(phrase)
        kind = match and _type_of(match.group(1).lower())
        fit = [actor for actor in self._met if actor[1] == kind and actor[0] != speaker]
        return fit[0] if kind and len(fit) == 1 else None

    def _first(self, phrase: str) -> Actor | None:
        return self._actors.resolve(phrase) or self._actors.first_in(phrase) or self._known_here(phrase)

    def _known_here(self, phrase: str) -> Actor | None:
        for name, kind in self._met:
            first = name.split()[0]
            short = first if kind == "company" and len(first) > 3 else name
            if re.search(rf"(?<!\w){re.escape(short)}(?!\w)", phrase):
                return name, kind
        return None


def _type_of(word: str) -> str | None:
    return "government" if word in STATES else "company" if word in FIRMS else None
