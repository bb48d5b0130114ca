"""Which ids stood already, in eight bytes each."""

from __future__ import annotations

import hashlib

import numpy as np

RECENT = 65_536


class Seen:
    """A set of ids: the recent ones in a Python set, all others as sorted 64-bit digests.

    Two of a million ids share a digest with a chance of three in a hundred million.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted = np.empty(0, dtype=np.uint64)

    def add(self, ident: str) -> bool:
        """Take in an id; return whether it is new."""
        key = int.from_bytes(hashlib.blake2b(ident.encode("utf-8", "replace"), digest_size=8).digest())
        if key in self._recent or self._is_sorted_in(key):
            return False
        self._recent.add(key)
        if len(self._recent) >= RECENT:
            self._sorted = np.union1d(self._sorted, np.fromiter(self._recent, dtype=np.uint64))
            self._recent = set()
        return True

    def _is_sorted_in(self, key: int) -> bool:
        wanted = np.uint64(key)
        place = int(self._sorted.searchsorted(wanted))
        return place < len(self._sorted) and bool(self._sorted[place] == wanted)
