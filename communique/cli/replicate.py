"""``communique replicate``: a folder that somebody else can re-run."""

from __future__ import annotations

from pathlib import Path

import click

from . import DONE
from ._show import message


@click.command("replicate")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder.")
@click.option("--with-inputs", is_flag=True, help="Copy the inputs also where they are large (over 20 MB).")
@click.option("--model", help="The folder of the model that labelled the run, where it has moved since.")
@click.option("--codebook", help="The codebook's YAML file.  [default: the model's]")
def command(run: Path, out: Path, with_inputs: bool, model: str | None, codebook: str | None) -> int:
    """Write all that RUN was made of into a folder, with a script that labels the inputs again and compares.

    Call it where the run was made. Look at what is copied before you publish it: the texts of others may not be yours to share.
    """
    from ..analysis import replication
    from ..analysis.run import read_run

    if out.exists():
        raise click.UsageError(f"{out} exists; give a new folder")
    opened = read_run(run)
    made = replication.plan(opened, model=model, with_inputs=with_inputs)
    replication.write(opened, opened.codebook(codebook or str(made.model.codebook)), made, out)
    copied = "copied" if made.copied else "not copied (--with-inputs copies them)"
    message(f"written: {out}; {len(made.files)} inputs, {copied}. Try it: {out}/replicate.sh")
    return DONE
