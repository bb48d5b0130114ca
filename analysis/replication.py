"""A folder with which somebody else can run a labelling again: what went in, with what, how, and what came out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from ..corpus import codebook as codebooks
from ..corpus.codebook import Codebook
from ..corpus.errors import CommuniqueError, UsageError
from ..corpus.files import replacing
from ..corpus.readers import read
from ..inference.chunks import Inputs
from ..inference.journal import MANIFEST, SUMMARY, write_json
from ..models import folder as folders
from ..models.folder import ModelFolder
from . import rerun
from .run import Run

SMALL = 20_000_000
"""Bytes up to which inputs are copied without being asked for."""
README = """\
# Replication of a labelling by communique

    python -m venv env && . env/bin/activate
    pip install -c constraints.txt communique=={version}
    ./replicate.sh

`replicate.sh` checks that the inputs are those that were labelled, labels them again into `rerun/`, and compares the result with
`expected/`. It ends with 0 where every text, speaker, target, label and sentiment is the same and no probability differs by more than {tolerance}.

| what | where |
|---|---|
| inputs | {inputs} |
| model | {model}, SHA-256 `{digest}` |
| codebook | `codebook.yaml`, {codebook} |
| the exact command, digests of all inputs and results | `replication.json` |
| versions, options, thresholds, machine and time of the first run | `manifest.json` |
| packages | `constraints.txt` |
| what came out | `expected/` |

The command, in `inputs/`:

    {command}

It computes in the precision of the first run; a machine that cannot is told so.

Labelling draws no random numbers, so there is no seed. The bootstrap and the samples of `communique evaluate`, `agreement` and
`sample` have the seed 0 where no other was given.
"""
_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Plan:
    """What is put into the folder.

    Attributes:
        files: each input file, and where it stands below ``inputs/``.
        arguments: the inputs as the command names them there.
        actors: the user's file of actors, if any.
        model: the model's folder.
        copied: whether the inputs are copied.

    """

    files: dict[Path, str]
    arguments: tuple[str, ...]
    actors: Path | None
    model: ModelFolder
    copied: bool

    @property
    def shipped(self) -> bool:
        """Whether the model is the one that comes with the package."""
        return self.model.path == folders.CORE


def plan(run: Run, *, model: str | None = None, with_inputs: bool = False) -> Plan:
    """Find all that a run was made of, from the place where it was made.

    Raises:
        UsageError: the run was read from a pipe, or its model has to be named.
        CommuniqueError: its inputs are no longer what they were.

    """
    decides = run.manifest["decides"]
    inputs, options = decides["inputs"], decides["options"]
    if "-" in inputs:
        raise UsageError(f"{run.path} was read from a pipe; save what was piped to a file and score that")
    files = _files(run, inputs, options.get("text_column"))
    arguments = tuple(_below(name) for name in inputs)
    size = sum(path.stat().st_size for path in files)
    actors = Path(options["actors"]) if options.get("actors") else None
    return Plan(files, arguments, actors, _model(run, model), with_inputs or size <= SMALL)


def _files(run: Run, inputs: Sequence[str], text_column: str | None) -> dict[Path, str]:
    """Return the files that the inputs name, after reading them again to see that they are the same."""
    found, read_again = {}, Inputs(read(inputs, text_column=text_column))
    for item in read_again:
        if item.source and Path(item.source).is_file():
            found[Path(item.source)] = _below(item.source)
    if read_again.digest != run.manifest.get("inputs_sha256"):
        raise CommuniqueError(
            f"the inputs of {run.path} ({', '.join(inputs)}) are not what they were when it was made, or this is another folder than "
            "the one where it was made; go there, or restore them"
        )
    return found


def _below(name: str) -> str:
    """Return where an input stands below ``inputs/``: at its own place, or, from outside, under its absolute path."""
    inside = os.path.relpath(name)
    if inside.startswith(os.pardir):
        inside = os.path.join("outside", os.path.abspath(name).lstrip(os.sep))
    return inside.replace(os.sep, "/")


def _model(run: Run, name: str | None) -> ModelFolder:
    """Return the model's folder: the one named, or where the run says that it was, or the shipped one."""
    for one in [name] if name else [run.manifest.get("model"), "core"]:
        if one and (one == "core" or Path(one).is_dir()) and (found := folders.find(one)).digest() == run.model:
            return found
    raise UsageError(
        f"the model that labelled {run.path} (SHA-256 {run.model}) is not {name or 'at hand'}; name it with --model FOLDER"
    )


def write(run: Run, book: Codebook, made: Plan, out: Path) -> None:
    """Write the folder."""
    for name in ("inputs", "expected"):
        (out / name).mkdir(parents=True, exist_ok=True)
    for name in (*rerun.FILES, SUMMARY):
        shutil.copyfile(run.path / name, out / "expected" / name)
    shutil.copyfile(run.path / MANIFEST, out / MANIFEST)
    _copy_inputs(made, out)
    record = _record(run, made)
    write_json(out / "replication.json", record)
    texts = {
        "codebook.yaml": codebooks.dump(book),
        "constraints.txt": "".join(f"{line}\n" for line in _constraints(run)),
        "README.md": _readme(run, made, record["command"]),
        "replicate.sh": '#!/bin/sh\nexec python3 "$(dirname "$0")/replicate.py"\n',
        "replicate.py": Path(rerun.__file__).read_text(encoding="utf-8"),
    }
    for name, text in texts.items():
        with replacing(out / name) as place:
            place.write_text(text, encoding="utf-8")
    (out / "replicate.sh").chmod(0o755)


def _copy_inputs(made: Plan, out: Path) -> None:
    if not made.shipped:
        shutil.copytree(made.model.path, out / "model", dirs_exist_ok=True)
    if made.actors:
        shutil.copyfile(made.actors, out / "actors.yaml")
    for source, below in made.files.items() if made.copied else ():
        target = out / "inputs" / below
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _record(run: Run, made: Plan) -> dict[str, Any]:
    inputs = [
        {"path": below, "sha256": rerun.digest(source), "bytes": source.stat().st_size}
        for source, below in made.files.items()
    ]
    return {
        "command": command(run, made),
        "inputs": inputs,
        "inputs_copied": made.copied,
        "model_sha256": run.model,
        "sha256": {name: rerun.digest(run.path / name) for name in rerun.FILES},
    }


def command(run: Run, made: Plan) -> list[str]:
    """Return the command that labels the inputs again, as it is given in the folder ``inputs``."""
    decides = run.manifest["decides"]
    options = decides["options"]
    words = ["communique", "score", *made.arguments, "-o", "../rerun", "--unit", options["unit"]]
    words += ["--model", "core" if made.shipped else "../model"]
    words += ["--precision", decides["precision"]] if "precision" in decides else []  # runs of version 0.1.0 lack it
    words += ["--text-column", options["text_column"]] if options.get("text_column") else []
    return words + (["--actors", "../actors.yaml"] if made.actors else [])


def _constraints(run: Run) -> Iterator[str]:
    """Yield the versions of all that communique needs, those of the run where it recorded them."""
    recorded = run.manifest["decides"].get("versions", {})
    names = {
        found.group()
        for need in requires("communique") or ()
        if "extra ==" not in need and (found := _NAME.match(need))
    }
    for name in sorted({*names, *recorded} - {"communique"}, key=str.lower):
        try:
            yield f"{name}=={(recorded.get(name) or version(name)).split('+')[0]}"
        except PackageNotFoundError:
            continue


def _readme(run: Run, made: Plan, words: Sequence[str]) -> str:
    files = f"{len(made.files)} files, copied into `inputs/`"
    if not made.copied:
        files = f"{len(made.files)} files, not copied: put yours into `inputs/`, by the paths in `replication.json`"
    decides = run.manifest["decides"]
    return README.format(
        version=decides["versions"]["communique"],
        tolerance=rerun.TOLERANCE,
        inputs=files,
        model="the model `core` that communique ships" if made.shipped else "`model/`",
        digest=run.model,
        codebook=decides["codebook"],
        command=shlex.join(words),
    )
