"""The figures of a report: colours that colour-blind readers tell apart (Okabe & Ito 2008), and shapes for those who print in grey."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from ..comparison import Comparison
from ..comparison_tables import Row, commonest, csv_rows
from ..course import Change, Month
from ..profiles import MOST_GROUPS
from ..sentences import Tone
from ..shares import EVERYTHING, Share

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
INK, GREY = "#1a1a1a", "#c9c9c9"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, INK)
MARKERS = ("o", "s", "^", "D", "v", "P")
TONES = {"negative": (VERMILLION, "//"), "neutral": (GREY, ""), "positive": (BLUE, "..")}
WIDTH = 7.6
_FOLLOWED = 4
_MOST_ROWS, _MOST_SPEAKERS = 20, 12
_STYLE: Any = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#888888", "axes.grid": False,
    "xtick.color": "#444444", "ytick.color": INK, "text.color": INK, "axes.labelcolor": "#444444", "svg.hashsalt": "communique",
    "hatch.linewidth": 0.6, "legend.frameon": False,
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A figure: its file name, what it shows, and the figures behind it."""

    name: str
    title: str
    caption: str
    svg: str
    png: bytes
    rows: tuple[Row, ...]


def figures(found: Comparison) -> Iterator[Drawn]:
    """Yield the figures that the run has something to show in."""
    rows = csv_rows(found)
    kind = "corrected by the units coded by hand" if found.corrected else "as the model labels them, uncorrected"
    groups = ", ".join(found.largest)
    if found.book.multi:
        yield _drawn(
            "profiles", "Stance by group", f"Share of units with each label, {kind}, with 95 % intervals by document: {groups or 'all units'}.",
            _profiles, found, [row for row in rows["profiles"] if row["label"] in found.book.multi],
        )  # fmt: skip
    if found.book.multi and len(found.profiles.sizes) > MOST_GROUPS:
        yield _drawn(
            "all_groups", "Every group", f"Share of units with each label, in per cent, {kind}; the {_MOST_ROWS} largest groups at most.",
            _heat, found, rows["profiles"],
        )  # fmt: skip
    if found.book.sentiments:
        yield _drawn(
            "sentiment", "Sentiment by group", f"Share of units with each sentiment, {kind}.",
            _sentiment, found, [row for row in rows["profiles"] if row["label"] in found.book.sentiments],
        )  # fmt: skip
    if found.reading.tones:
        yield _drawn(
            "tones", "Stance and sentiment", "The tone in which each label is said: where stance and sentiment go together, and where they part.",
            _tones, found, rows["tones"],
        )  # fmt: skip
    if len({one.month for one in found.months}) > 1:
        yield _drawn(
            "timeline", "Timeline", f"Units by month and group; below, the share of the commonest labels among all units, {kind}, with 95 % intervals."
            f"{f' Dashed: {found.event.day}.' if found.event else ''}",
            _timeline, found, rows["months"],
        )  # fmt: skip
    if found.event and found.event.changes and found.book.multi:
        yield _drawn(
            "event", f"Before and from {found.event.day} on", f"Share of all units before the day (hollow) and from it on (filled), {kind}.",
            _event, found, rows["event"],
        )  # fmt: skip
    if len(found.answers) > 2:
        yield _drawn(
            "answers", "Who answers whom", "How many sentences of one actor (rows) answer another (columns); the most involved actors.",
            _answers, found, rows["answers"],
        )  # fmt: skip


def _drawn(
    name: str, title: str, caption: str, draw: Callable[[Comparison], Any], found: Comparison, rows: Sequence[Row]
) -> Drawn:
    import matplotlib

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a name in a script that the font lacks shows as boxes
        figure = draw(found)
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png", dpi=200, metadata={"Software": None})
    return Drawn(name, title, caption, svg.getvalue(), png.getvalue(), tuple(rows))


def _figure(height: float, **shape: Any) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(**shape)


def _shown(text: str, most: int = 34) -> str:
    """Return a name as a figure shows it: short, printable, no formula of matplotlib's, and not hidden from a legend by ``_``."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    short = plain if len(plain) <= most else f"{plain[: most - 1]}…"
    return (f" {short}" if short.startswith("_") else short).replace("$", r"\$")


def _estimated(one: Share) -> float:
    """Return a share in per cent; nan, which is not drawn, where too little was coded: the model's own is no corrected one."""
    return nan if one.estimate.share is None else 100 * one.estimate.share


def _reach(one: Share) -> tuple[float, float]:
    """Return how far the interval reaches to either side, in points."""
    if one.estimate.spread is None:
        return 0.0, 0.0
    low, high = one.estimate.spread.interval()
    value = _estimated(one)
    return max(value - 100 * low, 0.0), max(100 * high - value, 0.0)


def _profiles(found: Comparison) -> Any:
    labels = commonest(found, len(found.book.multi)) or list(found.book.multi)
    groups = found.largest or list(found.profiles.sizes)
    figure, axes = _figure(1 + len(labels) * (0.2 + 0.08 * len(groups)))
    step = 0.8 / max(len(groups), 1)
    for n, group in enumerate(groups):
        shares = [found.profiles.shares[group][label] for label in labels]
        places = np.arange(len(labels)) + (n - (len(groups) - 1) / 2) * step
        reach = np.array([_reach(one) for one in shares]).T
        axes.errorbar(
            [_estimated(one) for one in shares], places, xerr=reach, fmt=MARKERS[n], color=COLOURS[n], ms=4.5, lw=1, capsize=0,
            label=f"{_shown(group)} ({found.profiles.sizes[group]})",
        )  # fmt: skip
    _banded(axes, labels)
    axes.set(xlabel="share of units, %")
    axes.set_xlim(left=-1)
    figure.legend(loc="outside upper left", ncols=3, handletextpad=0.3, columnspacing=1.2)
    return figure


def _banded(axes: Any, labels: Sequence[str]) -> None:
    """Name the rows, from the top, with a light band behind every other one."""
    axes.set_yticks(range(len(labels)), [_shown(label.replace("_", " ")) for label in labels])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    for n in range(0, len(labels), 2):
        axes.axhspan(n - 0.5, n + 0.5, color="#f4f4f4", zorder=0, lw=0)


def _heat(found: Comparison) -> Any:
    groups = list(found.profiles.sizes)[:_MOST_ROWS]
    labels = list(found.book.multi)
    table = np.array([[_estimated(found.profiles.shares[group][label]) for label in labels] for group in groups])
    names = [f"{_shown(group, 30)} ({found.profiles.sizes[group]})" for group in groups]
    return _matrix(table, names, [label.replace("_", " ") for label in labels], "share of units, %")


def _matrix(table: Any, rows: Sequence[str], columns: Sequence[str], legend: str) -> Any:
    figure, axes = _figure(1.6 + 0.3 * len(rows))
    top = float(np.nanmax(table, initial=1.0))
    image = axes.imshow(table, cmap="Blues", vmin=0, vmax=top, aspect="auto")
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for (y, x), value in np.ndenumerate(table):
        if value >= 0.5:
            axes.text(
                x, y, f"{value:.0f}", ha="center", va="center", fontsize=8, color="white" if value > 0.6 * top else INK
            )
    figure.colorbar(image, ax=axes, label=legend, shrink=0.6, aspect=12)
    return figure


def _sentiment(found: Comparison) -> Any:
    groups = found.largest or list(found.profiles.sizes)
    names = found.book.sentiments
    table = {name: [_estimated(found.profiles.shares[group][name]) for group in groups] for name in names}
    figure, axes = _figure(1 + 0.36 * len(groups))
    _stacked(axes, table, [f"{group} ({found.profiles.sizes[group]})" for group in groups])
    figure.legend(loc="outside upper left", ncols=len(names))
    return figure


def _stacked(axes: Any, table: dict[str, list[float]], rows: Sequence[str]) -> None:
    """Draw bars of shares that sum to a hundred, with the shares written into them."""
    left = np.zeros(len(rows))
    for n, (name, shares) in enumerate(table.items()):
        colour, hatch = TONES.get(name, (COLOURS[n % len(COLOURS)], ""))
        axes.barh(
            range(len(rows)),
            shares,
            left=left,
            height=0.72,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            lw=0.5,
            label=name,
        )
        for y, (start, share) in enumerate(zip(left, shares, strict=True)):
            if share >= 6:
                axes.text(
                    start + share / 2, y, f"{share:.0f}", ha="center", va="center", fontsize=8,
                    bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85},
                )  # fmt: skip
        left = left + np.array(shares)
    axes.set_yticks(range(len(rows)), [_shown(row) for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.5, -0.5), xlabel="share of units, %")
    axes.spines["left"].set_visible(False)


def _tones(found: Comparison) -> Any:
    tones: list[Tone] = sorted(
        (one for one in found.reading.tones if one.group == EVERYTHING), key=lambda one: -one.units
    )
    names = found.book.sentiments
    table = {name: [100 * one.sentiments.get(name, 0) / one.units for one in tones] for name in names}
    figure, axes = _figure(1 + 0.28 * len(tones))
    _stacked(axes, table, [f"{one.label.replace('_', ' ')} ({one.units})" for one in tones])
    figure.legend(loc="outside upper left", ncols=len(names))
    return figure


def _timeline(found: Comparison) -> Any:
    months = sorted({one.month for one in found.months})
    every = _calendar(months[0], months[-1])
    labels = commonest(found, _FOLLOWED)
    figure, axes = _figure(
        1.9 + 1.15 * len(labels),
        nrows=1 + len(labels),
        sharex=True,
        squeeze=False,
        height_ratios=[1.7] + [1] * len(labels),
    )
    _month_bars(axes[0, 0], found, every)
    whole = {one.month: one for one in found.months if one.group == EVERYTHING}
    for row, label in zip(axes[1:, 0], labels, strict=True):
        _month_line(row, label, [(every.index(month), one) for month, one in whole.items()])
    for row in axes[:, 0]:
        if found.event:
            row.axvline(_place(found.event.day, every), color=INK, lw=1, ls="--")
    ticks = range(0, len(every), -(-len(every) // 10))
    axes[-1, 0].set_xticks(ticks, [every[n] for n in ticks])
    axes[-1, 0].set_xlim(-0.6, len(every) - 0.4)
    figure.legend(loc="outside upper left", ncols=4, columnspacing=1.2)
    return figure


def _calendar(first: str, last: str) -> list[str]:
    """Return every month from `first` to `last`."""
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def _place(day: str, months: Sequence[str]) -> float:
    """Return where a day stands on an axis of months, each from half before its number to half after."""
    begin = int(months[0][:4]) * 12 + int(months[0][5:]) - 1
    return int(day[:4]) * 12 + int(day[5:7]) - 1 - begin - 0.5 + (int(day[8:]) - 1) / 31


def _month_bars(axes: Any, found: Comparison, months: Sequence[str]) -> None:
    units = {(one.month, one.group): one.units for one in found.months}
    bottom = np.zeros(len(months))
    for n, group in enumerate(found.largest):
        heights = np.array([units.get((month, group), 0) for month in months], dtype=float)
        if not heights.any():
            continue
        axes.bar(
            range(len(months)), heights, bottom=bottom, color=COLOURS[n], hatch=("", "//", "..", "\\\\", "xx", "++")[n],
            edgecolor="white", lw=0.4, width=0.8, label=_shown(group, 24),
        )  # fmt: skip
        bottom = bottom + heights
    rest = np.array([units.get((month, EVERYTHING), 0) for month in months]) - bottom
    if rest.any():
        axes.bar(
            range(len(months)), rest, bottom=bottom, color=GREY, width=0.8, edgecolor="white", lw=0.4, label="others"
        )
    axes.set_ylabel("units")


def _month_line(axes: Any, label: str, points: Sequence[tuple[int, Month]]) -> None:
    places = [place for place, _ in points]
    shares = [one.shares[label] for _, one in points]
    axes.errorbar(
        places, [_estimated(one) for one in shares], yerr=np.array([_reach(one) for one in shares]).T,
        fmt="o-", ms=3.5, lw=1.2, elinewidth=0.8, color=BLUE, ecolor=SKY,
    )  # fmt: skip
    axes.set_ylabel("%")
    axes.set_ylim(bottom=0)
    axes.set_title(label.replace("_", " "), loc="left", fontsize=9, pad=3)


def _event(found: Comparison) -> Any:
    changes = found.event.changes if found.event else ()
    whole: dict[str, Change] = {one.contrast.label: one for one in changes if one.group == EVERYTHING}
    labels = [
        label
        for label in found.book.multi
        if label in whole and (whole[label].before.naive or whole[label].after.naive)
    ]
    figure, axes = _figure(0.9 + 0.3 * len(labels))
    for y, label in enumerate(labels):
        before, after = _estimated(whole[label].before), _estimated(whole[label].after)
        axes.plot([before, after], [y, y], color=GREY, lw=2, zorder=1)
        axes.plot(before, y, "o", mfc="white", mec=BLUE, ms=6, label="before" if y == 0 else None)
        axes.plot(after, y, "o", color=BLUE, ms=6, label="after" if y == 0 else None)
    _banded(axes, labels)
    axes.set(xlabel="share of units, %")
    axes.set_xlim(left=-1)
    figure.legend(loc="outside upper left", ncols=2)
    return figure


def _answers(found: Comparison) -> Any:
    weight: dict[str, int] = {}
    for one in found.answers:
        for name in (one.speaker, one.addressee):
            weight[name] = weight.get(name, 0) + one.units
    kept = sorted(weight, key=lambda name: (-weight[name], name))[:_MOST_SPEAKERS]
    pairs = {(one.speaker, one.addressee): one.units for one in found.answers}
    rows = [name for name in kept if any((name, other) in pairs for other in kept)]
    columns = [name for name in kept if any((other, name) in pairs for other in kept)]
    table = np.array([[pairs.get((row, column), 0) for column in columns] for row in rows], dtype=float)
    return _matrix(table, [_shown(row, 30) for row in rows], [_shown(column, 22) for column in columns], "sentences")
