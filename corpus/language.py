"""Which language a document is in, where there is enough of it to tell."""

from __future__ import annotations

ENOUGH = 100
SAMPLE = 2000


def detect(text: str) -> str | None:
    """Return the ISO 639-1 code of the text's language, None where it is too short to tell.

    Short texts fool every detector ("No comment" counts as Italian), so below 100 characters nothing is said.
    """
    sample = text[:SAMPLE].strip()
    if len(sample) < ENOUGH:
        return None
    import py3langid

    found: str = py3langid.classify(sample)[0]
    return found
