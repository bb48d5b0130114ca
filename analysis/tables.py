"""Estimates as tables: to read, as CSV and as LaTeX."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpus.errors import UsageError
from ..corpus.files import replacing
from ..inference.sinks import formula_safe
from .intervals import LEVEL
from .regression import Coefficient, Explanation
from .shares import Contrast, Findings, Share

MINUS = "−"
_MARKS = ("*:", "–:")
"""How the notes begin that say what a mark in a table means."""
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", MINUS: "$-$", "–": "--",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table to read: a caption, heads, rows of texts, and how many columns at the left are names."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int

    def markdown(self) -> str:
        """Return the table in Markdown."""
        marks = ["---"] * self.names + ["--:"] * (len(self.heads) - self.names)
        head, *rows = ([markdown_cell(cell) for cell in row] for row in (self.heads, *self.rows))
        lines = [f"{self.caption}:\n", f"| {' | '.join(head)} |", f"|{'|'.join(marks)}|"]
        return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])

    def latex(self, notes: Sequence[str] = ()) -> str:
        """Return the table as LaTeX, with notes below it; it needs the package booktabs."""
        form = "l" * self.names + "r" * (len(self.heads) - self.names)
        rows = [" & ".join(map(escape, row)) + r" \\" for row in self.rows]
        below = [rf"\par\smallskip{{\footnotesize {escape(note)}}}" for note in notes]
        return "\n".join(
            [
                r"\begin{table}", r"\centering", rf"\caption{{{escape(self.caption)}}}", rf"\begin{{tabular}}{{{form}}}", r"\toprule",
                " & ".join(map(escape, self.heads)) + r" \\", r"\midrule", *rows, r"\bottomrule", r"\end{tabular}", *below, r"\end{table}",
            ]
        )  # fmt: skip


def one_line(text: str) -> str:
    """Return `text` with each run of spaces and line breaks as one space."""
    return " ".join(text.split())


def markdown_cell(text: str) -> str:
    """Return `text` so that it stays in its cell of a Markdown table."""
    return one_line(text.replace("|", "/"))


def escape(text: str) -> str:
    """Return `text` so that LaTeX prints it as it is."""
    return "".join(_LATEX.get(character, character) for character in one_line(text))


@dataclass(frozen=True)
class Report:
    """A result: tables to read, the same as rows of figures, and notes."""

    tables: tuple[Table, ...]
    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]

    def text(self) -> str:
        """Return the tables and notes to read."""
        return "\n\n".join([*(table.markdown() for table in self.tables), "\n".join(self.notes)])

    def write(self, path: Path) -> None:
        """Write the rows as .csv or the tables as .tex, as the suffix of `path` says."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as place:
            self._write_csv(place) if path.suffix == ".csv" else self._write_latex(place)

    def _write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            writer = csv.DictWriter(file, list(self.rows[0]), restval="")
            writer.writeheader()
            writer.writerows({key: formula_safe(value) for key, value in row.items()} for row in self.rows)

    def _write_latex(self, path: Path) -> None:
        notes = "\n".join(["% needs \\usepackage{booktabs}", *(f"% {one_line(note)}" for note in self.notes)])
        made = "\n\n".join([notes, *(table.latex(self._explaining(table)) for table in self.tables)])
        path.write_text(f"{made}\n", encoding="utf-8", errors="replace")

    def _explaining(self, table: Table) -> list[str]:
        """Return the notes on marks that stand in `table`: a table is read without what stands around it."""
        used = {cell[-1:] for row in table.rows for cell in row}
        return [note for note in self.notes if note.startswith(_MARKS) and note[0] in used]


def targets(out: Path, name: str, *, overwrite: bool) -> list[Path]:
    """Return the files that a result called `name` is written to: `out` itself, or a table of each kind in the folder `out`.

    Raises:
        UsageError: `out` has another suffix than .csv or .tex, or a file exists and `overwrite` is not given.

    """
    if out.suffix and out.suffix not in (".csv", ".tex"):
        raise UsageError(f"{out} is neither .csv nor .tex nor a folder; give one of these")
    found = [out] if out.suffix else [out / f"{name}.csv", out / f"{name}.tex"]
    for path in found:
        if path.exists() and not overwrite:
            raise UsageError(f"{path} exists; give another -o, or --overwrite")
    return found


def report_shares(found: Findings, note: str) -> Report:
    """Return shares, and differences where there are any, with one note more."""
    made = (_share_table(found), *([_contrast_table(found)] if found.contrasts else []))
    return Report(made, tuple(_share_rows(found)), (*found.notes, note))


def report_regression(found: Explanation, note: str) -> Report:
    """Return a regression, with one note more."""
    return Report(tuple(_regression_tables(found)), tuple(_coefficient_rows(found)), (*found.notes, note))


def _share_table(found: Findings) -> Table:
    grouped = found.by is not None
    heads = (
        "label",
        *([str(found.by)] if grouped else []),
        "units",
        "coded",
        "positives",
        "model says",
        "corrected",
        "95 %",
    )
    rows = []
    for one in found.shares:
        corrected, interval = _corrected(one)
        names = (one.label, one.group) if grouped else (one.label,)
        counts = (one.estimate.units, one.estimate.coded, one.estimate.positives)
        rows.append((*names, *map(str, counts), percent(one.naive), corrected, interval))
    caption = "Shares of units that carry a label, as the model labels them and corrected by those coded by hand"
    return Table(caption, heads, tuple(rows), len(heads) - 6)


def _corrected(one: Share) -> tuple[str, str]:
    found = one.estimate
    if found.share is None:
        return "–", "–"
    if found.spread is None:
        return percent(found.share), "–"
    low, high = found.spread.interval()
    return percent(found.share), f"{percent(low)} to {percent(high)}{' *' if found.few else ''}"


def _contrast_table(found: Findings) -> Table:
    heads = ("label", "difference", "model says", "corrected", "95 %", "p (Holm)")
    return Table(
        "Differences between groups in percentage points; p-values adjusted for their number by Holm's method",
        heads,
        tuple(map(_contrast_row, found.contrasts)),
        2,
    )


def _contrast_row(one: Contrast) -> tuple[str, ...]:
    found, names = one.difference, (one.label, f"{one.first} {MINUS} {one.second}", points(one.naive))
    if found is None:
        return (*names, "–", "–", "–")
    return (*names, points(found.share), f"{points(found.low)} to {points(found.high)}", p_text(one.adjusted))


def _regression_tables(found: Explanation) -> Iterator[Table]:
    heads = ("term", "model's labels", "corrected", "SE", "95 %", "p")
    captions = {
        "ols": f"Linear regression of {found.label} on corrected outcomes",
        "logit": f"Logistic regression of {found.label} on corrected outcomes (log-odds)",
    }
    for model, caption in captions.items():
        if rows := tuple(_coefficient_row(one) for one in found.coefficients if one.model == model):
            yield Table(caption, heads, rows, 1)


def _coefficient_row(one: Coefficient) -> tuple[str, ...]:
    interval = f"{number(one.low)} to {number(one.high)}"
    return (one.term, number(one.naive), number(one.value), number(one.error), interval, p_text(one.p))


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.1f} %"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100 * difference:+.1f}".replace("-", MINUS)


def number(value: float | None) -> str:
    """Return a coefficient."""
    return "–" if value is None else f"{value:.3f}".replace("-", MINUS)


def p_text(p: float | None) -> str:
    """Return a p-value."""
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _share_rows(found: Findings) -> Iterator[dict[str, Any]]:
    """Yield shares and differences as rows of one long table; shares have no `versus`."""
    for one in found.shares:
        low, high = one.estimate.spread.interval() if one.estimate.spread else (None, None)
        yield {
            "label": one.label, "by": found.by, "group": one.group, "versus": None, "units": one.estimate.units,
            "coded": one.estimate.coded, "positives": one.estimate.positives, "effective_positives": one.estimate.effective,
            "naive": one.naive, "estimate": one.estimate.share, "se": one.estimate.error, "low": low, "high": high,
            "level": LEVEL, "lambda": one.estimate.tuning, "few": int(one.estimate.few), "p": None, "p_holm": None,
        }  # fmt: skip
    for contrast in found.contrasts:
        yield _contrast_fields(contrast, found.by)


def _contrast_fields(one: Contrast, by: str | None) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "label": one.label, "by": by, "group": one.first, "versus": one.second, "naive": one.naive, "level": LEVEL,
    }  # fmt: skip
    if found := one.difference:
        fields |= {"estimate": found.share, "se": found.error, "low": found.low, "high": found.high}
        fields |= {"p": found.p, "p_holm": one.adjusted}
    return fields


def _coefficient_rows(found: Explanation) -> Iterator[dict[str, Any]]:
    for one in found.coefficients:
        yield {
            "label": found.label, "model": one.model, "term": one.term, "naive": one.naive, "estimate": one.value, "se": one.error,
            "low": one.low, "high": one.high, "level": LEVEL, "p": one.p,
        }  # fmt: skip
