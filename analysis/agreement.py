"""Agreement between coders, per label and per pair: Krippendorff's alpha with its interval, and its relatives."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from ..corpus.annotations import VERDICTS, CodedUnit, coded_unit, questions, read_coded, refuse_mixed
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError
from ..corpus.records import Document
from . import coefficients
from .coefficients import Counts, alpha, alpha_of, alpha_parts, pairwise_f1

__all__ = [
    "Agreement",
    "Codings",
    "Pair",
    "agreement",
    "alpha",
    "codings",
    "pairs",
    "read_coders",
    "read_codings",
    "table",
]

BOOTSTRAPS = 1000
Codings = Mapping[str, Mapping[str, Mapping[str, str]]]
"""item → coder → question (a label, or a single-choice group) → answer ("1", "0", or the name chosen)."""


@dataclass(frozen=True)
class Agreement:
    """One question's agreement, over the items that at least two coders answered.

    Attributes:
        positives: items of which at least one coder said yes.
        low, high: 95 % percentile interval of alpha, from a bootstrap over documents; NaN where all items are of one.
        f1: the mean F1 of each coder against each other.
        share: how many pairs of answers agree.
        cohen: Cohen's kappa, the mean over pairs of coders (Light 1971).

    """

    name: str
    items: int
    positives: int
    alpha: float
    low: float
    high: float
    f1: float
    share: float
    cohen: float
    fleiss: float
    ac1: float


@dataclass(frozen=True)
class Pair:
    """How far two coders agree on one question."""

    coders: tuple[str, str]
    name: str
    items: int
    share: float
    cohen: float
    f1: float


def read_codings(paths: Sequence[Path], book: Codebook) -> Codings:
    """Read codings; see `read_coders`."""
    return codings(read_coders(paths, book), book)


def read_coders(paths: Sequence[Path], book: Codebook) -> list[CodedUnit]:
    """Read what each coder gave, from any format of `communique convert`, or tables without texts.

    Who names no coder in a file of several is called like that file.

    Raises:
        CommuniqueError: a file or a row cannot be read, an answer is not in the codebook, or a coder answered twice.

    """
    several = len(paths) > 1
    names = [path.stem for path in paths]
    units = []
    for path in paths:
        other = (path.stem if names.count(path.stem) == 1 else str(path)) if several else ""
        read = _without_text(path, book, several=several) if _is_bare(path) else read_coded([str(path)], book)
        units += [replace(unit, coder=_coder(unit, other, path)) for unit in read if answers(unit, book)]
    refuse_mixed(units)
    return units


def _coder(unit: CodedUnit, other: str, path: Path) -> str:
    if not (unit.coder or other):
        raise CommuniqueError(
            f"{path} does not say who coded {unit.id}; name them in a column coder, or give a file for each"
        )
    return unit.coder or other


def codings(units: Sequence[CodedUnit], book: Codebook) -> Codings:
    """Return the answers of units, by item, coder and question."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for unit in units:
        found[unit.id][unit.coder] = answers(unit, book)
    return found


def documents(units: Sequence[CodedUnit]) -> dict[str, str]:
    """Return in which document each item stands, by any coder's file that says so; an item is its own where none does."""
    said = {unit.id: unit.document for unit in units if unit.document != unit.id}
    return {unit.id: said.get(unit.id, unit.id) for unit in units}


def answers(unit: CodedUnit, book: Codebook) -> dict[str, str]:
    """Return what one coder answered, without what nobody judged."""
    verdicts = {name: str(int(answer)) for name, answer in unit.verdicts.items()}
    given = {name: str(int(name in unit.labels)) for name in book.multi if name not in unit.unknown}
    return verdicts | given | dict(unit.choices)


def asked(book: Codebook) -> tuple[str, ...]:
    """Return all that coders can be asked: of the unit itself, and of the codebook."""
    return tuple(dict.fromkeys((*VERDICTS, *questions(book))))


def _is_bare(path: Path) -> bool:
    """Say whether a file is a table without texts: ids, coders and labels are enough here."""
    if path.suffix.lower() not in (".csv", ".tsv"):
        return False
    return "text" not in [name.strip().lower() for name in _header(path, _delimiter(path))]


def _delimiter(path: Path) -> str:
    """Return the delimiter under which the header names the ids, or else has the most columns."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    headers = {delimiter: _header(path, delimiter) for delimiter in ",;\t"}
    return max(headers, key=lambda delimiter: ("id" in headers[delimiter], len(headers[delimiter])))


def _header(path: Path, delimiter: str) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file, delimiter=delimiter), [])


def _without_text(path: Path, book: Codebook, *, several: bool) -> Iterator[CodedUnit]:
    needed = ("id",) if several else ("id", "coder")
    for row in _rows(path, book, needed):
        try:
            meta = {key: value for key, value in row.items() if key != "id"}
            yield coded_unit(Document(row["id"], "", source=str(path), meta=meta), book)
        except CommuniqueError as error:
            raise CommuniqueError(f"{path}: {error}") from error


def _rows(path: Path, book: Codebook, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=_delimiter(path))
            columns = reader.fieldnames or ()
            _check_columns(path, columns, needed, book)
            for row in reader:
                if None in row or None in row.values():
                    raise CommuniqueError(
                        f"{path}, line {reader.line_num}: the row has not the table's {len(columns)} cells; "
                        "quote a cell that holds the separator"
                    )
                yield row
    except UnicodeDecodeError as error:
        raise CommuniqueError(f"{path} is not UTF-8; save it as UTF-8") from error
    except csv.Error as error:
        raise CommuniqueError(f"{path} is no valid table: {error}") from error


def _check_columns(path: Path, columns: Sequence[str], needed: Sequence[str], book: Codebook) -> None:
    asked = [] if set(columns) & set(questions(book)) else ["labels"]
    for column in (*needed, *asked):
        if column not in columns:
            raise CommuniqueError(f"{path} has no column {column!r}; it has {', '.join(columns)}")


def agreement(
    found: Codings, book: Codebook, seed: int = 0, documents: Mapping[str, str] | None = None
) -> list[Agreement]:
    """Return the agreement on every question, over the items that at least two coders answered.

    `documents` says in which document an item stands; the intervals resample these, or else the items. What can be judged of
    the unit itself stands first, where anybody did.
    """
    answered = {name for coders in found.values() for given in coders.values() for name in given}
    names = [name for name in asked(book) if name in answered or name in questions(book)]
    return [_question(name, found, book, seed, documents or {}) for name in names]


def _question(name: str, found: Codings, book: Codebook, seed: int, documents: Mapping[str, str]) -> Agreement:
    given = {item: [coder[name] for coder in coders.values() if name in coder] for item, coders in found.items()}
    given = {item: answers for item, answers in given.items() if len(answers) > 1}
    table = _counts(list(given.values()), _values(name, book))
    positive = table[:, 1] if _is_yes_or_no(name, book) else np.zeros(len(table))
    low, high = _interval(table, [documents.get(item, item) for item in given], seed)
    return Agreement(
        name=name,
        items=len(table),
        positives=int((positive > 0).sum()),
        alpha=alpha(table),
        low=low,
        high=high,
        f1=pairwise_f1(table, positive),
        share=coefficients.agreement(table),
        cohen=_light(name, found),
        fleiss=coefficients.fleiss(table),
        ac1=coefficients.ac1(table),
    )


def _values(name: str, book: Codebook) -> Sequence[str]:
    """Return what can be answered to a question."""
    return next((group.names for group in book.single if group.name == name), ("0", "1"))


def _is_yes_or_no(name: str, book: Codebook) -> bool:
    return all(group.name != name for group in book.single)


def _counts(given: Sequence[Sequence[str]], values: Sequence[str]) -> Counts:
    counts = [[answers.count(value) for value in values] for answers in given]
    return np.array(counts, dtype=np.float64).reshape(len(given), len(values))


def _interval(table: Counts, documents: Sequence[str], seed: int) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentiles of alpha where documents are drawn with replacement; NaN where there is only one to draw."""
    places = {name: n for n, name in enumerate(dict.fromkeys(documents))}
    parts = np.zeros((len(places), 1 + table.shape[1]))
    np.add.at(parts, [places[name] for name in documents], alpha_parts(table))
    rng = np.random.default_rng(seed)
    n = len(parts)
    sample = [alpha_of(parts[rng.integers(0, n, n)].sum(axis=0)) for _ in range(BOOTSTRAPS)] if n > 1 else [np.nan]
    if np.all(np.isnan(sample)):
        return float("nan"), float("nan")
    low, high = np.nanpercentile(sample, [2.5, 97.5])
    return float(low), float(high)


def _light(name: str, found: Codings) -> float:
    kappas = [coefficients.cohen(one, other) for _, one, other in _pairs(name, found)]
    known = [kappa for kappa in kappas if not np.isnan(kappa)]
    return float(np.mean(known)) if known else float("nan")


def pairs(found: Codings, book: Codebook) -> list[Pair]:
    """Return how far each two coders agree on each question that both answered."""
    return [_pair(coders, name, one, other, book) for name in asked(book) for coders, one, other in _pairs(name, found)]


def _pairs(name: str, found: Codings) -> Iterator[tuple[tuple[str, str], list[str], list[str]]]:
    """Yield the coders of each pair, and what each of them answered to the items that both did."""
    both: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for coders in found.values():
        for one, other in combinations(sorted(coder for coder in coders if name in coders[coder]), 2):
            for answered, coder in zip(both[one, other], (one, other), strict=True):
                answered.append(coders[coder][name])
    yield from ((names, *answered) for names, answered in sorted(both.items()))


def _pair(coders: tuple[str, str], name: str, one: list[str], other: list[str], book: Codebook) -> Pair:
    table = _counts(list(zip(one, other, strict=True)), _values(name, book))
    f1 = pairwise_f1(table, table[:, 1]) if _is_yes_or_no(name, book) else float("nan")
    return Pair(coders, name, len(one), coefficients.agreement(table), coefficients.cohen(one, other), f1)


def table(found: Sequence[Agreement]) -> str:
    """Return agreement as a Markdown table."""
    lines = [
        "| question | items | given | alpha [95 %] | Cohen | Fleiss | AC1 | agree | coder-coder F1 |",
        "|---|--:|--:|---|--:|--:|--:|--:|--:|",
    ]
    for one in found:
        interval = f" [{one.low:.3f}, {one.high:.3f}]" if not np.isnan(one.low) else ""
        figures = " | ".join(map(_figure, (one.cohen, one.fleiss, one.ac1, one.share, one.f1)))
        lines.append(
            f"| {one.name} | {one.items} | {one.positives or ''} | {_figure(one.alpha)}{interval} | {figures} |"
        )
    return "\n".join(lines)


def _figure(value: float) -> str:
    """Return a figure to three digits, and nothing where there is none."""
    return "" if np.isnan(value) else f"{value:.3f}"


def pairs_table(found: Sequence[Pair]) -> str:
    """Return the agreement of pairs as a Markdown table."""
    lines = ["| question | coders | items | Cohen | agree | F1 |", "|---|---|--:|--:|--:|--:|"]
    for one in found:
        names = " – ".join(name.replace("|", "\\|").replace("\n", " ") for name in one.coders)
        figures = " | ".join(map(_figure, (one.cohen, one.share, one.f1)))
        lines.append(f"| {one.name} | {names} | {one.items} | {figures} |")
    return "\n".join(lines)
