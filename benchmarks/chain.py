"""Who says what in the project's own marked documents: releases, letters, statements, transcripts, hearings, articles.

    python benchmarks/chain.py            # figures by voice, on the documents that no rule was written after
    python benchmarks/chain.py --seen     # on those that rules were written after
    python benchmarks/chain.py --each     # and every document's
    python benchmarks/chain.py --rules    # without the tagger

`benchmarks/data/marked` holds invented documents with every attribution marked, and who speaks in each. Release voice and
transcripts are counted by character: precision is the share of what was found that is marked, recall the share of what is
marked that was found. Quotations in running text are counted as `benchmarks/extraction.py` counts them. Actor and type: the
share of the characters found of which they are right, where the source is named.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from documents import COMMON, same_actor, words
from extraction import TYPES, Attribution, count, f1, is_said, quote_type, row

from communique.corpus import marked
from communique.corpus.extraction import extract
from communique.corpus.records import ActorType, Document, Statement
from communique.models import tagger as taggers

FOLDER = Path(__file__).parent / "data" / "marked"
SEEN, HELD = (FOLDER / "seen", marked.ARTICLES), (FOLDER / "held",)
TRANSCRIBED = {"transcript", "briefing", "qa", "hearing"}
KINDS = {
    "release": {"release"},
    "transcript": {"release", "direct"},
    "quotation": {"direct", "mixed", "indirect"},
}
_ACTOR = re.compile(r"(?P<name>.+?) = (?P<house>.+) \((?P<type>\w+)\)$")
Span = tuple[int, int]


@dataclass(frozen=True)
class Actor:
    """Somebody who speaks in a document, and the house that he or she speaks for."""

    name: str
    house: str
    type: ActorType


@dataclass(frozen=True)
class Passage:
    """Marked words and who says them; no actor where the document's header does not name the source."""

    span: Span
    voice: str
    actor: Actor | None


@dataclass(frozen=True)
class MarkedDocument:
    """A document without its marks, and what they stood for."""

    document: Document
    kind: str
    passages: tuple[Passage, ...]
    attributions: tuple[Attribution, ...]


def documents(*folders: Path) -> Iterator[MarkedDocument]:
    """Yield the documents of every file in `folders` whose header names who speaks in them."""
    for path in sorted(path for folder in folders for path in folder.glob("*.txt")):
        for part in re.split(r"^### ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = part.partition("\n")
            if head.count("|") == 4:
                yield read(head, body.strip())


def read(head: str, body: str) -> MarkedDocument:
    name, kind, issuer, issuer_type, actors = (field.strip() for field in head.split("|"))
    known = [
        Actor(*found.group("name", "house", "type"))
        for one in actors.split(";")
        if (found := _ACTOR.match(one.strip()))
    ]
    text, marks = marked.unmarked(body)
    publisher = Actor(issuer, issuer, issuer_type) if issuer else None
    document = Document(name, text, title=text.split("\n", 1)[0])
    if kind in TRANSCRIBED:
        return MarkedDocument(document, kind, tuple(turns(text, marks, publisher, known)), ())
    own = [Passage(mark.span, "release", publisher) for mark in marks if mark.letter == "r"]
    quoted = list(marked.attributed(text, [mark for mark in marks if mark.letter != "r"]))
    return MarkedDocument(document, kind, (*own, *quotations(text, quoted, known)), tuple(prose(text, quoted)))


def turns(text: str, marks: list[marked.Mark], publisher: Actor | None, known: list[Actor]) -> Iterator[Passage]:
    """Yield what each speaker says; those of a document that names none before a turn are its only speaker's."""
    outer = [mark for mark in marks if not mark.number]
    inside = [mark.span for mark in outer if mark.letter == "q"]
    labels = [mark for mark in outer if mark.letter == "s" and not any(a <= mark.span[0] < b for a, b in inside)]
    alone = known[0] if len(known) == 1 else publisher
    for start, end in sorted(inside):
        before = [mark for mark in labels if mark.span[0] < start]
        last = max(before, key=lambda mark: mark.span[0], default=None)
        yield Passage((start, end), "transcript", named(text[slice(*last.span)], known) if last else alone)


def named(source: str, known: list[Actor]) -> Actor | None:
    """Return the actor that a source names: the one with which it shares most telling words, in the order of the header."""
    shared = [(len((words(source) - COMMON) & (words(one.name) - COMMON)), -n) for n, one in enumerate(known)]
    most, place = max(shared, default=(0, 0))
    return known[-place] if most else None


def prose(text: str, found: list[marked.Attribution]) -> Iterator[Attribution]:
    """Yield the attributions of running text as `benchmarks/extraction.py` compares them."""
    for one in found:
        if one.source:
            kind = quote_type(text, *one.content)
            yield Attribution(one.content, (one.source,), (one.cue,), kind, is_said(text, (one.cue,), kind))


def quotations(text: str, found: list[marked.Attribution], known: list[Actor]) -> Iterator[Passage]:
    """Yield the contents of running text whose source the header names; "she" and "the company" it does not."""
    for one in found:
        actor = named(text[slice(*one.source)], known) if one.source else None
        if actor:
            yield Passage(one.content, "quotation", actor)


def letters(spans: list[Span]) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}


def by_character(voice: str, one: MarkedDocument, found: list[Statement]) -> Counter[str]:
    """Count the characters of one voice: marked, found, both, and those found with the right actor and type."""
    here = [passage for passage in one.passages if passage.voice == voice]
    if not here:
        return Counter()
    given = [s for s in found if s.kind in KINDS[voice]]
    right, drawn = letters([passage.span for passage in here]), letters([(s.start, s.end) for s in given])
    tally = Counter(marked=len(right), found=len(drawn), both=len(right & drawn))
    for passage in here:
        for s in given:
            shared = max(0, min(passage.span[1], s.end) - max(passage.span[0], s.start))
            if passage.actor and shared:
                tally += Counter(
                    named=shared,
                    actor=shared * same_actor(s.actor, passage.actor.house),
                    type=shared * (s.actor_type == passage.actor.type),
                )
    return tally


def line(name: str, c: Counter[str]) -> str:
    p, r = c["both"] / max(c["found"], 1), c["both"] / max(c["marked"], 1)
    actor, kind = c["actor"] / max(c["named"], 1), c["type"] / max(c["named"], 1)
    return f"{name:<11} {c['marked']:>6} characters marked | P {p:.3f} R {r:.3f} F1 {f1(p, r):.3f} | actor {actor:.3f} | type {kind:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seen", action="store_true", help="the documents that rules were written after")
    parser.add_argument("--each", action="store_true", help="print every document's figures")
    parser.add_argument("--rules", action="store_true", help="without the tagger")
    chosen = parser.parse_args()
    marker = None if chosen.rules else taggers.load()
    voices: dict[str, Counter[str]] = defaultdict(Counter)
    types: dict[str, Counter[str]] = defaultdict(Counter)
    read_documents = list(documents(*(SEEN if chosen.seen else HELD)))
    for one in read_documents:
        found = list(extract(one.document, marker=marker))
        for voice in KINDS:
            tally = by_character(voice, one, found)
            voices[voice] += tally
            if chosen.each and tally:
                print(line(one.document.id, tally))
        if one.attributions:
            for name, counts in count(
                one.document.text, [s for s in found if s.kind != "release"], list(one.attributions)
            ).items():
                types[name] += counts
    print(
        f"{len(read_documents)} documents: {', '.join(f'{n} {kind}' for kind, n in Counter(one.kind for one in read_documents).items())}"
    )
    for voice, tally in voices.items():
        print(line(voice, tally))
    for name in (*TYPES, "said"):
        print(row(name, types[name]))
    print(row("all", sum((types[name] for name in TYPES), Counter())))


if __name__ == "__main__":
    main()
