"""Reporting verbs in a sentence: where one stands, whether it reports at all, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence

from . import cues
from .cues import LEXICON, Cue
from .layout import Token
from .mentions import Phrase, phrase_ending, subject_before


def cue_at(words: Sequence[Token], at: int) -> Cue | None:
    """Return the reporting verb at `at`, or None; a particle must follow where it needs one."""
    token = words[at]
    if token.quote >= 0 or (token.is_capital and at):
        return None
    found = LEXICON.get(token.low)
    if found is None:
        return None
    for cue in found:
        if not cue.particle:
            return cue
        parts = cue.particle.split()
        if [word.low for word in words[at + 1 : at + 1 + len(parts)]] == parts:
            return cue
        if at + 1 < len(words) and words[at + 1].low == cue.particle:
            return cue
    return None


def is_denied(words: Sequence[Token], at: int) -> bool:
    """Return whether the verb is negated, hypothetical or passive."""
    for token in words[max(0, at - 3) : at]:
        if token.low in cues.NEGATIONS or token.low.endswith(("n't", "n’t")):
            return True
    before = words[at - 1].low if at else ""
    if before in cues.DETERMINERS or before in cues.PREPOSITIONS or before.endswith(("'s", "’s", "s’")):
        return LEXICON[words[at].low][0].form != "ing"
    if before in cues.HYPOTHETICAL or (
        words[at].low in {"told", "asked"} and before in {"was", "were", "been", "be", "is", "are"}
    ):
        return True
    return any(token.low in {"if", "whether", "unless"} for token in words[max(0, at - 4) : at])


def base_subject(words: Sequence[Token], at: int) -> Phrase | None:
    """Return the subject of a present plural ("We urge", "critics say"); never an infinitive's."""
    before = words[at - 1] if at else None
    if before is None or not before.is_word or before.low in cues.HYPOTHETICAL or before.low in cues.BE_HAVE:
        return None
    if before.low in {"we", "i", "they", "who"} or (before.low.endswith("s") and before.low not in cues.PREPOSITIONS):
        return subject_before(words, at)
    if before.low in cues.ADVERBS and at > 1 and words[at - 2].low.endswith(("s", "we", "they")):
        return subject_before(words, at)
    subject = subject_before(words, at)
    return subject if before.low in {"people", "police"} or _is_plural(words, subject) else None


def _is_plural(words: Sequence[Token], subject: Phrase | None) -> bool:
    """Return whether the noun that heads the subject is of several people ("residents of the valley")."""
    if subject is None:
        return False
    for at in range(subject[0] + 1, subject[1]):
        if words[at].low in {"of", "in", "at", "for", "from", "on", "with"}:
            return words[at - 1].low.endswith("s") and words[at - 1].low in cues.ROLE_NOUNS
    return False


def gerund_subject(words: Sequence[Token], at: int) -> Phrase | None:
    """Return the subject of the sentence for `…, saying that …` and `released a statement rejecting …`."""
    before = words[at - 1].low if at else ""
    text = any(token.low in cues.TEXTS for token in words[max(0, at - 8) : at])
    if before not in {",", "by", "while", "before", "after"} and not text:
        return None
    return sentence_subject(words[:at])


def sentence_subject(words: Sequence[Token]) -> Phrase | None:
    """Return the noun phrase that begins the sentence, after an opening phrase with a comma."""
    start = 0
    if words and (words[0].low in cues.PREPOSITIONS or words[0].low in cues.SUBORDINATORS):
        comma = next((n for n, token in enumerate(words[:20]) if token.text == ","), None)
        if comma is None:
            return None
        start = comma + 1
    stop = start
    while stop < len(words) and stop - start < 14 and _nominal(words, stop, start):
        stop += 1
    return phrase_ending(words, stop, start) if stop > start else None


def _nominal(words: Sequence[Token], at: int, start: int) -> bool:
    token = words[at]
    if token.quote >= 0 or not token.is_word:
        return token.text in {"&", "-", "’", "'"}
    if at == start or token.is_capital or token.low in cues.ROLE_NOUNS or token.low in cues.DETERMINERS:
        return True
    if token.low in {"of", "for", "and"}:
        return at + 1 < len(words) and (
            words[at + 1].is_capital or words[at + 1].low in cues.DETERMINERS | cues.ROLE_NOUNS
        )
    return at + 1 < len(words) and words[at + 1].low in cues.ROLE_NOUNS and not token.low.endswith(("ed", "s"))


def is_second(words: Sequence[Token], at: int, cue: Cue) -> bool:
    """Return whether the verb shares the subject of the one before it: `and added`, `, adding`."""
    before = words[at - 1].low if at else ""
    if cue.form == "ing":
        return before in {",", "and", "by"}
    return before in {"and", "but", "also", "then"} or before in cues.ADVERBS


def resumed(words: Sequence[Token], at: int, cue: Cue) -> Phrase | None:
    """Return the subject that "and said" takes up again from the beginning of the sentence: a name, or a pronoun."""
    joint = at - 1
    while joint > 0 and words[joint].low in cues.ADVERBS:
        joint -= 1
    if cue.tier != "say" or cue.form not in ("past", "s") or joint < 2 or words[joint].low not in {"and", "but"}:
        return None
    subject = sentence_subject(words[:joint])
    named = subject is not None and any(word.is_capital or word.low in cues.PRONOUNS for word in words[slice(*subject)])
    return subject if named else None


def any_subject(words: Sequence[Token], verb: int, cue: Cue, floor: int) -> Phrase | None:
    """Return the subject of the reporting verb, whatever its form."""
    if cue.form == "ing":
        return gerund_subject(words, verb)
    if cue.form == "base":
        return base_subject(words, verb)
    return subject_before(words, verb, floor)


def finite_cue(words: Sequence[Token], at: int) -> bool:
    """Return whether a verb of saying in the past or the third person stands at `at`."""
    cue = cue_at(words, at)
    return cue is not None and cue.form in ("past", "s") and cue.tier == "say"
