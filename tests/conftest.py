"""What the tests share: a tiny encoder with its own tokenizer, models trained on it, and test doubles.

Nothing here downloads anything. Every company, agency and person in the texts is invented.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from communique.corpus import codebook as codebooks
from communique.corpus.records import Prediction, Unit

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

settings.register_profile(
    "house",
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]

CODEBOOK = """\
name: tiny
version: "1.0"
title: A scheme for the tests
groups:
  - name: stance
    choice: multi
    labels:
      - {name: opposition, definition: Is against it., positive: [We oppose it.], negative: [We saw it.]}
      - {name: support, definition: Is for it., positive: [We welcome it.], negative: [We saw it.]}
  - name: sentiment
    choice: single
    labels: [negative, neutral, positive]
"""
ACTORS = ("Veltrane", "Ostra", "Kestria", "Brellin", "Oduvia")
THINGS = ("tariff", "listing", "ban", "levy", "ruling", "decision")
TEMPLATES = (
    ("{actor} strongly opposes the {thing}.", "opposition", "negative"),
    ("We reject the {thing} and protest against it.", "opposition", "negative"),
    ("{actor} warmly welcomes the {thing}.", "support", "positive"),
    ("We applaud the new {thing} and endorse it.", "support", "positive"),
    ("The {thing} takes effect in May.", "no label", "neutral"),
    ("{actor} will read the {thing} next week.", "no label", "neutral"),
    ("We welcome the talks but oppose the {thing}.", "opposition,support", "neutral"),
)
COLUMNS = ("id", "text", "before", "speaker", "kind", "document", "split", "labels", "sentiment")


def coded_rows() -> Iterator[dict[str, str]]:
    """Thirty documents of seven units; one in five is for dev, one in five for test."""
    for n, (actor, thing) in enumerate((actor, thing) for actor in ACTORS for thing in THINGS):
        for k, (template, labels, sentiment) in enumerate(TEMPLATES):
            yield {
                "id": f"u{n}-{k}",
                "text": template.format(actor=actor, thing=thing),
                "before": f"The {thing} was news." if k % 2 else "",
                "speaker": actor if k % 3 else "",
                "kind": "company",
                "document": f"d{n}",
                "split": ("dev", "test", "train", "train", "train")[n % 5],
                "labels": labels,
                "sentiment": sentiment,
            }


def write_table(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as a .csv with the columns of the first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The project's shared folder, beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "data" / "pool").is_dir():
        pytest.skip(f"the project's shared data are not at {folder}")
    return folder


# --- the tiny models


@pytest.fixture(scope="session")
def codebook_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("codebook") / "tiny.yaml"
    path.write_text(CODEBOOK, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def book(codebook_path: Path) -> codebooks.Codebook:
    return codebooks.load(codebook_path)


@pytest.fixture(scope="session")
def coded_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("coded") / "coded.csv", list(coded_rows()))


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained BERT of two layers with a WordPiece tokenizer over the words of these tests."""
    import torch
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("base")
    cut = BertPreTokenizer()
    texts = [text for row in coded_rows() for text in (row["text"], row["before"], row["speaker"])]
    words = sorted({word.lower() for text in texts for word, _ in cut.pre_tokenize_str(text)})
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    marks = [mark for mark in ".,;:!?'\"()-" if mark not in words]
    pieces = [letter for letter in letters if letter not in words] + [f"##{letter}" for letter in letters]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *marks, *pieces]) + "\n")
    tokenizer = BertTokenizerFast(str(vocabulary), do_lower_case=True)
    tokenizer.save_pretrained(str(folder))
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=96,
    )  # fmt: skip
    BertModel(config).save_pretrained(str(folder), safe_serialization=True)
    assert (folder / "model.safetensors").is_file()
    return folder


@pytest.fixture(scope="session")
def tiny_recipe(tiny_base: Path, coded_csv: Path, codebook_path: Path) -> Any:
    """The recipe of `tiny_model`: all weights, ten epochs, one thread."""
    from communique.models.inputs import InputFormat
    from communique.training.recipe import Recipe

    return Recipe(
        name="tiny", data=str(coded_csv), codebook=str(codebook_path), base=str(tiny_base), method="full", rank=0,
        epochs=10, batch=8, rate=3e-3, threads=1, inputs=InputFormat(max_text=24, max_context=16),
    )  # fmt: skip


@pytest.fixture(scope="session")
def tiny_model(tiny_recipe: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with whole weights, made by `fit`. Do not change it: take `tiny_copy`."""
    from communique.training.fit import fit

    out = tmp_path_factory.mktemp("models") / "tiny"
    fit(tiny_recipe, out)
    return out


@pytest.fixture(scope="session")
def tiny_adapter(tiny_recipe: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that holds the change of its weights as an adapter."""
    from communique.training.fit import fit

    out = tmp_path_factory.mktemp("models") / "adapter"
    fit(replace(tiny_recipe, name="adapter", rank=8, epochs=2), out)
    return out


@pytest.fixture
def tiny_copy(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of `tiny_model` that a test may break."""
    import shutil

    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


@pytest.fixture(scope="session")
def classifier(tiny_model: Path) -> Any:
    from communique.models.classifier import load

    return load(tiny_model)


# --- test doubles


class Killed(BaseException):
    """What a test raises where a process would die."""


class FakePredictor:
    """Labels units by the digest of their text; dies at the call numbered `die_at`."""

    def __init__(self, book: codebooks.Codebook, digest: str = "a" * 64, die_at: int | None = None) -> None:
        from communique.inference.execution import Execution
        from communique.models.calibration import Calibration

        calibration = Calibration.identity(book)
        self.classifier = SimpleNamespace(
            digest=digest, codebook=book, calibration=calibration, token_budget=4096, source="fake"
        )
        self.execution = Execution()
        self.die_at = die_at
        self.calls: list[list[Unit]] = []

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        return self.label(self.tokenise(units))

    def tokenise(self, units: Sequence[Unit]) -> list[Unit]:
        return list(units)

    def label(self, units: Sequence[Unit]) -> list[Prediction]:
        if len(self.calls) == self.die_at:
            raise Killed
        self.calls.append(list(units))
        return [self._one(unit) for unit in units]

    def _one(self, unit: Unit) -> Prediction:
        content = f"{unit.text}|{unit.before}|{unit.speaker}".encode("utf-8", "replace")
        share = hashlib.sha256(content).digest()[0] / 255
        scores = {"opposition": round(share, 6), "support": round(1 - share, 6)}
        feeling = {"negative": 0.5, "neutral": 0.25, "positive": 0.25}
        return Prediction(tuple(name for name, score in scores.items() if score >= 0.5), scores, "negative", feeling)


@pytest.fixture
def fake(book: codebooks.Codebook) -> Callable[..., FakePredictor]:
    """Make a predictor that needs no model: ``fake(digest=…, die_at=…)``."""

    def make(**options: Any) -> FakePredictor:
        return FakePredictor(book, **options)

    return make


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed


# --- the command line


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on stderr that says what is wrong."""
        lines = self.err.strip().splitlines()
        assert "Traceback" not in self.err
        assert lines, self
        return lines[-1]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ran]]:
    """Run ``communique ARGS`` in this process; an exception other than an exit fails the test."""
    from communique.cli import main

    before = signal.getsignal(signal.SIGTERM)

    def call(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["communique", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exited:
            main()
        found = capfd.readouterr()
        return Ran(int(exited.value.code or 0), found.out, found.err)

    yield call
    signal.signal(signal.SIGTERM, before)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a .jsonl file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def lines() -> Callable[[Path], list[dict[str, Any]]]:
    return read_lines


@pytest.fixture(scope="session")
def table() -> Callable[[Path, Sequence[dict[str, Any]]], Path]:
    return write_table


# --- finished runs


@dataclass(frozen=True)
class MadeRun:
    """A finished run of `tiny`, and what a coder would answer about each unit, as the cells of a sheet."""

    path: Path
    truth: dict[str, dict[str, str]]


def scored_rows(documents: int = 150, seed: int = 7) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Yield units of articles in which a company and a government speak in turn, each with what is true of it."""
    import random

    rng = random.Random(seed)
    for n in range(documents):
        for k in range(4):
            company = k % 2 == 0
            opposes, feels = rng.random() < (0.5 if company else 0.25), rng.choice(["negative", "neutral", "positive"])
            said = rng.random() < 0.8 if opposes else rng.random() < 0.1
            score = round(rng.uniform(0.55, 0.99) if said else rng.uniform(0.0, 0.45), 6)
            feelings = {name: 0.8 if name == feels else 0.1 for name in ("negative", "neutral", "positive")}
            row = {
                "id": f"d{n}:s{k}.1", "doc": f"d{n}", "statement": f"d{n}:s{k}", "text": f"We saw case {n} of Kestria, part {k}.",
                "start": 0, "end": 10, "before": "It was news.", "speaker": ACTORS[n % 5] if company else "Kestria",
                "actor": ACTORS[n % 5] if company else "Kestria", "actor_type": "company" if company else "government",
                "kind": "direct", "on_behalf_of": None, "title": None, "date": f"2019-0{1 + n % 3}-08",
                "publisher": None, "meta": {"words": 10 + n % 9, "desk": "north" if n % 2 else "south"},
                "labels": ["opposition"] if said else [], "scores": {"opposition": score, "support": 0.01},
                "sentiment": feels, "sentiment_scores": feelings, "target": None, "flags": [],
            }  # fmt: skip
            yield row, {"opposition": str(int(opposes)), "support": "0", "sentiment": feels}


def write_run(path: Path, rows: Sequence[dict[str, Any]], book: codebooks.Codebook) -> Path:
    """Write a finished run with these units."""
    path.mkdir(parents=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (path / "units.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
    decides = {"model_sha256": "a" * 64, "codebook": "tiny 1.0", "codebook_sha256": book.digest}
    (path / "manifest.json").write_text(json.dumps({"decides": decides}), encoding="utf-8")
    (path / "summary.json").write_text("{}", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def make_run(book: codebooks.Codebook) -> Callable[[Path, Sequence[dict[str, Any]]], Path]:
    return lambda path, rows: write_run(path, rows, book)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, book: codebooks.Codebook) -> MadeRun:
    """A run of 600 units in 150 documents. Do not change it."""
    pairs = list(scored_rows())
    path = write_run(tmp_path_factory.mktemp("made") / "run", [row for row, _ in pairs], book)
    return MadeRun(path, {row["id"]: cells for row, cells in pairs})


@pytest.fixture(scope="session")
def fill() -> Callable[..., Path]:
    """Fill a sheet, .csv or .xlsx, with what is true of its units: ``fill(sheet, truth, **more cells)``."""

    def call(sheet: Path, truth: dict[str, dict[str, str]], **more: str) -> Path:
        if sheet.suffix == ".csv":
            with sheet.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
            return write_table(sheet, [row | truth[row["id"]] | more for row in rows])
        from openpyxl import load_workbook

        workbook = load_workbook(sheet)
        (head, *rows) = workbook.active.iter_rows()
        places = {cell.value: place for place, cell in enumerate(head)}
        for row in rows:
            for name, value in (truth[str(row[places["id"]].value)] | more).items():
                row[places[name]].value = value
        workbook.save(sheet)
        return sheet

    return call
