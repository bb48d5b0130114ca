"""Who stands behind a mention: aliases, names met earlier in the document, pronouns, and shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ..records import ActorType
from .actors import Actors, by_shape, normalise, organisation_phrase
from .cues import COUNSEL, ROLE_NOUNS, SPOKES, TEXTS
from .evidence import is_organisation
from .names import COMPANY_ENDS, chiefs, introductions, longer_forms
from .offices import Offices, is_office
from .words import word_set

_SCAN = 100_000
_NAMES = 400
_LOOKUPS = 300
_CHIEFS = 60
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
_OFFICES = r"Minister|Secretary|Premier|Governor|Mayor|Ambassador|Senator|Commissioner|Chancellor|General|Executive|CEO"
_NAME_WORD = r"(?<!\w)[a-z]?[A-Z][\w&’'\-]{0,40}+(?:\.(?=\w)\w{1,40}+){0,3}+"
_BEFORE_TITLE = re.compile(
    rf"((?:{_NAME_WORD}\s+){{1,5}}?)(?:senior |deputy |chief |former |managing |executive )?{_TITLES}\b"
)
_PERSON = re.compile(
    r"\b[A-Z][\w’'\-]++(?:\s+[A-Z]\.)*+(?:\s+(?:de|van|von|bin|al|el|der|da|di|la|"
    r"le))*+\s+[A-Z][\w’'\-]++(?:\s+(?:Jr|Sr)\.)?"
)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_DESCRIBED = re.compile(
    r"^(?:[\w\-’']+ ){0,4}?(?:company|firm|maker|manufacturer|retailer|bank|airline|automaker|carmaker|supplier|operator|"
    r"developer|producer|chipmaker|insurer|giant|start-?up|group|conglomerate) (?=[A-Z])"
)
_SPOKESMAN = re.compile(
    r"(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|chief|senior|deputy|[Gg]roup|company|ministry|government) )*"
    r"(?:[Ss]pokes(?:person|man|woman|people)|[Rr]epresentative),? [A-Z][^,]{1,60}"
    r"|[A-Z][^,]{1,60}, (?:(?:the|a|its|their|chief|senior|deputy|company|ministry|government)(?:[’']s)? )*"
    r"(?:spokes(?:person|man|woman)|representative)"
)
_REPRESENTS = re.compile(r"\b(?:represents|representing|acting for|on behalf of) ((?:the )?[A-Z][^,;.]{2,60})")
_COUNSELLOR = re.compile(
    r"^(?:(?:defen[cs]e|company|their|its|his|her) )*(?:lawyer|attorney|counsel|solicitor|barrister),? ", re.IGNORECASE
)
_HOLDERS = word_set(
    "minister secretary president governor mayor ambassador premier senator commissioner official officials judge "
    "lawmaker prosecutor congressman congresswoman chancellor spokesman spokeswoman spokesperson sheriff"
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
        self._asked: dict[str, ActorType | None] = {}
        self.issuer = issuer
        self.last: Source | None = issuer
        self._speakers: list[Source] = [issuer] if issuer and issuer.known else []
        self._offices = Offices()
        if issuer and issuer.actor:
            self._names[normalise(issuer.actor)] = issuer
            self._call(issuer, _without_legal_form(issuer.actor))
            self._offices.add(issuer.actor)
        for name, alias in islice(introductions(text[:_SCAN]), _NAMES):
            self._introduce(name, alias)
        for name in dict.fromkeys(chiefs(text[:_SCAN], _CHIEFS)):
            self._name_company(name)

    def _introduce(self, name: str, alias: str) -> None:
        known = self._actors.resolve(name)
        if known is None:
            kind = by_shape(name)
            if kind is None:
                return
            known = (name, kind)
        source = Source(actor=known[0], actor_type=known[1])
        if known[1] == "government":
            self._offices.add(known[0])
        self._call(source, name, alias, _without_legal_form(name))

    def _call(self, source: Source, *names: str) -> None:
        """Remember that these names, where no known actor bears them, mean `source`."""
        for name in names:
            key = normalise(name)
            if key and key not in _GENERIC_FIRST and key not in ROLE_NOUNS and self._actors.resolve(name) is None:
                self._names.setdefault(key, source)

    def _name_company(self, name: str) -> None:
        """Remember the company whose chief is named, under the longest form of its name that the text has."""
        if self._actors.resolve(name) is not None or by_shape(name) not in (None, "company"):
            return
        met = self._names.get(normalise(name))
        longer = Counter(longer_forms(self._text[:_SCAN], name, _CHIEFS))
        full = met.actor if met is not None and met.actor else longer.most_common(1)[0][0] if longer else name
        self._call(Source(actor=full, actor_type="company"), name, full)

    def note(self, source: Source) -> Source:
        """Remember `source` as the last one who spoke."""
        self.last = source
        if source.known or _is_person(source.text):
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
            result = replace(result, on_behalf_of=self._represented(mention) or self._behalf(words, found))
            self._remember(mention, result)
        return result

    def _represented(self, mention: str) -> str | None:
        """Return whom "the chamber, which represents Veltrane Optics," speaks for; words that name nobody are no one."""
        match = _REPRESENTS.search(mention)
        found = self._named(match.group(1), normalise(match.group(1)).split()) if match else None
        return (found.actor or match.group(1)) if found is not None and match is not None else None

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
        """Return the organisation that spoke last, of this type if one is given."""
        return self._last_where(lambda source: source.known and (kind is None or source.actor_type == kind))

    def _last_where(self, fits: Callable[[Source], bool]) -> Source | None:
        return next((source for source in reversed(self._speakers[-12:]) if fits(source)), None)

    def _named(self, mention: str, words: list[str]) -> Source | None:
        known = self._actors.resolve(mention)
        if known is not None:
            return Source(actor=known[0], actor_type=known[1])
        office = self._offices.behind(mention)
        if office is not None:
            return Source(actor=office, actor_type="government")
        found = self._first_of_two(mention) or self._met(words) or self._looked_up(mention, words)
        found = found or self._titled(mention)
        return found or self._spokesman(mention, words) or self._shaped(mention)

    def _first_of_two(self, mention: str) -> Source | None:
        """Return the first of "Veltrane Optics and Halden Roe", where that one was met before and the whole was not."""
        first, joint, _ = mention.partition(" and ")
        if not joint or normalise(mention) in self._names:
            return None
        return self._names.get(normalise(first))

    def _spokesman(self, mention: str, words: list[str]) -> Source | None:
        """Return for whom "spokesman Teo Lindqvara" speaks, with no organisation beside the name: the last that did."""
        if not set(words) & SPOKES or is_office(mention) or not _SPOKESMAN.fullmatch(mention.strip()):
            return None
        return self._recent(None)

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
        """Return the organisation that a mention names, by its words; a person without one stays unresolved."""
        plain = _ARTICLE.sub("", mention.strip()).split(",")[0]
        name = re.sub(r"[’']s$", "", _DESCRIBED.sub("", plain))
        if not re.search(r"[A-Z]", name):
            return None
        if _PERSON.fullmatch(_COUNSELLOR.sub("", name)) and name != _COUNSELLOR.sub("", name):
            return Source()
        kind = by_shape(name)
        if kind == "government" and _is_office_holder(name):
            return Source(actor_type=kind)
        found = self._evident(name) if kind is None else None
        if name != plain:
            found = found or "company"
        if kind is None and found is None and _PERSON.fullmatch(name):
            return Source()
        return Source(actor=name, actor_type=kind or found or "other")

    def _evident(self, name: str) -> ActorType | None:
        """Return the type that the text around a name tells; asked of so many names and of no more."""
        if name not in self._asked and len(self._asked) < _LOOKUPS:
            self._asked[name] = is_organisation(name, self._text[:_SCAN])
        return self._asked.get(name)

    def _remember(self, mention: str, source: Source) -> None:
        if source.actor is not None and source.actor_type == "government":
            self._offices.add(source.actor)
        person = _person_in(mention)
        if person and self._actors.resolve(person) is None:
            surname = normalise(person).split()[-1]
            if surname not in ROLE_NOUNS:
                self._names.setdefault(surname, source)
                self._names.setdefault(normalise(person), source)


def _person_in(mention: str) -> str | None:
    """Return the full name in "Trade Minister Ilse Marrand" or "Jane Doe, head of X": the capitals after the office."""
    head = re.split(r",|\b(?:of|from|at|for|with)\b", mention, maxsplit=1)[0].strip()
    names = re.split(rf"\b(?:{_TITLES}|{_OFFICES})\b", head)[-1]
    person = _PERSON.search(names)
    return re.sub(r"\s+(?:Jr|Sr)\.$", "", person.group()) if person else None


def _without_legal_form(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[-1].rstrip(".") in COMPANY_ENDS:
        words.pop()
    return " ".join(words) if len(words) > 1 else name


def _is_office_holder(name: str) -> bool:
    """Return whether a mention is of a person by an office whose organisation is not named ("Trade Minister X")."""
    return bool(set(normalise(name).split()) & _HOLDERS) and not re.search(r"\b(?:of|for)\b", name)


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
