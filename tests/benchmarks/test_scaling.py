"""The scaling benchmark on few rows: that it runs and measures what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "scaling.py"


def test_the_smoke_mode(tmp_path):
    command = [sys.executable, str(PROGRAM), "--rows", "40,80", "-o", str(tmp_path / "out.md")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.md").read_text() == done.stdout
    assert re.findall(r"^\| (\d+) \|", done.stdout, re.MULTILINE) == ["40", "80"]
    assert re.search(r"from 40 to 80 rows: memory [01]\.\d\d times", done.stdout)
