"""Who says a quotation: the attribution after it, before it, or in its middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import cues
from .content import CALLS
from .layout import Token
from .mentions import Phrase, citing, phrase_from, subject_before
from .verbs import any_subject, cue_at, is_denied, is_second
from .words import word_set

BRIDGE = 24


_BRIDGE_WORDS = (
    cues.PREPOSITIONS
    | cues.DETERMINERS
    | cues.WEEKDAYS
    | cues.MONTHS
    | cues.ADVERBS
    | word_set(
        "statement interview reporters reporter news conference press briefing speech twitter facebook email "
        "tweet post letter wednesday's and that journalists television radio call committee court hearing "
        "event rally filing written emailed comments remarks released issued monday's tuesday's thursday's "
        "friday's sunday's week month year part interviewers lawmakers investors him her them me us as saying "
        "follows replied how when"
    )
)


@dataclass(frozen=True, slots=True)
class _Attribution:
    subject: Phrase
    cue: Phrase
    stop: int
    rule: str
    tight: bool = False


@dataclass(frozen=True, slots=True)
class _Introduction:
    subject: Phrase | None
    cue: Phrase
    rule: str


def is_bare_attribution(words: Sequence[Token]) -> bool:
    """Return whether a "sentence" is only the "Smith said." of the question quoted before it."""
    if not words or words[0].quote >= 0 or len(words) > 9 or words[-1].text != ".":
        return False
    return (
        len(words) >= 3
        and words[-2].low in {"said", "asked", "added", "replied", "wrote", "tweeted"}
        and words[0].is_word
    )


def attribution_after(words: Sequence[Token], at: int) -> _Attribution | None:
    """Return who says the quotation at `at`, when that stands after it."""
    if citing(words, at) is not None:
        return None
    place = at + 1
    while place < len(words) and words[place].text in {",", "-", "–", "—"}:
        place += 1
    while place < len(words) and (words[place].low in cues.ADVERBS - {"is", "are", "was", "has", "have", "had"}):
        place += 1
    if place >= len(words):
        return None
    if words[place].low == "according" and place + 2 < len(words):
        subject = phrase_from(words, place + 2, len(words))
        return _Attribution(subject, (place, place + 2), subject[1], "quote-according-to", True) if subject else None
    if words[place].low in cues.QUOTATIVE and not words[place].is_capital:
        return _verb_first(words, place)
    return _subject_first(words, place)


def _verb_first(words: Sequence[Token], verb: int) -> _Attribution | None:
    start = verb + 1
    while start < len(words) and (words[start].low in cues.WEEKDAYS or words[start].low in cues.ADVERBS):
        start += 1
    subject = phrase_from(words, start, len(words))
    return _Attribution(subject, (verb, verb + 1), subject[1], "quote-verb-subject", True) if subject else None


def _may_name(words: Sequence[Token], start: int) -> bool:
    """Return whether a subject may begin here: a name, a pronoun, a role, or words right before one."""
    if words[start].is_capital or words[start].low in cues.PRONOUNS | cues.DETERMINERS | cues.ROLE_NOUNS:
        return True
    clear = words[start].low not in cues.PREPOSITIONS | cues.SUBORDINATORS | cues.FINITE | {"and", "or"}
    return clear and any(word.low in cues.ROLE_NOUNS for word in words[start + 1 : start + 5])


def _subject_first(words: Sequence[Token], start: int) -> _Attribution | None:
    if not words[start].is_word or not _may_name(words, start):
        return None
    for verb in range(start + 1, min(start + 26, len(words))):
        token = words[verb]
        if token.quote >= 0 or token.text in {".", ";", ":", "?", "!"}:
            return None
        if token.low in cues.SUBORDINATORS - {"who", "which", "that", "as", "when", "where"}:
            return None
        cue = cue_at(words, verb)
        if cue is not None and cue.form in ("past", "s") and token.low in cues.QUOTATIVE and not is_denied(words, verb):
            subject = subject_before(words, verb, start)
            return _Attribution(subject, (verb, verb + 1), verb + 1, "quote-subject-verb", True) if subject else None
    return None


def attribution_before(words: Sequence[Token], at: int, floor: int) -> _Introduction | None:
    """Return who says the quotation at `at`, when that stands before it."""
    colon = words[at - 1].text == ":" if at else False
    if at and words[at - 1].low in cues.PREPOSITIONS | {"the", "titled", "called", "named", "a", "an"}:
        return None
    for verb in range(at - 1, max(floor, at - BRIDGE) - 1, -1):
        if words[verb].text in {".", ";"} or words[verb].quote >= 0:
            return None
        cue = cue_at(words, verb)
        if cue is None or cue.lemma in CALLS or is_denied(words, verb):
            continue
        if not _bridges(words, verb + 1, at, colon):
            return None
        subject = any_subject(words, verb, cue, floor)
        if subject is None and not (verb and is_second(words, verb, cue)):
            return None
        return _Introduction(subject, (verb, verb + 1), "subject-verb-quote")
    return None


def _bridges(words: Sequence[Token], start: int, stop: int, colon: bool) -> bool:
    """Return whether only the circumstances of speaking stand between the verb and its quotation."""
    between = words[start:stop]
    if colon:
        return True
    loose = [
        w
        for w in between
        if w.is_word and w.low not in _BRIDGE_WORDS and not w.is_capital and w.low not in cues.ROLE_NOUNS
    ]
    if any(w.low in cues.FINITE for w in between):
        return False
    return len(loose) <= (1 if between and between[-1].text == "," else 0)
