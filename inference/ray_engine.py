"""The runner on a cluster: the same chunks, labelled by Ray Data actors on one machine or many.

The driver reads the inputs once and lays them down as shards in the run folder; actors turn a shard into the lines it adds
to each file, and the driver puts finished shards into the journal in their order. Shards are cut where the local
runner's chunks end, and actors cut and label them as it does, so that both engines give the same rows. What was finished
when a run died is not done again. The inputs need be seen by the driver alone; OUT, a model of one's own and a file of
actors lie where every node sees them.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..corpus.errors import CommuniqueError, UsageError
from ..corpus.readers import count, read
from ..corpus.records import Document, InputError
from . import journal, predictor, syndication
from .chunks import DEFAULTS, Inputs, Options, chunks, label
from .execution import Execution
from .manifest import make_manifest, now
from .predictor import Predictor, tagger_for
from .rows import fields
from .runner import Progress, finished
from .summary import Summary

if TYPE_CHECKING:
    from ..models.tagger import Shipped

_COUNTS = "counts.json"
_READY = ".in.jsonl"


def score(
    inputs: Sequence[str],
    out: Path,
    model: Predictor,
    options: Options = DEFAULTS,
    *,
    source: str | Path,
    marker: Shipped | None = None,
    address: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Score `inputs` into the run folder `out` on a Ray cluster; `model` is what the actors load from `source`.

    `address` names a running cluster; without one, Ray is started on this machine and stopped at the end.

    Raises:
        UsageError: Ray is not installed, or `out` exists.
        CommuniqueError: `out` cannot be written, or what is to be resumed was made otherwise.

    """
    manifest = make_manifest(inputs, model, options, engine="ray", marker=marker)
    if resume and not overwrite and journal.is_finished(out):
        return finished(inputs, out, manifest, options)
    with journal.open_run(out, manifest, resume=resume, overwrite=overwrite) as run, _connected(address):
        progress = Progress(Summary(run.checkpoint.counts), count(inputs))
        found = Inputs(read(inputs, text_column=options.text_column))
        found.skip(run.checkpoint)
        folder = (out / journal.SHARDS).resolve()
        with journal.writing(out):
            shards = list(_lay_down(found, folder))
        labelled = _finished(shards, folder, model.execution, _absolute(source), _with_absolute_paths(options))
        for shard, lines, counts in labelled:
            progress.summary.add(counts)
            run.append(lines, shard["inputs"], shard["digest"], progress.summary.to_json())
            report(progress)
        with journal.writing(out):
            journal.write_json(out / journal.MANIFEST, manifest | {"inputs_sha256": found.digest, "finished": now()})
            shutil.rmtree(folder)
        run.finish(progress.summary.to_json(), rewrite={"statements.jsonl": syndication.mark})
    return progress.summary


def _absolute(source: str | Path) -> str:
    """Return a model's folder as every node finds it, wherever its actors work; ``core`` comes with each."""
    return str(source) if str(source) == "core" else str(Path(source).resolve())


def _with_absolute_paths(options: Options) -> Options:
    return replace(options, actors=str(Path(options.actors).resolve())) if options.actors else options


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """Hold a connection to a cluster, which ends with the run if the run began it."""
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError("--engine ray needs Ray: pip install 'communique[ray]'") from error
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    ray.data.DataContext.get_current().enable_progress_bars = False
    if ray.is_initialized():
        yield
        return
    try:
        ray.init(address=address or "local", log_to_driver=False, logging_level=logging.WARNING)
    except ConnectionError as error:
        raise CommuniqueError(f"no Ray cluster answers at {address}; start one with `ray start --head`") from error
    try:
        yield
    finally:
        ray.shutdown()


# --- the driver: shards on disk


def _lay_down(found: Inputs, folder: Path) -> Iterator[dict[str, Any]]:
    """Write each shard of the inputs where the actors read it; one that an earlier run wrote is left as it is."""
    folder.mkdir(exist_ok=True)
    items: list[Document | InputError] = []
    for item in found:
        items.append(item)
        if found.shard_ends:
            yield _write_shard(items, found, folder)
            items = []
    if items:
        yield _write_shard(items, found, folder)


def _write_shard(items: Sequence[Document | InputError], found: Inputs, folder: Path) -> dict[str, Any]:
    name = found.digest  # of all inputs up to its end: what was made of other inputs has another name
    path = folder / f"{name}{_READY}"
    if not path.exists():
        temporary = path.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as file:
            for item in items:
                file.write(json.dumps([type(item).__name__, fields(item)], allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    return {"name": name, "inputs": found.count, "digest": name}


def _finished(
    shards: Sequence[dict[str, Any]], folder: Path, execution: Execution, source: str | Path, options: Options
) -> Iterator[tuple[dict[str, Any], dict[str, list[bytes]], dict[str, Any]]]:
    """Yield each shard with its lines and counts, in order, as soon as it and all before it are finished."""
    done = {shard["name"] for shard in shards if (folder / shard["name"]).is_dir()}
    labelled = _label_on_cluster(
        [one["name"] for one in shards if one["name"] not in done], folder, execution, source, options
    )
    for shard in shards:
        while shard["name"] not in done:
            done.add(next(labelled))
        place = folder / shard["name"]
        lines = {name: [(place / name).read_bytes()] for name in journal.FILES}
        yield shard, lines, json.loads((place / _COUNTS).read_text(encoding="utf-8"))
        shutil.rmtree(place)
        (folder / f"{shard['name']}{_READY}").unlink()


def _label_on_cluster(
    names: Sequence[str], folder: Path, execution: Execution, source: str | Path, options: Options
) -> Iterator[str]:
    """Have the shards labelled by Ray Data actors, and yield their names as they are finished."""
    if not names:
        return
    import ray

    kind, need = ("GPU", 1) if execution.device == "cuda" else ("CPU", execution.threads)
    most = sum(int(node["Resources"].get(kind, 0)) // need for node in ray.nodes() if node["Alive"])
    if most < 1:
        raise CommuniqueError(f"no node of the cluster has {need} {kind}s; add one, or set OMP_NUM_THREADS lower")
    data = ray.data.from_items([{"name": name} for name in names], override_num_blocks=len(names))
    data = data.map_batches(
        ShardLabeller,
        fn_constructor_args=(str(folder), str(source), execution, options),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=min(most, len(names))),
        **{f"num_{kind.lower()}s": need},
    )
    for row in data.iter_rows():
        yield str(row["name"])


# --- the actors


class ShardLabeller:
    """Labels shards, one after the other, with a model that it loads once."""

    def __init__(self, folder: str, source: str, execution: Execution, options: Options) -> None:
        self.folder = Path(folder)
        self.predictor = predictor.load(source, execution)
        self.options, self.actors = options, options.load_actors()
        self.marker = tagger_for(options, execution)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Label the shards that `batch` names."""
        for name in batch["name"]:
            if not (self.folder / str(name)).is_dir():  # a node may have been lost just after it had finished
                self._label(str(name))
        return batch

    def _label(self, name: str) -> None:
        summary, lines = Summary(), dict[str, list[bytes]]()
        shard = Shard(self.folder / f"{name}{_READY}")
        for chunk in chunks(shard, self.options, self.actors, self.predictor, self.marker):
            for file, found in label(chunk, self.predictor, summary, self.actors).items():
                lines.setdefault(file, []).extend(found)
        save(self.folder / name, lines, summary)


class Shard(Inputs):
    """The inputs of one shard, whose repeated ids the driver has found already."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="\n") as file:
            rows = [json.loads(line) for line in file]
        super().__init__([(Document if kind == "Document" else InputError)(**row) for kind, row in rows])


def save(place: Path, lines: dict[str, list[bytes]], summary: Summary) -> None:
    """Write a labelled shard so that it is there as a whole or not at all, whoever else writes it."""
    temporary = Path(tempfile.mkdtemp(dir=place.parent))
    for name in journal.FILES:
        (temporary / name).write_bytes(b"".join(lines.get(name, [])))
    journal.write_json(temporary / _COUNTS, summary.to_json())
    try:
        os.replace(temporary, place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(temporary)  # another actor was first, with the same lines
