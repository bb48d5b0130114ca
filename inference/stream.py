"""Streams: hand on what has arrived without waiting for more, and make the next while one is in use."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
BLOCK = 256
_PATIENCE = 0.2


def available(items: Iterator[Item], most: int = BLOCK) -> Iterator[list[Item]]:
    """Yield the items in blocks: each holds what had arrived when it was asked for, one item at least."""
    with _filled(items, most) as waiting:
        while True:
            block: list[Item] = []
            found = waiting.get()
            while found is not None and not isinstance(found, BaseException):
                block.append(found)
                if len(block) >= most or waiting.empty():
                    break
                found = waiting.get()
            if block:
                yield block
            if isinstance(found, BaseException):
                raise found
            if found is None:
                return


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, making one in a thread of its own while another is in use."""
    for block in available(items, most=1):
        yield from block


@contextmanager
def _filled(items: Iterator[Item], most: int) -> Iterator[queue.Queue[Item | BaseException | None]]:
    """Give a queue that a thread fills from `items`, then with the error that ended them, or None."""
    waiting: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=most)
    left = threading.Event()

    def put(item: Item | BaseException | None) -> None:
        while not left.is_set():
            try:
                waiting.put(item, timeout=_PATIENCE)
            except queue.Full:  # look whether anybody is still there
                continue
            return

    def fill() -> None:
        try:
            for item in items:
                put(item)
                if left.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    threading.Thread(target=fill, daemon=True).start()  # a daemon: it may wait for standard input for ever
    try:
        yield waiting
    finally:
        left.set()
