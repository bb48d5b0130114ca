"""Targets: what an act of opposition, support, denial, demand, condemnation or harm is directed at.

Rules alone: the object of the act's verb or noun, or the subject of what is said to be wrong, false or harmful. Where none
of them fits, or a pronoun finds nothing to stand for, there is no target.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..records import ActorType, Target, Unit
from . import cues
from .actors import Actor
from .layout import Token, tokens
from .parties import Parties
from .target_cues import ACTIONS, CLAIMS, CONDUCT, FINITE, FINITE_HARM, FIRMS, MEASURES, OBJECT, STATES, SUBJECT
from .words import word_set

LABELS = ("opposition", "condemnation", "denial", "support", "demand", "harm_claim")
Kind = Literal["government_action", "government_conduct", "company_conduct", "claim", "other"]
_READ = 2000
_LONGEST = 30
_NO_TARGET = word_set("we i you he she there who what nothing nobody no everyone our us")
_POINTERS = word_set("this it that them these those they")
_INSIDE = word_set("of on between against")
_INTO = CONDUCT | {"involvement", "role", "part"}
_PURPOSES = word_set("attempt attempts plan plans effort efforts bid")
_AFTER = word_set("last again today yesterday once immediately late long")
_ADJECTIVE = ("al", "ive", "ary", "ous", "ful", "less", "ic", "ble", "ish", "unjust", "new", "unfair")
_PARTICIPLES = word_set("made taken imposed announced issued published brought levelled leveled put")
_HARM = re.compile(
    r"\b(?:harm|hurt|damag|deter|cost|los|ruin|destroy|threat|undermin|weak|punish|rais|poison|kill|suffer|endanger|worse|"
    r"burden|jeopard|risk|hinder|hamper|cut|disrupt|devastat|divid|crippl|drive|left|den|depriv|violat|sicken|collapse)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A span of the unit before it is known what it is: the place of its cue, and the cue's own words.

    A clause is a claim as a whole; a guess is the subject of a sentence that no cue is in.
    """

    start: int
    end: int
    at: int
    cue: str
    clause: bool = False
    guess: bool = False


def target_of(unit: Unit, labels: Sequence[str], parties: Parties, previous: Unit | None = None) -> Target | None:
    """Return what the act that `labels` name is directed at, or None.

    `previous` is the unit before in the same document: "this" and "it" may stand for something there. The target's
    offsets are into the document, as the units' are.
    """
    given = [label for label in LABELS if label in labels]
    if not given:
        return None
    text = unit.text[:_READ]
    words = tokens(text, 0, len(text), ())
    label, found = _first_act(text, words, given)
    if found is None:
        return None
    if not found.clause and text[found.start : found.end].lower() in _POINTERS:
        return _pointed_at(unit, label, words, found, parties, previous)
    return _made(unit, label, found, parties)


def targets_of(units: Sequence[Unit], labels: Sequence[Sequence[str]], parties: Parties) -> list[Target | None]:
    """Return the target of each unit of a document; the unit before is asked only in the same statement."""
    before = [None, *units]
    return [
        target_of(unit, given, parties, last if last is not None and last.statement == unit.statement else None)
        for unit, last, given in zip(units, before, labels, strict=False)
    ]


def _first_act(text: str, words: Sequence[Token], given: Sequence[str]) -> tuple[str, _Found | None]:
    """Return the act that the unit performs first; a demand or a harm only where no other act is found."""
    plain = [label for label in given if label not in ("demand", "harm_claim")]
    acts = [(label, found) for label in plain for found in _acts(text, words, label)]
    if not acts:
        rest = [label for label in given if label not in plain]
        acts = [(label, found) for label in rest for found in list(_acts(text, words, label))[:1]][:1]
    if not acts and "condemnation" in given:
        acts = [("condemnation", replace(found, guess=True)) for found in _subjects(text, words, FINITE)][:1]
    return min(acts, key=lambda act: act[1].at) if acts else (given[0], None)


def _acts(text: str, words: Sequence[Token], label: str) -> Iterator[_Found]:
    for cue in OBJECT[label].finditer(text):
        found = _object(text, words, cue, label)
        if found is not None:
            yield found
    if label in SUBJECT:
        yield from _subjects(text, words, SUBJECT[label])
    if label == "harm_claim" and _HARM.search(text):
        yield from _subjects(text, words, FINITE_HARM)


def _object(text: str, words: Sequence[Token], cue: re.Match[str], label: str) -> _Found | None:
    at = bisect_left([word.start for word in words], cue.end())
    if at >= len(words) or (cue.end() < len(text) and text[cue.end()] in ",.;:"):
        return None
    if label == "denial" and (cue.group().lower().endswith("that") or words[at].low == "that"):
        at += words[at].low == "that"
        return _clause(text, words, at, cue)
    phrase = _noun_phrase(words, at)
    if phrase is None:
        return None
    return _Found(words[phrase[0]].start, words[phrase[1] - 1].end, cue.start(), cue.group())


def _clause(text: str, words: Sequence[Token], at: int, cue: re.Match[str]) -> _Found | None:
    stop = len(words)
    while stop > at and not words[stop - 1].is_word:
        stop -= 1
    if stop - at < 2:
        return None
    return _Found(words[at].start, words[stop - 1].end, cue.start(), cue.group(), clause=True)


def _noun_phrase(words: Sequence[Token], start: int) -> tuple[int, int] | None:
    """Return the noun phrase that begins at `start`, with its "of" and "on", without what is added by a clause."""
    if words[start].low in _NO_TARGET:
        return None
    if words[start].low in _POINTERS and not _qualifies(words, start + 1):
        return start, start + 1
    at = start
    while at < len(words) and at - start < _LONGEST and _goes_on(words, start, at):
        at += 1
    while at > start and (not words[at - 1].is_word or words[at - 1].low in cues.PREPOSITIONS | cues.DETERMINERS):
        at -= 1
    return (start, at) if at > start else None


def _qualifies(words: Sequence[Token], at: int) -> bool:
    """Return whether the word after "this" makes a phrase with it: "this decision", not "this is"."""
    if at >= len(words) or not words[at].is_word:
        return False
    return words[at].low not in cues.FINITE | cues.PREPOSITIONS | cues.SUBORDINATORS | _AFTER | {"and", "to", "or"}


def _goes_on(words: Sequence[Token], start: int, at: int) -> bool:
    token, low = words[at], words[at].low
    before = words[at - 1].low if at > start else ""
    if not token.is_word:
        return token.text in "-–’'&%“”\"" and (at == start or token.text not in '“”"')
    if low in _INSIDE:
        return at > start and at + 1 < len(words) and words[at + 1].low not in cues.WEEKDAYS | cues.MONTHS
    if low == "in":
        return before in _INTO
    if low == "to":
        return before in _PURPOSES
    if low == "and":
        return at > start and _joins(words, start, at)
    if low in cues.SUBORDINATORS | cues.PREPOSITIONS | cues.FINITE | _AFTER or low in {"or", "be"}:
        return False
    if low in _PARTICIPLES or (low.endswith("ed") and at + 1 < len(words) and words[at + 1].low in {"by", "in", "on"}):
        return at == start
    opens = low in cues.DETERMINERS | cues.PRONOUNS
    purpose = any(word.low in _PURPOSES for word in words[start:at])
    return not (opens and at > start and not purpose and before not in _INSIDE | {"in", "all", "both", "and"})


def _joins(words: Sequence[Token], start: int, at: int) -> bool:
    """Return whether an "and" stays inside the phrase: between adjectives, names, or the two that "between" names."""
    if at + 1 >= len(words):
        return False
    between = any(word.low == "between" for word in words[start:at])
    names = words[at - 1].is_capital and words[at + 1].is_capital and at - 1 > start
    return between or names or words[at - 1].low.endswith(_ADJECTIVE)


def _subjects(text: str, words: Sequence[Token], cue: re.Pattern[str]) -> Iterator[_Found]:
    starts = [word.start for word in words]
    for match in cue.finditer(text):
        phrase = _subject(words, bisect_left(starts, match.start()))
        if phrase is not None:
            yield _Found(words[phrase[0]].start, words[phrase[1] - 1].end, match.start(), match.group())


def _subject(words: Sequence[Token], verb: int) -> tuple[int, int] | None:
    """Return the subject that stands before `verb`: from where its clause begins."""
    stop = verb
    while stop and (words[stop - 1].low in cues.ADVERBS | cues.BE_HAVE or words[stop - 1].low.endswith("ly")):
        stop -= 1
    while stop and not words[stop - 1].is_word:
        stop -= 1
    start = stop
    while start and not _clause_begins(words, start - 1):
        start -= 1
    while start < stop and words[start].low in cues.ADVERBS | {"and", "but", "so", "if", "when"}:
        start += 1
    if _is_aside(words, start, stop):
        return _subject(words, start - 1)
    short = stop - start == 1 and words[start].low in _POINTERS
    if start >= stop or stop - start > _LONGEST or not (short or _may_act(words, start, stop)):
        return None
    return start, stop


def _is_aside(words: Sequence[Token], start: int, stop: int) -> bool:
    """Return whether ", despite these talks," or ", which sells them," parts a subject from its verb."""
    if start < 2 or stop >= len(words) or words[start - 1].text != "," or words[stop].text != ",":
        return False
    return words[start].low in cues.PREPOSITIONS | {"which", "who"}


def _clause_begins(words: Sequence[Token], at: int) -> bool:
    """Return whether what stands at `at` parts a clause from the one after it."""
    token = words[at]
    if not token.is_word:
        return token.text in ',;:—–“”"()'
    if token.low == "that":
        noun = at > 1 and words[at - 2].low in cues.DETERMINERS
        return (
            at == 0 or (not noun and words[at - 1].low in cues.LEXICON) or words[at - 1].low in {"clear", "sure", "so"}
        )
    if token.low == "and":
        return not (at + 1 < len(words) and at and _joins(words, 0, at))
    return token.low in {"because", "if", "when", "while", "but", "whereas", "since", "although", "as", "how", "why"}


def _may_act(words: Sequence[Token], start: int, stop: int) -> bool:
    first = words[start].low
    if first in _NO_TARGET or (first in _POINTERS and stop - start == 1):
        return False
    return first not in cues.PREPOSITIONS | cues.SUBORDINATORS | cues.FINITE and words[stop - 1].low not in _NO_TARGET


# -- pronouns


def _pointed_at(
    unit: Unit, label: str, words: Sequence[Token], found: _Found, parties: Parties, previous: Unit | None
) -> Target | None:
    """Return what "this" or "it" stands for: what came before in the sentence, else in the unit before."""
    here = [word for word in words if word.end <= found.start]
    span = _antecedent(unit.text, here, parties, label)
    if span is not None:
        return _made(unit, label, _Found(*span, found.at, found.cue), parties)
    if previous is None:
        return None
    text = previous.text[-_READ:]
    span = _antecedent(text, tokens(text, 0, len(text), ()), parties, label)
    shift = len(previous.text) - len(text)
    if span is None:
        return None
    return _made(previous, label, _Found(span[0] + shift, span[1] + shift, 0, found.cue), parties)


def _antecedent(text: str, words: Sequence[Token], parties: Parties, label: str) -> tuple[int, int] | None:
    """Return the last phrase that names an act or a claim; for a demand the last actor."""
    heads = ACTIONS | CONDUCT | CLAIMS
    for at in range(len(words) - 1, -1, -1):
        named = label == "demand" and words[at].is_capital and parties.named(words[at].text) is not None
        if (named and at) or (words[at].low in heads and label != "demand"):
            start = at
            while start and not named and _opens_phrase(words, start):
                start -= 1
            phrase = _noun_phrase(words, start)
            if phrase is not None and phrase[1] > at:
                runs_on = words[at + 1 : at + 2] and words[at + 1].low in _INSIDE
                return words[phrase[0]].start, words[phrase[1] - 1 if runs_on else at].end
    return None


def _opens_phrase(words: Sequence[Token], start: int) -> bool:
    """Return whether the word before `start` still belongs to the phrase: up to its article or possessor."""
    here, before = words[start], words[start - 1]
    if here.low in cues.DETERMINERS or not before.is_word:
        return False
    return before.low not in cues.PREPOSITIONS | cues.SUBORDINATORS | cues.FINITE | cues.PRONOUNS | {"and", "to"} and (
        before.low not in cues.LEXICON
    )


# -- what it is


def _made(unit: Unit, label: str, found: _Found, parties: Parties) -> Target | None:
    phrase = unit.text[found.start : found.end]
    actor = _actor(unit, found, phrase, parties)
    name, kind = actor or (None, None)
    if phrase.split(" ", 1)[0].lower() in MEASURES:
        name, kind = None, None
    what: Kind = "claim" if found.clause else _kind(phrase, label, kind)
    if (label == "harm_claim" or found.guess) and what == "other" and name is None:
        return None
    start = unit.start + found.start
    return Target(phrase, start, start + len(phrase), None if found.clause else name, what)


_AGENT = re.compile(r" (?:(?:\w+ )?by|in|within|across) ((?:the )?[A-Z][^,;]{2,60})")


def _actor(unit: Unit, found: _Found, phrase: str, parties: Parties) -> Actor | None:
    """Return who is behind the target: named in it, right after it by "by", in the cue, or met before."""
    agent = _AGENT.match(unit.text, found.end)
    return (
        (parties.named(agent.group(1)) if agent else None)
        or parties.named(phrase)
        or parties.named(_addressee(unit, found))
        or parties.meant(phrase, unit.actor)
    )


def _addressee(unit: Unit, found: _Found) -> str:
    """Return the words of the cue that name somebody, and for "to withdraw" whoever is asked to."""
    if not found.cue.lower().startswith("to "):
        return found.cue
    asked = re.search(
        r"\b(?:urg|ask|call|press|appeal|request)\w*(?: on| upon| to)? ([^,.;]{2,60})$", unit.text[: found.at].rstrip()
    )
    return asked.group(1) if asked else ""


def _kind(phrase: str, label: str, kind: ActorType | None) -> Kind:
    words = re.findall(r"[^\W\d_]+", phrase.lower())
    head = set(_before_of(words))
    if head & CLAIMS:
        return "claim"
    if label == "denial":
        return "other"
    if head & CONDUCT:
        return "company_conduct" if kind == "company" else "government_conduct"
    if head & (ACTIONS | MEASURES):
        return "company_conduct" if kind == "company" else "government_action"
    return _of_actor(head, label, kind)


def _before_of(words: Sequence[str]) -> Sequence[str]:
    stop = next((n for n, word in enumerate(words) if word in {"of", "on", "between", "in", "by"} and n), len(words))
    return words[: stop if not {"decades", "years", "campaign", "policy"} & set(words[:stop]) else len(words)]


def _of_actor(head: set[str], label: str, kind: ActorType | None) -> Kind:
    """Return what it is to be against an actor, or to ask something of one; to be for one is for its cause."""
    if label == "support":
        return "other"
    if kind == "company" or head & FIRMS:
        return "company_conduct"
    against = label in ("condemnation", "demand", "harm_claim")
    if against and (kind == "government" or head & STATES):
        return "government_conduct"
    return "other"
