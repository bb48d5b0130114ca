"""Streams hand on what has arrived."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.inference.stream import available


@given(st.lists(st.integers(), max_size=60), st.integers(1, 7))
def test_everything_comes_in_order_and_no_block_is_empty_or_too_large(items, most):
    blocks = list(available(iter(items), most))
    assert [item for block in blocks for item in block] == items
    assert all(0 < len(block) <= most for block in blocks)


def test_what_has_arrived_is_not_kept_waiting():
    """A slow source: the first item is handed on while the second is not there yet."""
    go_on = threading.Event()

    def slow():
        yield 1
        assert go_on.wait(10)
        yield 2

    blocks = available(slow())
    assert next(blocks) == [1]
    go_on.set()
    assert next(blocks) == [2]
    assert list(blocks) == []


def test_an_error_comes_after_what_was_read_before_it():
    def broken():
        yield 1
        raise ValueError("torn")

    found = []
    with pytest.raises(ValueError, match="torn"):  # noqa: PT012 (what came before it is checked)
        for block in available(broken()):
            found += block
    assert found == [1]
