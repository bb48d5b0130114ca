"""Run the commands of docs/study.md and write into it what they print.

    python benchmarks/study.py

The commands are run one after the other in a copy of demo/study; the block below each is replaced by its output. Where the
line above a block says ``<!-- lines: PATTERN -->``, it holds the lines in which the pattern is found, and … for the others.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "docs" / "study.md"
STEP = re.compile(r"(^    communique (.+)\n\n(?:<!-- lines: (.+) -->\n)?```text\n)(?:.*\n)*?(```\n)", re.MULTILINE)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(ROOT / "demo" / "study", Path(place) / "study"))
        text = STEP.sub(lambda step: refreshed(step, folder), STUDY.read_text(encoding="utf-8"))
    STUDY.write_text(text, encoding="utf-8")


def refreshed(step: re.Match[str], folder: Path) -> str:
    """Run a step's command in `folder`; return the step with what it printed."""
    head, arguments, pattern, foot = step.groups()
    print(f"== communique {arguments}", flush=True)
    command = [sys.executable, "-m", "communique", *shlex.split(arguments)]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},  # or messages would stand before the tables
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout)
    return head + "".join(f"{line}\n" for line in shown(done.stdout.strip().splitlines(), pattern)) + foot


def shown(lines: list[str], pattern: str | None) -> list[str]:
    """Return the lines in which `pattern` is found, all without one; … stands for each run of others."""
    kept: list[str] = []
    for line in lines:
        if pattern is None or re.search(pattern, line):
            kept.append(line)
        elif line and kept[-1:] != ["…"]:
            kept.append("…")
    return kept


if __name__ == "__main__":
    main()
