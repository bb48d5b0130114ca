"""Install the built wheel into a folder of its own and label a sentence from there, away from the checkout."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = """
import sys, pathlib, communique
assert pathlib.Path(communique.__file__).is_relative_to(sys.argv[1]), communique.__file__
print(communique.load().predict(["We strongly oppose the new tariffs and will comply with all applicable laws."])[0].labels)
"""

wheel = Path(sys.argv[1]).resolve()
with tempfile.TemporaryDirectory() as folder:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, str(wheel)]
    subprocess.run(pip, check=True)
    environment = {**os.environ, "PYTHONPATH": folder}
    subprocess.run([sys.executable, "-c", PROGRAM, folder], check=True, cwd=folder, env=environment)
