"""What several commands show: progress on stderr, tables, JSON messages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..inference.runner import Progress


def message(text: str, *, as_json: bool = False, **fields: Any) -> None:
    """Say something on stderr, as text or as a line of JSON."""
    click.echo(json.dumps({"message": text, **fields}) if as_json else text, err=True)


def progress(*, as_json: bool, quiet: bool) -> tuple[Callable[[Progress], None], Callable[[], None]]:
    """Return a reporter of a run's progress and what ends it: a bar on a terminal, a line now and then elsewhere."""
    if quiet:
        return (lambda _: None), (lambda: None)
    if sys.stderr.isatty() and not as_json:
        return _bar()
    return _lines(as_json)


def _bar() -> tuple[Callable[[Progress], None], Callable[[], None]]:
    from tqdm import tqdm

    bar = tqdm(unit=" inputs", desc="scoring", dynamic_ncols=True)

    def report(now: Progress) -> None:
        totals = now.summary.totals
        bar.total = now.expected and max(now.expected, totals["inputs"])
        bar.update(totals["inputs"] - bar.n)
        bar.set_postfix_str(f"{totals['units']} units, {totals['errors']} errors{_commonest(now)}")

    return report, bar.close


def _lines(as_json: bool, every: float = 5.0) -> tuple[Callable[[Progress], None], Callable[[], None]]:
    import time

    last = time.monotonic()

    def report(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            totals = now.summary.totals
            text = (
                f"{totals['inputs']} inputs, {totals['units']} units, {totals['errors']} errors, "
                f"{now.rate:.0f} units/s{_time_left(now.seconds_left)}{_commonest(now)}"
            )
            message(text, as_json=as_json, **_facts(now))

    return report, lambda: None


def _facts(now: Progress) -> dict[str, Any]:
    """Return what a program may want to know of a run that is under way."""
    left = None if now.seconds_left is None else round(now.seconds_left)
    rate = {"units_per_second": round(now.rate, 1), "seconds_left": left}
    return {**now.summary.totals, "expected": now.expected, **rate, "labels": dict(now.summary.by["labels"])}


def _time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f", {hours}:{minutes:02}:{rest:02} left"


def _commonest(now: Progress, most: int = 3) -> str:
    found = now.summary.by["labels"].most_common(most)
    return "".join(f", {name} {n}" for name, n in found)


def table(counts: Mapping[str, int], total: int) -> str:
    """Return counts as aligned lines with their shares."""
    width = max((len(name) for name in counts), default=0)
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return "\n".join(f"  {name:<{width}}  {n:>7}  {n / max(total, 1):>6.1%}" for name, n in ranked)


def wrap(text: str, width: int, lines: int = 3) -> list[str]:
    """Return `text` in at most `lines` lines of `width` characters."""
    import textwrap

    found = textwrap.wrap(" ".join(text.split()), width) or [""]
    return found if len(found) <= lines else [*found[: lines - 1], found[lines - 1][: width - 1] + "…"]
