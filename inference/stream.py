"""Streams: hand on what has arrived, without waiting for more."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")
BLOCK = 256


def available(items: Iterator[Item], most: int = BLOCK) -> Iterator[list[Item]]:
    """Yield the items in blocks: each holds what had arrived when it was asked for, one item at least."""
    waiting: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=most)

    def fill() -> None:
        try:
            for item in items:
                waiting.put(item)
            waiting.put(None)
        except BaseException as error:
            waiting.put(error)

    threading.Thread(target=fill, daemon=True).start()
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
