"""A finished run as analysis reads it: its manifest, and its labelled units one by one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn

from ..corpus import codebook as codebooks
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError, UsageError
from ..corpus.records import Target
from ..inference import journal

NONE = "(none)"
"""What stands for a value that a unit has not."""
FIELDS = (
    "actor",
    "actor_type",
    "kind",
    "publisher",
    "speaker",
    "on_behalf_of",
    "date",
    "month",
    "year",
    "doc",
    "target_kind",
)
"""What units can be grouped by, beside the input's own columns."""
_DATE = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2]))?")
"""Years from 1000 on: programs that know no date write the year 1."""


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A line of ``units.jsonl``: a sentence, what is known around it, and what the model says of it."""

    id: str
    doc: str
    statement: str
    text: str
    start: int
    end: int
    speaker: str | None
    actor: str | None
    actor_type: str | None
    kind: str
    on_behalf_of: str | None
    title: str | None
    date: str | None
    publisher: str | None
    meta: Mapping[str, Any]
    labels: tuple[str, ...]
    scores: Mapping[str, float]
    sentiment: str | None
    sentiment_scores: Mapping[str, float]
    target: Target | None
    flags: tuple[str, ...]
    before: str = ""  # runs of version 0.1.0 lack it

    @classmethod
    def of(cls, row: Any) -> ScoredUnit:
        """Read a line's object.

        Raises:
            ValueError: it lacks a field, or a field holds something else than it should.

        """
        if not isinstance(row, dict):
            raise ValueError("it is no object")
        if missing := [name for name in _REQUIRED if name not in row]:
            raise ValueError(f"{missing[0]} is missing")
        for names, kind in _KINDS:
            if wrong := [name for name in names if not isinstance(row[name], kind)]:
                raise ValueError(f"{wrong[0]} is {row[wrong[0]]!r}")
        known = {name: row[name] for name in _KNOWN if name in row}
        target = Target(**row["target"]) if row["target"] else None
        return cls(**known | {"labels": tuple(row["labels"]), "flags": tuple(row["flags"]), "target": target})

    def gave(self, label: str) -> bool:
        """Return whether the model gave `label`, of whichever group."""
        return label in self.labels or label == self.sentiment

    def score(self, label: str) -> float:
        """Return the model's probability of `label`, of whichever group."""
        return self.scores[label] if label in self.scores else self.sentiment_scores[label]

    def value(self, name: str) -> str | None:
        """Return what the unit has under `name`, one of `FIELDS` or a column of the input; None where it has nothing."""
        if name in ("month", "year"):
            return part_of_date(self.date, 7 if name == "month" else 4)
        if name == "target_kind":
            return self.target.kind if self.target else None
        found = getattr(self, name) if name in FIELDS else self.meta.get(name)
        return str(found) if found is not None and str(found).strip() else None


_KNOWN = tuple(one.name for one in fields(ScoredUnit))
_REQUIRED = tuple(one.name for one in fields(ScoredUnit) if one.default is MISSING)
_KINDS: tuple[tuple[tuple[str, ...], type], ...] = (
    (("id", "doc", "statement", "text", "kind"), str),
    (("meta", "scores", "sentiment_scores"), dict),
    (("labels", "flags"), list),
)


def part_of_date(date: str | None, length: int) -> str | None:
    """Return the year (`length` 4) or the month (7) of a date that begins as ``YYYY-MM``; None where it is not known."""
    found = _DATE.match(date or "")
    return found.group()[:length] if found and len(found.group()) >= length else None


@dataclass(frozen=True)
class Run:
    """A finished run folder. Open one with `read_run`."""

    path: Path
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """SHA-256 of the model that labelled the units."""
        return str(self.manifest["decides"]["model_sha256"])

    def codebook(self, path: str = "core") -> Codebook:
        """Return the codebook at `path`, or ``core``: the one whose labels the run carries.

        Raises:
            UsageError: the run was labelled by another.

        """
        book = codebooks.core() if path == "core" else codebooks.load(path)
        decides = self.manifest["decides"]
        if book.digest != decides["codebook_sha256"]:
            raise UsageError(
                f"{self.path} was labelled by the codebook {decides['codebook']}, and {path} is {book.name} {book.version}; "
                "give the right one with --codebook"
            )
        return book

    def units(self) -> Iterator[ScoredUnit]:
        """Yield the units in the order of the run, without holding them.

        Raises:
            CommuniqueError: a line is damaged; the message says which.

        """
        where = self.path / "units.jsonl"
        with where.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield ScoredUnit.of(_strict(line.decode("utf-8")))
                except (ValueError, TypeError) as error:
                    raise CommuniqueError(
                        f"{where}, line {number} is damaged ({error}); score the inputs again"
                    ) from error


def read_run(path: str | Path) -> Run:
    """Open the folder of a finished, labelled run.

    Raises:
        CommuniqueError: `path` is no run folder, the run is not finished, or it holds no labels.

    """
    path = Path(path)
    if not path.is_dir():
        raise CommuniqueError(f"{path} is no run folder; make one with `communique score INPUT... -o {path}`")
    if not journal.is_finished(path):
        unfinished = (path / journal.JOURNAL).exists()
        raise CommuniqueError(
            f"{path} holds an unfinished run; end it with `communique score --resume`"
            if unfinished
            else f"{path} holds no run (no {journal.SUMMARY}); make one with `communique score INPUT... -o RUN`"
        )
    return Run(path, _manifest(path / journal.MANIFEST))


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        found = _strict(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommuniqueError(f"{path} is missing or damaged; score the inputs again") from error
    decides = found.get("decides") if isinstance(found, dict) else None
    if not isinstance(decides, dict):
        raise CommuniqueError(f"{path} is not the manifest of a run; score the inputs again")
    if "model_sha256" not in decides:
        raise CommuniqueError(f"{path.parent} holds statements without labels; label them with `communique score`")
    return dict(found)


def _strict(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
