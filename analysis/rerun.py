"""Run a labelling again and compare: this file is copied into a replication folder as ``replicate.py``.

It needs Python alone, and an environment in which ``communique`` is installed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOLERANCE = 0.001
"""How far a probability may differ: processors and numbers of threads change its last digits."""
FILES = ("units.jsonl", "statements.jsonl")
UNIT = ("id", "text", "start", "end", "speaker", "actor", "kind", "target")
"""What a unit is, whatever the model says of it."""


@dataclass
class Differences:
    """How the units of two runs differ."""

    units: int = 0
    other: int = 0
    labels: int = 0
    largest: float = 0.0

    @property
    def none(self) -> bool:
        """Whether all texts and labels are the same, and all probabilities to within the tolerance."""
        return not self.other and not self.labels and self.largest <= TOLERANCE

    def add(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Compare one unit."""
        self.units += 1
        self.other += any(before[name] != after[name] for name in UNIT)
        self.labels += (before["labels"], before["sentiment"]) != (after["labels"], after["sentiment"])
        for name in ("scores", "sentiment_scores"):
            for label, score in before[name].items():
                self.largest = max(self.largest, abs(score - after[name].get(label, 2.0)))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(before: Path, after: Path) -> Differences:
    """Compare two ``units.jsonl`` line by line."""
    lines = [path.read_text(encoding="utf-8").split("\n")[:-1] for path in (before, after)]
    found = Differences(other=abs(len(lines[0]) - len(lines[1])))
    for one, two in zip(*lines, strict=False):
        found.add(json.loads(one), json.loads(two))
    return found


def check_inputs(folder: Path, files: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with the inputs: missing, or not those that were labelled."""
    wrong = []
    for one in files:
        path = folder / one["path"]
        if not path.is_file():
            wrong.append(f"missing: {one['path']} (SHA-256 {one['sha256']}); put the file there")
        elif digest(path) != one["sha256"]:
            wrong.append(f"not the file that was labelled: {one['path']}; its SHA-256 has to be {one['sha256']}")
    return wrong


def main(here: Path) -> int:
    """Check the inputs, label them again, compare; return 0 where the result is the same."""
    expected = json.loads((here / "replication.json").read_text(encoding="utf-8"))
    if wrong := check_inputs(here / "inputs", expected["inputs"]):
        print("\n".join(wrong))
        return 1
    again = here / "rerun"
    shutil.rmtree(again, ignore_errors=True)
    command = [sys.executable, "-m", *expected["command"]]
    code = subprocess.run(command, cwd=here / "inputs", check=False).returncode  # noqa: S603 (the command of this folder)
    if code not in (0, 3):
        print(f"communique failed with exit code {code}")
        return 1
    if all(digest(again / name) == expected["sha256"][name] for name in FILES):
        print("The same, byte for byte.")
        return 0
    found = differences(here / "expected" / "units.jsonl", again / "units.jsonl")
    print(
        f"{found.units} units: {found.other} differ in text, speaker or target, {found.labels} in labels or sentiment; the largest difference "
        f"of a probability is {found.largest:.6f} (up to {TOLERANCE} is the processor's). {'The same.' if found.none else 'NOT the same.'}"
    )
    return 0 if found.none else 1


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
