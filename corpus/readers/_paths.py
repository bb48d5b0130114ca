"""From what a user names to the files to read: folders are walked lazily, globs expanded, ids given."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..records import InputError
from ._entry import STDIN, Entry, printable, suffix_of


@dataclass(frozen=True, slots=True)
class _Inputs:
    """All that was named: files and folders, in order, and what can be asked of them."""

    paths: tuple[str, ...]
    folders: tuple[str, ...]
    known: frozenset[str]
    basenames: Counter[str]
    suffixes: tuple[str, ...]


def find(inputs: Sequence[str], suffixes: tuple[str, ...]) -> Iterator[Entry | InputError]:
    """Yield the files that `inputs` name, each once, or an error for what names none."""
    errors: dict[str, InputError] = {}
    paths: dict[str, None] = {}
    for name in dict.fromkeys(inputs):
        found = _expand(name, suffixes)
        if isinstance(found, InputError):
            errors[name] = found
            found = [name]
        paths.update(dict.fromkeys(found))
    named = _survey(_without_repeats(paths), suffixes)
    for path in named.paths:
        yield from [errors[path]] if path in errors else _entries(path, named)


def _expand(name: str, suffixes: tuple[str, ...]) -> list[str] | InputError:
    """Return the paths that a file, folder or glob names."""
    if name == STDIN or os.path.lexists(name):
        return [name]
    if not glob.has_magic(name):
        return InputError(printable(name), "no such file or folder: check the path")
    found = [p for p in sorted(glob.iglob(name, recursive=True)) if os.path.isdir(p) or suffix_of(p) in suffixes]
    if not found:
        return InputError(printable(name), f"the pattern matches no readable file: legal are {_legal(suffixes)}")
    return found


def _without_repeats(paths: dict[str, None]) -> tuple[str, ...]:
    unique: dict[str, str] = {}
    for path in paths:
        unique.setdefault(path if path == STDIN else os.path.abspath(path), path)
    return tuple(unique.values())


def _survey(paths: tuple[str, ...], suffixes: tuple[str, ...]) -> _Inputs:
    folders = tuple(p for p in paths if p != STDIN and os.path.isdir(p))
    files = set(paths) - set(folders)
    basenames = Counter(os.path.basename(p) for p in files)
    return _Inputs(paths, folders, frozenset(map(os.path.abspath, paths)), basenames, suffixes)


def _entries(path: str, named: _Inputs) -> Iterator[Entry | InputError]:
    if path == STDIN:
        yield Entry(STDIN, "stdin")
    elif path in named.folders:
        yield from _folder(path, named)
    else:
        yield _named_file(path, named)


def _named_file(path: str, named: _Inputs) -> Entry | InputError:
    if not os.path.exists(path):
        return InputError(printable(path), "the link leads nowhere, or in a circle: mend or remove it")
    if not os.path.isfile(path):
        return InputError(printable(path), "not a regular file: pipe its content in and name - as the input")
    if suffix_of(path) not in named.suffixes:
        suffix = suffix_of(path) or "no suffix"
        return InputError(printable(path), f"a file with {suffix} cannot be read: legal are {_legal(named.suffixes)}")
    name = os.path.basename(path)
    shared = named.basenames[name] > 1 or _in_folders(name, path, named.folders)
    return Entry(path, _posix(path if shared else name))


def _folder(root: str, named: _Inputs) -> Iterator[Entry | InputError]:
    empty = True
    for found in _walk(root, named):
        empty = False
        yield found if isinstance(found, InputError) else _file_below(root, found, named)
    if empty and not _holds_named(root, named):
        yield InputError(printable(root), f"the folder holds no readable file: legal are {_legal(named.suffixes)}")


def _file_below(root: str, path: str, named: _Inputs) -> Entry:
    below = os.path.relpath(path, root)
    others = tuple(folder for folder in named.folders if folder != root)
    shared = below in named.basenames or _in_folders(below, path, others)
    return Entry(path, _posix(path if shared else below))


def _walk(root: str, named: _Inputs) -> Iterator[str | InputError]:
    """Yield the readable files below `root`, by name within each folder; only the names on the way down are held."""
    stack = [iter(_names(root, named))]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, tuple):
            stack.append(iter(_names(found[0], named)))
        else:
            yield found


def _names(folder: str, named: _Inputs) -> Iterator[str | tuple[str] | InputError]:
    """Yield what one folder holds, sorted: a file's path, a folder's path in a tuple, or an error."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if _is_wanted(e, named.suffixes))
    except OSError as error:
        yield InputError(printable(folder), f"the folder cannot be opened ({error.strerror}): check its permissions")
        return
    for name in names:
        path = os.path.join(folder, name)
        if os.path.abspath(path) not in named.known:  # a file that was also named itself is read there
            yield _classify(path)


def _is_wanted(entry: os.DirEntry[str], suffixes: tuple[str, ...]) -> bool:
    if entry.name.startswith("."):
        return False
    return suffix_of(entry.name) in suffixes or entry.is_dir()


def _classify(path: str) -> str | tuple[str] | InputError:
    if os.path.isdir(path):
        if os.path.islink(path):  # may lead in a circle, or to the whole disk
            return InputError(printable(path), "a link to a folder is not followed: name that folder as an input too")
        return (path,)
    if os.path.isfile(path):
        return path
    return InputError(printable(path), "not a regular file, or a link that leads nowhere: mend or remove it")


def _in_folders(below: str, path: str, folders: tuple[str, ...]) -> bool:
    """Say whether another file at `below` in one of `folders` would have the same id as `path`."""
    candidates = (os.path.join(folder, below) for folder in folders)
    return any(os.path.lexists(c) and os.path.abspath(c) != os.path.abspath(path) for c in candidates)


def _holds_named(root: str, named: _Inputs) -> bool:
    """Say whether a folder's files were all named themselves, so that it is not empty after all."""
    start = os.path.join(os.path.abspath(root), "")
    return any(path.startswith(start) for path in named.known)


def _legal(suffixes: tuple[str, ...]) -> str:
    return ", ".join(suffixes)


def _posix(path: str) -> str:
    return printable(path).replace(os.sep, "/")
