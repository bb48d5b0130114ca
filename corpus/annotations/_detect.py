"""Which format a file or folder has: told by its suffix, and by the first row where that leaves a choice."""

from __future__ import annotations

import csv
from pathlib import Path

from ..codebook import Codebook
from ..errors import CommuniqueError
from . import _datasets, _doccano, _label_studio, _prodigy, _run
from ._json import first_row

CODEBOOKS = (".qdc", ".yaml", ".yml")


def detect(path: str, codebook: Codebook) -> str:
    """Return the name of the format that `path` has; what is none of the tools' is a table.

    Raises:
        CommuniqueError: it is a codebook, or JSON in no format that is known.

    """
    suffix = Path(path).suffix.lower()
    if suffix in CODEBOOKS:
        raise CommuniqueError(f"{path} is a codebook and holds no units; give the coded file, and this as --codebook")
    if Path(path).is_dir():
        return _folder(Path(path))
    if suffix in (".json", ".jsonl", ".ndjson") and Path(path).exists():
        return _json(path, suffix, codebook)
    if suffix in (".csv", ".tsv"):
        return _delimited(dict.fromkeys(_header(path)))
    return "doccano" if suffix == ".zip" else "table"


def _delimited(header: dict[str, None]) -> str:
    if _label_studio.looks_like(header):
        return "label-studio"
    return "doccano" if {"label", "Comments"} <= set(header) else "table"


def _folder(path: Path) -> str:
    if _datasets.looks_like(path):
        return "datasets"
    return "run" if _run.is_run(path) else "table"


def _json(path: str, suffix: str, codebook: Codebook) -> str:
    row = first_row(path)
    if _run.looks_like(row):
        return "run"
    if _label_studio.looks_like(row):
        return "label-studio"
    if suffix != ".json" and set(row) & set(codebook.multi):
        return "table"
    if suffix != ".json" and _prodigy.looks_like(row):
        return "prodigy"
    if _doccano.looks_like(row):
        return "doccano"
    if suffix == ".json":
        raise CommuniqueError(f"{path} is JSON of no tool that is known; say which it is with --from")
    return "table"


def _header(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            return next(csv.reader(file, delimiter="\t" if path.lower().endswith(".tsv") else ","), [])
    except (OSError, csv.Error):
        return []  # whoever reads the file says what is wrong with it
