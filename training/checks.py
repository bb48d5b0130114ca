"""What is said before training: data from which no model, or one that misleads, would be made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from ..corpus.annotations import CodedUnit
from ..corpus.errors import CommuniqueError
from .dataset import Dataset
from .recipe import Recipe

FEW = 30
"""Positives under which a label is hardly learnt, and its figures say little."""
SHARE = 0.8
"""Share of a label's positives from one speaker or source from which on the label may be that speaker."""


def refuse(recipe: Recipe, data: Dataset) -> None:
    """Refuse a label whose column holds yes and blanks, but no no: its blanks were meant as such.

    Raises:
        CommuniqueError: naming the label and the remedy.

    """
    for n, name in enumerate(data.codebook.multi):
        known, truth = data.known[:, n], data.truth[:, n]
        if truth.any() and truth[known].all() and not known.all():
            raise CommuniqueError(
                f"{recipe.data}: label {name} is 1 or blank and never 0; a blank is missing, not a no: "
                "write 0 where a coder said no"
            )


def warnings(data: Dataset) -> list[str]:
    """Return what a referee would object to, a line each."""
    return [*_blanks(data), *_labels(data), *_duplicates(data), *_giveaways(data)]


def _blanks(data: Dataset) -> Iterator[str]:
    if n := sum(not unit.judged(data.codebook) for unit in data.units):
        yield (
            f"{n} of {len(data)} sentences are not coded, and nothing is learnt from them; a blank is missing, not a no: "
            "where no label applies, write 0 in each column, or `no label` in the column labels"
        )


def _labels(data: Dataset) -> Iterator[str]:
    learning = data.split("train")
    given = Counter(name for unit in learning.units for name in (*unit.labels, *unit.choices.values()))
    for group in data.codebook.groups:
        for label in group.labels:
            if not label.definition:
                yield f"label {label.name} has no definition in the codebook; coders and readers need one"
            if given[label.name] < FEW:
                yield (
                    f"label {label.name} has {given[label.name]} positives to learn from; code at least {FEW}, "
                    "or take the method few-shot"
                )
    for n, name in enumerate(data.codebook.multi):
        if learning.known[:, n].any() and learning.truth[learning.known[:, n], n].all():
            yield f"label {name} has no negative example to learn from; add sentences that it does not fit"


def _duplicates(data: Dataset) -> Iterator[str]:
    places: dict[str, set[str]] = defaultdict(set)
    for unit in data.units:
        places[" ".join(unit.text.lower().split())].add(unit.split)
    found = [text for text, splits in places.items() if len(splits) > 1]
    if found:
        yield (
            f"{len(found)} texts stand in several splits, so that figures flatter the model; first: {found[0][:60]!r}; "
            "give them one document"
        )


def _giveaways(data: Dataset) -> Iterator[str]:
    """Say which label is really a speaker or a source: nearly all of its positives, and few of all units, are of one."""
    units = data.split("train").units
    for what in ("speaker", "source", "register"):
        of_all = Counter(getattr(unit, what) for unit in units)
        for name in data.codebook.labels:
            positives = [unit for unit in units if name in unit.labels or name in unit.choices.values()]
            of_label = Counter(getattr(unit, what) for unit in positives)
            (value, n), *_ = of_label.most_common(1) or [("", 0)]
            share = n / max(len(positives), 1)
            if value and n >= 10 and share >= SHARE and of_all[value] / len(units) <= share / 2:
                yield (
                    f"label {name}: {share:.0%} of its positives, and {of_all[value] / len(units):.0%} of all sentences, "
                    f"have the {what} {value!r}; the model may learn the {what}: code the label elsewhere too"
                )


def codings(data: Dataset) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the units that several coders coded: item → coder → question → answer."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for unit in data.units:
        if unit.coder:
            found[unit.id][unit.coder] = _answers(unit, data)
    return {item: coders for item, coders in found.items() if len(coders) > 1}


def _answers(unit: CodedUnit, data: Dataset) -> dict[str, str]:
    judged = {name: str(int(name in unit.labels)) for name in data.codebook.multi if name not in unit.unknown}
    return judged | dict(unit.choices)
