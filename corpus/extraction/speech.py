"""News prose: quotations with those who say them, and reported speech."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..attributions import Attribution
from ..records import StatementKind
from . import cues
from .attribution import BRIDGE, attribution_after, attribution_before, is_bare_attribution
from .content import INVERTED, asserts, clause_start, closes, content_of, content_stop, ends_clause, has_finite
from .cues import Cue
from .layout import Token, sentences, tokens
from .marks import RULE, extent, gives_way, is_unsaid, is_wanted
from .mentions import Phrase, citing, is_named, phrase_from, subject_before
from .quotes import Quote
from .resolve import Memory, Source
from .verbs import base_subject, cue_at, gerund_subject, is_denied, is_second, resumed, sentence_subject
from .words import word_set

_NO_COMMENT = re.compile(
    r"\b(?:(?:has |have |had )?(?:declin|refus)(?:ed|es|ing) (?:to (?:\w+ )?(?:comment|discuss|say|answer|"
    r"elaborate|name|be (?:interviewed|identified|named)|"
    r"provide|give|disclose|speculate|confirm)|(?:further |immediate )?comment|multiple requests|requests|interview)|"
    r"(?:did not|didn[’']t|has not|hasn[’']t|have not|haven[’']t|had not|hadn[’']t|does not|do not|never|failed to) "
    r"(?:yet |immediately |directly |return or )*(?:respond|reply|return|answer|comment)(?:ed)?\b|"
    r"(?:could not|couldn[’']t) (?:immediately |be |later )*reached|"
    r"(?:had|has|have) no (?:immediate |further )?(?:comment|response)|(?:was|were) (?:not|"
    r"un)\s?(?:immediately )?available (?:for|to) comment|"
    r"(?:would|will) not (?:comment|elaborate|say)\b)"
)
_UNANSWERED = re.compile(
    r"\b(?:[Rr]equests?|[Cc]alls?|[Ee]-?mails?|[Mm]essages?|[Qq]uestions?|[Ii]nquiries|[Ll]etters?)(?: for comment)?"
    r"(?: (?:sent|made|put|addressed))? to (?P<who>(?:the|its|their) \w+|(?:the )?(?:\w+ ){0,3}?[A-Z][^,;.“”\"]{1,60}?) (?:(?:was|were|have been|had been|has been) not "
    r"(?:immediately )?(?:returned|answered)|(?:went|was|were) (?:unanswered|unreturned))\b"
)
_BEHALF = re.compile(r"\b(?:[Oo]n behalf of|[Rr]epresenting) (?:the )?(?P<who>[A-Z][^,;.“”\"]{2,60}),")
_ASKERS = word_set("reporter reporters journalist journalists interviewer moderator questioner host")
_COMMA = re.compile(r", ")
_CUT_COMMENT = re.compile(
    r",? (?:but|and|while|although|though) |; | because |, (?:citing|saying|pointing|referring|adding)\b"
)
_MIN_CONTENT = 2
_FEWEST = 3
_ISSUING = word_set("released issued published posted sent circulated releases issues")
_DOTTED = word_set("inc corp co ltd jr sr bros")
_MAX_SENTENCE = 6000
_MAX_TOKENS = 1500
NO_MARKS: Mapping[int, Sequence[Attribution]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Report:
    """A statement before it gets its number: the span, the source and the cue."""

    start: int
    end: int
    kind: StatementKind
    source: Source
    rule: str
    confidence: float
    cue: tuple[int, int] | None = None
    no_comment: bool = False
    region: tuple[int, int] | None = None


@dataclass(slots=True)
class Sentence:
    """A sentence under work: its tokens, which of them are used up, and who has spoken in it up to which one."""

    start: int
    end: int
    tokens: list[Token]
    used: set[int] = field(default_factory=set)
    spoke: tuple[int, Source] | None = None

    @property
    def quoted(self) -> list[int]:
        """The places of the quotations among the tokens."""
        return [at for at, token in enumerate(self.tokens) if token.quote >= 0]

    @property
    def is_open(self) -> bool:
        """Whether there are words enough outside quotations for somebody to be said to say something."""
        return sum(token.is_word for token in self.tokens) >= _FEWEST


class Reader:
    """Reads a document's paragraphs in order and yields what is reported in them."""

    def __init__(self, text: str, quotes: Sequence[Quote], memory: Memory, direct_only: bool = False) -> None:
        self._text = text
        self._quotes = quotes
        self._spans = [quote.span for quote in quotes]
        self._memory = memory
        self._direct_only = direct_only
        self._first = 0
        self._read_to = 0
        self._colon: Source | None = None
        self._paragraph_source: Source | None = None
        self._spoken = False

    def sentences(self, start: int, end: int) -> list[Sentence]:
        """Return the sentences of the paragraph from `start` to `end`; paragraphs are to be asked for in order."""
        start = max(start, self._read_to)
        if start >= end:
            return []
        while self._first < len(self._spans) and self._spans[self._first][1] <= start:
            self._first += 1
        return list(self._sentences(start, end))

    def read(
        self, paragraph: Sequence[Sentence], marks: Mapping[int, Sequence[Attribution]] = NO_MARKS
    ) -> list[Report]:
        """Return the reports in a paragraph; `marks` are attributions that a model found, by the sentence's start."""
        self._paragraph_source = None
        found: list[Report] = []
        floating: list[Sentence] = []
        for sentence in paragraph:
            here = self._read_sentence(sentence)
            here = self._marked(sentence, here, marks.get(sentence.start, ()))
            found.extend(here)
            floating.extend([sentence] if self._open_quotes(sentence) else [])
            if self._paragraph_source is not None:
                found.extend(self._float(floating))
                floating = []
        found.extend(self._float(floating))
        return sorted(found, key=lambda report: report.start)

    # -- sentences

    def _sentences(self, start: int, end: int) -> Iterator[Sentence]:
        last = self._first
        while last < len(self._spans) and self._spans[last][0] < end:
            last += 1
        here = self._spans[self._first : last]
        end = max(end, here[-1][1]) if here else end
        self._read_to = end
        held: Sentence | None = None
        number = self._first
        for first, stop in sentences(self._text, start, end, here):
            while number < last and self._spans[number][1] <= first:
                number += 1
            if self._bare_length(first, stop, number, last) > _MAX_SENTENCE:
                continue
            made = Sentence(first, stop, tokens(self._text, first, stop, self._spans, number))
            if held is not None and is_bare_attribution(made.tokens):
                held = Sentence(held.start, stop, held.tokens + made.tokens)
                continue
            if held is not None:
                yield held
            held = made
        if held is not None:
            yield held

    def _bare_length(self, start: int, stop: int, number: int, last: int) -> int:
        """Return the length of a sentence without its quotations; what has no end is no sentence."""
        if stop - start <= _MAX_SENTENCE:
            return stop - start
        quoted = sum(
            min(right, stop) - left for left, right in self._spans[number:last] if left >= start and right <= stop
        )
        return stop - start - quoted

    def _read_sentence(self, sentence: Sentence) -> list[Report]:
        if len(sentence.tokens) > _MAX_TOKENS:
            return []
        found = self._after_colon(sentence)
        found += self._attributed_after(sentence)
        found += self._attributed_before(sentence)
        if not self._direct_only:
            found += self._silence(sentence)
            found += self._according(sentence)
            found += self._reported(sentence)
            self._issued(sentence, found)
        self._colon = self._introduces(sentence)
        return found

    def _issued(self, sentence: Sentence, found: Sequence[Report]) -> None:
        """Remember who "released a statement", for the quotation of it that follows."""
        words = sentence.tokens
        for at, token in enumerate(words):
            if token.low in _ISSUING and any(word.low in cues.TEXTS for word in words[at + 1 : at + 6]) and not found:
                subject = subject_before(words, at)
                if subject is not None and is_named(words, subject):
                    self._source(sentence, subject)
                return

    # -- direct quotations

    def _full(self, sentence: Sentence, at: int) -> bool:
        """Return whether the quotation is a whole utterance, not words set in another's sentence."""
        quote = self._quotes[sentence.tokens[at].quote]
        inner = self._text[quote.inner_start : quote.inner_end]
        words = len(inner[:400].split())
        before = sentence.tokens[at - 1].text if at else ""
        if words < 2 and not inner.endswith((",", ".", "!", "?")):
            return False
        if at == 0 or before in {":", ","}:
            return words >= 2 or before == ":" or inner.endswith((",", ".", "!", "?"))
        return (inner[0].isupper() or inner[0] in "[…") and (words >= 5 or inner[-1] in ".,!?")

    def _attributed_after(self, sentence: Sentence) -> list[Report]:
        """`"…," said X` and `"…," X said`, with the quotations that follow."""
        found: list[Report] = []
        for at in sentence.quoted:
            if at in sentence.used:
                continue
            match = attribution_after(sentence.tokens, at)
            if match is None or not (self._full(sentence, at) or at == 0 or match.tight):
                continue
            if self._is_question(sentence, match.subject, match.cue):
                sentence.used.update(range(at, match.stop))
                continue
            source = self._source(sentence, match.subject)
            found.append(self._direct(sentence, at, source, match.rule, 0.97, match.cue))
            sentence.used.update(range(at, match.stop))
            sentence.spoke = match.stop, source
            found.extend(self._split(sentence, match.stop, source))
        return found

    def _is_question(self, sentence: Sentence, subject: Phrase, cue: Phrase) -> bool:
        """Return whether a journalist asks: a question put to the speaker is nobody's statement."""
        words = sentence.tokens
        return words[cue[0]].low in {"asked", "asks"} and any(w.low in _ASKERS for w in words[subject[0] : subject[1]])

    def _split(self, sentence: Sentence, start: int, source: Source) -> Iterator[Report]:
        """Yield the second half of `"…," he said, "…"`."""
        for at in range(start, min(start + BRIDGE, len(sentence.tokens))):
            token = sentence.tokens[at]
            if token.quote >= 0:
                quote = self._quotes[token.quote]
                if (
                    sentence.tokens[at - 1].text in {",", ":", ".", ";", "—", "–"}
                    or quote.inner_end - quote.inner_start > 30
                ):
                    sentence.used.add(at)
                    yield self._direct(sentence, at, source, "split-quote", 0.95, None)
                return
            if cue_at(sentence.tokens, at) is not None and token.low not in {"told"}:
                return

    def _attributed_before(self, sentence: Sentence) -> list[Report]:
        """`X said: "…"` and `X told reporters, "…"`."""
        found: list[Report] = []
        for at in sentence.quoted:
            if at in sentence.used or not self._full(sentence, at):
                continue
            match = attribution_before(sentence.tokens, at, max(sentence.used, default=-1) + 1)
            if match is None:
                continue
            source = self._source(sentence, match.subject) if match.subject else self._memory.last
            if source is None:
                continue
            found.append(self._direct(sentence, at, source, match.rule, 0.95, match.cue))
            sentence.used.update(range(match.subject[0] if match.subject else at, at + 1))
            found.extend(self._split(sentence, at + 1, source))
        return found

    def _after_colon(self, sentence: Sentence) -> list[Report]:
        """Give the quotation that begins a sentence to the one whom a colon introduced before it."""
        if self._colon is None or not sentence.tokens or sentence.tokens[0].quote < 0:
            return []
        sentence.used.add(0)
        if self._paragraph_source is None:
            self._memory.note(self._colon)
        return [self._direct(sentence, 0, self._colon, "colon", 0.93, None)]

    def _introduces(self, sentence: Sentence) -> Source | None:
        words = sentence.tokens
        if len(words) < 2 or words[-1].text != ":":
            return None
        for at in range(len(words) - 2, max(-1, len(words) - BRIDGE), -1):
            if cue_at(words, at) is not None:
                subject = subject_before(words, at)
                if subject is not None:
                    return self._source(sentence, subject)
        subject = sentence_subject(words)
        return self._source(sentence, subject) if subject else None

    def _direct(
        self, sentence: Sentence, at: int, source: Source, rule: str, confidence: float, cue: Phrase | None
    ) -> Report:
        quote = self._quotes[sentence.tokens[at].quote]
        sentence.used.add(at)
        self._paragraph_source = source
        self._spoken = True
        span = (sentence.tokens[cue[0]].start, sentence.tokens[cue[1] - 1].end) if cue else None
        confidence = confidence if quote.closed else min(confidence, 0.4)
        region = (sentence.start, sentence.end)
        return Report(quote.inner_start, quote.inner_end, "direct", source, rule, confidence, span, region=region)

    def _open_quotes(self, sentence: Sentence) -> list[int]:
        return [at for at in sentence.quoted if at not in sentence.used and self._floats(sentence, at)]

    def _floats(self, sentence: Sentence, at: int) -> bool:
        """Return whether a quotation without a cue stands alone: its own sentence, with a verb's worth of words."""
        if at or any(token.is_word for token in sentence.tokens[at + 1 :] if token.quote < 0):
            return False
        quote = self._quotes[sentence.tokens[at].quote]
        inner = self._text[quote.inner_start : quote.inner_end]
        return len(inner[:200].split()) >= 3 and inner[-1] in ".!?…,—–-" and inner[0] not in "0123456789"

    def _float(self, floating: list[Sentence]) -> list[Report]:
        source = self._paragraph_source or (self._memory.last if self._spoken or self._memory.issuer else None)
        if source is None:
            return []
        sure = 0.85 if self._paragraph_source is not None else 0.6
        return [
            self._direct(sentence, at, source, "floating-quote", sure, None)
            for sentence in floating
            for at in self._open_quotes(sentence)
        ]

    # -- what a model found

    def _marked(self, sentence: Sentence, found: list[Report], marks: Sequence[Attribution]) -> list[Report]:
        """Return what the rules found, and what a model found beside it or, where it is surer, in its place."""
        for mark in marks:
            if not is_wanted(mark) or is_unsaid(sentence.tokens, mark):
                continue
            report = self._of_mark(sentence, mark)
            rivals = [one for one in found if report.start < one.end and one.start < report.end]
            if report.start < report.end and all(gives_way(one.rule, one.kind, mark) for one in rivals):
                found = [*(one for one in found if one not in rivals), report]
                self._paragraph_source = self._memory.note(report.source)
        return found

    def _of_mark(self, sentence: Sentence, mark: Attribution) -> Report:
        assert mark.source is not None  # noqa: S101 - is_wanted asks for one
        source = self._memory.resolve(*mark.source)
        start, end, inside = extent(self._text, sentence.tokens, mark)
        silent = _NO_COMMENT.search(self._text, mark.cue[0], end) is not None
        kind: StatementKind = "mixed" if inside else "indirect"
        whole = self._quotes[sentence.tokens[inside[0]].quote] if len(inside) == 1 else None
        if whole is not None and whole.start <= start and end <= whole.end:
            start, end, kind = whole.inner_start, whole.inner_end, "direct"
        region = (sentence.start, sentence.end)
        return Report(start, end, kind, source, RULE, mark.confidence, mark.cue, silent, region)

    # -- reported speech

    def _source(self, sentence: Sentence, phrase: Phrase) -> Source:
        start, end = sentence.tokens[phrase[0]].start, sentence.tokens[phrase[1] - 1].end
        if self._text[end : end + 1] == "." and sentence.tokens[phrase[1] - 1].low in _DOTTED:
            end += 1
        source = self._memory.resolve(start, end)
        behalf = _BEHALF.search(self._text, sentence.start, start) if source.on_behalf_of is None else None
        if behalf is not None and not source.known:
            client = self._memory.resolve(*behalf.span("who"))
            source = replace(source, actor=client.actor, actor_type=client.actor_type, on_behalf_of=client.actor)
        return self._memory.note(source)

    def _silence(self, sentence: Sentence) -> list[Report]:
        """`declined to comment`, `did not respond to requests`."""
        text = self._text[sentence.start : sentence.end]
        match = _NO_COMMENT.search(text)
        if match is None:
            return self._unanswered(sentence, text)
        verb = next(
            (n for n, token in enumerate(sentence.tokens) if token.start >= sentence.start + match.start()), None
        )
        if verb is None or verb in sentence.used:
            return []
        subject = subject_before(sentence.tokens, verb)
        if subject is None or not is_named(sentence.tokens, subject):
            return []
        cut = (_COMMA if sentence.tokens[verb - 1].low in {"which", "who"} else _CUT_COMMENT).search(text, match.end())
        end = sentence.start + (cut.start() if cut else len(text))
        end = _strip_end(self._text, sentence.start, end)
        start = sentence.tokens[verb].start
        if start >= end:
            return []
        sentence.used.update(n for n, token in enumerate(sentence.tokens) if token.start < end)
        source = self._source(sentence, subject)
        sentence.spoke = max(sentence.used) + 1, source
        return [Report(start, end, "indirect", source, "no-comment", 0.9, (start, sentence.start + match.end()), True)]

    def _unanswered(self, sentence: Sentence, text: str) -> list[Report]:
        """Return the silence of X in `Calls to X were not returned`."""
        match = _UNANSWERED.search(text)
        if match is None or any(sentence.tokens[n].start < sentence.start + match.end() for n in sentence.used):
            return []
        start, end = sentence.start + match.start(), sentence.start + match.end()
        source = self._memory.resolve(sentence.start + match.start("who"), sentence.start + match.end("who"))
        sentence.used.update(n for n, token in enumerate(sentence.tokens) if start <= token.start < end)
        return [Report(start, end, "indirect", self._memory.note(source), "no-comment", 0.85, None, True)]

    def _according(self, sentence: Sentence) -> list[Report]:
        words = sentence.tokens
        for at in range(len(words) - 2):
            if words[at].low == "according" and words[at + 1].low == "to" and at not in sentence.used:
                subject = phrase_from(words, at + 2, len(words))
                if subject is None:
                    continue
                return self._according_to(sentence, at, subject)
        return []

    def _according_to(self, sentence: Sentence, at: int, subject: Phrase) -> list[Report]:
        words = sentence.tokens
        if at <= 1:
            comma = next((n for n in range(subject[1], len(words)) if words[n].text == ","), None)
            if comma is None or comma + 2 >= len(words):
                return []
            first, stop = comma + 1, len(words)
        else:
            first, stop = clause_start(words, at), at
        if any(n in sentence.used for n in range(first, stop)):
            return []
        source = self._source(sentence, subject)
        report = self._content(sentence, first, stop, source, "according-to", 0.85, (at, at + 2))
        sentence.used.update(range(first, len(words) if at <= 1 else subject[1]))
        return [report] if report else []

    def _reported(self, sentence: Sentence) -> list[Report]:
        found: list[Report] = []
        at = 0
        subject: Source | None = None
        while at < len(sentence.tokens):
            match = None if at in sentence.used else self._match(sentence, at, subject)
            if match is None:
                if sentence.spoke is not None and at == sentence.spoke[0]:
                    subject = sentence.spoke[1]
                at += 1
                continue
            report, at, subject = match
            if report is not None:
                found.append(report)
        return found

    def _match(
        self, sentence: Sentence, at: int, shared: Source | None
    ) -> tuple[Report | None, int, Source | None] | None:
        """Return the report whose cue stands at `at`, where to go on, and the subject for a second verb."""
        words = sentence.tokens
        cue = cue_at(words, at)
        if (
            cue is None
            or is_denied(words, at)
            or (at + 2 < len(words) and citing(words, at + 1) and cue_at(words, at + 2))
        ):
            return None
        after = at + 1 + len(cue.particle.split()) if cue.particle else at + 1
        inverse = self._inverse(sentence, at)
        if inverse is not None:
            return inverse
        ongoing = shared is not None and cue.form == "ing" and is_second(words, at, cue)
        subject = None if ongoing else self._subject(sentence, at, cue)
        source: Source | None
        if subject is not None:
            source = None
        elif shared is not None and is_second(words, at, cue):
            source = shared
        else:
            subject, source = resumed(words, at, cue), None
            if subject is None:
                return None
        content = content_of(words, at, after, cue, self._partial(sentence))
        if content is None:
            return self._postposed(sentence, at, after, cue, subject)
        first, sure, rule = content
        stop = content_stop(words, first, after)
        if subject is not None:
            if cue.tier != "say" and not is_named(words, subject):
                return None
            source = self._source(sentence, subject)
        assert source is not None  # noqa: S101 - either branch above gave one
        report = self._content(sentence, first, stop, source, rule, sure, (at, after))
        return report, max(stop, at + 1), source

    def _inverse(self, sentence: Sentence, at: int) -> tuple[Report | None, int, Source | None] | None:
        """Match `The deal is dead, said Jane Doe, the head of X.`."""
        words = sentence.tokens
        if (
            at < 3
            or words[at - 1].text not in {",", "—", "–"}
            or words[at].low not in cues.QUOTATIVE
            or at + 1 >= len(words)
        ):
            return None
        head = words[at + 1]
        if not (head.is_capital or head.low in cues.DETERMINERS | cues.ROLE_NOUNS):
            return None
        cue = cue_at(words, at)
        subject = phrase_from(words, at + 1, len(words))
        if cue is None or cue.lemma not in INVERTED or not closes(words, subject):
            return None
        if subject is None or not is_named(words, subject) or has_finite(words, at + 1, subject[1] + 1 - at):
            return None
        if subject[1] < len(words) and words[subject[1]].low in cues.FINITE:
            return None
        first = clause_start(words, at - 1)
        if any(n in sentence.used for n in range(first, at - 1)) or not asserts(words, first, at - 1):
            return None
        source = self._source(sentence, subject)
        report = self._content(sentence, first, at - 1, source, "inverse", 0.88, (at, at + 1))
        return report, subject[1], source

    def _subject(self, sentence: Sentence, at: int, cue: Cue) -> Phrase | None:
        words = sentence.tokens
        if cue.form == "base":
            return base_subject(words, at)
        if cue.form == "ing":
            return gerund_subject(words, at)
        if at and words[at - 1].low in cues.BE_HAVE - {"has", "have", "had"}:
            return None
        return subject_before(words, at, 0)

    def _partial(self, sentence: Sentence) -> set[int]:
        return {at for at in sentence.quoted if at not in sentence.used}

    def _content(
        self, sentence: Sentence, first: int, stop: int, source: Source, rule: str, sure: float, cue: Phrase
    ) -> Report | None:
        words = sentence.tokens
        while first < stop and words[first].text in {",", ":", ";", "—", "–", "-"}:
            first += 1
        if stop - first < _MIN_CONTENT and not (stop > first and words[first].quote >= 0):
            return None
        start = words[first].start
        end = _strip_end(self._text, start, words[stop - 1].end)
        if end <= start:
            return None
        inside = [n for n in range(first, stop) if words[n].quote >= 0]
        sentence.used.update(range(first, stop))
        region = (sentence.start, sentence.end)
        span = (words[cue[0]].start, words[cue[1] - 1].end)
        self._paragraph_source = source
        if len(inside) == 1 and stop - first <= 1 + sum(
            not words[n].is_word for n in range(first, stop) if n != inside[0]
        ):
            return self._direct(sentence, inside[0], source, rule, sure, cue)
        kind: StatementKind = "mixed" if inside else "indirect"
        return Report(start, end, kind, source, rule, sure, span, region=region)

    def _postposed(
        self, sentence: Sentence, at: int, after: int, cue: Cue, subject: Phrase | None
    ) -> tuple[Report | None, int, Source | None] | None:
        """Match `The deal is dead, Smith said.`."""
        words = sentence.tokens
        if subject is None or cue.tier not in ("say", "clause") or cue.form == "ing":
            return None
        comma = subject[0] - 1
        if comma < 3 or words[comma].text not in {",", "—", "–"} or not ends_clause(words, after):
            return None
        first = clause_start(words, comma)
        if any(n in sentence.used for n in range(first, comma)):
            return None
        source = self._source(sentence, subject)
        stop = comma
        if words[after].text == "," if after < len(words) else False:
            stop = len(words)
        report = self._content(sentence, first, stop, source, "postposed", 0.85, (at, after))
        return report, max(after, stop), source


def _strip_end(text: str, start: int, end: int) -> int:
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:—–-"):
        end -= 1
    return end
