"""REFI-QDA codebooks (.qdc), which NVivo, ATLAS.ti, MAXQDA, QualCoder and others exchange; both ways.

The standard (REFI-QDA 1.5, 2019) knows codes within codes, each with a name and a description, and sets of codes. A group
is a code that cannot be applied itself, its labels are the codes in it. What the standard has no place for (inclusions,
examples, single choice, versions) stands as YAML at the end of the descriptions, below a line of three dashes.
Programs disagree about the namespace (NVivo writes ``1:0``), so names are read without it.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .. import codebook as codebooks
from ..codebook import Codebook, Group, Label
from ..errors import CommuniqueError
from ..files import replacing

NAMESPACE = "urn:QDA-XML:codebook:1.0"
CROSSWALK = "REFI-QDA"
"""Where a codebook remembers the names that the other program gave its codes."""
LOOSE = "codes"
"""The group of codes that stand in none."""
_DIVIDER = "\n---\n"
_LISTS = ("include", "exclude", "positive", "negative")
_GUIDS = uuid.UUID("6f1c2f0e-6a3c-5c0e-9b1e-2f4f0d1a7c55")


@dataclass(frozen=True)
class _Code:
    """One code, and all those below it that can be applied."""

    name: str
    description: str
    codable: bool
    codes: tuple[_Code, ...]

    def below(self) -> Iterator[_Code]:
        for code in self.codes:
            yield from (code, *code.below())


def read_codebook(path: Path) -> Codebook:
    """Read a .qdc file as a codebook: codes that hold others become groups, the codes in them labels.

    Raises:
        CommuniqueError: the file is missing, no REFI-QDA codebook, or two codes would get one name.

    """
    root = _parse(path)
    codes = [_code(element) for element in _children(_child(root, "Codes"), "Code")]
    if not codes:
        raise CommuniqueError(f"{path} holds no codes; export the codebook again as REFI-QDA (.qdc)")
    name, text, known = _own_set(root) or (_slug(path.stem, "codebook"), "", {})
    originals: dict[str, str] = {}
    parents = [code for code in codes if code.codes]
    groups = [_group(parent, n, originals, path) for n, parent in enumerate(parents, 1)]
    if loose := [code for code in codes if not code.codes]:
        groups.append({"name": LOOSE, "labels": _labels(loose, LOOSE, originals, path)})
    raw = {"name": name, "title": text, **known, "groups": groups}
    if originals:
        crosswalk = known.get("crosswalk") or {}
        raw["crosswalk"] = {**crosswalk, CROSSWALK: {**crosswalk.get(CROSSWALK, {}), **originals}}
    return codebooks.parse(raw, str(path))


def _parse(path: Path) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        tree = etree.parse(str(path), parser)
    except OSError as error:
        raise CommuniqueError(f"cannot read {path}: {error.strerror or 'no such file'}; give a .qdc file") from error
    except etree.XMLSyntaxError as error:
        raise CommuniqueError(f"{path} is no valid XML ({error.msg}); export it again as REFI-QDA (.qdc)") from error
    if tree.docinfo.doctype:
        raise CommuniqueError(f"{path} declares a DTD, as an attack would; export it again as REFI-QDA (.qdc)")
    root = tree.getroot()
    if etree.QName(root).localname != "CodeBook":
        raise CommuniqueError(f"{path} is no REFI-QDA codebook; export the codebook alone (.qdc), not the project")
    return root


def _children(element: Any, name: str) -> list[Any]:
    from lxml import etree

    return [] if element is None else [found for found in element if etree.QName(found).localname == name]


def _child(element: Any, name: str) -> Any:
    return next(iter(_children(element, name)), None)


def _description(element: Any) -> str:
    found = _child(element, "Description")
    return "" if found is None else "".join(found.itertext())


def _code(element: Any) -> _Code:
    codable = element.get("isCodable", "true").strip() in ("true", "1")
    codes = tuple(_code(child) for child in _children(element, "Code"))
    return _Code(element.get("name") or "", _description(element), codable, codes)


def _own_set(root: Any) -> tuple[str, str, dict[str, Any]] | None:
    """Return name, title and the rest of the set by which we describe the whole codebook."""
    for found in _children(_child(root, "Sets"), "Set"):
        text, known = _divided(
            _description(found), {"version", "language", "unit", "instructions", "rulings", "crosswalk"}
        )
        crosswalk = known.get("crosswalk") or {}
        if "version" in known and isinstance(crosswalk, dict) and isinstance(crosswalk.get(CROSSWALK, {}), dict):
            return found.get("name") or "", text, known
    return None


def _group(parent: _Code, number: int, originals: dict[str, str], path: Path) -> dict[str, Any]:
    name = _remember(parent.name, f"group_{number}", "", originals)
    text, known = _divided(parent.description, {"choice", "notes"})
    codes = [code for code in (parent, *parent.below()) if code.codable]
    return {"name": name, "description": text, **known, "labels": _labels(codes, name, originals, path)}


def _labels(codes: list[_Code], group: str, originals: dict[str, str], path: Path) -> list[dict[str, Any]]:
    seen: dict[str, str] = {}
    found = []
    for number, code in enumerate(codes, 1):
        name = _remember(code.name, f"code_{number}", f"{group}/", originals)
        if name in seen:
            raise CommuniqueError(
                f"{path}: {seen[name]!r} and {code.name!r} would both be called {name}; rename one of them"
            )
        seen[name] = code.name
        text, known = _divided(code.description, set(_LISTS))
        found.append({"name": name, "definition": text, **known})
    return found


def _remember(name: str, otherwise: str, where: str, originals: dict[str, str]) -> str:
    slug = _slug(name, otherwise)
    if slug != name:
        originals[f"{where}{slug}"] = name
    return slug


def _slug(name: str, otherwise: str) -> str:
    """Return `name` as a name of a codebook: lower case, ASCII, and underscores."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_") or otherwise


def _divided(text: str, keys: set[str]) -> tuple[str, dict[str, Any]]:
    """Return a description and what stands below its last line of dashes, if that is ours."""
    head, divider, tail = text.rpartition(_DIVIDER)
    if divider:
        try:
            known = yaml.safe_load(tail)
        except yaml.YAMLError:
            known = None
        if isinstance(known, dict) and set(known) <= keys:
            return head, known
    return text, {}


def write_codebook(book: Codebook, path: Path) -> None:
    """Write a codebook as a .qdc file; `read_codebook` reads it back to an equal one.

    Raises:
        CommuniqueError: a text holds characters that cannot stand in XML.

    """
    from lxml import etree

    try:
        root = _root(book)
    except ValueError as error:
        raise CommuniqueError(
            f"codebook {book.name} holds control characters, which XML cannot; remove them"
        ) from error
    with replacing(path) as temporary:
        etree.ElementTree(root).write(str(temporary), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _root(book: Codebook) -> Any:
    from importlib.metadata import version

    from lxml import etree

    root = etree.Element(
        f"{{{NAMESPACE}}}CodeBook", nsmap={None: NAMESPACE}, origin=f"communique {version('communique')}"
    )
    codes = _add(root, "Codes")
    for group in book.groups:
        parent = _add_code(codes, _name(book, group.name), _guid(book, group), _group_text(group), codable=False)
        for label in group.labels:
            name = _name(book, label.name, f"{group.name}/")
            _add_code(parent, name, _guid(book, group, label), _label_text(label), codable=True)
    whole = _add(_add(root, "Sets"), "Set", guid=_guid(book), name=book.name)
    _add(whole, "Description").text = _book_text(book)
    for group in book.groups:
        for label in group.labels:
            _add(whole, "MemberCode", guid=_guid(book, group, label))
    return root


def _add(parent: Any, tag: str, /, **attributes: str) -> Any:
    from lxml import etree

    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", **attributes)


def _add_code(parent: Any, name: str, guid: str, text: str, *, codable: bool) -> Any:
    code = _add(parent, "Code", guid=guid, name=name, isCodable=str(codable).lower())
    if text:
        _add(code, "Description").text = text
    return code


def _name(book: Codebook, name: str, where: str = "") -> str:
    """Return the name that the other program knows, if the codebook remembers one."""
    remembered = book.crosswalk.get(CROSSWALK)
    original = str(remembered.get(f"{where}{name}", name)) if isinstance(remembered, Mapping) else name
    return original if _slug(original, name) == name else name


def _guid(book: Codebook, *parts: Group | Label) -> str:
    return str(uuid.uuid5(_GUIDS, "/".join([book.name, *(part.name for part in parts)])))


def _group_text(group: Group) -> str:
    known: dict[str, Any] = {"choice": group.choice} | ({"notes": list(group.notes)} if group.notes else {})
    return _joined(group.description, known)


def _label_text(label: Label) -> str:
    return _joined(label.definition, {key: list(texts) for key in _LISTS if (texts := getattr(label, key))})


def _book_text(book: Codebook) -> str:
    known: dict[str, Any] = {"version": book.version, "language": book.language, "unit": book.unit}
    known |= {"instructions": list(book.instructions), "rulings": list(book.rulings), "crosswalk": dict(book.crosswalk)}
    return _joined(book.title, known)


def _joined(text: str, known: Mapping[str, Any]) -> str:
    if not known and _DIVIDER not in text:
        return text
    return f"{text}{_DIVIDER}{yaml.safe_dump(dict(known), sort_keys=False, allow_unicode=True, width=110)}"
