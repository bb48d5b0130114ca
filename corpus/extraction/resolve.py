"""Who stands behind a mention: aliases, names met earlier in the document, pronouns, and shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ..records import ActorType
from .actors import Actors, by_shape, normalise, organisation_phrase
from .cues import COUNSEL, ROLE_NOUNS, SPOKES, TEXTS
from .words import word_set

_SCAN = 100_000
_NAMES = 400
_LOOKUPS = 300
_PERSONAL = frozenset(["he", "she", "i", "him", "her"])
_PLURAL = frozenset(["it", "they", "we", "its", "their", "you"])
_HEADS: dict[str, ActorType] = {
    **dict.fromkeys(
        word_set(
            "company firm manufacturer maker retailer bank airline automaker carmaker giant startup start-up "
            "corporation conglomerate contractor supplier operator developer chipmaker insurer drugmaker business "
            "ceo"
        ),
        "company",
    ),
    **dict.fromkeys(
        word_set(
            "ministry department agency bureau government administration commission regulator authority council "
            "court committee embassy minister secretary president governor mayor ambassador premier senator "
            "commissioner prosecutors authorities regulators officials official"
        ),
        "government",
    ),
    **dict.fromkeys(["association", "alliance", "federation", "chamber"], "industry"),
    **dict.fromkeys(["charity", "campaign", "watchdog", "foundation"], "ngo"),
}
_TITLES = (
    r"(?:chief executive(?: officer)?|CEO|CFO|COO|CTO|president|chairman|chairwoman|chair|founder|co-founder|"
    r"spokes(?:person|man|woman)|representative|director|vice president|executive|official|lawyer|attorney|"
    r"general counsel|analyst|manager|economist|officials|executives|lawyers|attorneys|Chief Executive(?: Officer)?|"
    r"President|Chairman|Chair|Director|Founder|Spokes(?:person|man|woman))"
)
_NAME_WORD = r"(?<!\w)[a-z]?[A-Z][\w&’'\-]{0,40}+(?:\.(?=\w)\w{1,40}+){0,3}+"
_BEFORE_TITLE = re.compile(
    rf"((?:{_NAME_WORD}\s+){{1,5}}?)(?:senior |deputy |chief |former |managing |executive )?{_TITLES}\b"
)
_PERSON = re.compile(
    r"\b[A-Z][\w’'\-]++(?:\s+[A-Z]\.)*+(?:\s+(?:de|van|von|bin|al|el|der|da|di|la|"
    r"le))*+\s+[A-Z][\w’'\-]++(?:\s+(?:Jr|Sr)\.)?"
)
_FULL = re.compile(
    r"(?<![\w\-’'&])((?:[A-Z][\w&’'\-]{0,40}+ (?:of |and |for |& )?){1,6}(?:Inc|Corp|Corporation|Co|Ltd|Limited|"
    r"LLC|L\.L\.C|PLC|plc|AG|GmbH|Pty|"
    r"Technology|Technologies|Group|Holdings|Systems|Partners|Association|Alliance|Federation|Foundation|"
    r"Ministry|Department|Agency|"
    r"Bureau|Commission|Council|Coalition|Institute|University|Network|Health|Bank|Society|Union|Services)\b\.?)"
)
_ACRONYM = re.compile(
    r"(?<![\w\-’'&])((?:[A-Z][\w&’'\-]{0,40}+,? (?:(?:of|for|and|the|on|in|to|"
    r"&) )*+){2,9})\(\s*(?:the )?[“\"‘]?([A-Z][A-Za-z0-9&\-]{1,12})[”\"’]?[,;)]"
)
_GENERIC_FIRST = word_set(
    "the new united american national first general international global european south north west east "
    "university state department ministry bureau office federal royal central bank institute association "
    "world u.s us british chinese a an in health public society commission council"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One who speaks: as written and where, and the actor behind."""

    text: str | None = None
    start: int | None = None
    end: int | None = None
    actor: str | None = None
    actor_type: ActorType | None = None
    on_behalf_of: str | None = None

    @property
    def known(self) -> bool:
        """Whether the actor was found."""
        return self.actor is not None


class Memory:
    """What a document has said so far of who is who; it resolves each mention in turn."""

    def __init__(self, text: str, actors: Actors, issuer: Source | None = None) -> None:
        self._text = text
        self._actors = actors
        self._names: dict[str, Source] = {}
        self._looked: set[str] = set()
        self.issuer = issuer
        self.last: Source | None = issuer
        self._speakers: list[Source] = [issuer] if issuer and issuer.known else []
        for name, alias in islice(introductions(text[:_SCAN]), _NAMES):
            self._introduce(name, alias)
        if issuer and issuer.actor:
            self._names[normalise(issuer.actor)] = issuer

    def _introduce(self, name: str, alias: str) -> None:
        known = self._actors.resolve(name)
        if known is None:
            kind = by_shape(name)
            if kind is None:
                return
            known = (name, kind)
        source = Source(actor=known[0], actor_type=known[1])
        for key in (normalise(name), normalise(alias)):
            if key and key not in _GENERIC_FIRST and self._actors.resolve(key) is None:
                self._names.setdefault(key, source)

    def note(self, source: Source) -> Source:
        """Remember `source` as the last one who spoke."""
        self.last = source
        if source.known:
            self._speakers.append(source)
        return source

    def resolve(self, start: int, end: int) -> Source:
        """Return who the mention from `start` to `end` of the text is."""
        mention = self._text[start:end]
        base = Source(mention, start, end)
        words = normalise(mention).split()
        if not words:
            return base
        found = self._referred(mention, words) or self._named(mention, words)
        result = base if found is None else replace(base, actor=found.actor, actor_type=found.actor_type)
        if found is not None:
            result = replace(result, on_behalf_of=self._behalf(words, found))
            self._remember(mention, result)
        return result

    def _behalf(self, words: list[str], found: Source) -> str | None:
        if set(words) & (SPOKES | COUNSEL):
            return found.actor
        return found.on_behalf_of if len(words) <= 2 else None

    def _referred(self, mention: str, words: list[str]) -> Source | None:
        """Resolve a pronoun or a bare "the company"."""
        if len(words) == 1 and words[0] in _PERSONAL:
            return self._last_where(lambda source: _is_person(source.text)) or self._recent(None)
        if len(words) == 1 and words[0] in _PLURAL:
            return self._recent(None)
        if self._names_somebody(mention, words):
            return None
        head = _head(words)
        if head in TEXTS or head in SPOKES or head in COUNSEL:
            return self._recent(None)
        kind = _HEADS.get(head)
        return self._recent(kind) if kind and _is_definite(mention) else None

    def _names_somebody(self, mention: str, words: list[str]) -> bool:
        if self._actors.resolve(mention) is not None:
            return True
        capitals = [word for word in re.findall(r"[\w’'.\-]+", mention)[0:] if word[0].isupper()]
        generic = ROLE_NOUNS | {"the", "a", "an", "its", "our", "their"}
        return any(word.lower() not in generic and not _is_date(word) for word in capitals)

    def _recent(self, kind: ActorType | None) -> Source | None:
        for source in reversed(self._speakers[-12:]):
            if kind is None or source.actor_type == kind:
                return source
        return None

    def _last_where(self, fits: object) -> Source | None:
        for source in reversed(self._speakers[-12:]):
            if callable(fits) and fits(source):
                return source
        return None

    def _named(self, mention: str, words: list[str]) -> Source | None:
        known = self._actors.resolve(mention)
        if known is not None:
            return Source(actor=known[0], actor_type=known[1])
        return self._met(words) or self._looked_up(mention, words) or self._shaped(mention)

    def _met(self, words: list[str]) -> Source | None:
        """Return who bears one of the names met before: the longest first, the surname last."""
        for size in range(min(6, len(words)), 0, -1):
            for at in range(len(words) - size, -1, -1):
                key = " ".join(words[at : at + size])
                if key in self._names and key not in ROLE_NOUNS:
                    return self._names[key]
        return None

    def _looked_up(self, mention: str, words: list[str]) -> Source | None:
        """Look for the full name and the office of a person who is named by surname or name alone."""
        names = [word for word in re.findall(r"[\w’'\-]+", mention) if word[0].isupper()]
        surname = re.sub(r"[’']s$", "", names[-1]) if names else ""
        if len(surname) < 3 or len(words) > 4 or surname in self._looked or len(self._looked) > _LOOKUPS:
            return None
        self._looked.add(surname)
        for match in _first_few(surname, self._text):
            around = _phrase_around(self._text, match)
            known = self._actors.resolve(around)
            if known is not None:
                return Source(actor=known[0], actor_type=known[1])
            found = self._titled(around)
            if found is not None:
                return found
        return None

    def look_up(self, surname: str) -> Source | None:
        """Return whom the document introduces under this surname, with the office it gives."""
        key = normalise(surname).split()
        return self._met(key) or self._looked_up(surname, key)

    def _titled(self, mention: str) -> Source | None:
        """Return the organisation of "Acme chief executive Jane Doe" or "Jane Doe, head of Acme"."""
        after = organisation_phrase(mention)
        if after != mention:
            met = self._met(normalise(after).split())
            if met is not None:
                return met
            if by_shape(after) or re.search(rf"\b{_TITLES}\b", mention):
                return Source(actor=after, actor_type=by_shape(after) or "company")
        before = _BEFORE_TITLE.search(mention)
        if before is None:
            return None
        name = re.sub(r"[’']s?$", "", before.group(1).strip())
        name = re.sub(r"^(?:The|A|An)\s+", "", name)
        if not name or name in {"The", "A", "An"}:
            return None
        return self._met(normalise(name).split()) or Source(actor=name, actor_type=by_shape(name) or "company")

    def _shaped(self, mention: str) -> Source | None:
        titled = self._titled(mention)
        if titled is not None:
            return titled
        name = re.sub(r"^(?:the|a|an)\s+", "", mention.strip(), flags=re.IGNORECASE)
        kind = by_shape(name)
        if not re.search(r"[A-Z]", name):
            return None
        return Source(actor=re.sub(r"[’']s$", "", name.split(",")[0]), actor_type=kind or "other")

    def _remember(self, mention: str, source: Source) -> None:
        person = _PERSON.search(mention)
        if person and self._actors.resolve(person.group()) is None:
            surname = normalise(re.sub(r"\s+(?:Jr|Sr)\.$", "", person.group())).split()[-1]
            if surname not in ROLE_NOUNS:
                self._names.setdefault(surname, source)
                self._names.setdefault(normalise(person.group()), source)


def introductions(text: str) -> Iterator[tuple[str, str]]:
    """Yield full names of organisations with the short forms that the text gives or implies."""
    for match in _ACRONYM.finditer(text):
        yield match.group(1).strip(" ,"), match.group(2)
    for match in _FULL.finditer(text):
        name = re.sub(r"^(?:The|In|At|For|And|But|A|An)\s+", "", match.group(1).strip())
        first = name.split()[0]
        yield name, first if len(first) > 3 and first.lower() not in _GENERIC_FIRST else name


def _first_few(surname: str, text: str) -> Iterator[int]:
    at = -1
    for _ in range(3):
        at = text.find(surname, at + 1)
        if at < 0:
            return
        yield at


def _phrase_around(text: str, at: int) -> str:
    """Return the clause around a name: what stands before it, and its apposition."""
    left = max(0, at - 70)
    before = re.split(r"[.!?;:,\n“”\"]\s|\n", text[left:at])[-1]
    tail = re.split(r"[.!?;:\n“”\"](?:\s|$)|\b(?:said|told|and|who|has|was|is)\b", text[at : at + 110])[0]
    return before + tail


def _head(words: list[str]) -> str:
    """Return the noun of a phrase such as "the Shenzhen-based company" or "the company's spokesman"."""
    for stop, word in enumerate(words):
        if word in {"of", "for", "in", "at", "from"} and stop:
            return words[stop - 1]
    return words[-1]


def _is_definite(mention: str) -> bool:
    return mention.split(None, 1)[0].lower() in {
        "the",
        "its",
        "their",
        "that",
        "this",
        "our",
        "company",
        "officials",
        "authorities",
    }


def _is_person(mention: str | None) -> bool:
    return mention is not None and (
        _PERSON.search(mention) is not None
        or bool(set(normalise(mention).split()) & SPOKES)
        or len(mention.split()) <= 2
    )


def _is_date(word: str) -> bool:
    low = word.lower().rstrip(".")
    return (
        low[:3] in {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
        and len(low) <= 9
    )
