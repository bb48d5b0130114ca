"""Agreement between coders, per label: Krippendorff's alpha with its interval."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError

BOOTSTRAPS = 1000
Codings = Mapping[str, Mapping[str, Mapping[str, str]]]
"""item → coder → question (a label, or a single-choice group) → answer."""


@dataclass(frozen=True)
class Agreement:
    """One question's agreement: `f1` is the mean F1 of each coder against each other."""

    name: str
    items: int
    positives: int
    alpha: float
    low: float
    high: float
    f1: float


def read_codings(paths: Sequence[Path], book: Codebook) -> Codings:
    """Read codings from tab- or comma-separated tables with the columns id, coder and labels.

    Raises:
        CommuniqueError: a table or a row cannot be read, an answer is not in the codebook, or a coder answered twice.

    """
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for path in paths:
        for row in _rows(path):
            if row["coder"] in found[row["id"]]:
                raise CommuniqueError(f"{path}: {row['id']} is coded twice by {row['coder']!r}; keep one of the rows")
            found[row["id"]][row["coder"]] = _answers(row, book, path)
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            columns = reader.fieldnames or ()
            for column in ("id", "coder", "labels"):
                if column not in columns:
                    raise CommuniqueError(f"{path} has no column {column!r}; it has {', '.join(columns)}")
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


def _answers(row: Mapping[str, str], book: Codebook, path: Path) -> dict[str, str]:
    labels = {name.strip() for name in row["labels"].replace(";", ",").split(",") if name.strip()}
    if odd := labels - set(book.multi):
        raise CommuniqueError(f"{path}: {row['id']}: label {sorted(odd)[0]!r} is not in codebook {book.name}")
    for group in book.single:
        if (choice := row.get(group.name)) and choice not in group.names:
            raise CommuniqueError(
                f"{path}: {row['id']}: {group.name} is {choice!r}; it must be one of {', '.join(group.names)}"
            )
    answers = {name: str(int(name in labels)) for name in book.multi}
    return answers | {group.name: row[group.name] for group in book.single if row.get(group.name)}


def agreement(codings: Codings, book: Codebook, seed: int = 0) -> list[Agreement]:
    """Return the agreement on every question, over the items that at least two coders answered."""
    return [_question(name, codings, seed) for name in (*book.multi, *(group.name for group in book.single))]


def _question(name: str, codings: Codings, seed: int) -> Agreement:
    answers = [[coder[name] for coder in item.values() if name in coder] for item in codings.values()]
    answers = [item for item in answers if len(item) > 1]
    values = sorted({answer for item in answers for answer in item})
    counts = [[item.count(value) for value in values] for item in answers]
    table = np.array(counts, dtype=np.float64) if counts else np.zeros((0, 0))
    rng = np.random.default_rng(seed)
    sample = (
        [alpha(table[rng.integers(0, len(table), len(table))]) for _ in range(BOOTSTRAPS)] if len(table) else [np.nan]
    )
    low, high = np.nanpercentile(sample, [2.5, 97.5]) if not np.all(np.isnan(sample)) else (np.nan, np.nan)
    positive = table[:, values.index("1")] if "1" in values else np.zeros(len(table))
    return Agreement(
        name,
        len(table),
        int((positive > 0).sum()),
        alpha(table),
        float(low),
        float(high),
        _pairwise_f1(table, positive),
    )


def alpha(table: npt.NDArray[np.float64]) -> float:
    """Return Krippendorff's alpha for nominal data (Krippendorff 2011).

    Args:
        table: how many coders gave each value to each item, (items, values); items with fewer than two are left out.

    Returns:
        1 for perfect agreement, 0 for that of chance; not a number where only one value occurs.

    """
    table = table[table.sum(axis=1) > 1]
    coders = table.sum(axis=1, keepdims=True)
    if not len(table):
        return float("nan")
    agreeing = (table * (table - 1) / (coders - 1)).sum()
    n, totals = table.sum(), table.sum(axis=0)
    by_chance = n**2 - (totals**2).sum()
    return float(1 - (n - 1) * (n - agreeing) / by_chance) if by_chance else float("nan")


def _pairwise_f1(table: npt.NDArray[np.float64], positive: npt.NDArray[np.float64]) -> float:
    coders = table.sum(axis=1)
    both = (positive * (positive - 1) / 2).sum()
    one = (positive * (coders - positive)).sum()
    return float(2 * both / (2 * both + one)) if both + one else float("nan")


def table(found: Sequence[Agreement]) -> str:
    """Return agreement as a Markdown table."""
    lines = ["| question | items | given | alpha [95 %] | coder-coder F1 |", "|---|--:|--:|---|--:|"]
    for one in found:
        given = one.positives or ""
        lines.append(
            f"| {one.name} | {one.items} | {given} | {one.alpha:.3f} [{one.low:.3f}, {one.high:.3f}] | {one.f1:.3f} |"
        )
    return "\n".join(lines)
