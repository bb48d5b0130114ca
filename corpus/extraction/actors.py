"""Canonical names: from "a Hikvision spokesperson" to Hikvision, a company."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from ..errors import CommuniqueError
from ..records import ACTOR_TYPES, ActorType
from .words import word_set

DATA = Path(__file__).resolve().parent.parent / "data" / "actors.yaml"
LONGEST = 9
_WORD = re.compile(r"[^\W_](?:[\w]|[’'&.\-](?=\w)|\.(?=\W|$)(?<=\b[A-Za-z]\.))*+|&")
_POSSESSIVE = re.compile(r"(?:[’']s|[’'])$")
_LEGAL = word_set(
    "inc corp corporation co ltd limited llc plc ag sa se nv gmbh pty company lp llp group holdings holding"
)
_STATE_WORDS = word_set(
    "government ministry minister ministers president premier chancellor administration authorities "
    "official officials embassy ambassador consulate diplomat diplomats foreign parliament cabinet "
    "delegation spokesperson spokesman spokeswoman regulator regulators regime army military police "
    "leader leaders king queen prime mission envoy representative justice defense defence commerce trade "
    "finance state lawmaker lawmakers prosecutors prosecutor court secretary republic kingdom people's "
    "senator congressman deputy negotiators negotiator officials’ navy"
)
_PRIVATE = word_set(
    "company firm maker manufacturer startup analyst analysts activist activists economist scholar "
    "professor businessman lawyer giant retailer developer automaker chipmaker companies firms investors "
    "students exporters expert group supplier carmaker conglomerate billionaire journalist singer actor "
    "actress"
)

Actor = tuple[str, ActorType]


@dataclass(frozen=True, slots=True)
class Shape:
    """Words that tell the type of an organisation that no list knows."""

    type: ActorType
    words: frozenset[str]


_SHAPES = (
    Shape("igo", frozenset({"nations", "international monetary"})),
    Shape(
        "government",
        word_set(
            "ministry department bureau agency commission senator minister secretary senate congress parliament "
            "government embassy police court council-of-ministers governor mayor congressman congresswoman "
            "lawmaker lawmakers authority authorities administration ambassador sheriff rep sen gov prosecutor "
            "prosecutors judge office treasury consulate chancellor premier army navy regulator official "
            "officials commissioner directorate municipality county representative democrat republican d-calif "
            "white supreme"
        ),
    ),
    Shape(
        "industry",
        frozenset(["association", "alliance", "federation", "chamber", "consortium", "roundtable"]),
    ),
    Shape(
        "company",
        word_set(
            "inc inc. corp corp. corporation co co. ltd ltd. limited llc l.l.c plc ag gmbh nv s.a pty technology "
            "technologies group holdings holding partners capital systems bank motors pharmaceuticals pharma "
            "energy industries industry electronics semiconductor semiconductors airlines airways petroleum oil "
            "mining media networks software labs laboratories ventures enterprises logistics entertainment brands "
            "foods stores company solutions consulting asset securities insurance telecom communications robotics "
            "biosciences therapeutics minerals optics textiles apparel aviation aerospace automotive petrochemicals shipping "
            "healthcare steel chemicals chemical firm manufacturer retailer automaker "
            "chipmaker maker airline"
        ),
    ),
    Shape(
        "ngo",
        word_set(
            "foundation watch rights amnesty network coalition campaign society charity fund trust center centre "
            "action initiative defenders project union committee movement advocates transparency"
        ),
    ),
    Shape("other", word_set("university college school institute hospital clinic academy")),
)


def normalise(phrase: str) -> str:
    """Return the key under which a name is looked up: lower case, no articles, no possessives."""
    return " ".join(word.key for word in _keys(phrase))


def _keys(phrase: str) -> list[_Word]:
    words = [_Word(_key(match.group()), match.group()) for match in _WORD.finditer(phrase)]
    return words[1:] if len(words) > 1 and words[0].key in {"the", "a", "an"} else words


def _key(word: str) -> str:
    low = _POSSESSIVE.sub("", word.lower().replace("’", "'"))
    return low.replace(".", "") if len(low) < 8 or low.endswith(".") else low


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an alias stands for, and how it must be written to count."""

    actor: Actor
    state: bool
    upper: bool
    capital: bool

    def fits(self, words: Sequence[_Word]) -> bool:
        """Return whether `words` are written as a name: "WHO" is no "who", "Gap" no "gap"."""
        if self.upper:
            return words[0].text.isupper()
        return not self.capital or not words[0].text.islower()


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a mention as it is looked up, and as it is written."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class _Hit:
    at: int
    size: int
    entry: _Entry


class Actors:
    """The known actors, with their aliases; a user's own file may be laid on top."""

    def __init__(self, entries: Iterable[tuple[str, Actor, bool]]) -> None:
        self._names: dict[str, _Entry] = {}
        for alias, actor, state in entries:
            self._add(alias, actor, state)

    def _add(self, alias: str, actor: Actor, state: bool) -> None:
        words = _keys(alias)
        key = " ".join(word.key for word in words)
        known = self._names.get(key)
        if not key or (known is not None and known.state and known.actor == actor):
            return
        single = len(words) == 1
        upper = single and alias.replace(".", "").isupper() and len(key) <= 5
        self._names[key] = _Entry(actor, state, upper, single)

    @classmethod
    def load(cls, extra: str | Path | None = None) -> Actors:
        """Return the shipped actors, with those of the YAML file `extra` on top."""
        if extra is None:
            return _shipped()
        return cls([*_entries(DATA), *_entries(Path(extra))])

    def resolve(self, mention: str) -> Actor | None:
        """Return the canonical name and type of the actor that `mention` names or speaks for, or None."""
        words = _keys(mention[:400])
        hits = list(self._hits(words))
        if not hits:
            return _member_of_congress(words)
        if len(hits) == 1 and hits[0].size == len(words):
            return hits[0].entry.actor
        return _member_of_congress(words) or self._organisation(words, hits) or self._state(words, hits)

    def named_in(self, text: str) -> list[Actor]:
        """Return the known actors whose names or aliases stand in `text`, in its order."""
        return [hit.entry.actor for hit in self._hits(_keys(text))]

    def first_in(self, phrase: str) -> Actor | None:
        """Return the actor that `phrase` names first, whatever stands around the name."""
        return next(iter(self.named_in(phrase[:400])), None)

    def is_state(self, name: str) -> bool:
        """Return whether the name is a state's."""
        entry = self._names.get(normalise(name))
        return entry is not None and entry.state

    def _hits(self, words: Sequence[_Word]) -> Iterator[_Hit]:
        at = 0
        while at < len(words):
            hit = self._hit(words, at)
            if hit is not None:
                yield hit
            at += hit.size if hit else 1

    def _hit(self, words: Sequence[_Word], at: int) -> _Hit | None:
        """Return the longest alias that begins at `at`."""
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            entry = self._names.get(" ".join(word.key for word in words[at : at + size]))
            if entry is not None and entry.fits(words[at : at + size]):
                return _Hit(at, size, entry)
        return None

    def _organisation(self, words: Sequence[_Word], hits: Sequence[_Hit]) -> Actor | None:
        """Return the first actor that is no mere state: "X of Y" is X, and so is "Y's X"."""
        if _is_foreign_office(words, hits):
            return None
        found = [hit for hit in hits if not hit.entry.state]
        found = [hit for hit in found if not _is_former(words, hit)] or found
        if not found:
            return None
        first = found[0]
        if len(found) > 1 and found[1].at == first.at + first.size and _POSSESSIVE.search(words[found[1].at - 1].text):
            return found[1].entry.actor
        return first.entry.actor

    def _state(self, words: Sequence[_Word], hits: Sequence[_Hit]) -> Actor | None:
        """Return the state that the mention speaks for, with its ministry where one is named."""
        hit = hits[0]
        actor = hit.entry.actor
        if len(words) == hit.size:
            return actor
        keys = [word.key for word in words]
        rest = {*keys[: hit.at], *keys[hit.at + hit.size :]}
        if rest & _PRIVATE or not rest & _STATE_WORDS:
            return None
        body = _body(keys, hit.at, hit.size)
        return (f"{actor[0]} {body}" if body else actor[0]), "government"


def _is_foreign_office(words: Sequence[_Word], hits: Sequence[_Hit]) -> bool:
    """Return whether a state and its minister come before any other name ("Estonian Prime Minister Kaja Kallas")."""
    if not hits[0].entry.state or len(hits) < 2:
        return False
    between = {word.key for word in words[hits[0].at + hits[0].size : hits[1].at]}
    return bool(between & {"minister", "ministry", "president", "premier", "chancellor", "king"})


def _is_former(words: Sequence[_Word], hit: _Hit) -> bool:
    return hit.at > 0 and words[hit.at - 1].key in {"former", "ex", "formerly"}


def _member_of_congress(words: Sequence[_Word]) -> Actor | None:
    if (
        words
        and words[0].key in {"sen", "rep", "reps", "sens", "congressman", "congresswoman"}
        and not words[0].text.islower()
    ):
        return "US Congress", "government"
    return None


_SMALL = frozenset(["of", "and", "for", "the"])
_BODIES = word_set("ministry department bureau agency commission office administration authority embassy army military")


def _body(words: list[str], at: int, size: int) -> str:
    """Return the proper name of the state's ministry in `words` ("foreign ministry": Ministry of Foreign Affairs)."""
    rest = words[:at] + words[at + size :] if at else words[size:]
    for place, word in enumerate(rest):
        if word in _BODIES:
            before = [w for w in rest[max(0, place - 2) : place] if w in _FIELDS]
            after = _after_of(rest, place)
            if after:
                return f"{word.title()} of {after}"
            return f"{_FIELDS[before[-1]]} {word.title()}" if before else word.title() if word == "embassy" else ""
    for place, word in enumerate(rest[:-1]):
        if word in _FIELDS and rest[place + 1] in {"minister", "secretary"}:
            return f"{_FIELDS[word]} Ministry"
    return ""


def _after_of(rest: list[str], place: int) -> str:
    if rest[place + 1 : place + 2] != ["of"]:
        return ""
    kept: list[str] = []
    for word in rest[place + 2 : place + 7]:
        if word not in _SMALL and word not in _FIELD_WORDS:
            break
        kept.append(word if word in _SMALL else word.title())
    while kept and kept[-1].lower() in _SMALL:
        kept.pop()
    return " ".join(kept)


_FIELDS = {
    word: word.title()
    for word in word_set(
        "foreign commerce trade finance defence defense justice interior health energy education agriculture "
        "environment transport labour labor industry treasury home economic security culture science "
        "technology"
    )
}
_FIELD_WORDS = frozenset(_FIELDS) | word_set(
    "affairs economy international public information industrial external national human resources"
)


def by_shape(mention: str) -> ActorType | None:
    """Return the type that the words of a name tell, or None."""
    words = [word.lower() for word in re.findall(r"[\w.\-]+", mention[:400])]
    found = [(place, shape.type) for shape in _SHAPES for place, word in enumerate(words) if word in shape.words]
    if not found:
        return None
    if "human" in words and "rights" in words and not {"ministry", "commission", "commissioner"} & set(words):
        return "ngo"
    return max(found)[1] if "of" not in words else min(found)[1]


@cache
def _shipped() -> Actors:
    return Actors(_entries(DATA))


def _read(path: Path) -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open("rb") as handle:
            data = yaml.load(handle, Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    except OSError as error:
        raise CommuniqueError(f"cannot read actors from {path}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise CommuniqueError(f"cannot read actors from {path}: it is not valid YAML{where}") from error
    if not isinstance(data, dict):
        raise CommuniqueError(f"{path} holds no actors: it must map a type ({', '.join(ACTOR_TYPES)}) to names")
    return data


def _entries(path: Path) -> Iterator[tuple[str, Actor, bool]]:
    for section, names in _read(path).items():
        if section == "version":
            continue
        if section not in ("states", *ACTOR_TYPES):
            legal = ", ".join(("states", *ACTOR_TYPES))
            raise CommuniqueError(f"{path}: unknown actor type {section!r}; use one of {legal}")
        kind = cast(ActorType, "government" if section == "states" else section)
        for name, aliases in _named(names, f"{path}: {section}").items():
            for alias in _aliases(str(name), aliases, f"{path}: {section}"):
                yield alias, (str(name), kind), section == "states"


def _named(names: Any, where: str) -> dict[Any, Any]:
    """Return the names of a section with their aliases; a list has names only."""
    if isinstance(names, dict):
        return names
    if names is None or _is_list_of_scalars(names):
        return dict.fromkeys(names or ())
    raise CommuniqueError(f"{where} must list names, or map each to its aliases")


def _is_list_of_scalars(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, (dict, list, set)) for item in value)


def _aliases(name: str, aliases: Any, where: str) -> list[str]:
    if isinstance(aliases, str):
        aliases = [alias.strip() for alias in aliases.split(";")]
    if aliases is not None and not _is_list_of_scalars(aliases):
        raise CommuniqueError(f"{where}: the aliases of {name!r} must be a list, or a text with ; between them")
    return [name, *(str(alias) for alias in aliases or ())]


_AFTER = re.compile(
    r"\b(of|for|at|from|with)\s+(?:the\s+)?"
    r"((?:(?:[A-Z0-9]|[a-z]-[A-Z])[\w&.’'\-]*+[ ,]*+(?:(?:of|and|for|the|&)\s+(?=[A-Z]))*+)+)"
)


def organisation_phrase(mention: str) -> str:
    """Return the part of a mention that names the organisation ("Jane Doe, head of X": X), or the mention.

    "Director of Sales at X" is of X: "at", "for" and "with" go before "of".
    """
    found = _AFTER.findall(mention[:400])
    placed = [name for word, name in found if word in {"at", "for", "with"}] or [name for _, name in found]
    return placed[0].split(",")[0].strip(" ,") if placed else mention
