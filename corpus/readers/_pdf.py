"""PDF: parsed by a process with limits, then its printed lines are joined into paragraphs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..records import Document
from ._entry import FILE_LIMIT, Entry, UnreadableError, check_size
from ._fields import checked
from ._unwrap import paragraphs

SECONDS = 60
MEMORY = 2_000_000_000
CHARACTERS = 20_000_000
_WORKER = Path(__file__).with_name("_pdf_worker.py")
_HARD = "print it to a new PDF, or save its text as a .txt file"
_REASONS = {
    "encrypted": "the PDF is encrypted: save a copy without a password",
    "long": f"the PDF holds over {CHARACTERS:,} characters: split it",
    "memory": f"the PDF needs over {MEMORY // 10**9} GB of memory to read: {_HARD}",
    "time": f"the PDF takes over {SECONDS} seconds to read: {_HARD}",
    "killed": f"the PDF exhausts its limits of {SECONDS} seconds and {MEMORY // 10**9} GB: {_HARD}",
    "ModuleNotFoundError": "a package that reads .pdf files is missing: pip install pypdf",
}


def read(entry: Entry) -> Document:
    """Read a .pdf file that has a text layer."""
    check_size(entry, FILE_LIMIT)
    found = _work(entry.path)
    if "error" in found:
        name = found["error"]
        raise UnreadableError(_REASONS.get(name, f"the PDF is damaged or malformed ({name}): {_HARD}"))
    text = paragraphs([_clean(page) for page in found["pages"]])
    if not text:
        raise UnreadableError("the PDF holds no text, only pictures: run text recognition on it, such as ocrmypdf")
    created = found.get("created")
    return Document(
        id=entry.id,
        text=text,
        title=_title(found.get("title")),
        source=entry.source,
        meta={"created": created} if created else {},
    )


def _work(path: str) -> dict[str, Any]:
    limits = map(str, (SECONDS, MEMORY, CHARACTERS))
    command = [sys.executable, "-P", str(_WORKER), path, *limits]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the path is one argument, and no shell sees it
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return {"error": "time"}
    try:
        result: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"error": "killed"}
    return result


def _clean(page: str) -> str:
    """Drop what fonts without a proper table of characters leave behind."""
    return page.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _title(title: str | None) -> str | None:
    """Return a title that somebody wrote, not the file name that Word puts there."""
    title = checked(_clean(title).strip(), "title") if title else ""
    return title if title and not title.lower().startswith(("microsoft word", "untitled")) else None
