"""The sheet that coders fill: units without what the model says of them, with the codebook and how to code beside it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpus import codebook as codebooks
from ..corpus.annotations import VERDICTS
from ..corpus.codebook import Codebook
from ..corpus.errors import UsageError
from ..corpus.files import replacing
from ..inference.journal import write_json
from ..inference.sinks import formula_safe, sheet_cell
from .frame import Ints
from .run import Run, ScoredUnit

SUFFIXES = (".csv", ".xlsx")
_WIDTHS = {"text": 80, "before": 50, "speaker": 24, "actor": 24, "note": 30}
_HIDDEN = ("document", "pi", "stratum")
HOW_TO = """\
# How to code {sheet}

Each row is one sentence of a statement. Judge it by `{codebook}`, and by what stands in the row: the sentence (`text`), what
the speaker says before it (`before`), and who speaks (`speaker`, `actor`). Do not look up what a model or another coder says.

1. Write your name or initials into `coder`.
2. `is_statement`: 1 if somebody indeed says this sentence, or is reported to; 0 if it is no statement at all (a caption, a menu, the
   journalist's own words). With 0, leave the rest of the row blank.
3. `speaker_right`: 1 if `speaker` and `actor` name who says it, 0 if not.
4. {multi}
{single}5. `note`: whatever made you doubt.

**A blank means "not judged", never no.** Rows stand in random order: code from the top, and stop where you must; what is
left over does no harm. Do not change `id`, `text` or `pi`, do not delete columns, and keep the file as {suffix}.

The columns {hidden} are for the estimate. `pi` is the chance with which the row was drawn{leak}.

When it is filled: `communique estimate {run} --coded {sheet}`.
"""


@dataclass(frozen=True)
class Drawn:
    """A sample to be written as a sheet.

    Attributes:
        places: where in the run the units stand, in the order of the sheet: (n,).
        pi: their inclusion probabilities: (n,).
        strata: their strata, n of them.
        record: how they were drawn, for whoever repeats it.

    """

    places: Ints
    pi: Sequence[float]
    strata: Sequence[str]
    record: dict[str, Any]


def beside(sheet: Path) -> tuple[Path, Path, Path]:
    """Return where a sheet's codebook, instructions and design are written."""
    codebook, how_to, design = (sheet.with_suffix(end) for end in (".codebook.yaml", ".howto.md", ".design.json"))
    return codebook, how_to, design


def refuse_impossible(sheet: Path) -> None:
    """Refuse a sheet in a format that coders cannot fill, or in the place of one that they may have filled.

    Raises:
        UsageError: it is neither .csv nor .xlsx, or it or a file beside it exists.

    """
    if sheet.suffix not in SUFFIXES:
        raise UsageError(f"{sheet} is neither {' nor '.join(SUFFIXES)}; give the sheet one of these endings")
    for path in (sheet, *beside(sheet)):
        if path.exists():
            raise UsageError(f"{path} exists, and may be coded already; give another -o")


def write(sheet: Path, run: Run, book: Codebook, drawn: Drawn) -> None:
    """Write the sheet, and beside it its codebook, instructions and design."""
    rows = _rows(run, book, drawn)
    writer = _write_xlsx if sheet.suffix == ".xlsx" else _write_csv
    codebook, how_to, design = beside(sheet)
    with replacing(codebook) as place:
        place.write_text(codebooks.dump(book), encoding="utf-8")
    with replacing(how_to) as place:
        place.write_text(instructions(sheet, run, book, equal=len(set(drawn.pi)) == 1), encoding="utf-8")
    write_json(design, drawn.record)
    with replacing(sheet) as place:
        writer(place, columns(book), rows, book)


def columns(book: Codebook) -> list[str]:
    """Return the columns of a sheet."""
    known = ["id", "coder", "text", "before", "speaker", "actor", "document", "pi", "stratum"]
    return [*known, *book.multi, *(group.name for group in book.single), *VERDICTS, "note"]


def _rows(run: Run, book: Codebook, drawn: Drawn) -> list[dict[str, Any]]:
    order = {place: row for row, place in enumerate(drawn.places.tolist())}
    rows: list[dict[str, Any]] = [{} for _ in order]
    for place, unit in enumerate(run.units()):
        if (row := order.get(place)) is not None:
            rows[row] = _row(unit, float(drawn.pi[row]), drawn.strata[row], book)
    return rows


def _row(unit: ScoredUnit, pi: float, stratum: str, book: Codebook) -> dict[str, Any]:
    known = {
        "id": unit.id, "text": unit.text, "before": unit.before, "speaker": unit.speaker, "actor": unit.actor,
        "document": unit.doc, "pi": pi, "stratum": stratum,
    }  # fmt: skip
    return dict.fromkeys(columns(book)) | known


def _write_csv(path: Path, heads: Sequence[str], rows: Sequence[dict[str, Any]], _: Codebook) -> None:
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.DictWriter(file, list(heads))
        writer.writeheader()
        writer.writerows({key: formula_safe(value) for key, value in row.items()} for row in rows)


def _write_xlsx(path: Path, heads: Sequence[str], rows: Sequence[dict[str, Any]], book: Codebook) -> None:
    """Write a workbook that is ready to code in: wrapped texts, a fixed head, lists to choose from, the design hidden."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    made = Workbook(write_only=True)
    sheet = made.create_sheet("coding")
    sheet.freeze_panes = "D2"
    for place, name in enumerate(heads, 1):
        shape = sheet.column_dimensions[get_column_letter(place)]
        shape.width, shape.hidden = _WIDTHS.get(name, 13), name in _HIDDEN
    _add_choices(sheet, heads, len(rows), book)
    sheet.append([_styled(sheet_cell(sheet, name), font=Font(bold=True)) for name in heads])
    wrapped = Alignment(wrap_text=True, vertical="top")
    for row in rows:
        sheet.append([_styled(sheet_cell(sheet, row[name]), alignment=wrapped) for name in heads])
    made.save(path)


def _styled(cell: Any, **style: Any) -> Any:
    for name, value in style.items():
        setattr(cell, name, value)
    return cell


def _add_choices(sheet: Any, heads: Sequence[str], rows: int, book: Codebook) -> None:
    """Let each column of answers take those of its question alone."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    answers = dict.fromkeys((*book.multi, *VERDICTS), ("1", "0")) | {group.name: group.names for group in book.single}
    for name, choices in answers.items():
        letter, listed = get_column_letter(heads.index(name) + 1), ",".join(choices)
        if len(listed) <= 255:  # Excel takes no longer list
            allowed = DataValidation("list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
            allowed.add(f"{letter}2:{letter}{rows + 1}")
            sheet.data_validations.append(allowed)


def instructions(sheet: Path, run: Run, book: Codebook, *, equal: bool) -> str:
    """Return how to fill a sheet, for coders."""
    multi = (
        f"Each of {', '.join(f'`{name}`' for name in book.multi)}: 1 if the sentence carries it, 0 if not. "
        "It is quickest to fill a row with 0 when you have read it, and then to set the 1."
    )
    single = "".join(f"   `{group.name}`: one of {', '.join(group.names)}.\n" for group in book.single)
    return HOW_TO.format(
        sheet=sheet.name,
        codebook=beside(sheet)[0].name,
        multi=multi if book.multi else "Choose one label in each of the columns that follow:",
        single=single,
        suffix=sheet.suffix,
        hidden=", ".join(f"`{name}`" for name in _HIDDEN),
        leak="" if equal else "; it follows from what the model says, so do not show it to coders",
        run=run.path,
    )
