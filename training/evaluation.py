"""Evaluation: a classifier, or a baseline, against coded units."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..models.calibration import Array, Calibration
from ..models.classifier import Classifier
from ..models.metrics import MIN_POSITIVES, Bools, Interval, Report, multi_report, single_report
from .dataset import Dataset
from .inspection import Answers


def evaluate(classifier: Classifier, data: Dataset) -> Report:
    """Evaluate `classifier` on `data`."""
    probabilities = classifier.predict_proba(data.examples)
    return report(probabilities, data, classifier.calibration)


def answers(probabilities: Array, data: Dataset, calibration: Calibration) -> Answers:
    """Return the labels that calibrated probabilities, (units, labels), give; those nobody judged are left out."""
    book = data.codebook
    columns = [book.labels.index(name) for name in book.multi]
    thresholds = np.array([calibration.labels[name].threshold for name in book.multi])
    return Answers(data, probabilities, np.asarray((probabilities[:, columns] >= thresholds) & data.known))


def report(probabilities: Array, data: Dataset, calibration: Calibration) -> Report:
    """Compare calibrated probabilities, (units, labels), with what the coders gave."""
    book = data.codebook
    answer = answers(probabilities, data, calibration).given
    chances = probabilities[:, [book.labels.index(name) for name in book.multi]]
    found = multi_report(book.multi, data.truth, answer, chances, data.documents, data.weights, data.known)
    single = {}
    for group in book.single:
        truth = data.choice(group)
        kept = truth >= 0
        if not kept.any():
            continue
        best = probabilities[:, book.columns(group)].argmax(axis=1)
        documents = [name for name, keep in zip(data.documents, kept, strict=True) if keep]
        single[group.name] = single_report(truth[kept], best[kept], len(group.names), documents)
    doubt = calibration.uncertain(probabilities, book)
    return replace(found, single=single, uncertain=_uncertain(answer, data.truth, doubt))


def _uncertain(answer: Bools, truth: Bools, doubt: Bools) -> dict[str, float]:
    """Return the share of flagged units, and the precision of labels with and without the flag."""

    def precision(rows: Bools) -> float:
        given = answer[rows].sum()
        return float((answer & truth)[rows].sum() / given) if given else float("nan")

    return {
        "share": float(doubt.mean()),
        "precision_flagged": precision(doubt),
        "precision_unflagged": precision(~doubt),
    }


def to_json(found: Any) -> dict[str, Any]:
    """Return a report, or another dataclass of figures, as ``metrics.json`` holds it; a figure that does not exist is null."""
    return dict(_finite(asdict(found)))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def table(found: Report) -> str:
    """Return the report as a Markdown table; labels with too few positives say so."""
    lines = [
        "| label | n | precision | recall | F1 [95 %] | AP | weighted F1 | Brier skill | slope |",
        "|---|--:|--:|--:|---|--:|--:|--:|--:|",
    ]
    lines += [_row(label) for label in found.labels]
    lines += ["", f"macro-F1 {found.macro_f1}, weighted by 1/π {found.weighted_macro_f1}, micro-F1 {found.micro_f1}"]
    lines += [f"{name} macro-F1 {value}" for name, value in found.single.items()]
    lines += [f"{found.n} units of {found.documents} documents; intervals: bootstrap by document"]
    return "\n".join(lines)


def _row(label: Any) -> str:
    few = " (untested)" if label.support < MIN_POSITIVES else ""
    figures = (label.average_precision, label.weighted_f1, label.brier_skill, label.slope)
    cells = [_figure(label.precision), _figure(label.recall), str(label.f1), *map(_figure, figures)]
    return f"| {label.name}{few} | {label.support} | " + " | ".join(cells) + " |"


def _figure(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def saved_table(metrics: Path) -> str:
    """Return the figures of a model's ``metrics.json`` in short."""
    found = json.loads(metrics.read_text(encoding="utf-8"))["evaluation"]
    lines = ["| split | units | macro-F1 | micro-F1 |", "|---|--:|---|---|"]
    for split, report_ in found.items():
        cells = [_saved(report_[key]) for key in ("macro_f1", "micro_f1")]
        lines.append(f"| {split} | {report_['n']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _saved(figure: dict[str, Any]) -> str:
    """Return an interval of ``metrics.json``; what does not exist stands there as null."""
    return str(Interval(**{name: float("nan") if value is None else value for name, value in figure.items()}))


def compare_table(reports: Sequence[tuple[str, Report]]) -> str:
    """Return several reports on the same units side by side."""
    names = [label.name for label in reports[0][1].labels]
    lines = ["| F1 | n | " + " | ".join(name for name, _ in reports) + " |", "|---|--:|" + "---|" * len(reports)]
    for n, name in enumerate(names):
        cells = [str(found.labels[n].f1) for _, found in reports]
        few = " (untested)" if reports[0][1].labels[n].support < MIN_POSITIVES else ""
        lines.append(f"| {name}{few} | {reports[0][1].labels[n].support} | " + " | ".join(cells) + " |")
    rows = [("macro-F1", "macro_f1"), ("weighted macro-F1", "weighted_macro_f1"), ("micro-F1", "micro_f1")]
    lines += [
        f"| **{title}** | | " + " | ".join(str(getattr(found, key)) for _, found in reports) + " |"
        for title, key in rows
    ]
    for group in reports[0][1].single:
        lines.append(
            f"| **{group} macro-F1** | | " + " | ".join(str(found.single.get(group, "")) for _, found in reports) + " |"
        )
    skills = [np.nanmean([label.brier_skill for label in found.labels]) for _, found in reports]
    lines.append("| **mean Brier skill** | | " + " | ".join(f"{skill:.3f}" for skill in skills) + " |")
    return "\n".join(lines)
