"""Statements: who says what in a document, found by rules, and by a model where one is given.

`extract` never raises on any text, and its time and memory grow linearly with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..attributions import Attribution, Marker
from ..records import Document, Statement
from .actors import Actors, by_shape
from .cues import PERSONS, SPOKES
from .issuer import dateline_end, issuer_of
from .layout import paragraphs, trim
from .quotes import scan
from .releases import body
from .resolve import Memory, Source
from .speech import Reader, Report
from .transcripts import Turn, surname_in, turns
from .voice import Voice, is_media, voice
from .words import word_set

__all__ = ["Actors", "Draft", "extract"]

_BODIES = word_set(
    "charter nations resolution covenant convention fund union network board council committee constitution court "
    "report act"
)


def extract(document: Document, actors: Actors | None = None, marker: Marker | None = None) -> tuple[Statement, ...]:
    """Return the statements of `document` in the order of its text.

    A transcript yields a statement for each turn; a release, letter or speech its body, around the
    quotations of others in it; anything else its quotations and reported speech. `actors` holds the
    names to know (the shipped ones by default); `marker` finds attributions where the rules find nothing.
    Text before `document.meta["body_start"]` is not read.
    """
    draft = Draft(document, actors)
    return draft.statements(marker(draft.sentences) if marker and draft.sentences else ())


class Draft:
    """A document on its way to statements, so that the sentences of many documents can be marked at once."""

    def __init__(self, document: Document, actors: Actors | None = None) -> None:
        self._document, self._actors = document, actors or Actors.load()
        self._begin = _body_start(document)
        self._turns = [] if document.speaker else turns(document.text, self._begin)
        self._spans = [] if self._turns else paragraphs(document.text, self._begin)
        self._own = voice(document, self._actors, self._begin) if self._spans else None
        quotes = scan(document.text, self._spans)
        memory = Memory(document.text, self._actors, self._own.issuer if self._own else None)
        self._reader = Reader(document.text, quotes, memory, direct_only=self._own is not None)
        prose = [] if self._own else _prose(document, self._spans)
        self._prose = [self._reader.sentences(start, end) for start, end in prose]
        self._open = [sentence for paragraph in self._prose for sentence in paragraph if sentence.is_open]

    @property
    def sentences(self) -> list[str]:
        """The sentences in which a marker may find more than the rules: those of an article, but for bare quotations."""
        return [self._document.text[sentence.start : sentence.end] for sentence in self._open]

    def statements(self, marks: Sequence[Sequence[Attribution]] = ()) -> tuple[Statement, ...]:
        """Return the statements, given the attributions of each of `sentences`, or none; to be asked for once."""
        return tuple(_numbered(self._document, self._reports(marks)))

    def _reports(self, marks: Sequence[Sequence[Attribution]]) -> list[Report]:
        if self._turns:
            return list(_turns(self._document, self._actors, self._turns, self._begin))
        if self._own is not None:
            return _release(self._document, self._spans, self._reader, self._own)
        by_place = {
            sentence.start: [one.moved(sentence.start) for one in found]
            for sentence, found in zip(self._open, marks, strict=False)
        }
        return [report for paragraph in self._prose for report in self._reader.read(paragraph, by_place)]


def _body_start(document: Document) -> int:
    value = document.meta.get("body_start", 0)
    return min(max(value, 0), len(document.text)) if isinstance(value, int) else 0


def _prose(document: Document, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs of an article; its headline and headings report nothing."""
    for start, end in spans:
        line = document.text[start : min(end, start + 300)]
        if line.startswith("#") or (document.title and line.strip("#* \n") == document.title.strip()):
            continue
        short = end - start < 160 and len(line.split()) < 22
        if short and line[-1] not in ".!?:”\"’'…,)»" and len(spans) > 1 and "“" not in line and '"' not in line:
            continue
        yield start + dateline_end(document.text[start : min(end, start + 300)]), end


# -- transcripts


def _turns(document: Document, actors: Actors, spoken: Sequence[Turn], begin: int) -> Iterator[Report]:
    issuer = issuer_of(document, actors, begin)
    lead = document.text[begin : spoken[0].start]
    about = " ".join(filter(None, (document.title, lead[:1500])))
    memory: dict[str, Source] = {}
    met = Memory(document.text, actors)
    hosts = _hosts(document, spoken)
    for turn in spoken:
        if turn.asks:
            continue
        if turn.label not in memory:
            own = issuer if turn.label in hosts else None
            memory[turn.label] = _turn_source(turn, about, own, actors, met)
        known = memory[turn.label]
        source = Source(turn.label, turn.label_start, turn.label_end, known.actor, known.actor_type, known.on_behalf_of)
        yield Report(turn.start, turn.end, "direct", source, "transcript-turn", 0.95)


def _hosts(document: Document, spoken: Sequence[Turn]) -> set[str]:
    """Return the labels that speak for the issuer of a transcript; a medium's interviewees do not."""
    labels = {turn.label for turn in spoken if not turn.asks}
    if document.publisher and is_media(document.publisher):
        return set()
    asked = sum(turn.asks for turn in spoken)
    if asked >= 3 or (asked and document.publisher and len(labels) == 1):
        return labels
    return {label for label in labels if label.startswith("THE ") or _speaks_for(label)}


def _turn_source(turn: Turn, about: str, issuer: Source | None, actors: Actors, met: Memory) -> Source:
    """Return who takes a turn: by the title's full name, the label's office, the text, else the issuer."""
    label = turn.label.title().replace("’S", "’s")
    full = surname_in(turn.label, about)
    for mention in (full, label):
        known = actors.resolve(mention) if mention else None
        if known is not None:
            return Source(actor=known[0], actor_type=known[1], on_behalf_of=known[0])
    kind = by_shape(label)
    if kind == "government" and not label.lower().startswith(("mr", "ms", "senior", "the ")):
        return Source(actor=_office(label), actor_type=kind)
    found = None if issuer is not None and _speaks_for(label) else met.look_up(label.split()[-1])
    if found is not None and found.known:
        return found
    if issuer is not None and issuer.known:
        return Source(actor=issuer.actor, actor_type=issuer.actor_type, on_behalf_of=issuer.actor)
    return Source(actor_type=kind)


def _speaks_for(label: str) -> bool:
    """Return whether a turn's label is of an office that speaks for its house ("Spokesman Lindqvara")."""
    return bool(set(re.findall(r"\w+", label.lower())) & SPOKES)


def _office(label: str) -> str:
    return "US Congress" if label.startswith(("Senator", "Representative", "Congress")) else label


# -- releases


def _release(document: Document, spans: Sequence[tuple[int, int]], reader: Reader, own: Voice) -> list[Report]:
    """Return the issuer's body, cut around the direct quotations of others in it."""
    text = document.text
    kept = body(text, spans, document.title)
    if not kept:
        return []
    read = [report for start, end in kept for report in reader.read(reader.sentences(start, end))]
    found = [report for report in read if _of_another(report)]
    holes = sorted(report.region or (report.start, report.end) for report in found)
    whole = kept[0][0], kept[-1][1]
    pieces = _around(whole, holes)
    releases = [
        Report(first, last, "release", own.issuer, own.rule, own.confidence)
        for start, end in pieces
        for first, last in (trim(text, start, end, "#*>_"),)
        if _says_something(text, first, last)
    ]
    return sorted([*found, *releases], key=lambda report: report.start)


def _of_another(report: Report) -> bool:
    """Return whether a release's quotation is of a person who is named, not of a text it cites."""
    words = set(re.findall(r"[\w\-]+", (report.source.text or "").lower()))
    if words & _BODIES and not words & PERSONS:
        return False
    return (
        bool(words & PERSONS) or re.search(r"[A-Z][\w’'\-]+ (?:[A-Z]\. )?[A-Z]", report.source.text or "") is not None
    )


def _around(whole: tuple[int, int], holes: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at, stop = whole
    for start, end in holes:
        if start > at:
            yield at, min(start, stop)
        at = max(at, end)
    if at < stop:
        yield at, stop


def _says_something(text: str, start: int, end: int) -> bool:
    return end - start > 12 and len(text[start : start + 200].split()) >= 3


# -- statements


def _numbered(document: Document, reports: Iterable[Report]) -> Iterator[Statement]:
    ordered = sorted(reports, key=lambda found: (found.start, found.end))
    for number, report in enumerate(_apart(ordered), start=1):
        yield _statement(document, report, number)


def _apart(reports: Sequence[Report]) -> Iterator[Report]:
    """Yield the reports without those that overlap the one before: the surer of the two stays."""
    held: Report | None = None
    for report in reports:
        if report.start >= report.end:
            continue
        if held is not None and report.start < held.end:
            held = held if held.confidence >= report.confidence else report
            continue
        if held is not None:
            yield held
        held = report
    if held is not None:
        yield held


def _statement(document: Document, report: Report, number: int) -> Statement:
    source, cue = report.source, report.cue
    return Statement(
        id=f"{document.id}:s{number}",
        doc=document.id,
        text=document.text[report.start : report.end],
        start=report.start,
        end=report.end,
        kind=report.kind,
        speaker=source.text,
        speaker_start=source.start,
        speaker_end=source.end,
        actor=source.actor,
        actor_type=source.actor_type,
        on_behalf_of=source.on_behalf_of,
        cue=document.text[cue[0] : cue[1]] if cue else None,
        cue_start=cue[0] if cue else None,
        cue_end=cue[1] if cue else None,
        confidence=round(report.confidence, 3),
        rule=report.rule,
        no_comment=report.no_comment,
    )
