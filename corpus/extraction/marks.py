"""Attributions that a model found in a sentence: which of them are statements, and how far they reach."""

from __future__ import annotations

from collections.abc import Sequence

from ..attributions import Attitude, Attribution
from ..records import StatementKind
from . import cues
from .cues import LEXICON
from .layout import Token
from .words import word_set

ATTITUDES: frozenset[Attitude] = frozenset(["say", "think"])
"""What counts as a statement: a position that somebody is reported to hold ("wants", "fears") as well as to voice."""
SURE = 0.6
"""How sure the model must be of the least sure part of an attribution."""
SURER = 0.9
"""How sure it must be of all of it to be preferred to what a rule found."""
RULE = "tagger"
_PASSIVES = word_set(
    "said reported understood believed thought expected rumoured rumored alleged known considered feared told assured "
    "asked warned accused ordered urged"
)
_UNSAID = cues.NEGATIONS | word_set("without yet if whether")
_PLAIN = frozenset(["say", "clause"])
_REACH = 12


def is_wanted(mark: Attribution) -> bool:
    """Return whether a mark is a statement of somebody, surely enough."""
    return mark.attitude in ATTITUDES and mark.confidence >= SURE and mark.source is not None


def gives_way(rule: str, kind: StatementKind, mark: Attribution) -> bool:
    """Return whether a report gives way to a mark: not a quotation, nor a silence, nor another mark."""
    return mark.confidence >= SURER and kind != "direct" and rule not in (RULE, "no-comment")


def is_unsaid(words: Sequence[Token], mark: Attribution) -> bool:
    """Return whether the source does not say it: "did not say", "without naming", or "is said to", of somebody by others."""
    last = max((n for n, word in enumerate(words) if word.start < mark.cue[1]), default=-1)
    first = min((n for n, word in enumerate(words) if word.end > mark.cue[0]), default=0)
    near = words[max(0, first - 2) : last + 1]
    if any(word.low in _UNSAID or word.low.endswith(("n't", "n’t")) for word in near):
        return True
    subject = mark.source is not None and mark.source[1] <= mark.cue[0]
    passive = any(word.low in cues.BE for word in near[:-1]) and words[last].low in _PASSIVES
    return subject and passive


def extent(text: str, words: Sequence[Token], mark: Attribution) -> tuple[int, int, list[int]]:
    """Return where the statement begins and ends, and the places of the quotations in it.

    Quotations are not cut. The cue belongs to it where it is the act itself ("accused X of fraud"), not where
    it only introduces a clause ("said X had cheated").
    """
    start, end = mark.content
    inside = [n for n, word in enumerate(words) if word.quote >= 0 and word.start < end and word.end > start]
    if inside:
        start, end = min(start, words[inside[0]].start), max(end, words[inside[-1]].end)
    if mark.cue[1] <= start <= mark.cue[1] + _REACH and not _introduces(text[slice(*mark.cue)], text[start:end]):
        start = mark.cue[0]
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:—–-"):
        end -= 1
    return start, end, inside


def _introduces(cue: str, content: str) -> bool:
    """Return whether a cue is a verb of saying before a clause, which adds nothing to what is said."""
    plain = any(known.tier in _PLAIN for word in cue.lower().split() for known in LEXICON.get(word, ()))
    return plain and content.split(None, 1)[0].lower() not in {"to", "of", "as", "for"}
