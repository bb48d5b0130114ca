"""Reliability and precision-recall curves of a classifier, one small plot a label."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from ..models.calibration import Array
from ..models.metrics import MIN_POSITIVES, Bools
from .inspection import Answers

COLUMNS = 5
BINS = 8
BLUE, GREY = "#0b5394", "#999999"


def reliability(answers: Answers) -> str:
    """Return an SVG: how often a label holds, by its probability, in bins of equal mass among scores above 0.05."""
    return _grid(answers, "probability", "share that holds", _reliability)


def precision_recall(answers: Answers) -> str:
    """Return an SVG: precision by recall over all thresholds, the chosen one marked."""
    return _grid(answers, "recall", "precision", _precision_recall)


def _reliability(axes: Any, truth: Bools, chance: Array, _: Bools) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    kept = np.flatnonzero(chance >= 0.05)
    if not len(kept):
        return
    bins = [part for part in np.array_split(kept[np.argsort(chance[kept], kind="stable")], BINS) if len(part)]
    axes.plot([chance[part].mean() for part in bins], [truth[part].mean() for part in bins], "o-", color=BLUE, ms=3)


def _precision_recall(axes: Any, truth: Bools, chance: Array, given: Bools) -> None:
    from sklearn.metrics import precision_recall_curve

    if not truth.any():
        return
    precision, recall, _ = precision_recall_curve(truth, chance)
    axes.step(recall, precision, color=BLUE, linewidth=1, where="post")
    if given.any():
        right = (given & truth).sum()
        axes.plot(right / truth.sum(), right / given.sum(), "o", color="black", ms=4)


def _grid(answers: Answers, x: str, y: str, draw: Callable[[Any, Bools, Array, Bools], None]) -> str:
    from matplotlib.figure import Figure

    book, data = answers.data.codebook, answers.data
    rows = -(-len(book.multi) // COLUMNS)
    figure = Figure(figsize=(2.2 * COLUMNS, 2.1 * rows), layout="constrained")
    for n, axes in enumerate(figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).flat):
        if n >= len(book.multi):
            axes.remove()
            continue
        judged, name = data.known[:, n], book.multi[n]
        truth, chance = data.truth[judged, n], answers.probabilities[judged, book.labels.index(name)]
        draw(axes, truth, chance, answers.given[judged, n])
        few = ", untested" if truth.sum() < MIN_POSITIVES else ""
        axes.set_title(f"{name} ({int(truth.sum())}{few})", fontsize=8)
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        axes.tick_params(labelsize=7)
    figure.supxlabel(x, fontsize=9)
    figure.supylabel(y, fontsize=9)
    return _svg(figure)


def _svg(figure: Any) -> str:
    """Return the figure as SVG that is the same for the same figures."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "communique"}):
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
