"""What is reported: where the content of a reporting verb begins and ends."""

from __future__ import annotations

from collections.abc import Sequence

from . import cues
from .cues import Cue
from .layout import Token
from .mentions import Phrase, is_object, subject_before
from .verbs import cue_at, finite_cue
from .words import word_set

INVERTED = word_set("say write add explain note insist tweet argue recall tell warn")


def closes(words: Sequence[Token], subject: Phrase | None) -> bool:
    """Return whether the subject ends its clause, so that it follows its verb and is no object."""
    if subject is None or subject[1] >= len(words):
        return subject is not None
    after = words[subject[1]]
    return after.text in {",", ".", ";", "—", "–"} or after.low in {
        "in",
        "at",
        "on",
        "who",
        "during",
        "after",
        "when",
        "as",
    }


def asserts(words: Sequence[Token], first: int, stop: int) -> bool:
    """Return whether the words make a clause: a finite verb, a quotation, or length enough for one."""
    span = words[first:stop]
    return any(w.quote >= 0 or w.low in cues.FINITE or w.low.endswith(("ed", "n't", "n’t")) for w in span)


def content_of(
    words: Sequence[Token], at: int, after: int, cue: Cue, quoted: set[int]
) -> tuple[int, float, str] | None:
    """Return where the reported content begins, how sure that is, and the rule."""
    that = _that_after(words, after, cue)
    if cue.tier == "stance":
        return _stance_content(words, at, after, that)
    if that is not None:
        return that + 1, 0.9 if cue.tier != "weak" else 0.7, "subject-verb-that"
    if cue.tier == "weak":
        return _weak_content(words, at, after, cue, quoted)
    first = _skip_circumstance(words, after, cue)
    if first >= len(words) or words[first].text in {".", ",", ";", "?", "!"}:
        return None
    if _is_clause(words, first, cue):
        return first, 0.88 if cue.tier == "say" else 0.75, "subject-verb-clause"
    if cue.tier == "clause" and _object_reported(words, after, cue):
        return at, 0.6, "subject-verb-object"
    return None


_OBJECT_CUES = word_set(
    "announce confirm acknowledge admit reiterate stress emphasize emphasise underscore underline "
    "highlight reaffirm affirm claim allege declare explain reveal suggest predict"
)


def _object_reported(words: Sequence[Token], after: int, cue: Cue) -> bool:
    return cue.lemma in _OBJECT_CUES and after + 1 < len(words) and (words[after].is_word or words[after].quote >= 0)


def _stance_content(words: Sequence[Token], at: int, after: int, that: int | None) -> tuple[int, float, str] | None:
    if after >= len(words) or words[after].text in {".", ",", ";", ")"} or words[at].low in {"concern", "concerned"}:
        return None
    if words[after].low in {"by", "as"} and that is None:
        return None
    return at, 0.8 if that is None else 0.85, "stance-verb"


CALLS = frozenset(["call", "describe", "characterize", "characterise", "brand", "label"])


def _weak_content(
    words: Sequence[Token], at: int, after: int, cue: Cue, quoted: set[int]
) -> tuple[int, float, str] | None:
    near = [n for n in quoted if after <= n < after + 16]
    if cue.lemma in CALLS and (near or any(w.low in {"a", "an", "as"} for w in words[after + 1 : after + 12])):
        return (after, 0.75 if near else 0.6, "called") if near or cue.lemma != "label" else None
    if near and not any(w.text in {",", ";"} for w in words[after : near[0]]) and cue.lemma not in {"ask", "answer"}:
        return after, 0.6, "weak-verb-quote"
    return None


def _that_after(words: Sequence[Token], after: int, cue: Cue) -> int | None:
    """Return the place of the "that" which opens the clause; its hearer or a circumstance may stand before it."""
    for at in range(after, min(after + 14, len(words))):
        token = words[at]
        if token.low == "that":
            nominal = at == after and cue.tier == "stance" and at + 1 < len(words) and not _starts_clause(words, at + 1)
            return None if nominal else at
        if token.quote >= 0 or token.text in {".", ";", ":"} or token.low in cues.FINITE or finite_cue(words, at):
            return None
        if at == after and not (
            is_object(words, at)
            or token.low in cues.PREPOSITIONS | cues.ADVERBS | cues.WEEKDAYS
            or token.text == ","
            or token.low.endswith("ly")
            or token.low in {"reporters", "lawmakers", "investors", "journalists", "staff", "employees"}
        ):
            return None
        if cue.tier == "weak" and at > after + 4:
            return None
    return None


def _starts_clause(words: Sequence[Token], at: int) -> bool:
    return any(w.low in cues.FINITE or w.low.endswith("ed") for w in words[at : at + 12])


def _skip_circumstance(words: Sequence[Token], at: int, cue: Cue) -> int:
    """Return where the content begins, past the hearer, the day and "in a statement"."""
    if cue.lemma in {"tell", "inform", "notify", "assure", "remind"} and at < len(words):
        at = _skip_hearer(words, at)
    moved = True
    while moved and at < len(words):
        moved = False
        low = words[at].low
        if low in cues.WEEKDAYS or low in {"today", "yesterday", "earlier", "later", "also", "again"}:
            at, moved = at + 1, True
        elif low in {"in", "on", "at", "during", "to", "through", "via", "after"} and cue.tier in ("say", "clause"):
            end = _circumstance_end(words, at)
            moved = end > at
            at = end
    if at < len(words) and words[at].text == "," and at + 1 < len(words):
        return at + 1 if words[at + 1].quote < 0 and cue.tier == "say" and _is_clause(words, at + 1, cue) else at
    return at


def _skip_hearer(words: Sequence[Token], at: int) -> int:
    start = at
    while at < len(words) and at - start < 8:
        low = words[at].low
        if words[at].quote >= 0 or not words[at].is_word:
            break
        if low in cues.PRONOUNS or (low in cues.DETERMINERS and at > start and words[at - 1].low != "of"):
            break
        if low in cues.FINITE or (low in {"that", "to"} and at > start):
            break
        at += 1
        if low in {"him", "her", "them", "me", "us", "reporters", "lawmakers", "journalists"}:
            break
    return at


_SAYING = word_set(
    "statement interview conference briefing speech letter email e-mail filing post tweet twitter "
    "facebook remarks comments hearing release call testimony report memo address note message blog video "
    "television radio rally event debate reporters twitter.com editorial column op-ed complaint brief"
)


def _circumstance_end(words: Sequence[Token], at: int) -> int:
    """Return the place after "in a statement on Monday" or "on Tuesday"; `at` where it is something else."""
    stop = at
    for place in range(at + 1, min(at + 10, len(words))):
        low = words[place].low
        if words[place].quote >= 0 or not words[place].is_word:
            break
        if low in _SAYING or low in cues.WEEKDAYS or low in cues.MONTHS or (low.isdigit() and stop == place):
            stop = place + 1
            if low in cues.WEEKDAYS:
                break
        elif low in cues.FINITE or low in cues.PRONOUNS or low == "that":
            break
    return stop


_AUX = cues.FINITE | word_set("has had was were is are will would could should may might must can cannot")


def _is_clause(words: Sequence[Token], first: int, cue: Cue) -> bool:
    """Return whether a clause with a subject and a verb begins at `first`."""
    token = words[first]
    if token.quote >= 0:
        return cue.tier == "say"
    if not token.is_word:
        return token.text in "$€£[(" and cue.tier == "say"
    if cue.tier == "say" and token.low.endswith("ing") and first + 1 < len(words) and words[first + 1].is_word:
        return has_finite(words, first, 14)
    if cue.tier == "say":
        return token.low not in {
            "to",
            "so",
            "of",
            "about",
            "by",
            "when",
            "while",
            "as",
            "after",
            "before",
            "could",
            "and",
        }
    if cue.lemma in {"add", "report", "write", "continue", "respond", "reply", "comment", "claim"} and not has_finite(
        words, first, 9
    ):
        return False
    starts = (
        token.low in cues.PRONOUNS | cues.DETERMINERS
        or token.is_capital
        or token.low.endswith("s")
        or token.low in {"there", "no"}
    )
    return starts and has_finite(words, first, 12)


def has_finite(words: Sequence[Token], first: int, reach: int) -> bool:
    """Return whether a finite verb stands within `reach` words after `first`."""
    for token in words[first + 1 : first + reach]:
        if token.text in {".", ";"} or token.low in {"that", "which", "who"}:
            return False
        if token.low in _AUX or token.low.endswith(("n't", "n’t")):
            return True
    return False


def content_stop(words: Sequence[Token], first: int, after: int) -> int:
    """Return where the content ends: with the sentence, or before another's report in it."""
    for at in range(max(first, after) + 1, len(words)):
        token = words[at]
        if token.text in {";"} and at + 1 < len(words):
            return at
        if token.text in {",", "—", "–"} and at > first + 1 and (_turns_away(words, at) or _comments(words, at)):
            return at
        cue = cue_at(words, at)
        if cue is None or cue.tier == "weak" or cue.form == "base":
            continue
        if cue.form == "ing":
            if words[at - 1].text == "," and cue.tier != "stance" and _leads_to_quote(words, at):
                return at - 1
            if words[at - 1].text == "," and cue.lemma in {"say", "add", "note", "insist", "argue"}:
                return at - 1
            continue
        cut = _second_report(words, at, first, cue)
        if cut is not None:
            return cut
    return len(words)


_CONTRASTS = word_set("but while whereas although though")
_OTHERS = word_set(
    "critics opponents analysts experts observers activists campaigners economists residents lawyers rivals others "
    "supporters campaigners reporters historians"
)
_VERDICTS = word_set(
    "move step decision claim charge accusation allegation assertion remark comment demand threat promise figure "
    "statement measure plan"
)


def _turns_away(words: Sequence[Token], comma: int) -> bool:
    """Return whether ", but" opens the journalist's own clause: others, or a new name, do or have done something."""
    if words[comma].text != "," or comma + 3 >= len(words) or words[comma + 1].low not in _CONTRASTS:
        return False
    start = comma + 2
    at = start + (words[start].low in {"some", "many", "several", "most", "the", "other"})
    if at >= len(words) or words[at].quote >= 0:
        return False
    named = words[at].is_capital and words[at].low not in cues.PRONOUNS | cues.DETERMINERS
    if not named and words[at].low not in _OTHERS:
        return False
    return any(w.low in _DONE for w in words[at + 1 : at + 6]) or (not named and has_finite(words, at, 8))


_DONE = cues.FINITE | {"never"}


def _comments(words: Sequence[Token], mark: int) -> bool:
    """Return whether a comma or dash opens a remark on what was said: ", a claim that …", "– a move which …"."""
    after = words[mark + 1 : mark + 8]
    if len(after) < 3 or after[0].low not in {"a", "an", "the"}:
        return False
    verdict = next((n for n, word in enumerate(after[:4]) if word.low in _VERDICTS), None)
    if verdict is None:
        return False
    return any(word.low in {"that", "which"} for word in after[verdict + 1 : verdict + 3])


def _leads_to_quote(words: Sequence[Token], at: int) -> bool:
    return any(token.quote >= 0 for token in words[at + 1 : at + 4])


def _second_report(words: Sequence[Token], at: int, first: int, cue: Cue) -> int | None:
    """Return where `and added …` or `, but Y said …` begins, or None when the verb is part of the content."""
    before = words[at - 1].low
    if before in {"and", "but"} and cue.lemma in {
        "say",
        "tell",
        "add",
        "warn",
        "insist",
        "argue",
        "note",
        "deny",
        "urge",
        "declare",
    }:
        return at - 2 if words[at - 2].text == "," else at - 1
    if cue.tier == "stance":
        return None
    subject = subject_before(words, at, first)
    if subject is None or subject[0] <= first:
        return None
    joint = subject[0] - 1
    if words[joint].low in {"but", "while", "although", "whereas", "though"} and cue.lemma in {
        "say",
        "tell",
        "argue",
        "insist",
        "warn",
    }:
        return joint - 1 if words[joint - 1].text == "," else joint
    return None


def clause_start(words: Sequence[Token], stop: int) -> int:
    """Return where the clause that ends at `stop` begins: the sentence's start, past a joining word."""
    start = 0
    for at in range(stop - 1, -1, -1):
        if words[at].text == ";":
            start = at + 1
            break
    if start < stop and words[start].low in {"but", "and", "however", "meanwhile", "still", "yet"}:
        start += 1
    while start < stop and words[start].text == ",":
        start += 1
    return start


def ends_clause(words: Sequence[Token], at: int) -> bool:
    """Return whether nothing but circumstances and an end follow the verb."""
    while at < len(words) and words[at].low in cues.ADVERBS | cues.WEEKDAYS | {"reporters"}:
        at += 1
    if at >= len(words) or words[at].text in {".", ",", ";", "!", "?"}:
        return True
    return words[at].low in {
        "in",
        "on",
        "at",
        "during",
        "to",
        "as",
        "when",
        "after",
        "before",
        "late",
        "last",
        "this",
        "earlier",
    }
