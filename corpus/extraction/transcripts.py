"""Transcripts and briefings: turns that begin with the name of who speaks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .layout import trim
from .words import word_set

_TITLE_WORDS = word_set(
    "MR MRS MS DR PRESIDENT VICE FIRST SECOND SECRETARY MINISTER PRIME SENATOR GOVERNOR AMBASSADOR "
    "CONGRESSMAN CONGRESSWOMAN REPRESENTATIVE CHAIRMAN CHAIR CHAIRWOMAN CHANCELLOR KING QUEEN PRINCE "
    "GENERAL ADMIRAL COLONEL MAYOR DIRECTOR DEPUTY ASSISTANT UNDER FOREIGN HIGH SECRETARY-GENERAL "
    "COMMISSIONER ADMINISTRATOR ATTORNEY SPEAKER JUSTICE JUDGE PROFESSOR SENIOR OFFICIAL SPOKESPERSON "
    "COUNSELOR ENVOY PREMIER LEADER SPECIAL MODERATOR OPERATOR INTERPRETER PARTICIPANT AUDIENCE QUESTION "
    "QUESTIONER REPORTER Q STAFF HOST CEO CHIEF REVEREND REV CAPTAIN SERGEANT LADY GENTLEMAN TREASURY"
)
TITLES = frozenset(_TITLE_WORDS)
_LOOSE = word_set(
    "VICE FIRST SECOND PRIME DEPUTY ASSISTANT UNDER FOREIGN HIGH SENIOR SPECIAL STAFF CHIEF TREASURY "
    "JUSTICE KING LEADER"
)
_SURE = TITLES - _LOOSE
_HEADS = word_set(
    "FACT TTY RE SUBJECT NOTE PS FILENAME CONTENT FROM TO DATE CC TEL FAX PHONE EMAIL DOCKET SOURCE "
    "SECTION CONTACT WEB RIN ATTENTION SUMMARY TITLE ADDRESS WWW HTTP HTTPS SIGNATURE PMID PMCID DOI ISBN "
    "ISSN URL"
)
_ASKERS = word_set(
    "q question questioner reporter audience participant participants interpreter translator operator "
    "host anchor interviewer journalist journalists press moderator member members crowd unknown speaker "
    "voice"
)
_CAPS = r"[A-Z][A-Z.'’\-]*+(?:\s[A-Z][A-Z.'’\-]*+)"
_LABEL = rf"{_CAPS}{{0,6}}+(?:\s?[(\[][^()\[\]\n]{{1,60}}[)\]])?"
_INLINE = re.compile(
    rf"(?:(?<=^)|(?<=[\s*>]))(?:\*\*)?({_LABEL})(?:\*\*)?:(?:\*\*)?(?=\s)|(?:(?<=\s)|(?<=^)|"
    rf"(?<=\s\*\*))(?:\*\*)?(Q)(?:\*\*)?[.:]?(?=\s++[A-Z“\"‘—–(…\[])",
    re.MULTILINE,
)
_LINE = re.compile(
    r"^[ \t>]*+(?:\*\*|__)?"
    r"((?:[A-Z][\w.'’\-]*+)(?:[ \t][\w.'’\-]++){0,5}(?:[ \t]?[(\[][^()\[\]\n]{1,60}[)\]])?(?:,[^:\n]{1,40})?)"
    r"(?:\*\*|__)?:(?:\*\*|__)?(?=[ \t\n])",
    re.MULTILINE,
)
_STAMP = re.compile(r"\s*\(?(?:END\s+)?\d{1,2}:\d{2}\s*[AaPp]\.?\s?[Mm]\.?(?:\s+\(?[A-Z]{2,5}\)?)?\)?\s*$")
_LEAD = re.compile(r"^(?:[AP]\.?M\.?\s+)?(?:(?:[ECMP][SD]T|CES?T|GMT|BST|JST|CAT|EAT|IST|AST|HST|KST|local|LOCAL)\s+)+")
_PREPARED = re.compile(r"[#\-_*\s]+$")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person says until another speaks: the label as written, and the words' span."""

    label: str
    label_start: int
    label_end: int
    start: int
    end: int

    @property
    def asks(self) -> bool:
        """Whether the turn is a questioner's, the audience's or an interpreter's."""
        words = re.findall(r"[\w\-]+", self.label.lower())
        return bool(words) and (words[-1] in _ASKERS or words[0] in _ASKERS)


def turns(text: str, begin: int = 0) -> list[Turn]:
    """Return the turns of a transcript, or nothing where the text is none."""
    labels = _labels(text, begin)
    found: list[Turn] = []
    for number, (start, end, after) in enumerate(labels):
        stop = labels[number + 1][0] if number + 1 < len(labels) else len(text)
        first, last = _words(text, after, stop)
        if first < last:
            found.append(Turn(text[start:end], start, end, first, last))
    return found


def _words(text: str, start: int, stop: int) -> tuple[int, int]:
    first, last = trim(text, start, stop, "*_>")
    stamp = _STAMP.search(text, max(first, last - 40), last)
    if stamp is not None:
        last = stamp.start()
    mark = _PREPARED.search(text, max(first, last - 40), last)
    if mark is not None:
        last = mark.start()
    return trim(text, first, last)


def _labels(text: str, begin: int) -> list[tuple[int, int, int]]:
    """Return the labels that open turns, as (start, end of the name, start of the words)."""
    inline = _checked(text, _inline_labels(text, begin))
    if inline:
        return inline
    lines = [(m.start(1), m.end(1), m.end()) for m in _LINE.finditer(text, begin)]
    return lines if _is_dialogue(text, lines) else []


def _inline_labels(text: str, begin: int) -> list[tuple[int, int, int]]:
    found = []
    for match in _INLINE.finditer(text, begin):
        group = 1 if match.group(1) else 2
        start, end = match.span(group)
        lead = _LEAD.match(text[start:end])
        start += lead.end() if lead else 0
        sentence = max(text.rfind(". ", start, end - 4), -1)
        if sentence >= 0 and text[start:sentence].split(" ")[-1].strip(".") not in {
            "MR",
            "MS",
            "MRS",
            "DR",
            "REP",
            "SEN",
            "GOV",
            "GEN",
            "REV",
        }:
            start = sentence + 2
        if start < end:
            found.append((start, end, match.end()))
    return found


def _checked(text: str, labels: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return only the labels of people; none where hardly any is."""
    counts = Counter(text[start:end] for start, end, _ in labels)
    people = [label for label in labels if _is_person(text[label[0] : label[1]], counts)]
    named = [label for label in people if text[label[0] : label[1]] != "Q"]
    titled = sum(1 for start, end, _ in named if _SURE & set(re.findall(r"[A-Z\-]+", text[start:end])))
    if not named or (titled == 0 and (len(named) < 4 or len({text[start:end] for start, end, _ in named}) < 2)):
        return []
    covered = len(text) - named[0][0]
    return people if len(named) > 1 or covered > 0.6 * len(text) else []


def _is_person(label: str, counts: Counter[str]) -> bool:
    if label == "Q":
        return True
    words = re.findall(r"[A-Z\-]+", label)
    if not words or words[0] in _HEADS or words[-1] in _HEADS:
        return False
    return bool(_SURE & set(words)) or (counts[label] >= 2 and 1 <= len(words) <= 4)


def _is_dialogue(text: str, lines: Sequence[tuple[int, int, int]]) -> bool:
    """Return whether lines that begin "Name:" are turns: names come back, and hold most of the text."""
    counts = Counter(text[start:end] for start, end, _ in lines)
    if any(set(re.findall(r"[A-Z]+", label.upper())) & _HEADS for label in counts):
        return False
    again = sum(count for count in counts.values() if count >= 2)
    if len(lines) < 4 or len([c for c in counts.values() if c >= 2]) < 2 or again < 0.7 * len(lines):
        return False
    return len(text) - lines[0][0] > 0.5 * len(text)


def surname_in(label: str, title: str) -> str | None:
    """Return the phrase of `title` that holds the surname of a label ("MS. PSAKI": Press Secretary Jen Psaki)."""
    words = [
        word
        for word in re.findall(r"[A-Za-z’'\-]{2,}", re.sub(r"\([^)]*\)", "", label))
        if word.upper() not in TITLES | {"THE"}
    ]
    if not words:
        return None
    name = words[-1]
    title, name = _plain(title), _plain(name)
    match = re.search(
        rf"([^,;:\n]{{0,120}})\b({re.escape(name)})\b(\s+(?:of|from)\s+(?:the\s+)?[^,;.\n]{{3,60}})?",
        title,
        re.IGNORECASE,
    )
    if match is None:
        return None
    before = re.split(r"\b(?:and|with|by|before|at|to)\b|&", match.group(1), flags=re.IGNORECASE)[-1]
    after = re.split(r"\b(?:in|at|on|and|before|after|during)\b", match.group(3) or "", flags=re.IGNORECASE)[0]
    return f"{before}{match.group(2)}{after}".strip()


def _plain(text: str) -> str:
    """Return the text without accents, of the same length."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)
