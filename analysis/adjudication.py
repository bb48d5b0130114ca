"""From disagreements to one coding: what coders answered differently, a page or sheet to settle it, and the merged file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..corpus import tables
from ..corpus.annotations import VERDICTS, CodedUnit
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError, UsageError
from ..corpus.files import replacing
from ..corpus.readers import read
from ..corpus.records import Document, InputError
from .agreement import answers, asked

TEMPLATE = Path(__file__).parent / "disagreements.html.jinja"
SHEETS = (".csv", ".tsv", ".xlsx")
_SETTLED = "settled"
_OF_THE_UNIT = {
    "is_statement": "Somebody says this sentence, or is reported to.",
    "speaker_right": "The speaker named is the one who says it.",
}
_WORDS = {"1": "yes", "0": "no"}
_ANSWERS = {"1": "1", "yes": "1", "true": "1", "x": "1", "1.0": "1", "0": "0", "no": "0", "false": "0", "0.0": "0"}

Settled = Mapping[tuple[str, str], str]
"""(item, question) → the answer that was agreed on."""


@dataclass(frozen=True)
class Disagreement:
    """One question to one item that coders answered differently: coder → answer."""

    item: str
    question: str
    answers: Mapping[str, str]


def disagreements(units: Sequence[CodedUnit], book: Codebook) -> list[Disagreement]:
    """Return where coders differ, item by item."""
    given = {(unit.id, unit.coder): answers(unit, book) for unit in units}
    coders = _by_item(units)
    found = []
    for item, coded in coders.items():
        for name in asked(book):
            said = {unit.coder: answer for unit in coded if (answer := given[item, unit.coder].get(name))}
            if len(set(said.values())) > 1:
                found.append(Disagreement(item, name, said))
    return found


def _by_item(units: Sequence[CodedUnit]) -> dict[str, list[CodedUnit]]:
    found: dict[str, list[CodedUnit]] = defaultdict(list)
    for unit in units:
        found[unit.id].append(unit)
    return found


def write(units: Sequence[CodedUnit], found: Sequence[Disagreement], book: Codebook, path: Path) -> None:
    """Write the disagreements as a page to read or a sheet to fill in, as the suffix of `path` says.

    Raises:
        UsageError: it says neither.

    """
    if path.suffix == ".html":
        with replacing(path) as temporary:
            temporary.write_text(page(units, found, book), encoding="utf-8")
    elif path.suffix in SHEETS:
        _write_sheet(units, found, path)
    else:
        raise UsageError(f"{path}: disagreements are written as .html, {', '.join(SHEETS)}; give one of these suffixes")


def _write_sheet(units: Sequence[CodedUnit], found: Sequence[Disagreement], path: Path) -> None:
    items = _by_item(units)
    coders = sorted({unit.coder for unit in units})
    said = {coder: f"said by {coder}" for coder in coders}
    columns = ["id", "text", "before", "speaker", "question", *said.values(), "notes", _SETTLED, "reason"]
    tables.write([_sheet_row(one, items[one.item], said) for one in found], columns, path)


def _sheet_row(one: Disagreement, coded: Sequence[CodedUnit], said: Mapping[str, str]) -> dict[str, Any]:
    unit = coded[0]
    row = {"id": one.item, "text": unit.text, "before": unit.before, "speaker": unit.speaker, "question": one.question}
    return row | {said[coder]: answer for coder, answer in one.answers.items()} | {"notes": _notes(coded)}


def _notes(coded: Sequence[CodedUnit]) -> str:
    return "\n".join(f"{unit.coder}: {unit.note}" for unit in coded if unit.note)


def page(units: Sequence[CodedUnit], found: Sequence[Disagreement], book: Codebook) -> str:
    """Return the disagreements as one HTML page, which needs nothing else and runs nothing."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    items = _by_item(units)
    open_items: dict[str, list[Disagreement]] = defaultdict(list)
    for one in found:
        open_items[one.item].append(one)
    counts = {name: sum(one.question == name for one in found) for name in asked(book)}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        codebook=book,
        coders=sorted({unit.coder for unit in units}),
        total=len(items),
        counts={name: n for name, n in counts.items() if n},
        meanings=_meanings(book),
        items=[(items[item], open_here) for item, open_here in open_items.items()],
        words=_WORDS,
    )


def _meanings(book: Codebook) -> dict[str, str]:
    labels = {
        label.name: label.definition for group in book.groups if group.choice == "multi" for label in group.labels
    }
    return _OF_THE_UNIT | labels | {group.name: group.description for group in book.single}


def read_settled(path: Path, found: Sequence[Disagreement], book: Codebook) -> Settled:
    """Read a sheet whose column `settled` has been filled in; what is blank there stays open.

    Raises:
        CommuniqueError: it cannot be read, names what is no disagreement, or an answer that cannot be given.

    """
    known = {(one.item, one.question) for one in found}
    settled: dict[tuple[str, str], str] = {}
    for row in read([str(path)], text_column="question"):
        item, question, answer = _settled_row(row, path, book)
        if not answer:
            continue
        if (item, question) not in known:
            raise CommuniqueError(
                f"{path}: coders do not differ on {question} of {item}; settle the sheet of these files"
            )
        settled[item, question] = answer
    return settled


def _settled_row(row: Document | InputError, path: Path, book: Codebook) -> tuple[str, str, str]:
    if isinstance(row, InputError):
        raise CommuniqueError(f"{row.source}: {row.reason}")
    if _SETTLED not in row.meta:
        raise CommuniqueError(f"{path} has no column {_SETTLED!r}; fill in a sheet that --disagreements wrote")
    item = tables.unescaped(row.id) if path.suffix != ".xlsx" else row.id
    answer = str(row.meta[_SETTLED] if row.meta[_SETTLED] is not None else "").strip()
    return item, row.text, _checked(answer, item, row.text, book)


def _checked(answer: str, item: str, question: str, book: Codebook) -> str:
    group = next((group for group in book.single if group.name == question), None)
    if group is None:
        legal, found = "1 or 0", _ANSWERS.get(answer.lower(), "")
    else:
        legal, found = ", ".join(group.names), answer if answer in group.names else ""
    if answer and not found:
        raise CommuniqueError(f"{item}: {question} is settled as {answer!r}; write {legal}, or leave it blank")
    return found


def adjudicate(units: Sequence[CodedUnit], settled: Settled, book: Codebook) -> list[CodedUnit]:
    """Return one coding of each item: what its coders agree on, else what was settled, else missing.

    An answer that only one coder gave stands. What else is known of an item is its first coder's.
    """
    return [_merged(coded, settled, book) for coded in _by_item(units).values()]


def _merged(coded: Sequence[CodedUnit], settled: Settled, book: Codebook) -> CodedUnit:
    item = coded[0].id
    given = [answers(unit, book) for unit in coded]
    agreed = {}
    for name in asked(book):
        said = {answer[name] for answer in given if name in answer}
        agreed[name] = said.pop() if len(said) == 1 else settled.get((item, name), "")
    return replace(
        coded[0],
        labels=frozenset(name for name in book.multi if agreed[name] == "1"),
        unknown=frozenset(name for name in book.multi if not agreed[name]),
        choices={group.name: agreed[group.name] for group in book.single if agreed[group.name]},
        meta={**coded[0].meta, **_verdicts(coded, agreed)},
        coder="+".join(unit.coder for unit in coded),
        note=_notes(coded) if len(coded) > 1 else coded[0].note,
    )


def _verdicts(coded: Sequence[CodedUnit], agreed: Mapping[str, str]) -> dict[str, int | None]:
    """Return the columns of what was judged of the unit itself, as far as some coder has them."""
    names = [name for name in VERDICTS if any(name in unit.meta for unit in coded)]
    return {name: int(agreed[name]) if agreed[name] else None for name in names}
