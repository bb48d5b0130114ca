"""Prodigy: tasks of its choice interface, binary tasks, and what ``db-out`` exports, as JSON Lines.

What it does (its manual, "Annotation interfaces", and its developers' answers on support.prodi.gy):

- Keys of one's own travel through; ``meta`` is shown on the card.
- ``accept`` lists the options chosen. Without an ``answer`` they are only selected beforehand, as by a model.
- An accepted task without a chosen option says that none applies; only what stood among the options was asked.
- ``ignore`` is missing. A rejected choice says that the labels selected do not apply, and nothing of the others.
- In a binary task, ``label`` is the one that was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import tables
from ..codebook import Codebook
from ..errors import CommuniqueError
from ..files import replacing
from ..readers import read
from ..records import Document
from . import _record
from ._record import CodedUnit, Judgement

_ANSWERS = ("accept", "reject", "ignore")
_MARKS = ("_task_hash", "_input_hash", "_view_id", "_session_id", "_annotator_id")
_OWN = ("options", "accept", "answer", "config", "label", "meta", "_timestamp", *_MARKS)
_SHOWN = ("speaker", "before")


def looks_like(row: Mapping[str, Any]) -> bool:
    """Say whether a row of JSON is Prodigy's."""
    return any(mark in row for mark in _MARKS) or row.get("answer") in _ANSWERS or isinstance(row.get("options"), list)


def read_units(path: str, codebook: Codebook, text_column: str | None = None) -> Iterator[CodedUnit]:
    """Yield a unit for each item and coder; the binary tasks of one item are put together."""
    units: dict[tuple[str, str], CodedUnit] = {}
    inputs: dict[str, str] = {}
    for found in read([path], text_column=text_column):
        row = _record.document(found)
        unit = _unit(_identified(row, f"{Path(path).name}:{row.row}", inputs), codebook)
        key = (unit.id, unit.coder)
        units[key] = _together(units[key], unit) if key in units else unit
    yield from units.values()


def _identified(row: Document, numbered: str, inputs: dict[str, str]) -> Document:
    """Return the row under the id that it states; without one, all tasks on the same input share the first one's."""
    if row.meta.get("unit_id") or row.id != numbered:
        return _record.named(row)
    return replace(row, id=inputs.setdefault(str(row.meta.get("_input_hash", row.text)), row.id))


def _unit(row: Document, codebook: Codebook) -> CodedUnit:
    unit = _record.unit_of(_with_meta(row), _judged(row, codebook), codebook)
    coder = row.meta.get("_annotator_id") or row.meta.get("_session_id") or unit.coder
    return replace(unit, coder=str(coder), suggested=_suggested(row, codebook, unit.suggested))


def _with_meta(row: Document) -> Document:
    """Return the row with what its card shows among its metadata, and without Prodigy's own keys."""
    shown = row.meta["meta"] if isinstance(row.meta.get("meta"), dict) else {}
    meta = {key: value for key, value in ({**shown, **row.meta}).items() if key not in (*_OWN, *_SHOWN)}
    speaker, before = (getattr(row, key) or str(shown.get(key) or "") for key in _SHOWN)
    return replace(row, speaker=speaker, before=before, meta=meta)


def _judged(row: Document, codebook: Codebook) -> Judgement:
    answer, chosen, asked = row.meta.get("answer"), _chosen(row, codebook), _asked(row)
    if asked is None or answer not in ("accept", "reject"):
        return _record.nothing(codebook)
    if answer == "reject":
        return Judgement(frozenset(), frozenset(codebook.multi) - chosen, {})
    return _record.judgement(chosen, set(codebook.multi) - asked if asked else (), row.id, codebook)


def _chosen(row: Document, codebook: Codebook) -> frozenset[str]:
    found = row.meta.get("accept", row.meta.get("label"))
    return _record.known(found if isinstance(found, list) else [found] if found else [], row.id, codebook)


def _asked(row: Document) -> set[str] | None:
    """Return the labels that a task asks for: an empty set where it does not say, None where it asks for none."""
    options = row.meta.get("options")
    if isinstance(options, list):
        return {str(option.get("id")) for option in options if isinstance(option, dict)}
    if "accept" in row.meta:
        return set()
    return {str(row.meta["label"])} if row.meta.get("label") else None


def _suggested(row: Document, codebook: Codebook, stated: frozenset[str] | None) -> frozenset[str] | None:
    selected = "accept" in row.meta and "answer" not in row.meta
    return _chosen(row, codebook) if selected else stated


def _together(one: CodedUnit, other: CodedUnit) -> CodedUnit:
    """Return what two tasks on one item say by one coder.

    Raises:
        CommuniqueError: the two contradict each other.

    """
    unknown = one.unknown & other.unknown
    odd = sorted((one.labels ^ other.labels) - one.unknown - other.unknown)
    odd += sorted(key for key in one.choices.keys() & other.choices.keys() if one.choices[key] != other.choices[key])
    if odd:
        by = f" by {one.coder}" if one.coder else ""
        raise CommuniqueError(f"{one.id}: {odd[0]} is answered twice{by}, and not alike; keep one of the answers")
    return replace(
        one, labels=one.labels | other.labels, unknown=unknown, choices={**one.choices, **other.choices},
        suggested=other.suggested if one.suggested is None else one.suggested,
    )  # fmt: skip


def write_units(units: Sequence[CodedUnit], codebook: Codebook, path: Path) -> None:
    """Write tasks for the choice interface, as for the recipe ``mark``."""
    if path.suffix != ".jsonl":
        raise CommuniqueError(f"{path}: Prodigy reads .jsonl; give that suffix")
    _record.refuse_reserved(units, {*_OWN, *_record.questions(codebook)}, "Prodigy")
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(tables.line(_task(unit, codebook)) for unit in units)


def _task(unit: CodedUnit, codebook: Codebook) -> dict[str, Any]:
    fields = _record.fields(unit)
    task: dict[str, Any] = {"unit_id": unit.id, **fields}
    task["meta"] = {key: fields[key] for key in _SHOWN if key in fields}
    task["options"] = [option for option in _options(codebook) if option["id"] not in _unasked(unit, codebook)]
    task |= {"_view_id": "choice", "config": {"choice_style": "multiple"}} | _answer(unit, codebook)
    return task | {key: value for key, value in (("_annotator_id", unit.coder), ("note", unit.note)) if value}


def _options(codebook: Codebook) -> list[dict[str, str]]:
    multi = [{"id": name, "text": name} for name in codebook.multi]
    single = [{"id": name, "text": f"{group.name}: {name}"} for group in codebook.single for name in group.names]
    return multi + single


def _unasked(unit: CodedUnit, codebook: Codebook) -> frozenset[str]:
    return unit.unknown if unit.judged(codebook) else frozenset()


def _answer(unit: CodedUnit, codebook: Codebook) -> dict[str, Any]:
    """Return the answer, or what is selected beforehand where there is none."""
    if unit.judged(codebook) or unit.coder or unit.note:
        chosen = _record.names(unit, codebook)
        answer = {"accept": chosen, "answer": "accept"} if unit.judged(codebook) else {"answer": "ignore"}
        return answer | ({} if unit.suggested is None else {"suggested": _record.suggestion(unit, codebook)})
    if unit.suggested is None:
        return {}
    return {"accept": [name for name in codebook.labels if name in unit.suggested]}
