"""The quality floors: the shipped model must not get worse on the test split, and the seed article must come out right.

    python benchmarks/floors.py

`floors.json` records the digest of the test split and the floors. Lowering one, or changing the split, takes a reason in its `why`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from communique.corpus.errors import CommuniqueError
from communique.models import classifier
from communique.training import dataset, evaluation
from communique.training.recipe import Recipe

HERE = Path(__file__).parent


def main() -> None:
    floors = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))
    try:
        units = dataset.load(Recipe()).split("test")
    except CommuniqueError as error:
        print(f"skipped: {error}")
        return
    failures = []
    if units.digest != floors["test_sha256"]:
        failures.append(f"the test split is another: {units.digest}")
    report = evaluation.evaluate(classifier.load(), units)
    found = {
        "macro_f1": report.macro_f1.value,
        "micro_f1": report.micro_f1.value,
        "sentiment_macro_f1": report.single["sentiment"].value,
    }
    for name, floor in floors["floors"].items():
        print(f"{name}: {found[name]:.3f}, floor {floor}")
        if found[name] < floor:
            failures.append(f"{name} is {found[name]:.3f}, below its floor {floor}")
    seed = subprocess.run([sys.executable, str(HERE / "seed.py")], check=False)
    if seed.returncode > floors["seed_wrong"]:
        failures.append(f"{seed.returncode} rows of the seed article are wrong, {floors['seed_wrong']} are known")
    sys.exit("\n".join(failures) if failures else 0)


if __name__ == "__main__":
    main()
