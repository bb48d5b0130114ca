"""An evaluation as a folder to read: the page, its plots and its figures."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path

from ..corpus.files import replacing
from ..models.metrics import MIN_POSITIVES, Report
from . import evaluation, inspection, plots
from .inspection import Answers

FILES = ("reliability.svg", "precision_recall.svg", "evaluation.json", "evaluation.html")
TEMPLATE = Path(__file__).parent / "evaluation.html.jinja"


def write(out: Path, name: str, found: Report, answers: Answers) -> None:
    """Write ``evaluation.html``, ``evaluation.json`` and the two plots as SVG into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    drawn = {"reliability": plots.reliability(answers), "precision_recall": plots.precision_recall(answers)}
    texts = (
        *drawn.values(),
        json.dumps(evaluation.to_json(found), indent=1, allow_nan=False) + "\n",
        render(name, found, answers, drawn),
    )
    for file, text in zip(FILES, texts, strict=True):
        with replacing(out / file) as place:
            place.write_text(text, encoding="utf-8")


def render(name: str, found: Report, answers: Answers, drawn: dict[str, str]) -> str:
    """Return the page: figures, groups, plots, confusions and the surest errors; no script, no request."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    environment.filters["f"] = lambda figure: "–" if isnan(figure) else f"{figure:.2f}"
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        name=name,
        report=found,
        parts=list(inspection.parts(answers)),
        exact=inspection.exact_sets(answers),
        confusions=inspection.confusions(answers),
        errors=inspection.confident_errors(answers),
        plots={title: svg[svg.index("<svg") :] for title, svg in drawn.items()},
        least=MIN_POSITIVES,
    )
