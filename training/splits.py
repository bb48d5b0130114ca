"""Splits: how coded units are divided between training and dev, never through a document."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ..corpus.annotations import CodedUnit
from ..corpus.errors import CommuniqueError

DEV_SHARE = 0.15


def divide(units: Sequence[CodedUnit], how: str) -> list[CodedUnit]:
    """Return `units`, each in ``train`` or ``dev``.

    Raises:
        CommuniqueError: there are too few documents, or a date is missing or is none.

    """
    if how == "grouped":
        return [with_split(unit) for unit in units]
    chosen = _latest(units) if how == "time" else _stratified(units)
    return [replace(unit, split="dev" if unit.document in chosen else "train") for unit in units]


def _stratified(units: Sequence[CodedUnit]) -> set[str]:
    """Return one of seven like parts of the documents."""
    documents, parts = len({unit.document for unit in units}), round(1 / DEV_SHARE)
    if documents < parts:
        raise CommuniqueError(
            f"{documents} documents or texts are too few to keep one in {parts} aside to choose on; code at least {parts}"
        )
    return set(folds(units, parts, "dev")[0])


def with_split(unit: CodedUnit) -> CodedUnit:
    """Return the unit in ``dev`` or ``train``, by its document's name."""
    place = int(hashlib.sha256(unit.document.encode()).hexdigest()[:8], 16) / 2**32
    return replace(unit, split="dev" if place < DEV_SHARE else "train")


def folds(units: Sequence[CodedUnit], k: int, seed: str) -> list[list[str]]:
    """Deal the documents into `k` folds of like size that share each label's positives.

    Greedy, as iterative stratification (Sechidis et al. 2011): the documents with the rarest labels first, each
    to the fold that most lacks what it holds.

    Raises:
        CommuniqueError: there are fewer documents than folds.

    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for unit in units:
        counts[unit.document].update(["", *unit.labels, *unit.choices.values()])
    if len(counts) < k:
        raise CommuniqueError(f"{len(counts)} documents are too few for {k} parts; code more, or take fewer folds")
    total = sum(counts.values(), Counter[str]())
    found: list[list[str]] = [[] for _ in range(k)]
    held = [Counter[str]() for _ in range(k)]

    def rarity(document: str) -> tuple[float, str]:
        rarest = max(n / total[label] for label, n in counts[document].items())
        return -rarest, hashlib.sha256(f"{seed}:{document}".encode()).hexdigest()

    for document in sorted(counts, key=rarity):
        wanted = counts[document]
        lack = [sum(n * (1 / k - part[label] / total[label]) for label, n in wanted.items()) for part in held]
        place = max(range(k), key=lambda n: (lack[n], -held[n][""]))
        found[place].append(document)
        held[place].update(wanted)
    return found


def _latest(units: Sequence[CodedUnit]) -> set[str]:
    """Return the documents that hold the latest units: 15 % of all, by each document's latest date."""
    last: dict[str, str] = {}
    for unit in units:
        last[unit.document] = max(last.get(unit.document, ""), _date(unit))
    sizes = Counter(unit.document for unit in units)
    chosen: set[str] = set()
    taken = 0
    for document in sorted(last, key=lambda name: (last[name], name), reverse=True):
        if taken >= DEV_SHARE * len(units):
            break
        chosen.add(document)
        taken += sizes[document]
    return chosen


def _date(unit: CodedUnit) -> str:
    """Return the date, of which dates in ISO's order of year, month and day alone sort by time; the later parts may be absent."""
    found = str(unit.meta.get("date") or "").strip()
    if not found:
        raise CommuniqueError(f"{unit.id} has no date; fill the column date, or take another split than time")
    try:
        date.fromisoformat(found[:10] + "2000-01-01"[len(found[:10]) :])
    except ValueError as error:
        raise CommuniqueError(f"{unit.id}: date is {found!r}; write 2025-03-14, 2025-03 or 2025") from error
    return found
