"""What a text says around a name that tells an organisation from a person."""

from __future__ import annotations

import re

from ..records import ActorType

_PLACES = 8
_AROUND = 90
_FIRM = (
    r"(?:compan(?:y|ies)|firms?|makers?|manufacturers?|retailers?|banks?|airlines?|automakers?|carmakers?|suppliers?|"
    r"operators?|developers?|producers?|chipmakers?|insurers?|start-?ups?|corporations?|conglomerates?|exporters?|"
    r"subsidiary|brands?|contractors?|distributors?|utility)"
)
_COMPANY_AFTER = re.compile(
    rf"(?:,? (?:an?|the|one of) (?:[\w\-’']+ ){{0,6}}?{_FIRM}\b"
    rf"| and (?:[\w\-]+ ){{0,3}}?other (?:[\w\-]+ ){{0,2}}?{_FIRM}\b"
    r"|[’']s? (?:shares|products|customers|chief|board|shareholders|stock|revenue|profits?|factory|plants?|employees)\b"
    r"|,? which (?:makes|sells|builds|buys|owns|operates|produces|supplies|employs|runs)\b)"
)
_COMPANY_BEFORE = re.compile(rf"\b{_FIRM}(?:,? (?:such as|including|like|called|named))? $")
_NGO_AFTER = re.compile(
    r",? (?:an?|the) (?:[\w\-]+ ){0,5}?(?:non-?governmental|non-?profit|charity|rights group|advocacy|campaign|watchdog)"
)
_IT = re.compile(
    r" (?:has |had )?(?:said|says|announced|added|argued|claimed)(?: \w+day)?(?: that)? (?:it|its|their)\b"
)


def is_organisation(name: str, text: str) -> ActorType | None:
    """Return the type of the organisation that `text` shows `name` to be, None where it may be a person's."""
    at = -1
    for _ in range(_PLACES):
        at = text.find(name, at + 1)
        if at < 0:
            return None
        kind = _type_at(text, at, at + len(name))
        if kind is not None:
            return kind
    return None


def _type_at(text: str, start: int, end: int) -> ActorType | None:
    if _NGO_AFTER.match(text, end, end + _AROUND):
        return "ngo"
    if _COMPANY_AFTER.match(text, end, end + _AROUND) or _COMPANY_BEFORE.search(text[max(0, start - 40) : start]):
        return "company"
    return "other" if _IT.match(text, end, end + _AROUND) else None
