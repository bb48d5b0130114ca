"""Tables: the same figures to read, as CSV and as LaTeX, whatever names they hold."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from communique.analysis import tables
from communique.analysis.estimation import Difference, Estimate
from communique.analysis.intervals import Spread
from communique.analysis.regression import Coefficient, Explanation
from communique.analysis.shares import Contrast, Findings, Share
from communique.corpus.errors import UsageError

SPREAD = Spread(0.25, 0.0004, 1e-5, 99)
FULL = Estimate(1000, 200, 50, 50.0, SPREAD, 0.25, 0.8, np.zeros(2), np.arange(2))
FEW = Estimate(1000, 200, 12, 12.0, SPREAD, 0.25, 0.8)
NONE = Estimate(1000, 200, 2, 2.0, None, 0.01)
BLANK = Estimate(1000, 0, 0)
FOUND = Findings(
    "actor",
    (Share("threat", "=Ostra & Co_|", 0.3, FULL), Share("threat", "B", 0.3, FEW), Share("denial", "B", 0.02, NONE), Share("demand", "B", 0.02, BLANK)),
    (Contrast("threat", "=Ostra & Co_|", "B", -0.05, Difference(-0.1, 0.04, -0.18, -0.02, 0.012), 0.024), Contrast("denial", "A", "B", 0.0, None)),
    ("A note.", "*: few_er.", "–: none."),
)  # fmt: skip
MODEL = Explanation("threat", (Coefficient("ols", "(intercept)", 0.1, 0.2, 0.05, 0.1, 0.3, 0.0001), Coefficient("logit", "month=2019-01", -1, -2, 0.5, -3, -1, 0.04)), ("B note.",))  # fmt: skip


def test_shares_to_read():
    text = tables.report_shares(FOUND, "One more.").text()
    assert "| threat | =Ostra & Co_/ | 1000 | 200 | 50 | 30.0 % | 25.0 % | 21.2 % to 29.2 % |" in text
    assert "| threat | B | 1000 | 200 | 12 | 30.0 % | 25.0 % | 21.2 % to 29.2 % * |" in text
    assert "| denial | B | 1000 | 200 | 2 | 2.0 % | 1.0 % | – |" in text
    assert "| demand | B | 1000 | 0 | 0 | 2.0 % | – | – |" in text
    assert "| −5.0 | −10.0 | −18.0 to −2.0 | 0.024 |" in text
    assert "| denial | A − B | +0.0 | – | – | – |" in text
    assert text.endswith("A note.\n*: few_er.\n–: none.\nOne more.")
    for block in text.split("\n\n"):
        rows = [line.count("|") for line in block.splitlines() if line.startswith("|")]
        assert len(set(rows)) <= 1


def test_shares_as_csv(tmp_path):
    path = tmp_path / "new" / "shares.csv"
    tables.report_shares(FOUND, "").write(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["label"], row["group"], row["versus"]) for row in rows] == [
        ("threat", "'=Ostra & Co_|", ""), ("threat", "B", ""), ("denial", "B", ""), ("demand", "B", ""),
        ("threat", "'=Ostra & Co_|", "B"), ("denial", "A", "B"),
    ]  # fmt: skip
    first, _, few, blank, difference, undone = rows
    assert (float(first["estimate"]), float(first["se"]), float(first["naive"])) == (0.25, 0.02, 0.3)
    assert (float(first["low"]), float(first["high"])) == SPREAD.interval()
    assert (first["few"], few["few"], few["low"]) == ("0", "1", "")
    assert (blank["estimate"], blank["coded"]) == ("", "0")
    assert (float(difference["p"]), float(difference["p_holm"])) == (0.012, 0.024)
    assert (undone["estimate"], undone["p"]) == ("", "")
    assert not list(tmp_path.glob("new/.*")), "nothing half-written is left"


def test_shares_as_latex(tmp_path):
    path = tmp_path / "shares.tex"
    tables.report_shares(FOUND, "").write(path)
    text = path.read_text(encoding="utf-8")
    assert r"threat & =Ostra \& Co\_| & 1000" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 2
    assert "% A note." in text
    for line in text.splitlines():
        if line.endswith(r" \\") and " & " in line:
            assert line.replace(r"\&", "").count("&") in (5, 7)
    assert r"$-$10.0" in text
    first, second = text.split(r"\end{tabular}")[1:]
    below = [part.split(r"\end{table}")[0] for part in (first, second)]
    assert r"\footnotesize *: few\_er." in below[0]
    assert "--: none." in below[0]
    assert "few" not in below[1], "only the marks that stand in a table are explained below it"
    assert "--: none." in below[1]


def test_regressions(tmp_path):
    report = tables.report_regression(MODEL, "")
    assert "| (intercept) | 0.100 | 0.200 | 0.050 | 0.100 to 0.300 | < 0.001 |" in report.text()
    assert "| month=2019-01 | −1.000 | −2.000 | 0.500 | −3.000 to −1.000 | 0.040 |" in report.text()
    report.write(tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["label"], row["model"], float(row["estimate"])) for row in rows] == [
        ("threat", "ols", 0.2),
        ("threat", "logit", -2),
    ]


@pytest.mark.parametrize("character", list("\\&%$#_{}~^"))
def test_no_character_is_a_command_in_latex(character):
    assert tables.escape(character) != character
    assert tables.escape("plain") == "plain"


def test_where_results_go(tmp_path):
    assert tables.targets(tmp_path / "a.csv", "shares", overwrite=False) == [tmp_path / "a.csv"]
    assert tables.targets(tmp_path / "paper", "shares", overwrite=False) == [
        tmp_path / "paper/shares.csv",
        tmp_path / "paper/shares.tex",
    ]
    (tmp_path / "a.csv").touch()
    with pytest.raises(UsageError, match=r"a\.csv.*--overwrite"):
        tables.targets(tmp_path / "a.csv", "shares", overwrite=False)
    assert tables.targets(tmp_path / "a.csv", "shares", overwrite=True)
    with pytest.raises(UsageError, match=r"a\.xls"):
        tables.targets(tmp_path / "a.xls", "shares", overwrite=False)


def test_a_line_break_of_the_data_ends_no_comment_and_no_row(tmp_path):
    broken = "Ostra\n\\input{evil}\r\n| x"
    table = tables.Table(broken, ("label", broken), ((broken, "1"),), 1)
    tables.Report((table,), (), (f"publisher: compared with {broken}.",)).write(tmp_path / "r.tex")
    text = (tmp_path / "r.tex").read_text(encoding="utf-8")
    assert r"% publisher: compared with Ostra \input{evil} | x." in text
    assert not [line for line in text.splitlines() if line.startswith((r"\input", "|"))]
    rows = [line for line in tables.Table("", table.heads, table.rows, 1).markdown().splitlines() if line]
    assert [line.count("|") for line in rows[1:]] == [3, 3, 3]


def test_what_the_models_labels_do_not_give_is_a_dash():
    model = Explanation("threat", (Coefficient("logit", "a", None, 0.2, 0.05, 0.1, 0.3, 0.01),), ())
    report = tables.report_regression(model, "")
    assert "| a | – | 0.200 |" in report.text()
    assert report.rows[0]["naive"] is None
