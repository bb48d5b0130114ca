"""The speakers that no list of actors knows, as lines for a file of actors of one's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..corpus.extraction.actors import Actors, by_shape, normalise
from .sinks import rows

_EXAMPLE = 90
_TYPES = ("company", "government", "igo", "ngo", "industry", "other")


@dataclass
class Unresolved:
    """A speaker as written, the type that the words tell, and one of its statements."""

    speaker: str
    type: str
    doc: str
    example: str
    count: int = 0


def write(statements: Path, out: Path, actors: Actors | None = None) -> int:
    """Write the unresolved speakers of ``statements.jsonl`` to `out`, the commonest first, and return how many.

    Unresolved is whom `actors`, else the shipped ones, do not know.

    The file can be given to ``--actors`` as it is; it does more once each line stands under the right type and name.
    """
    found, unnamed = _collect(rows(statements), actors or Actors.load())
    temporary = out.with_name(f".{out.name}.tmp")
    try:
        temporary.write_text("\n".join(_lines(found, unnamed)) + "\n", encoding="utf-8", errors="replace")
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)
    return len(found)


def _collect(found: Iterable[dict[str, str | None]], actors: Actors) -> tuple[list[Unresolved], int]:
    """Return the speakers with a name but no known actor, and the number of statements whose speaker has no name."""
    met: dict[str, Unresolved] = {}
    unnamed = 0
    for row in found:
        speaker = " ".join(_plain(row["speaker"] or "").split())
        if not speaker or any(actors.resolve(name) for name in (speaker, row["actor"]) if name):
            continue
        if not _has_name(speaker):
            unnamed += 1
            continue
        example = " ".join(_plain(row["text"] or "").split())[:_EXAMPLE]
        new = Unresolved(speaker, by_shape(speaker) or row["actor_type"] or "other", row["doc"] or "", example)
        met.setdefault(normalise(speaker), new).count += 1
    return sorted(met.values(), key=lambda one: -one.count), unnamed


def _has_name(speaker: str) -> bool:
    """Return whether a capital stands in the words after the first, or the only word is no pronoun."""
    words = speaker.split()
    pronoun = words[0].lower() in {
        "he",
        "she",
        "they",
        "it",
        "we",
        "i",
        "the",
        "a",
        "an",
        "some",
        "officials",
        "critics",
    }
    return any(word[0].isupper() for word in words[1:]) or (words[0][0].isupper() and not pronoun)


def _lines(found: Iterable[Unresolved], unnamed: int) -> Iterator[str]:
    listed = list(found)
    yield "# Speakers that communique could not resolve, by the type that their words tell; the commonest first."
    yield "# Move each line under the right type, put the actor's name before the colon and the speaker in [ ], delete the rest:"
    yield "#   company:"
    yield "#     Halden Roe: [Orrin Dace]"
    yield f"# {unnamed} statements of speakers without a name (he, officials) are left out."
    yield "version: 1"
    for kind in _TYPES:
        here = [one for one in listed if one.type == kind]
        if here:
            yield f"{kind}:"
        for one in here:
            yield f"  {json.dumps(one.speaker, ensure_ascii=False)}:  # {one.count} in {_plain(one.doc)}: {one.example}"


def _plain(text: str) -> str:
    """Return text as YAML takes it: on one line, and without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
