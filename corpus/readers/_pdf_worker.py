"""Read one PDF, in a process of its own: a hostile file can exhaust this process, and nothing else.

Run as ``python _pdf_worker.py FILE SECONDS BYTES CHARACTERS``; prints one JSON object, either
``{"pages": [...], "title": ..., "created": ...}`` or ``{"error": ...}``.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Any


def limit(seconds: int, memory: int) -> None:
    """Bound this process's processor time and memory, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit remains
        return
    for kind, value in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory)):
        with suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(kind, (value, value))


def read(path: str, characters: int) -> dict[str, Any]:
    """Return the pages of a PDF and what it says of itself."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not _unlock(reader):
        return {"error": "encrypted"}
    pages: list[str] = []
    for page in reader.pages:
        pages.append(page.extract_text() or "")
        characters -= len(pages[-1])
        if characters < 0:
            return {"error": "long"}
    return {"pages": pages, **_about(reader)}


def _unlock(reader: Any) -> bool:
    """Open a file that anyone may read, though not edit: its password is empty."""
    try:
        return bool(reader.decrypt(""))
    except Exception:
        return False  # a cipher that needs one more package


def _about(reader: Any) -> dict[str, str | None]:
    try:
        about = reader.metadata
        created = about.creation_date if about else None
        title = str(about.title) if about and about.title else None
    except Exception:
        return {}  # a malformed date does not make the text unreadable
    return {"title": title, "created": created.isoformat() if created else None}


def main() -> None:
    """Read the file that the command line names."""
    path, seconds, memory, characters = sys.argv[1:]
    limit(int(seconds), int(memory))
    try:
        result = read(path, int(characters))
    except MemoryError:
        result = {"error": "memory"}
    except Exception as error:
        result = {"error": type(error).__name__}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
