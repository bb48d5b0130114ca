"""A run compared: profiles, differences, answers, months, an event and typical sentences, in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..corpus.annotations import read_coded
from ..corpus.codebook import Codebook
from ..corpus.extraction import Actors
from . import coding, course, learned
from .answers import Answers, answers
from .course import Event, Month
from .estimation import ENOUGH
from .frame import Frame, read_frame
from .learned import Learned
from .profiles import MOST_GROUPS, Measure, Profiles, profiles
from .run import NONE, Run
from .sentences import Reading, read

UNCORRECTED = (
    "These shares are the model's own, not corrected for its errors: they can be further from the truth than their intervals say. "
    "For corrected ones code a sample by hand (communique sample) and give it with --coded."
)


@dataclass(frozen=True)
class Question:
    """What is asked of a run.

    Attributes:
        by: a field of the units or a column of the input that groups them.
        coded: the sheets of units coded by hand, if any.
        event: a day, as ``YYYY-MM-DD``, before and after which shares are compared.
        trained_on: coded tables on which the model was trained, beside those that are known.

    """

    by: str
    coded: Sequence[str] = ()
    event: str | None = None
    trained_on: Sequence[str] = ()


@dataclass(frozen=True)
class Comparison:
    """The answers, and what their reader has to know."""

    question: Question
    book: Codebook
    frame: Frame
    profiles: Profiles
    answers: Sequence[Answers]
    months: Sequence[Month]
    event: Event | None
    reading: Reading
    notes: tuple[str, ...]

    @property
    def corrected(self) -> bool:
        """Whether shares are corrected by units coded by hand."""
        return bool(self.question.coded)

    @property
    def largest(self) -> list[str]:
        """The groups that are compared with each other, largest first."""
        return [name for name in self.profiles.sizes if name != NONE][:MOST_GROUPS]

    @property
    def documents(self) -> int:
        """How many documents the units come from."""
        return len(set(self.frame.documents.tolist()))


def compare(run: Run, book: Codebook, question: Question) -> Comparison:
    """Compare the groups of a run.

    Raises:
        UsageError: there is no such field, or no unit on one side of the event.
        CommuniqueError: the run or a sheet of coded units is damaged, or does not belong to the run.

    """
    day = course.day_of(question.event) if question.event else None
    measure, known = _measure(run, book, question)
    found = profiles(measure)
    happened = course.event(measure, day) if day else None
    notes = (*_notes(measure, found, happened), *([known.note] if question.coded else []))
    return Comparison(
        question=question,
        book=book,
        frame=measure.frame,
        profiles=found,
        answers=answers(run, actors_of(run)),
        months=course.months(measure),
        event=happened,
        reading=read(run, book, question.by, measure.largest()),
        notes=notes,
    )


def _measure(run: Run, book: Codebook, question: Question) -> tuple[Measure, Learned]:
    """Read the units; those that the model has learned from are left out only where shares are corrected."""
    known = learned.learned(run, question.trained_on, book) if question.coded else Learned(frozenset(), "")
    frame = read_frame(run, book, known, [question.by, "month", "date"])
    joined = coding.join(frame, read_coded(question.coded, book), book) if question.coded else None
    return Measure(frame, book, question.by, joined), known


def actors_of(run: Run) -> Actors:
    """Return the actors that the run knew; the user's own only where their file is still there."""
    options: Mapping[str, str | None] = run.manifest["decides"].get("options", {})
    extra = options.get("actors")
    return Actors.load(extra if extra and Path(extra).is_file() else None)


def _notes(measure: Measure, found: Profiles, happened: Event | None) -> list[str]:
    notes = [] if measure.coding else [UNCORRECTED]
    notes += list(measure.coding.notes(measure.by)) if measure.coding else []
    notes.append(
        "Intervals are 95 %, by document; they are conditional on the extraction of statements and speakers. "
        f"The p-values of the {len([one for one in found.contrasts if one.difference])} differences are adjusted for their number (Holm)."
    )
    named = [name for name in found.sizes if name != NONE]
    if len(named) > MOST_GROUPS:
        notes.append(
            f"Of {len(named)} groups the {MOST_GROUPS} largest are compared with each other; all are in profiles.csv."
        )
    small = [f"{name} ({found.sizes[name]})" for name in named[:MOST_GROUPS] if found.sizes[name] < ENOUGH]
    if small:
        notes.append(f"Fewer than {ENOUGH} units: {', '.join(small)}. Read their shares as counts.")
    if happened and happened.undated:
        notes.append(f"{happened.undated} units whose date is not known to the day are left out around the event.")
    return notes
