"""The run folder and its journal: every chunk is on disk before progress moves.

A run appends to ``*.part`` files chunk by chunk. After each chunk the files are synced, and a line of
``journal.jsonl`` records their sizes, how many inputs were consumed, and a digest of those inputs. To
resume is to cut the files back to the last recorded sizes, to read the inputs again up to the recorded
place, and to go on; the chunks are a function of the inputs alone, so the end is the same, byte by byte.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..corpus.errors import CommuniqueError, UsageError

FILES = ("statements.jsonl", "units.jsonl", "errors.jsonl")
MANIFEST, SUMMARY, JOURNAL, LOCK = "manifest.json", "summary.json", "journal.jsonl", ".lock"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after a chunk.

    Attributes:
        inputs: documents and rows consumed so far.
        digest: SHA-256 over them.
        sizes: bytes of each file.
        counts: what the summary counts, so far.

    """

    inputs: int = 0
    digest: str = ""
    sizes: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(FILES, 0))
    counts: Mapping[str, Any] = field(default_factory=dict)


class Run:
    """A run folder that is being written. Open one with `open_run`."""

    def __init__(self, path: Path, checkpoint: Checkpoint, files: Mapping[str, BinaryIO], journal: BinaryIO) -> None:
        self.path = path
        self.checkpoint = checkpoint
        self._files = files
        self._journal = journal

    def append(self, chunk: Mapping[str, Sequence[bytes]], inputs: int, digest: str, counts: Mapping[str, Any]) -> None:
        """Write one chunk's lines, make them durable, then move the journal on."""
        for name, lines in chunk.items():
            self._files[name].write(b"".join(lines))
            _sync(self._files[name])
        sizes = {name: file.tell() for name, file in self._files.items()}
        self.checkpoint = Checkpoint(inputs, digest, sizes, counts)
        self._journal.write(json.dumps(asdict(self.checkpoint)).encode() + b"\n")
        _sync(self._journal)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Give every file its final name and drop the journal."""
        write_json(self.path / SUMMARY, summary)
        for name, file in self._files.items():
            file.close()
            os.replace(part(self.path, name), self.path / name)
        self._journal.close()
        _sync_folder(self.path)
        (self.path / JOURNAL).unlink()


def part(folder: Path, name: str) -> Path:
    """Return where the file `name` grows until the run is done."""
    return folder / f"{name}.part"


@contextmanager
def open_run(
    path: Path, manifest: Mapping[str, Any], *, resume: bool = False, overwrite: bool = False
) -> Iterator[Run]:
    """Open a run folder for writing, under a lock.

    Raises:
        UsageError: the folder holds a run already and neither `resume` nor `overwrite` is given.
        CommuniqueError: another run is writing there, or what is to be resumed was made otherwise.

    """
    _refuse_existing(path, resume=resume, overwrite=overwrite)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / LOCK).open("a+b")
    except OSError as error:
        raise CommuniqueError(f"cannot write to {path}: {error.strerror}; choose another -o") from error
    with lock:
        _lock(lock, path)
        if overwrite:
            _clear(path)
        run = _resumed(path, manifest) if (path / JOURNAL).exists() else _fresh(path, manifest)
        try:
            yield run
        finally:
            for file in (*run._files.values(), run._journal):
                file.close()
            (path / LOCK).unlink(missing_ok=True)


def _refuse_existing(path: Path, *, resume: bool, overwrite: bool) -> None:
    if not path.exists() or overwrite:
        return
    if not path.is_dir():
        raise UsageError(f"{path} is a file; give a new folder name, or --overwrite")
    if (path / SUMMARY).exists():
        raise UsageError(f"{path} holds a finished run; give another -o, or --overwrite")
    if (path / JOURNAL).exists() and not resume:
        raise UsageError(f"{path} holds an unfinished run; continue it with --resume, or start anew with --overwrite")
    strange = [entry.name for entry in path.iterdir() if entry.name != LOCK]
    if strange and not (path / JOURNAL).exists():
        raise UsageError(f"{path} holds other files ({sorted(strange)[0]}); give an empty or new folder")


def _lock(lock: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommuniqueError(f"another run is writing to {path}; wait for it, or give another -o") from error


def _clear(path: Path) -> None:
    """Remove what a run wrote, and nothing else."""
    ours = [MANIFEST, SUMMARY, JOURNAL, *FILES, *(f"{name}.part" for name in FILES)]
    for name in ours + [f"units{suffix}" for suffix in (".csv", ".xlsx", ".dta", ".parquet")]:
        found = path / name
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink(missing_ok=True)


def _fresh(path: Path, manifest: Mapping[str, Any]) -> Run:
    write_json(path / MANIFEST, manifest)
    files = {name: part(path, name).open("wb") for name in FILES}
    journal = (path / JOURNAL).open("wb")
    _sync_folder(path)
    return Run(path, Checkpoint(), files, journal)


def _resumed(path: Path, manifest: Mapping[str, Any]) -> Run:
    _refuse_changed(path, manifest)
    checkpoint, length = _last_checkpoint(path / JOURNAL)
    files = {}
    for name in FILES:
        if not part(path, name).exists() and (path / name).exists():  # it died while giving final names
            os.replace(path / name, part(path, name))
        file = part(path, name).open("r+b")
        file.truncate(checkpoint.sizes[name])
        file.seek(0, os.SEEK_END)
        files[name] = file
    journal = (path / JOURNAL).open("r+b")
    journal.truncate(length)
    journal.seek(0, os.SEEK_END)
    return Run(path, checkpoint, files, journal)


def _refuse_changed(path: Path, manifest: Mapping[str, Any]) -> None:
    try:
        before = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommuniqueError(f"{path / MANIFEST} is missing or damaged; start anew with --overwrite") from error
    odd = [key for key in manifest["decides"] if before.get("decides", {}).get(key) != manifest["decides"][key]]
    if odd:
        raise CommuniqueError(
            f"cannot resume {path}: {', '.join(odd)} changed since the run began; restore it, or start anew with --overwrite"
        )


def _last_checkpoint(path: Path) -> tuple[Checkpoint, int]:
    """Return the last whole line of the journal and the length up to its end; a torn tail is left out."""
    checkpoint, length = Checkpoint(), 0
    for line in path.read_bytes().split(b"\n")[:-1]:
        try:
            checkpoint = Checkpoint(**json.loads(line))
        except (ValueError, TypeError):
            break
        length += len(line) + 1
    return checkpoint, length


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as JSON, atomically."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")
        _sync(file)
    os.replace(temporary, path)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
