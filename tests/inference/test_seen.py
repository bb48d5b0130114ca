"""Ids: none is forgotten, whichever part of the set it has moved to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from communique.inference import seen
from communique.inference.seen import Seen


@given(st.lists(st.text(max_size=3), max_size=80), st.integers(1, 9))
def test_an_id_is_new_once(idents, recent):
    before, seen.RECENT = seen.RECENT, recent
    try:
        found, known = Seen(), set()
        for ident in idents:
            assert found.add(ident) == (ident not in known)
            known.add(ident)
    finally:
        seen.RECENT = before
