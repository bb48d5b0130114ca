"""The units of a finished run, to be coded: nobody has judged them, and what the model says is a suggestion."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..codebook import Codebook
from ..errors import CommuniqueError
from ..readers import read
from ..records import Document
from ..segmentation import CONTEXT_SENTENCES
from . import _record
from ._record import CodedUnit

UNITS = "units.jsonl"
_UNFINISHED = "journal.jsonl"


def looks_like(row: Mapping[str, Any]) -> bool:
    """Say whether a row of JSON is a line of ``units.jsonl``."""
    kinds = {"scores": dict, "labels": list, "meta": dict, "doc": str, "statement": str}
    return all(isinstance(row.get(key), kind) for key, kind in kinds.items())


def is_run(folder: Path) -> bool:
    """Say whether a folder is a run, finished or not."""
    return any((folder / name).is_file() for name in (UNITS, _UNFINISHED))


def read_units(path: str, codebook: Codebook, text_column: str | None = None) -> Iterator[CodedUnit]:
    """Yield the units of a run folder, or of its ``units.jsonl``."""
    folder = Path(path)
    if (folder / _UNFINISHED).exists():
        raise CommuniqueError(f"{path} is an unfinished run; finish it with `communique score … --resume`")
    lines = folder / UNITS if folder.is_dir() else folder
    said: deque[str] = deque(maxlen=CONTEXT_SENTENCES)
    statement = None
    for found in read([str(lines)], text_column=text_column):
        row = _record.document(found)
        if row.meta.get("statement") != statement:
            said.clear()
        statement = row.meta.get("statement")
        yield _unit(row, " ".join(said), codebook)
        said.append(row.text)


def _unit(row: Document, said: str, codebook: Codebook) -> CodedUnit:
    line = row.meta
    if not looks_like(line):
        raise CommuniqueError(f"{row.source}: {row.id} is no unit of a run; convert the run's folder, or {UNITS}")
    speaker, kind = (str(line.get(key) or "") for key in ("actor", "actor_type"))
    meta = {**line["meta"], "document": line["doc"], "kind": kind}
    plain = replace(row, speaker=speaker or row.speaker, before=row.before or said, meta=meta)
    names = _record.known([*line["labels"], *filter(None, [line.get("sentiment")])], row.id, codebook)
    return replace(_record.unit_of(plain, _record.nothing(codebook), codebook), suggested=names)
