"""Rows to tables that a person opens: CSV, TSV, XLSX, Parquet and JSON Lines, of which nothing is lost.

A spreadsheet takes a text that begins like a formula for one, so such texts get an apostrophe in .csv and .tsv
(OWASP ASVS 1.2.10), which `unescaped` takes off again; in .xlsx they are marked as text.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import CommuniqueError
from .files import replacing

Row = Mapping[str, Any]
XLSX_CELL = 32_767
XLSX_ROWS = 1_048_575
_FORMULA = re.compile(r"'*[=+\-@\t\r\0]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\0]")
_NOT_IN_XML = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
_UNSAFE_IN_XML = re.compile(rf"_(?=x[0-9A-Fa-f]{{4}}[_{_NOT_IN_XML}])|[{_NOT_IN_XML}]")


def write(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    """Write `rows` as the table that the suffix of `path` names; a cell that a row has not is blank.

    Raises:
        CommuniqueError: there is no such table, or it cannot hold the rows.

    """
    writers: dict[str, Callable[[Sequence[Row], Sequence[str], Path], None]] = {
        ".csv": _write_csv, ".tsv": _write_tsv, ".xlsx": _write_xlsx, ".parquet": _write_parquet, ".jsonl": _write_jsonl,
    }  # fmt: skip
    if path.suffix not in writers:
        raise CommuniqueError(f"{path} is no table; give it one of the suffixes {', '.join(writers)}")
    with replacing(path) as temporary:
        writers[path.suffix](rows, columns, temporary)


def escaped(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula; `unescaped` undoes it, whatever the text is."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Return a text without the apostrophe that `escaped` gave it."""
    return text[1:] if _ESCAPED.match(text) else text


def line(row: Any) -> str:
    """Return `row` as a line of strict JSON."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def text_of(value: Any) -> str:
    """Return a cell as text: nothing for None, JSON for what is no text itself."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def arrow_table(rows: Sequence[Row], columns: Sequence[str]) -> Any:
    """Return the rows as a ``pyarrow.Table``; a column of one kind keeps its kind, any other becomes text."""
    import pyarrow as pa

    return pa.table({name: _arrow([row.get(name) for row in rows]) for name in columns})


def _arrow(values: list[Any]) -> Any:
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and not kinds & {dict, list}:
        try:
            return pa.array(values)
        except (pa.ArrowException, OverflowError):  # a whole number too large, for one
            pass
    return pa.array([None if value is None else text_of(value) for value in values], pa.string())


def _write_csv(rows: Iterable[Row], columns: Sequence[str], path: Path, delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([escaped(name) for name in columns])
        writer.writerows([escaped(text_of(row.get(name))) for name in columns] for row in rows)


def _write_tsv(rows: Iterable[Row], columns: Sequence[str], path: Path) -> None:
    _write_csv(rows, columns, path, "\t")


def _write_jsonl(rows: Iterable[Row], columns: Sequence[str], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line({name: row[name] for name in columns if name in row}) for row in rows)


def _write_parquet(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(arrow_table(rows, columns), path)


def _write_xlsx(rows: Sequence[Row], columns: Sequence[str], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    if len(rows) > XLSX_ROWS:
        raise CommuniqueError(f"an .xlsx sheet holds {XLSX_ROWS:,} rows, and these are {len(rows):,}; choose .csv")
    cells = [
        [_xlsx_value(row.get(name)) for name in columns] for row in rows
    ]  # what cannot be held fails before it begins
    book = Workbook(write_only=True)
    sheet = book.create_sheet("units")
    sheet.freeze_panes = "A2"
    for place, name in enumerate(columns):
        sheet.column_dimensions[get_column_letter(place + 1)].width = _width(name, [row[place] for row in cells[:100]])

    def cell(value: Any) -> Any:
        if value is None or isinstance(value, (bool, int)):
            return value
        made = WriteOnlyCell(sheet)
        made.value = repr(value) if isinstance(value, float) else value  # openpyxl itself cuts a number's last digit
        made.data_type = "n" if isinstance(value, float) else "s"  # a text, also where it begins like a formula
        return made

    for row in ([_xlsx_value(name) for name in columns], *cells):
        sheet.append([cell(value) for value in row])
    book.save(path)


def _width(name: str, cells: Sequence[Any]) -> int:
    """Return the width of a column in characters, so that a person can read it."""
    longest = max(len(str(cell)) for cell in (name, *cells) if cell is not None)
    return min(max(longest, 8), 70) + 2


def _xlsx_value(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float)) else _xlsx_text(text_of(value))


def _xlsx_text(text: str) -> str:
    """Write characters that XML cannot hold as Office Open XML does (``_x000D_``)."""
    safe = _UNSAFE_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    if len(safe) > XLSX_CELL:
        raise CommuniqueError(
            f"the text {text[:30]!r}… has {len(text):,} characters, and an .xlsx cell holds {XLSX_CELL:,}; choose .csv"
        )
    return safe
