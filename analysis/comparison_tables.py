"""A comparison as tables: aligned ones to read, and rows of figures for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..corpus.files import replacing
from .comparison import Comparison
from .course import Change
from .sentences import Sentence
from .shares import EVERYTHING, Contrast, Share
from .tables import Report, Table, markdown_cell, p_text, percent, points

SURE = 0.05
_MOST_DIFFERENCES = 12
_MOST_ANSWERS = 15
_MOST_MONTHS = 24
_MOST_LABELS = 6
_WIDTH = 100
_POLES = ("negative", "positive")
Row = dict[str, Any]


def text(found: Comparison) -> str:
    """Return the whole comparison to read."""
    parts = [f"{table.caption}\n\n{aligned(table) if table.rows else '(none)'}" for table in tables(found)]
    return "\n\n".join([*parts, *sentences(found), "\n".join(f"- {note}" for note in found.notes)])


def aligned(table: Table) -> str:
    """Return a table in Markdown with its columns aligned."""
    cells = [[markdown_cell(cell) for cell in row] for row in (table.heads, *table.rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(table.heads))]
    lines = ["| " + " | ".join(_padded(row, widths, table.names)) + " |" for row in cells]
    rule = "|" + "|".join("-" * (width + 1) + ("-" if n < table.names else ":") for n, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _padded(row: Sequence[str], widths: Sequence[int], names: int) -> Iterator[str]:
    for n, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if n < names else cell.rjust(width)


def tables(found: Comparison) -> Iterator[Table]:
    """Yield the tables to read."""
    yield from _profile_tables(found)
    yield _difference_table(found)
    yield _tone_table(found)
    yield _answer_table(found)
    yield _month_table(found)
    if found.event:
        yield _event_table(found)


def _profile_tables(found: Comparison) -> Iterator[Table]:
    kind = "corrected by the units coded by hand" if found.corrected else "as the model labels them, uncorrected"
    groups = [*found.largest] or list(found.profiles.sizes)
    for part in found.book.groups:
        caption = f"{part.name.capitalize()}: share of units by {found.question.by}, {kind} [95 %]"
        heads = (part.name, *(f"{name} (n = {found.profiles.sizes[name]})" for name in groups))
        rows = [(label, *(cell(found.profiles.shares[name][label]) for name in groups)) for label in part.names]
        yield Table(caption, heads, tuple(rows), 1)


def cell(one: Share) -> str:
    """Return a share with its interval."""
    if one.estimate.share is None:
        return "–"
    shown = f"{100 * one.estimate.share:.0f} %"
    if one.estimate.spread is None:
        return shown
    low, high = one.estimate.spread.interval()
    return f"{shown} [{100 * low:.0f}, {100 * high:.0f}]"


def _difference_table(found: Comparison) -> Table:
    contrasts = [one for one in found.profiles.contrasts if one.difference]
    sure = [one for one in contrasts if is_sure(one)]
    shown = sure[:_MOST_DIFFERENCES] or contrasts[:3]
    caption = f"Labels that set groups apart: {len(sure)} of {len(contrasts)} differences have p < {SURE} (Holm)"
    if len(sure) > len(shown):
        caption += f"; the {len(shown)} surest"
    if not sure and shown:
        caption += "; the nearest to it"
    heads = ("label", "groups", "difference in points", "95 %", "p (Holm)")
    return Table(caption, heads, tuple(map(_difference_row, shown)), 2)


def is_sure(one: Contrast) -> bool:
    """Return whether a difference stands when all are tested at once."""
    return one.adjusted is not None and one.adjusted < SURE


def _difference_row(one: Contrast) -> tuple[str, ...]:
    return (one.label, f"{one.first} against {one.second}", *_figures(one))


def _figures(one: Contrast) -> tuple[str, str, str]:
    difference = one.difference
    if difference is None:
        return points(one.naive), "–", "–"
    return points(difference.share), f"{points(difference.low)} to {points(difference.high)}", p_text(one.adjusted)


def _tone_table(found: Comparison) -> Table:
    names = found.book.sentiments
    rows = []
    for one in found.reading.tones:
        if one.group == EVERYTHING:
            shares = [percent(one.sentiments.get(name, 0) / one.units) for name in names]
            rows.append((one.label, one.usual, str(one.units), *shares))
    return Table(
        "Stance and sentiment: the tone in which each label is said",
        ("label", "usual tone", "units", *names),
        tuple(rows),
        2,
    )


def _answer_table(found: Comparison) -> Table:
    tones = [name for name in _POLES if name in found.book.sentiments]
    heads = ("speaker", "answers", "most with", "sentences", "as target", *tones)
    rows = [
        (
            one.speaker, one.addressee, ", ".join(name for name, _ in one.labels.most_common(2)) or "no stance", str(one.units),
            str(one.bases["target"]), *(str(one.sentiments[name]) for name in tones),
        )
        for one in found.answers[:_MOST_ANSWERS]
    ]  # fmt: skip
    more = f"; {_MOST_ANSWERS} of {len(found.answers)} pairs" if len(found.answers) > _MOST_ANSWERS else ""
    return Table(f"Who answers whom{more}", heads, tuple(rows), 3)


def commonest(found: Comparison, most: int = _MOST_LABELS) -> list[str]:
    """Return the multi-choice labels that the model gave most often."""
    counts = {name: int(found.frame.given[:, found.frame.column(name)].sum()) for name in found.book.multi}
    return sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])[:most]


def _month_table(found: Comparison) -> Table:
    labels = commonest(found)
    months = [one for one in found.months if one.group == EVERYTHING]
    rows = [(one.month, str(one.units), *(cell(one.shares[name]) for name in labels)) for one in months[-_MOST_MONTHS:]]
    more = f"; the last {_MOST_MONTHS} of {len(months)}" if len(months) > _MOST_MONTHS else ""
    return Table(f"By month, all units, the commonest labels{more}", ("month", "units", *labels), tuple(rows), 1)


def _event_table(found: Comparison) -> Table:
    assert found.event  # noqa: S101 (for the type checker; `tables` saw to it)
    changes = [one for one in found.event.changes if one.contrast.difference]
    sure = [one for one in changes if is_sure(one.contrast)]
    caption = (
        f"Before and from {found.event.day} on ({found.event.before} and {found.event.after} units): "
        f"{len(sure)} of {len(changes)} changes have p < {SURE} (Holm)"
    )
    heads = ("label", "group", "before", "after", "change in points", "95 %", "p (Holm)")
    return Table(caption, heads, tuple(map(_event_row, sure[:_MOST_DIFFERENCES] or changes[:3])), 2)


def _event_row(one: Change) -> tuple[str, ...]:
    return (one.contrast.label, one.group, cell(one.before), cell(one.after), *_figures(one.contrast))


def sentences(found: Comparison) -> Iterator[str]:
    """Yield typical sentences, group by group, and those in which stance and sentiment part."""
    for group in found.largest:
        shown = [(label, best[0]) for label in found.book.multi if (best := found.reading.typical.get((group, label)))]
        if shown:
            yield "\n".join([f"Typical of {group}", "", *(f"- {label}: {_quoted(one)}" for label, one in shown)])
    if found.reading.parting:
        lines = [
            f"- {label}, {tone}: {_quoted(best[0])}"
            for (label, tone), best in sorted(found.reading.parting.items())
            if best
        ]
        yield "\n".join(
            ["Where stance and sentiment part: a label said in another tone than it usually is", "", *lines]
        )


def _quoted(one: Sentence) -> str:
    unit, words = one.unit, " ".join(one.unit.text.split())
    shown = words if len(words) <= _WIDTH else f"{words[: _WIDTH - 1]}…"
    return f"“{shown}” ({unit.actor or unit.speaker or 'unresolved'}, {one.score:.2f})"


def write(found: Comparison, folder: Path) -> list[Path]:
    """Write the comparison into `folder`: a CSV a table, and ``comparison.md`` to read; those of an older one go."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = {folder / f"{name}.csv": rows for name, rows in csv_rows(found).items() if rows}
    for path, rows in filled.items():
        Report((), tuple(rows), ()).write(path)
    with replacing(folder / "comparison.md") as place:
        place.write_text(text(found) + "\n", encoding="utf-8", errors="replace")
    for stale in set(targets(folder)) - {*filled, folder / "comparison.md"}:
        stale.unlink(missing_ok=True)
    return [*filled, folder / "comparison.md"]


def targets(folder: Path) -> list[Path]:
    """Return all files that a comparison may be written to."""
    return [*(folder / f"{name}.csv" for name in FILES), folder / "comparison.md"]


FILES = ("profiles", "differences", "tones", "answers", "months", "event", "sentences")


def csv_rows(found: Comparison) -> dict[str, list[Row]]:
    """Return the rows of every table, all groups and labels."""
    made: tuple[Iterable[Row], ...] = (
        [share_row(one) for shares in found.profiles.shares.values() for one in shares.values()],
        [contrast_row(one) for one in found.profiles.contrasts],
        _tone_rows(found),
        _answer_rows(found),
        _month_rows(found),
        _event_rows(found),
        _sentence_rows(found),
    )
    return {name: list(rows) for name, rows in zip(FILES, made, strict=True)}


def share_row(one: Share) -> Row:
    """Return a share as a row: `naive` is the model's own, `share` the corrected one where units were coded."""
    low, high = one.estimate.spread.interval() if one.estimate.spread else (None, None)
    return {
        "group": one.group, "label": one.label, "units": one.estimate.units, "coded": one.estimate.coded,
        "positives": one.estimate.positives, "naive": one.naive, "share": one.estimate.share, "low": low, "high": high,
    }  # fmt: skip


def contrast_row(one: Contrast) -> Row:
    """Return a difference as a row."""
    found = one.difference
    figures = (found.share, found.error, found.low, found.high, found.p) if found else (None,) * 5
    names = ("difference", "se", "low", "high", "p")
    row = {"label": one.label, "first": one.first, "second": one.second, "naive": one.naive}
    return {**row, **dict(zip(names, figures, strict=True)), "p_holm": one.adjusted}


def _tone_rows(found: Comparison) -> Iterator[Row]:
    for one in found.reading.tones:
        yield {"group": one.group, "label": one.label, "units": one.units} | {
            name: one.sentiments.get(name, 0) for name in found.book.sentiments
        }


def _answer_rows(found: Comparison) -> Iterator[Row]:
    for one in found.answers:
        row: Row = {"speaker": one.speaker, "addressee": one.addressee, "units": one.units}
        row |= {"as_target": one.bases["target"], "as_named": one.bases["named"]}
        given = one.labels + one.sentiments
        row |= {name: given[name] for name in found.book.labels}
        yield row | {
            "example_id": one.example.id if one.example else None,
            "example": one.example.text if one.example else None,
        }


def _month_rows(found: Comparison) -> Iterator[Row]:
    for one in found.months:
        yield from ({"month": one.month, **share_row(share)} for share in one.shares.values())


def _event_rows(found: Comparison) -> Iterator[Row]:
    for one in found.event.changes if found.event else ():
        sides = {
            f"{side}_{key}": share_row(share)[key]
            for side, share in (("before", one.before), ("after", one.after))
            for key in ("units", "share", "low", "high")
        }
        row = contrast_row(one.contrast)
        yield {"group": one.group, "label": one.contrast.label, **sides, **{key: row[key] for key in list(row)[3:]}}


def _sentence_rows(found: Comparison) -> Iterator[Row]:
    for (group, label), best in sorted(found.reading.typical.items()):
        yield from (_sentence_row("typical", group, label, one) for one in best)
    for (label, _), best in sorted(found.reading.parting.items()):
        yield from (_sentence_row("parting", EVERYTHING, label, one) for one in best)


def _sentence_row(kind: str, group: str, label: str, one: Sentence) -> Row:
    unit = one.unit
    return {
        "kind": kind, "group": group, "label": label, "sentiment": unit.sentiment, "score": round(one.score, 6), "id": unit.id,
        "doc": unit.doc, "date": unit.date, "actor": unit.actor, "speaker": unit.speaker, "text": unit.text,
    }  # fmt: skip
