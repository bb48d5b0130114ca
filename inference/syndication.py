"""Statements that several documents carry: each counts once in a comparison, and keeps how far it reached.

Texts are near-duplicates where the minima of random hashes over their three-word shingles agree (Broder, 1997); bands of
three minima find the candidates (Leskovec, Rajaraman and Ullman, 2014, chapter 3). Of each minimum the highest 16 bits are kept (Li and
König, 2010): two that differ look alike once in 65,536 times. All is deterministic.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .rows import line

SHORTEST = 8  # words; what is shorter may well be said twice
ALIKE = 0.7  # share of the minima that agree; it estimates the share of shingles that two texts have in common
_SHINGLE, _BANDS, _ROWS = 3, 5, 3
_SIZE = _BANDS * _ROWS
_READ = 20_000
_BLOCK = 65_536
Ints = NDArray[np.int32]
_WORD = re.compile(r"\w+")
_RANDOM = np.random.Generator(np.random.PCG64(1997))
_FACTORS = _RANDOM.integers(1, 2**63, (_SIZE, 1), dtype=np.uint64) | np.uint64(1)
_SHIFTS = _RANDOM.integers(0, 2**63, (_SIZE, 1), dtype=np.uint64)


def mark(source: Path, out: Path) -> None:
    """Write the statements of `source` to `out`, each with its `syndicated` and `reach`.

    `syndicated` is the id of the first statement of those that say the same in several documents, None for all others;
    `reach` is the number of documents. About eighty bytes a statement are held at the peak, and no text.
    """
    firsts, reach = _groups(source)
    ids: dict[int, str] = {}
    temporary = out.with_name(f".{out.name}.tmp")
    with temporary.open("wb") as file:
        for number, row in enumerate(_rows(source)):
            first, count = int(firsts[number]), int(reach[number])
            if count > 1:
                ids.setdefault(first, row["id"])
            file.write(line(row | {"syndicated": ids.get(first) if count > 1 else None, "reach": count}))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, out)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for text in file:
            yield json.loads(text)


def _groups(path: Path) -> tuple[Ints, Ints]:
    """Return for each statement the number of the first one of its group, and the documents that its group is in."""
    minima, places, documents = array("H"), array("i"), array("i")
    last, document = None, -1
    for number, row in enumerate(_rows(path)):
        document += row["doc"] != last
        last = row["doc"]
        documents.append(document)
        found = None if row["no_comment"] else signature(row["text"])
        if found is not None:
            minima.frombytes(found.tobytes())
            places.append(number)
    firsts = np.arange(len(documents), dtype=np.int32)
    if places:
        at = np.frombuffer(places, dtype=np.int32)
        firsts[at] = at[_alike(np.frombuffer(minima, dtype=np.uint16).reshape(-1, _SIZE))]
    return firsts, _reach(firsts, np.frombuffer(documents, dtype=np.int32) if documents else firsts)


def _reach(firsts: Ints, documents: Ints) -> Ints:
    """Return for each statement how many documents its group stands in."""
    pairs = np.unique(firsts.astype(np.int64) * len(firsts) + documents)
    counts = np.bincount(pairs // max(len(firsts), 1), minlength=len(firsts)).astype(np.int32)
    found: Ints = counts[firsts]
    return found


def signature(text: str) -> NDArray[np.uint16] | None:
    """Return the minima of a text's shingles, (15,); None where it has too few words to be known again."""
    words = [match.group() for match in _WORD.finditer(text[:_READ].lower())]
    if len(words) < SHORTEST:
        return None
    shingles = {" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}
    hashes = np.array([zlib.crc32(one.encode("utf-8", "replace")) for one in shingles], dtype=np.uint64)
    mixed = (hashes * _FACTORS + _SHIFTS) >> np.uint64(48)
    minima: NDArray[np.uint16] = mixed.min(axis=1).astype(np.uint16)
    return minima


def _alike(minima: NDArray[np.uint16]) -> Ints:
    """Return for each row of `minima`, (n, 15), the number of the first row that is like it, itself where none is."""
    first = np.arange(len(minima), dtype=np.int32)
    for band in range(_BANDS):
        head = _heads(minima[:, band * _ROWS : (band + 1) * _ROWS])
        for at in range(0, len(minima), _BLOCK):
            some = slice(at, at + _BLOCK)
            near = (minima[some] == minima[head[some]]).mean(axis=1) >= ALIKE
            first[some] = np.where(near, np.minimum(first[some], head[some]), first[some])
    while (first[first] != first).any():
        first = first[first]
    return first


def _heads(band: NDArray[np.uint16]) -> Ints:
    """Return for each row of `band`, (n, 3), the number of the first row that equals it."""
    keys = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        keys = (keys << np.uint64(16)) | column
    order = np.argsort(keys, kind="stable").astype(np.int32)
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] + np.uint64(1))).astype(np.int32)
    heads = np.empty_like(order)
    heads[order] = np.repeat(order[starts], np.diff(starts, append=len(order)))
    return heads
