"""Hugging Face `datasets`: a folder that ``save_to_disk`` wrote, in the layouts of tables.

What is written has a column for each label (1, 0 or null) and a class label for each single-choice group; where every
unit has a split, it is a ``DatasetDict`` with ``train``, ``validation`` and ``test``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import tables
from ..codebook import Codebook
from ..errors import CommuniqueError, UsageError
from ..files import replacing
from ..readers import from_row
from . import _record
from ._record import CodedUnit
from ._table import coded_unit, columns, wide_rows

_MARKS = ("dataset_info.json", "dataset_dict.json")
_THEIRS = {"dev": "validation"}
_OURS = {"validation": "dev", "valid": "dev", "val": "dev"}


def looks_like(folder: Path) -> bool:
    """Say whether a folder is a saved data set."""
    return any((folder / mark).is_file() for mark in _MARKS)


def read_units(path: str, codebook: Codebook, text_column: str | None = None) -> Iterator[CodedUnit]:
    """Yield the rows of a data set, of all its splits."""
    number = 0
    for split, part in _load(path).items():
        names = {column: _namer(feature) for column, feature in part.features.items()}
        for row in part:
            number += 1
            values = {"split": split} | {key: names[key](value) for key, value in row.items()}
            yield coded_unit(_record.document(from_row(values, path, number, text_column)), codebook)


def _load(path: str) -> dict[str, Any]:
    """Return a data set by split; a single one has the split ""."""
    import datasets

    try:
        found = datasets.load_from_disk(path)
    except Exception as error:  # whatever a damaged folder brings about in there
        raise CommuniqueError(f"{path} is no data set that save_to_disk wrote ({type(error).__name__})") from error
    if isinstance(found, datasets.DatasetDict):
        return {_OURS.get(str(name), str(name)): part for name, part in found.items()}
    return {"": found}


def _namer(feature: Any) -> Callable[[Any], Any]:
    """Return what turns the numbers of a class label, or of a list of them, into names."""
    from datasets import ClassLabel

    if isinstance(feature, ClassLabel):
        return lambda value: None if value is None else feature.int2str(value)
    inner = getattr(feature, "feature", None)
    if isinstance(inner, ClassLabel):
        return lambda values: [inner.int2str(value) for value in values or ()]
    return lambda value: value


def write_units(units: Sequence[CodedUnit], codebook: Codebook, path: Path) -> None:
    """Write a data set as `datasets.load_from_disk` reads it.

    Raises:
        UsageError: `path` is something else than a data set.

    """
    if path.exists() and not (path.is_dir() and looks_like(path)):
        raise UsageError(f"{path} is something else than a data set; give another name")
    with _quiet(), replacing(path) as temporary:
        _dataset(units, codebook).save_to_disk(temporary)


def _dataset(units: Sequence[CodedUnit], codebook: Codebook) -> Any:
    from datasets import Dataset, DatasetDict

    rows = wide_rows(units, codebook)
    found = Dataset(_arrow(rows, columns(units, rows), codebook))
    splits = [unit.split for unit in units]
    if not all(split in _record.SPLITS for split in splits):
        return found
    places = {name: [n for n, split in enumerate(splits) if split == name] for name in _record.SPLITS}
    whole = found.remove_columns("split")
    return DatasetDict({_THEIRS.get(name, name): whole.select(rows) for name, rows in places.items() if rows})


def _arrow(rows: Sequence[Mapping[str, Any]], names: Sequence[str], codebook: Codebook) -> Any:
    """Return the rows as a table whose columns have the same kind whatever they hold."""
    import pyarrow as pa
    from datasets import ClassLabel, Features

    table = tables.arrow_table(rows, names)
    for name in codebook.multi:
        cells = pa.array([row[name] for row in rows], pa.int8())
        table = table.set_column(table.column_names.index(name), name, cells)
    features = Features.from_arrow_schema(table.schema)
    for group in codebook.single:
        features[group.name] = ClassLabel(names=list(group.names))
        numbers = pa.array([_place(row[group.name], group.names) for row in rows], pa.int64())
        table = table.set_column(table.column_names.index(group.name), group.name, numbers)
    return table.replace_schema_metadata(features.arrow_schema.metadata)


def _place(name: str | None, names: Sequence[str]) -> int | None:
    return None if name is None else names.index(name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress bars of `datasets` off the terminal."""
    from datasets.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
