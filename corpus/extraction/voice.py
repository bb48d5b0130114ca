"""Whether a whole document is its issuer's own word: a release, letter or speech, or news about others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..records import Document
from .actors import Actors
from .issuer import (
    ANNOUNCER,
    APPRECIATES,
    ASSEMBLY,
    CLOSING,
    OFFICIAL_STYLE,
    ORDER,
    byline,
    from_white_house,
    issuer_of,
    lead,
    outside_quotes,
    source_of,
    titles,
)
from .resolve import Source

_HEAD = 3000
_TAIL = 1500
_READ = 60_000
_ENOUGH = 2.0
_SHORTEST = 60
_MARKS = re.compile(
    r"FOR IMMEDIATE RELEASE|PR ?Newswire|BUSINESS WIRE|GLOBE ?NEWSWIRE|NEWMEDIAWIRE|ACCESS ?WIRE|EIN Presswire|PRWeb|"
    r"Media (?:Contact|Inquir|Enquir|Relations)|Press (?:Contact|Release|Statement)\b|Original/Source Press Release|"
    r"News Release|MEDIA STATEMENT|Notes to editors|attributable to|\s#{2,3}\s*(?:\n|$)",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"^\W*(?:(?:Joint|Press|Media|Background|Opening|Closing|Written) )*"
    r"(?:(?:Statement|Remarks|Testimony|Readout|Fact Sheet|Proclamation|Executive Order|Letter|Message|"
    r"Memorandum|Speech|Address|"
    r"Comments?|Submission|Response|Press Release)(?: as Prepared(?: for Delivery)?)?(?: (?:by|of|from|to|on|at|"
    r"regarding|in|for|before)\b|:)|"
    r"A (?:Proclamation|Letter|Message|Statement) |Presidential (?:Message|Permit|Memorandum|Determination)|"
    r"Text of a Letter|"
    r"National Security (?:Presidential )?Memorandum|Our (?:statement|response)\b)",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"\bDear [^\n,:]{1,100}[,:\n]|To [Ww]hom [Ii]t|^\s*(?:RE|Re): |Submitted (?:electronically|via|on behalf)",
    re.MULTILINE,
)
_FORM = re.compile(r"^\[(?:Q\d+|Transcription|General comment)[^\]\n]{0,120}\]", re.MULTILINE)
_TODAY = re.compile(
    r"(?:Today|Yesterday|This (?:morning|week)|On \w+day|"
    r"On [A-Z][a-z]+ \d{1,2}),? (?:the )?(?:U\.S\. )?(?:[A-Z][a-z]+ )?"
    r"(?:President|Vice President|First Lady|Secretary|Department|Ministry|Minister|White House|Prime Minister|"
    r"Commission)\b"
)
_FIRST = re.compile(r"\b(?:[Ww]e|[Oo]ur|[Uu]s|I|[Mm]y|[Oo]urs)\b")
_SAID = re.compile(r"\b(?:said|says|told|added|according to|statement (?:read|continued|went on))\b")
_NEWS = re.compile(
    r"\((?:Reuters|AP|AFP|Xinhua|Bloomberg|UPI|TASS|DPA)\)|\btold (?:Reuters|the Associated Press|AFP|CNN|"
    r"the BBC|Bloomberg|reporters)\b|"
    r"^By [A-Z][a-z]+ [A-Z][a-z]+|\bReporting by\b|did not (?:immediately )?respond to|declined to comment",
    re.MULTILINE,
)
_MEDIA = re.compile(
    r"\b(?:news|times|post|reuters|bloomberg|journal|herald|tribune|guardian|associated press|bbc|cnn|npr|"
    r"magazine|gazette|"
    r"chronicle|telegraph|xinhua|daily|weekly|wired|politico|axios|techcrunch|forbes|media group|broadcasting)\b",
    re.IGNORECASE,
)
_SHORT_FORM = re.compile(r"\([“\"]?([A-Z][A-Za-z\-]{1,12})[”\"]?\)")


@dataclass(frozen=True, slots=True)
class Voice:
    """A document that is its issuer's own word: the issuer, and how sure that is."""

    issuer: Source
    rule: str
    confidence: float


def voice(document: Document, actors: Actors, begin: int = 0) -> Voice | None:
    """Return the voice of a release, letter or speech; None for news and anything uncertain."""
    if document.speaker:
        return Voice(source_of(document.speaker, document, actors), "speaker-field", 0.98)
    text = document.text[begin : begin + _READ]
    signs = _signs(document, text)
    score = sum(signs.values()) - _against(text)
    if score < _ENOUGH:
        return None
    best = max(signs, key=lambda name: signs[name])
    return Voice(issuer_of(document, actors, begin), f"release-{best}", round(min(0.97, 0.6 + 0.08 * score), 2))


def is_media(publisher: str) -> bool:
    """Return whether a publisher is a newspaper, an agency or a broadcaster: it carries the words of others."""
    return _MEDIA.search(publisher) is not None


def _signs(document: Document, text: str) -> dict[str, float]:
    """Return what speaks for a release, and how strongly."""
    head, tail = text[:_HEAD], text[-_TAIL:]
    own = document.publisher is not None and not is_media(document.publisher)
    plain = outside_quotes(text)
    return {
        "publisher": own * (1.0 + 2.0 * (document.kind is not None)),
        "titled-statement": 3.0 * any(_TITLED.match(title) for title in titles(document, text)),
        "byline": 2.0 * bool(byline(text)) + 2.0 * (byline(text) or "").startswith("Office of"),
        "collection": 3.0 * from_white_house(document, text),
        "release-mark": 2.0 * bool(_MARKS.search(head) or _MARKS.search(tail)),
        "order": 3.0 * bool(ORDER.search(head) or ORDER.search(tail)),
        "letter": 2.0 * bool(_LETTER.search(head)) + 1.0 * bool(CLOSING.search(text[-4000:])),
        "form": 3.0 * bool(_FORM.search(head)),
        "submission": 1.5 * bool(APPRECIATES.search(head)),
        "announcement": 2.0 * _announces_itself(text, plain),
        "today": 2.0 * bool(_TODAY.search(head[:500]) and not _SAID.search(head[:500])),
        "assembly": 1.5 * (len(ASSEMBLY.findall(text)) > 1),
        "self-name": 2.0 * _names_itself(text),
        "official-style": 2.0 * bool(OFFICIAL_STYLE.search(head)),
        "first-person": _first_person(plain),
    }


def _against(text: str) -> float:
    """Return what speaks for news: agencies, reporters, and how often somebody "said"."""
    share = _share(_SAID, outside_quotes(text))
    return 2.5 * bool(_NEWS.search(text)) + (2.0 if share > 0.8 else 1.0 if share > 0.4 else 0.0)


def _share(pattern: re.Pattern[str], text: str) -> float:
    """Return the hits of `pattern` in a hundred words."""
    return 100 * len(pattern.findall(text)) / (text.count(" ") + 1)


def _first_person(plain: str) -> float:
    share = _share(_FIRST, plain)
    if share > 1.5:
        return 3.0
    if share > 0.7 and plain.count(" ") > 40:
        return 2.0
    return 1.0 if share > 0.4 else 0.0


def _announces_itself(text: str, plain: str) -> bool:
    """Return whether the lead is "X, a maker of …, today announced", and hardly anybody else is cited."""
    if plain.count(" ") < _SHORTEST:
        return False
    return bool(ANNOUNCER.match(lead(outside_quotes(text[:6000]))[:600])) and _share(_SAID, plain) <= 0.35


def _names_itself(text: str) -> bool:
    """Return whether a short form given in brackets comes back all through, beside "our"."""
    match = _SHORT_FORM.search(text[:1500])
    if match is None or not re.search(r"\b[Oo]ur\b", text):
        return False
    return 100 * text.count(match.group(1)) > 0.8 * (text.count(" ") + 1)
