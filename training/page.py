"""An evaluation as a folder to read: the page, its plots and its figures."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path

from ..models.metrics import MIN_POSITIVES, Report
from . import evaluation, inspection, plots
from .inspection import Answers

TEMPLATE = Path(__file__).parent / "evaluation.html.jinja"


def write(out: Path, name: str, found: Report, answers: Answers) -> None:
    """Write ``evaluation.html``, ``evaluation.json`` and the two plots as SVG into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    drawn = {"reliability": plots.reliability(answers), "precision_recall": plots.precision_recall(answers)}
    for title, svg in drawn.items():
        (out / f"{title}.svg").write_text(svg, encoding="utf-8")
    (out / "evaluation.json").write_text(json.dumps(evaluation.to_json(found), indent=1) + "\n", encoding="utf-8")
    (out / "evaluation.html").write_text(render(name, found, answers, drawn), encoding="utf-8")


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
