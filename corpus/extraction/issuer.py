"""Who issues a release, letter or speech: from the fields, the title, the byline, the lead or the signature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..records import ActorType, Document
from .actors import Actors, by_shape
from .filename import collection, name_alone, name_in_text, state_in_name
from .names import introductions
from .resolve import Source

_NAME = r"(?:[A-Z0-9]|[a-z]-[A-Z])[\w&’'.\-|]{0,40}+"
_SMALL = r"(?:(?:of|for|and|the|on|in|&|\|) )*+"
APPRECIATES = re.compile(
    rf"(?<![\w\-’'.&|])((?:{_NAME}(?: |, ){_SMALL}){{1,12}})(?:\([^)\n]{{1,60}}\)[, ]*+)?"
    r"(?:(?:together|along) with [^.\n]{3,120}?, ?)?(?:\w+ly )?"
    r"(?:is pleased to|are pleased to|appreciates?|welcomes? the|thanks? the|commends?|submits?|hereby|"
    r"would like to|writes to|"
    r"offers the following|values the|is grateful|is writing|supports? the)\b"
)
_BEHALF = re.compile(
    rf"\b(?:[Oo]n|[Ss]ubmitted on) behalf of (?:the |our )?((?:{_NAME}(?: |(?=[,.(\n])){_SMALL}){{1,14}})"
)
ANNOUNCER = re.compile(
    rf"(?:Today,? |Yesterday,? |The |the )*((?:{_NAME},?[ \t]{_SMALL}){{1,9}})(?:\([^)\n]{{1,80}}\),? ?)?"
    r"(?:,? ?(?:a|an|the|one of) [^.\n]{3,240}?, )?"
    r"(?:today |has |have |is pleased to |are pleased to |proudly |is proud to |strongly |\w+day )*"
    r"(?:announce[ds]?|issued?|released?|unveil(?:s|ed)?|launche[ds]|reaffirm|condemns?|respond(?:s|ed)|calls?|"
    r"urges?|welcome[ds]|warns?)\b"
)
_COMPANY_LEAD = re.compile(rf"((?:{_NAME},? ){{1,5}}(?:Inc\.|Corp\.|Corporation|Ltd\.?|LLC|PLC|plc|Limited|AG)),? ")
_TICKER_LEAD = re.compile(
    rf"((?:{_NAME},? {_SMALL}){{1,9}})\((?:NASDAQ|Nasdaq|NYSE|LSE|TSXV?|ASX|OTC\w*|HKEX|SEHK|Euronext|XETRA)"
    r"[^():\n]{0,20}: ?[A-Z0-9.]{1,8}\b"
)
_SHORT_LEAD = re.compile(rf"(?:The )?((?:{_NAME} {_SMALL}){{1,9}})\([“\"‘]?[A-Z][A-Za-z\-]{{1,12}}[”\"’]?\)[ ,]")
ORDER = re.compile(
    r"By (?:virtue of )?the (?:power and )?authority vested in me|it is hereby ordered|^MEMORANDUM FOR|"
    r"IN WITNESS WHEREOF|"
    r"I hereby (?:report|transmit|certify|determine)|Message to the Congress|Letter to the (?:Speaker|Congress)|"
    r"Letter from the President|Presidential Message|^\W*(?:NOMINATIONS?|WITHDRAWALS?) SENT TO",
    re.IGNORECASE | re.MULTILINE,
)
ASSEMBLY = re.compile(
    r"\bGeneral Assembly\b|\bMr\. President\b|\bMadam President\b|\bthe Assembly\b|\bMr\. Secretary-General\b|"
    r"\bExcellencies\b"
)
CLOSING = re.compile(
    r"^[ \t]*(?:(?:Yours )?(?:Sincerely|Respectfully|Faithfully)(?: (?:yours|submitted))?|Yours (?:truly|"
    r"faithfully|sincerely)|"
    r"(?:Best|Kind|Warm)(?:est)? regards|Regards),?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
DEAR = re.compile(r"\bDear [^\n,:.]{1,100}(?:[,:]|(?=\n))\s*")
_BYLINE = re.compile(
    r"(?:(?:[A-Z][\w.’'\-]*+ ?){2,5}, [A-Z][^.\n]{3,90}|Office of [^.\n]{3,60}|[A-Z][^.\n]{0,30} Spokesperson)"
)
_RUNS_ON = re.compile(r"\b(?:of|the|and|for|to|in)\s*$")
_OFFICE = re.compile(
    r"\b(?:Secretary|Minister|Spokes\w+|President|Director|Department|Ambassador|Chief|Officer|Commissioner|"
    r"Envoy|Representative|"
    r"Administrator|Counselor|Governor|Chair\w*|Attorney General|Office|Advisor|Adviser|Chargé|Consul)\b"
)
_WHO = re.compile(
    r"(?:Statement|Remarks|Speech|Address|Message|Testimony|Letter|Op-?ed|Comments?|"
    r"Submission)(?: as Prepared(?: for Delivery)?)?"
    r" (?:by|of|from)(?: the)? (.{3,140}?)"
    r"(?= on\b| regarding\b| at\b| marking\b| in\b| to\b| before\b| after\b| about\b| following\b|[:;.\n]|$)",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"\bWe, (?:the )?((?:\w+ (?:of|from) (?:the )?)?[A-Z][^,(.\n]{1,80})[,(]")
_ABOUT = re.compile(r"(?:^|\n)[#* ]*About (?:the )?([A-Z][^\n:.]{2,80})")
_DASHED = re.compile(r"[^\n]{0,140}?(?:[–—]|--|-)[ \t\u00a0]++")
_WIRE_OR_DATE = re.compile(
    r"NEWMEDIAWIRE|NEWSWIRE|BUSINESS WIRE|ACCESSWIRE|EIN Presswire|PRWEB|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}|"
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)",
    re.IGNORECASE,
)
_PRESIDENT = re.compile(
    r"White House|\b(?:BIDEN|TRUMP|OBAMA)\b|(?:President|Vice President|First Lady|"
    r"Administration) (?:\w+\.? ){0,2}(?:Biden|Trump|Obama|Harris|Pence|Vance)|"
    r"(?:Biden|Trump|Obama)[\\\w\u2060–-]* Administration|President of the United States|"
    r"President by the Constitution and the laws of the United States|"
    r"sent to the Senate|the President to the Speaker|Section 202\(d\) of the National Emergencies Act",
)
_HOUSE_FORM = re.compile(
    r"^\W*(?:(?:Background|On-the-Record) Press (?:Call|Gaggle|Briefing)|Press (?:Briefing|Gaggle) by |"
    r"Presidential (?:Message|Permit|Memorandum|Determination))",
    re.IGNORECASE,
)
_AMERICAN = re.compile(r"\b(?:President|Administration|White House|Biden|Trump|Obama|United States|American?s?)\b")
_WHITE_HOUSE = frozenset(["wh", "whitehouse"])
OFFICIAL_STYLE = re.compile(r"\bPresident (?:Donald J\. Trump|Joseph R\. Biden)\b")
_STATE = r"([A-Z][\w’'\-]{1,40}+(?: (?:and |of |the )?[A-Z][\w’'\-]{1,40}+){0,4})"
_OWN_STATE = (
    (
        4,
        re.compile(
            rf"\b{_STATE} (?:believes|supports|welcomes|reaffirms|remains|calls|attaches|is (?:committed|proud|"
            rf"convinced|ready|"
            r"determined|party|pleased)|stands|has always|continues|will continue|wishes|joins|hopes|urges|"
            r"shares|looks forward|"
            r"associates|commends|considers|condemns|reiterates|fully|strongly|also|therefore|firmly)\b"
        ),
    ),
    (4, re.compile(rf"\b[MmOo](?:y|ur) (?:country|nation|delegation|Government|homeland)[, ]+(?:the )?{_STATE}")),
    (
        3,
        re.compile(
            rf"\b(?:delegation of|behalf of|people of|people and Government of|Government and people of|"
            rf"Government of|greetings from)"
            rf" (?:the )?(?:people of |Government of )?(?:the )?{_STATE}"
        ),
    ),
    (1, re.compile(rf"\b(?:in|of|for|to) (?:the )?{_STATE}")),
)
_CAPITALS = re.compile(r"(?<![\w\-’'])[A-Z0-9][\w&’'\-]{1,40}+(?: [A-Z][\w&’'\-]{1,40}+){0,4}")
_QUOTING = re.compile(r"[“”\"\n]")
_PERSONAL = {"We", "I", "It", "This", "They", "He", "She", "You", "These", "That", "There"}
_HEAD = 3000
_MENTIONS = 6


def issuer_of(document: Document, actors: Actors, begin: int = 0) -> Source:
    """Return who speaks in a release; a `Source` without an actor where nothing tells."""
    text = document.text[begin:]
    if document.publisher:
        return _published(document, actors, _who_speaks(document, text))
    return (
        _presidential(document, text, actors)
        or _before_assembly(document, text, actors)
        or _found(document, text, actors)
        or Source()
    )


def _found(document: Document, text: str, actors: Actors) -> Source | None:
    """Return the surest of those whom the text, and then the file's name, may mean."""
    if (confirmed := _confirmed(document, actors)) is not None:
        return confirmed
    said = [source_of(mention, document, actors) for mention in _candidates(document, text)]
    said = [source for source in said if source.known and not _is_addressee(source, text)]
    if said and (actors.resolve(said[0].text or "") or _who_speaks(document, text)):
        return said[0]
    return next(iter(said), None) or _last_resort(document, text, actors)


def _confirmed(document: Document, actors: Actors) -> Source | None:
    """Return the name that both the file's name and the text have."""
    name = name_in_text(document)
    return source_of(name, document, actors) if name else None


def _last_resort(document: Document, text: str, actors: Actors) -> Source | None:
    """Return what the file's name alone tells, or the organisation that the text names most."""
    state = state_in_name(document, actors)
    if state is not None:
        return Source(actor=state, actor_type="government")
    if from_white_house(document, text):
        return _white_house(actors)
    name = name_alone(document)
    return source_of(name, document, actors) if name else _most_named(text, actors)


def titles(document: Document, text: str) -> tuple[str, ...]:
    """Return the title as given and as the first line of the text has it."""
    first = titles_of(text)
    return (document.title, first) if document.title else (first,)


def titles_of(text: str) -> str:
    """Return the first line of the text."""
    return text[:400].lstrip("#* \n").split("\n", 1)[0]


def byline(text: str) -> str | None:
    """Return the line under the title that says who issues it."""
    for line in text[:600].split("\n")[1:4]:
        if len(line) < 130 and not _RUNS_ON.search(line) and _BYLINE.fullmatch(line.strip()) and _OFFICE.search(line):
            return line.strip()
    return None


def outside_quotes(text: str) -> str:
    """Return the text without its quotations; one left open ends with its line."""
    kept: list[str] = []
    at, closer = 0, ""
    for mark in _QUOTING.finditer(text):
        sign = mark.group()
        if closer:
            if sign == closer or sign == "\n":
                at, closer = mark.end(), ""
        elif sign in '“"':
            kept.append(text[at : mark.start()])
            at, closer = mark.end(), "”" if sign == "“" else '"'
    kept.append("" if closer else text[at:])
    return " ".join(kept)


def lead(text: str) -> str:
    """Return the first paragraph of prose without its dateline."""
    lines = [line.strip() for line in text.split("\n") if len(line.split()) > 14]
    prose = next(
        (line for line in lines if line[-1] in '.!?:”")' or len(line) > 300), lines[0] if lines else text.strip()
    )
    return prose[dateline_end(prose) :].lstrip()


def dateline_end(line: str) -> int:
    """Return where the words begin after "CITY, Month 1, 2025 (WIRE) —", 0 where no dateline stands."""
    last = 0
    for match in _DASHED.finditer(line[:260]):
        prefix = line[: match.end()]
        city = re.match(r"\W*[A-Z][A-Z.]{2,}\b", prefix)
        small = set(re.findall(r"\b[a-z]{2,}\b", prefix)) - {"of", "de", "and"}
        if match.start() != last or small or len(prefix) > 160 or not (city or _WIRE_OR_DATE.search(prefix)):
            break
        last = match.end()
    return last


def source_of(mention: str, document: Document, actors: Actors) -> Source:
    """Return the source that a mention names, with its place in the text; by its shape where it is unknown."""
    clean = mention.strip(" ,;")
    if clean.endswith(".") and not re.search(r"\b(?:Inc|Corp|Co|Ltd|Jr|Sr|L\.P|S\.A)\.$", clean):
        clean = clean.rstrip(".")
    known = actors.resolve(mention)
    at = document.text.find(clean) if clean else -1
    if known is None and 2 < len(clean) < 90 and clean[0].isalnum():
        kind = (
            document.kind
            or by_shape(clean)
            or ("company" if " " in clean or (len(clean) > 4 and clean[0].isupper()) else None)
        )
        known = (clean, kind) if kind else None
    return Source(
        text=clean or None,
        start=at if at >= 0 else None,
        end=at + len(clean) if at >= 0 else None,
        actor=known[0] if known else None,
        actor_type=known[1] if known else None,
    )


def _published(document: Document, actors: Actors, person: str | None) -> Source:
    """Return the publisher as the issuer; the office of a named government speaker is nearer."""
    name = document.publisher or ""
    known = actors.resolve(name)
    actor = known[0] if known else name
    kind = known[1] if known else document.kind or by_shape(name) or "other"
    office = actors.resolve(person) if person else None
    if office is not None and office[1] == "government" == kind and not actors.is_state(office[0]):
        actor, kind = office
    return Source(text=name, actor=actor, actor_type=kind)


def _who_speaks(document: Document, text: str) -> str | None:
    under = byline(text)
    for title in titles(document, text):
        if under and title.lstrip("#* ").startswith("Joint"):
            return under
        match = _WHO.search(title[:400])
        if match:
            return match.group(1)
    return under


def _candidates(document: Document, text: str) -> Iterator[str]:
    """Yield the mentions that may name the issuer, the surest first."""
    leaders = _LEADERS.search(text[:1500])
    flat = re.sub(r"[ \t]*\n[ \t]*(?=\S)", " ", outside_quotes(text[:8000]))
    listed = _TICKER_LEAD.search(flat[:1500])
    found = [listed.group(1).strip(" ,") if listed else None]
    found += [_who_speaks(document, text), byline(text), leaders.group(1) if leaders else None]
    greeted = DEAR.search(flat[:4000])
    named = _COMPANY_LEAD.match(lead(text[:6000])) or _SHORT_LEAD.match(lead(text[:6000]))
    named = named or (_SHORT_LEAD.match(flat, greeted.end()) if greeted else None)
    found.append(named.group(1) if named else None)
    found.extend(_names(_BEHALF, flat[:3000]))
    found.extend(_names(APPRECIATES, flat))
    announced = ANNOUNCER.match(lead(outside_quotes(text[:6000]))[:600])
    found.append(announced.group(1).strip(" ,") if announced else None)
    about = _ABOUT.search(text)
    found.append(about.group(1) if about else None)
    found.extend(_signers(text))
    yield from (mention for mention in found if mention and len(mention) < 140)


def _names(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield the names that `pattern` finds, without a greeting that runs into them."""
    for match in list(pattern.finditer(text))[:3]:
        name = re.split(r"(?<=[a-z]{3})\. ", match.group(1).strip(" ,"))[-1]
        name = re.sub(r"^(?:Dear [^,:]{1,60}[,:]|Today,? the|The|And|But|In|At) ", "", name)
        if name and not _PERSONAL & set(re.findall(r"\w+", name)) and len(name) > 2:
            yield name


def _signers(text: str) -> list[str]:
    """Return the lines under "Sincerely,", an organisation (by its shape) before a person."""
    closes = list(CLOSING.finditer(text))
    if not closes:
        return []
    block = text[closes[-1].end() : closes[-1].end() + 500]
    lines = [line.strip() for line in block.split("\n") if line.strip()][:6]
    return sorted(lines, key=lambda line: by_shape(line) is None)


def _is_addressee(source: Source, text: str) -> bool:
    """Return whether a government stands in the address of a letter, before "Dear", or after "submission to the"."""
    if source.actor_type != "government" or not source.text:
        return False
    at = text.find(source.text)
    dear = DEAR.search(text[:4000])
    addressed = dear is not None and 0 <= at < dear.start()
    return addressed or re.search(r"\bto (?:the )?(?:[A-Z][\w ]{0,20})?$", text[max(0, at - 40) : at]) is not None


def _presidential(document: Document, text: str, actors: Actors) -> Source | None:
    """Return the White House for an order, a proclamation, a fact sheet or a readout of a US president."""
    title = " ".join(titles(document, text))[:600]
    if title.startswith("Dear") or not (_is_presidential(title, text) or _is_web_article(document, text)):
        return None
    office = _who_speaks(document, text)
    known = actors.resolve(office) if office else None
    if known is None or known[1] != "government" or actors.is_state(known[0]):
        return _white_house(actors)
    return Source(actor=known[0], actor_type=known[1])


def _is_presidential(title: str, text: str) -> bool:
    """Return whether a title, or the head of an order or a readout, is of a US president's house."""
    ordered = ORDER.search(text[:_HEAD]) or ORDER.search(text[-1500:])
    framed = re.search(r"fact sheet|readout|presidential|proclamation", title, re.IGNORECASE) and not byline(text)
    near = f"{title} {text[:1500]} {text[-600:]}" if ordered or framed else title
    if _PRESIDENT.search(near):
        return True
    return _HOUSE_FORM.search(title) is not None and _AMERICAN.search(text) is not None


def from_white_house(document: Document, text: str) -> bool:
    """Return whether the file's name marks a page of the White House, and the page speaks of the US."""
    return collection(document) in _WHITE_HOUSE and _AMERICAN.search(text) is not None


def _is_web_article(document: Document, text: str) -> bool:
    """Return whether a page under a heading speaks of the US president in the style of the president's own house."""
    return text.startswith("# ") and not byline(text) and OFFICIAL_STYLE.search(text[:_HEAD]) is not None


def _white_house(actors: Actors) -> Source | None:
    known = actors.resolve("The White House")
    return Source(actor=known[0], actor_type=known[1]) if known else None


def _before_assembly(document: Document, text: str, actors: Actors) -> Source | None:
    """Return the state that a speech before an assembly speaks for: the one named most as its own."""
    flat = re.sub(r" ?\n ?", " ", text[:80_000])
    if _WHO.search(titles_of(text)) or DEAR.search(text[:4000]) or byline(text) or text.startswith(("[", "#")):
        return None
    spoken = len(ASSEMBLY.findall(flat)) > 1 or flat.count("United Nations") > 1
    filed = state_in_name(document, actors) if spoken else None
    if filed is not None:
        return Source(actor=filed, actor_type="government")
    best = _own_state(flat, actors, at_least=0 if spoken else 16)
    return Source(actor=best, actor_type="government") if best else None


def _own_state(flat: str, actors: Actors, at_least: int) -> str | None:
    """Return the state that the text names most as its own; a state it merely mentions must be all but the only one."""
    votes: Counter[str] = Counter()
    owned: set[str] = set()
    for weight, pattern in _OWN_STATE:
        for name, count in Counter(_states(pattern, flat, actors)).items():
            votes[name] += min(count, _MENTIONS) if weight == 1 else weight * count
            owned |= {name} if weight > 1 else set()
    (best, most), (_, second) = [*votes.most_common(2), ("", 0), ("", 0)][:2]
    clear = 2 * most >= 3 * second if best in owned else most >= _MENTIONS and most >= 3 * second
    return best if clear and most >= at_least else None


def _states(pattern: re.Pattern[str], text: str, actors: Actors) -> Iterator[str]:
    for match in pattern.finditer(text):
        known = actors.resolve(match.group(1))
        if known is not None and actors.is_state(known[0]):
            yield known[0]


def _most_named(text: str, actors: Actors) -> Source | None:
    """Return the organisation that a text names far more often than any other; never a letter's addressee."""
    counts: dict[tuple[str, ActorType], int] = {}
    letter = text.startswith("[") or DEAR.search(text[:4000]) is not None or ASSEMBLY.search(text) is not None
    for match in _CAPITALS.findall(text[:20_000])[:800]:
        known = actors.resolve(match)
        if known is not None and not actors.is_state(known[0]) and not (letter and known[1] in ("government", "igo")):
            counts[known] = counts.get(known, 0) + 1
    for name, short in introductions(text[:20_000]):
        if short.isupper() and actors.resolve(name) is None and (kind := by_shape(name)):
            counts[name, kind] = text[:20_000].count(short)
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < 3 or (len(ranked) > 1 and ranked[1][1] * 3 > ranked[0][1] * 2):
        return None
    return Source(actor=ranked[0][0][0], actor_type=ranked[0][0][1])
