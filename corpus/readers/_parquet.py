"""Parquet, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..records import Document, InputError
from ._entry import Entry, UnreadableError, check_size, failure
from ._rows import Table

BATCH = 256
_REMEDY = "write it again, with pyarrow, pandas or R's arrow"


def rows(entry: Entry, text_column: str) -> Iterator[Document | InputError]:
    """Yield the rows of a .parquet file."""
    check_size(entry)
    table, number = Table(entry, text_column), 0
    for number, row in enumerate(_rows(entry, table), 1):
        yield table.document(row, number)
    if number == 0:
        raise UnreadableError("the file is empty below its header: remove it, or write it again from its source")


def _rows(entry: Entry, table: Table) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        from pyarrow import parquet

        with parquet.ParquetFile(entry.path) as file:
            header = table.header(file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=BATCH):
                for row in _dicts(batch, header):
                    number += 1
                    yield row
    except Exception as error:
        raise failure(entry, error, _REMEDY, number + 1 if number else None) from None


def _dicts(batch: Any, header: list[str]) -> Iterator[dict[str, Any]]:
    columns = [_coarse(column).to_pylist() for column in batch.columns]
    return (dict(zip(header, values, strict=True)) for values in zip(*columns, strict=True))


def _coarse(column: Any) -> Any:
    """Cut nanoseconds, which Python's dates cannot hold."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column
