"""Other formats of a run's units: CSV, Parquet, XLSX and Stata, from ``units.jsonl``, atomically."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..corpus.errors import CommuniqueError

FORMATS = ("jsonl", "csv", "parquet", "xlsx", "dta")
XLSX_CELL = 32_767
XLSX_ROWS = 1_048_575
PARQUET_ROWS = 10_000
_FORMULA = tuple("=+-@\t\r\0")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def convert(units: Path, out: Path) -> None:
    """Write the units of a run to `out`, in the format that its suffix names."""
    writers: dict[str, Callable[[Path, Path], None]] = {
        "jsonl": _write_jsonl, "csv": _write_csv, "parquet": _write_parquet, "xlsx": _write_xlsx, "dta": _write_dta,
    }  # fmt: skip
    temporary = out.with_name(f".{out.name}.tmp")
    try:
        writers[out.suffix[1:]](units, temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())  # the run it was made of may be removed next
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)


def rows(units: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of ``units.jsonl``."""
    with units.open(encoding="utf-8", newline="\n") as file:
        for text in file:
            yield json.loads(text)


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a unit as one level of columns: lists joined by ``;``, a ``score_`` column for each label."""
    found = {key: value for key, value in row.items() if not isinstance(value, (dict, list))}
    found["meta"] = json.dumps(row["meta"], ensure_ascii=False) if row["meta"] else None
    found["labels"] = ";".join(row["labels"])
    found |= {f"score_{name}": value for name, value in row["scores"].items()}
    found |= {f"sentiment_{name}": value for name, value in row["sentiment_scores"].items()}
    target = row["target"] or {}
    found |= {f"target_{key}": target.get(key) for key in ("text", "start", "end", "actor", "kind")}
    found.pop("target", None)
    found["flags"] = ";".join(row["flags"])
    return found


def formula_safe(value: Any) -> Any:
    """Return a text so that no spreadsheet takes it for a formula (OWASP ASVS 1.2.10)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_jsonl(units: Path, out: Path) -> None:
    import shutil

    shutil.copyfile(units, out)


def _write_csv(units: Path, out: Path) -> None:
    with out.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer: csv.DictWriter[str] | None = None
        for row in map(flat, rows(units)):
            if writer is None:
                writer = csv.DictWriter(file, fieldnames=list(row), extrasaction="ignore")
                writer.writeheader()
            writer.writerow({key: formula_safe(value) for key, value in row.items()})


def _write_parquet(units: Path, out: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    try:
        for block in _blocks(map(flat, rows(units)), PARQUET_ROWS):
            schema = _schema(block[0]) if writer is None else writer.schema
            writer = writer or pq.ParquetWriter(out, schema)
            writer.write_table(pa.Table.from_pylist(block, schema=schema))
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        pq.write_table(pa.table({"id": pa.array([], pa.string())}), out)


def _schema(row: dict[str, Any]) -> Any:
    import pyarrow as pa

    def kind(name: str) -> Any:
        if name.startswith(("score_", "sentiment_")):
            return pa.float64()
        return pa.int64() if name in ("start", "end", "target_start", "target_end") else pa.string()

    return pa.schema([(name, kind(name)) for name in row])


def _blocks(found: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    from itertools import islice

    while block := list(islice(found, size)):
        yield block


def _write_xlsx(units: Path, out: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("units")
    for n, row in enumerate(map(flat, rows(units))):
        if n >= XLSX_ROWS:
            raise CommuniqueError(f"an .xlsx sheet holds {XLSX_ROWS} rows at most; choose .csv or .parquet")
        if n == 0:
            sheet.append(list(row))
        sheet.append([sheet_cell(sheet, value) for value in row.values()])
    book.save(out)


def sheet_cell(sheet: Any, value: Any) -> Any:
    """Return a cell of a write-only sheet; a text stays one, also where it begins like a formula."""
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(sheet)
    made.value = _CONTROL.sub("", value)[:XLSX_CELL] if isinstance(value, str) else value
    if isinstance(value, str):
        made.data_type = "s"
    return made


def _write_dta(units: Path, out: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(list(map(flat, rows(units))))
    if frame.empty:
        raise CommuniqueError("no units were found, and a .dta file cannot be empty; choose .csv")
    for name in ("target_start", "target_end"):  # numbers also where no unit has a target, so that files can be joined
        frame[name] = pd.to_numeric(frame[name]).astype(float)
    for name in frame.columns:
        if frame[name].dtype == object or str(frame[name].dtype) == "str":
            frame[name] = frame[name].fillna("").astype(str)
    frame = frame.rename(columns={"end": "end_"})  # `end` is a word of Stata's
    long = [name for name in ("text", "before", "meta", "title", "target_text") if name in frame]
    frame.to_stata(out, version=118, write_index=False, convert_strl=long)
