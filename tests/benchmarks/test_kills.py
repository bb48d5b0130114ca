"""The short form of ``benchmarks/kills.py``."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "kills.py"


def test_ten_kills_lose_nothing():
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--kills", "10", "--rows", "600"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("10 kills in")


def test_a_run_that_ends_in_other_bytes_is_found(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("kills", PROGRAM)
    kills = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kills)
    monkeypatch.setattr(kills, "run", lambda _, out: out.mkdir(exist_ok=True) or _write(kills, out))
    monkeypatch.setattr(kills, "kill_once", lambda *_: True)
    with pytest.raises(SystemExit, match="other bytes"):
        kills.check(10, 1, 1, tmp_path)


def _write(kills, out):
    """Write the files of a finished run, different in every folder."""
    for name in kills.FINAL:
        (out / name).write_text(out.name)
