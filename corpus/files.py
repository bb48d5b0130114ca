"""Files that are replaced whole: nobody ever sees half of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import UsageError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a hidden path beside `path`: the file or folder that is written there takes its place at the end."""
    temporary = path.with_name(f".{path.name}.tmp")
    _remove(temporary)
    try:
        yield temporary
        if temporary.is_dir():
            _remove(path)
        else:
            _sync(temporary)
        os.replace(temporary, path)
    finally:
        _remove(temporary)


def refuse_existing(*paths: Path, overwrite: bool) -> None:
    """Refuse to write where something is already, unless that is wanted.

    Raises:
        UsageError: one of `paths` exists.

    """
    for path in paths:
        if path.exists() and not overwrite:
            raise UsageError(f"{path} exists; give another name, or --overwrite")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
