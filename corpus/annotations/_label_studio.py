"""Label Studio: its JSON of tasks, and what its short exports (JSON_MIN and CSV) hold.

What it does (its task format, ``tasks/serializers.py``, and ``converter`` in its SDK):

- A task's ``data`` come back as they were; the id is Label Studio's own, so ours stands in ``data.unit_id``.
- An annotation with an empty result was submitted so: none applies. A task without annotations was not coded, and
  one that was skipped (``was_cancelled``) neither.
- An import is refused where ``completed_by`` names an e-mail that is nobody's in the organisation. Coders that are
  no e-mail addresses stand in ``created_username``, which the import passes over.
- In the short exports one choice is a bare string and several are ``{"choices": […]}``, as JSON text in CSV.
- Every variable of the labelling interface must stand in the data of every task.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import tables
from ..codebook import Codebook, Group
from ..errors import CommuniqueError
from ..files import replacing
from ..readers import from_row, load_json
from ..records import Document
from . import _record
from ._record import CodedUnit, Judgement
from ._table import documents

BESIDE = ".xml"
_SHOWN = ("text", "before", "speaker")
_NOTE = "note"
_BOOKKEEPING = ("annotation_id", "annotator", "created_at", "updated_at", "lead_time", "agreement", "history")


def looks_like(row: Mapping[str, Any]) -> bool:
    """Say whether a row of JSON, or the header of a table, is Label Studio's."""
    return isinstance(row.get("data"), dict) or {"annotation_id", "lead_time"} <= set(row)


def read_units(path: str, codebook: Codebook, text_column: str | None = None) -> Iterator[CodedUnit]:
    """Yield a unit for each annotation of each task, and one for each task that has none."""
    if path.lower().endswith(".json"):
        for number, task in enumerate(load_json(path), 1):
            if isinstance(task.get("data"), dict):
                yield from _task(task, path, number, codebook, text_column)
            else:
                yield _short(_record.document(from_row(task, path, number, text_column)), codebook)
    else:
        yield from (_short(row, codebook) for row in documents([path], text_column))


def _task(
    task: Mapping[str, Any], path: str, number: int, codebook: Codebook, text_column: str | None
) -> Iterator[CodedUnit]:
    data = {"id": task.get("id"), **task["data"]}
    row = _record.named(_record.document(from_row(data, path, number, text_column)))
    predictions = _objects(task.get("predictions"))
    proposed = _record.known(_chosen(predictions[0]), row.id, codebook) if predictions else None
    annotations = _objects(task.get("annotations")) or _objects(task.get("completions"))
    for annotation in annotations or [{"was_cancelled": True}]:
        yield replace(_annotation(annotation, row, codebook), suggested=proposed)


def _annotation(annotation: Mapping[str, Any], row: Document, codebook: Codebook) -> CodedUnit:
    coder = _coder(annotation)
    given = _record.nothing(codebook)
    if not annotation.get("was_cancelled"):
        given = _judged(_chosen(annotation), coder, row, codebook)
    unit = _record.unit_of(row, given, codebook)
    return replace(unit, coder=coder or unit.coder, note="\n".join(filter(None, [unit.note, *_notes(annotation)])))


def _judged(chosen: Iterable[str], coder: str, row: Document, codebook: Codebook) -> Judgement:
    unasked = _loaded(row.meta.get("missing"))
    names = map(str, _list(_mapping(unasked).get(coder)))
    return _record.judgement(_record.known(chosen, row.id, codebook), names, row.id, codebook)


def _chosen(annotation: Mapping[str, Any]) -> list[str]:
    """Return the choices in an annotation or a prediction; spans and other things have no place here."""
    results = [found for found in _objects(annotation.get("result")) if found.get("type") == "choices"]
    return [str(name) for found in results for name in _list(_mapping(found.get("value")).get("choices"))]


def _notes(annotation: Mapping[str, Any]) -> list[str]:
    results = [found for found in _objects(annotation.get("result")) if found.get("from_name") == _NOTE]
    return [str(text) for found in results for text in _list(_mapping(found.get("value")).get("text"))]


def _coder(annotation: Mapping[str, Any]) -> str:
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return str(annotation.get("created_username") or "") if who is None else str(who)


def _short(row: Document, codebook: Codebook) -> CodedUnit:
    """Read a row of JSON_MIN or CSV: a key for each control of the labelling interface."""
    controls = [group.name for group in codebook.groups]
    chosen = [str(name) for key in controls for name in _choices(row.meta.get(key))]
    coder = str(row.meta.get("annotator") or "")
    given = _record.nothing(codebook)
    if row.meta.get("annotation_id") not in (None, ""):
        given = _judged(chosen, coder, row, codebook)
    kept = {key: value for key, value in row.meta.items() if key not in (*_BOOKKEEPING, *controls)}
    return replace(_record.unit_of(_record.named(replace(row, meta=kept)), given, codebook), coder=coder)


def _choices(cell: Any) -> list[Any]:
    value = _loaded(cell)
    return _list(_mapping(value).get("choices") if isinstance(value, dict) else value)


def _loaded(cell: Any) -> Any:
    """Return what a cell holds that may be JSON text."""
    if not isinstance(cell, str) or not cell.startswith("{"):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) and value else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def write_units(units: Sequence[CodedUnit], codebook: Codebook, path: Path) -> None:
    """Write the tasks to import, and the labelling interface to paste under Settings before it."""
    if path.suffix != ".json":
        raise CommuniqueError(f"{path}: Label Studio reads .json; give that suffix")
    _record.refuse_reserved(units, set(_record.questions(codebook)), "Label Studio")
    tasks, config = _tasks(units, codebook), labelling_config(codebook)
    with replacing(path) as temporary:
        temporary.write_text("[\n" + ",".join(map(tables.line, tasks)) + "]\n", encoding="utf-8", newline="\n")
    with replacing(path.with_suffix(BESIDE)) as temporary:
        temporary.write_text(config, encoding="utf-8")


def _tasks(units: Sequence[CodedUnit], codebook: Codebook) -> list[dict[str, Any]]:
    """Return a task for each item; all who coded the same item stand in the same task."""
    data = _record.filled([dict.fromkeys(_SHOWN, "") | {"unit_id": u.id} | _record.fields(u) for u in units])
    tasks: dict[str, list[int]] = {}
    for n, row in enumerate(data):
        tasks.setdefault(json.dumps(row, sort_keys=True), []).append(n)
    return [_as_task(data[places[0]], [units[n] for n in places], codebook) for places in tasks.values()]


def _as_task(data: dict[str, Any], units: Sequence[CodedUnit], codebook: Codebook) -> dict[str, Any]:
    missing = {unit.coder: sorted(unit.unknown) for unit in units if unit.unknown and unit.judged(codebook)}
    proposed = [unit.suggested for unit in units if unit.suggested is not None][:1]
    answered = [unit for unit in units if unit.judged(codebook) or unit.coder or unit.note]
    return {
        "data": data | ({"missing": missing} if missing else {}),
        "annotations": [_as_annotation(unit, codebook) for unit in answered],
        "predictions": [{"model_version": "communique", "result": _results(names, codebook)} for names in proposed],
    }


def _as_annotation(unit: CodedUnit, codebook: Codebook) -> dict[str, Any]:
    who: dict[str, Any] = {"created_username": unit.coder} if unit.coder else {}
    if "@" in unit.coder:
        who = {"completed_by": {"email": unit.coder}}
    note = {"from_name": _NOTE, "to_name": "text", "type": "textarea", "value": {"text": [unit.note]}}
    results = _results(_record.names(unit, codebook), codebook)
    return who | {"was_cancelled": not unit.judged(codebook), "result": results + ([note] if unit.note else [])}


def _results(names: Iterable[str], codebook: Codebook) -> list[dict[str, Any]]:
    given = set(names)
    chosen = {group.name: [name for name in group.names if name in given] for group in codebook.groups}
    return [
        {"from_name": group, "to_name": "text", "type": "choices", "value": {"choices": found}}
        for group, found in chosen.items()
        if found
    ]


def labelling_config(codebook: Codebook) -> str:
    """Return the labelling interface that asks a codebook's questions, as XML.

    Raises:
        CommuniqueError: a group is called like a part of the interface, or a text cannot stand in XML.

    """
    from lxml import etree

    view = etree.Element("View")
    etree.SubElement(view, "Header", value="$speaker", size="5")
    etree.SubElement(view, "Text", name="before", value="$before")
    etree.SubElement(view, "Text", name="text", value="$text")
    for group in codebook.groups:
        if group.name in (*_SHOWN, _NOTE):
            raise CommuniqueError(f"a group cannot be called {group.name} in Label Studio; rename it in the codebook")
        try:
            _add_choices(view, group)
        except ValueError as error:
            raise CommuniqueError(f"{group.name}: control characters cannot stand in XML; remove them") from error
    etree.SubElement(view, "TextArea", name=_NOTE, toName="text", rows="2", placeholder="Note", maxSubmissions="1")
    return str(etree.tostring(view, encoding="unicode", pretty_print=True))


def _add_choices(view: Any, group: Group) -> None:
    from lxml import etree

    single = group.choice == "single"
    etree.SubElement(view, "Header", value=f"{group.name}: {'exactly one' if single else 'none to all'}", size="5")
    kind = {"choice": "single-radio", "required": "true"} if single else {"choice": "multiple"}
    choices = etree.SubElement(view, "Choices", name=group.name, toName="text", showInline="true", **kind)
    for label in group.labels:
        etree.SubElement(
            choices, "Choice", value=label.name, **({"hint": label.definition} if label.definition else {})
        )
