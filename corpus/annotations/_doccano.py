"""doccano's text classification: JSON Lines or JSON with ``text``, ``label`` and metadata, or the archive it exports.

What it does and what it does not say (its ``data_import`` and ``data_export``):

- Every key but the text and the label is metadata of the item; it is shown to coders and comes back in the export.
- An export has ``Comments`` in every row, an import has not: so labels that a model proposed are told from
  labels that a coder confirmed.
- A project where everybody codes alone is exported as an archive with a file for each coder.
- An empty list says nothing: the item may be unread. It is missing; ``no label`` says that none applies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from .. import tables
from ..codebook import Codebook
from ..errors import CommuniqueError
from ..files import replacing
from ..readers import from_row, load_json, read
from ..records import Document
from . import _record
from ._json import first_row
from ._record import LISTED, NO_LABEL, CodedUnit
from ._table import listed_judgement

BESIDE = ".labels.json"
COLOURS = ("#1b6ca8", "#b3541e", "#3d7a3d", "#8a3b8f", "#a3333d", "#5a5a8c", "#6b6b00", "#00737a")
_ARCHIVE_LIMIT = 1_000_000_000
_TOGETHER = "all"
"""The name of the one file in the archive of a project where all code together."""


def looks_like(row: Mapping[str, Any]) -> bool:
    """Say whether a row of JSON is doccano's."""
    listed = any(isinstance(row.get(key), list) for key in ("label", "cats"))
    return listed or "Comments" in row or ("data" in row and "text" not in row)


def read_units(path: str, codebook: Codebook, text_column: str | None = None) -> Iterator[CodedUnit]:
    """Yield the items of a file or an archive that doccano exported, or of a file to be imported there."""
    if path.lower().endswith(".zip"):
        yield from _archive(path, codebook, text_column)
    else:
        yield from (_unit(row, codebook) for row in _rows(path, text_column))


def _rows(path: str, text_column: str | None) -> Iterator[Document]:
    if path.lower().endswith(".json"):
        rows: Any = (from_row(row, path, n, text_column or _text_key(row)) for n, row in enumerate(load_json(path), 1))
    else:
        rows = read([path], text_column=text_column or _text_key(first_row(path)))
    return (_record.named(_record.document(found)) for found in rows)


def _text_key(row: Mapping[str, Any]) -> str:
    return "data" if "data" in row and "text" not in row else "text"


def _archive(path: str, codebook: Codebook, text_column: str | None) -> Iterator[CodedUnit]:
    """Yield what the files of an archive hold; each is called like the coder whose labels it has."""
    try:
        with ZipFile(path) as archive, TemporaryDirectory() as folder:
            if sum(part.file_size for part in archive.infolist()) > _ARCHIVE_LIMIT:
                raise CommuniqueError(f"{path} unpacks to more than doccano exports; unpack it and name the files")
            for part in archive.infolist():
                name = PurePosixPath(part.filename)
                if name.suffix.lower() not in (".json", ".jsonl"):
                    continue
                unpacked = Path(folder) / name.name
                unpacked.write_bytes(archive.read(part))
                coder = "" if name.stem == _TOGETHER else name.stem
                for unit in read_units(str(unpacked), codebook, text_column):
                    yield replace(unit, coder=unit.coder or coder, source=f"{path}/{name.name}")
    except (BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise CommuniqueError(f"{path} is damaged or locked ({error}); export it again") from error


def _unit(row: Document, codebook: Codebook) -> CodedUnit:
    listed = next((row.meta[key] for key in LISTED if key in row.meta), None) or []
    if isinstance(listed, list) and any(isinstance(item, (list, dict)) for item in listed):
        raise CommuniqueError(f"{row.id}: its labels are spans; export a text classification project instead")
    found = listed_judgement(listed, row, codebook)
    if row.meta.get("prelabelled") and "Comments" not in row.meta:
        unit = _record.unit_of(row, _record.nothing(codebook), codebook)
        return replace(unit, suggested=found.labels | set(found.choices.values()))
    missing = set(_texts(row.meta.get("missing")) if listed else codebook.multi)
    unit = _record.unit_of(row, replace(found, unknown=frozenset(missing - found.labels)), codebook)
    meta = {key: value for key, value in unit.meta.items() if key != "Comments"}
    return replace(unit, meta=meta, note="\n".join(filter(None, [unit.note, *_texts(row.meta.get("Comments"))])))


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []


def write_units(units: Sequence[CodedUnit], codebook: Codebook, path: Path) -> None:
    """Write a file to import into a text classification project, and the labels to import before it."""
    if path.suffix not in (".jsonl", ".json"):
        raise CommuniqueError(f"{path}: doccano reads .jsonl and .json; give one of these suffixes")
    _record.refuse_reserved(units, {"data", "comments", *_record.questions(codebook)}, "doccano")
    rows = _record.filled([_row(unit, codebook) for unit in units])
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        if path.suffix == ".json":
            file.write(json.dumps(rows, ensure_ascii=False, allow_nan=False))
        else:
            file.writelines(map(tables.line, rows))
    with replacing(path.with_suffix(BESIDE)) as temporary:
        temporary.write_text(json.dumps(_label_types(codebook), indent=1), encoding="utf-8")


def _row(unit: CodedUnit, codebook: Codebook) -> dict[str, Any]:
    row: dict[str, Any] = {"unit_id": unit.id, **_record.fields(unit)}
    row |= {key: value for key, value in (("coder", unit.coder), ("note", unit.note)) if value}
    if not unit.judged(codebook):
        return row | {"label": []} | _proposed(unit, codebook)
    row["label"] = _shown(_record.names(unit, codebook), codebook) or [NO_LABEL]
    row |= {"missing": sorted(unit.unknown)} if unit.unknown else {}
    return row | ({} if unit.suggested is None else {"suggested": _record.suggestion(unit, codebook)})


def _proposed(unit: CodedUnit, codebook: Codebook) -> dict[str, Any]:
    if unit.suggested is None:
        return {}
    return {"label": _shown(unit.suggested, codebook) or [NO_LABEL], "prelabelled": True}


def _shown(names: Any, codebook: Codebook) -> list[str]:
    """Return labels as coders see them, those of single-choice groups with the group before them."""
    multi = [name for name in codebook.multi if name in names]
    return multi + [f"{group.name}: {name}" for group in codebook.single for name in group.names if name in names]


def _label_types(codebook: Codebook) -> list[dict[str, Any]]:
    names = [*_shown(codebook.labels, codebook), NO_LABEL]
    return [
        {"text": name, "prefix_key": None, "suffix_key": None, "background_color": COLOURS[n % len(COLOURS)], "text_color": "#ffffff"}
        for n, name in enumerate(names)
    ]  # fmt: skip
