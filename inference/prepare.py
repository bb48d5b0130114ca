"""From a document to the units that are labelled, in one of three ways of reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from ..corpus.attributions import Attribution, Marker
from ..corpus.extraction import Actors, Draft
from ..corpus.language import detect
from ..corpus.records import Document, Statement, Unit
from ..corpus.segmentation import statement_units

UnitMode = Literal["auto", "statement", "sentence"]
UNIT_MODES: tuple[UnitMode, ...] = ("auto", "statement", "sentence")


@dataclass(frozen=True)
class Prepared:
    """A document with its statements and their units, in text order."""

    document: Document
    statements: tuple[Statement, ...]
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Begun:
    """A document before its sentences are marked; there is no draft where it is one statement as a whole."""

    document: Document
    draft: Draft | None

    @property
    def sentences(self) -> list[str]:
        """What is to be marked."""
        return self.draft.sentences if self.draft else []


def prepare(document: Document, mode: UnitMode, actors: Actors | None = None, marker: Marker | None = None) -> Prepared:
    """Find the statements of `document` and cut them into units.

    `auto` searches documents, and takes a table row that names its speaker as one statement;
    `statement` takes every document as one statement; `sentence` as one unit.
    """
    begun = begin(document, mode, actors)
    (marks,) = marked([begun.sentences], marker)
    return finish(begun, mode, marks, actors)


def begin(document: Document, mode: UnitMode, actors: Actors | None = None) -> Begun:
    """Read `document` up to the point where its sentences are to be marked."""
    document = replace(document, language=document.language or detect(document.text))
    whole = mode != "auto" or (document.row is not None and document.speaker is not None)
    return Begun(document, None if whole else Draft(_readable(document), actors))


def marked(sentences: Sequence[Sequence[str]], marker: Marker | None) -> list[Sequence[Sequence[Attribution]]]:
    """Return the attributions in the sentences of each document, all marked at once; nothing without a marker."""
    every = [sentence for of_one in sentences for sentence in of_one]
    found = iter(marker(every) if marker and every else ())
    return [list(islice(found, len(of_one))) for of_one in sentences]


def finish(
    begun: Begun, mode: UnitMode, marks: Sequence[Sequence[Attribution]], actors: Actors | None = None
) -> Prepared:
    """Find the statements of a document, given what was marked in its sentences, and cut them into units."""
    document = begun.document
    statements = begun.draft.statements(marks) if begun.draft else (_whole(document, actors),)
    if mode == "sentence":
        return Prepared(document, statements, (_one_unit(document, statements[0]),))
    units = tuple(unit for statement in statements for unit in statement_units(document, statement))
    return Prepared(document, statements, units)


def _readable(document: Document) -> Document:
    """Return the document without a table's own column ``body_start``, which is no note of the readers."""
    if document.row is None or "body_start" not in document.meta:
        return document
    return replace(document, meta={key: value for key, value in document.meta.items() if key != "body_start"})


def _body_start(document: Document) -> int:
    """Return where the text of a whole file begins; 0 for a table row, and for what is no place in the text."""
    start = document.meta.get("body_start", 0) if document.row is None else 0
    return start if isinstance(start, int) and 0 <= start < len(document.text) else 0


def _whole(document: Document, actors: Actors | None) -> Statement:
    """Return the document as one statement of whoever it names as its speaker or publisher."""
    who = document.speaker or document.publisher
    found = (actors or Actors.load()).resolve(who) if who else None
    start = _body_start(document)
    return Statement(
        id=document.id,
        doc=document.id,
        text=document.text[start:],
        start=start,
        end=len(document.text),
        kind="direct" if document.speaker else "release",
        speaker=who,
        actor=found[0] if found else who,
        actor_type=document.kind or (found[1] if found else None),
        rule="whole",
    )


def _one_unit(document: Document, statement: Statement) -> Unit:
    return Unit(
        id=document.id,
        doc=document.id,
        statement=statement.id,
        text=statement.text,
        start=statement.start,
        end=statement.end,
        before=document.before or "",
        speaker=statement.speaker,
        actor=statement.actor,
        actor_type=statement.actor_type,
        kind=statement.kind,
        title=document.title,
        date=document.date,
        publisher=document.publisher,
        language=document.language,
        meta=document.meta,
    )
