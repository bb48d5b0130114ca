"""The codebook: the labels, what each means, and how they are chosen.

A codebook is a YAML file. Its labels stand in groups: of a `multi` group a sentence may have
none, one or several labels; of a `single` group it has exactly one. Any scheme that can be
written so is a first-class citizen: it is checked, shown, trained on and scored alike.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from .errors import CommuniqueError

DATA = Path(__file__).parent / "data"
CORE = DATA / "core.yaml"
SENTIMENT = "sentiment"

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_LABEL_KEYS = {"name", "definition", "include", "exclude", "positive", "negative"}
_GROUP_KEYS = {"name", "choice", "labels", "description", "notes"}
_BOOK_KEYS = {"name", "version", "title", "language", "unit", "instructions", "groups", "rulings", "crosswalk"}


@dataclass(frozen=True)
class Label:
    """One label: its name, what it means, what is in and out, and invented examples."""

    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Labels that are chosen together: none to all of a `multi` group, exactly one of a `single` group."""

    name: str
    choice: Literal["multi", "single"]
    labels: tuple[Label, ...]
    description: str = ""
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the group's labels, in order."""
        return tuple(label.name for label in self.labels)


@dataclass(frozen=True)
class Codebook:
    """A label scheme. The order of `labels` is the order of a model's outputs."""

    name: str
    version: str
    groups: tuple[Group, ...]
    title: str = ""
    language: str = "en"
    unit: str = ""
    instructions: tuple[str, ...] = ()
    rulings: tuple[str, ...] = ()
    crosswalk: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label's name, group after group."""
        return tuple(name for group in self.groups for name in group.names)

    @cached_property
    def multi(self) -> tuple[str, ...]:
        """The labels of the multi-choice groups: those with a threshold each."""
        return tuple(name for group in self.groups if group.choice == "multi" for name in group.names)

    @cached_property
    def single(self) -> tuple[Group, ...]:
        """The single-choice groups."""
        return tuple(group for group in self.groups if group.choice == "single")

    @cached_property
    def sentiments(self) -> tuple[str, ...]:
        """The labels of the single-choice group called sentiment; none where there is no such group."""
        return next((group.names for group in self.single if group.name == SENTIMENT), ())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the labels and the choices between them: what a model must agree with."""
        scheme = [[group.name, group.choice, *group.names] for group in self.groups]
        return hashlib.sha256(json.dumps([self.name, self.version, scheme]).encode()).hexdigest()

    def columns(self, group: Group) -> slice:
        """Return where the group's labels stand among `labels`."""
        start = self.labels.index(group.names[0])
        return slice(start, start + len(group.names))


@lru_cache(maxsize=1)
def core() -> Codebook:
    """Return the codebook of the shipped model: fourteen stances and the sentiment."""
    return load(CORE)


def load(path: str | Path) -> Codebook:
    """Read a codebook from a YAML file.

    Raises:
        CommuniqueError: the file is missing, is no YAML, or does not describe a codebook;
            the message names the place and the remedy.

    """
    path = Path(path)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommuniqueError(f"cannot read codebook {path}: {error.strerror}; give the path of a YAML file") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise CommuniqueError(f"codebook {path} is no valid YAML: {reason}") from error
    return parse(raw, str(path))


def parse(raw: Any, where: str = "codebook") -> Codebook:
    """Build a codebook from what its YAML holds, checking every key and name."""
    book = _mapping(raw, where, _BOOK_KEYS)
    groups = tuple(
        _group(item, f"{where}: groups[{n}]") for n, item in enumerate(_list(book.get("groups"), f"{where}: groups"))
    )
    if not groups:
        raise CommuniqueError(f"{where}: no groups; add at least one group with labels (see `communique codebook new`)")
    _refuse_repeated([group.name for group in groups], f"{where}: group")
    _refuse_repeated([name for group in groups for name in group.names], f"{where}: label")
    return Codebook(
        name=_name(book.get("name"), f"{where}: name"),
        version=_text(book, "version", "1"),
        groups=groups,
        title=_text(book, "title"),
        language=_text(book, "language", "en"),
        unit=_text(book, "unit"),
        instructions=_texts(book.get("instructions"), f"{where}: instructions"),
        rulings=_texts(book.get("rulings"), f"{where}: rulings"),
        crosswalk=_crosswalk(book.get("crosswalk"), f"{where}: crosswalk"),
    )


def _group(raw: Any, where: str) -> Group:
    item = _mapping(raw, where, _GROUP_KEYS)
    choice = item.get("choice", "multi")
    if choice not in ("multi", "single"):
        raise CommuniqueError(f"{where}: choice is {choice!r}; write multi (none to all) or single (exactly one)")
    found = _list(item.get("labels"), f"{where}: labels")
    labels = tuple(_label(label, f"{where}: labels[{n}]") for n, label in enumerate(found))
    if len(labels) < (2 if choice == "single" else 1):
        raise CommuniqueError(f"{where}: {len(labels)} labels are too few for a {choice}-choice group")
    return Group(
        name=_name(item.get("name"), f"{where}: name"),
        choice=choice,
        labels=labels,
        description=_text(item, "description"),
        notes=_texts(item.get("notes"), f"{where}: notes"),
    )


def _label(raw: Any, where: str) -> Label:
    item = _mapping({"name": raw} if isinstance(raw, str) else raw, where, _LABEL_KEYS)
    lists = {key: _texts(item.get(key), f"{where}: {key}") for key in ("include", "exclude", "positive", "negative")}
    return Label(name=_name(item.get("name"), f"{where}: name"), definition=_text(item, "definition"), **lists)


def _mapping(raw: Any, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise CommuniqueError(f"{where}: expected keys and values, found {type(raw).__name__}")
    for key in raw:
        if key not in known:
            raise CommuniqueError(f"{where}: unknown key {key!r}; the keys are {', '.join(sorted(known))}")
    return raw


def _crosswalk(raw: Any, where: str) -> Mapping[str, Any]:
    if raw is not None and not isinstance(raw, dict):
        raise CommuniqueError(f"{where}: expected keys and values, found {type(raw).__name__}")
    return raw or {}


def _text(item: Mapping[str, Any], key: str, default: str = "") -> str:
    """Return the text under `key`; a key left blank is as good as none."""
    return default if item.get(key) is None else str(item[key])


def _texts(raw: Any, where: str) -> tuple[str, ...]:
    return tuple(str(text) for text in _list(raw, where) if text is not None)


def _list(raw: Any, where: str) -> list[Any]:
    if raw is not None and not isinstance(raw, list):
        raise CommuniqueError(f"{where}: expected a list, found {type(raw).__name__}")
    return raw or []


def _name(raw: Any, where: str) -> str:
    if not isinstance(raw, str) or not _NAME.match(raw):
        raise CommuniqueError(f"{where}: {raw!r} is no name; use lower-case letters, digits and _, a letter first")
    return raw


def _refuse_repeated(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise CommuniqueError(f"{what} {name!r} stands twice; every name must be used once in the whole codebook")


def warnings(codebook: Codebook) -> list[str]:
    """Return what a referee would ask about: labels without a definition or without examples."""
    found = []
    for group in codebook.groups:
        for label in group.labels:
            if not label.definition:
                found.append(f"label {label.name} has no definition")
            if not label.positive or not label.negative:
                found.append(f"label {label.name} lacks {'positive' if not label.positive else 'negative'} examples")
    return found


def dump(codebook: Codebook) -> str:
    """Return the codebook as YAML; `load` reads it back to an equal codebook."""
    raw: dict[str, Any] = {"name": codebook.name, "version": codebook.version}
    for key in ("title", "language", "unit"):
        raw |= {key: getattr(codebook, key)} if getattr(codebook, key) else {}
    raw |= {"instructions": list(codebook.instructions)} if codebook.instructions else {}
    raw["groups"] = [_dump_group(group) for group in codebook.groups]
    raw |= {"rulings": list(codebook.rulings)} if codebook.rulings else {}
    raw |= {"crosswalk": dict(codebook.crosswalk)} if codebook.crosswalk else {}
    return yaml.safe_dump(raw, sort_keys=False, allow_unicode=True, width=110)


def _dump_group(group: Group) -> dict[str, Any]:
    raw: dict[str, Any] = {"name": group.name, "choice": group.choice}
    raw |= {"description": group.description} if group.description else {}
    raw["labels"] = [_dump_label(label) for label in group.labels]
    return raw | ({"notes": list(group.notes)} if group.notes else {})


def _dump_label(label: Label) -> dict[str, Any]:
    raw: dict[str, Any] = {"name": label.name}
    raw |= {"definition": label.definition} if label.definition else {}
    lists = {key: list(getattr(label, key)) for key in ("include", "exclude", "positive", "negative")}
    return raw | {key: texts for key, texts in lists.items() if texts}
