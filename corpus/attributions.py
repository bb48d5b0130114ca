"""Attributions: who says or thinks what in a sentence, as spans of its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Span = tuple[int, int]
Attitude = Literal["say", "think"]


@dataclass(frozen=True, slots=True)
class Attribution:
    """A source, the cue that tells what it does, and the content; all are offsets into one text.

    `attitude` is ``say`` where the cue is one of saying, writing, asking, promising or denying, and ``think``
    where it is one of believing, wishing or planning. A content that its cue cuts in two has two parts; a cue may share
    the source of the one before it. `confidence` is the finder's, from 0 to 1.
    """

    cue: Span
    contents: tuple[Span, ...]
    source: Span | None = None
    attitude: Attitude = "say"
    confidence: float = 1.0

    @property
    def content(self) -> Span:
        """The content from the beginning of its first part to the end of its last."""
        return self.contents[0][0], self.contents[-1][1]

    def moved(self, by: int) -> Attribution:
        """Return the attribution in a text of which this one's is a part that begins at `by`."""
        return replace(
            self,
            cue=_moved(self.cue, by),
            contents=tuple(_moved(part, by) for part in self.contents),
            source=_moved(self.source, by) if self.source else None,
        )


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


Marker = Callable[[Sequence[str]], Sequence[Sequence[Attribution]]]
"""What finds the attributions of sentences: the extraction knows no model, so it is given one of these."""
