"""Kill scoring runs at random points, resume them, and prove that nothing is lost, doubled or changed.

    python benchmarks/kills.py --kills 200

Runs are forked from this process, on a predictor that needs no model. Half of the kills come from outside after a
random time; half come in the middle of a write, with a random part of it on its way. Every run is resumed, killed
again, and at last left to end; its files must then be those of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

from communique.corpus import codebook
from communique.corpus.records import Prediction, Unit
from communique.inference import chunks, journal
from communique.inference.chunks import Options
from communique.inference.execution import Execution
from communique.inference.runner import score
from communique.models.calibration import Calibration

FINAL = ("statements.jsonl", "units.jsonl", "errors.jsonl", "summary.json")
SENTENCES = Options(unit="sentence")
KILLS_A_RUN = 5


class HashPredictor:
    """Labels units by the digest of their text and of the batch that they came in."""

    def __init__(self) -> None:
        book = codebook.core()
        calibration = Calibration.identity(book)
        self.classifier = SimpleNamespace(
            digest="0" * 64, codebook=book, calibration=calibration, token_budget=0, source="fake"
        )
        self.execution = Execution()

    def tokenise(self, units: Sequence[Unit]) -> list[Unit]:
        return list(units)

    def label(self, units: Sequence[Unit]) -> list[Prediction]:
        batch = hashlib.sha256("\n".join(unit.text for unit in units).encode())
        return [self._one(unit, batch.hexdigest()) for unit in units]

    def _one(self, unit: Unit, batch: str) -> Prediction:
        share = hashlib.sha256(f"{batch}{unit.text}".encode()).digest()[0] / 256
        return Prediction(("opposition",) if share >= 0.5 else (), {"opposition": share}, "neutral", {"neutral": 1.0})


def write_input(path: Path, rows: int) -> None:
    """Write rows of which some are bad, and some repeat an id."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(rows):
            row = {"id": n if n % 17 else 0, "text": "" if n % 13 == 5 else f"We oppose rule {n}. " * (n % 5 + 1)}
            file.write(json.dumps(row) + "\n")


def run(source: Path, out: Path) -> None:
    score([str(source)], out, HashPredictor(), SENTENCES, resume=out.exists())


def forked(work: Callable[[], None]) -> int:
    """Do `work` in a fork of this process; return the fork's id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def die_in_a_write(number: int, share: float) -> None:
    """Let this process kill itself in its write `number`, with the first `share` of it done."""
    real, calls = journal._write, 0

    def write(file, content):  # the signature of journal._write
        nonlocal calls
        calls += 1
        if calls == number:
            real(file, content[: int(share * len(content))])
            os.kill(os.getpid(), signal.SIGKILL)
        real(file, content)

    journal._write = write


def kill_once(source: Path, out: Path, chance: random.Random, seconds: float, writes: int) -> bool:
    """Begin or resume a run and kill it; return False where it had ended before."""
    if chance.random() < 0.5:
        number, share = chance.randint(1, writes), chance.random()
        child = forked(lambda: (die_in_a_write(number, share), run(source, out))[-1])
    else:
        child = forked(lambda: run(source, out))
        time.sleep(chance.random() * seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"a run failed instead of being killed: {out}")
    return os.WIFSIGNALED(status)


def undisturbed(source: Path, out: Path) -> tuple[dict[str, bytes], float, int]:
    """Return the files of a run that nobody disturbs, the seconds that it took, and its number of chunks."""
    start = time.monotonic()
    child = forked(lambda: run(source, out))
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the undisturbed run failed")
    rows = len((out / "units.jsonl").read_bytes().splitlines())
    return contents(out), time.monotonic() - start, rows // chunks.CHUNK_UNITS


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL}


def check(rows: int, kills: int, seed: int, folder: Path) -> dict[str, float]:
    """Kill runs until there were `kills`; return what was counted.

    Raises:
        SystemExit: a run that was killed and resumed ends in other bytes.

    """
    source, chance = folder / "in.jsonl", random.Random(seed)
    write_input(source, rows)
    whole, seconds, chunk_count = undisturbed(source, folder / "whole")
    counts = {"kills": 0, "runs": 0, "rows": rows}
    while counts["kills"] < kills:
        out = folder / f"run-{counts['runs']}"
        for _ in range(min(KILLS_A_RUN, kills - counts["kills"])):
            if journal.is_finished(out) or not kill_once(source, out, chance, seconds, 4 * chunk_count):
                break
            counts["kills"] += 1
        counts["runs"] += 1
        if not journal.is_finished(out) and os.waitpid(forked(lambda out=out: run(source, out)), 0)[1]:
            raise SystemExit(f"{out} cannot be resumed")
        if contents(out) != whole:
            raise SystemExit(f"{out} ends in other bytes than an undisturbed run")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chunks.CHUNK_UNITS = 100
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        found = check(options.rows, options.kills, options.seed, Path(folder))
        print(
            f"{found['kills']} kills in {found['runs']} runs of {found['rows']} rows: every run ended in the same bytes "
            f"({time.monotonic() - start:.0f} s)"
        )


if __name__ == "__main__":
    main()
