"""Finding who speaks: the noun phrase to the left or to the right of a reporting verb, without a parser."""

from __future__ import annotations

from collections.abc import Sequence

from .cues import (
    ADVERBS,
    BE_HAVE,
    DETERMINERS,
    LEXICON,
    MONTHS,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SUBORDINATORS,
    WEEKDAYS,
)
from .layout import Token
from .words import word_set

REACH = 28
_INNER = word_set("of for at in from with to on by")
_JOINERS = frozenset({"&", "-", "–", "/", "|", "’", "'", "."})
_DASHES = frozenset({"—", "–", "-"})
_ASIDE = 40
_OBJECTS = word_set("reporters reporter lawmakers journalists him her them me us")
_LOOSE = word_set("in on at during after before when as while who where amid following about referring adding with by")
_TIMES = word_set("week month year night morning afternoon evening today yesterday tomorrow weekend")

Phrase = tuple[int, int]


def subject_before(tokens: Sequence[Token], verb: int, floor: int = 0) -> Phrase | None:
    """Return the first and past-the-last token of the subject that stands before the verb."""
    stop = skip_adverbs_back(tokens, verb, floor)
    if stop <= floor:
        return None
    if tokens[stop - 1].text == ",":
        return _apposed(tokens, stop - 1, floor)
    if tokens[stop - 1].quote >= 0:
        return citing(tokens, stop - 1, floor)
    if tokens[stop - 1].text in _DASHES:
        return _dashed(tokens, stop - 1, floor)
    if tokens[stop - 1].text in ")]":
        return _bracketed(tokens, stop - 1, floor)
    if tokens[stop - 1].low in {"who", "which", "that"}:
        return _antecedent(tokens, stop - 1, floor)
    return phrase_ending(tokens, stop, floor)


def skip_adverbs_back(tokens: Sequence[Token], at: int, floor: int) -> int:
    """Return the place before any adverbs, auxiliaries and dates that stand before `at`."""
    while at > floor:
        low = tokens[at - 1].low
        if low in ADVERBS or (low.endswith("ly") and len(low) > 4 and not tokens[at - 1].is_capital):
            at -= 1
        elif low in WEEKDAYS and at - 1 > floor:
            at -= 2 if tokens[at - 2].low in {"on", "late", "early"} else 1
        elif low in _TIMES and at - 2 > floor and tokens[at - 2].low in {"last", "this", "earlier", "late"}:
            at -= 3 if tokens[at - 3].low == "earlier" else 2
        else:
            break
    return max(at, floor)


def phrase_ending(tokens: Sequence[Token], stop: int, floor: int = 0) -> Phrase | None:
    """Return the noun phrase that ends before token `stop`."""
    at = stop
    while at > floor and stop - at < REACH and _inside_phrase(tokens, at - 1, stop):
        at -= 1
    return _tidy(tokens, at, stop)


def _inside_phrase(tokens: Sequence[Token], at: int, stop: int) -> bool:
    token = tokens[at]
    if token.quote >= 0:
        return False
    if not token.is_word:
        return token.text in _JOINERS and 0 < at < stop - 1
    if token.is_capital and token.low not in SUBORDINATORS and token.low not in DETERMINERS:
        return True
    if token.low in PRONOUNS:
        return at == stop - 1
    if token.low in {"and", "or"}:
        return _joins(tokens, at, stop)
    if token.low in PREPOSITIONS:
        return token.low in _INNER and at < stop - 1
    return token.low not in SUBORDINATORS and not _is_verb(tokens, at)


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    low = tokens[at].low
    if low in BE_HAVE:
        return True
    if low in ROLE_NOUNS:
        return False
    return low in LEXICON and not (at and tokens[at - 1].low in DETERMINERS)


def _joins(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Return whether the "and" at `at` joins two parts of a name or two nouns, not two clauses."""
    if not 0 < at < stop - 1:
        return False
    left, right = tokens[at - 1], tokens[at + 1]
    if left.is_capital and right.is_capital:
        return True
    return left.low in ROLE_NOUNS and (right.low in ROLE_NOUNS or right.low in DETERMINERS or right.is_capital)


def _tidy(tokens: Sequence[Token], start: int, stop: int) -> Phrase | None:
    """Cut what cannot begin or end a noun phrase, such as the preposition before it."""
    while start < stop and _cannot_begin(tokens, start, stop):
        start += 1
    while stop > start and (not tokens[stop - 1].is_word or tokens[stop - 1].low in PREPOSITIONS):
        if tokens[stop - 1].text in ")]":
            break
        stop -= 1
    start = _after_opening(tokens, start, stop)
    return (start, stop) if start < stop and plausible(tokens, start, stop) else None


def _cannot_begin(tokens: Sequence[Token], at: int, stop: int) -> bool:
    token = tokens[at]
    if not token.is_word:
        return True
    low = token.low
    return (
        low in PREPOSITIONS
        or low in SUBORDINATORS
        or low in {"and", "or"}
        or (low in ADVERBS and low not in {"all", "both"} and stop - at > 1)
    )


def _after_opening(tokens: Sequence[Token], start: int, stop: int) -> int:
    """Return where the last noun phrase begins, when words of a clause run up to it without a comma."""
    for at in range(stop - 1, start, -1):
        low = tokens[at].low
        if (
            (
                low in DETERMINERS
                and not tokens[at - 1].is_capital
                and tokens[at - 1].low not in _INNER
                and tokens[at - 1].low != "and"
            )
            and tokens[at - 1].low not in ADVERBS
            and tokens[at - 1].low not in DETERMINERS
        ):
            return at
        if low in PRONOUNS:
            return at
    return start


def plausible(tokens: Sequence[Token], start: int, stop: int) -> bool:
    """Return whether the phrase can be one who speaks: a name, a pronoun, a role or a text."""
    words = [token for token in tokens[start:stop] if token.is_word]
    if not words:
        return False
    if any(word.low in ROLE_NOUNS or word.low in PRONOUNS for word in words):
        return True
    names = [word for word in words if word.is_capital and word.low not in DETERMINERS]
    if all(word.low in WEEKDAYS or word.low in MONTHS or not word.low[0].isalpha() for word in words):
        return False
    return bool(names) or (
        words[0].low in DETERMINERS and len(words) <= 6 and words[-1].low not in _TIMES and len(words) > 1
    )


def is_named(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Return whether the phrase holds a name, a pronoun or a role: one who surely speaks."""
    words = [token for token in tokens[phrase[0] : phrase[1]] if token.is_word]
    return any(word.low in ROLE_NOUNS or word.low in PRONOUNS for word in words) or any(
        word.is_capital and word.low not in DETERMINERS for word in words
    )


def _apposed(tokens: Sequence[Token], comma: int, floor: int) -> Phrase | None:
    """Return the phrase of "Name, a role of this or that, said"."""
    best: Phrase | None = None
    at = comma - 1
    hops = 0
    while at > floor and comma - at < REACH and hops < 3:
        if tokens[at].quote >= 0 or tokens[at].text in ";:":
            break
        if tokens[at].text == ",":
            hops += 1
            closes = tokens[at - 1].text in ")]" and at - 1 > floor
            phrase = _bracketed(tokens, at - 1, floor) if closes else phrase_ending(tokens, at, floor)
            if phrase is None:
                at -= 1
                continue
            best = (phrase[0], comma)
            if tokens[phrase[0]].is_capital or hops == 1:
                before = tokens[phrase[0] - 1] if phrase[0] > floor else None
                if before is None or before.text != "," or not tokens[phrase[0]].low.isdigit():
                    return best
        at -= 1
    return best


def citing(tokens: Sequence[Token], quote: int, floor: int = 0) -> Phrase | None:
    """Return the phrase before an aside that ends with a quotation ("Doe, citing “the mood of the country,” said")."""
    if (
        quote - 2 <= floor
        or tokens[quote].quote < 0
        or tokens[quote - 2].text != ","
        or not tokens[quote - 1].low.endswith("ing")
    ):
        return None
    return phrase_ending(tokens, quote - 2, floor)


def _dashed(tokens: Sequence[Token], dash: int, floor: int) -> Phrase | None:
    """Return the phrase before an aside between dashes ("The chamber - which has 900 members - said")."""
    for at in range(dash - 1, max(floor, dash - _ASIDE), -1):
        if tokens[at].text in _DASHES:
            return subject_before(tokens, at, floor) if tokens[at - 1].text not in _DASHES else None
    return None


def _bracketed(tokens: Sequence[Token], close: int, floor: int) -> Phrase | None:
    for at in range(close - 1, max(floor, close - 8) - 1, -1):
        if tokens[at].text in "([":
            phrase = phrase_ending(tokens, at, floor)
            return (phrase[0], close + 1) if phrase else None
    return None


def _antecedent(tokens: Sequence[Token], relative: int, floor: int) -> Phrase | None:
    stop = relative - 1 if relative > floor and tokens[relative - 1].text == "," else relative
    return phrase_ending(tokens, stop, floor) if stop > floor else None


def phrase_from(tokens: Sequence[Token], start: int, ceiling: int) -> Phrase | None:
    """Return the noun phrase that begins at `start` ("said Jane Doe, the head of X, on Monday")."""
    at = start
    while at < ceiling and at - start < REACH:
        token = tokens[at]
        if token.text == "," or token.text in "–—-":
            if not _apposition_follows(tokens, at, ceiling):
                break
        elif not _may_follow(tokens, at, start):
            break
        at += 1
    while at > start and (not tokens[at - 1].is_word and tokens[at - 1].text not in ")]"):
        at -= 1
    return _tidy(tokens, start, at)


def _may_follow(tokens: Sequence[Token], at: int, start: int) -> bool:
    token = tokens[at]
    if token.quote >= 0:
        return False
    if not token.is_word:
        return token.text in _JOINERS or token.text in "()[]%"
    low = token.low
    if low in WEEKDAYS or low in {"today", "yesterday"}:
        return False
    if low in PRONOUNS:
        return at == start
    if low in _LOOSE and low not in {"at", "in", "with"}:
        return False
    if low in {"at", "in", "with"}:
        return _belongs(tokens, at, start)
    if low == "and":
        return True
    return low not in SUBORDINATORS and low not in BE_HAVE


def _belongs(tokens: Sequence[Token], at: int, start: int) -> bool:
    """Return whether the "at", "in" or "with" belongs to a role ("an analyst at X"), not to the verb."""
    if at == start or at + 1 >= len(tokens):
        return False
    nearby = tokens[max(start, at - 6) : at]
    has_role = any(token.low in ROLE_NOUNS for token in nearby)
    return has_role and tokens[at + 1].is_capital and tokens[at + 1].low not in WEEKDAYS | MONTHS


def _apposition_follows(tokens: Sequence[Token], at: int, ceiling: int) -> bool:
    if at + 1 >= ceiling:
        return False
    after = tokens[at + 1]
    if after.is_capital and after.low not in WEEKDAYS | MONTHS | SUBORDINATORS | PRONOUNS:
        return not (after.low in DETERMINERS or after.low in PREPOSITIONS)
    if after.low in ROLE_NOUNS:
        return True
    nearby = tokens[at + 1 : at + 8]
    if after.low in DETERMINERS or after.low in {
        "senior",
        "vice",
        "chief",
        "deputy",
        "former",
        "general",
        "founding",
        "managing",
    }:
        return any(token.low in ROLE_NOUNS for token in nearby)
    return False


def is_object(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the token may begin the person who is told."""
    low = tokens[at].low
    return low in _OBJECTS or low in DETERMINERS or tokens[at].is_capital
