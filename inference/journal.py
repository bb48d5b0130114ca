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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..corpus.errors import CommuniqueError, UsageError

FILES = ("statements.jsonl", "units.jsonl", "errors.jsonl")
MANIFEST, SUMMARY, JOURNAL, LOCK = "manifest.json", "summary.json", "journal.jsonl", ".lock"
SHARDS = "shards"
"""The folder where the Ray engine keeps what is not in the journal yet."""
_BEGUN = {
    MANIFEST,
    f"{MANIFEST}.tmp",
    ".statements.jsonl.tmp",
    *(f"{name}.part" for name in FILES),
}  # what a run writes before its journal


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
        with writing(self.path):
            for name, lines in chunk.items():
                _write(self._files[name], b"".join(lines))
                _sync(self._files[name])
            sizes = {name: file.tell() for name, file in self._files.items()}
            self.checkpoint = Checkpoint(inputs, digest, sizes, counts)
            _write(self._journal, json.dumps(asdict(self.checkpoint)).encode() + b"\n")
            _sync(self._journal)

    def finish(self, summary: Mapping[str, Any], rewrite: Mapping[str, Callable[[Path, Path], None]] = {}) -> None:
        """Give every file its final name and drop the journal: without it, the run is finished.

        A file in `rewrite` is written anew from its part, which stays as long as the journal: a run that dies here
        is resumed from what it appended.
        """
        with writing(self.path):
            write_json(self.path / SUMMARY, summary)
            for name, file in self._files.items():
                file.close()
                rewrite.get(name, os.replace)(part(self.path, name), self.path / name)
            self._journal.close()
            _sync_folder(self.path)
            (self.path / JOURNAL).unlink()
            for name in rewrite:
                part(self.path, name).unlink(missing_ok=True)


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
    with locked(path):
        _refuse_existing(path, resume=resume, overwrite=overwrite)  # again: another run may have ended meanwhile
        with writing(path):
            if overwrite:
                clear(path)
            run = _resumed(path, manifest) if (path / JOURNAL).exists() else _fresh(path, manifest)
        try:
            yield run
        finally:
            for file in (*run._files.values(), run._journal):
                file.close()


def is_finished(path: Path) -> bool:
    """Return whether a run folder is complete: the journal is the last thing that a run removes."""
    return (path / SUMMARY).exists() and not (path / JOURNAL).exists()


def end_of(path: Path, manifest: Mapping[str, Any]) -> Checkpoint:
    """Return where a finished run ended, with its summary as counts; refuse one that was made otherwise."""
    before = _refuse_changed(path, manifest)
    counts = json.loads((path / SUMMARY).read_text(encoding="utf-8"))
    return Checkpoint(counts["totals"].get("inputs", 0), str(before.get("inputs_sha256")), counts=counts)


def _refuse_existing(path: Path, *, resume: bool, overwrite: bool) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise UsageError(f"{path} is a file; give a new folder name")
    if overwrite:
        if not _holds_run(path):
            raise UsageError(f"{path} holds other files, and no run to overwrite; give an empty or new folder")
        return
    if is_finished(path):
        raise UsageError(f"{path} holds a finished run; give another -o, or --overwrite")
    found = {entry.name for entry in path.iterdir()} - {LOCK}
    strange = found - _BEGUN
    if strange and JOURNAL not in found:
        raise UsageError(f"{path} holds other files ({min(strange)}); give an empty or new folder")
    if found and not resume:
        raise UsageError(f"{path} holds an unfinished run; continue it with --resume, or start anew with --overwrite")


def _holds_run(path: Path) -> bool:
    """Return whether all that `clear` would remove from a folder is a run's: its names are common ones."""
    found = {entry.name for entry in path.iterdir()} - {LOCK}
    if found <= _BEGUN - {MANIFEST} or {JOURNAL, *(f"{name}.part" for name in FILES)} <= found:
        return True
    with suppress(OSError, ValueError):
        before = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        return isinstance(before, dict) and isinstance(before.get("decides"), dict)
    return False


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a run folder, which is made where there is none.

    The lock file is unlinked while it is held; whoever opened it before finds that it is no longer the
    folder's, and opens the new one.

    Raises:
        CommuniqueError: another run holds it, or the folder cannot be written.

    """
    lock = _take(path)
    while lock is None:
        lock = _take(path)
    with lock:
        try:
            yield
        finally:
            (path / LOCK).unlink(missing_ok=True)


def _take(path: Path) -> BinaryIO | None:
    """Return the lock file, locked; None where its last holder unlinked it in the meantime."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / LOCK).open("a+b")
    except OSError as error:
        raise CommuniqueError(f"cannot write to {path}: {error.strerror}; choose another -o") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise CommuniqueError(f"another run is writing to {path}; wait for it, or give another -o") from error
    with suppress(OSError):
        if os.path.samestat(os.fstat(lock.fileno()), (path / LOCK).stat()):
            return lock
    lock.close()
    return None


def clear(path: Path) -> None:
    """Remove what a run wrote, and nothing else; the manifest goes last, as it tells that the rest is a run's."""
    ours = [SHARDS, SUMMARY, f"{SUMMARY}.tmp", JOURNAL, *FILES, *(_BEGUN - {MANIFEST})]
    for name in [*ours, *(f"units{suffix}" for suffix in (".csv", ".xlsx", ".dta", ".parquet")), MANIFEST]:
        found = path / name
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink(missing_ok=True)


def _fresh(path: Path, manifest: Mapping[str, Any]) -> Run:
    if (path / MANIFEST).exists():  # it died before it had a journal
        _refuse_changed(path, manifest)
    write_json(path / MANIFEST, manifest)
    files = {name: part(path, name).open("wb", buffering=0) for name in FILES}
    journal = (path / JOURNAL).open("wb", buffering=0)
    _sync_folder(path)
    return Run(path, Checkpoint(), files, journal)


def _resumed(path: Path, manifest: Mapping[str, Any]) -> Run:
    _refuse_changed(path, manifest)
    checkpoint, length = _last_checkpoint(path / JOURNAL)
    for name in FILES:
        found = part(path, name) if part(path, name).exists() else path / name
        if (found.stat().st_size if found.exists() else 0) < checkpoint.sizes[name]:
            raise CommuniqueError(f"{found} is missing or shorter than the journal says; start anew with --overwrite")
    files = {}
    for name in FILES:
        if not part(path, name).exists() and (path / name).exists():  # it died while giving final names
            os.replace(path / name, part(path, name))
        file = part(path, name).open("ab", buffering=0)
        file.truncate(checkpoint.sizes[name])
        file.seek(0, os.SEEK_END)
        files[name] = file
    journal = (path / JOURNAL).open("r+b", buffering=0)
    journal.truncate(length)
    journal.seek(0, os.SEEK_END)
    return Run(path, checkpoint, files, journal)


def _refuse_changed(path: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest that stands in the folder, if what decides the result has not changed since."""
    try:
        before = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommuniqueError(f"{path / MANIFEST} is missing or damaged; start anew with --overwrite") from error
    decided = before.get("decides") if isinstance(before, dict) else None
    if not isinstance(before, dict) or not isinstance(decided, dict):
        raise CommuniqueError(f"{path / MANIFEST} is not the manifest of a run; give an empty or new folder")
    odd = [key for key in manifest["decides"] if decided.get(key) != manifest["decides"][key]]
    if odd:
        raise CommuniqueError(
            f"cannot resume {path}: {', '.join(odd)} changed since the run began; restore it, or start anew with --overwrite"
        )
    return before


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
    with temporary.open("wb", buffering=0) as file:
        _write(file, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        _sync(file)
    os.replace(temporary, path)


def _write(file: BinaryIO, content: bytes) -> None:
    """Write all of `content`; the system may take less at once, as where a disk is nearly full."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say what to do where the system refuses to write: a disk is full, damaged or read-only."""
    try:
        yield
    except OSError as error:
        raise CommuniqueError(
            f"cannot write to {path}: {error.strerror or error}; mend that, then continue with --resume: nothing is lost"
        ) from error


def _sync(file: BinaryIO) -> None:
    os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
