"""Where a classifier errs: groups, confusions, the surest errors, and the page that shows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from communique.models.calibration import Calibration
from communique.training import dataset, evaluation, inspection, page
from communique.training.dataset import Dataset
from communique.training.inspection import Answers


@pytest.fixture(scope="module")
def data(tiny_recipe):
    units = dataset.load(tiny_recipe).split("test").units
    named = (replace(unit, kind="company" if n % 2 else "government") for n, unit in enumerate(units))
    return Dataset(tuple(named), dataset.load(tiny_recipe).codebook)


def right(data):
    """Answers that are right throughout."""
    rows = np.full((len(data), len(data.codebook.labels)), 0.1)
    rows[:, : len(data.codebook.multi)] = np.where(data.truth, 0.9, 0.1)
    return evaluation.answers(rows, data, Calibration.identity(data.codebook))


def wrong_once(data):
    """The same but for one unit, whose first label is taken for the second."""
    answers = right(data)
    n = int(np.flatnonzero(data.truth[:, 0] & ~data.truth[:, 1])[0])
    answers.probabilities[n, :2] = [0.02, 0.97]
    return n, evaluation.answers(answers.probabilities, data, Calibration.identity(data.codebook))


def test_right_answers_have_no_errors(data):
    assert inspection.confident_errors(right(data)) == []
    assert inspection.confusions(right(data)) == []
    assert inspection.exact_sets(right(data)).value == 1


def test_an_error_is_found_on_both_sides(data):
    n, answers = wrong_once(data)
    left_out, given = inspection.confident_errors(answers)
    first, second = data.codebook.multi[:2]
    assert (left_out.unit, left_out.label, left_out.probability, left_out.given) == (data.units[n], first, 0.02, False)
    assert (given.unit, given.label, given.probability, given.given) == (data.units[n], second, 0.97, True)
    assert inspection.confusions(answers) == [inspection.Confusion(first, second, 1)]
    assert inspection.exact_sets(answers).value == pytest.approx(1 - 1 / len(data))


def test_the_groups_are_the_units_that_share_a_value(data):
    n, answers = wrong_once(data)
    parts = {part.value: part for part in inspection.parts(answers, ("kind", "source"))}
    assert set(parts) == {"company", "government"}  # all units share one source
    assert sum(part.n for part in parts.values()) == len(data)
    assert parts[data.units[n].kind].exact < 1
    assert {part.exact for value, part in parts.items() if value != data.units[n].kind} == {1.0}


def test_the_table_ends_with_all_units(data):
    _, answers = wrong_once(data)
    *_, company, government, every = inspection.table(answers).split("\n")
    assert company.startswith("| kind | company |")
    assert government.startswith("| kind | government |")
    assert every.startswith(f"| **all** | | {len(data)} | | 0.97")


def test_what_nobody_judged_is_no_error(data):
    n, answers = wrong_once(data)
    unit = data.units[n]
    unjudged = replace(unit, labels=frozenset(), unknown=frozenset(data.codebook.multi))
    units = Dataset((*data.units[:n], unjudged, *data.units[n + 1 :]), data.codebook)
    again = evaluation.answers(answers.probabilities, units, Calibration.identity(data.codebook))
    assert inspection.confident_errors(again) == []


def test_the_page_escapes_what_it_shows_and_asks_for_nothing(data, tmp_path):
    n, answers = wrong_once(data)
    unit = replace(data.units[n], text="<script>alert(1)</script>", before="=1+1")
    units = Dataset((*data.units[:n], unit, *data.units[n + 1 :]), data.codebook)
    shown = Answers(units, answers.probabilities, answers.given)
    found = evaluation.report(answers.probabilities, units, Calibration.identity(data.codebook))
    page.write(tmp_path, "tiny", found, shown)
    assert {path.name for path in tmp_path.iterdir()} == {
        "evaluation.html", "evaluation.json", "reliability.svg", "precision_recall.svg",
    }  # fmt: skip
    text = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text
    assert 'src="http' not in text


def test_the_same_figures_give_the_same_plots(data, tmp_path):
    _, answers = wrong_once(data)
    found = evaluation.report(answers.probabilities, data, Calibration.identity(data.codebook))
    for name in "ab":
        page.write(tmp_path / name, "tiny", found, answers)
    for name in ("evaluation.html", "reliability.svg", "precision_recall.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
