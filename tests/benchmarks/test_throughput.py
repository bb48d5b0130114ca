"""The throughput benchmark, with a tiny model and few sentences: that it runs, and that its ways agree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "throughput.py"


def test_the_smoke_mode(tiny_model, tmp_path):
    arguments = ["--model", str(tiny_model), "--sentences", "40", "--tries", "1", "-o", str(tmp_path / "out.md")]
    environment = {**os.environ, "COMMUNIQUE_POOL": str(tmp_path / "nowhere")}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.md").read_text() == done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and "fp32" in line]
    assert len(rows) == 4
    assert all("100.00%" in row for row in rows[:3])  # ours reads a long one in windows, where the others cut it
    assert "first result" in done.stdout
    assert "40 authored sentences" in done.stdout
