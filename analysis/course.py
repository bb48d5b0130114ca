"""Change over time: shares by month, and before and after an event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from ..corpus.errors import UsageError
from .frame import Bools
from .profiles import Measure, adjusted, contrast
from .run import NONE
from .shares import EVERYTHING, Contrast, Share

_DAY = re.compile(r"[12]\d{3}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Month:
    """The shares of all labels in one month, of all units or of one group."""

    month: str
    group: str
    units: int
    shares: Mapping[str, Share]


@dataclass(frozen=True)
class Change:
    """One label in one group before and after the event; the contrast is after minus before."""

    group: str
    before: Share
    after: Share
    contrast: Contrast


@dataclass(frozen=True)
class Event:
    """What changed from the day of the event on.

    Attributes:
        day: the day, as ``YYYY-MM-DD``; it counts as after.
        before: units before it.
        after: units from it on.
        undated: units whose date is not known to the day.
        changes: the changes, surest first.

    """

    day: str
    before: int
    after: int
    undated: int
    changes: tuple[Change, ...]


def day_of(text: str) -> str:
    """Return a date as ``YYYY-MM-DD``.

    Raises:
        UsageError: it is none.

    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(f"--event is {text!r}; write a day as 2025-03-14") from error


def months(measure: Measure) -> list[Month]:
    """Return the shares of each month, of all units and of the largest groups; months without units are left out."""
    values = measure.frame.columns["month"]
    groups = {EVERYTHING: np.ones(len(values), dtype=bool)} | measure.largest()
    found = []
    for month in sorted(set(values.tolist()) - {NONE}):
        for group, inside in groups.items():
            chosen = inside & (values == month)
            if chosen.any():
                found.append(Month(month, group, int(chosen.sum()), measure.shares(group, chosen)))
    return found


def event(measure: Measure, day: str) -> Event:
    """Return what changed with the event of `day`, in all units and in the largest groups.

    Raises:
        UsageError: no unit is dated before it, or none from it on.

    """
    days = _days(measure.frame.columns["date"])
    dated = days != ""
    before, after = dated & (days < day), dated & (days >= day)
    if not before.any() or not after.any():
        side, known = "on or after" if before.any() else "before", sorted(set(days[dated].tolist()))
        span = f", from {known[0]} to {known[-1]}" if known else ""
        raise UsageError(f"no unit is dated {side} {day}; {int(dated.sum())} of {len(days)} units have a date{span}")
    groups = {EVERYTHING: np.ones(len(days), dtype=bool)} | measure.largest()
    changes = [
        one for group, inside in groups.items() for one in _changes(measure, group, inside & before, inside & after)
    ]
    by_contrast = {_key(one.contrast): one for one in changes}
    ranked = adjusted([one.contrast for one in changes])
    ready = tuple(replace(by_contrast[_key(one)], contrast=one) for one in ranked)
    return Event(day, int(before.sum()), int(after.sum()), int((~dated).sum()), ready)


def _key(one: Contrast) -> tuple[str, str, str]:
    return one.first, one.second, one.label


def _changes(measure: Measure, group: str, before: Bools, after: Bools) -> list[Change]:
    if not before.any() or not after.any():
        return []
    first, second = measure.shares(f"{group} after", after), measure.shares(f"{group} before", before)
    return [
        Change(group, second[name], first[name], contrast(first[name], second[name])) for name in measure.book.labels
    ]


def _days(values: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return np.array([_day(value) for value in values.tolist()], dtype=np.str_)


def _day(value: str) -> str:
    """Return the day of a date, blank where it is not known to the day."""
    found = _DAY.match(value)
    try:
        return date.fromisoformat(found.group()).isoformat() if found else ""
    except ValueError:
        return ""
