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

    bar = tqdm(unit=" units", desc="scoring", dynamic_ncols=True)

    def report(now: Progress) -> None:
        totals = now.summary.totals
        bar.update(totals["units"] - bar.n)
        bar.set_postfix_str(f"{totals['inputs']} inputs, {totals['errors']} errors")

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
                f"{totals['inputs']} inputs, {totals['units']} units, {totals['errors']} errors, {now.rate:.0f} units/s"
            )
            message(text, as_json=as_json, **dict(totals))

    return report, lambda: None


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
