"""What a referee asks for: the numbers behind a run, in words and as a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...corpus.errors import CommuniqueError
from ...models import folder as folders
from ...models.folder import ModelFolder
from ...models.metrics import MIN_POSITIVES
from ..comparison import Comparison
from ..run import Run, part_of_date

FLAGS = {
    "uncertain": "the chance that a label was given or left out wrongly is high",
    "windowed": "it was too long for the encoder and was read in windows",
    "other_language": "it is in another language than English",
}


@dataclass(frozen=True)
class LabelLine:
    """One label: what it means, from which probability on it is given, how often it was, and how right it is elsewhere."""

    name: str
    definition: str
    threshold: float | None
    given: int
    metrics: Mapping[str, Any]

    @property
    def untested(self) -> bool:
        """Whether too few positives were in the test for its figures to say much."""
        return bool(self.metrics) and self.metrics["support"] < MIN_POSITIVES


@dataclass(frozen=True)
class Methods:
    """The methods: paragraphs, a line a label, and the run's manifest."""

    paragraphs: tuple[str, ...]
    labels: tuple[LabelLine, ...]
    manifest: str


def methods(run: Run, found: Comparison) -> Methods:
    """Return what is known of how the run and its figures were made."""
    model = _model(run)
    test = _test(model)
    figures = {one["name"]: one for one in test.get("labels", ()) if one["f1"]["value"] is not None}
    thresholds = run.manifest["decides"].get("thresholds", {})
    lines = tuple(
        LabelLine(
            label.name, label.definition, thresholds.get(label.name), int(found.frame.given[:, found.frame.column(label.name)].sum()),
            figures.get(label.name, {}),
        )
        for group in found.book.groups
        for label in group.labels
    )  # fmt: skip
    paragraphs = (
        _corpus(run, found),
        _labelling(run, found, model),
        _quality(model, test),
        _flags(run, found),
        _shares(found),
    )
    manifest = json.dumps(run.manifest, indent=2, ensure_ascii=False, allow_nan=False)
    return Methods(paragraphs, lines, manifest)


def _model(run: Run) -> ModelFolder | None:
    """Return the folder of the model that labelled the run, None where it is not found or no longer the same."""
    for name in ("core", run.manifest.get("model")):
        try:
            found = folders.find(str(name)) if name else None
        except CommuniqueError:
            continue
        if found and found.digest() == run.model:
            return found
    return None


def _test(model: ModelFolder | None) -> Mapping[str, Any]:
    """Return what the model was measured to do on its test split."""
    try:
        raw = json.loads(model.metrics.read_text(encoding="utf-8")) if model else {}
        return dict(raw.get("evaluation", {}).get("test", {}))
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _corpus(run: Run, found: Comparison) -> str:
    totals = _totals(run)
    dated = [value for value in found.frame.columns["date"].tolist() if part_of_date(value, 4)]
    days, undated = sorted({value[:10] for value in dated}), len(found.frame) - len(dated)
    dates = f"They are dated from {days[0]} to {days[-1]}" if days else "None of them is dated"
    if days and undated:
        dates += f"; {undated} have no date"
    read = f"{totals['inputs']} inputs ({totals['errors']} could not be read)" if "inputs" in totals else "the inputs"
    statements = f"{totals['statements']} statements with " if "statements" in totals else ""
    learned = ""
    if left := len(found.frame.left_out):
        learned = (
            f" {left} more, which the model has learned from or whose documents it has, were labelled and are left out of every share; "
            "flags, tones, answers and typical sentences are of all."
        )
    return (
        f"From {read}, {statements}{len(found.frame)} units (sentences) of {found.documents} documents were labelled.{learned} {dates}. "
        "Statements and their speakers were found by rules, so statements that the rules missed are in no figure, and every share "
        "and interval is conditional on this extraction."
    )


def _totals(run: Run) -> Mapping[str, Any]:
    try:
        return dict(json.loads((run.path / "summary.json").read_text(encoding="utf-8"))["totals"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _labelling(run: Run, found: Comparison, model: ModelFolder | None) -> str:
    decides = run.manifest["decides"]
    name = (
        "the shipped model core"
        if model and model.path == folders.CORE
        else f"the model {model.path.name}"
        if model
        else "a model that is not at hand"
    )
    versions = ", ".join(f"{key} {value}" for key, value in decides.get("versions", {}).items())
    return (
        f"Each unit was labelled by {name} (SHA-256 {run.model}) with the codebook {decides.get('codebook')} (SHA-256 "
        f"{decides['codebook_sha256']}): {len(found.book.multi)} labels of which a unit has none, one or several"
        f"{''.join(f', and {group.name}, of which it has exactly one' for group in found.book.single)}. A label is given where its calibrated probability reaches "
        f"the threshold in the table below. The run began {run.manifest.get('started')} and ended {run.manifest.get('finished')}; {versions}."
    )


def _quality(model: ModelFolder | None, test: Mapping[str, Any]) -> str:
    if not test:
        return "How right the model is cannot be shown here: its folder, with the figures of its evaluation, was not found beside the run."
    single = "".join(f", {name} macro-F1 {interval(value)}" for name, value in test.get("single", {}).items())
    coders = (
        " Its test sentences were coded by large language models against the codebook, not by humans, and are enriched for rare labels."
        if model and model.path == folders.CORE
        else ""
    )
    return (
        f"On {test['n']} test sentences of {test['documents']} documents that its training never saw, the model reaches macro-F1 "
        f"{interval(test['macro_f1'])}, micro-F1 {interval(test['micro_f1'])}{single} (95 % intervals, bootstrap by document)."
        f"{coders} On other texts it may be better or worse: code a sample of this run by hand to know."
    )


def interval(found: Mapping[str, float | None], digits: int = 3) -> str:
    """Return a figure of ``metrics.json`` with its interval, as far as they exist."""
    value, low, high = (found[name] for name in ("value", "low", "high"))
    if value is None:
        return "–"
    shown = f"{value:.{digits}f}"
    return shown if low is None or high is None else f"{shown} [{low:.{digits}f}, {high:.{digits}f}]"


def _flags(run: Run, found: Comparison) -> str:
    counts = Counter(flag for unit in run.units() for flag in unit.flags)
    if not counts:
        return "No unit carries a flag."
    units = len(found.frame) + len(found.frame.left_out)
    said = [f"{count} ({count / units:.1%}) {flag}{_meaning(flag)}" for flag, count in counts.most_common()]
    return f"Flagged units are counted in every share: {'; '.join(said)}."


def _meaning(flag: str) -> str:
    return f" ({FLAGS[flag]})" if flag in FLAGS else ""


def _shares(found: Comparison) -> str:
    kind = (
        "Shares are corrected by units coded by hand (difference estimator, tuned; weights 1/π; Angelopoulos et al. 2023)"
        if found.corrected
        else "Shares are the proportions of units to which the model gave a label, uncorrected for its errors"
    )
    return (
        f"{kind}. Intervals are Wilson's for the effective number of units, with the variance summed by document; differences take the joint "
        f"covariance of groups that share documents; p-values are adjusted by Holm's method for "
        f"{sum(one.difference is not None for one in found.profiles.contrasts)} differences."
    )
